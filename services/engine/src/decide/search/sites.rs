//! Where clusters stand, found once for a decision that looks at all of them.

use crate::domains::{Site, region};
use crate::index::ClusterIx;
use crate::state::FleetState;
use crate::state::node::NOBODY;

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
            if let Some(site) = sites.get_mut(at) {
                *site = Some(Site {
                    cluster: name,
                    region: region(cluster),
                    zone: None,
                    clique: None,
                    node: &NOBODY,
                });
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

fn place(cluster: ClusterIx) -> usize {
    usize::try_from(cluster.0).unwrap_or(usize::MAX)
}
