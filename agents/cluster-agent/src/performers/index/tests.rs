use hourglass_proto::fleet::v1::assignment::Phase as WirePhase;

use super::*;
use crate::claim::{Tombstone, from_wire};
use crate::order::Order;
use crate::performers::{Phase, StatusFacts};

fn claim(slot: i32, epoch: i64) -> ClaimId {
    from_wire("u", slot, epoch).unwrap()
}

fn name(slot: i32, epoch: i64) -> ObjectName {
    ObjectName::new("ns", &format!("p-{slot}-{epoch}"))
}

fn facts(slot: i32, epoch: i64, status: StatusFacts) -> PerformerFacts {
    let managed = ManagedFacts {
        claim: claim(slot, epoch),
        tenant: "t".into(),
        placement: "tenants/t/placements/p".into(),
        content_hash: "h".into(),
        signed_placement: Vec::new().into(),
        order: Order::new(1, 1),
        traceparent: None,
        pinned_to: Some("n1".into()),
        gated: false,
    };
    PerformerFacts {
        managed: Some(managed),
        terminating: false,
        status,
    }
}

fn running() -> StatusFacts {
    StatusFacts {
        phase: Some(Phase::Running),
        ready: true,
        ..StatusFacts::default()
    }
}

fn unschedulable() -> StatusFacts {
    StatusFacts {
        phase: Some(Phase::Pending),
        scheduling: Scheduling::Unschedulable,
        ..StatusFacts::default()
    }
}

fn at(node: &str) -> Whereabouts {
    Whereabouts {
        node: node.to_owned(),
        disruption: String::new(),
    }
}

/// Of performers whose pods are on n1.
fn reports(index: &mut PerformerIndex, now: Instant) -> Vec<hourglass_proto::fleet::v1::Report> {
    reports_of(index, now, "n1")
}

fn reports_of(
    index: &mut PerformerIndex,
    now: Instant,
    node: &str,
) -> Vec<hourglass_proto::fleet::v1::Report> {
    std::iter::from_fn(|| index.next_report(now, |_, _| at(node)))
        .map(|report| report.into_wire(jiff::Timestamp::UNIX_EPOCH))
        .collect()
}

#[test]
fn many_changes_of_one_object_are_one_report_of_the_newest() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, StatusFacts::default()), now);
    index.put(name(0, 1), facts(0, 1, unschedulable()), now);
    index.put(name(0, 1), facts(0, 1, running()), now);
    let sent = reports(&mut index, now);
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (sent[0].phase(), sent[0].ready, sent[0].node.as_str()),
        (WirePhase::Running, true, "n1")
    );
    index.put(name(0, 1), facts(0, 1, running()), now);
    assert!(reports(&mut index, now).is_empty(), "nothing new");
}

#[test]
fn a_new_session_gets_all_reports_again() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    for slot in 0..3 {
        index.put(name(slot, 1), facts(slot, 1, running()), now);
    }
    assert_eq!(reports(&mut index, now).len(), 3);
    index.remove(&name(0, 1));
    index.report_all();
    let sent = reports(&mut index, now);
    assert_eq!(sent.iter().map(|report| report.slot).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_pod_that_moves_is_reported_with_its_new_node() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, running()), now);
    reports(&mut index, now);
    index.pods_moved(&claim(0, 1));
    index.pods_moved(&claim(9, 1));
    let moved = index.next_report(now, |_, _| at("n2")).unwrap();
    assert_eq!(moved.into_wire(jiff::Timestamp::UNIX_EPOCH).node, "n2");
}

#[test]
fn a_refusal_of_the_scheduler_counts_after_ten_seconds() {
    let start = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, unschedulable()), start);
    assert!(!reports_of(&mut index, start, "")[0].rejected);
    // Seen again meanwhile: the ten seconds go on.
    index.put(
        name(0, 1),
        facts(0, 1, unschedulable()),
        start + REJECTED_AFTER / 2,
    );
    assert_eq!(index.next_deadline(), Some(start + REJECTED_AFTER));
    let due = start + REJECTED_AFTER;
    index.expire(due);
    let sent = reports_of(&mut index, due, "");
    assert!(sent.len() == 1 && sent[0].rejected);
    assert!(
        !sent[0].reason.is_empty() && !sent[0].message.is_empty(),
        "a refusal has a reason: {sent:?}"
    );
    assert_eq!(index.next_deadline(), None);
}

#[test]
fn a_refusal_that_ends_in_time_is_none() {
    let start = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, unschedulable()), start);
    index.put(name(0, 1), facts(0, 1, running()), start + REJECTED_AFTER / 2);
    assert_eq!(index.next_deadline(), None);
    assert!(!reports(&mut index, start + 2 * REJECTED_AFTER)[0].rejected);
    index.put(
        name(0, 1),
        facts(0, 1, unschedulable()),
        start + 3 * REJECTED_AFTER,
    );
    assert_eq!(
        index.next_deadline(),
        Some(start + 4 * REJECTED_AFTER),
        "a new one begins anew"
    );
}

#[test]
fn what_serves_is_not_refused_whatever_becomes_of_its_next_version() {
    let start = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    let upgrading = StatusFacts {
        phase: Some(Phase::Upgrading),
        ready: true,
        ..unschedulable()
    };
    index.put(name(0, 1), facts(0, 1, upgrading.clone()), start);
    assert_eq!(index.next_deadline(), None);
    index.report_all();
    assert!(!reports(&mut index, start + 2 * REJECTED_AFTER)[0].rejected);
    // It serves no more, and nothing of it has a node: from then on it counts.
    let ended = StatusFacts {
        ready: false,
        ..upgrading
    };
    let later = start + 3 * REJECTED_AFTER;
    index.put(name(0, 1), facts(0, 1, ended), later);
    assert!(!reports_of(&mut index, later, "")[0].rejected);
    index.expire(later + REJECTED_AFTER);
    assert!(reports_of(&mut index, later + REJECTED_AFTER, "")[0].rejected);
}

#[test]
fn the_ten_seconds_begin_when_its_own_pods_have_left_their_node() {
    let start = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, running()), start);
    reports(&mut index, start);
    // The next pod waits for the room of the last one, which takes its time to end.
    index.put(name(0, 1), facts(0, 1, unschedulable()), start);
    assert!(!reports(&mut index, start)[0].rejected);
    assert_eq!(index.next_deadline(), None);
    let later = start + 3 * REJECTED_AFTER;
    // Seen again with nothing new about it.
    index.put(name(0, 1), facts(0, 1, unschedulable()), later);
    index.expire(later + REJECTED_AFTER);
    assert!(reports(&mut index, later + REJECTED_AFTER).is_empty());

    let left = start + 5 * REJECTED_AFTER;
    index.pods_moved(&claim(0, 1));
    assert!(!reports_of(&mut index, left, "")[0].rejected);
    let due = left + REJECTED_AFTER;
    assert_eq!(index.next_deadline(), Some(due));
    index.expire(due);
    assert!(reports_of(&mut index, due, "")[0].rejected);
    assert_eq!(index.next_deadline(), None);
    // A pod of it has a node after all.
    index.pods_moved(&claim(0, 1));
    assert!(!reports(&mut index, due)[0].rejected);
}

#[test]
fn an_object_that_is_gone_is_told_once_also_when_a_relist_shows_it() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, running()), now);
    index.put(name(1, 1), facts(1, 1, running()), now);
    reports(&mut index, now);
    index.remove(&name(0, 1));
    index.begin("ns");
    index.finish("ns");
    let sent = reports(&mut index, now);
    assert_eq!(
        sent.iter()
            .map(|report| (report.slot, report.reason.as_str()))
            .collect::<Vec<_>>(),
        [(0, "GONE"), (1, "GONE")]
    );
    assert!(!index.any_covered_by(&Tombstone::up_to(claim(0, 1))));
}

#[test]
fn the_newest_epoch_counts_what_was_applied_and_not_seen_yet() {
    let now = Instant::now();
    let slot = SlotKey::of(&claim(0, 1));
    let mut index = PerformerIndex::new(["ns"]);
    assert_eq!(index.newest_epoch(&slot), None);
    index.put(name(0, 1), facts(0, 1, running()), now);
    index.applied(&claim(0, 3));
    assert_eq!(index.newest_epoch(&slot), Some(Epoch(3)));
    index.applied(&claim(0, 2));
    assert_eq!(index.newest_epoch(&slot), Some(Epoch(3)));
    index.buried(&Tombstone::up_to(claim(0, 3)));
    assert_eq!(index.newest_epoch(&slot), Some(Epoch(1)));
    index.remove(&name(0, 1));
    assert_eq!(index.newest_epoch(&slot), None);
}

#[test]
fn a_tombstone_covers_objects_up_to_its_epoch() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 2), facts(0, 2, running()), now);
    assert!(index.any_covered_by(&Tombstone::up_to(claim(0, 2))));
    assert!(index.any_covered_by(&Tombstone::up_to(claim(0, 5))));
    assert!(!index.any_covered_by(&Tombstone::up_to(claim(0, 1))));
    assert!(!index.any_covered_by(&Tombstone::up_to(claim(1, 5))));
}

#[test]
fn an_adopted_object_changes_its_claim() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    let object = ObjectName::new("ns", "p");
    index.put(object.clone(), facts(0, 1, running()), now);
    index.put(object.clone(), facts(4, 2, running()), now);
    assert_eq!(index.newest_epoch(&SlotKey::of(&claim(0, 1))), None);
    assert_eq!(index.newest_epoch(&SlotKey::of(&claim(4, 2))), Some(Epoch(2)));
    let foreign = PerformerFacts {
        managed: None,
        ..facts(4, 2, running())
    };
    index.put(object.clone(), foreign, now);
    assert_eq!(index.newest_epoch(&SlotKey::of(&claim(4, 2))), None);
    assert!(index.get(&object).is_some(), "the name is still taken");
    assert!(
        reports(&mut index, now).is_empty(),
        "nothing to say about what is not ours"
    );
}

#[test]
fn each_namespace_lists_on_its_own() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["blue", "green"]);
    let (blue, green) = (ObjectName::new("blue", "p"), ObjectName::new("green", "p"));
    index.begin("blue");
    index.begin("green");
    index.put(blue.clone(), facts(0, 1, running()), now);
    index.put(green.clone(), facts(1, 1, running()), now);
    index.finish("blue");
    assert!(!index.is_synced(), "of the other namespace nothing is known yet");
    index.finish("green");
    assert!(index.is_synced());
    index.begin("blue");
    index.finish("blue");
    assert!(index.get(&blue).is_none() && index.get(&green).is_some());
    assert!(
        !index.any_covered_by(&Tombstone::up_to(claim(0, 1)))
            && index.any_covered_by(&Tombstone::up_to(claim(1, 1)))
    );
}

#[test]
fn a_node_that_is_left_concerns_what_is_pinned_to_it() {
    let now = Instant::now();
    let mut index = PerformerIndex::new(["ns"]);
    index.put(name(0, 1), facts(0, 1, running()), now);
    let mut free = facts(1, 1, running());
    if let Some(managed) = &mut free.managed {
        managed.pinned_to = None;
    }
    index.put(name(1, 1), free, now);
    assert_eq!(reports(&mut index, now).len(), 2);
    index.nodes_moved(&BTreeSet::from(["n2".into()]));
    assert!(!index.has_unreported());
    index.nodes_moved(&BTreeSet::from(["n1".into()]));
    let report = index
        .next_report(now, |_, pin| Whereabouts {
            disruption: format!("{pin:?}"),
            ..at("n1")
        })
        .unwrap()
        .into_wire(jiff::Timestamp::UNIX_EPOCH);
    assert_eq!((report.slot, report.disruption.as_str()), (0, "Some(\"n1\")"));
    assert!(!index.has_unreported());
}
