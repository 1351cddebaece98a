//! Making room by moving placements of lower priority, through the index: of the nodes with someone who may go only those are
//! looked at on which that can be cheapest.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Way;
use super::{Search, Seated};
use crate::claims::ClaimRecord;
use crate::decide::{Draft, Place, Placed};
use crate::index::ClusterIx;
use crate::preempt::{self, Frontier, InCluster, KindAsked, Survey, Tries, Where};
use crate::scan::Suppose;
use crate::score;
use crate::state::NodeState;
use crate::state::class::KindId;

/// Nodes that somebody leaves anyway and that one decision looks at for that. With more of them, those of the first by rank: more
/// are in the way of a fleet that is being emptied, where there is free room soon.
const MOST_LEFT: usize = 1024;

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Places the rest of the replicas, moving others where there is no other way.
    pub(in crate::decide) fn over_others(&mut self, places: Vec<Place<'a>>, wanted: usize) -> Placed<'a> {
        let mut placed = Placed::alone(places);
        let mut tries = Tries::default();
        let mut survey: Option<Survey<'a>> = None;
        while placed.places.len() < wanted {
            if let Some(place) = self.best() {
                self.take(&place);
                if let Some(survey) = &mut survey {
                    survey.taken(&place);
                }
                placed.places.push(place);
            } else {
                let survey = survey.get_or_insert_with(|| self.survey(&placed.places));
                let missing = wanted - placed.places.len();
                let room = preempt::make_room(&self.prepared, &self.draft, survey, (&mut tries, missing));
                let Some(room) = room else {
                    break;
                };
                for record in room.going() {
                    self.give_up(record);
                }
                self.take(&room.place);
                survey.carried_out(&self.prepared, &room);
                placed.add(room);
                // Those who go leave room on other nodes too.
                self.begin();
            }
        }
        if placed.needs_room() {
            placed.draft = Some(self.draft.clone());
        }
        if !placed.victims.is_empty() {
            let start = self.fresh_draft();
            preempt::reprieve(&self.prepared, &start, &mut placed);
            // What is asked next is asked with those in place who stay after all.
            if let Some(draft) = &placed.draft {
                self.draft = draft.clone();
                self.rooms.forget();
            }
        }
        placed
    }

    /// What is thought of others.
    pub(in crate::decide) fn suppose(&mut self, suppose: Suppose<'a>) {
        self.prepared.suppose(suppose);
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

    /// The nodes with anyone who may go or leaves anyway. The draft has these places already.
    fn survey(&mut self, taken: &[Place<'a>]) -> Survey<'a> {
        let (state, known) = (self.state, self.known);
        // Whoever could move nobody counts on nobody's leaving either.
        let Some(tree) = state.movers.below(state, self.prepared.request.priority) else {
            return Survey::default();
        };
        let leavers = self.nodes_with_leavers();
        let mut frontier = Frontier::new(tree);
        for way in &known.ways {
            let Some(sample) = self.enter_sample(way) else {
                continue;
            };
            let groups = way.groups.values();
            let kinds: BTreeSet<KindId> = groups.flat_map(|group| group.kinds.keys().copied()).collect();
            for kind in kinds {
                self.survey_kind(way, kind, sample, &mut frontier);
            }
        }
        // What is true of a class is not true of nodes that are called by name, what is free was more before, and nobody's going
        // is counted but that of those who may go.
        let mentioned: Vec<Seated> = known
            .mentions
            .values
            .iter()
            .flat_map(|value| state.index.names.find(value))
            .collect();
        let mut named: Vec<(usize, &'a NodeState)> =
            taken.iter().map(|place| (place.index, place.node)).collect();
        for at in mentioned {
            let place = self.enter(at.cluster);
            let cluster = place.and_then(|place| Some((place, self.prepared.eligible.get(place)?)));
            named.extend(cluster.and_then(|(place, cluster)| Some((place, cluster.state.node_at(at.slot)?))));
        }
        named.extend(leavers);
        Survey::over(frontier, named)
    }

    /// Nodes of clusters that may take the request and that somebody leaves on whose room it may count.
    fn nodes_with_leavers(&mut self) -> Vec<(usize, &'a NodeState)> {
        let mut nodes = BTreeMap::new();
        let state = self.state;
        for record in state.ledger.released() {
            let claim = &record.claim;
            if !preempt::is_counted_on(&self.prepared, &self.draft, record) {
                continue;
            }
            let Some(cluster) = state.cluster(&claim.cluster) else {
                continue;
            };
            let Some(place) = self.enter(cluster.ix()) else {
                continue;
            };
            let seen = cluster.observed(&claim.id).map(|(node, _)| node);
            let there = seen.chain([&claim.node]).filter_map(|node| cluster.node(node));
            nodes.extend(there.map(|node| ((place, node.rank()), (place, node))));
        }
        nodes.into_values().take(MOST_LEFT).collect()
    }

    /// Adds the nodes of a kind in the clusters of a way, for which a sample stands.
    fn survey_kind(&mut self, way: &Way, kind: KindId, sample: usize, frontier: &mut Frontier<'a>) {
        let known = self.known;
        let groups = || {
            way.groups
                .iter()
                .filter(|(_, group)| group.kinds.contains_key(&kind))
        };
        let mut variants: Vec<usize> = groups().map(|(key, _)| key.variant).collect();
        variants.sort_unstable();
        variants.dedup();
        let least = groups().map(|(key, _)| key.scores).reduce(preempt::lower);
        let node = groups().find_map(|(_, group)| group.kinds.get(&kind));
        let (Some(least), Some(node)) = (least, node) else {
            return;
        };
        let first = score::first(least, way.tier, (0, 0));
        let counts = |ix: &ClusterIx| groups().any(|(_, group)| group.clusters(way, known).contains(*ix));
        let clusters: Vec<ClusterIx> = way.clusters.iter().filter(counts).collect();
        let asked = KindAsked::new(
            &self.prepared,
            (sample, &node.node),
            (&variants, first),
            (&*frontier, clusters.iter().copied()),
            &mut self.demands,
        );
        let Some(mut asked) = asked else {
            return;
        };
        asked.classes = groups().filter_map(|(_, group)| group.sieve(known)).collect();
        frontier.add_kind(asked);
        for ix in clusters {
            if !frontier.reaches(ix) {
                continue;
            }
            let (Some(place), Some((claims, name))) = (self.enter(ix), self.state.index.order_of(ix)) else {
                continue;
            };
            frontier.add_cluster(Where {
                place,
                name,
                ix,
                there: InCluster {
                    claims,
                    own_slots: self.draft.own_slots_in(place),
                },
            });
        }
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
        self.rooms.forget();
        let seen = cluster.observed(&claim.id).map(|(node, _)| node);
        let slots = seen.chain([&claim.node]).filter_map(|node| cluster.slot(node));
        self.alone.extend(slots.map(|slot| Seated { cluster: ix, slot }));
    }
}
