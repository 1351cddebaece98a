//! Going over the fleet for one request: clusters that may take it, and the verdict on each of their nodes.

use hourglass_model::ids::{ClusterName, Namespace};
use hourglass_model::render::claim_vector;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceName, ResourceVector};
use hourglass_model::tee::TeeKind;

use crate::decide::{Avoid, DecideInput};
use crate::explain::Relaxation;
use crate::filter::Variant;
use crate::filter::cluster::{ClusterContext, ClusterRule, failing};
use crate::filter::node::{FACT_RULES, NodeContext, ROOM_RULES, RoomContext};
use crate::state::{ClusterState, FleetState, NodeState};

/// A cluster that may take the request.
pub(crate) struct Eligible<'a> {
    pub(crate) name: &'a ClusterName,
    pub(crate) state: &'a ClusterState,
    pub(crate) namespace: &'a Namespace,
    pub(crate) variants: Vec<Variant<'a>>,
    pub(crate) claims: usize,
}

/// A cluster that may not, and the first rule that says so.
pub(crate) struct Excluded<'a> {
    pub(crate) context: ClusterContext<'a>,
    pub(crate) rule: &'static dyn ClusterRule,
}

/// The fleet as one request sees it.
pub(crate) struct Prepared<'a> {
    pub(crate) state: &'a FleetState,
    pub(crate) request: &'a CanonicalRequest,
    pub(crate) input: DecideInput<'a>,
    pub(crate) eligible: Vec<Eligible<'a>>,
    pub(crate) excluded: Vec<Excluded<'a>>,
}

/// Sorts clusters into those that may take the request and those that may not. A relaxed rule counts as passed.
pub(crate) fn prepare<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    relaxed: Option<&Relaxation>,
) -> Prepared<'a> {
    let mut prepared = Prepared::empty(state, request, input);
    for (name, cluster) in state.clusters() {
        let context = ClusterContext {
            request,
            tenant: input.tenant,
            avoid: input.avoid,
            name,
            cluster,
        };
        let lifted = |rule: &dyn ClusterRule| {
            relaxed.is_some_and(|relaxed| relaxed.lifts_cluster_rule(name, rule.name()))
        };
        let first = failing(&context).find(|rule| !lifted(*rule));
        match first {
            Some(rule) => prepared.excluded.push(Excluded { context, rule }),
            None => prepared
                .eligible
                .extend(Eligible::of(request, input, name, cluster)),
        }
    }
    prepared
}

/// A cluster that may take the request. `lasting` leaves out what the caller wants avoided for now.
pub(crate) fn eligible<'a>(
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    (name, cluster): (&'a ClusterName, &'a ClusterState),
    lasting: bool,
) -> Option<Eligible<'a>> {
    static NOTHING: Avoid = Avoid::new();
    let context = ClusterContext {
        request,
        tenant: input.tenant,
        avoid: if lasting { &NOTHING } else { input.avoid },
        name,
        cluster,
    };
    let excluded = failing(&context).next().is_some();
    (!excluded)
        .then(|| Eligible::of(request, input, name, cluster))
        .flatten()
}

impl<'a> Eligible<'a> {
    fn of(
        request: &'a CanonicalRequest,
        input: &DecideInput<'a>,
        name: &'a ClusterName,
        state: &'a ClusterState,
    ) -> Option<Self> {
        // Only a relaxation lets a cluster through without a namespace; any open one stands in for it.
        let namespace = state
            .facts()
            .namespace(input.tenant, request.namespace.as_ref())
            .or(request.namespace.as_ref())
            .or_else(|| state.facts().tenants.values().flatten().next())?;
        let open = request.tee.as_ref().is_some_and(|tee| tee.kinds.is_empty());
        let present: Vec<TeeKind> = state.tee_kinds().filter(|_| open).cloned().collect();
        Some(Self {
            name,
            state,
            namespace,
            variants: Variant::all(request, state.facts(), &present),
            claims: state.claims(),
        })
    }
}

/// What one replica would take, once for each way in which nodes can meet the request: most nodes share one.
#[derive(Default)]
pub(crate) struct Demands {
    entries: Vec<(Way, ResourceVector)>,
}

/// Cluster, variant and GPU units.
#[derive(PartialEq)]
struct Way {
    cluster: usize,
    variant: usize,
    gpu: Option<(ResourceName, i64)>,
}

impl Demands {
    pub(crate) fn index(&mut self, cluster: usize, variant: usize, context: &NodeContext<'_>) -> usize {
        let gpu = context.gpu_units();
        let same = |way: &Way| {
            way.cluster == cluster
                && way.variant == variant
                && way.gpu.as_ref().map(|(resource, units)| (resource, *units)) == gpu
        };
        if let Some(at) = self.entries.iter().position(|(way, _)| same(way)) {
            return at;
        }
        let gpu = gpu.map(|(resource, units)| (resource.clone(), units));
        let vector = claim_vector(context.request, &context.offer());
        self.entries.push((
            Way {
                cluster,
                variant,
                gpu,
            },
            vector,
        ));
        self.entries.len() - 1
    }

    pub(crate) fn get(&self, index: usize) -> Option<&ResourceVector> {
        self.entries.get(index).map(|(_, vector)| vector)
    }
}

/// A node that can take the request: by which variant, and what it would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) variant: usize,
    pub(crate) demand: usize,
}

/// A node that cannot: the rule by its place in the whole order, and the variant that came furthest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) rule: usize,
    pub(crate) variant: usize,
}

impl Rejection {
    /// Whether what is free decided it.
    pub(crate) fn is_room(self) -> bool {
        self.rule >= FACT_RULES.len()
    }

    pub(crate) fn name(self) -> &'static str {
        let room = self.rule.checked_sub(FACT_RULES.len());
        match (FACT_RULES.get(self.rule), room.and_then(|at| ROOM_RULES.get(at))) {
            (Some(rule), _) => rule.name(),
            (None, Some(rule)) => rule.name(),
            (None, None) => "",
        }
    }
}

/// One node and what is free on it.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub(crate) cluster: usize,
    pub(crate) node: &'a NodeState,
    pub(crate) free: &'a ResourceVector,
}

impl<'a> Prepared<'a> {
    /// Without any cluster yet.
    pub(crate) fn empty(
        state: &'a FleetState,
        request: &'a CanonicalRequest,
        input: &DecideInput<'a>,
    ) -> Self {
        Self {
            state,
            request,
            input: *input,
            eligible: Vec::new(),
            excluded: Vec::new(),
        }
    }

    fn context<'s>(&'s self, spot: &Spot<'s>, variant: usize) -> Option<NodeContext<'s>> {
        let eligible = self.eligible.get(spot.cluster)?;
        let variant = eligible.variants.get(variant)?;
        Some(NodeContext {
            request: self.request,
            variant,
            cluster: eligible.name,
            node: spot.node,
        })
    }

    fn avoided(&self, context: &NodeContext<'_>) -> Option<&str> {
        if self.input.avoid.is_empty() {
            return None;
        }
        let node = context.node.name().clone();
        let key = (context.cluster.clone(), Some(node));
        self.input.avoid.get(&key).map(String::as_str)
    }

    /// The verdict on a node: the first variant that fits, or how far the best of them came.
    pub(crate) fn evaluate(
        &self,
        spot: &Spot<'_>,
        demands: &mut Demands,
        relaxed: Option<&Relaxation>,
    ) -> Result<Fit, Rejection> {
        let variants = self
            .eligible
            .get(spot.cluster)
            .map_or(0, |eligible| eligible.variants.len());
        let mut furthest = Rejection { rule: 0, variant: 0 };
        for variant in 0..variants {
            let Some(context) = self.context(spot, variant) else {
                continue;
            };
            match self.evaluate_variant(&context, spot, variant, demands, relaxed) {
                Ok(fit) => return Ok(fit),
                Err(rule) if rule > furthest.rule || variant == 0 => furthest = Rejection { rule, variant },
                Err(_) => {}
            }
        }
        Err(furthest)
    }

    fn evaluate_variant(
        &self,
        context: &NodeContext<'_>,
        spot: &Spot<'_>,
        variant: usize,
        demands: &mut Demands,
        relaxed: Option<&Relaxation>,
    ) -> Result<Fit, usize> {
        let lifted = |name: &str| {
            relaxed.is_some_and(|r| r.lifts_node_rule(context.cluster, context.node.name(), name))
        };
        for (index, rule) in FACT_RULES.iter().enumerate() {
            if !rule.passes(context) && !lifted(rule.name()) {
                return Err(index);
            }
        }
        let demand = demands.index(spot.cluster, variant, context);
        let Some(room) = self.room(context, spot, demands, demand) else {
            return Err(0);
        };
        for (index, rule) in ROOM_RULES.iter().enumerate() {
            if !rule.passes(&room) && !lifted(rule.name()) {
                return Err(FACT_RULES.len() + index);
            }
        }
        Ok(Fit { variant, demand })
    }

    fn room<'s>(
        &'s self,
        context: &NodeContext<'s>,
        spot: &Spot<'s>,
        demands: &'s Demands,
        demand: usize,
    ) -> Option<RoomContext<'s>> {
        let demand = demands.get(demand)?;
        Some(RoomContext {
            at: *context,
            demand,
            free: spot.free,
            avoided: self.avoided(context),
        })
    }

    /// The view that scores and texts need of a node.
    pub(crate) fn room_of<'s>(
        &'s self,
        spot: &Spot<'s>,
        variant: usize,
        demands: &'s mut Demands,
    ) -> Option<RoomContext<'s>> {
        let context = self.context(spot, variant)?;
        let demand = demands.index(spot.cluster, variant, &context);
        self.room(&context, spot, demands, demand)
    }

    /// Why the node was turned away, for people.
    pub(crate) fn shortfall(&self, spot: &Spot<'_>, rejection: Rejection, demands: &mut Demands) -> String {
        let Some(room) = self.room_of(spot, rejection.variant, demands) else {
            return String::new();
        };
        if let Some(rule) = FACT_RULES.get(rejection.rule) {
            return rule.shortfall(&room.at);
        }
        let rule = rejection
            .rule
            .checked_sub(FACT_RULES.len())
            .and_then(|index| ROOM_RULES.get(index));
        rule.map(|rule| rule.shortfall(&room)).unwrap_or_default()
    }
}
