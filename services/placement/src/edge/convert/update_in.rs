//! Requests that change placements that exist, checked as a whole: every violation comes back at once.

use hourglass_model::Violation;
use hourglass_model::ids::{Epoch, Generation, Slot};
use hourglass_model::resource_name::PlacementName;
use hourglass_proto::fleet::v1 as proto;

use super::field_mask::fields_in;
use super::optional;
use super::placement_in::{annotations_in, labels_in, request_id_in};
use super::spec::spec_in;
use crate::edge::violations::Violations;
use crate::scheduler::merge::Wish;
use crate::scheduler::port::{EvictReplica, RollbackPlacement, UpdatePlacement};

/// Longest reason of an eviction, in characters.
const MAX_REASON: usize = 200;

/// What UpdatePlacement asks for. The spec is judged when it is whole, with the fields that stay.
///
/// # Errors
/// Every violation.
pub fn update_in(
    request: proto::UpdatePlacementRequest,
    traceparent: Option<String>,
) -> Result<UpdatePlacement, Vec<Violation>> {
    let mut violations = Violations::new();
    let request_id = request_id_in(request.request_id, &mut violations);
    let Some(placement) = request.placement else {
        violations.add("placement", "is required");
        return violations.finish(None);
    };
    let name = violations.check("placement.name", PlacementName::parse(&placement.name));
    labels_in("labels", &placement.labels, &mut violations);
    annotations_in(&placement.annotations, &mut violations);
    let fields = fields_in(request.update_mask, &placement, &mut violations);
    let spec = spec_in("spec", placement.spec.unwrap_or_default(), &mut violations);
    let input = name.map(|name| UpdatePlacement {
        tenant: name.tenant,
        id: name.placement,
        fields,
        given: Wish {
            spec,
            labels: placement.labels,
            annotations: placement.annotations,
        },
        etag: optional(placement.etag),
        request_id,
        allow_missing: request.allow_missing,
        validate_only: request.validate_only,
        traceparent,
    });
    violations.finish(input)
}

/// What RollbackPlacement asks for.
///
/// # Errors
/// Every violation.
pub fn rollback_in(
    request: proto::RollbackPlacementRequest,
    traceparent: Option<String>,
) -> Result<RollbackPlacement, Vec<Violation>> {
    let mut violations = Violations::new();
    let name = violations.check("name", PlacementName::parse(&request.name));
    let request_id = request_id_in(request.request_id, &mut violations);
    let revision = u64::try_from(request.revision)
        .ok()
        .filter(|revision| *revision > 0);
    if revision.is_none() {
        violations.add("revision", "is required, and above 0");
    }
    let input = name.zip(revision).map(|(name, revision)| RollbackPlacement {
        tenant: name.tenant,
        id: name.placement,
        revision: Generation(revision),
        etag: optional(request.etag),
        request_id,
        validate_only: request.validate_only,
        traceparent,
    });
    violations.finish(input)
}

/// What EvictReplica asks for.
///
/// # Errors
/// Every violation.
pub fn evict_in(
    request: proto::EvictReplicaRequest,
    traceparent: Option<String>,
) -> Result<EvictReplica, Vec<Violation>> {
    let mut violations = Violations::new();
    let name = violations.check("name", PlacementName::parse(&request.name));
    let request_id = request_id_in(request.request_id, &mut violations);
    let slot = u32::try_from(request.slot).ok();
    if slot.is_none() {
        violations.add("slot", "must be 0 or more");
    }
    let epoch = u64::try_from(request.epoch).ok().filter(|epoch| *epoch > 0);
    if epoch.is_none() {
        violations.add("epoch", "is required: the current epoch of the replica");
    }
    if request.reason.chars().count() > MAX_REASON || request.reason.chars().any(char::is_control) {
        let rule = format!("must have at most {MAX_REASON} characters, and no control characters");
        violations.add("reason", rule);
    }
    let input = name
        .zip(slot)
        .zip(epoch)
        .map(|((name, slot), epoch)| EvictReplica {
            tenant: name.tenant,
            id: name.placement,
            slot: Slot(slot),
            epoch: Epoch(epoch),
            reason: request.reason,
            request_id,
            traceparent,
        });
    violations.finish(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(violations: Vec<Violation>) -> Vec<String> {
        violations.into_iter().map(|one| one.path).collect()
    }

    #[test]
    fn a_part_of_a_spec_is_enough() {
        let request: proto::UpdatePlacementRequest = serde_json::from_value(serde_json::json!({
            "placement": {"name": "tenants/a/placements/web", "etag": "e", "spec": {"replicas": 3}},
        }))
        .unwrap();
        let input = update_in(request, None).unwrap();
        assert_eq!((input.tenant.as_str(), input.id.as_str()), ("a", "web"));
        assert_eq!(input.etag.as_deref(), Some("e"));
        let fields: Vec<_> = input.fields.iter().map(ToString::to_string).collect();
        assert_eq!(fields, ["spec.replicas"]);
    }

    #[test]
    fn every_violation_comes_at_once() {
        let mut request: proto::UpdatePlacementRequest = serde_json::from_value(serde_json::json!({
            "placement": {"name": "web", "labels": {"bad key": "v"}},
            "requestId": "x\u{7}",
        }))
        .unwrap();
        request.update_mask = Some(pbjson_types::FieldMask {
            paths: vec!["spec.nonsense".to_owned()],
        });
        assert_eq!(
            paths(update_in(request, None).unwrap_err()),
            ["requestId", "placement.name", "labels[bad key]", "updateMask"]
        );
        let none = proto::UpdatePlacementRequest::default();
        assert_eq!(paths(update_in(none, None).unwrap_err()), ["placement"]);
        let none = proto::RollbackPlacementRequest::default();
        assert_eq!(paths(rollback_in(none, None).unwrap_err()), ["name", "revision"]);
        let none = proto::EvictReplicaRequest {
            slot: -1,
            ..proto::EvictReplicaRequest::default()
        };
        assert_eq!(
            paths(evict_in(none, None).unwrap_err()),
            ["name", "slot", "epoch"]
        );
    }
}
