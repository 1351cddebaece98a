//! Requests about placements, checked as a whole: every violation comes back at once.

use std::collections::BTreeMap;

use hourglass_model::Violation;
use hourglass_model::dns;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request;
use hourglass_model::resource_name::PlacementName;
use hourglass_proto::fleet::v1 as proto;
use jiff::Timestamp;
use proto::explain_placement_request::Subject;

use super::optional;
use super::spec::spec_in;
use crate::edge::names;
use crate::edge::violations::Violations;
use crate::scheduler::port::{CreatePlacement, DeletePlacement, ExplainSubject};

/// Longest `request_id`, in characters.
pub const MAX_REQUEST_ID: usize = 128;
/// Most labels of one resource.
pub const MAX_LABELS: usize = 64;
/// All annotations together, in bytes of JSON.
pub const MAX_ANNOTATION_BYTES: usize = 16 * 1024;

/// What CreatePlacement asks for. Fields that only the service sets (name, uid, state and so on) are passed over, as
/// AIP-203 wants it, so that what was read can be sent again.
///
/// # Errors
/// Every violation.
pub fn create_in(
    request: proto::CreatePlacementRequest,
    traceparent: Option<String>,
) -> Result<CreatePlacement, Vec<Violation>> {
    let mut violations = Violations::new();
    let tenant = violations.check("parent", names::tenant(&request.parent));
    let id = optional(request.placement_id).and_then(|id| violations.check("placementId", id.parse()));
    let request_id = request_id_in(request.request_id, &mut violations);
    let Some(placement) = request.placement else {
        violations.add("placement", "is required");
        return violations.finish(None);
    };
    labels_in("labels", &placement.labels, &mut violations);
    annotations_in(&placement.annotations, &mut violations);
    let spec = required_spec(placement.spec, &placement.labels, &mut violations);
    let input = tenant.zip(spec).map(|(tenant, spec)| CreatePlacement {
        tenant,
        id,
        labels: placement.labels,
        annotations: placement.annotations,
        spec,
        request_id,
        validate_only: request.validate_only,
        fail_fast: request.fail_fast,
        traceparent,
    });
    violations.finish(input)
}

/// What DeletePlacement asks for.
///
/// # Errors
/// Every violation.
pub fn delete_in(
    request: proto::DeletePlacementRequest,
    traceparent: Option<String>,
) -> Result<DeletePlacement, Vec<Violation>> {
    let mut violations = Violations::new();
    let name = violations.check("name", PlacementName::parse(&request.name));
    let request_id = request_id_in(request.request_id, &mut violations);
    let input = name.map(|name| DeletePlacement {
        tenant: name.tenant,
        id: name.placement,
        etag: optional(request.etag),
        request_id,
        force: request.force,
        traceparent,
    });
    violations.finish(input)
}

/// What ExplainPlacement asks for.
///
/// # Errors
/// Every violation.
pub fn explain_in(request: proto::ExplainPlacementRequest) -> Result<ExplainSubject, Vec<Violation>> {
    let mut violations = Violations::new();
    let subject = match request.subject {
        None => {
            violations.add("name", "is required, unless placement and parent are given");
            None
        }
        Some(Subject::Name(name)) => violations
            .check("name", PlacementName::parse(&name))
            .map(|name| ExplainSubject::Existing(name.tenant, name.placement)),
        Some(Subject::Placement(placement)) => {
            let tenant = violations.check("parent", names::tenant(&request.parent));
            labels_in("labels", &placement.labels, &mut violations);
            let spec = required_spec(placement.spec, &placement.labels, &mut violations);
            tenant.zip(spec).map(|(tenant, spec)| ExplainSubject::New {
                tenant,
                labels: placement.labels,
                spec: Box::new(spec),
            })
        }
    };
    violations.finish(subject)
}

pub(super) fn required_spec(
    spec: Option<proto::PlacementSpec>,
    labels: &BTreeMap<String, String>,
    violations: &mut Violations,
) -> Option<PlacementSpec> {
    let Some(spec) = spec else {
        violations.add("spec", "is required");
        return None;
    };
    let spec = spec_in("spec", spec, violations);
    // Judged here too, although the loop judges again: names and content are then reported together.
    if let Err(found) = request::canonicalise(&spec, labels) {
        violations.extend(found);
    }
    // Alone it is left to the loop: the same call again, after its time has come, still gets its first answer.
    if !violations.is_empty() {
        violations.extend(request::expired(&spec, Timestamp::now()));
    }
    Some(spec)
}

/// A `request_id`: printable, bounded, absent when empty.
pub fn request_id_in(request_id: String, violations: &mut Violations) -> Option<String> {
    if request_id.chars().count() > MAX_REQUEST_ID {
        violations.add("requestId", format!("has more than {MAX_REQUEST_ID} characters"));
    }
    if request_id.chars().any(char::is_control) {
        violations.add("requestId", "must not have control characters");
    }
    optional(request_id)
}

/// Labels under `path`.
pub fn labels_in(path: &str, labels: &BTreeMap<String, String>, violations: &mut Violations) {
    if labels.len() > MAX_LABELS {
        violations.add(
            path,
            format!("has {} labels, more than {MAX_LABELS}", labels.len()),
        );
    }
    for (key, value) in labels {
        if !dns::is_qualified_name(key) {
            violations.add(
                format!("{path}[{key}]"),
                format!("is not a label key: it must be {}", dns::QUALIFIED_NAME_RULE),
            );
        }
        if !dns::is_label_value(value) {
            let message = format!(
                "{value:?} is not a label value: it must be {}",
                dns::LABEL_VALUE_RULE
            );
            violations.add(format!("{path}[{key}]"), message);
        }
    }
}

/// Annotations.
pub fn annotations_in(annotations: &BTreeMap<String, String>, violations: &mut Violations) {
    // As they are stored: some characters are longer there.
    let bytes = serde_json::to_string(annotations).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_ANNOTATION_BYTES {
        violations.add(
            "annotations",
            format!("have {bytes} bytes, more than {MAX_ANNOTATION_BYTES}"),
        );
    }
    for key in annotations.keys().filter(|key| !dns::is_qualified_name(key)) {
        let message = format!(
            "is not an annotation key: it must be {}",
            dns::QUALIFIED_NAME_RULE
        );
        violations.add(format!("annotations[{key}]"), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVS: &str = "0x1234567890abcdef1234567890abcdef12345678";

    fn spec() -> proto::PlacementSpec {
        proto::PlacementSpec {
            performer: Some(proto::PerformerSpec {
                avs_address: AVS.to_owned(),
                image: "ghcr.io/example/performer:v1".to_owned(),
                ..proto::PerformerSpec::default()
            }),
            ..proto::PlacementSpec::default()
        }
    }

    fn request() -> proto::CreatePlacementRequest {
        proto::CreatePlacementRequest {
            parent: "tenants/default".to_owned(),
            placement_id: "web".to_owned(),
            placement: Some(proto::Placement {
                spec: Some(spec()),
                ..proto::Placement::default()
            }),
            ..proto::CreatePlacementRequest::default()
        }
    }

    fn paths(violations: &[Violation]) -> Vec<&str> {
        violations.iter().map(|one| one.path.as_str()).collect()
    }

    #[test]
    fn a_good_request_is_read_whole() {
        let mut sent = request();
        sent.request_id = "r1".to_owned();
        sent.fail_fast = true;
        let input = create_in(sent, Some("00-a-b-01".to_owned())).unwrap();
        assert_eq!(
            (input.tenant.as_str(), input.id.unwrap().as_str()),
            ("default", "web")
        );
        assert_eq!(
            (input.request_id.as_deref(), input.fail_fast, input.validate_only),
            (Some("r1"), true, false)
        );
        assert_eq!(input.spec.performer.avs_address, AVS);
    }

    #[test]
    fn output_only_fields_are_passed_over() {
        let mut sent = request();
        let placement = sent.placement.as_mut().unwrap();
        placement.name = "tenants/other/placements/else".to_owned();
        placement.uid = "nonsense".to_owned();
        placement.state = proto::placement::State::Ready.into();
        placement.generation = -5;
        let input = create_in(sent, None).unwrap();
        assert_eq!(
            (input.tenant.as_str(), input.id.unwrap().as_str()),
            ("default", "web")
        );
    }

    #[test]
    fn every_violation_comes_at_once() {
        let mut sent = request();
        sent.parent = "tenant/default".to_owned();
        sent.placement_id = "Web_1".to_owned();
        sent.request_id = "x".repeat(MAX_REQUEST_ID + 1);
        let placement = sent.placement.as_mut().unwrap();
        placement.labels.insert("bad key".to_owned(), "v".to_owned());
        placement.annotations.insert(String::new(), "v".to_owned());
        let gpu = proto::Gpu {
            count: -1,
            ..proto::Gpu::default()
        };
        let compute = proto::Compute {
            gpu: Some(gpu),
            ..proto::Compute::default()
        };
        placement.spec.as_mut().unwrap().compute = Some(compute);
        let found = create_in(sent, None).unwrap_err();
        let found = paths(&found);
        for path in [
            "parent",
            "placementId",
            "requestId",
            "labels[bad key]",
            "annotations[]",
            "spec.compute.gpu.count",
        ] {
            assert!(found.contains(&path), "{path} is missing in {found:?}");
        }
    }

    #[test]
    fn placement_and_spec_are_required() {
        let empty = proto::CreatePlacementRequest::default();
        assert_eq!(
            paths(&create_in(empty, None).unwrap_err()),
            ["parent", "placement"]
        );
        let mut no_spec = request();
        no_spec.placement = Some(proto::Placement::default());
        assert_eq!(paths(&create_in(no_spec, None).unwrap_err()), ["spec"]);
    }

    #[test]
    fn explain_takes_a_name_or_a_placement() {
        let by_name = |name: &str| proto::ExplainPlacementRequest {
            subject: Some(Subject::Name(name.to_owned())),
            ..proto::ExplainPlacementRequest::default()
        };
        assert!(matches!(
            explain_in(by_name("tenants/default/placements/web")).unwrap(),
            ExplainSubject::Existing(_, _)
        ));
        assert_eq!(paths(&explain_in(by_name("web")).unwrap_err()), ["name"]);
        assert_eq!(
            paths(&explain_in(proto::ExplainPlacementRequest::default()).unwrap_err()),
            ["name"]
        );
        let new = proto::ExplainPlacementRequest {
            subject: Some(Subject::Placement(request().placement.unwrap())),
            parent: String::new(),
        };
        assert_eq!(paths(&explain_in(new).unwrap_err()), ["parent"]);
    }

    #[test]
    fn an_etag_is_optional_in_delete() {
        let request = proto::DeletePlacementRequest {
            name: "tenants/default/placements/web".to_owned(),
            ..proto::DeletePlacementRequest::default()
        };
        assert_eq!(delete_in(request, None).unwrap().etag, None);
    }
}
