//! What a pod says about itself, reduced to what decisions and the status need.

use k8s_openapi::api::core::v1::{ContainerStatus, Pod, PodCondition};
use k8s_openapi::jiff::Timestamp;

use super::gate;

/// Why a version is not ready, in the cluster's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// CamelCase, for programs.
    pub(crate) reason: String,
    /// For people; the pod's own message where it has one.
    pub(crate) message: String,
    /// Whether it will not go away by waiting.
    pub(crate) lasting: bool,
}

/// One pod, reduced.
#[derive(Clone, Debug)]
pub(crate) struct PodView {
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) created: Option<Timestamp>,
    /// It takes requests.
    pub(crate) ready: bool,
    /// It is on its way out, or has ended.
    pub(crate) leaving: bool,
    /// It waits behind the gate of a gang.
    pub(crate) gated: bool,
    /// Its own `PodScheduled` condition; none while no scheduler has looked at it.
    pub(crate) scheduled: Option<PodCondition>,
    /// Why it is not ready, where it says so.
    pub(crate) trouble: Option<Trouble>,
}

/// Waiting reasons that end only when somebody changes something, or that mean repeated failure.
const LASTING: [&str; 4] = [
    "CrashLoopBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerError",
];

/// Waiting reasons of a container that is simply on its way.
const STARTING: [&str; 2] = ["ContainerCreating", "PodInitializing"];

impl PodView {
    /// Reduces a pod.
    pub(crate) fn of(pod: &Pod) -> Self {
        let status = pod.status.as_ref();
        let phase = status
            .and_then(|status| status.phase.as_deref())
            .unwrap_or_default();
        let condition = |type_: &str| {
            let conditions = status.and_then(|status| status.conditions.as_ref())?;
            conditions.iter().find(|condition| condition.type_ == type_)
        };
        let leaving = pod.metadata.deletion_timestamp.is_some() || matches!(phase, "Succeeded" | "Failed");
        let ready = !leaving && condition("Ready").is_some_and(|ready| ready.status == "True");
        let scheduled = condition("PodScheduled").filter(|scheduled| !is_left_by_gate(pod, scheduled));
        let scheduled = scheduled.cloned();
        let trouble = (!ready)
            .then(|| trouble(pod, phase, scheduled.as_ref()))
            .flatten();
        Self {
            name: pod.metadata.name.clone().unwrap_or_default(),
            uid: pod.metadata.uid.clone().unwrap_or_default(),
            gated: gate::is_gated(pod),
            created: pod.metadata.creation_timestamp.as_ref().map(|time| time.0),
            ready,
            leaving,
            scheduled,
            trouble,
        }
    }
}

/// It speaks of a gate that the pod has no more: no scheduler has looked at the pod since.
/// Source: [pod scheduling readiness](https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/).
fn is_left_by_gate(pod: &Pod, scheduled: &PodCondition) -> bool {
    let gates = pod.spec.iter().flat_map(|spec| &spec.scheduling_gates);
    scheduled.reason.as_deref() == Some("SchedulingGated") && gates.flatten().next().is_none()
}

fn trouble(pod: &Pod, phase: &str, scheduled: Option<&PodCondition>) -> Option<Trouble> {
    let status = pod.status.as_ref()?;
    if let Some(scheduled) = scheduled.filter(|scheduled| scheduled.status != "True") {
        return Some(Trouble {
            reason: scheduled
                .reason
                .clone()
                .unwrap_or_else(|| "Unschedulable".to_owned()),
            message: scheduled
                .message
                .clone()
                .unwrap_or_else(|| "the pod is not scheduled yet".to_owned()),
            lasting: false,
        });
    }
    let containers = [&status.init_container_statuses, &status.container_statuses];
    if let Some(trouble) = containers
        .into_iter()
        .flatten()
        .flatten()
        .find_map(container_trouble)
    {
        return Some(trouble);
    }
    if matches!(phase, "Failed" | "Succeeded") {
        let message = status
            .message
            .clone()
            .unwrap_or_else(|| format!("the pod ended with phase {phase}"));
        let reason = status.reason.clone().unwrap_or_else(|| "PodEnded".to_owned());
        return Some(Trouble {
            reason,
            message,
            lasting: false,
        });
    }
    (phase == "Running").then(|| Trouble {
        reason: "NotReady".to_owned(),
        message: "the container runs, but its readiness probe has not succeeded".to_owned(),
        lasting: false,
    })
}

fn container_trouble(container: &ContainerStatus) -> Option<Trouble> {
    let state = container.state.as_ref()?;
    if let Some(ended) = &state.terminated {
        // An init container that has done its work.
        if ended.exit_code == 0 && ended.reason.as_deref() == Some("Completed") {
            return None;
        }
        return Some(Trouble {
            reason: ended.reason.clone().unwrap_or_else(|| "Error".to_owned()),
            message: format!(
                "container {} ended with exit code {}",
                container.name, ended.exit_code
            ),
            lasting: false,
        });
    }
    let waiting = state.waiting.as_ref()?;
    let reason = waiting.reason.clone().unwrap_or_else(|| "Waiting".to_owned());
    if STARTING.contains(&reason.as_str()) {
        return None;
    }
    let mut message = waiting
        .message
        .clone()
        .unwrap_or_else(|| format!("container {} waits", container.name));
    let last_end = container
        .last_state
        .as_ref()
        .and_then(|last| last.terminated.as_ref());
    if let Some(ended) = last_end {
        let why = ended.reason.as_deref().unwrap_or("Error");
        message.push_str(&format!(
            "; it last ended with exit code {} ({why})",
            ended.exit_code
        ));
    }
    Some(Trouble {
        lasting: LASTING.contains(&reason.as_str()),
        reason,
        message,
    })
}

/// The newest of some pods that are not on their way out; else the newest of all.
pub(crate) fn newest<'a>(pods: impl IntoIterator<Item = &'a PodView>) -> Option<&'a PodView> {
    pods.into_iter().max_by(|left, right| {
        let key = |pod: &PodView| (!pod.leaving, pod.created);
        key(left)
            .cmp(&key(right))
            .then_with(|| left.name.cmp(&right.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn view(status: Value) -> PodView {
        let pod =
            json!({"metadata": {"name": "p", "creationTimestamp": "2026-01-01T00:00:00Z"}, "status": status});
        PodView::of(&serde_json::from_value(pod).unwrap())
    }

    fn waiting(reason: &str, message: &str) -> PodView {
        view(json!({
            "phase": "Pending",
            "conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}],
            "containerStatuses": [{
                "name": "performer", "image": "", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"waiting": {"reason": reason, "message": message}},
            }],
        }))
    }

    #[test]
    fn a_ready_pod_has_no_trouble() {
        let pod = view(json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}));
        assert!(pod.ready && !pod.leaving);
        assert_eq!(pod.trouble, None);
    }

    #[test]
    fn a_pod_that_is_being_deleted_is_not_ready_whatever_it_says() {
        let pod = json!({
            "metadata": {"name": "p", "deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        });
        let pod = PodView::of(&serde_json::from_value(pod).unwrap());
        assert!(!pod.ready && pod.leaving);
    }

    #[test]
    fn an_unschedulable_pod_says_so_in_the_schedulers_words() {
        let pod = view(json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"},
        ]}));
        let trouble = pod.trouble.unwrap();
        assert_eq!(
            (trouble.reason.as_str(), trouble.lasting),
            ("Unschedulable", false)
        );
        assert_eq!(trouble.message, "0/3 nodes are available");
    }

    #[test]
    fn nothing_is_said_of_a_gate_that_the_pod_has_no_more() {
        let gated = |gates: Value| {
            let pod = json!({
                "metadata": {"name": "p"},
                "spec": {"containers": [], "schedulingGates": gates},
                "status": {"phase": "Pending", "conditions": [{
                    "type": "PodScheduled", "status": "False", "reason": "SchedulingGated",
                    "message": "Scheduling is blocked due to non-empty scheduling gates",
                }]},
            });
            PodView::of(&serde_json::from_value(pod).unwrap())
        };
        let behind = gated(json!([{"name": "somebody.else/gate"}]));
        assert_eq!(behind.trouble.unwrap().reason, "SchedulingGated");
        let lifted = gated(json!([]));
        assert_eq!((lifted.trouble, lifted.scheduled), (None, None));
    }

    #[test]
    fn waiting_containers_say_why_with_the_kubelets_message() {
        for (reason, lasting) in [
            ("ImagePullBackOff", false),
            ("ErrImagePull", false),
            ("CreateContainerConfigError", false),
            ("CrashLoopBackOff", true),
            ("InvalidImageName", true),
        ] {
            let trouble = waiting(reason, "its own words").trouble.unwrap();
            assert_eq!((trouble.reason.as_str(), trouble.lasting), (reason, lasting));
            assert_eq!(trouble.message, "its own words");
        }
    }

    #[test]
    fn a_container_that_is_only_starting_is_no_trouble() {
        assert_eq!(waiting("ContainerCreating", "").trouble, None);
    }

    #[test]
    fn a_crash_loop_says_how_the_container_ended() {
        let pod = view(json!({
            "phase": "Running",
            "containerStatuses": [{
                "name": "performer", "image": "", "imageID": "", "ready": false, "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
            }],
        }));
        assert_eq!(
            pod.trouble.unwrap().message,
            "back-off 40s; it last ended with exit code 137 (OOMKilled)"
        );
    }

    #[test]
    fn a_running_pod_that_is_not_ready_says_that_its_probe_fails() {
        assert_eq!(
            view(json!({"phase": "Running"})).trouble.unwrap().reason,
            "NotReady"
        );
    }

    #[test]
    fn an_evicted_pod_says_why() {
        let pod = view(json!({"phase": "Failed", "reason": "Evicted", "message": "low on memory"}));
        let trouble = pod.trouble.unwrap();
        assert_eq!(
            (trouble.reason.as_str(), trouble.message.as_str()),
            ("Evicted", "low on memory")
        );
    }

    #[test]
    fn the_newest_pod_is_one_that_stays_if_there_is_any() {
        let pod = |name: &str, second: i64, leaving| PodView {
            name: name.to_owned(),
            created: Some(Timestamp::from_second(second).unwrap()),
            leaving,
            ..view(json!({}))
        };
        let pods = [pod("a", 1, false), pod("b", 2, false), pod("c", 3, true)];
        assert_eq!(newest(&pods).unwrap().name, "b");
        assert_eq!(newest(&pods[2..]).unwrap().name, "c");
        assert!(newest(&[]).is_none());
    }
}
