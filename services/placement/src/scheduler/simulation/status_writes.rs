//! What reports write: the status and nothing else, and only when it says something new.

use super::*;

/// A world with one placement of two replicas whose performers run, and a report of its first as its agent would send it.
fn running() -> (World, SessionId, PerformerReport) {
    let mut world = World::new(1);
    world.connect_all();
    world.create_one(spec(1, 2, false));
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
    }
    let record = world.core.placements().next().unwrap();
    let (slot, assignment) = record.assigned().next().unwrap();
    let id = world.session_of(&assignment.cluster);
    let report = PerformerReport {
        reason: "PULLING".into(),
        message: "pulls the image".into(),
        ..not_ready(&record.uid, slot.slot, slot.epoch)
    };
    (world, id, report)
}

impl World {
    /// Keys that one report writes.
    fn writes_of(&mut self, id: &SessionId, report: &PerformerReport) -> Vec<String> {
        self.say(id, report);
        self.written.clone()
    }

    fn message(&self) -> String {
        let record = self.core.placements().next().unwrap();
        let (_, assignment) = record.assigned().next().unwrap();
        assignment.observed.message.clone()
    }
}

#[test]
fn a_report_writes_the_status_only_and_only_news() {
    let (mut world, id, mut report) = running();
    let status = ["placements/default/p/status"];
    assert_eq!(world.writes_of(&id, &report), status, "phase and reason are new");
    assert_eq!(world.writes_of(&id, &report), [""; 0], "nothing is new");
    report.message = "pulls the image, 40 %".into();
    report.observe_time = Some(world.wall);
    assert_eq!(
        world.writes_of(&id, &report),
        [""; 0],
        "words and times are no news"
    );
    assert_eq!(
        world.message(),
        "pulls the image, 40 %",
        "who asks is told all the same"
    );
    report.reason = "PULL_FAILED".into();
    assert_eq!(world.writes_of(&id, &report), status);
    report.phase = Phase::Running;
    assert_eq!(world.writes_of(&id, &report), status);
    report.endpoint = "p.work.svc.cluster.local:9090".into();
    assert_eq!(world.writes_of(&id, &report), status);
    report.ready = true;
    assert_eq!(world.writes_of(&id, &report), status);
    world.restart();
    assert_eq!(
        world.message(),
        "pulls the image, 40 %",
        "written with the next news"
    );
}

#[test]
fn a_report_of_an_epoch_that_is_over_writes_nothing() {
    let (mut world, id, mut report) = running();
    report.epoch = report.epoch.next();
    assert_eq!(world.writes_of(&id, &report), [""; 0]);
}

#[test]
fn a_rejection_is_a_decision_and_writes_the_intent_and_the_tombstone_as_well() {
    let (mut world, id, mut report) = running();
    report.rejected = true;
    let written = world.writes_of(&id, &report);
    let uid = report.placement_uid;
    assert_eq!(
        written,
        [
            "placements/default/p/intent".to_owned(),
            "placements/default/p/status".to_owned(),
            format!("tombstones/{uid}"),
        ]
    );
}
