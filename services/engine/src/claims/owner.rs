//! Whose a claim is.

use std::sync::Arc;

use hourglass_model::ids::{PlacementUid, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::Topology;
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

use crate::domains::Counted;

/// Whose a claim is, and what decisions about others need to know of it. All claims of a placement share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// Tenant of the placement.
    pub tenant: TenantId,
    /// The placement.
    pub placement: PlacementUid,
    /// Labels of the placement, which selectors of others match.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// The higher, the more important.
    #[serde(default)]
    pub priority: i32,
    /// Its slots run together or not at all.
    #[serde(default)]
    pub gang: bool,
    /// Slots that must go on serving, whoever needs their room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_available: Option<u32>,
    /// Slots that it wants.
    pub replicas: u32,
    /// Required anti-affinity: placements that it keeps away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anti_affinity: Vec<Counted>,
    /// What its own rules count, so that it is counted as claims come and go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted: Vec<Counted>,
    /// Whether a placement of higher priority may take its room.
    #[serde(default)]
    pub preemptible: bool,
}

impl Owner {
    /// The owner of what is decided for a request.
    #[must_use]
    pub fn new(tenant: &TenantId, placement: &PlacementUid, request: &CanonicalRequest) -> Arc<Self> {
        let counted = |selector: &hourglass_model::labels::LabelSelector, topology: Topology| Counted {
            selector: selector.clone(),
            topology,
        };
        let required = request.anti_affinity.iter().filter(|term| term.weight.is_none());
        let terms = request.affinity.iter().chain(&request.anti_affinity);
        let mut all: Vec<Counted> =
            terms
                .map(|term| counted(&term.selector, term.topology))
                .chain(request.spread.iter().filter_map(|constraint| {
                    Some(counted(constraint.selector.as_ref()?, constraint.topology))
                }))
                .collect();
        all.sort();
        all.dedup();
        let mut anti_affinity: Vec<Counted> = required
            .map(|term| counted(&term.selector, term.topology))
            .collect();
        anti_affinity.sort();
        anti_affinity.dedup();
        Arc::new(Self {
            tenant: tenant.clone(),
            placement: placement.clone(),
            labels: request.labels.clone(),
            priority: request.priority,
            gang: request.gang,
            min_available: request.disruption.map(|least| least.of(request.replicas)),
            replicas: request.replicas,
            anti_affinity,
            counted: all,
            preemptible: true,
        })
    }

    /// The owner of a claim of which only the placement is known any more: nobody's selectors match it, and its room is
    /// not taken.
    #[must_use]
    pub fn unknown(tenant: &TenantId, placement: &PlacementUid) -> Arc<Self> {
        Arc::new(Self {
            tenant: tenant.clone(),
            placement: placement.clone(),
            labels: Labels::new(),
            priority: 0,
            gang: false,
            min_available: None,
            replicas: 1,
            anti_affinity: Vec::new(),
            counted: Vec::new(),
            preemptible: false,
        })
    }
}
