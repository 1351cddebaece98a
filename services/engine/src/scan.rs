//! Going over the fleet for one request: clusters that may take it, and the verdict on each of their nodes.

mod clusters;
mod demands;

use std::borrow::Cow;
use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, ClusterName};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceName, ResourceVector};

pub(crate) use self::clusters::{Eligible, Excluded, eligible};
pub(crate) use self::demands::Demands;
use crate::decide::{AvoidNote, DecideInput};
use crate::domains::{DomainView, Site};
use crate::explain::Relaxation;
use crate::filter::cluster::{ClusterContext, ClusterRule, failing};
use crate::filter::domain::{DOMAIN_RULES, DomainContext};
use crate::filter::node::{FACT_RULES, GpuWay, NodeContext, ROOM_RULES, RoomContext, gpu, selects};
use crate::reserve::KeptFor;
use crate::state::{ClusterState, DeviceRoom, FleetState, NodeState, QuotaHeadroom};

/// The fleet as one request sees it.
pub(crate) struct Prepared<'a> {
    pub(crate) state: &'a FleetState,
    pub(crate) request: &'a CanonicalRequest,
    pub(crate) input: DecideInput<'a>,
    pub(crate) eligible: Vec<Eligible<'a>>,
    pub(crate) excluded: Vec<Excluded<'a>>,
    /// Those of lower priority are moved as if none had to go on serving: to tell what that keeps where it is.
    pub(crate) nobody_has_to_serve: bool,
    /// Claims on their way out whose room is not counted on.
    pub(crate) staying: Option<&'a BTreeSet<ClaimId>>,
}

/// What is thought of others whose room would do.
#[derive(Clone, Copy, Default)]
pub(crate) struct Suppose<'a> {
    /// See [`Prepared::nobody_has_to_serve`].
    pub(crate) nobody_has_to_serve: bool,
    /// See [`Prepared::staying`].
    pub(crate) staying: Option<&'a BTreeSet<ClaimId>>,
}

/// Sorts clusters into those that may take the request and those that may not. A relaxed rule counts as passed.
pub(crate) fn prepare<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    relaxed: Option<&Relaxation>,
) -> Prepared<'a> {
    prepare_some(state, request, input, state.clusters(), relaxed)
}

/// The same for some clusters alone.
pub(crate) fn prepare_some<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    clusters: impl IntoIterator<Item = (&'a ClusterName, &'a ClusterState)>,
    relaxed: Option<&Relaxation>,
) -> Prepared<'a> {
    let mut prepared = Prepared::empty(state, request, input);
    for (name, cluster) in clusters {
        let context = ClusterContext::of(state, request, input, (name, cluster));
        let lifted = |rule: &dyn ClusterRule| {
            relaxed.is_some_and(|relaxed| relaxed.lifts_cluster_rule(&context, rule.name()))
        };
        let first = failing(&context).find(|rule| !lifted(*rule));
        match first {
            Some(rule) => prepared.excluded.push(Excluded { context, rule }),
            None => {
                let mut eligible = Eligible::of(&context);
                if let (Some(eligible), Some(relaxed)) = (&mut eligible, relaxed) {
                    eligible
                        .quota
                        .retain(|quota| !relaxed.lifts_quota(name, &quota.name));
                }
                prepared.eligible.extend(eligible);
            }
        }
    }
    prepared
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

fn lifts_fact(relaxed: Option<&Relaxation>, context: &NodeContext<'_>, rule: &str) -> bool {
    relaxed.is_some_and(|relaxed| relaxed.lifts_fact(context, rule))
}

/// Rules before those over room.
const BEFORE_ROOM: usize = FACT_RULES.len() + DOMAIN_RULES.len();

impl Rejection {
    /// Whether other placements, or other replicas, decided it.
    pub(crate) fn is_domain(self) -> bool {
        (FACT_RULES.len()..BEFORE_ROOM).contains(&self.rule)
    }

    /// Whether what is free decided it.
    pub(crate) fn is_room(self) -> bool {
        self.rule >= BEFORE_ROOM
    }

    pub(crate) fn name(self) -> &'static str {
        let domain = self.rule.checked_sub(FACT_RULES.len());
        let room = self.rule.checked_sub(BEFORE_ROOM);
        let fact = FACT_RULES.get(self.rule).map(|rule| rule.name());
        let domain = domain.and_then(|at| DOMAIN_RULES.get(at)).map(|rule| rule.name());
        let room = room.and_then(|at| ROOM_RULES.get(at)).map(|rule| rule.name());
        fact.or(domain).or(room).unwrap_or_default()
    }
}

/// One node and what is left there.
#[derive(Clone)]
pub(crate) struct Spot<'s> {
    pub(crate) cluster: usize,
    pub(crate) node: &'s NodeState,
    /// What is free on it.
    pub(crate) free: Cow<'s, ResourceVector>,
    /// What is taken of its devices.
    pub(crate) devices: Cow<'s, DeviceRoom>,
    /// What the ResourceQuotas of the namespace leave.
    pub(crate) quota: &'s [QuotaHeadroom],
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
            nobody_has_to_serve: false,
            staying: None,
        }
    }

    /// What is thought of others.
    pub(crate) fn suppose(&mut self, suppose: Suppose<'a>) {
        self.nobody_has_to_serve = suppose.nobody_has_to_serve;
        self.staying = suppose.staying;
    }

    fn context<'s>(&'s self, spot: &Spot<'s>, variant: usize) -> Option<NodeContext<'s>> {
        self.context_of((spot.cluster, spot.node), variant)
    }

    pub(crate) fn context_of<'s>(
        &'s self,
        (cluster, node): (usize, &'s NodeState),
        variant: usize,
    ) -> Option<NodeContext<'s>> {
        let eligible = self.eligible.get(cluster)?;
        let variant = eligible.variants.get(variant)?;
        Some(NodeContext {
            request: self.request,
            variant,
            cluster: eligible.name,
            node,
        })
    }

    fn avoided(&self, context: &NodeContext<'_>) -> Option<&AvoidNote> {
        if self.input.avoid.is_empty() {
            return None;
        }
        let node = context.node.name().clone();
        let key = (context.cluster.clone(), Some(node));
        self.input.avoid.get(&key)
    }

    /// Another placement for which the node is kept free of requests like this one.
    fn reserved_for<'s>(&'s self, context: &NodeContext<'_>) -> Option<KeptFor<'s>> {
        let node = context.node.name();
        let reserved = self.state.reserved.on(context.cluster, node)?;
        let other = self.input.placement != Some(reserved.placement);
        (other && self.request.priority <= reserved.priority).then(|| reserved.as_told_to(self.input.tenant))
    }

    /// Where a node stands.
    pub(crate) fn site<'s>(&'s self, cluster: usize, node: &'s NodeState) -> Option<Site<'s>> {
        let eligible = self.eligible.get(cluster)?;
        Some(Site::of(eligible.name, eligible.state, node))
    }

    /// The verdict on a node: the first variant that fits, or how far the best of them came. Without `domains` the rules
    /// over other claims are left out.
    pub(crate) fn evaluate(
        &self,
        spot: &Spot<'_>,
        domains: Option<&DomainView<'_>>,
        demands: &mut Demands,
        relaxed: Option<&Relaxation>,
    ) -> Result<Fit, Rejection> {
        let variants = self
            .eligible
            .get(spot.cluster)
            .map_or(0, |eligible| eligible.variants.len());
        // It does not depend on the variant.
        let mut domain: Option<Option<usize>> = None;
        let mut furthest = Rejection { rule: 0, variant: 0 };
        for variant in 0..variants {
            let verdict = self
                .fact_verdict(spot, variant, relaxed)
                .and_then(|()| {
                    let failing = domain.get_or_insert_with(|| {
                        self.failing_domain_rule((spot.cluster, spot.node), domains, relaxed)
                    });
                    failing.map_or(Ok(()), |rule| Err(FACT_RULES.len() + rule))
                })
                .and_then(|()| self.room_verdict(spot, variant, demands, relaxed));
            match verdict {
                Ok(demand) => return Ok(Fit { variant, demand }),
                Err(rule) if rule > furthest.rule || variant == 0 => furthest = Rejection { rule, variant },
                Err(_) => {}
            }
        }
        Err(furthest)
    }

    /// Whether any variant passes the rules over facts.
    pub(crate) fn facts_pass(&self, spot: &Spot<'_>, relaxed: Option<&Relaxation>) -> bool {
        let variants = self
            .eligible
            .get(spot.cluster)
            .map_or(0, |eligible| eligible.variants.len());
        (0..variants).any(|variant| self.fact_verdict(spot, variant, relaxed).is_ok())
    }

    /// Whether the request means nodes like this one, in any variant: see [`selects`].
    pub(crate) fn selects(&self, at: (usize, &NodeState), relaxed: Option<&Relaxation>) -> bool {
        let eligible = self.eligible.get(at.0);
        let variants = eligible.map_or(0, |eligible| eligible.variants.len());
        (0..variants).any(|variant| {
            self.context_of(at, variant)
                .is_some_and(|context| selects(&context, |rule| lifts_fact(relaxed, &context, rule)))
        })
    }

    /// The first rule over facts that turns the node away in this variant, by its place.
    pub(crate) fn fact_verdict(
        &self,
        spot: &Spot<'_>,
        variant: usize,
        relaxed: Option<&Relaxation>,
    ) -> Result<(), usize> {
        let context = self.context(spot, variant).ok_or(0_usize)?;
        let failing = |rule: &&dyn crate::filter::node::NodeRule| {
            !rule.passes(&context) && !lifts_fact(relaxed, &context, rule.name())
        };
        match FACT_RULES.iter().position(failing) {
            Some(rule) => Err(rule),
            None => Ok(()),
        }
    }

    fn failing_domain_rule(
        &self,
        (cluster, node): (usize, &NodeState),
        domains: Option<&DomainView<'_>>,
        relaxed: Option<&Relaxation>,
    ) -> Option<usize> {
        let view = domains.filter(|view| view.may_forbid())?;
        let site = self.site(cluster, node)?;
        let context = DomainContext { view, site };
        DOMAIN_RULES
            .iter()
            .position(|rule| !rule.passes(&context) && !self.lifted((cluster, node), rule.name(), relaxed))
    }

    /// Whether a rule over domains turns the node away.
    pub(crate) fn is_forbidden(
        &self,
        (cluster, node): (usize, &NodeState),
        domains: &DomainView<'_>,
        relaxed: Option<&Relaxation>,
    ) -> bool {
        self.failing_domain_rule((cluster, node), Some(domains), relaxed)
            .is_some()
    }

    /// What one replica would take, when there is room for it in this variant; else the rule by its place.
    pub(crate) fn room_verdict(
        &self,
        spot: &Spot<'_>,
        variant: usize,
        demands: &mut Demands,
        relaxed: Option<&Relaxation>,
    ) -> Result<usize, usize> {
        let context = self.context(spot, variant).ok_or(0_usize)?;
        let way = gpu::way(&context, &spot.free, &spot.devices);
        let demand = demands.index(spot.cluster, variant, &context, way);
        let room = self.room(&context, spot, (demands, demand), way).ok_or(0_usize)?;
        let failing = |rule: &&dyn crate::filter::node::RoomRule| {
            !rule.passes(&room) && !self.lifted((spot.cluster, spot.node), rule.name(), relaxed)
        };
        match ROOM_RULES.iter().position(failing) {
            Some(rule) => Err(BEFORE_ROOM + rule),
            None => Ok(demand),
        }
    }

    fn lifted(&self, (cluster, node): (usize, &NodeState), rule: &str, relaxed: Option<&Relaxation>) -> bool {
        let (Some(relaxed), Some(eligible)) = (relaxed, self.eligible.get(cluster)) else {
            return false;
        };
        relaxed.lifts_node_rule(eligible.name, node.name(), rule)
    }

    fn room<'s>(
        &'s self,
        context: &NodeContext<'s>,
        spot: &'s Spot<'s>,
        (demands, demand): (&'s Demands, usize),
        gpu: Option<GpuWay<'s>>,
    ) -> Option<RoomContext<'s>> {
        let demand = demands.get(demand)?;
        Some(RoomContext {
            at: *context,
            demand,
            free: &spot.free,
            devices: &spot.devices,
            gpu,
            quota: spot.quota,
            avoided: self.avoided(context),
            reserved_for: self.reserved_for(context),
        })
    }

    /// What one replica would take there, as an index into `demands`.
    pub(crate) fn demand_of(&self, spot: &Spot<'_>, variant: usize, demands: &mut Demands) -> Option<usize> {
        let context = self.context(spot, variant)?;
        let way = gpu::way(&context, &spot.free, &spot.devices);
        Some(demands.index(spot.cluster, variant, &context, way))
    }

    /// What one replica takes there at least, in any of these variants, by whichever GPUs.
    pub(crate) fn least_demand(
        &self,
        at: (usize, &NodeState),
        variants: &[usize],
        demands: &mut Demands,
    ) -> ResourceVector {
        let mut least: Option<ResourceVector> = None;
        let contexts = variants
            .iter()
            .filter_map(|variant| Some((*variant, self.context_of(at, *variant)?)));
        for (variant, context) in contexts {
            let none = self.request.gpu.is_none().then_some(None);
            for way in gpu::ways(&context).map(Some).chain(none) {
                let index = demands.index(at.0, variant, &context, way);
                let Some(demand) = demands.get(index) else {
                    continue;
                };
                least = Some(match least {
                    None => demand.clone(),
                    Some(least) => least
                        .iter()
                        .map(|(resource, amount)| (resource.clone(), amount.min(demand.get(resource))))
                        .collect(),
                });
            }
        }
        least.unwrap_or_default()
    }

    /// The GPUs that one replica takes there and how many units of them, where that is the same in any of these variants and
    /// whatever is free, and the node counts them.
    pub(crate) fn only_gpus<'s>(
        &'s self,
        at: (usize, &'s NodeState),
        variants: &[usize],
    ) -> Option<(&'s ResourceName, i64)> {
        let [variant] = variants else { return None };
        let context = self.context_of(at, *variant)?;
        let mut ways = gpu::ways(&context);
        match (ways.next(), ways.next()) {
            (Some(GpuWay::Counted { resource, units }), None) => Some((resource, units)),
            _ => None,
        }
    }

    /// The view that scores and texts need of a node.
    pub(crate) fn room_of<'s>(
        &'s self,
        spot: &'s Spot<'s>,
        variant: usize,
        demands: &'s mut Demands,
    ) -> Option<RoomContext<'s>> {
        let context = self.context(spot, variant)?;
        let way = gpu::way(&context, &spot.free, &spot.devices);
        let demand = demands.index(spot.cluster, variant, &context, way);
        self.room(&context, spot, (demands, demand), way)
    }

    /// How far from passing the node is that was turned away: smaller is nearer, among nodes that the same rule turned away.
    pub(crate) fn distance(&self, spot: &Spot<'_>, rejection: Rejection, demands: &mut Demands) -> i64 {
        if let Some(rule) = FACT_RULES.get(rejection.rule) {
            return self
                .context(spot, rejection.variant)
                .map_or(0, |context| rule.distance(&context));
        }
        let room = rejection.rule.checked_sub(BEFORE_ROOM);
        let Some(rule) = room.and_then(|at| ROOM_RULES.get(at)) else {
            return 0;
        };
        self.room_of(spot, rejection.variant, demands)
            .map_or(0, |room| rule.distance(&room))
    }

    /// Why the node was turned away, for people.
    pub(crate) fn shortfall(
        &self,
        spot: &Spot<'_>,
        domains: &DomainView<'_>,
        rejection: Rejection,
        demands: &mut Demands,
    ) -> String {
        let domain = rejection.rule.checked_sub(FACT_RULES.len());
        if let Some(rule) = domain.and_then(|at| DOMAIN_RULES.get(at)) {
            let site = self.site(spot.cluster, spot.node);
            return site
                .map(|site| rule.shortfall(&DomainContext { view: domains, site }))
                .unwrap_or_default();
        }
        let Some(room) = self.room_of(spot, rejection.variant, demands) else {
            return String::new();
        };
        if let Some(rule) = FACT_RULES.get(rejection.rule) {
            return rule.shortfall(&room.at);
        }
        let rule = rejection
            .rule
            .checked_sub(BEFORE_ROOM)
            .and_then(|index| ROOM_RULES.get(index));
        rule.map(|rule| rule.shortfall(&room)).unwrap_or_default()
    }
}
