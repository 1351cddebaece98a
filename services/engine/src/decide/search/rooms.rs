//! Nodes that are judged alone: what their facts and their room say is found out once, until a replica takes room there or
//! others go. Only what other replicas make of them is asked each time.

use super::{Fit, Found, Search, Seated};
use crate::hash::NumberMap;
use crate::score::{self, FleetScores, ScoreContext, Scores, scores};

/// What is known of nodes; none of one that cannot take a replica whatever others there are.
#[derive(Default)]
pub(super) struct Rooms(NumberMap<Seated, Option<(Fit, Scores)>>);

impl Rooms {
    /// A replica has taken room there; where quotas bound the cluster, that changes what fits on all its nodes.
    pub(super) fn taken(&mut self, at: Seated, bounded: bool) {
        if bounded {
            self.0.clear();
        } else {
            self.0.remove(&at);
        }
    }

    /// Room has become free.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// A node with its scores, if it can take a replica: what [`look_at`](Self::look_at) says.
    pub(super) fn look_alone(&mut self, at: Seated, cluster: usize) -> Option<Found<'a>> {
        let node = self.prepared.eligible.get(cluster)?.state.node_at(at.slot)?;
        let known = self.rooms.0.get(&at).copied();
        let room = known.unwrap_or_else(|| self.look_into(at, cluster));
        let found = room
            .filter(|_| {
                let at = (cluster, node);
                !self.prepared.is_forbidden(at, &self.draft.domains, None)
            })
            .map(|(fit, scores)| {
                let fleet = self.draft.fleet_scores(&self.prepared, cluster, node);
                Found {
                    cluster,
                    node,
                    fit,
                    scores: score::beside(self.prepared.request.strategy, &scores, &fleet),
                }
            });
        debug_assert_eq!(
            found.map(|found| (found.fit.variant, found.scores)),
            self.look_at(at, cluster)
                .map(|found| (found.fit.variant, found.scores)),
            "what is known of a node is true of it"
        );
        found
    }

    fn look_into(&mut self, at: Seated, cluster: usize) -> Option<(Fit, Scores)> {
        let found = self.room_at(at, cluster);
        self.rooms.0.insert(at, found);
        found
    }

    /// What facts and room of a node say, and its scores with no other replicas there.
    fn room_at(&mut self, at: Seated, cluster: usize) -> Option<(Fit, Scores)> {
        let eligible = self.prepared.eligible.get(cluster)?;
        let node = eligible.state.node_at(at.slot)?;
        let fleet = FleetScores {
            cluster_tier: eligible.tier,
            claims_in_cluster: eligible.claims,
            ..FleetScores::default()
        };
        let Self {
            prepared,
            draft,
            demands,
            ..
        } = self;
        let spot = draft.spot(prepared, cluster, node);
        let fit = prepared.evaluate(&spot, None, demands, None).ok()?;
        let room = prepared.room_of(&spot, fit.variant, demands)?;
        let packing = &prepared.state.packing;
        Some((fit, scores(&ScoreContext { room, fleet, packing })))
    }
}
