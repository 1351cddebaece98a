//! The status that follows from what is seen. Pure: the same view and the same earlier status give the same status.

use std::collections::BTreeMap;

use hourglass_performer_api::{PerformerPhase, PerformerStatus, names};
use k8s_openapi::api::core::v1::PodCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;

use super::conditions::{self, Statement};
use super::gate::Gate;
use super::pods::{PodView, Trouble, newest};
use super::rollout::Hold;
use super::spec_hash::SpecHash;

/// Everything that the status of a Performer speaks of.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) generation: Option<i64>,
    pub(crate) dns_domain: &'a str,
    /// The version that the spec asks for.
    pub(crate) wanted: &'a SpecHash,
    /// The version that the Service points at.
    pub(crate) target: Option<&'a SpecHash>,
    /// Port that the Service shows.
    pub(crate) port: i32,
    pub(crate) replicas: i32,
    pub(crate) hold: Option<Hold>,
    /// Whether its pods wait for those of a gang.
    pub(crate) gate: Gate,
    /// Why the wanted version cannot even be made, or is not ready.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) pods: &'a BTreeMap<SpecHash, Vec<PodView>>,
    /// Being deleted.
    pub(crate) terminating: bool,
}

/// The status now.
pub(crate) fn status(view: &View<'_>, old: &PerformerStatus, now: Timestamp) -> PerformerStatus {
    let serving = view.target.map_or(&[][..], |hash| view.pods_of(hash));
    let ready_pods = serving.iter().filter(|pod| pod.ready).count();
    let ready = ready_pods > 0 && !view.terminating;
    let selector = view.target.map(|hash| selector(view.name, hash));
    let upgraded = !view.terminating
        && view.serves_wanted()
        && old.ready_time.is_some()
        && old
            .selector
            .as_ref()
            .is_some_and(|before| Some(before) != selector.as_ref());
    let shown_pod = newest(serving.iter().filter(|pod| pod.ready))
        .or_else(|| newest(view.pods_of(view.wanted)))
        .or_else(|| newest(serving));
    PerformerStatus {
        phase: Some(phase(view, ready)),
        ready,
        pod_name: shown_pod.map(|pod| pod.name.clone()),
        service_name: (!view.terminating).then(|| names::service_name(view.name)),
        grpc_endpoint: (!view.terminating)
            .then(|| names::grpc_endpoint(view.name, view.namespace, view.dns_domain, view.port)),
        conditions: conditions::next(&old.conditions, statements(view, old, ready_pods), now),
        last_upgrade: if upgraded {
            Some(Time(now))
        } else {
            old.last_upgrade.clone()
        },
        ready_time: if ready && !old.ready {
            Some(Time(now))
        } else {
            old.ready_time.clone()
        },
        observed_generation: view.generation,
        replicas: i32::try_from(serving.iter().filter(|pod| !pod.leaving).count()).unwrap_or(i32::MAX),
        // While nothing is pointed at, the scale subresource still needs a selector that was true once.
        selector: selector.or_else(|| old.selector.clone()),
    }
}

/// Label selector of the pods of a version, as the scale subresource wants it.
fn selector(performer: &str, hash: &SpecHash) -> String {
    format!(
        "{}={performer},{}={hash}",
        names::PERFORMER_LABEL,
        names::SPEC_HASH_LABEL
    )
}

fn phase(view: &View<'_>, ready: bool) -> PerformerPhase {
    if view.terminating {
        PerformerPhase::Terminating
    } else if ready && view.serves_wanted() {
        PerformerPhase::Running
    } else if ready {
        PerformerPhase::Upgrading
    } else if view.lasting_trouble().is_some() {
        PerformerPhase::Failed
    } else {
        PerformerPhase::Pending
    }
}

fn statements(view: &View<'_>, old: &PerformerStatus, ready_pods: usize) -> Vec<Statement> {
    let statement = |type_, status, reason: &str, message: String| Statement {
        type_,
        status,
        reason: reason.to_owned(),
        message,
        observed_generation: view.generation,
        since: None,
    };
    let (progressing, why, message) = progress(view, ready_pods);
    let mut statements = vec![
        ready_statement(view, old, ready_pods),
        statement(names::CONDITION_PROGRESSING, progressing, &why, message.clone()),
    ];
    // The newest pod of the wanted version is the one that the scheduler is asked about.
    let asked = newest(view.pods_of(view.wanted)).or_else(|| newest(view.pods.values().flatten()));
    if let Some(scheduled) = asked.and_then(|pod| pod.scheduled.as_ref()) {
        statements.push(pod_scheduled(scheduled, view.generation));
    }
    if let Some((admitted, reason, message)) = view
        .gate
        .admission(view.pods_of(view.wanted), view.trouble.as_ref())
    {
        statements.push(statement(names::CONDITION_ADMITTED, admitted, &reason, message));
    }
    let done = view.serves_wanted() && enough(view, ready_pods) && !view.terminating;
    if let Some(trouble) = view.lasting_trouble() {
        statements.push(statement(
            names::CONDITION_STALLED,
            true,
            &trouble.reason,
            trouble.message.clone(),
        ));
    } else if !done {
        statements.push(statement(names::CONDITION_RECONCILING, true, &why, message));
    }
    statements
}

/// `Ready` says whether something serves. While an earlier version serves it keeps speaking of the generation that it
/// spoke of before: a client that waits for the new generation to be Ready waits for the new version.
fn ready_statement(view: &View<'_>, old: &PerformerStatus, ready_pods: usize) -> Statement {
    let ready = ready_pods > 0 && !view.terminating;
    let (reason, message) = if ready && view.serves_wanted() {
        (
            "Serving".to_owned(),
            format!("{ready_pods} of {} pods are ready", view.replicas),
        )
    } else if ready {
        (
            "EarlierVersionServes".to_owned(),
            format!("{ready_pods} pods of an earlier version are ready"),
        )
    } else {
        let (_, reason, message) = progress(view, ready_pods);
        (reason, message)
    };
    let before = conditions::find(&old.conditions, names::CONDITION_READY);
    let spoke_of = before.and_then(|condition| condition.observed_generation);
    Statement {
        type_: names::CONDITION_READY,
        status: ready,
        reason,
        message,
        observed_generation: if ready && !view.serves_wanted() {
            spoke_of
        } else {
            view.generation
        },
        since: None,
    }
}

/// Whether the wanted version is on its way or there, and why.
fn progress(view: &View<'_>, ready_pods: usize) -> (bool, String, String) {
    let say = |progressing, reason: &str, message: &str| (progressing, reason.to_owned(), message.to_owned());
    let serves_wanted = view.serves_wanted();
    if view.terminating {
        return say(false, "Terminating", "the performer is being deleted");
    }
    if view.replicas == 0 {
        return say(true, "ScaledToZero", "no pods are asked for");
    }
    if serves_wanted && enough(view, ready_pods) {
        return say(true, "UpToDate", "the wanted version serves");
    }
    match view.hold {
        Some(Hold::Staged) => return say(true, "Staged", &staged_message(view)),
        Some(Hold::OldMustGoFirst) => {
            return say(
                true,
                "Replacing",
                "the old version goes before the new one starts",
            );
        }
        None => {}
    }
    match &view.trouble {
        Some(trouble) if !serves_wanted && ready_pods > 0 => {
            let message = format!("{}; the earlier version keeps serving", trouble.message);
            (false, trouble.reason.clone(), message)
        }
        Some(trouble) => (false, trouble.reason.clone(), trouble.message.clone()),
        None if !serves_wanted && ready_pods > 0 => say(
            true,
            "Upgrading",
            "the new version is starting; the earlier one serves until it is ready",
        ),
        None if view.waits_for_scheduler() => say(true, "Starting", NOT_LOOKED_AT),
        None => say(true, "Starting", "the pods are starting"),
    }
}

/// What is said of a pod that waits for a node and of which no scheduler has said anything.
const NOT_LOOKED_AT: &str = "no scheduler of the cluster has looked at the pod yet";

fn staged_message(view: &View<'_>) -> String {
    let up = view.pods_of(view.wanted).iter().filter(|pod| pod.ready).count();
    let trouble = view
        .trouble
        .as_ref()
        .map(|trouble| format!("; {}: {}", trouble.reason, trouble.message));
    let state = format!("{up} of {} pods of the staged version are ready", view.replicas);
    format!(
        "{state}; it serves when update.staged is false{}",
        trouble.unwrap_or_default()
    )
}

fn pod_scheduled(condition: &PodCondition, generation: Option<i64>) -> Statement {
    let status = condition.status == "True";
    let default_reason = if status { "Scheduled" } else { "Unschedulable" };
    Statement {
        type_: names::CONDITION_POD_SCHEDULED,
        status,
        reason: condition
            .reason
            .clone()
            .unwrap_or_else(|| default_reason.to_owned()),
        message: condition.message.clone().unwrap_or_default(),
        observed_generation: generation,
        since: condition.last_transition_time.as_ref().map(|time| time.0),
    }
}

fn enough(view: &View<'_>, ready_pods: usize) -> bool {
    usize::try_from(view.replicas).is_ok_and(|replicas| ready_pods >= replicas)
}

impl View<'_> {
    fn pods_of(&self, hash: &SpecHash) -> &[PodView] {
        self.pods.get(hash).map_or(&[], Vec::as_slice)
    }

    /// The newest pod of the wanted version is there, and no scheduler has given it a node or turned it away.
    fn waits_for_scheduler(&self) -> bool {
        let newest = newest(self.pods_of(self.wanted));
        newest.is_some_and(|pod| pod.scheduled.is_none() && !(pod.ready || pod.leaving))
    }

    fn serves_wanted(&self) -> bool {
        self.target == Some(self.wanted)
    }

    /// Why the spec will not be reached by waiting.
    fn lasting_trouble(&self) -> Option<&Trouble> {
        self.trouble
            .as_ref()
            .filter(|trouble| trouble.lasting && !self.terminating)
    }
}

#[cfg(test)]
mod tests;
