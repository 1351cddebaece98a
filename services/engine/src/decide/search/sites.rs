//! Where clusters stand: one, or all, found once for a decision that looks at all of them.

use hourglass_model::ids::ClusterName;

use crate::domains::{Site, region};
use crate::index::ClusterIx;
use crate::state::node::NOBODY;
use crate::state::{ClusterState, FleetState};

/// A place in each cluster that is on no node, by the cluster's number.
#[derive(Default)]
pub(super) struct Sites<'a>(Vec<Option<Site<'a>>>);

impl<'a> Sites<'a> {
    pub(super) fn of(state: &'a FleetState) -> Self {
        let mut sites = Vec::new();
        for (name, cluster) in state.clusters() {
            let at = place(cluster.ix());
            if sites.len() <= at {
                sites.resize(at + 1, None);
            }
            if let Some(place) = sites.get_mut(at) {
                *place = Some(site(name, cluster));
            }
        }
        Self(sites)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, cluster: ClusterIx) -> Option<&Site<'a>> {
        self.0.get(place(cluster))?.as_ref()
    }
}

/// A place in one cluster that is on no node.
pub(super) fn in_cluster(state: &FleetState, cluster: ClusterIx) -> Option<Site<'_>> {
    let name = state.index.cluster_name(cluster)?;
    let (name, cluster) = state.clusters.get_key_value(name)?;
    Some(site(name, cluster))
}

fn site<'a>(name: &'a ClusterName, cluster: &'a ClusterState) -> Site<'a> {
    Site {
        cluster: name,
        number: Some(cluster.ix()),
        region: region(cluster),
        zone: None,
        clique: None,
        node: &NOBODY,
    }
}

fn place(cluster: ClusterIx) -> usize {
    usize::try_from(cluster.0).unwrap_or(usize::MAX)
}
