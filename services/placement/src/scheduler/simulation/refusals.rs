//! A shape that every node refused waits, says so, and is tried again only for a cause.

use super::*;
use crate::dispatch::queue::REFUSED_RETRY;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::port::UpdateCluster;

impl World {
    /// Why the only placement waits; none when it has a place.
    fn waits_for(&self) -> Option<(Reason, String)> {
        let record = self.core.placements().next().unwrap();
        let scheduled = record.condition(ConditionKind::Scheduled).unwrap();
        record
            .assigned()
            .next()
            .is_none()
            .then(|| (scheduled.reason, scheduled.message.clone()))
    }

    /// Where the first replica of the only placement goes.
    fn home(&self) -> usize {
        let record = self.core.placements().next().unwrap();
        let (_, assignment) = record.assigned().next().unwrap();
        self.members
            .iter()
            .position(|member| member.name == assignment.cluster)
            .unwrap()
    }

    fn phase(&self) -> Phase {
        let record = self.core.placements().next().unwrap();
        record.assigned().next().unwrap().1.observed.phase
    }

    /// The cluster of the only placement applies it, refuses it, and removes it again.
    fn refuse(&mut self) {
        let record = self.core.placements().next().unwrap();
        let (slot, _) = record.assigned().next().unwrap();
        let cluster = self.members[self.home()].name.clone();
        let report = PerformerReport {
            reason: "Unschedulable".into(),
            message: "a policy forbids it".into(),
            ..not_ready(&record.uid, slot.slot, slot.epoch)
        };
        self.refuse_place(&cluster, report);
        for index in 0..CLUSTERS {
            while self.obey(index, false) {}
        }
    }

    fn set_cordon(&mut self, cluster: &ClusterName, cordoned: bool) {
        let input = UpdateCluster {
            cluster: cluster.clone(),
            labels: None,
            taints: None,
            cordoned: Some(cordoned),
            etag: None,
            request_id: None,
        };
        self.round(false, |core, round| core.update_cluster(input, None, round))
            .unwrap()
            .unwrap();
    }
}

impl World {
    /// What the only placement says of its objects in the clusters.
    fn dispatched(&self) -> String {
        let record = self.core.placements().next().unwrap();
        let dispatched = record.condition(ConditionKind::Dispatched);
        dispatched.unwrap().message.clone()
    }
}

#[test]
fn a_shape_that_every_node_refused_waits_for_a_change_and_a_person_has_a_way_out() {
    let mut world = World::new(3);
    world.connect_all();
    world.create_one(spec(2, 1, false));
    for refusals in 0..CLUSTERS * NODES {
        assert_eq!(world.waits_for(), None, "after {refusals} refusals");
        world.refuse();
    }
    let (reason, message) = world.waits_for().expect("every node refused it");
    assert_eq!(reason, Reason::Avoided);
    assert!(message.contains("a policy forbids it"), "{message}");
    assert!(message.contains("refused it at 2026-01-01T"), "{message}");
    assert!(message.contains("and 3 more"), "{message}");

    // Neither time nor a new session with the same facts is a cause.
    world.clock += Duration::from_secs(86_400);
    for index in 0..CLUSTERS {
        world.disconnect(index);
    }
    world.connect_all();
    world.tick();
    assert_eq!(world.waits_for().map(|(reason, _)| reason), Some(Reason::Avoided));

    let last = world.members.last().unwrap().name.clone();
    world.set_cordon(&last, true);
    assert_eq!(world.waits_for().map(|(reason, _)| reason), Some(Reason::Avoided));
    world.set_cordon(&last, false);
    assert_eq!(world.waits_for(), None);
    let record = world.core.placements().next().unwrap();
    assert_eq!(record.assigned().next().unwrap().1.cluster, last);
}

#[test]
fn an_apply_that_the_agent_refuses_is_tried_again_by_time_and_once_in_every_session() {
    let mut world = World::new(5);
    world.connect_all();
    for member in &mut world.members {
        member.refuses = true;
    }
    world.create_one(spec(1, 1, false));
    let index = world.home();
    assert!(world.obey(index, false));
    assert_eq!(world.phase(), Phase::Refused);
    let told = world.dispatched();
    assert!(told.contains("it is tried again at 2026-01-01T00:0"), "{told}");
    assert_eq!(
        world.core.placements().next().unwrap().state,
        PlacementState::Assigned,
        "it has not failed: it is tried again by itself"
    );
    assert!(!world.obey(index, false), "not again at once");

    world.clock += REFUSED_RETRY;
    world.wall += REFUSED_RETRY;
    world.round(false, Core::due_orders);
    assert!(world.obey(index, false), "again after some minutes");
    assert_eq!(world.phase(), Phase::Refused);
    assert_eq!(world.written, [""; 0], "the same refusal is no news");
    assert_ne!(world.dispatched(), told, "who asks is told the next try");

    // The agent starts anew with other namespaces, and the server with it.
    world.restart();
    world.members[index].refuses = false;
    world.connect(index);
    world.send_inventory(index);
    assert!(world.obey(index, false), "once in every session");
    assert_eq!(world.phase(), Phase::Accepted);
}

#[test]
fn an_apply_that_the_agent_refuses_is_tried_again_when_its_cluster_has_other_facts() {
    let mut world = World::new(6);
    world.connect_all();
    for member in &mut world.members {
        member.refuses = true;
    }
    world.create(false);
    let index = world.home();
    while world.obey(index, false) {}
    assert_eq!(world.phase(), Phase::Refused);
    world.members[index].refuses = false;
    let member = &mut world.members[index];
    member.sequence += 1;
    let delta = hourglass_engine::Delta {
        sequence: Sequence(member.sequence),
        nodes: vec![],
        removed: vec![],
        facts: Some(ClusterFacts {
            kubernetes_version: "v1.37".into(),
            tenants: [(tenant(), vec![Namespace::new("work").unwrap()])].into(),
            ..ClusterFacts::default()
        }),
    };
    let id = member.session.as_ref().unwrap().id.clone();
    let event = InventoryEvent::Delta(Box::new(delta));
    world.round(false, |core, round| core.inventory(&id, event, round));
    assert!(world.obey(index, false));
    assert_eq!(world.phase(), Phase::Accepted);
}

#[test]
fn many_replicas_that_are_late_at_one_node_at_once_keep_away_from_it_for_the_first_backoff() {
    let wish = serde_json::json!({
        "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "example.org/performer:1"},
        "compute": {"requests": {"cpu": "100m"}},
        "replicas": 10,
        "clusterRules": {"include": ["c0"]},
        "nodeRules": {"hostnames": ["n0"]},
    });
    let mut world = World::new(11);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(serde_json::from_value(wish).unwrap());
    rolling::carry_out(&mut world);
    world.start_deadlines_pass();
    let (reason, message) = world.waits_for().expect("they were all late");
    assert_eq!(reason, Reason::Avoided);
    assert!(
        message.contains("it was not ready in time there at") && !message.contains("refused"),
        "{message}"
    );
    // Every round takes its time.
    let late_at = world.clock;
    while world.waits_for().is_some() {
        world.later(Duration::from_secs(1));
        world.tick();
    }
    let waited = world.clock.duration_since(late_at);
    assert!(
        waited > Duration::from_secs(9) && waited < Duration::from_secs(12),
        "{waited:?}"
    );
    let record = world.core.placements().next().unwrap();
    assert_eq!(record.assigned().count(), 10);
}
