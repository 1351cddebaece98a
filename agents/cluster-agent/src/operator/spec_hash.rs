//! Which version of a Performer a Deployment runs: a hash over everything that its pods depend on.
//!
//! Deliberately outside: `replicas`, `update`, `networkPolicy` and `version` (they change no pod), the trace context
//! (it would roll a performer for the sake of a log line), and the hardware that the cluster happens to have (a new
//! node must not restart anything).

use std::fmt;

use hourglass_performer_api::{Performer, names};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Raised when the operator begins to render the same spec into other pods and existing ones have to follow. Then
/// every performer of the cluster rolls once; without a change here, existing pods stay as they are.
const RENDERING: u32 = 1;

/// Fields of the spec that change no pod.
const NOT_IN_PODS: [&str; 4] = ["replicas", "update", "networkPolicy", "version"];

/// Labels of the Performer that its pods carry.
pub(crate) const COPIED_LABELS: [&str; 3] =
    [names::PLACEMENT_UID_LABEL, names::SLOT_LABEL, names::EPOCH_LABEL];

/// The first 8 hex digits of the hash: label value and part of the Deployment's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SpecHash(String);

impl SpecHash {
    /// The hash of what a Performer wants now.
    pub(crate) fn of(performer: &Performer) -> Result<Self, serde_json::Error> {
        let mut spec = serde_json::to_value(&performer.spec)?;
        if let Some(fields) = spec.as_object_mut() {
            for field in NOT_IN_PODS {
                fields.remove(field);
            }
        }
        let labels = performer.metadata.labels.as_ref();
        let copied: Map<String, Value> = COPIED_LABELS
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), json!(labels?.get(key)?))))
            .collect();
        let input = canonical(json!({"rendering": RENDERING, "labels": copied, "spec": spec}));
        let digest = Sha256::digest(serde_json::to_vec(&input)?);
        Ok(Self(hex::encode(&digest[..4])))
    }

    /// A hash as it was read from a label.
    pub(crate) fn from_label(value: &str) -> Self {
        Self(value.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SpecHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The same value with the keys of every object in order, so that the hash does not depend on the order in which
/// fields are declared.
pub(crate) fn canonical(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<(String, Value)> = fields
                .into_iter()
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            sorted.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn performer(spec: Value) -> Performer {
        Performer::new("p", serde_json::from_value(spec).unwrap())
    }

    fn hash(spec: Value) -> SpecHash {
        SpecHash::of(&performer(spec)).unwrap()
    }

    fn base() -> Value {
        json!({"avsAddress": "0xabc", "image": "registry/performer:1"})
    }

    fn with(field: &str, value: Value) -> SpecHash {
        let mut spec = base();
        spec[field] = value;
        hash(spec)
    }

    #[test]
    fn the_hash_is_the_same_in_every_release() {
        // If this fails, every performer rolls when the operator is upgraded. If that is wanted, raise `RENDERING`.
        assert_eq!(hash(base()).as_str(), "02c7631a");
    }

    #[test]
    fn every_field_that_pods_depend_on_changes_the_hash() {
        let changes = [
            ("avsAddress", json!("0xabd")),
            ("image", json!("registry/performer:2")),
            ("imagePullPolicy", json!("Always")),
            ("imagePullSecrets", json!([{"name": "pull"}])),
            ("resources", json!({"limits": {"cpu": "1"}})),
            ("config", json!({"grpcPort": 9091})),
            ("config", json!({"environment": {"A": "1"}})),
            ("config", json!({"args": ["-v"]})),
            ("scheduling", json!({"nodeSelector": {"a": "b"}})),
            ("hardwareRequirements", json!({"gpuCount": 1})),
            ("securityContext", json!({"pod": {"runAsNonRoot": true}})),
            ("probes", json!({"kind": "tcp"})),
        ];
        let mut seen = vec![hash(base())];
        for (field, value) in changes {
            let changed = with(field, value.clone());
            assert!(!seen.contains(&changed), "{field}: {value}");
            seen.push(changed);
        }
    }

    #[test]
    fn what_changes_no_pod_does_not_change_the_hash() {
        for (field, value) in [
            ("replicas", json!(3)),
            ("update", json!({"strategy": "Recreate"})),
            ("networkPolicy", json!({"from": []})),
            ("version", json!("v2")),
            ("config", json!({"grpcPort": 9090})),
            ("imagePullPolicy", json!("IfNotPresent")),
        ] {
            assert_eq!(with(field, value), hash(base()), "{field}");
        }
    }

    #[test]
    fn labels_that_pods_carry_count_and_others_do_not() {
        let labelled = |key: &str| {
            let mut performer = performer(base());
            performer.metadata.labels = Some(BTreeMap::from([(key.to_owned(), "1".to_owned())]));
            SpecHash::of(&performer).unwrap()
        };
        assert_ne!(labelled(names::SLOT_LABEL), hash(base()));
        assert_eq!(labelled("team"), hash(base()));
    }

    #[test]
    fn the_trace_context_does_not_change_the_hash() {
        let mut traced = performer(base());
        traced.metadata.annotations = Some(BTreeMap::from([(
            names::TRACEPARENT_ANNOTATION.to_owned(),
            "00-1-2-01".to_owned(),
        )]));
        assert_eq!(SpecHash::of(&traced).unwrap(), hash(base()));
    }

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        let left: Value = serde_json::from_str(r#"{"b":{"y":1,"x":[{"q":1,"p":2}]},"a":null}"#).unwrap();
        let right: Value = serde_json::from_str(r#"{"a":null,"b":{"x":[{"p":2,"q":1}],"y":1}}"#).unwrap();
        assert_eq!(canonical(left).to_string(), canonical(right).to_string());
    }
}
