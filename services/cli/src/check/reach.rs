//! Name and port: does the host have an address, does something listen there?

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::Finding;
use crate::context::Target;

const DEADLINE: Duration = Duration::from_secs(5);

/// Resolves the name and opens a connection; says which address answered.
pub async fn check(target: &Target) -> (Vec<Finding>, Option<SocketAddr>) {
    let (host, port) = (target.host(), target.port());
    let addresses: Vec<SocketAddr> = match timeout(DEADLINE, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return (vec![no_address(host, &error.to_string())], None),
        Err(_) => return (vec![no_address(host, "no answer from the resolver in 5 s")], None),
    };
    if addresses.is_empty() {
        return (vec![no_address(host, "the resolver knows none")], None);
    }
    let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    let mut findings = vec![Finding::ok(
        "host name",
        format!("{host} is {}", shown.join(", ")),
    )];
    let mut last = String::new();
    for address in &addresses {
        match timeout(DEADLINE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                findings.push(Finding::ok("port", format!("{address} accepts connections")));
                return (findings, Some(*address));
            }
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => last = "no answer in 5 s".to_owned(),
        }
    }
    findings.push(Finding::fault(
        "port",
        format!("nothing can be reached at {host}:{port}: {last}"),
        "check the port, that the placement service runs, and firewalls between here and there",
    ));
    (findings, None)
}

fn no_address(host: &str, why: &str) -> Finding {
    Finding::fault(
        "host name",
        format!("{host} has no address: {why}"),
        "check the name in --server or the context, and the DNS of this machine",
    )
}
