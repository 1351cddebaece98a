//! Replicas that must all be in one NVLink clique: cliques are tried in the order in which they would get the first replica.

use std::sync::Arc;

use super::Search;
use crate::decide::Place;
use crate::domains::Clique;
use crate::index::cluster_set::ClusterSet;

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Places in the first clique that holds all replicas; of those that do not, the first one's.
    pub(in crate::decide) fn in_one_clique(&mut self, wanted: usize) -> Vec<Place<'a>> {
        // Where the placement has slots already there is no choice.
        let choice = self.clique().is_none();
        let mut barred = Vec::new();
        let mut first: Option<Vec<Place<'a>>> = None;
        loop {
            let mut places = Vec::new();
            while places.len() < wanted {
                let Some(place) = self.best() else { break };
                if places.len() + 1 < wanted {
                    self.take(&place);
                }
                places.push(place);
            }
            let tried = self.clique().filter(|_| choice);
            match tried {
                Some(clique) if places.len() < wanted => {
                    barred.push(clique);
                    first.get_or_insert(places);
                    self.begin_without(&barred);
                }
                _ if places.len() < wanted => return first.unwrap_or(places),
                _ => return places,
            }
        }
    }

    /// The clique that replicas are in.
    pub(super) fn clique(&self) -> Option<Clique> {
        self.draft.domains.cliques.as_ref()?.only.clone()
    }

    /// Begins anew, with nothing placed, and keeps out of some cliques.
    pub(super) fn begin_without(&mut self, barred: &[Clique]) {
        self.draft = self.fresh_draft();
        self.rooms.forget();
        if let Some(cliques) = &mut self.draft.domains.cliques {
            cliques.barred = barred.to_vec();
        }
        self.alone.clear();
        self.find_mentioned();
        if self.spreads() {
            self.count_own();
        }
        self.begin();
    }

    /// The cluster of a clique, if it is one of these.
    pub(super) fn cluster_of(&self, clique: &Clique, clusters: &ClusterSet) -> Arc<ClusterSet> {
        let mut one = ClusterSet::default();
        let cluster = self.state.cluster(clique.cluster()).map(crate::ClusterState::ix);
        if let Some(cluster) = cluster.filter(|cluster| clusters.contains(*cluster)) {
            one.insert(cluster);
        }
        Arc::new(one)
    }
}
