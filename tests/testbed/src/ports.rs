//! Ports on 127.0.0.1 that stay ours, also while their server is being restarted.
//!
//! "Bind port 0, close, hand the number on" loses the port to any outgoing connection or to another harness between the
//! close and the server's start, and again at every restart. So ports are taken from below the kernel's ephemeral range
//! (no outgoing connection gets one of those), and each is leased across processes by a file lock held as long as the
//! cluster lives.

use std::{
    fs::{self, File, TryLockError},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    error::{Error, Result},
    paths,
};

/// Below it are the ports of well-known servers.
const FIRST_PORT: u16 = 15_000;
/// Where the ephemeral range starts on Linux unless configured otherwise.
const USUAL_EPHEMERAL_START: u16 = 32_768;

/// A port of 127.0.0.1 that no other testbed takes while this value lives.
#[derive(Debug)]
pub struct PortLease {
    port: u16,
    /// Unlocked by the kernel when closed, also when the process is killed.
    _lock: File,
}

impl PortLease {
    /// Takes a free port.
    pub fn take() -> Result<Self> {
        let dir = paths::cache_dir().join("ports");
        fs::create_dir_all(&dir).map_err(Error::io("create", &dir))?;
        let end = ephemeral_start();
        let span = end - FIRST_PORT;
        let start = random_offset(span);
        for step in 0..span {
            let port = FIRST_PORT + (start + step) % span;
            let path = dir.join(format!("{port}.lock"));
            let lock = File::create(&path).map_err(Error::io("create", &path))?;
            match lock.try_lock() {
                Ok(()) if is_free(port) => return Ok(Self { port, _lock: lock }),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
            }
        }
        Err(Error::NoFreePort(FIRST_PORT, end))
    }

    /// The address with this port.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The first ephemeral port; the usual one where the machine's own leaves no room below it or cannot be read.
fn ephemeral_start() -> u16 {
    fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")
        .ok()
        .and_then(|range| range.split_whitespace().next()?.parse().ok())
        .filter(|start| *start > FIRST_PORT + 1_000)
        .unwrap_or(USUAL_EPHEMERAL_START)
}

/// Spreads concurrent harnesses over the range, so that they seldom try the same lock.
fn random_offset(span: u16) -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    let mixed = u64::from(nanos) ^ (u64::from(process::id()) << 7);
    let offset = (mixed + u64::from(TAKEN.fetch_add(1, Ordering::Relaxed))) % u64::from(span);
    u16::try_from(offset).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn leases_held_at_the_same_time_are_different_and_bindable() {
        let leases: Vec<PortLease> = (0..32).map(|_| PortLease::take().unwrap()).collect();
        let ports: HashSet<u16> = leases.iter().map(PortLease::port).collect();
        assert_eq!(ports.len(), leases.len());
        assert!(
            leases
                .iter()
                .all(|lease| TcpListener::bind(lease.address()).is_ok())
        );
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_leased() {
        let lease = PortLease::take().unwrap();
        let _listener = TcpListener::bind(lease.address()).unwrap();
        assert!(!is_free(lease.port()));
    }
}
