//! Looking at one node: of a walk, where all but its own room is known; or alone.

use std::sync::Arc;

use hourglass_model::resources::ResourceVector;

use super::lane::Seen;
use super::open::OpenWalk;
use super::walk::{Moved, Walk};
use super::{Fit, Found, Search, Seated};
use crate::index::cell::Entry;
use crate::score::{self, KEYS, ScoreContext, Scores, scores};
use crate::state::NodeState;
use crate::state::layout::Layout;

/// Where the resources of a demand stand among those of a node; nodes of a walk share few layouts.
#[derive(Default)]
pub(super) struct Needs {
    layout: Option<Arc<Layout>>,
    places: Vec<(usize, i64)>,
    /// The node does not offer something that is asked.
    lacks: bool,
}

impl Needs {
    /// Whether a node has as much free as its own figures say.
    fn fit(&mut self, node: &NodeState, demand: &ResourceVector) -> bool {
        let same = |layout: &Arc<Layout>| Arc::ptr_eq(layout, node.layout());
        if !self.layout.as_ref().is_some_and(same) {
            self.learn(node.layout(), demand);
        }
        !self.lacks
            && self
                .places
                .iter()
                .all(|(at, amount)| node.free_at(*at) >= *amount)
    }

    fn learn(&mut self, layout: &Arc<Layout>, demand: &ResourceVector) {
        self.places.clear();
        self.lacks = false;
        for (name, amount) in demand.iter().filter(|(_, amount)| *amount > 0) {
            match layout.position(name) {
                Some(at) => self.places.push((at, amount)),
                None => self.lacks = true,
            }
        }
        self.layout = Some(Arc::clone(layout));
    }
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// The next node of a walk that can take a replica.
    pub(super) fn advance(&mut self, at: usize) -> Moved<Found<'a>> {
        let Some(mut walk) = self.walks.get_mut(at).and_then(|open| open.walk.take()) else {
            return Moved::Done;
        };
        let packing = walk.cost();
        let moved = walk.advance(|entry| self.look(entry, at, packing));
        self.put_back(at, walk);
        moved
    }

    fn put_back(&mut self, at: usize, walk: Walk<'k>) {
        if let Some(open) = self.walks.get_mut(at) {
            open.walk = Some(walk);
        }
    }

    fn look(&mut self, entry: &Entry, walk: usize, packing: i64) -> Seen<Found<'a>> {
        let at = Seated {
            cluster: entry.key.cluster(),
            slot: entry.slot,
        };
        if self.alone.contains(&at) {
            return Seen::Unfit;
        }
        let Some(cluster) = self.enter(at.cluster) else {
            return Seen::ClusterUnfit;
        };
        let Some(open) = self.walks.get(walk) else {
            return Seen::Unfit;
        };
        let variant = open.variant;
        let bounded = self
            .prepared
            .eligible
            .get(cluster)
            .is_none_or(|eligible| !eligible.quota.is_empty());
        // An earlier variant would go before this one.
        let found = if variant > 0 || bounded || !self.plain {
            self.look_at(at, cluster)
                .filter(|found| found.fit.variant == variant)
        } else {
            let found = self.look_along(at, cluster, walk, (entry, packing));
            debug_assert_eq!(
                found.map(|found| (found.fit.variant, found.scores)),
                self.look_at(at, cluster)
                    .filter(|found| found.fit.variant == variant)
                    .map(|found| (found.fit.variant, found.scores)),
                "what is known of a walk is true of its nodes"
            );
            found
        };
        found.map_or(Seen::Unfit, Seen::Fit)
    }

    /// A node of a walk: it passes by its facts, and everything about its scores is known.
    fn look_along(
        &mut self,
        at: Seated,
        cluster: usize,
        walk: usize,
        (entry, packing): (&Entry, i64),
    ) -> Option<Found<'a>> {
        let eligible = self.prepared.eligible.get(cluster)?;
        let node = eligible.state.node_at(at.slot)?;
        let OpenWalk {
            first,
            variant,
            demand,
            gpu_left,
            cpu,
            needs,
            ..
        } = self.walks.get_mut(walk)?;
        if !needs.fit(node, self.demands.get(*demand)?) {
            return None;
        }
        let domains = &self.draft.domains;
        if domains.may_forbid() && self.prepared.is_forbidden((cluster, node), domains, None) {
            return None;
        }
        let cpu_left = entry.key.cpu.saturating_sub(*cpu);
        let mut scores: Scores = score::bound(*first, packing, *gpu_left, cpu_left);
        if let Some(claims) = scores.get_mut(KEYS - 1) {
            *claims = i64::try_from(eligible.claims).unwrap_or(i64::MAX);
        }
        let fit = Fit {
            variant: *variant,
            demand: *demand,
        };
        Some(Found {
            cluster,
            node,
            fit,
            scores,
        })
    }

    /// A node with its scores, if it can take a replica.
    pub(super) fn look_at(&mut self, at: Seated, cluster: usize) -> Option<Found<'a>> {
        self.judged(at, cluster, None)
    }

    /// A node that took a replica a moment ago by a variant: by its facts it still can.
    pub(super) fn look_again(&mut self, at: Seated, cluster: usize, variant: usize) -> Option<Found<'a>> {
        let eligible = self.prepared.eligible.get(cluster)?;
        let only = eligible.variants.len() == 1;
        self.judged(at, cluster, only.then_some(variant))
    }

    fn judged(&mut self, at: Seated, cluster: usize, passes_by: Option<usize>) -> Option<Found<'a>> {
        let eligible = self.prepared.eligible.get(cluster)?;
        let node = eligible.state.node_at(at.slot)?;
        let Self {
            prepared,
            draft,
            demands,
            ..
        } = self;
        let spot = draft.spot(prepared, cluster, node);
        let fit = match passes_by {
            None => prepared
                .evaluate(&spot, Some(&draft.domains), demands, None)
                .ok()?,
            Some(variant) => {
                if prepared.is_forbidden((cluster, node), &draft.domains, None) {
                    return None;
                }
                let demand = prepared.room_verdict(&spot, variant, demands, None).ok()?;
                Fit { variant, demand }
            }
        };
        let room = prepared.room_of(&spot, fit.variant, demands)?;
        let fleet = draft.fleet_scores(prepared, cluster, node);
        let packing = &prepared.state.packing;
        let scores = scores(&ScoreContext { room, fleet, packing });
        Some(Found {
            cluster,
            node,
            fit,
            scores,
        })
    }
}
