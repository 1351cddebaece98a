//! What the session keeps of a Performer object. It is read leniently: an object of a newer version of the custom
//! resource is still understood as far as it goes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hourglass_model::ids::ClaimId;
use hourglass_performer_api::names;
use hourglass_runtime::trace_context::Traceparent;
use kube::core::DynamicObject;
use serde::Deserialize;

use crate::claim;
use crate::order::Order;
use crate::reason::upper_snake;

/// `namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The namespace.
    pub namespace: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl ObjectName {
    /// From its parts.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// Reads `namespace/name`.
    pub fn parse(text: &str) -> Option<Self> {
        let (namespace, name) = text.split_once('/')?;
        (!namespace.is_empty() && !name.is_empty()).then(|| Self::new(namespace, name))
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)
    }
}

/// A Performer object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerformerFacts {
    /// What the fleet wrote on it; `None` for one that the fleet does not manage.
    pub managed: Option<ManagedFacts>,
    /// Its deletion was asked for.
    pub terminating: bool,
    /// What the operator says of it.
    pub status: StatusFacts,
}

/// What the fleet wrote on a Performer object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedFacts {
    /// Slot and epoch.
    pub claim: ClaimId,
    /// The tenant.
    pub tenant: String,
    /// Full name of the placement.
    pub placement: String,
    /// Hash of the content that was applied.
    pub content_hash: String,
    /// The placement as the server signed it.
    pub signed_placement: Arc<[u8]>,
    /// Order of the command that applied it.
    pub order: Order,
    /// Trace that it belongs to.
    pub traceparent: Option<Traceparent>,
    /// The node that was chosen for it; `None` where only the cluster was.
    pub pinned_to: Option<String>,
    /// Part of a gang: its pods wait behind a gate.
    pub gated: bool,
}

/// What the operator says of a Performer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusFacts {
    /// Its phase; `None` before the first.
    pub phase: Option<Phase>,
    /// Whether it serves.
    pub ready: bool,
    /// host:port inside the cluster, or empty.
    pub endpoint: String,
    /// Why it is not ready, in UPPER_SNAKE; empty where nothing is known.
    pub reason: String,
    /// The same for people.
    pub message: String,
    /// Whether its pod has a node.
    pub scheduling: Scheduling,
    /// What became of the gate of a gang's member.
    pub admission: Admission,
}

/// What became of the pod of a gang's member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Admission {
    /// It was not made yet.
    #[default]
    Missing,
    /// The cluster has refused to make it.
    Denied,
    /// It exists behind its gate.
    Gated,
    /// It may be scheduled.
    Lifted,
}

/// Phase of a Performer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing serves yet.
    Pending,
    /// It serves.
    Running,
    /// An earlier version serves.
    Upgrading,
    /// Being deleted.
    Terminating,
    /// Nothing serves, and waiting does not help.
    Failed,
    /// A phase of a newer version.
    Other,
}

/// Whether the pod has a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scheduling {
    /// Nothing is known yet.
    #[default]
    Unknown,
    /// It has one.
    Scheduled,
    /// The cluster's scheduler finds none.
    Unschedulable,
}

/// Longest message that is passed on, in bytes.
const MAX_MESSAGE: usize = 1024;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    phase: Option<String>,
    ready: bool,
    grpc_endpoint: Option<String>,
    conditions: Vec<Condition>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    kind: String,
    status: String,
    reason: String,
    message: String,
    #[serde(rename = "observedGeneration")]
    observed_generation: Option<i64>,
}

impl PerformerFacts {
    /// Reads an object.
    pub fn read(object: &DynamicObject) -> Self {
        let labels = object.metadata.labels.as_ref();
        let fleet = labels.filter(|labels| names::is_of_fleet(labels));
        let none = BTreeMap::new();
        let annotations = object.metadata.annotations.as_ref().unwrap_or(&none);
        Self {
            managed: fleet.and_then(|labels| managed(labels, annotations)),
            terminating: object.metadata.deletion_timestamp.is_some(),
            status: object
                .data
                .get("status")
                .map(|value| status(value, object.metadata.generation))
                .unwrap_or_default(),
        }
    }
}

fn managed(
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
) -> Option<ManagedFacts> {
    let text = |key: &str| annotations.get(key).cloned().unwrap_or_default();
    let number = |key: &str| {
        annotations
            .get(key)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    };
    Some(ManagedFacts {
        claim: claim::from_labels(labels)?,
        tenant: labels.get(names::TENANT_LABEL).cloned().unwrap_or_default(),
        placement: text(names::PLACEMENT_ANNOTATION),
        content_hash: text(names::CONTENT_HASH_ANNOTATION),
        // What somebody damaged cannot be verified: the server sees an empty one and quarantines it.
        signed_placement: BASE64
            .decode(text(names::SIGNED_PLACEMENT_ANNOTATION))
            .unwrap_or_default()
            .into(),
        order: Order::new(
            number(names::INCARNATION_ANNOTATION),
            number(names::TERM_ANNOTATION),
        ),
        traceparent: text(names::TRACEPARENT_ANNOTATION).parse().ok(),
        pinned_to: annotations.get(names::NODE_ANNOTATION).cloned(),
        gated: text(names::GATED_ANNOTATION) == "true",
    })
}

fn status(value: &serde_json::Value, generation: Option<i64>) -> StatusFacts {
    let status = Status::deserialize(value).unwrap_or_default();
    let find = |kind: &str, state: &str| {
        status
            .conditions
            .iter()
            .find(|condition| condition.kind == kind && condition.status == state)
    };
    let not_scheduled = find(names::CONDITION_POD_SCHEDULED, "False");
    let told = not_scheduled
        .or_else(|| find(names::CONDITION_STALLED, "True"))
        .or_else(|| find(names::CONDITION_PROGRESSING, "False"))
        .or_else(|| find(names::CONDITION_READY, "False"))
        .filter(|_| !status.ready);
    let scheduling = if find(names::CONDITION_POD_SCHEDULED, "True").is_some() {
        Scheduling::Scheduled
    } else if not_scheduled.is_some_and(|condition| condition.reason == "Unschedulable") {
        Scheduling::Unschedulable
    } else {
        Scheduling::Unknown
    };
    StatusFacts {
        phase: status.phase.as_deref().map(phase),
        ready: status.ready,
        endpoint: status.grpc_endpoint.clone().unwrap_or_default(),
        reason: told
            .map(|condition| upper_snake(&condition.reason))
            .unwrap_or_default(),
        message: told.map(|condition| cut(&condition.message)).unwrap_or_default(),
        scheduling,
        admission: admission(&status.conditions, generation),
    }
}

/// What was said of an earlier specification says nothing about the pod of this one.
fn admission(conditions: &[Condition], generation: Option<i64>) -> Admission {
    let said = conditions
        .iter()
        .find(|condition| condition.kind == names::CONDITION_ADMITTED)
        .filter(|condition| condition.observed_generation == generation);
    match said {
        None => Admission::Missing,
        Some(said) if said.status == "True" && said.reason == names::REASON_GATE_LIFTED => Admission::Lifted,
        Some(said) if said.status == "True" => Admission::Gated,
        Some(said) if said.reason == names::REASON_POD_MISSING => Admission::Missing,
        Some(_) => Admission::Denied,
    }
}

fn phase(text: &str) -> Phase {
    match text {
        "Pending" => Phase::Pending,
        "Running" => Phase::Running,
        "Upgrading" => Phase::Upgrading,
        "Terminating" => Phase::Terminating,
        "Failed" => Phase::Failed,
        _ => Phase::Other,
    }
}

fn cut(message: &str) -> String {
    let mut end = message.len().min(MAX_MESSAGE);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    message[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(object: &serde_json::Value) -> PerformerFacts {
        let mut whole =
            json!({"apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "metadata": {}});
        for (key, value) in object.as_object().unwrap() {
            whole[key] = value.clone();
        }
        PerformerFacts::read(&serde_json::from_value(whole).unwrap())
    }

    #[test]
    fn what_the_fleet_wrote_is_read_back() {
        let facts = read(&json!({"metadata": {
            "labels": {
                names::MANAGED_BY_LABEL: names::MANAGED_BY_FLEET, names::PLACEMENT_UID_LABEL: "u",
                names::SLOT_LABEL: "1", names::EPOCH_LABEL: "2", names::TENANT_LABEL: "acme",
            },
            "annotations": {
                names::CONTENT_HASH_ANNOTATION: "abc", names::SIGNED_PLACEMENT_ANNOTATION: "aGk=",
                names::INCARNATION_ANNOTATION: "3", names::TERM_ANNOTATION: "4",
            },
        }}));
        let managed = facts.managed.unwrap();
        assert_eq!(managed.claim, claim::from_wire("u", 1, 2).unwrap());
        assert_eq!(&*managed.signed_placement, b"hi");
        assert_eq!(managed.order, Order::new(3, 4));
        assert_eq!(
            (managed.tenant.as_str(), managed.content_hash.as_str()),
            ("acme", "abc")
        );
    }

    #[test]
    fn a_performer_of_somebody_else_is_not_managed() {
        assert!(read(&json!({"metadata": {"name": "mine"}})).managed.is_none());
        let half = json!({"metadata": {"labels": {names::MANAGED_BY_LABEL: names::MANAGED_BY_FLEET}}});
        assert!(read(&half).managed.is_none(), "no claim, so not one of ours");
    }

    #[test]
    fn the_most_telling_condition_gives_the_reason() {
        let facts = read(&json!({"status": {"phase": "Pending", "conditions": [
            {"type": "Ready", "status": "False", "reason": "NotYet", "message": "waiting"},
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"},
        ]}}));
        assert_eq!(
            (facts.status.reason.as_str(), facts.status.message.as_str()),
            ("UNSCHEDULABLE", "0/3 nodes")
        );
        assert_eq!(facts.status.scheduling, Scheduling::Unschedulable);
        let ready = read(
            &json!({"status": {"phase": "Upgrading", "ready": true, "conditions": [
                {"type": "Progressing", "status": "False", "reason": "ImagePullBackOff"},
            ]}}),
        );
        assert_eq!(ready.status.reason, "", "what serves needs no excuse");
    }

    #[test]
    fn long_messages_are_cut() {
        assert_eq!(cut(&"é".repeat(1000)).len(), 1024);
        assert_eq!(cut(&format!("x{}", "é".repeat(1000))).len(), 1023);
    }

    #[test]
    fn what_became_of_a_gangs_pod_is_read_of_the_current_generation() {
        let admission = |status: &str, reason: &str, generation: i64| {
            read(&json!({"metadata": {"generation": 2}, "status": {"conditions": [
                {"type": "Admitted", "status": status, "reason": reason, "observedGeneration": generation},
            ]}}))
            .status
            .admission
        };
        assert_eq!(admission("True", "WaitsForGang", 2), Admission::Gated);
        assert_eq!(admission("True", "GateLifted", 2), Admission::Lifted);
        assert_eq!(admission("False", "PodNotCreated", 2), Admission::Missing);
        assert_eq!(admission("False", "FailedCreate", 2), Admission::Denied);
        assert_eq!(admission("True", "WaitsForGang", 1), Admission::Missing);
        assert_eq!(read(&json!({"status": {}})).status.admission, Admission::Missing);
    }

    #[test]
    fn an_unknown_phase_or_a_strange_status_breaks_nothing() {
        assert_eq!(
            read(&json!({"status": {"phase": "Hibernating"}})).status.phase,
            Some(Phase::Other)
        );
        assert_eq!(
            read(&json!({"status": {"conditions": "none"}})).status,
            StatusFacts::default()
        );
    }
}
