//! What the rules over facts say of every class of nodes, remembered for requests that ask the same of facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, Namespace, TenantId};
use hourglass_model::request::{
    CanonicalRequest, ClusterFilter, ClusterPreference, GpuRequest, NodeFilter, Prerequisites, TeeRequest,
};

use super::eligible_domains::Meant;
use super::mentions::Mentions;
use crate::decide::DecideInput;
use crate::filter::Variant;
use crate::filter::node::{FACT_RULES, NodeContext, RoomContext, selects};
use crate::hash::{NumberMap, NumberSet};
use crate::index::ClusterIx;
use crate::index::cluster_set::ClusterSet;
use crate::packing::FleetPacking;
use crate::scan;
use crate::score::{self, ClassScores, FleetScores, ScoreContext};
use crate::state::class::{ClassId, KindId, NodeClass};
use crate::state::{FleetState, NodeState};
use hourglass_model::resources::ResourceVector;

/// Everything that rules over clusters and over facts read in a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    tenant: TenantId,
    namespace: Option<Namespace>,
    clusters: ClusterFilter,
    preferences: Vec<ClusterPreference>,
    prerequisites: Prerequisites,
    gpu: Option<GpuRequest>,
    tee: Option<TeeRequest>,
    runtime_class: Option<String>,
    nodes: NodeFilter,
}

impl Asked {
    pub(super) fn of(request: &CanonicalRequest, tenant: &TenantId) -> Self {
        Self {
            tenant: tenant.clone(),
            namespace: request.namespace.clone(),
            clusters: request.clusters.clone(),
            preferences: request.cluster_preferences.clone(),
            prerequisites: request.prerequisites.clone(),
            gpu: request.gpu.clone(),
            tee: request.tee.clone(),
            runtime_class: request.runtime_class.clone(),
            nodes: request.nodes.clone(),
        }
    }
}

/// A kind of nodes with classes in a group.
#[derive(Debug, Clone)]
pub(super) struct KindInGroup {
    /// Stands for all nodes of the kind, where only that matters.
    pub(super) node: Arc<NodeState>,
    /// How many of its classes are in the group.
    pub(super) classes: usize,
}

/// Nodes that pass by the same variant with the same scores, as far as facts decide them.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Kinds, and how many of their classes are in the group.
    pub(super) kinds: BTreeMap<KindId, KindInGroup>,
    /// The classes, where classes of one kind differ.
    pub(super) classes: Arc<NumberSet<ClassId>>,
    /// Clusters with nodes of them, where classes of one kind differ; some may have none any more.
    clusters: Arc<ClusterSet>,
}

impl Group {
    /// Clusters that may have nodes of the group.
    pub(super) fn clusters<'s>(&'s self, way: &'s Way, known: &Known) -> &'s Arc<ClusterSet> {
        if known.by_label {
            &self.clusters
        } else {
            &way.clusters
        }
    }

    /// What classes are in the group; `None` for all of its kinds.
    pub(super) fn sieve(&self, known: &Known) -> Option<Arc<NumberSet<ClassId>>> {
        known.by_label.then(|| Arc::clone(&self.classes))
    }
}

/// What orders groups: scores by facts, then the variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GroupKey {
    pub(super) scores: ClassScores,
    pub(super) variant: usize,
}

/// Clusters that can meet the request in the same variants, and what their nodes are to it.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// One of the clusters; it stands for all.
    pub(super) sample: ClusterIx,
    pub(super) clusters: Arc<ClusterSet>,
    /// The step of the request's cluster preferences that takes them in.
    pub(super) tier: i64,
    pub(super) groups: BTreeMap<GroupKey, Group>,
    /// Classes of each kind, passing or not.
    kinds: NumberMap<KindId, usize>,
    /// Groups that a class is in.
    places: NumberMap<ClassId, Vec<GroupKey>>,
    /// Kinds of nodes that the request means, where classes of one kind are the same to it.
    meant_kinds: NumberSet<KindId>,
    /// Such classes, where they differ.
    meant_classes: NumberSet<ClassId>,
}

impl Way {
    /// Whether all classes of a kind are in a group.
    pub(super) fn is_whole(&self, kind: KindId, in_group: usize) -> bool {
        self.kinds.get(&kind).is_some_and(|all| *all == in_group)
    }
}

/// What is known for one [`Asked`].
#[derive(Debug, Clone)]
pub(in crate::decide) struct Known {
    pub(super) asked: Asked,
    pub(super) ways: Vec<Way>,
    pub(super) mentions: Mentions,
    /// Whether classes of one kind can differ to the request.
    pub(super) by_label: bool,
    /// Whether any cluster bounds any namespace by a quota.
    pub(super) has_quotas: bool,
    /// Clusters that are cordoned, not READY or without an inventory of their present session.
    pub(super) shut: Vec<ClusterName>,
    /// Version of the clusters, and number of keys that classes leave out, that this was found at.
    found_at: (u64, usize),
    /// Classes from this id on are not judged yet.
    next: ClassId,
    judged: usize,
    /// Pairs of class and cluster from this one on are not known yet.
    next_pair: usize,
    /// Where there are nodes that the request means, once one with spread constraints has asked.
    pub(super) meant: Option<Meant>,
}

impl Known {
    pub(super) fn new(
        asked: Asked,
        state: &FleetState,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> Self {
        let found_at = (state.index.version(), state.classes.own_keys());
        let mut ways: Vec<(Vec<Variant<'_>>, Way)> = Vec::new();
        for (name, cluster) in state.clusters() {
            let Some(eligible) = scan::eligible(state, request, input, (name, cluster), true) else {
                continue;
            };
            let tier = i64::try_from(eligible.tier).unwrap_or(i64::MAX);
            let found = ways
                .iter_mut()
                .find(|(variants, way)| way.tier == tier && *variants == eligible.variants);
            match found {
                Some((_, way)) => Arc::make_mut(&mut way.clusters).insert(cluster.ix()),
                None => {
                    let mut clusters = ClusterSet::default();
                    clusters.insert(cluster.ix());
                    let way = Way {
                        sample: cluster.ix(),
                        clusters: Arc::new(clusters),
                        tier,
                        groups: BTreeMap::new(),
                        kinds: NumberMap::default(),
                        places: NumberMap::default(),
                        meant_kinds: NumberSet::default(),
                        meant_classes: NumberSet::default(),
                    };
                    ways.push((eligible.variants, way));
                }
            }
        }
        let variants = ways.iter().flat_map(|(variants, _)| variants);
        let mentions = Mentions::of(request, variants.clone(), |key| state.classes.is_own(key));
        let nodes = &request.nodes;
        let by_label = !nodes.selector.is_empty()
            || !nodes.affinity.is_empty()
            || !nodes.preferred.is_empty()
            || variants
                .filter_map(|variant| variant.class)
                .any(|class| !class.node_selector.is_empty());
        Self {
            asked,
            ways: ways.into_iter().map(|(_, way)| way).collect(),
            mentions,
            by_label,
            has_quotas: state.clusters().any(|(_, cluster)| {
                let mut namespaces = cluster.facts().namespaces.values();
                namespaces.any(|namespace| !namespace.quota.is_empty())
            }),
            shut: state
                .clusters()
                .filter(|(_, cluster)| cluster.is_shut())
                .map(|(name, _)| name.clone())
                .collect(),
            found_at,
            next: ClassId(0),
            judged: 0,
            next_pair: 0,
            meant: None,
        }
    }

    /// Whether clusters, or what is kept of classes, are still what they were. Also no longer once most classes that were
    /// judged are gone.
    pub(super) fn holds(&self, state: &FleetState) -> bool {
        self.found_at == (state.index.version(), state.classes.own_keys())
            && self.judged <= 1024 + 2 * state.classes.len()
    }

    /// Judges classes that are new, and learns where they are.
    pub(super) fn catch_up(
        &mut self,
        state: &FleetState,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) {
        self.judge(state, request, input);
        let pairs = state.index.pairs();
        if self.by_label {
            for (class, cluster) in pairs.get(self.next_pair..).into_iter().flatten() {
                for way in self.ways.iter_mut().filter(|way| way.clusters.contains(*cluster)) {
                    way.meet(*class, *cluster);
                }
            }
        }
        self.next_pair = pairs.len();
        if !request.spread.is_empty() {
            self.learn_meant(state, &request.spread);
        }
    }

    fn judge(&mut self, state: &FleetState, request: &CanonicalRequest, input: &DecideInput<'_>) {
        let next = state.classes.next_id();
        if self.next == next {
            return;
        }
        for way in &mut self.ways {
            let Some(name) = state.index.cluster_name(way.sample) else {
                continue;
            };
            let Some(cluster) = state.cluster(name) else {
                continue;
            };
            let Some(eligible) = scan::eligible(state, request, input, (name, cluster), true) else {
                continue;
            };
            for class in state.classes.since(self.next) {
                let kind = &class.kind;
                let seen = way.kinds.entry(kind.id).or_default();
                if *seen > 0 && !self.by_label {
                    continue;
                }
                *seen += 1;
                let node = NodeState::representative(class);
                for (at, variant) in eligible.variants.iter().enumerate() {
                    let context = NodeContext {
                        request,
                        variant,
                        cluster: name,
                        node: &node,
                    };
                    way.judge(at, &context, class, &state.packing);
                }
            }
        }
        self.judged += state.classes.since(self.next).count();
        self.next = next;
    }
}

impl Way {
    /// Whether the request means the nodes of a class, whatever is in the way there.
    pub(super) fn means(&self, known: &Known, class: &NodeClass) -> bool {
        if known.by_label {
            self.meant_classes.contains(&class.id)
        } else {
            self.meant_kinds.contains(&class.kind.id)
        }
    }

    /// A class has nodes in a cluster.
    fn meet(&mut self, class: ClassId, cluster: ClusterIx) {
        for key in self.places.get(&class).into_iter().flatten() {
            if let Some(group) = self.groups.get_mut(key) {
                Arc::make_mut(&mut group.clusters).insert(cluster);
            }
        }
    }

    fn judge(
        &mut self,
        variant: usize,
        context: &NodeContext<'_>,
        class: &Arc<NodeClass>,
        packing: &FleetPacking,
    ) {
        if selects(context, |_| false) {
            self.meant_kinds.insert(class.kind.id);
            self.meant_classes.insert(class.id);
        }
        if !FACT_RULES.iter().all(|rule| rule.passes(context)) {
            return;
        }
        let nothing = ResourceVector::new();
        let room = RoomContext {
            at: *context,
            demand: &nothing,
            free: &nothing,
            devices: context.node.device_room(),
            gpu: None,
            avoided: None,
            quota: &[],
            reserved_for: None,
        };
        let scores = score::of_class(&ScoreContext {
            room,
            fleet: FleetScores::default(),
            packing,
        });
        let group = self.groups.entry(GroupKey { scores, variant }).or_default();
        let kind = &class.kind;
        let in_group = group.kinds.entry(kind.id).or_insert_with(|| KindInGroup {
            node: Arc::new(NodeState::of_kind(kind)),
            classes: 0,
        });
        in_group.classes += 1;
        Arc::make_mut(&mut group.classes).insert(class.id);
        self.places
            .entry(class.id)
            .or_default()
            .push(GroupKey { scores, variant });
    }
}
