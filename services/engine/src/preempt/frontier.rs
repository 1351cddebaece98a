//! Nodes that were not looked at yet, by what making room there costs at least: clusters by kind first, then blocks of
//! their nodes, then single nodes, each opened only when nothing else can cost less.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use hourglass_model::ids::ClusterName;
use hourglass_model::placement::Strategy;

use super::floor::{OnKind, Range};
use super::movers::summary::{Amounts, Summary};
use super::movers::tree::{Part, Tree};
use super::reckon::{Ask, InCluster, LoadOf, Reckoned};
use crate::hash::NumberSet;
use crate::index::ClusterIx;
use crate::scan::{Demands, Prepared};
use crate::score::FirstScores;
use crate::state::NodeState;
use crate::state::class::{ClassId, KindId};
use crate::state::nodes::{NodeRank, NodeSlot};

/// A node, in the order in which equal ones are taken.
pub(crate) type At<'a> = (&'a ClusterName, NodeRank);

/// What making room costs on a node at least, and which one.
pub(super) type Standing<'a> = (Reckoned, At<'a>);

/// What is asked of the nodes of a kind.
pub(crate) struct KindAsked {
    pub(crate) kind: KindId,
    pub(crate) ask: Ask,
    /// Classes that count; empty for all.
    pub(crate) classes: Vec<Arc<NumberSet<ClassId>>>,
}

impl KindAsked {
    /// Of nodes of the kind of this one, in these clusters, by these variants; `first` are the least scores that facts decide.
    pub(crate) fn new<'s>(
        prepared: &'s Prepared<'_>,
        (sample, node): (usize, &'s NodeState),
        (variants, first): (&[usize], FirstScores),
        (frontier, clusters): (&Frontier<'_>, impl Iterator<Item = ClusterIx>),
        demands: &mut Demands,
    ) -> Option<Self> {
        let kind = node.class().kind.id;
        let columns = frontier.tree.columns_of(kind)?;
        let at = (sample, node);
        let demand = prepared.least_demand(at, variants, demands);
        let demand = columns.amounts(|resource| demand.get(resource));
        let only = prepared.only_gpus(at, variants);
        let [cpu, scarce] = frontier.ranges(kind, clusters, &demand)?;
        let counted = |on_kind: &OnKind<'_>| columns.scarce() == Some(on_kind.resource());
        let spreads = prepared.request.strategy == Strategy::Spread;
        let on_kind = (!spreads).then(|| OnKind::of(prepared, at, variants, demands));
        let on_kind = on_kind.flatten().filter(counted);
        let least = &node.class().kind.least;
        let counts_gpus = only.is_some_and(|(resource, _)| columns.scarce() == Some(resource));
        Some(Self {
            kind,
            ask: Ask {
                demand,
                first,
                counts_gpus,
                floor: on_kind.and_then(|on_kind| on_kind.table(scarce, cpu)),
                load_of: spreads.then(|| LoadOf {
                    cpu: least.cpu(),
                    memory: least.memory(),
                    gpus: if counts_gpus { least.gpus() } else { 0 },
                }),
            },
            classes: Vec::new(),
        })
    }
}

/// A cluster: its place among the eligible ones, its name, its number, and what scores say of it.
#[derive(Clone, Copy)]
pub(crate) struct Where<'a> {
    pub(crate) place: usize,
    pub(crate) name: &'a ClusterName,
    pub(crate) ix: ClusterIx,
    pub(crate) there: InCluster,
}

/// Nodes of a kind in a cluster; some of them; one of them. Places in the frontier's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Part { part: usize },
    Block { part: usize, block: usize },
    Node { part: usize, slot: NodeSlot },
}

/// What is not looked at yet.
pub(crate) struct Frontier<'a> {
    tree: Arc<Tree>,
    kinds: Vec<KindAsked>,
    /// Places in `kinds`, and clusters.
    parts: Vec<(usize, Where<'a>)>,
    heap: BinaryHeap<Reverse<(Standing<'a>, Item)>>,
}

impl<'a> Frontier<'a> {
    pub(crate) fn new(tree: Arc<Tree>) -> Self {
        Self {
            tree,
            kinds: Vec::new(),
            parts: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Nodes of a kind count from now on.
    pub(crate) fn add_kind(&mut self, kind: KindAsked) {
        self.kinds.push(kind);
    }

    /// What may be free of cpu and of what the second column counts on any node of a kind in these clusters, once as few have gone
    /// as can make room for what is asked anywhere there.
    fn ranges(
        &self,
        kind: KindId,
        clusters: impl Iterator<Item = ClusterIx>,
        demand: &Amounts,
    ) -> Option<[Range; 2]> {
        let parts = clusters.filter_map(|cluster| self.tree.part(kind, cluster)?.all);
        let all = parts.reduce(|mut all, one| {
            all.join(&one);
            all
        })?;
        all.ranges(all.row(demand)?)
    }

    /// Whether any node of the kind that was added last may come into question in a cluster.
    pub(crate) fn reaches(&self, cluster: ClusterIx) -> bool {
        let part = self.kinds.last().and_then(|asked| {
            let all = self.tree.part(asked.kind, cluster)?.all?;
            all.bound(&asked.ask, InCluster::default())
        });
        part.is_some()
    }

    /// Nodes in this cluster count, of the kind that was added last.
    pub(crate) fn add_cluster(&mut self, cluster: Where<'a>) {
        let Some(kind) = self.kinds.len().checked_sub(1) else {
            return;
        };
        let part = self.parts.len();
        self.parts.push((kind, cluster));
        let all = self.part(part).and_then(|(_, part)| part.all);
        let bound = all.and_then(|all| Some((self.bound(part, &all)?, all.first)));
        if let Some((reckoned, first)) = bound {
            let item = Item::Part { part };
            self.heap.push(Reverse(((reckoned, (cluster.name, first)), item)));
        }
    }

    fn part(&self, part: usize) -> Option<(&KindAsked, &Part)> {
        let (kind, cluster) = self.parts.get(part)?;
        let asked = self.kinds.get(*kind)?;
        Some((asked, self.tree.part(asked.kind, cluster.ix)?))
    }

    fn bound(&self, part: usize, summary: &Summary) -> Option<Reckoned> {
        let (kind, cluster) = self.parts.get(part)?;
        summary.bound(&self.kinds.get(*kind)?.ask, cluster.there)
    }

    /// The least that any node here can cost.
    pub(super) fn least(&self) -> Option<&Standing<'a>> {
        self.heap.peek().map(|Reverse((standing, _))| standing)
    }

    /// Opens what can cost least; a node comes out of it with its cluster's place, or nothing yet.
    pub(super) fn open(&mut self) -> Option<(usize, NodeSlot)> {
        let Reverse((_, item)) = self.heap.pop()?;
        let mut new: Vec<Reverse<(Standing<'a>, Item)>> = Vec::new();
        let mut push = |bound: Option<Reckoned>, at: At<'a>, item: Item| {
            new.extend(bound.map(|reckoned| Reverse(((reckoned, at), item))));
        };
        match item {
            Item::Part { part } => {
                let name = self.parts.get(part)?.1.name;
                let blocks = &self.part(part)?.1.blocks;
                for (at, block) in blocks.iter().enumerate() {
                    let item = Item::Block { part, block: at };
                    push(self.bound(part, &block.all), (name, block.all.first), item);
                }
            }
            Item::Block { part, block } => {
                let name = self.parts.get(part)?.1.name;
                let (asked, there) = self.part(part)?;
                let counts = |class: ClassId| {
                    let mut some = asked.classes.iter();
                    asked.classes.is_empty() || some.any(|classes| classes.contains(&class))
                };
                let entries = &there.blocks.get(block)?.entries;
                for entry in entries.iter().filter(|entry| counts(entry.class)) {
                    let slot = entry.slot;
                    let summary = &entry.summary;
                    let item = Item::Node { part, slot };
                    push(self.bound(part, summary), (name, summary.first), item);
                }
            }
            Item::Node { part, slot } => return Some((self.parts.get(part)?.1.place, slot)),
        }
        self.heap.extend(new);
        None
    }
}
