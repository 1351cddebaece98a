//! Readiness: the process takes work only when every registered gate is open, and no more once it shuts down.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// The gates of a process; clones share them.
#[derive(Debug, Clone)]
pub struct Readiness {
    gates: Arc<Mutex<BTreeMap<&'static str, Arc<AtomicBool>>>>,
    shutdown: CancellationToken,
}

/// One condition for readiness. It is closed until [`Gate::open`].
#[derive(Debug, Clone)]
pub struct Gate {
    open: Arc<AtomicBool>,
}

impl Gate {
    /// The condition holds.
    pub fn open(&self) {
        self.open.store(true, Ordering::Release);
    }

    /// The condition holds no longer.
    pub fn close(&self) {
        self.open.store(false, Ordering::Release);
    }

    /// Opens or closes the gate.
    pub fn set(&self, open: bool) {
        self.open.store(open, Ordering::Release);
    }
}

impl Readiness {
    /// No gates yet. The process is never ready after `shutdown` is cancelled, so that load balancers
    /// move away while it drains.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self {
            gates: Arc::default(),
            shutdown,
        }
    }

    /// Adds a closed gate. Register all gates before the admin server serves, else the process may seem
    /// ready too early. The same name gives the same gate.
    pub fn register(&self, name: &'static str) -> Gate {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Gate {
            open: Arc::clone(gates.entry(name).or_default()),
        }
    }

    /// The state of every gate now.
    pub fn report(&self) -> ReadinessReport {
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        ReadinessReport {
            shutting_down: self.shutdown.is_cancelled(),
            gates: gates
                .iter()
                .map(|(name, open)| (*name, open.load(Ordering::Acquire)))
                .collect(),
        }
    }
}

/// A moment's readiness. `Display` is the text of `/readyz?verbose`, in the form that Kubernetes uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadinessReport {
    /// The process is on its way out.
    pub shutting_down: bool,
    /// Each gate's name and whether it is open, by name.
    pub gates: Vec<(&'static str, bool)>,
}

impl ReadinessReport {
    /// Every gate is open, and the process is not shutting down.
    pub fn is_ready(&self) -> bool {
        !self.shutting_down && self.gates.iter().all(|(_, open)| *open)
    }
}

impl fmt::Display for ReadinessReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, open) in &self.gates {
            let (sign, word) = if *open { ('+', "ok") } else { ('-', "not ready") };
            writeln!(formatter, "[{sign}]{name} {word}")?;
        }
        if self.shutting_down {
            writeln!(formatter, "[-]shutdown in progress")?;
        }
        let verdict = if self.is_ready() { "passed" } else { "failed" };
        writeln!(formatter, "readyz check {verdict}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_only_when_every_gate_is_open() {
        let readiness = Readiness::new(CancellationToken::new());
        let store = readiness.register("store");
        let listener = readiness.register("listener");
        assert!(!readiness.report().is_ready());
        store.open();
        assert!(!readiness.report().is_ready());
        listener.open();
        assert!(readiness.report().is_ready());
        store.close();
        assert_eq!(
            readiness.report().to_string(),
            "[+]listener ok\n[-]store not ready\nreadyz check failed\n"
        );
    }

    #[test]
    fn a_process_that_shuts_down_is_not_ready() {
        let shutdown = CancellationToken::new();
        let readiness = Readiness::new(shutdown.clone());
        readiness.register("listener").open();
        shutdown.cancel();
        assert!(!readiness.report().is_ready());
        assert!(readiness.report().to_string().contains("[-]shutdown in progress"));
    }

    #[test]
    fn the_same_name_is_the_same_gate() {
        let readiness = Readiness::new(CancellationToken::new());
        let _first = readiness.register("store");
        readiness.register("store").set(true);
        assert!(readiness.report().is_ready());
    }
}
