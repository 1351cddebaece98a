use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_800_000_000;
const DRAIN: Duration = Duration::from_secs(5);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn hash(name: &str) -> SpecHash {
    SpecHash::from_label(name)
}

/// A version that is up and serves with one pod.
fn up(name: &str) -> Version {
    Version {
        hash: hash(name),
        deployment: DeploymentState::Present,
        replicas: 1,
        ready_pods: 1,
        pods: 1,
        came_up: true,
        failing: false,
        draining_since: None,
        created: Some(at(NOW - 100)),
    }
}

/// A version that is on its way.
fn starting(name: &str) -> Version {
    Version {
        ready_pods: 0,
        came_up: false,
        created: Some(at(NOW - 1)),
        ..up(name)
    }
}

fn situation(service: Option<&str>, versions: Vec<Version>) -> Situation {
    Situation {
        wanted: Wanted {
            hash: hash("new"),
            replicas: 1,
            strategy: UpdateStrategy::Surge,
            staged: false,
        },
        versions,
        service: service.map(hash),
        drain: DRAIN,
        now: at(NOW),
    }
}

fn recreate(service: Option<&str>, versions: Vec<Version>) -> Situation {
    let mut situation = situation(service, versions);
    situation.wanted.strategy = UpdateStrategy::Recreate;
    situation
}

fn staged(mut situation: Situation) -> Situation {
    situation.wanted.staged = true;
    situation
}

fn apply(name: &str) -> Step {
    Step::Apply {
        hash: hash(name),
        replicas: 1,
        draining_since: None,
    }
}

fn drain(name: &str) -> Step {
    Step::Apply {
        hash: hash(name),
        replicas: 1,
        draining_since: Some(at(NOW)),
    }
}

fn point(name: &str) -> Step {
    Step::PointService {
        target: Some(hash(name)),
    }
}

fn delete(name: &str) -> Step {
    Step::Delete { hash: hash(name) }
}

#[test]
fn the_first_version_is_made_and_the_service_points_at_it_at_once() {
    assert_eq!(plan(&situation(None, vec![])).steps, [apply("new"), point("new")]);
}

#[test]
fn a_version_that_serves_is_left_as_it_is() {
    let plan = plan(&situation(Some("new"), vec![up("new")]));
    assert_eq!(plan.steps, [apply("new"), point("new")]);
    assert_eq!((plan.hold, plan.wake_after), (None, None));
}

#[test]
fn while_the_new_version_starts_the_old_one_serves() {
    for versions in [vec![up("old")], vec![up("old"), starting("new")]] {
        let plan = plan(&situation(Some("old"), versions));
        assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
    }
}

#[test]
fn when_the_new_version_is_ready_the_old_is_marked_the_service_moves_and_nothing_is_deleted_yet() {
    let plan = plan(&situation(Some("old"), vec![up("old"), up("new")]));
    assert_eq!(plan.steps, [apply("new"), drain("old"), point("new")]);
    assert_eq!(plan.wake_after, Some(DRAIN));
}

#[test]
fn the_old_version_is_deleted_when_it_has_drained_and_not_before() {
    let drained_for = |seconds: i64| {
        let old = Version {
            draining_since: Some(at(NOW - seconds)),
            ..up("old")
        };
        plan(&situation(Some("new"), vec![old, up("new")]))
    };
    let early = drained_for(2);
    assert_eq!(early.steps, [apply("new"), point("new")]);
    assert_eq!(early.wake_after, Some(Duration::from_secs(3)));
    let late = drained_for(5);
    assert_eq!(late.steps, [apply("new"), point("new"), delete("old")]);
    assert_eq!(late.wake_after, None);
}

#[test]
fn a_drain_mark_from_the_future_delays_the_deletion_by_one_drain_time_only() {
    let old = Version {
        draining_since: Some(at(NOW + 3600)),
        ..up("old")
    };
    assert_eq!(
        plan(&situation(Some("new"), vec![old, up("new")])).wake_after,
        Some(DRAIN)
    );
}

#[test]
fn an_old_mark_without_a_switch_shortens_no_drain() {
    // We died between marking and moving, and the new version became ready long after.
    let old = Version {
        draining_since: Some(at(NOW - 60)),
        ..up("old")
    };
    let plan = plan(&situation(Some("old"), vec![old, up("new")]));
    assert_eq!(plan.steps, [apply("new"), drain("old"), point("new")]);
    assert_eq!(plan.wake_after, Some(DRAIN));
}

#[test]
fn a_mark_without_a_switch_is_taken_back() {
    // We died between marking and moving, and the new version has failed since.
    let old = Version {
        draining_since: Some(at(NOW - 60)),
        ..up("old")
    };
    let plan = plan(&situation(Some("old"), vec![old, starting("new")]));
    assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
}

#[test]
fn a_failing_new_version_leaves_the_old_one_serving() {
    let new = Version {
        failing: true,
        ..starting("new")
    };
    let plan = plan(&situation(Some("old"), vec![up("old"), new]));
    assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
}

#[test]
fn all_replicas_of_the_new_version_must_be_ready_before_the_switch() {
    let with_ready = |ready_pods| {
        let mut situation = situation(
            Some("old"),
            vec![
                Version {
                    replicas: 3,
                    ready_pods: 3,
                    pods: 3,
                    ..up("old")
                },
                Version {
                    replicas: 3,
                    ready_pods,
                    pods: 3,
                    ..starting("new")
                },
            ],
        );
        situation.wanted.replicas = 3;
        plan(&situation).target
    };
    assert_eq!(with_ready(2), Some(hash("old")));
    assert_eq!(with_ready(3), Some(hash("new")));
}

#[test]
fn when_the_old_version_serves_nothing_any_ready_pod_of_the_new_one_is_better() {
    let mut situation = situation(
        Some("old"),
        vec![
            Version {
                ready_pods: 0,
                ..up("old")
            },
            Version {
                ready_pods: 1,
                pods: 3,
                ..starting("new")
            },
        ],
    );
    situation.wanted.replicas = 3;
    let plan = plan(&situation);
    assert_eq!(plan.target, Some(hash("new")));
    assert!(plan.steps.contains(&delete("old")));
}

#[test]
fn an_old_version_that_is_down_for_a_moment_is_kept_until_the_new_one_is_ready() {
    let plan = plan(&situation(
        Some("old"),
        vec![
            Version {
                ready_pods: 0,
                ..up("old")
            },
            starting("new"),
        ],
    ));
    assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
}

#[test]
fn an_old_version_that_never_came_up_or_never_will_again_gives_way_at_once() {
    for old in [
        starting("old"),
        Version {
            ready_pods: 0,
            failing: true,
            ..up("old")
        },
    ] {
        let plan = plan(&situation(Some("old"), vec![old, starting("new")]));
        assert_eq!(plan.steps, [apply("new"), point("new"), delete("old")]);
    }
}

#[test]
fn going_back_before_the_switch_deletes_the_version_that_never_served() {
    let mut back = situation(Some("old"), vec![up("old"), starting("new")]);
    back.wanted.hash = hash("old");
    assert_eq!(plan(&back).steps, [apply("old"), point("old"), delete("new")]);
}

#[test]
fn going_back_after_the_switch_revives_the_draining_version() {
    let draining = Version {
        draining_since: Some(at(NOW - 1)),
        ..up("old")
    };
    let mut back = situation(Some("new"), vec![draining, up("new")]);
    back.wanted.hash = hash("old");
    assert_eq!(plan(&back).steps, [apply("old"), drain("new"), point("old")]);
}

#[test]
fn a_version_that_is_being_deleted_is_made_anew_only_when_it_is_gone() {
    let deleting = Version {
        deployment: DeploymentState::Deleting,
        ..up("old")
    };
    let mut back = situation(Some("new"), vec![deleting, up("new")]);
    back.wanted.hash = hash("old");
    assert_eq!(plan(&back).steps, [apply("new"), point("new")]);
}

#[test]
fn a_third_version_replaces_the_second_while_the_first_serves() {
    let plan = plan(&situation(
        Some("old"),
        vec![up("old"), starting("between"), starting("new")],
    ));
    assert_eq!(
        plan.steps,
        [apply("new"), apply("old"), point("old"), delete("between")]
    );
}

#[test]
fn a_lost_service_is_made_again_in_front_of_what_serves() {
    let plan = plan(&situation(None, vec![up("old"), starting("new")]));
    assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
}

#[test]
fn scaling_reaches_the_version_that_serves_during_an_upgrade_too() {
    let mut situation = situation(Some("old"), vec![up("old"), starting("new")]);
    situation.wanted.replicas = 4;
    let replicas: Vec<i32> = plan(&situation)
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Apply { replicas, .. } => Some(*replicas),
            Step::PointService { .. } | Step::Delete { .. } => None,
        })
        .collect();
    assert_eq!(replicas, [4, 4]);
}

#[test]
fn scaling_to_zero_stops_every_version() {
    let mut situation = situation(Some("old"), vec![up("old"), starting("new")]);
    situation.wanted.replicas = 0;
    let plan = plan(&situation);
    assert_eq!(plan.target, Some(hash("new")));
    assert!(plan.steps.contains(&Step::Apply {
        hash: hash("new"),
        replicas: 0,
        draining_since: None
    }));
}

#[test]
fn a_staged_version_comes_up_and_does_not_serve() {
    let plan = plan(&staged(situation(Some("old"), vec![up("old"), up("new")])));
    assert_eq!(plan.steps, [apply("new"), apply("old"), point("old")]);
    assert_eq!(plan.hold, Some(Hold::Staged));
}

#[test]
fn a_staged_first_version_comes_up_and_the_service_points_nowhere() {
    let plan = plan(&staged(situation(None, vec![up("new")])));
    assert_eq!(plan.steps, [apply("new"), Step::PointService { target: None }]);
    assert_eq!(plan.hold, Some(Hold::Staged));
}

#[test]
fn staging_a_version_that_serves_already_changes_nothing() {
    let plan = plan(&staged(situation(Some("new"), vec![up("new")])));
    assert_eq!(plan.steps, [apply("new"), point("new")]);
    assert_eq!(plan.hold, None);
}

#[test]
fn recreate_deletes_the_old_version_and_makes_the_new_one_when_its_pods_are_gone() {
    let first = plan(&recreate(Some("old"), vec![up("old")]));
    assert_eq!(
        (first.steps, first.hold),
        (vec![delete("old")], Some(Hold::OldMustGoFirst))
    );

    let lingering = Version {
        deployment: DeploymentState::Absent,
        ready_pods: 0,
        ..up("old")
    };
    let second = plan(&recreate(Some("old"), vec![lingering]));
    assert_eq!((second.steps, second.hold), (vec![], Some(Hold::OldMustGoFirst)));

    let third = plan(&recreate(Some("old"), vec![]));
    assert_eq!(
        (third.steps, third.hold),
        (vec![apply("new"), point("new")], None)
    );
}

#[test]
fn a_staged_recreate_waits_with_everything() {
    let plan = plan(&staged(recreate(Some("old"), vec![up("old")])));
    assert_eq!(plan.steps, [apply("old"), point("old")]);
    assert_eq!(plan.hold, Some(Hold::Staged));
}

fn any_version(name: &'static str) -> impl Strategy<Value = Option<Version>> {
    let deployment = prop_oneof![
        Just(DeploymentState::Absent),
        Just(DeploymentState::Present),
        Just(DeploymentState::Deleting)
    ];
    let marks = (
        proptest::option::of(NOW - 20..NOW + 20),
        any::<bool>(),
        any::<bool>(),
    );
    let version = (deployment, 0..3_usize, 0..3_usize, marks).prop_map(
        move |(deployment, ready_pods, more, (draining, came_up, failing))| Version {
            deployment,
            ready_pods,
            pods: ready_pods + more,
            came_up: came_up || ready_pods > 0,
            failing,
            draining_since: draining.map(at),
            ..up(name)
        },
    );
    proptest::option::of(version)
}

fn any_situation() -> impl Strategy<Value = Situation> {
    let service = prop_oneof![
        Just(None),
        Just(Some("new")),
        Just(Some("old")),
        Just(Some("older")),
        Just(Some("x"))
    ];
    let versions = (any_version("new"), any_version("old"), any_version("older"));
    (service, versions, 0..3_i32, any::<bool>(), any::<bool>()).prop_map(
        |(service, (new, old, older), replicas, recreate, staged)| {
            let mut situation = situation(service, [new, old, older].into_iter().flatten().collect());
            situation.wanted.replicas = replicas;
            situation.wanted.staged = staged;
            if recreate {
                situation.wanted.strategy = UpdateStrategy::Recreate;
            }
            situation
        },
    )
}

/// Does the steps at once, as an ideal cluster would: what is wanted becomes ready, what is deleted is gone.
fn carry_out(situation: &mut Situation, plan: &Plan) {
    for step in &plan.steps {
        match step {
            Step::Apply {
                hash,
                replicas,
                draining_since,
            } => {
                if !situation.versions.iter().any(|version| version.hash == *hash) {
                    let absent = DeploymentState::Absent;
                    situation.versions.push(Version {
                        hash: hash.clone(),
                        deployment: absent,
                        ..starting("x")
                    });
                }
                for version in situation
                    .versions
                    .iter_mut()
                    .filter(|version| version.hash == *hash)
                {
                    let ready = usize::try_from(*replicas).unwrap();
                    version.deployment = DeploymentState::Present;
                    version.replicas = *replicas;
                    version.draining_since = *draining_since;
                    (version.ready_pods, version.pods, version.came_up) = (ready, ready, true);
                }
            }
            Step::PointService { target } => situation.service.clone_from(target),
            Step::Delete { hash } => situation.versions.retain(|version| version.hash != *hash),
        }
    }
    situation
        .versions
        .retain(|version| version.deployment == DeploymentState::Present);
    situation.now += DRAIN;
}

proptest! {
    #[test]
    fn what_serves_is_never_taken_away_before_something_else_serves(situation in any_situation()) {
        let surge = situation.wanted.strategy == UpdateStrategy::Surge || situation.wanted.staged;
        let serving = situation.service.as_ref().and_then(|hash| situation.version(hash));
        let serves = serving.is_some_and(|version| version.is_usable() && version.ready_pods > 0);
        if surge && serves && situation.wanted.replicas > 0 {
            let plan = plan(&situation);
            let target = plan.target.clone().expect("the Service points somewhere");
            let successor = situation.version(&target).expect("it points at something that exists");
            prop_assert!(successor.ready_pods > 0);
            let deletes = |hash: &SpecHash| plan.steps.contains(&Step::Delete { hash: hash.clone() });
            prop_assert!(!deletes(&target));
            // And the one that served until now is deleted in a later pass only.
            let served = situation.service.as_ref().expect("it served");
            prop_assert!(!deletes(served));
        }
    }

    #[test]
    fn what_is_wanted_is_never_deleted(situation in any_situation()) {
        let deletes_wanted = Step::Delete { hash: situation.wanted.hash.clone() };
        prop_assert!(!plan(&situation).steps.contains(&deletes_wanted));
    }

    #[test]
    fn with_a_willing_cluster_only_the_wanted_version_is_left_and_serves(mut situation in any_situation()) {
        situation.wanted.staged = false;
        for _ in 0..6 {
            let plan = plan(&situation);
            carry_out(&mut situation, &plan);
        }
        let left: Vec<&str> = situation.versions.iter().map(|version| version.hash.as_str()).collect();
        prop_assert_eq!(left, ["new"]);
        prop_assert_eq!(situation.service.as_ref().map(SpecHash::as_str), Some("new"));
        let settled = plan(&situation);
        prop_assert_eq!((settled.hold, settled.wake_after), (None, None));
    }

    #[test]
    fn with_recreate_two_versions_never_run_at_once(mut situation in any_situation()) {
        situation.wanted.strategy = UpdateStrategy::Recreate;
        let others_there = situation.others().any(Version::is_there);
        let present = |version: &Version| version.deployment == DeploymentState::Present;
        let wanted_there = situation.version(&situation.wanted.hash).is_some_and(present);
        let makes = plan(&situation).steps.iter().any(
            |step| matches!(step, Step::Apply { hash, .. } if *hash == situation.wanted.hash),
        );
        prop_assert!(!(makes && others_there && !wanted_there));
    }
}
