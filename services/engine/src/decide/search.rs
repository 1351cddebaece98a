//! Finding the best node through the index: the same answer as going over all nodes, without doing so.
//!
//! What the rules over facts say is known by class ([`known`]); classes that pass with the same scores form groups, and
//! what other placements make of their clusters and zones cuts these into parts ([`outlook`]). Parts are opened best
//! first ([`open`]), as walks over the cells of the index ([`walk`]), each of which gives its nodes from the best to the
//! worst ([`look`]). Nodes of which something is true that is not true of their class (the request calls them by name, it
//! took room there a moment ago, others are there to whom it wants to be near) are judged alone, and left out of the walks.

mod eligible_domains;
mod known;
mod lane;
mod look;
mod memo;
mod mentions;
mod one_clique;
mod open;
mod outlook;
mod over_others;
mod resume;
mod rooms;
mod sites;
mod spread;
mod walk;
mod why_not;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Strategy;
use hourglass_model::request::CanonicalRequest;

use super::draft::Draft;
use super::{DecideInput, Place};
use crate::domains::DomainView;
use crate::hash::{NumberMap, NumberSet};
use crate::index::{ClusterIx, Seated};
use crate::packing::CostStep;
use crate::scan::{self, Demands, Fit, Prepared};
use crate::score::{self, FirstScores, Scores};
use crate::state::nodes::NodeRank;
use crate::state::{FleetState, NodeState};
use known::{Group, GroupKey, Known, Way};
pub(crate) use memo::SearchMemo;
pub(crate) use mentions::Mentions;
use open::OpenWalk;
use outlook::{Outlook, Part};
use rooms::Rooms;
use sites::Sites;
use walk::Moved;

/// A node that was found, with its scores.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    /// Place of its cluster among [`Prepared::eligible`].
    cluster: usize,
    node: &'a NodeState,
    fit: Fit,
    scores: Scores,
}

/// In the order of scores, then cluster, then node.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    scores: Scores,
    /// `None` for a bound, which comes before every node with the same scores.
    cluster: Option<&'a ClusterName>,
    node: NodeRank,
    turn: usize,
}

/// What comes up in turn.
enum Turn<'a> {
    /// A walk that has not gone on since it gave its last node.
    Walk(usize),
    /// A node, with the walk that it came from.
    Node(Found<'a>, Option<usize>),
}

/// A part that is not open yet.
struct Closed<'k> {
    first: FirstScores,
    key: GroupKey,
    way: &'k Way,
    group: &'k Group,
    part: Part,
}

/// The search for one request; nodes are given one after the other.
pub(super) struct Search<'a: 'k, 'k> {
    state: &'a FleetState,
    prepared: Prepared<'a>,
    draft: Draft<'a>,
    demands: Demands,
    known: &'k Known,
    /// Empty until it is asked for.
    sites: Sites<'a>,
    /// Clusters that were entered: their places among the eligible ones, or none when a rule turns them away now.
    entered: NumberMap<ClusterIx, Option<usize>>,
    /// Nodes that are judged alone.
    alone: NumberSet<Seated>,
    rooms: Rooms,
    /// Parts that are not open yet, best last.
    closed: Vec<Closed<'k>>,
    walks: Vec<OpenWalk<'k>>,
    /// Nothing is avoided or kept for others, so that a node's own room decides.
    plain: bool,
    /// Replicas that may take a place.
    most: usize,
    /// Of nodes without GPUs: packing says the same of all.
    one_step: Arc<[CostStep]>,
    queue: BinaryHeap<Reverse<Rank<'a>>>,
    turns: Vec<Option<Turn<'a>>>,
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Begins a search for places of at most so many replicas; `None` when only going over all nodes gives the right answer.
    pub(super) fn new(
        state: &'a FleetState,
        request: &'a CanonicalRequest,
        input: &DecideInput<'a>,
        known: &'k Known,
        most: usize,
    ) -> Option<Self> {
        if known.mentions.unbounded {
            return None;
        }
        let prepared = Prepared::empty(state, request, input);
        let draft = Draft::growing(&prepared);
        let mut search = Self {
            state,
            prepared,
            draft,
            demands: Demands::default(),
            known,
            sites: Sites::default(),
            entered: NumberMap::default(),
            alone: NumberSet::default(),
            rooms: Rooms::default(),
            closed: Vec::new(),
            walks: Vec::new(),
            plain: input.avoid.is_empty() && state.reserved.iter().next().is_none(),
            most,
            one_step: Arc::new([CostStep {
                cost: 0,
                from: i64::MIN,
                until: i64::MAX,
            }]),
            queue: BinaryHeap::new(),
            turns: Vec::new(),
        };
        if search.draft.domains.needs_eligible() && !search.tell_eligible() {
            return None;
        }
        search.find_mentioned();
        if search.spreads() {
            search.count_own();
        }
        search.begin();
        Some(search)
    }

    /// Begins anew, as things are in the draft.
    fn begin(&mut self) {
        self.closed.clear();
        self.walks.clear();
        self.queue.clear();
        self.turns.clear();
        let outlook = Outlook::of(self.state, &self.draft.domains);
        if let Some(outlook) = &outlook {
            self.find_particular(outlook);
        }
        for way in &self.known.ways {
            let clusters = outlook.as_ref();
            let clusters = clusters.map(|outlook| (outlook, outlook.clusters_of(self.state, way)));
            for (key, group) in &way.groups {
                let parts = match &clusters {
                    Some((outlook, clusters)) => outlook.parts(self.known, way, clusters, group),
                    None => vec![Part {
                        missed: (0, 0),
                        clusters: Arc::clone(group.clusters(way, self.known)),
                        classes: group.sieve(self.known),
                        zones: None,
                    }],
                };
                let closed = parts.into_iter().map(|part| Closed {
                    first: score::first(key.scores, way.tier, part.missed),
                    key: *key,
                    way,
                    group,
                    part,
                });
                self.closed.extend(closed);
            }
        }
        self.closed.sort_by_key(|closed| Reverse(closed.first));
        if self.spreads() {
            return;
        }
        let alone: Vec<Seated> = self.alone.iter().copied().collect();
        for at in alone {
            self.judge(at);
        }
    }

    /// Whether the request keeps its replicas apart; otherwise it packs.
    fn spreads(&self) -> bool {
        self.prepared.request.strategy == Strategy::Spread
    }

    fn find_mentioned(&mut self) {
        let known = self.known;
        let may_take = |at: &Seated| known.ways.iter().any(|way| way.clusters.contains(at.cluster));
        for value in &known.mentions.values {
            self.alone
                .extend(self.state.index.names.find(value).filter(may_take));
        }
    }

    fn find_sites(&mut self) {
        if self.sites.is_empty() {
            self.sites = Sites::of(self.state);
        }
    }

    fn find_particular(&mut self, outlook: &Outlook<'a>) {
        for (cluster, node) in outlook.particular_nodes() {
            let (Ok(cluster), Ok(node)) = (ClusterName::new(cluster), NodeName::new(node)) else {
                continue;
            };
            let known = self.state.cluster(&cluster);
            self.alone.extend(known.and_then(|known| {
                let slot = known.slot(&node)?;
                let cluster = known.ix();
                Some(Seated { cluster, slot })
            }));
        }
    }

    /// Puts a node that is judged alone in its place, if it can take a replica.
    fn judge(&mut self, at: Seated) {
        let Some(cluster) = self.enter(at.cluster) else {
            return;
        };
        if let Some(found) = self.look_alone(at, cluster) {
            self.push_node(found, None);
        }
    }

    /// The place of a cluster among the eligible ones; none when a rule turns it away.
    fn enter(&mut self, cluster: ClusterIx) -> Option<usize> {
        if let Some(place) = self.entered.get(&cluster) {
            return *place;
        }
        let found = outlook::cluster(self.state, cluster)?;
        let Prepared { request, input, .. } = self.prepared;
        // Clusters that have a way pass the rules whose verdict lasts.
        let mut ways = self.known.ways.iter();
        let eligible = ways.any(|way| way.clusters.contains(cluster));
        let eligible = eligible.then(|| scan::eligible(self.state, request, &input, found, false));
        let eligible = eligible.flatten();
        let place = eligible.map(|eligible| {
            self.prepared.eligible.push(eligible);
            self.prepared.eligible.len() - 1
        });
        self.entered.insert(cluster, place);
        place
    }

    /// The best node that is left, for one replica.
    pub(super) fn best(&mut self) -> Option<Place<'a>> {
        if self.spreads() {
            return self.best_spread();
        }
        loop {
            self.open_while_better();
            let Reverse(rank) = self.queue.pop()?;
            match self.turns.get_mut(rank.turn).and_then(Option::take)? {
                Turn::Walk(walk) => match self.advance(walk) {
                    Moved::Found(found) => self.push_node(found, Some(walk)),
                    Moved::StepDone => self.push_walk(walk),
                    Moved::Done => {}
                },
                Turn::Node(found, walk) => {
                    if let Some(walk) = walk {
                        self.push(found.scores, None, NodeRank::default(), Turn::Walk(walk));
                    }
                    // It was looked at before the last replica took its place.
                    let at = (found.cluster, found.node);
                    if !self.prepared.is_forbidden(at, &self.draft.domains, None) {
                        let what = (found.cluster, found.node, found.fit);
                        return Place::of(&self.prepared, &self.draft, what, found.scores, &mut self.demands);
                    }
                }
            }
        }
    }

    /// What the request sees of others, as things are in the draft.
    pub(super) fn into_domains(self) -> DomainView<'a> {
        self.draft.domains
    }

    /// A replica takes the place.
    pub(super) fn take(&mut self, place: &Place<'a>) {
        let anywhere = self.clique().is_none();
        self.draft.take(&self.prepared, place);
        let settled = anywhere && self.clique().is_some();
        let Some(eligible) = self.prepared.eligible.get(place.index) else {
            return;
        };
        let cluster = eligible.state.ix();
        let Some(slot) = eligible.state.slot(place.node.name()) else {
            return;
        };
        let bounded = !eligible.quota.is_empty();
        let at = Seated { cluster, slot };
        self.alone.insert(at);
        self.rooms.taken(at, bounded);
        if bounded || settled || self.draft.domains.shifts_widely() {
            self.begin();
        } else if !self.spreads()
            && let Some(found) = self.look_again(at, place.index, place.variant)
        {
            self.push_node(found, None);
        }
    }

    fn push_node(&mut self, found: Found<'a>, walk: Option<usize>) {
        let cluster = self
            .prepared
            .eligible
            .get(found.cluster)
            .map(|eligible| eligible.name);
        let (scores, node) = (found.scores, found.node.rank());
        self.push(scores, cluster, node, Turn::Node(found, walk));
    }

    fn push(&mut self, scores: Scores, cluster: Option<&'a ClusterName>, node: NodeRank, what: Turn<'a>) {
        let turn = self.turns.len();
        self.turns.push(Some(what));
        self.queue.push(Reverse(Rank {
            scores,
            cluster,
            node,
            turn,
        }));
    }
}
