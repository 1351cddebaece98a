//! The Performer object that an Apply becomes. Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hourglass_performer_api::names;
use hourglass_proto::fleet::v1::{Apply, CommandHeader};
use serde_json::{Map, Value, json};

/// The specification is no JSON object.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidSpec {
    /// No JSON.
    #[error("performer_spec_json is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Something else.
    #[error("performer_spec_json is no JSON object")]
    NotAnObject,
}

/// The object as it is applied, in `namespace`. `traceparent` is for the performer: who it owes its existence to.
pub(super) fn performer(
    apply: &Apply,
    header: &CommandHeader,
    namespace: &str,
    traceparent: Option<String>,
) -> Result<Value, InvalidSpec> {
    // Whole, as the server sent it: also what this agent does not know.
    let spec: Value = serde_json::from_str(&apply.performer_spec_json)?;
    if !spec.is_object() {
        return Err(InvalidSpec::NotAnObject);
    }
    let labels = json!({
        names::MANAGED_BY_LABEL: names::MANAGED_BY_FLEET,
        names::PLACEMENT_UID_LABEL: header.placement_uid,
        names::SLOT_LABEL: header.slot.to_string(),
        names::EPOCH_LABEL: header.epoch.to_string(),
        names::TENANT_LABEL: apply.tenant,
    });
    let annotations = [
        (names::PLACEMENT_ANNOTATION, apply.placement.clone()),
        (names::CONTENT_HASH_ANNOTATION, apply.content_hash.clone()),
        (
            names::SIGNED_PLACEMENT_ANNOTATION,
            BASE64.encode(&apply.signed_placement),
        ),
        (names::INCARNATION_ANNOTATION, header.incarnation.to_string()),
        (names::TERM_ANNOTATION, header.term.to_string()),
        (names::GENERATION_ANNOTATION, apply.generation.to_string()),
        (names::NODE_ANNOTATION, apply.node.clone()),
        (names::PLACEMENT_SERVICE_ANNOTATION, apply.service_name.clone()),
        (names::TRACEPARENT_ANNOTATION, traceparent.unwrap_or_default()),
        (
            names::GATED_ANNOTATION,
            if apply.gated { "true" } else { "" }.to_owned(),
        ),
    ];
    // Empty ones are left out: absent is what they mean.
    let annotations: Map<String, Value> = annotations
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect();
    Ok(json!({
        "apiVersion": format!("{}/{}", names::GROUP, names::VERSION),
        "kind": "Performer",
        "metadata": {
            "name": apply.object_name,
            "namespace": namespace,
            "labels": labels,
            "annotations": annotations,
        },
        "spec": spec,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(spec: &str) -> (Apply, CommandHeader) {
        let header = CommandHeader {
            placement_uid: "u1".into(),
            slot: 2,
            epoch: 3,
            incarnation: 4,
            term: 5,
            ..CommandHeader::default()
        };
        let apply = Apply {
            tenant: "acme".into(),
            placement: "tenants/acme/placements/p".into(),
            object_name: "p-u1-2-3".into(),
            generation: 6,
            performer_spec_json: spec.into(),
            content_hash: "hash".into(),
            signed_placement: b"hi".to_vec(),
            service_name: "placement-p-u1".into(),
            ..Apply::default()
        };
        (apply, header)
    }

    #[test]
    fn the_object_carries_everything_that_others_go_by() {
        let (apply, header) = apply(r#"{"image":"a/b:1","fieldOfTheFuture":{"x":[1]}}"#);
        let object = performer(&apply, &header, "blue", Some("00-trace".into())).unwrap();
        assert_eq!(object["metadata"]["name"], "p-u1-2-3");
        assert_eq!(object["metadata"]["namespace"], "blue");
        let labels = &object["metadata"]["labels"];
        assert_eq!(labels["hourglass.eigenlayer.io/managed-by"], "hourglass-fleet");
        assert_eq!(labels["hourglass.eigenlayer.io/placement-uid"], "u1");
        assert_eq!(labels["hourglass.eigenlayer.io/slot"], "2");
        assert_eq!(labels["hourglass.eigenlayer.io/epoch"], "3");
        assert_eq!(labels["hourglass.eigenlayer.io/tenant"], "acme");
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(annotations["hourglass.eigenlayer.io/signed-placement"], "aGk=");
        assert_eq!(annotations["hourglass.eigenlayer.io/incarnation"], "4");
        assert_eq!(annotations["hourglass.eigenlayer.io/generation"], "6");
        assert_eq!(
            annotations["hourglass.eigenlayer.io/placement-service"],
            "placement-p-u1"
        );
        assert_eq!(annotations["hourglass.eigenlayer.io/traceparent"], "00-trace");
        assert!(
            annotations.get("hourglass.eigenlayer.io/node").is_none(),
            "pinned to the cluster only"
        );
        assert!(
            annotations.get("hourglass.eigenlayer.io/gated").is_none(),
            "part of no gang"
        );
        assert_eq!(
            object["spec"]["fieldOfTheFuture"]["x"][0], 1,
            "what this agent does not know is passed on"
        );
    }

    #[test]
    fn a_member_of_a_gang_says_so() {
        let (apply, header) = apply("{}");
        let gated = Apply { gated: true, ..apply };
        let object = performer(&gated, &header, "blue", None).unwrap();
        assert_eq!(
            object["metadata"]["annotations"]["hourglass.eigenlayer.io/gated"],
            "true"
        );
    }

    #[test]
    fn a_specification_that_is_no_object_is_refused() {
        for spec in ["", "[]", "{", "null"] {
            let (apply, header) = apply(spec);
            assert!(performer(&apply, &header, "blue", None).is_err(), "{spec:?}");
        }
    }
}
