//! The scheduling gate of a gang: its pods are made, and so pass quota and admission, but are not scheduled before
//! every member of the gang was made in its cluster.
//!
//! Whether the gang is complete stands in an annotation of the Performer, so it survives every restart. The gate of a
//! version stays in its template for life (a changed template would make new pods); it is taken away pod by pod, also
//! from those that replace others later.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::core::v1::{Pod, PodSchedulingGate, PodTemplateSpec};
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use super::error::{ReconcileError, is_not_found};
use super::pods::{PodView, Trouble};
use super::reconcile::passing::is_passing;

/// Reason of the trouble that passes by itself when the nodes are known: nobody has refused anything then.
pub(crate) const WAITING_FOR_NODES: &str = "WaitingForNodes";

/// What a Performer says about its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Gate {
    /// It is part of no gang.
    #[default]
    Absent,
    /// Its pods wait.
    Closed,
    /// The gang is complete: its pods may be scheduled.
    Open,
}

impl Gate {
    /// As the annotations have it.
    pub(crate) fn of(performer: &Performer) -> Self {
        let none = BTreeMap::new();
        let annotations = performer.metadata.annotations.as_ref().unwrap_or(&none);
        let says = |key: &str| annotations.get(key).is_some_and(|value| value == "true");
        if !says(names::GATED_ANNOTATION) {
            Self::Absent
        } else if says(names::GANG_COMPLETE_ANNOTATION) {
            Self::Open
        } else {
            Self::Closed
        }
    }

    /// The gates of a version's pods. A version that was rendered before keeps what it has.
    pub(crate) fn gates(self, rendered_before: Option<&PodTemplateSpec>) -> Option<Vec<PodSchedulingGate>> {
        match rendered_before {
            Some(template) => template.spec.as_ref()?.scheduling_gates.clone(),
            None => (self == Self::Closed).then(|| {
                vec![PodSchedulingGate {
                    name: names::GANG_GATE.to_owned(),
                }]
            }),
        }
    }

    /// Status, reason and message of the condition `Admitted`, from the pods of the wanted version and, while there are
    /// none, from why there are none. `None` for what is part of no gang.
    pub(crate) fn admission(
        self,
        pods: &[PodView],
        trouble: Option<&Trouble>,
    ) -> Option<(bool, String, String)> {
        let say =
            |admitted, reason: &str, message: &str| Some((admitted, reason.to_owned(), message.to_owned()));
        if self == Self::Absent {
            return None;
        }
        let mut there = pods.iter().filter(|pod| !pod.leaving).peekable();
        let is_there = there.peek().is_some();
        if there.any(|pod| pod.gated) {
            return say(
                true,
                names::REASON_GATED,
                "the pod exists; it is scheduled when the whole gang was admitted",
            );
        }
        if is_there || self == Self::Open {
            return say(true, names::REASON_GATE_LIFTED, "the pods may be scheduled");
        }
        let refuses = |trouble: &&Trouble| trouble.reason != WAITING_FOR_NODES && !is_passing(trouble);
        match trouble.filter(|trouble| pods.is_empty() && refuses(trouble)) {
            Some(trouble) => say(false, &trouble.reason, &trouble.message),
            None => say(false, names::REASON_POD_MISSING, "the pod does not exist yet"),
        }
    }
}

/// Whether a pod waits behind the gate.
pub(crate) fn is_gated(pod: &Pod) -> bool {
    let gates = pod
        .spec
        .iter()
        .flat_map(|spec| spec.scheduling_gates.iter().flatten());
    gates.into_iter().any(|gate| gate.name == names::GANG_GATE)
}

/// Takes the gate away from a pod. One that is gone already is fine.
pub(crate) async fn lift(client: &Client, namespace: &str, pod: &PodView) -> Result<(), ReconcileError> {
    let api: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let params = PatchParams {
        field_manager: Some(names::OPERATOR_FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    match api
        .patch_metadata(&pod.name, &params, &Patch::Strategic(patch(&pod.uid)))
        .await
    {
        Ok(pod) => {
            tracing::debug!(
                namespace,
                pod = pod.name_any(),
                "the gang is complete: the gate is lifted"
            );
            Ok(())
        }
        Err(error) if is_not_found(&error) => Ok(()),
        Err(error) => Err(ReconcileError::api(format!("lift the gate of pod {}", pod.name))(
            error,
        )),
    }
}

/// Our gate and no other's, of exactly this pod.
fn patch(uid: &str) -> Value {
    json!({
        "metadata": {"uid": uid},
        "spec": {"schedulingGates": [{"name": names::GANG_GATE, "$patch": "delete"}]},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;

    fn performer(annotations: &[&str]) -> Performer {
        let mut performer = Performer::new("p", PerformerSpec::default());
        let annotations = annotations
            .iter()
            .map(|key| ((*key).to_owned(), "true".to_owned()));
        performer.metadata.annotations = Some(annotations.collect());
        performer
    }

    fn pod(gated: bool, leaving: bool) -> PodView {
        let spec = if gated {
            json!({"containers": [], "schedulingGates": [{"name": names::GANG_GATE}]})
        } else {
            json!({"containers": [], "schedulingGates": [{"name": "somebody.else/gate"}]})
        };
        let mut pod: Pod = serde_json::from_value(json!({"metadata": {"name": "x"}, "spec": spec})).unwrap();
        if leaving {
            pod.status = Some(serde_json::from_value(json!({"phase": "Failed"})).unwrap());
        }
        PodView::of(&pod)
    }

    fn refused(reason: &str) -> Trouble {
        Trouble {
            reason: reason.to_owned(),
            message: "exceeded quota".to_owned(),
            lasting: false,
        }
    }

    #[test]
    fn the_annotations_say_whether_the_gate_is_closed() {
        assert_eq!(Gate::of(&performer(&[])), Gate::Absent);
        assert_eq!(Gate::of(&performer(&[names::GATED_ANNOTATION])), Gate::Closed);
        let complete = [names::GATED_ANNOTATION, names::GANG_COMPLETE_ANNOTATION];
        assert_eq!(Gate::of(&performer(&complete)), Gate::Open);
        assert_eq!(
            Gate::of(&performer(&[names::GANG_COMPLETE_ANNOTATION])),
            Gate::Absent
        );
    }

    #[test]
    fn a_version_keeps_the_gate_that_it_was_made_with() {
        let gated: PodTemplateSpec = serde_json::from_value(
            json!({"spec": {"containers": [], "schedulingGates": [{"name": names::GANG_GATE}]}}),
        )
        .unwrap();
        let free: PodTemplateSpec = serde_json::from_value(json!({"spec": {"containers": []}})).unwrap();
        let count =
            |gate: Gate, before: Option<&PodTemplateSpec>| gate.gates(before).map_or(0, |gates| gates.len());
        assert_eq!(count(Gate::Closed, None), 1);
        assert_eq!(count(Gate::Open, None), 0, "made later, it needs none");
        assert_eq!(count(Gate::Absent, None), 0);
        assert_eq!(count(Gate::Open, Some(&gated)), 1);
        assert_eq!(count(Gate::Absent, Some(&gated)), 1);
        assert_eq!(count(Gate::Closed, Some(&free)), 0);
    }

    #[test]
    fn a_gang_member_is_admitted_when_its_pod_exists() {
        let said = |gate: Gate, pods: &[PodView], trouble: Option<&Trouble>| {
            gate.admission(pods, trouble)
                .map(|(admitted, reason, _)| (admitted, reason))
        };
        let is = |admitted, reason: &str| Some((admitted, reason.to_owned()));
        assert_eq!(said(Gate::Absent, &[pod(true, false)], None), None);
        assert_eq!(
            said(Gate::Closed, &[], None),
            is(false, names::REASON_POD_MISSING)
        );
        assert_eq!(
            said(Gate::Closed, &[], Some(&refused("FailedCreate"))),
            is(false, "FailedCreate")
        );
        assert_eq!(
            said(Gate::Closed, &[], Some(&refused(WAITING_FOR_NODES))),
            is(false, names::REASON_POD_MISSING),
            "nobody has refused it"
        );
        assert_eq!(
            said(Gate::Closed, &[], Some(&refused("InternalError"))),
            is(false, names::REASON_POD_MISSING),
            "the API server fails, and has refused nothing"
        );
        assert_eq!(
            said(Gate::Closed, &[pod(true, false)], None),
            is(true, names::REASON_GATED)
        );
        assert_eq!(
            said(Gate::Closed, &[pod(true, true)], Some(&refused("Evicted"))),
            is(false, names::REASON_POD_MISSING),
            "a pod that ended is replaced"
        );
        assert_eq!(
            said(Gate::Open, &[pod(true, false)], None),
            is(true, names::REASON_GATED),
            "not lifted yet"
        );
        assert_eq!(
            said(Gate::Open, &[pod(false, false)], None),
            is(true, names::REASON_GATE_LIFTED)
        );
        assert_eq!(said(Gate::Open, &[], None), is(true, names::REASON_GATE_LIFTED));
    }

    #[test]
    fn only_our_gate_is_taken_away_and_only_from_the_pod_that_was_seen() {
        let patch = patch("u-1");
        assert_eq!(patch["metadata"]["uid"], "u-1");
        assert_eq!(
            patch["spec"]["schedulingGates"],
            json!([{"name": "hourglass.eigenlayer.io/gang", "$patch": "delete"}])
        );
    }
}
