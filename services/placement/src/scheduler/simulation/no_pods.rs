//! A cluster that refuses to make the pod of a performer is left for another one after some seconds, and asked again; its nodes
//! have no part in it. What it refuses for a moment only stays.

use super::rolling::{carry_out, new_image, ripen_all, serving, the_one, told, update};
use super::*;
use crate::records::placement::REFUSED_FOR;
use crate::records::rollout::MAX_FAILED_STARTS;

impl World {
    /// The cluster in which the first replica of `p` is; none while it has no place.
    pub(super) fn place_of_p(&self) -> Option<usize> {
        let record = the_one(self);
        let (_, assignment) = record.assigned().next()?;
        self.index_of(&assignment.cluster)
    }

    fn index_of(&self, cluster: &ClusterName) -> Option<usize> {
        self.members.iter().position(|member| member.name == *cluster)
    }

    /// Second after second passes: what is due is done, orders are carried out, and agents say what there is.
    pub(super) fn seconds_pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.later(Duration::from_secs(1));
            for member in &self.members {
                let cluster = self.core.clusters().get(&member.name).unwrap();
                if let Some(session) = cluster.session.as_ref() {
                    session.last_seen.touch(self.clock);
                }
            }
            self.round(false, Core::due_orders);
            self.tick();
            self.pump();
        }
    }

    /// The last word about the newest place of the first replica of `p`.
    fn last_word(&self) -> String {
        let record = the_one(self);
        let (_, assignment) = record.slots[0].places().last().unwrap();
        assignment.observed.reason.clone()
    }

    /// The epoch of the newest place of the first replica of `p`.
    fn newest(&self) -> Epoch {
        the_one(self).slots[0].highest()
    }
}

/// A connected world with `p` on its way.
fn begun() -> (World, usize) {
    let mut world = World::new(17);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(1, 1, false));
    let first = world.place_of_p().unwrap();
    (world, first)
}

/// The same request, for the first cluster alone.
pub(super) fn in_one_cluster(wish: PlacementSpec) -> PlacementSpec {
    let only = serde_json::json!({"include": ["c0"]});
    PlacementSpec {
        cluster_rules: Some(serde_json::from_value(only).unwrap()),
        ..wish
    }
}

#[test]
fn what_one_cluster_makes_no_pod_of_flows_over_to_the_next_after_seconds() {
    let (mut world, first) = begun();
    world.members[first].pods = Pods::AreRefused;
    carry_out(&mut world);
    assert_eq!(world.last_word(), "FAILED_CREATE");
    let (_, refused) = the_one(&world)
        .assigned()
        .next()
        .map(|(_, at)| ((), at.clone()))
        .unwrap();
    let since = refused.observed.refused_since.expect("it is refused");
    while world.place_of_p() == Some(first) {
        world.seconds_pass(1);
        let waited = world.wall.duration_since(since);
        assert!(waited < SignedDuration::from_secs(14), "{waited}");
    }
    let record = the_one(&world);
    assert_eq!(
        world.place_of_p(),
        Some(1 - first),
        "no other node there is tried"
    );
    let slot = &record.slots[0];
    assert_eq!(slot.failed_starts, 0, "the replica has not failed");
    let attempt = slot.attempts.last().unwrap();
    assert_eq!(attempt.reason, Reason::ApplyRefused);
    let held = attempt.end_time.duration_since(since);
    assert!(held >= SignedDuration::try_from(REFUSED_FOR).unwrap(), "{held}");
    assert!(
        attempt.message.contains("denied the request"),
        "{}",
        attempt.message
    );
    assert_eq!(told(&record, "APPLY_REFUSED"), 1);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn where_no_other_cluster_may_take_it_it_waits_and_is_tried_again_without_end() {
    let mut world = World::new(17);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(in_one_cluster(spec(1, 1, false)));
    world.members[0].pods = Pods::AreRefused;
    for attempt in 1..=2 * MAX_FAILED_STARTS {
        let begin = world.clock;
        while world.place_of_p().is_some() {
            world.seconds_pass(1);
            let held = world.clock.duration_since(begin);
            assert!(
                held < Duration::from_secs(20),
                "its room is free for others again: {held:?}"
            );
        }
        assert_eq!(world.scheduled("p"), Reason::Avoided, "{attempt}");
        assert_eq!(the_one(&world).state, PlacementState::Pending);
        let why = world.why_not("p");
        assert!(
            why.contains("no pod of it was made there at") && why.contains("denied the request"),
            "{why}"
        );
        assert!(why.contains("cluster c0 is tried again, at 2026-01-01T"), "{why}");
        let since = world.clock;
        while world.place_of_p().is_none() {
            world.later(Duration::from_secs(5));
            world.tick();
            let waits = world.clock.duration_since(since);
            assert!(waits < Duration::from_secs(320), "it is tried again");
        }
        let waited = world.clock.duration_since(since);
        assert!(
            attempt < 6 || waited > Duration::from_secs(280),
            "less and less often"
        );
    }
    assert_eq!(the_one(&world).slots[0].failed_starts, 0);
    world.members[0].pods = Pods::Start;
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn what_an_agent_does_not_take_flows_over_as_well() {
    let (mut world, first) = begun();
    world.members[first].refuses = true;
    carry_out(&mut world);
    world.seconds_pass(16);
    assert_eq!(world.place_of_p(), Some(1 - first));
    let record = the_one(&world);
    assert_eq!(record.slots[0].failed_starts, 0);
    assert_eq!(
        record.slots[0].attempts.last().unwrap().reason,
        Reason::ApplyRefused
    );
}

#[test]
fn what_is_refused_for_some_seconds_only_stays_however_often() {
    let (mut world, first) = begun();
    let epoch = world.newest();
    for _ in 0..4 {
        world.members[first].pods = Pods::AreRefused;
        world.seconds_pass(4);
        assert_eq!(world.last_word(), "FAILED_CREATE");
        world.members[first].pods = Pods::Start;
        world.seconds_pass(2);
    }
    assert_eq!((world.newest(), world.place_of_p()), (epoch, Some(first)));
    assert!(the_one(&world).slots[0].attempts.is_empty());
}

#[test]
fn an_order_that_is_refused_for_a_moment_is_given_again_within_seconds() {
    let (mut world, first) = begun();
    let epoch = world.newest();
    world.members[first].refuses = true;
    world.seconds_pass(1);
    // The namespace is made.
    world.members[first].refuses = false;
    world.seconds_pass(20);
    assert_eq!((world.newest(), world.place_of_p()), (epoch, Some(first)));
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn since_when_it_is_refused_outlives_the_server_and_counts_only_what_is_said_anew() {
    let (mut world, first) = begun();
    world.members[first].pods = Pods::AreRefused;
    world.seconds_pass(3);
    let since = |world: &World| {
        let record = the_one(world);
        let (_, assignment) = record.assigned().next().unwrap();
        assignment.observed.refused_since
    };
    let before = since(&world).expect("it is refused");
    world.restart();
    assert_eq!(since(&world), Some(before));
    world.connect(1 - first);
    world.send_inventory(1 - first);
    world.seconds_pass(12);
    assert_eq!(world.place_of_p(), Some(first), "its agent may have another word");
    world.connect(first);
    world.send_inventory(first);
    world.seconds_pass(2);
    assert_eq!(world.place_of_p(), Some(1 - first));

    // And one whose cluster has another word.
    let (mut world, first) = begun();
    world.members[first].pods = Pods::AreRefused;
    world.seconds_pass(3);
    world.restart();
    world.later(Duration::from_secs(60));
    world.members[first].pods = Pods::Start;
    world.connect_all();
    world.seconds_pass(12);
    assert_eq!(world.place_of_p(), Some(first));
}

#[test]
fn an_update_that_a_cluster_makes_no_pod_of_takes_its_successor_to_another() {
    let mut world = serving(spec(1, 1, false));
    let first = world.place_of_p().unwrap();
    world.members[first].pods = Pods::AreRefused;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let before = the_one(&world).slots[0].successor.clone().unwrap();
    assert_eq!(before.assignment.cluster, world.members[first].name);
    world.seconds_pass(14);
    let record = the_one(&world);
    assert!(record.serves(), "the old one serves on");
    let next = record.slots[0].successor.clone().expect("another one");
    assert_eq!(next.assignment.cluster, world.members[1 - first].name);
    assert_eq!(record.slots[0].failed_starts, 0);
    assert_eq!(record.slots[0].attempts.last().unwrap().epoch, before.epoch);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn what_serves_stays_whatever_its_cluster_would_refuse_now() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world).slots[0].epoch;
    let first = world.place_of_p().unwrap();
    world.members[first].pods = Pods::AreRefused;
    // Its pod is lost, and no other one is made of it: that it has served is known.
    for performer in world.members[first].performers.values_mut() {
        performer.ready = false;
    }
    world.seconds_pass(30);
    assert_eq!(the_one(&world).slots[0].epoch, before);
}

#[test]
fn others_do_not_make_room_in_vain_again_and_again() {
    let mut world = World::new(17);
    world.connect_all();
    for name in ["low-0", "low-1"] {
        world.ask(name, in_one_cluster(spec(GPUS, 1, false)));
    }
    world.seconds_pass(2);
    world.members[0].pods = Pods::AreRefused;
    world.create_one(PlacementSpec {
        priority: Some(10),
        ..in_one_cluster(spec(GPUS, 1, false))
    });
    let moved = |world: &World| told(&the_one(world), "PREEMPTING");
    assert_eq!(moved(&world), 1);
    while world.place_of_p().is_some() {
        world.seconds_pass(1);
    }
    assert_eq!(world.scheduled("p"), Reason::Avoided);
    let since = world.clock;
    // It is what `p` runs that was refused.
    world.members[0].pods = Pods::Start;
    world.seconds_pass(10);
    assert!(world.is_placed("low-0") && world.is_placed("low-1"));
    while world.clock.duration_since(since) < Duration::from_secs(280) {
        assert_eq!(moved(&world), 1, "nobody is moved for it meanwhile");
        world.seconds_pass(5);
    }
    world.seconds_pass(30);
    assert_eq!(moved(&world), 2);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}
