//! NVLink cliques, for requests whose replicas must all be in one.

use std::fmt;

use hourglass_model::ids::ClusterName;
use hourglass_model::node::DerivedFacts;

use super::Site;

/// One clique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clique {
    cluster: ClusterName,
    name: String,
}

impl Clique {
    /// The clique of a node, if it is in one.
    pub(crate) fn of(site: &Site<'_>) -> Option<Self> {
        let name = site.clique?.to_owned();
        let cluster = site.cluster.clone();
        Some(Self { cluster, name })
    }
}

impl Clique {
    /// The cluster that it is in.
    pub(crate) fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// Whether nodes with these facts may be in it.
    pub(crate) fn may_hold(&self, derived: &DerivedFacts) -> bool {
        let counted = derived.gpu.iter().map(|gpu| gpu.clique.as_deref());
        let shown = derived.device_kinds.iter().map(|kind| kind.clique.as_deref());
        // Facts of GPUs hold what labels say of the clique; without them labels may still name one.
        derived.gpu.is_none() || counted.chain(shown).any(|name| name == Some(self.name.as_str()))
    }
}

impl fmt::Display for Clique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clique {} of cluster {}", self.name, self.cluster)
    }
}

/// Which cliques the replicas may be in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cliques {
    /// Where other replicas are.
    pub(crate) only: Option<Clique>,
    /// Those that were tried and cannot hold all.
    pub(crate) barred: Vec<Clique>,
}
