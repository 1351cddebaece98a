//! Making room by moving placements of lower priority, through the index: only nodes with someone who may go are looked at.

use std::collections::BTreeSet;

use hourglass_model::ids::NodeName;

use super::{Search, Seated};
use crate::claims::ClaimRecord;
use crate::decide::{Draft, Place, Placed};
use crate::index::ClusterIx;
use crate::preempt::{self, Survey, Tries};
use crate::state::NodeState;

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Places the rest of the replicas, moving others where there is no other way.
    pub(in crate::decide) fn over_others(&mut self, places: Vec<Place<'a>>, wanted: usize) -> Placed<'a> {
        let mut placed = Placed::alone(places);
        let mut tries = Tries::default();
        let mut survey: Option<Survey<'a>> = None;
        while placed.places.len() < wanted {
            let place = if let Some(place) = self.best() {
                self.take(&place);
                place
            } else {
                let survey = survey.get_or_insert_with(|| self.survey());
                let missing = wanted - placed.places.len();
                let room = preempt::make_room(&self.prepared, &self.draft, survey, (&mut tries, missing));
                let Some((units, place)) = room else {
                    break;
                };
                for unit in units {
                    for record in &unit.claims {
                        self.give_up(record);
                    }
                    placed.victims.push((unit, placed.places.len()));
                }
                self.take(&place);
                // Those who go leave room on other nodes too.
                self.begin();
                place
            };
            placed.places.push(place);
        }
        if !placed.victims.is_empty() {
            placed.draft = Some(self.draft.clone());
            let start = self.fresh_draft();
            preempt::reprieve(&self.prepared, &start, &mut placed);
            // What is asked next is asked with those in place who stay after all.
            if let Some(draft) = &placed.draft {
                self.draft = draft.clone();
            }
        }
        placed
    }

    /// Whether others are moved as if none of them had to go on serving.
    pub(in crate::decide) fn suppose(&mut self, nobody_has_to_serve: bool) {
        self.prepared.nobody_has_to_serve = nobody_has_to_serve;
    }

    /// The state before any place was found.
    pub(super) fn fresh_draft(&mut self) -> Draft<'a> {
        let fresh = Draft::growing(&self.prepared);
        let draft = std::mem::replace(&mut self.draft, fresh);
        if self.draft.domains.needs_eligible() {
            // Classes said enough when the search began.
            self.tell_eligible();
        }
        std::mem::replace(&mut self.draft, draft)
    }

    /// The nodes with anyone who may go.
    fn survey(&mut self) -> Survey<'a> {
        let state = self.state;
        let mut nodes: Vec<(usize, &'a NodeState)> = Vec::new();
        for (name, claims) in state.ledger.movable(self.prepared.request.priority) {
            let Some(cluster) = state.cluster(name) else {
                continue;
            };
            let mut claims = claims.peekable();
            if claims.peek().is_none() {
                continue;
            }
            let Some(at) = self.enter(cluster.ix()) else {
                continue;
            };
            let mut names: BTreeSet<&NodeName> = BTreeSet::new();
            for record in claims {
                names.insert(&record.claim.node);
                names.extend(cluster.observed(&record.claim.id).map(|(node, _)| node));
            }
            let there = names.into_iter().filter_map(|name| cluster.node(name));
            let fit = there.filter(|node| self.may_pass(cluster.ix(), node));
            nodes.extend(fit.map(|node| (at, node)));
        }
        Survey::of(&self.prepared, &self.draft, nodes.into_iter())
    }

    /// Whether a node may pass the rules over facts.
    pub(super) fn may_pass(&self, cluster: ClusterIx, node: &NodeState) -> bool {
        // What is true of a class is not true of nodes that are called by name.
        if !self.known.mentions.values.is_empty() {
            return true;
        }
        let class = node.class();
        let ways = self.known.ways.iter();
        ways.filter(|way| way.clusters.contains(cluster)).any(|way| {
            let mut groups = way.groups.values();
            groups.any(|group| group.kinds.contains_key(&class.kind.id)) && way.passes(self.known, class)
        })
    }

    /// A claim is to go.
    fn give_up(&mut self, record: &ClaimRecord) {
        let claim = &record.claim;
        let Some(cluster) = self.state.cluster(&claim.cluster) else {
            return;
        };
        let ix = cluster.ix();
        self.enter(ix);
        self.draft.remove(&self.prepared, record);
        let seen = cluster.observed(&claim.id).map(|(node, _)| node);
        let slots = seen.chain([&claim.node]).filter_map(|node| cluster.slot(node));
        self.alone.extend(slots.map(|slot| Seated { cluster: ix, slot }));
    }
}
