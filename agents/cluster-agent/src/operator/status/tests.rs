use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn hash(name: &str) -> SpecHash {
    SpecHash::from_label(name)
}

fn pod(name: &str, ready: bool) -> PodView {
    PodView {
        name: name.to_owned(),
        uid: format!("uid of {name}"),
        gated: false,
        created: None,
        ready,
        leaving: false,
        scheduled: None,
        trouble: None,
    }
}

fn pods(of: &[(&str, &[PodView])]) -> BTreeMap<SpecHash, Vec<PodView>> {
    of.iter()
        .map(|(name, pods)| (hash(name), pods.to_vec()))
        .collect()
}

fn trouble(reason: &str, lasting: bool) -> Trouble {
    Trouble {
        reason: reason.to_owned(),
        message: "its own words".to_owned(),
        lasting,
    }
}

/// Status of a Performer that wants "new" while the Service points at `target`.
struct Case {
    target: Option<&'static str>,
    pods: BTreeMap<SpecHash, Vec<PodView>>,
    trouble: Option<Trouble>,
    hold: Option<Hold>,
    replicas: i32,
    terminating: bool,
    generation: i64,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            target: Some("new"),
            pods: BTreeMap::new(),
            trouble: None,
            hold: None,
            replicas: 1,
            terminating: false,
            generation: 1,
        }
    }
}

impl Case {
    fn status(self, old: &PerformerStatus, now: Timestamp) -> PerformerStatus {
        let (wanted, target) = (hash("new"), self.target.map(hash));
        let view = View {
            name: "p",
            namespace: "ns",
            generation: Some(self.generation),
            dns_domain: "cluster.local",
            wanted: &wanted,
            target: target.as_ref(),
            port: 9090,
            replicas: self.replicas,
            hold: self.hold,
            gate: Gate::Absent,
            trouble: self.trouble,
            pods: &self.pods,
            terminating: self.terminating,
        };
        status(&view, old, now)
    }
}

fn said<'a>(status: &'a PerformerStatus, type_: &str) -> (&'a str, &'a str) {
    let condition = conditions::find(&status.conditions, type_).expect("the condition is there");
    (condition.status.as_str(), condition.reason.as_str())
}

#[test]
fn the_first_status_has_endpoint_generation_and_a_ready_condition_that_is_false() {
    let status = Case::default().status(&PerformerStatus::default(), at(1));
    assert_eq!(status.phase, Some(PerformerPhase::Pending));
    assert_eq!(
        status.grpc_endpoint.as_deref(),
        Some("performer-p.ns.svc.cluster.local:9090")
    );
    assert_eq!(status.service_name.as_deref(), Some("performer-p"));
    assert_eq!(status.observed_generation, Some(1));
    assert_eq!(said(&status, "Ready"), ("False", "Starting"));
    assert_eq!(said(&status, "Reconciling"), ("True", "Starting"));
    assert!(!status.ready && status.ready_time.is_none());
}

#[test]
fn a_pod_that_no_scheduler_has_looked_at_is_told_from_one_that_starts() {
    let said_of = |pods: &[(&str, &[PodView])]| {
        let case = Case {
            pods: self::pods(pods),
            ..Case::default()
        };
        let status = case.status(&PerformerStatus::default(), at(1));
        let ready = conditions::find(&status.conditions, "Ready").unwrap();
        (ready.reason.clone(), ready.message.clone())
    };
    let on_its_way = ("Starting".to_owned(), "the pods are starting".to_owned());
    assert_eq!(said_of(&[]), on_its_way, "there is none");
    let (reason, message) = said_of(&[("new", &[pod("new-1", false)])]);
    assert_eq!(reason, "Starting");
    assert!(message.contains("no scheduler"), "{message}");
    let bound = PodView {
        scheduled: serde_json::from_value(serde_json::json!({"type": "PodScheduled", "status": "True"}))
            .unwrap(),
        ..pod("new-1", false)
    };
    assert_eq!(said_of(&[("new", &[bound])]), on_its_way);
}

#[test]
fn a_ready_pod_of_the_wanted_version_is_running() {
    let case = Case {
        pods: pods(&[("new", &[pod("new-1", true)])]),
        ..Case::default()
    };
    let status = case.status(&PerformerStatus::default(), at(7));
    assert_eq!(
        (status.phase, status.ready),
        (Some(PerformerPhase::Running), true)
    );
    assert_eq!(status.pod_name.as_deref(), Some("new-1"));
    assert_eq!(status.ready_time, Some(Time(at(7))));
    assert_eq!(status.last_upgrade, None);
    assert_eq!(status.replicas, 1);
    assert_eq!(
        status.selector.as_deref(),
        Some("hourglass.eigenlayer.io/performer=p,hourglass.eigenlayer.io/spec-hash=new")
    );
    assert_eq!(said(&status, "Ready"), ("True", "Serving"));
    assert_eq!(said(&status, "Progressing"), ("True", "UpToDate"));
    assert!(conditions::find(&status.conditions, "Reconciling").is_none());
}

#[test]
fn the_same_view_gives_the_same_status() {
    let case = || Case {
        pods: pods(&[("new", &[pod("new-1", true)])]),
        ..Case::default()
    };
    let first = case().status(&PerformerStatus::default(), at(7));
    assert_eq!(case().status(&first, at(99)), first);
}

fn running() -> PerformerStatus {
    let case = Case {
        pods: pods(&[("new", &[pod("p-1", true)])]),
        ..Case::default()
    };
    let mut status = case.status(&PerformerStatus::default(), at(7));
    // That was the version before.
    status.selector = Some(selector("p", &hash("old")));
    status
}

#[test]
fn while_an_earlier_version_serves_ready_stays_true_for_the_earlier_generation() {
    let case = Case {
        target: Some("old"),
        generation: 2,
        pods: pods(&[("old", &[pod("old-1", true)]), ("new", &[pod("new-1", false)])]),
        ..Case::default()
    };
    let status = case.status(&running(), at(20));
    assert_eq!(
        (status.phase, status.ready),
        (Some(PerformerPhase::Upgrading), true)
    );
    assert_eq!(status.observed_generation, Some(2));
    let ready = conditions::find(&status.conditions, "Ready").unwrap();
    assert_eq!(
        (ready.status.as_str(), ready.observed_generation),
        ("True", Some(1))
    );
    assert_eq!(ready.last_transition_time.0, at(7));
    assert_eq!(said(&status, "Progressing"), ("True", "Upgrading"));
    assert_eq!(said(&status, "Reconciling"), ("True", "Upgrading"));
    assert_eq!(status.pod_name.as_deref(), Some("old-1"));
}

#[test]
fn when_the_service_has_moved_the_upgrade_is_dated_and_ready_time_stays() {
    let case = Case {
        generation: 2,
        pods: pods(&[("new", &[pod("new-1", true)])]),
        ..Case::default()
    };
    let status = case.status(&running(), at(30));
    assert_eq!(status.phase, Some(PerformerPhase::Running));
    assert_eq!(status.last_upgrade, Some(Time(at(30))));
    assert_eq!(status.ready_time, Some(Time(at(7))));
    assert_eq!(
        conditions::find(&status.conditions, "Ready")
            .unwrap()
            .observed_generation,
        Some(2)
    );
}

#[test]
fn a_failed_upgrade_says_why_and_that_the_earlier_version_serves() {
    let case = Case {
        target: Some("old"),
        trouble: Some(trouble("ImagePullBackOff", false)),
        pods: pods(&[("old", &[pod("old-1", true)]), ("new", &[pod("new-1", false)])]),
        ..Case::default()
    };
    let status = case.status(&running(), at(20));
    assert!(status.ready);
    assert_eq!(said(&status, "Progressing"), ("False", "ImagePullBackOff"));
    let message = &conditions::find(&status.conditions, "Progressing")
        .unwrap()
        .message;
    assert_eq!(message, "its own words; the earlier version keeps serving");
}

#[test]
fn trouble_that_lasts_is_failed_only_while_nothing_serves() {
    let failing = |target, ready| Case {
        target: Some(target),
        trouble: Some(trouble("CrashLoopBackOff", true)),
        pods: pods(&[(target, &[pod("x", ready)])]),
        ..Case::default()
    };
    let nothing = failing("new", false).status(&PerformerStatus::default(), at(1));
    assert_eq!(nothing.phase, Some(PerformerPhase::Failed));
    assert_eq!(said(&nothing, "Ready"), ("False", "CrashLoopBackOff"));
    assert_eq!(said(&nothing, "Stalled"), ("True", "CrashLoopBackOff"));
    let serving = failing("old", true).status(&running(), at(1));
    assert_eq!(serving.phase, Some(PerformerPhase::Upgrading));
    assert_eq!(said(&serving, "Stalled"), ("True", "CrashLoopBackOff"));
}

#[test]
fn trouble_that_may_pass_is_pending() {
    let case = Case {
        trouble: Some(trouble("Unschedulable", false)),
        ..Case::default()
    };
    let status = case.status(&PerformerStatus::default(), at(1));
    assert_eq!(status.phase, Some(PerformerPhase::Pending));
    assert_eq!(said(&status, "Ready"), ("False", "Unschedulable"));
}

#[test]
fn the_newest_pods_scheduling_condition_is_mirrored_with_its_own_time() {
    let scheduled = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("Unschedulable".to_owned()),
        message: Some("0/3 nodes".to_owned()),
        last_transition_time: Some(Time(at(3))),
        ..PodCondition::default()
    };
    let waiting = PodView {
        scheduled: Some(scheduled),
        ..pod("new-1", false)
    };
    let case = Case {
        pods: pods(&[("new", &[waiting])]),
        ..Case::default()
    };
    let status = case.status(&PerformerStatus::default(), at(10));
    let condition = conditions::find(&status.conditions, "PodScheduled").unwrap();
    assert_eq!(
        (condition.status.as_str(), condition.reason.as_str()),
        ("False", "Unschedulable")
    );
    assert_eq!(
        (condition.message.as_str(), condition.last_transition_time.0),
        ("0/3 nodes", at(3))
    );
}

#[test]
fn a_performer_that_is_deleted_is_terminating_and_not_ready_although_pods_still_are() {
    let case = Case {
        terminating: true,
        target: None,
        pods: pods(&[("new", &[pod("new-1", true)])]),
        ..Case::default()
    };
    let status = case.status(&running(), at(40));
    assert_eq!(
        (status.phase, status.ready),
        (Some(PerformerPhase::Terminating), false)
    );
    assert_eq!(said(&status, "Ready"), ("False", "Terminating"));
    assert_eq!(status.grpc_endpoint, None);
}

#[test]
fn a_staged_version_says_how_far_it_is() {
    let case = Case {
        target: None,
        hold: Some(Hold::Staged),
        pods: pods(&[("new", &[pod("new-1", true)])]),
        ..Case::default()
    };
    let status = case.status(&PerformerStatus::default(), at(1));
    assert_eq!(
        (status.phase, status.ready),
        (Some(PerformerPhase::Pending), false)
    );
    assert_eq!(said(&status, "Ready"), ("False", "Staged"));
    let message = &conditions::find(&status.conditions, "Ready").unwrap().message;
    assert!(
        message.starts_with("1 of 1 pods of the staged version are ready"),
        "{message}"
    );
}

#[test]
fn no_replicas_is_pending_without_trouble() {
    let status = Case {
        replicas: 0,
        ..Case::default()
    }
    .status(&PerformerStatus::default(), at(1));
    assert_eq!(
        (status.phase, status.ready),
        (Some(PerformerPhase::Pending), false)
    );
    assert_eq!(said(&status, "Ready"), ("False", "ScaledToZero"));
}
