//! What may differ between clusters besides their nodes.

/// Options of a cluster; the default suits most tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterOptions {
    /// etcd syncs to disk as in production. Only tests about durability need it.
    pub durable_etcd: bool,
    /// Further kube-apiserver flags, e.g. `--goaway-chance=0.02`; a later flag wins.
    pub apiserver_flags: Vec<String>,
}
