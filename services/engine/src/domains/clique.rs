//! NVLink cliques, for requests whose replicas must all be in one.

use std::fmt;

use hourglass_model::ids::ClusterName;

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
