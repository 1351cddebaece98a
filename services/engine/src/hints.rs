//! Which changes can help something that fits nowhere, so that it is tried again by the events that can help it and never by
//! the clock.
//!
//! Safe, not exact: whenever a request that did not fit comes to fit, at least one change in between was hinted; a hinted
//! change may help nothing.

use std::collections::BTreeSet;

use hourglass_model::gpu::counts_gpus;
use hourglass_model::ids::TenantId;
use hourglass_model::placement::Preemption;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{DEVICES, ResourceName};
use serde::{Deserialize, Serialize};

use crate::changes::ChangeKind;
use crate::decide::{Draft, Place};
use crate::filter::node::{GpuWay, gpu};
use crate::scan::{Demands, Prepared};

/// What can help. A change of any cluster as a whole always can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryHints {
    /// Anything at all: the answer depends on the order in which replicas are placed.
    pub anything: bool,
    /// More of any of these free somewhere; [`DEVICES`] stands for GPUs by whatever source. Empty where anything can help.
    pub freed: BTreeSet<ResourceName>,
    /// Nodes that come or change, if they have all of these.
    pub nodes_with: BTreeSet<ResourceName>,
    /// Claims of this tenant that come or go, and nodes that go: rules about other placements stand in the way.
    pub claims_of: Option<TenantId>,
    /// Claims below this priority that come, go or move: they may make room.
    pub claims_below: Option<i32>,
    /// The end of a reservation.
    pub reservations: bool,
}

impl RetryHints {
    /// Nothing but what is learnt of whole clusters helps.
    #[must_use]
    pub fn clusters() -> Self {
        Self {
            anything: false,
            freed: BTreeSet::new(),
            nodes_with: BTreeSet::new(),
            claims_of: None,
            claims_below: None,
            reservations: false,
        }
    }

    /// Whether a change can help.
    #[must_use]
    pub fn wakes(&self, change: &ChangeKind) -> bool {
        match change {
            _ if self.anything => true,
            ChangeKind::ClusterChanged { .. } => true,
            ChangeKind::NodesChanged { resources, .. } => self.nodes_with.is_subset(resources),
            ChangeKind::NodesRemoved { .. } => self.claims_of.is_some(),
            ChangeKind::CapacityFreed { resources, .. } => {
                let gpus = self.freed.contains(&DEVICES) && resources.iter().any(counts_gpus);
                gpus || !self.freed.is_disjoint(resources)
            }
            ChangeKind::ClaimsChanged {
                tenant,
                lowest_priority,
            } => {
                self.claims_of.as_ref() == Some(tenant)
                    || self.claims_below.is_some_and(|below| *lowest_priority < below)
            }
            ChangeKind::PodsChanged { .. } => self.claims_below.is_some(),
            ChangeKind::ReservationEnded => self.reservations,
        }
    }
}

/// What can help a request of which only these places were found.
pub(crate) fn of<'a>(prepared: &Prepared<'a>, start: &Draft<'a>, places: &[Place<'a>]) -> RetryHints {
    let (request, input) = (prepared.request, &prepared.input);
    let draft = start.clone().with(prepared, places);
    let several = input.slots.len() > 1;
    let others = draft.domains.may_forbid();
    let moves = input.preempt && request.preemption == Preemption::LowerPriority;
    let variants = prepared.eligible.iter().map(|eligible| eligible.variants.len());
    let quotas = prepared
        .eligible
        .iter()
        .any(|eligible| !eligible.quota.is_empty())
        || prepared
            .excluded
            .iter()
            .any(|excluded| excluded.rule.name() == "NamespaceQuota");
    let in_order = several && (others || moves || variants.max().is_some_and(|most| most > 1));
    let mut hints = RetryHints {
        anything: in_order || quotas,
        freed: BTreeSet::new(),
        nodes_with: nodes_with(request, others),
        claims_of: others.then(|| input.tenant.clone()),
        claims_below: moves.then_some(request.priority),
        reservations: false,
    };
    if !hints.anything {
        look(prepared, &draft, &mut hints);
    }
    hints
}

/// What can help, without looking at the nodes: more than what [`of`] says. Where not anything can, what can be freed is
/// for [`freed_of`] to say. `quotas`: whether any cluster bounds any namespace.
pub(crate) fn roughly(prepared: &Prepared<'_>, draft: &Draft<'_>, quotas: bool) -> RetryHints {
    let (request, input) = (prepared.request, &prepared.input);
    let others = draft.domains.may_forbid();
    let moves = input.preempt && request.preemption == Preemption::LowerPriority;
    let several = input.slots.len() > 1;
    RetryHints {
        // By which of several ways its GPUs would come (whole, slices, MIG, devices) only the nodes tell.
        anything: quotas || request.gpu.is_some() || several && (others || moves || request.tee.is_some()),
        freed: BTreeSet::new(),
        nodes_with: nodes_with(request, others),
        claims_of: others.then(|| input.tenant.clone()),
        claims_below: moves.then_some(request.priority),
        reservations: true,
    }
}

/// Resources that are short where one of these demands has no room: any that is asked for may be.
pub(crate) fn freed_of(demands: &Demands) -> BTreeSet<ResourceName> {
    demands.resources().cloned().collect()
}

/// What a node must have to help.
fn nodes_with(request: &CanonicalRequest, others: bool) -> BTreeSet<ResourceName> {
    if others {
        return BTreeSet::new();
    }
    // GPUs are not among them: a node may have them by another resource, or as devices.
    let base = request.base.iter().filter(|(_, amount)| *amount > 0);
    base.map(|(resource, _)| resource.clone()).collect()
}

/// What nodes that could take it by their facts are short of.
fn look<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>, hints: &mut RetryHints) {
    let mut demands = Demands::default();
    for (cluster, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let spot = draft.spot(prepared, cluster, node);
            for variant in 0..eligible.variants.len() {
                if prepared.fact_verdict(&spot, variant, None).is_err() {
                    continue;
                }
                let Some(room) = prepared.room_of(&spot, variant, &mut demands) else {
                    continue;
                };
                let short = room.demand.shortages(room.free);
                hints.freed.extend(short.map(|shortage| shortage.resource));
                // Where there are several ways to its GPUs, any of them may be the one that comes free.
                if room.gpu == Some(GpuWay::Devices) || gpu::ways(&room.at).nth(1).is_some() {
                    hints.freed.insert(DEVICES.clone());
                }
                hints.reservations |= room.reserved_for.is_some();
            }
        }
    }
}
