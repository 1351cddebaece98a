//! Gangs whose gates were lifted in clusters whose schedulers give pods no node: all of the gang goes elsewhere, or waits.

use super::broken_clusters::to_the_first;
use super::no_pods::in_one_cluster;
use super::rolling::{carry_out, ripen_all, the_one, told};
use super::*;
use crate::records::SlotRecord;
use crate::records::placement::EventRecord;

/// The start deadline of a placement that names none, in seconds.
const DEADLINE: u64 = 600;

/// How often each cluster has a replica of `p`.
fn in_clusters(world: &World) -> Vec<usize> {
    let record = the_one(world);
    let in_one = |member: &Member| {
        let places = record.assigned();
        places.filter(|(_, at)| at.cluster == member.name).count()
    };
    world.members.iter().map(in_one).collect()
}

fn phase(world: &World) -> Option<GangPhase> {
    the_one(world).gang_start.map(|start| start.phase)
}

/// `p` is lifted in the first cluster, whose scheduler is down.
fn lifted(wish: PlacementSpec) -> World {
    let mut world = World::new(19);
    world.members[0].pods = Pods::GetNoNode;
    world.connect_all();
    world.create_one(wish);
    carry_out(&mut world);
    assert_eq!(phase(&world), Some(GangPhase::Lifting));
    world
}

impl World {
    /// So much time passes, in which every agent that is connected is heard of.
    fn heard_for(&mut self, seconds: u64) {
        self.later(Duration::from_secs(seconds));
        for member in &self.members {
            let cluster = self.core.clusters().get(&member.name).unwrap();
            if let Some(session) = cluster.session.as_ref() {
                session.last_seen.touch(self.clock);
            }
        }
        self.tick();
    }

    /// The scheduler of a cluster is up: what waited for it starts.
    fn scheduler_is_back(&mut self, index: usize) {
        let member = &mut self.members[index];
        member.pods = Pods::Start;
        for (key, performer) in &mut member.performers {
            performer.ready = true;
            self.ever_ready.insert(key.clone());
        }
    }
}

#[test]
fn a_gang_that_gets_no_nodes_goes_to_another_cluster_whole_and_has_not_failed() {
    let mut world = lifted(to_the_first(spec(1, 2, true)));
    assert_eq!(in_clusters(&world), [2, 0]);
    world.heard_for(DEADLINE - 60);
    assert_eq!(in_clusters(&world), [2, 0]);
    world.heard_for(120);
    assert_eq!(in_clusters(&world), [0, 2]);
    let record = the_one(&world);
    assert_eq!(told(&record, "GANG_BACKED_OUT"), 1);
    for slot in &record.slots {
        assert_eq!(slot.failed_starts, 0);
        let attempt = slot.attempts.last().unwrap();
        assert_eq!(attempt.reason, Reason::GangBackedOut);
        let said = "replica 0 (and 1 more): cluster c0 has given its pod no node within 600s";
        assert!(attempt.message.contains(said), "{}", attempt.message);
    }
    carry_out(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    assert_eq!(phase(&world), Some(GangPhase::Lifted));
    world.settle();
    world.check_settled();
}

#[test]
fn the_time_counts_from_the_lift() {
    let mut world = World::new(19);
    world.members[0].pods = Pods::GetNoNode;
    world.connect_all();
    world.create_one(to_the_first(spec(1, 2, true)));
    world.heard_for(50);
    carry_out(&mut world);
    assert_eq!(phase(&world), Some(GangPhase::Lifting));
    world.heard_for(DEADLINE - 30);
    assert_eq!(in_clusters(&world), [2, 0]);
    world.heard_for(40);
    assert_eq!(in_clusters(&world), [0, 2]);
}

#[test]
fn a_restart_of_the_server_does_not_begin_the_time_anew() {
    let mut world = lifted(to_the_first(spec(1, 2, true)));
    world.heard_for(DEADLINE - 60);
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(in_clusters(&world), [2, 0]);
    world.heard_for(70);
    assert_eq!(in_clusters(&world), [0, 2]);
}

#[test]
fn a_gang_that_only_such_a_cluster_may_take_waits_and_is_tried_again_without_end() {
    let mut world = lifted(in_one_cluster(spec(1, 2, true)));
    for _ in 0..8 {
        world.heard_for(DEADLINE + 10);
        assert_eq!(in_clusters(&world), [0, 0]);
        assert_eq!(world.scheduled("p"), Reason::Avoided);
        let why = world.why_not("p");
        assert!(why.contains("its pod got no node there at"), "{why}");
        carry_out(&mut world);
        world.heard_for(301);
        assert_eq!(in_clusters(&world), [2, 0], "it is tried again");
        carry_out(&mut world);
    }
    assert!(the_one(&world).slots.iter().all(|slot| slot.failed_starts == 0));
    world.scheduler_is_back(0);
    carry_out(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

/// `p` has a replica in each cluster, lifted, and only the second one's scheduler works, on whose node it is about to start.
fn half_bound() -> World {
    let mut wish = serde_json::to_value(spec(1, 2, true)).unwrap();
    wish["antiAffinity"] = serde_json::json!([
        {"topology": "CLUSTER", "selector": {"matchLabels": {"app": "p"}}}
    ]);
    let mut world = World::new(19);
    world.members[0].pods = Pods::GetNoNode;
    world.slow_starts = true;
    world.connect_all();
    let input = CreatePlacement {
        labels: BTreeMap::from([("app".to_owned(), "p".to_owned())]),
        ..creation(
            PlacementId::new("p").unwrap(),
            serde_json::from_value(wish).unwrap(),
        )
    };
    world
        .round(false, |core, round| core.create_placement(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    assert_eq!(in_clusters(&world), [1, 1]);
    assert_eq!(phase(&world), Some(GangPhase::Lifting));
    world
}

#[test]
fn one_cluster_of_two_that_gives_no_node_takes_all_back() {
    let mut world = half_bound();
    let before = world.evict(0);
    assert!(
        format!("{:?}", before.unwrap_err()).contains("the gang has not started yet"),
        "they are moved together"
    );
    world.heard_for(DEADLINE + 10);
    assert_eq!(in_clusters(&world), [0, 0], "half a gang keeps no room");
    let record = the_one(&world);
    let said = &record.slots[0].attempts.last().unwrap().message;
    assert!(said.contains("cluster c0 has given its pod no node"), "{said}");
    assert_eq!(told(&record, "GANG_BACKED_OUT"), 1);
    let why = world.why_not("p");
    assert!(
        !why.contains("in 1 cluster only"),
        "the other one is avoided for now: {why}"
    );
    carry_out(&mut world);
    assert!(world.members.iter().all(|member| member.performers.is_empty()));
    world.members[0].pods = Pods::Start;
    world.heard_for(301);
    assert_eq!(in_clusters(&world), [1, 1]);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    world.check_settled();
}

#[test]
fn nothing_is_taken_back_before_all_of_it_is_heard_of() {
    let mut world = half_bound();
    let epochs = |world: &World| -> Vec<Epoch> {
        let record = the_one(world);
        record.slots.iter().map(SlotRecord::highest).collect()
    };
    let before = epochs(&world);
    world.restart();
    world.heard_for(DEADLINE + 10);
    world.connect(0);
    world.send_inventory(0);
    world.report_all(0, false);
    world.heard_for(1);
    assert_eq!(in_clusters(&world), [1, 1], "the other one may serve by now");
    // It does.
    world.scheduler_is_back(1);
    world.connect(1);
    world.send_inventory(1);
    world.report_all(1, false);
    assert_eq!(phase(&world), Some(GangPhase::Lifted));
    world.heard_for(1);
    let serving = (0..2).find(|slot| the_one(&world).slots[*slot].serves());
    let serving = serving.expect("it serves");
    assert_eq!(epochs(&world)[serving], before[serving], "it is not taken away");
    let record = the_one(&world);
    let other = &record.slots[1 - serving];
    assert!(other.assignment.is_none(), "this one alone is decided again");
    assert_eq!(
        other.attempts.last().unwrap().reason,
        Reason::StartDeadlineExceeded
    );
    assert_eq!(other.failed_starts, 0);
}

#[test]
fn what_has_its_node_in_time_has_the_rest_of_it_to_start() {
    let mut world = World::new(19);
    world.members[0].pods = Pods::GetNoNode;
    world.connect_all();
    world.create_one(in_one_cluster(spec(1, 2, true)));
    carry_out(&mut world);
    world.heard_for(DEADLINE / 2);
    world.members[0].pods = Pods::StayDown;
    carry_out(&mut world);
    assert_eq!(phase(&world), Some(GangPhase::Lifted), "all have nodes");
    world.heard_for(DEADLINE / 2 - 10);
    assert!(the_one(&world).slots.iter().all(|slot| slot.failed_starts == 0));
    world.heard_for(20);
    let record = the_one(&world);
    let failed: u32 = record.slots.iter().map(|slot| slot.failed_starts).sum();
    assert!(
        failed > 0,
        "it counts from the lift, and what had a node has failed"
    );
    let reasons = record.slots.iter().flat_map(|slot| &slot.attempts);
    assert!(
        reasons
            .clone()
            .any(|attempt| attempt.reason == Reason::StartDeadlineExceeded)
    );
}

/// Schedulers of clusters come and go, while everything else happens too. Whether a gang was taken back for it.
fn history(seed: u64) -> bool {
    let mut world = World::new(seed);
    world.start_deadline = Some(Duration::from_secs(30));
    let mut backed_out = false;
    for _ in 0..120 {
        world.step();
        if world.rng.random_bool(0.2) {
            world.pump();
        }
        let index = world.rng.random_range(0..CLUSTERS);
        if world.rng.random_bool(0.08) {
            if world.members[index].pods == Pods::Start {
                world.members[index].pods = Pods::GetNoNode;
            } else {
                world.scheduler_is_back(index);
            }
        }
        if world.rng.random_bool(0.2) {
            let seconds = world.rng.random_range(5..20);
            world.heard_for(seconds);
            world.check();
            backed_out |= world.core.placements().any(|record| {
                let mut events = record.events.iter();
                let is_late = |event: &EventRecord| event.message.contains("has given its pod no node");
                events.any(|event| event.reason == "GANG_BACKED_OUT" && is_late(event))
            });
        }
    }
    for index in 0..CLUSTERS {
        world.scheduler_is_back(index);
    }
    world.settle();
    world.check_settled();
    backed_out
}

#[test]
fn no_history_with_schedulers_that_are_down_keeps_half_a_gang_or_one_that_could_start() {
    let backed_out = histories(16, history);
    assert!(
        backed_out.len() < 16 || backed_out.contains(&true),
        "no gang is ever taken back"
    );
}
