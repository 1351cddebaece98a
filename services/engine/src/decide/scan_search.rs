//! The best node for the next replica, by going over all nodes.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hourglass_model::placement::Strategy;

use super::draft::Draft;
use super::place::Place;
use crate::explain::Relaxation;
use crate::scan::{Demands, Fit, Prepared};
use crate::score::{ScoreContext, Scores, scores};
use crate::state::NodeState;

/// A node that can take a replica as far as facts and room go.
struct Candidate<'a> {
    cluster: usize,
    node: &'a NodeState,
    /// None once its room is used up.
    fit: Option<Fit>,
}

/// Nodes that can, in the order of cluster and node names, so that their index is the last tie-break.
pub(crate) struct ScanSearch<'p, 'a> {
    prepared: &'p Prepared<'a>,
    relaxed: Option<&'p Relaxation>,
    candidates: Vec<Candidate<'a>>,
    /// Scored candidates, when no replica changes the scores of other nodes than its own.
    queue: Option<BinaryHeap<Reverse<(Scores, usize)>>>,
    demands: Demands,
}

impl<'p, 'a> ScanSearch<'p, 'a> {
    pub(crate) fn new(
        prepared: &'p Prepared<'a>,
        draft: &Draft<'a>,
        relaxed: Option<&'p Relaxation>,
    ) -> Self {
        let mut search = Self {
            prepared,
            relaxed,
            candidates: Vec::new(),
            queue: None,
            demands: Demands::default(),
        };
        for (cluster, eligible) in prepared.eligible.iter().enumerate() {
            for node in eligible.state.nodes() {
                let spot = draft.spot(prepared, cluster, node);
                if let Ok(fit) = prepared.evaluate(&spot, None, &mut search.demands, relaxed) {
                    let fit = Some(fit);
                    search.candidates.push(Candidate { cluster, node, fit });
                }
            }
        }
        // Where quotas bound a cluster, a replica changes what fits on all its nodes.
        let bounded = prepared
            .eligible
            .iter()
            .any(|eligible| !eligible.quota.is_empty());
        if draft.domains.is_trivial() && prepared.request.strategy == Strategy::Pack && !bounded {
            let mut queue = BinaryHeap::with_capacity(search.candidates.len());
            for index in 0..search.candidates.len() {
                queue.extend(search.score(draft, index).map(|scores| Reverse((scores, index))));
            }
            search.queue = Some(queue);
        }
        search
    }

    fn score(&mut self, draft: &Draft<'a>, index: usize) -> Option<Scores> {
        let candidate = self.candidates.get(index)?;
        let (cluster, node, fit) = (candidate.cluster, candidate.node, candidate.fit?);
        score(self.prepared, draft, cluster, node, fit, &mut self.demands)
    }

    /// The best node that is left, as things are in the draft.
    pub(crate) fn best(&mut self, draft: &Draft<'a>) -> Option<Place<'a>> {
        let (scores, index) = match &mut self.queue {
            Some(queue) => queue.pop().map(|Reverse(best)| best)?,
            None => self.lowest(draft)?,
        };
        let candidate = self.candidates.get(index)?;
        let (cluster, node, fit) = (candidate.cluster, candidate.node, candidate.fit?);
        let place = Place::of(
            self.prepared,
            draft,
            (cluster, node, fit),
            scores,
            &mut self.demands,
        )?;
        Some(place)
    }

    fn lowest(&mut self, draft: &Draft<'a>) -> Option<(Scores, usize)> {
        let mut best: Option<(Scores, usize)> = None;
        for index in 0..self.candidates.len() {
            let Some(candidate) = self.candidates.get(index) else {
                break;
            };
            let (cluster, node) = (candidate.cluster, candidate.node);
            if candidate.fit.is_none() || self.is_forbidden(draft, cluster, node) {
                continue;
            }
            if let Some(scores) = self.score(draft, index)
                && best.is_none_or(|(lowest, _)| scores < lowest)
            {
                best = Some((scores, index));
            }
        }
        best
    }

    fn is_forbidden(&self, draft: &Draft<'a>, cluster: usize, node: &NodeState) -> bool {
        self.prepared
            .is_forbidden((cluster, node), &draft.domains, self.relaxed)
    }

    /// A replica has been placed there: the node is judged again. Where quotas bound the cluster, all its nodes are.
    pub(crate) fn taken(&mut self, draft: &Draft<'a>, place: &Place<'a>) {
        let bounded = self
            .prepared
            .eligible
            .get(place.index)
            .is_some_and(|eligible| !eligible.quota.is_empty());
        for index in 0..self.candidates.len() {
            let Some(candidate) = self.candidates.get_mut(index) else {
                break;
            };
            let same = std::ptr::eq(candidate.node, place.node);
            let others_too = bounded && candidate.cluster == place.index;
            if !same && !others_too {
                continue;
            }
            let spot = draft.spot(self.prepared, candidate.cluster, candidate.node);
            candidate.fit = self
                .prepared
                .evaluate(&spot, None, &mut self.demands, self.relaxed)
                .ok();
            if same && let Some(scores) = self.score(draft, index) {
                let again = Reverse((scores, index));
                self.queue
                    .as_mut()
                    .into_iter()
                    .for_each(|queue| queue.push(again));
            }
        }
    }
}

/// The values of a node that fits.
pub(crate) fn score<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    cluster: usize,
    node: &NodeState,
    fit: Fit,
    demands: &mut Demands,
) -> Option<Scores> {
    let spot = draft.spot(prepared, cluster, node);
    let room = prepared.room_of(&spot, fit.variant, demands)?;
    let fleet = draft.fleet_scores(prepared, cluster, node);
    let packing = &prepared.state.packing;
    Some(scores(&ScoreContext { room, fleet, packing }))
}
