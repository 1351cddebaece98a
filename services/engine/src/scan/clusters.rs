//! Clusters as one request sees them: what those give it that may take it, and what keeps the others out.

use hourglass_model::ids::{ClusterName, Namespace};
use hourglass_model::request::{CanonicalRequest, tier};
use hourglass_model::tee::TeeKind;

use crate::decide::{DecideInput, Mentions};
use crate::filter::Variant;
use crate::filter::cluster::{ClusterContext, ClusterRule, RULES, quota_headroom};
use crate::filter::node::{FACT_RULES, NodeContext};
use crate::state::class::ClassId;
use crate::state::{ClusterState, FleetState, NamespaceFacts, NodeState, QuotaHeadroom};

/// A cluster that may take the request.
pub(crate) struct Eligible<'a> {
    pub(crate) name: &'a ClusterName,
    pub(crate) state: &'a ClusterState,
    pub(crate) namespace: &'a Namespace,
    pub(crate) variants: Vec<Variant<'a>>,
    pub(crate) claims: usize,
    /// What the ResourceQuotas of the namespace leave.
    pub(crate) quota: Vec<QuotaHeadroom>,
    /// The first step of the request's cluster preferences that takes it in.
    pub(crate) tier: usize,
}

/// A cluster that may not, and the first rule that says so.
pub(crate) struct Excluded<'a> {
    pub(crate) context: ClusterContext<'a>,
    pub(crate) rule: &'static dyn ClusterRule,
}

impl Excluded<'_> {
    /// Whether the cluster has nodes as the request asks for, whatever is free there, and would have them for its tenant; `classes`
    /// are those of its nodes, and perhaps some that it had.
    pub(crate) fn has_such_nodes(&self, classes: &[ClassId]) -> bool {
        let ClusterContext {
            request,
            tenant,
            cluster,
            ..
        } = self.context;
        let open = cluster.facts().namespace(tenant, request.namespace.as_ref());
        if open.is_none() {
            return false;
        }
        let Some(eligible) = Eligible::of(&self.context) else {
            return false;
        };
        let known = &self.context.state.classes;
        let passes = |node: &NodeState| {
            eligible.variants.iter().any(|variant| {
                let context = NodeContext {
                    request: self.context.request,
                    variant,
                    cluster: self.context.name,
                    node,
                };
                FACT_RULES.iter().all(|rule| rule.passes(&context))
            })
        };
        // Mostly the few classes say no for all of their nodes.
        let variants = eligible.variants.iter();
        let mentions = Mentions::of(self.context.request, variants, |key| known.is_own(key));
        let mut classes = classes.iter().filter_map(|class| known.get(*class));
        let may = !mentions.is_empty() || classes.any(|class| passes(&NodeState::representative(class)));
        may && eligible.state.nodes().any(passes)
    }
}

/// A cluster that may take the request by the rules whose verdict lasts, or else by the others.
pub(crate) fn eligible<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    (name, cluster): (&'a ClusterName, &'a ClusterState),
    lasting: bool,
) -> Option<Eligible<'a>> {
    let context = ClusterContext::of(state, request, input, (name, cluster));
    let mut rules = RULES.iter().filter(|rule| rule.lasts() == lasting);
    rules
        .all(|rule| rule.passes(&context))
        .then(|| Eligible::of(&context))
        .flatten()
}

impl<'a> Eligible<'a> {
    pub(super) fn of(context: &ClusterContext<'a>) -> Option<Self> {
        let ClusterContext {
            request,
            tenant,
            state: fleet,
            name,
            cluster: state,
            ..
        } = *context;
        // Only a relaxation lets a cluster through without a namespace; any open one stands in for it.
        let namespace = state
            .facts()
            .namespace(tenant, request.namespace.as_ref())
            .or(request.namespace.as_ref())
            .or_else(|| state.facts().tenants.values().flatten().next())?;
        let open = request.tee.as_ref().is_some_and(|tee| tee.kinds.is_empty());
        let present: Vec<TeeKind> = state.tee_kinds().filter(|_| open).cloned().collect();
        let inside = state.facts().inside(tenant, request.namespace.as_ref());
        let defaults = inside
            .and_then(NamespaceFacts::container_defaults)
            .unwrap_or_default();
        Some(Self {
            name,
            state,
            namespace,
            variants: Variant::all(request, state.facts(), &present, &defaults),
            claims: state.claims(),
            quota: quota_headroom(fleet, name, state, tenant, request.namespace.as_ref()),
            tier: tier(&request.cluster_preferences, name, &state.settings().labels),
        })
    }
}
