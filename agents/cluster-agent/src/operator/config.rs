//! What the operator is told when it starts.

use std::time::Duration;

use hourglass_performer_api::ProbeTimes;

/// Settings of the operator. [`OperatorConfig::default`] suits a cluster of its own.
#[derive(Clone, Debug)]
pub struct OperatorConfig {
    /// Whose Performers it reconciles.
    pub namespaces: WatchedNamespaces,
    /// Performers reconciled at the same time, per watched namespace or for all of them together.
    pub concurrency: u16,
    /// DNS domain of the cluster, in endpoints.
    pub dns_domain: String,
    /// Probe times of performers that give none.
    pub probes: ProbeDefaults,
    /// How long an old version goes on after the Service has moved, so that every node's routing has followed.
    pub drain: Duration,
    /// Seconds after which a version that does not become ready counts as failed, where the spec gives none.
    pub progress_deadline_seconds: i32,
    /// Delay before a failed reconciliation is tried again; doubled per failure, with jitter.
    pub retry_initial: Duration,
    /// The longest of those delays.
    pub retry_max: Duration,
    /// How often a Performer is looked at although nothing happened.
    pub resync: Duration,
}

impl Default for OperatorConfig {
    fn default() -> Self {
        Self {
            namespaces: WatchedNamespaces::All,
            concurrency: 16,
            dns_domain: "cluster.local".to_owned(),
            probes: ProbeDefaults::default(),
            drain: Duration::from_secs(5),
            progress_deadline_seconds: 600,
            retry_initial: Duration::from_millis(500),
            retry_max: Duration::from_secs(60),
            resync: Duration::from_secs(600),
        }
    }
}

/// Which namespaces the operator watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchedNamespaces {
    /// Every namespace, by one watch per kind.
    All,
    /// These only, by one watch per kind and namespace; enough for an agent without cluster-wide roles.
    Only(Vec<String>),
}

/// Probe times where the Performer gives none; every field is set.
#[derive(Clone, Debug)]
pub struct ProbeDefaults {
    /// Restarts a performer that hangs.
    pub liveness: ProbeTimes,
    /// Takes a performer out of the Service while it cannot serve.
    pub readiness: ProbeTimes,
}

impl Default for ProbeDefaults {
    fn default() -> Self {
        let times = |initial, period, timeout, failures| ProbeTimes {
            initial_delay_seconds: Some(initial),
            period_seconds: Some(period),
            timeout_seconds: Some(timeout),
            failure_threshold: Some(failures),
        };
        Self {
            liveness: times(30, 10, 5, 3),
            // Quicker than liveness: it only decides when a performer joins and leaves its Service.
            readiness: times(1, 5, 1, 3),
        }
    }
}
