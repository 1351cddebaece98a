//! Kubernetes Events: one per transition of the status, so that `kubectl describe performer` tells the story.

use hourglass_performer_api::{PerformerPhase, PerformerStatus, names};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder};
use tracing::warn;

use super::conditions::{find, shorten};

/// Longest note that the API takes is 1 kB.
const NOTE_LIMIT: usize = 1000;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transition {
    pub(crate) warning: bool,
    pub(crate) reason: String,
    pub(crate) note: String,
}

/// What happened between two statuses.
pub(crate) fn transitions(old: &PerformerStatus, new: &PerformerStatus) -> Vec<Transition> {
    let mut happened = Vec::new();
    let mut say = |warning: bool, reason: &str, note: String| {
        happened.push(Transition {
            warning,
            reason: reason.to_owned(),
            note,
        });
    };
    let message = |type_: &str| find(&new.conditions, type_).map_or_else(String::new, |c| c.message.clone());
    if new.phase != old.phase {
        match new.phase {
            Some(PerformerPhase::Upgrading) => say(false, "Upgrading", message(names::CONDITION_PROGRESSING)),
            Some(PerformerPhase::Terminating) => {
                say(
                    false,
                    "Terminating",
                    "taken out of its Service; its pods are being deleted".to_owned(),
                );
            }
            Some(PerformerPhase::Failed) => say(true, "Failed", message(names::CONDITION_READY)),
            Some(PerformerPhase::Pending | PerformerPhase::Running) | None => {}
        }
    }
    if new.last_upgrade.is_some() && new.last_upgrade != old.last_upgrade {
        say(
            false,
            "Upgraded",
            "the Service has moved to the new version; the old one drains".to_owned(),
        );
    }
    if new.ready && !old.ready {
        say(
            false,
            "Ready",
            format!(
                "serving at {}",
                new.grpc_endpoint.as_deref().unwrap_or("its Service")
            ),
        );
    }
    if old.ready && !new.ready && new.phase != Some(PerformerPhase::Terminating) {
        say(true, "NotReady", message(names::CONDITION_READY));
    }
    let stuck = |status: &PerformerStatus| {
        let progressing = find(&status.conditions, names::CONDITION_PROGRESSING)?;
        (progressing.status == "False").then(|| progressing.reason.clone())
    };
    if let Some(reason) = stuck(new).filter(|reason| {
        new.phase != Some(PerformerPhase::Terminating) && stuck(old).as_ref() != Some(reason)
    }) {
        say(true, &reason, message(names::CONDITION_PROGRESSING));
    }
    happened
}

/// Publishes; a failure is logged and not repeated, since Events are a courtesy and the status is the truth.
pub(crate) async fn publish(recorder: &Recorder, about: &ObjectReference, transitions: Vec<Transition>) {
    for transition in transitions {
        let event = Event {
            type_: if transition.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: transition.reason,
            note: Some(shorten(&transition.note, NOTE_LIMIT)),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = recorder.publish(&event, about).await {
            warn!(reason = event.reason, %error, "cannot publish an Event");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
    use k8s_openapi::jiff::Timestamp;

    fn status(phase: PerformerPhase, ready: bool, stuck: Option<&str>) -> PerformerStatus {
        let condition = |type_: &str, status: &str, reason: &str| Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message: format!("why {type_}"),
            observed_generation: None,
            last_transition_time: Time(Timestamp::UNIX_EPOCH),
        };
        let progressing = condition(
            "Progressing",
            if stuck.is_some() { "False" } else { "True" },
            stuck.unwrap_or("X"),
        );
        PerformerStatus {
            phase: Some(phase),
            ready,
            grpc_endpoint: Some("host:1".to_owned()),
            conditions: vec![condition("Ready", "False", "Y"), progressing],
            ..PerformerStatus::default()
        }
    }

    fn reasons(old: &PerformerStatus, new: &PerformerStatus) -> Vec<String> {
        transitions(old, new)
            .into_iter()
            .map(|transition| transition.reason)
            .collect()
    }

    #[test]
    fn nothing_new_is_no_event() {
        for phase in [
            PerformerPhase::Pending,
            PerformerPhase::Running,
            PerformerPhase::Failed,
        ] {
            let same = status(phase, false, Some("CrashLoopBackOff"));
            assert_eq!(reasons(&same, &same), Vec::<String>::new());
        }
    }

    #[test]
    fn a_life_is_told_in_events() {
        let new = PerformerStatus::default();
        let pending = status(PerformerPhase::Pending, false, None);
        let unschedulable = status(PerformerPhase::Pending, false, Some("Unschedulable"));
        let running = status(PerformerPhase::Running, true, None);
        let upgrading = status(PerformerPhase::Upgrading, true, None);
        let upgraded = PerformerStatus {
            last_upgrade: Some(Time(Timestamp::UNIX_EPOCH)),
            ..running.clone()
        };
        let failed = status(PerformerPhase::Failed, false, Some("CrashLoopBackOff"));
        let terminating = status(PerformerPhase::Terminating, false, Some("Terminating"));
        assert_eq!(reasons(&new, &pending), Vec::<String>::new());
        assert_eq!(reasons(&pending, &unschedulable), ["Unschedulable"]);
        assert_eq!(reasons(&unschedulable, &running), ["Ready"]);
        assert_eq!(reasons(&running, &upgrading), ["Upgrading"]);
        assert_eq!(reasons(&upgrading, &upgraded), ["Upgraded"]);
        assert_eq!(
            reasons(&upgraded, &failed),
            ["Failed", "NotReady", "CrashLoopBackOff"]
        );
        assert_eq!(reasons(&running, &terminating), ["Terminating"]);
    }

    #[test]
    fn notes_carry_the_endpoint_and_the_reason() {
        let pending = status(PerformerPhase::Pending, false, None);
        let running = status(PerformerPhase::Running, true, None);
        assert_eq!(transitions(&pending, &running)[0].note, "serving at host:1");
        let stuck = status(PerformerPhase::Upgrading, true, Some("ImagePullBackOff"));
        let transition = transitions(&running, &stuck).pop().unwrap();
        assert!(transition.warning);
        assert_eq!(transition.note, "why Progressing");
    }
}
