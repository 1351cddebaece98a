use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, Epoch, Slot};
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::explain::Relaxation;
use crate::fixture::*;
use crate::{Avoid, DecideInput, Decision, FleetState, NamespaceFacts, QuotaHeadroom, SlotWanted};

fn claim(text: &str, epoch: u64) -> ClaimId {
    ClaimId {
        placement: uid_of(text),
        slot: Slot(0),
        epoch: Epoch(epoch),
    }
}

/// The next epoch of the first slot of `uid` in the room of its first one on a/n1.
fn next(state: &FleetState, uid: &str, request: &CanonicalRequest, avoid: &Avoid) -> Option<Decision> {
    let placement = uid_of(uid);
    let wanted = SlotWanted {
        slot: Slot(0),
        epoch: Epoch(2),
    };
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&placement),
        slots: &[wanted],
        avoid,
        preempt: false,
        explain: false,
    };
    let going = BTreeSet::from([claim(uid, 1)]);
    super::decide_in_place(
        state,
        request,
        &input,
        wanted,
        (&cluster("a"), &node_name("n1")),
        &going,
    )
}

fn gpus(count: u32) -> CanonicalRequest {
    request(json!({"compute": {"gpu": {"count": count}}}))
}

#[test]
fn it_takes_the_room_that_the_earlier_one_leaves_and_waits_for_it() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(6));
    let decision = next(&state, "web", &gpus(8), &Avoid::new()).expect("as if it had gone");
    assert_eq!(nodes(&decision), ["a/n1"]);
    assert_eq!(decision.placed[0].epoch, Epoch(2));
    assert_eq!(decision.placed[0].waits_for, BTreeSet::from([claim("web", 1)]));
    assert!(
        next(&state, "web", &gpus(9), &Avoid::new()).is_none(),
        "more than the node has"
    );
    place(&mut state, "other", &gpus(2));
    assert!(
        next(&state, "web", &gpus(8), &Avoid::new()).is_none(),
        "others are not thought away"
    );
    assert!(next(&state, "web", &gpus(6), &Avoid::new()).is_some());
}

#[test]
fn claimed_it_is_charged_beside_the_earlier_one_until_that_has_ended() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(8));
    let decision = next(&state, "web", &gpus(8), &Avoid::new()).expect("it fits");
    take(&mut state, &decision, &owner("web", &gpus(8)));
    assert!(state.is_waiting(&claim("web", 2)));
    assert!(!decide(&state, &gpus(1)).is_complete());
    state
        .release(&claim("web", 1), crate::Dispatch::Perhaps)
        .expect("in force");
    assert_eq!(state.claims_of(&uid_of("web")).count(), 2);
    assert_eq!(
        state.removal_acknowledged(&claim("web", 1), sequence(1)),
        Ok(true)
    );
    assert!(!state.is_waiting(&claim("web", 2)));
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn what_keeps_away_from_itself_is_not_in_its_own_way() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    let apart = labelled(
        &[("app", "web")],
        json!({"antiAffinity": [{"selector": {"matchLabels": {"app": "web"}}, "topology": "NODE"}]}),
    );
    place(&mut state, "web", &apart);
    assert!(!decide_as(&state, "web", &apart).is_complete());
    assert!(next(&state, "web", &apart, &Avoid::new()).is_some());
}

#[test]
fn a_reservation_for_another_takes_nothing_from_who_is_there() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(8));
    let (gang, placement) = (gpus(8), uid_of("gang"));
    let input = DecideInput {
        tenant: &tenant(),
        placement: Some(&placement),
        slots: &[SlotWanted {
            slot: Slot(0),
            epoch: Epoch(1),
        }],
        avoid: &Avoid::new(),
        preempt: false,
        explain: false,
    };
    assert_eq!(state.reserve(&placement, &gang, &input).len(), 1);
    assert!(next(&state, "web", &gpus(8), &Avoid::new()).is_some());
}

#[test]
fn what_is_avoided_or_takes_nothing_new_is_no_place() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    place(&mut state, "web", &gpus(4));
    let note = "it refused".to_owned().into();
    let avoid = Avoid::from([((cluster("a"), Some(node_name("n1"))), note)]);
    assert!(next(&state, "web", &gpus(4), &avoid).is_none());
    let mut cordoned = a100("n1", 8);
    cordoned.unschedulable = true;
    report(&mut state, "a", vec![cordoned]);
    assert!(next(&state, "web", &gpus(4), &Avoid::new()).is_none());
}

#[test]
fn a_quota_that_is_used_up_by_the_earlier_one_holds_the_next() {
    let mut state = fleet(&[("a", vec![a100("n1", 8)])]);
    let quota = QuotaHeadroom {
        name: "gpus".to_owned(),
        headroom: vector(&[("nvidia.com/gpu", 4)]),
        ..QuotaHeadroom::default()
    };
    let mut known = facts();
    let namespace = known.tenants.values().flatten().next().expect("one").clone();
    known.namespaces.insert(
        namespace,
        NamespaceFacts {
            quota: vec![quota],
            ..NamespaceFacts::default()
        },
    );
    state
        .apply_delta(
            &cluster("a"),
            crate::Delta {
                sequence: sequence(2),
                nodes: vec![],
                removed: vec![],
                facts: Some(known),
            },
        )
        .expect("in order");
    place(&mut state, "web", &gpus(4));
    assert!(!decide(&state, &gpus(1)).is_complete(), "it is used up");
    assert!(next(&state, "web", &gpus(4), &Avoid::new()).is_some());
    assert!(next(&state, "web", &gpus(5), &Avoid::new()).is_none());
}

#[test]
fn one_cluster_alone_is_seen_as_in_the_whole_fleet() {
    let zone = |name: &str, zone: &str| {
        node(
            name,
            &[("topology.kubernetes.io/zone", zone)],
            &[("cpu", 64_000), ("memory", 1 << 36), ("pods", 110)],
        )
    };
    let mut told = [0, 0];
    for (topology, unsatisfiable, strategy) in [
        ("ZONE", "DO_NOT_SCHEDULE", "PACK"),
        ("NODE", "DO_NOT_SCHEDULE", "SPREAD"),
        ("CLUSTER", "DO_NOT_SCHEDULE", "SPREAD"),
        ("ZONE", "SCHEDULE_ANYWAY", "PACK"),
        ("NODE", "SCHEDULE_ANYWAY", "SPREAD"),
    ] {
        for others in 0..4 {
            let mut state = fleet(&[
                ("a", vec![zone("n1", "z1"), zone("n2", "z1")]),
                ("b", vec![zone("n3", "z2"), zone("n4", "z3")]),
            ]);
            let wish = |extra: serde_json::Value| {
                let mut wish = json!({
                    "compute": {"requests": {"cpu": "9"}},
                    "strategy": strategy,
                    "spread": [{"maxSkew": 1, "topology": topology, "whenUnsatisfiable": unsatisfiable,
                                "selector": {"matchLabels": {"app": "web"}}}],
                });
                let extra = extra.as_object().expect("an object").clone();
                wish.as_object_mut().expect("an object").extend(extra);
                labelled(&[("app", "web")], wish)
            };
            place(
                &mut state,
                "web",
                &wish(json!({"nodeRules": {"hostnames": ["n1"]}})),
            );
            for number in 0..others {
                let here = json!({"compute": {"requests": {"cpu": "7"}}, "clusterRules": {"include": ["a"]}});
                place(
                    &mut state,
                    &format!("other{number}"),
                    &labelled(&[("app", "web")], here),
                );
            }
            let next = wish(json!({}));
            let (placement, avoid) = (uid_of("web"), Avoid::new());
            let wanted = SlotWanted {
                slot: Slot(0),
                epoch: Epoch(2),
            };
            let input = DecideInput {
                tenant: &tenant(),
                placement: Some(&placement),
                slots: &[wanted],
                avoid: &avoid,
                preempt: false,
                explain: false,
            };
            let at = (&cluster("a"), &node_name("n1"));
            let relaxed = Relaxation::InPlace {
                cluster: at.0.clone(),
                node: at.1.clone(),
            };
            let going = BTreeSet::from([claim("web", 1)]);
            let alone = super::of_cluster(&state, &next, &input, (at.0, &relaxed));
            let alone = alone.flatten().expect("classes tell");
            let all = super::of_fleet(&state, &next, &input, &relaxed);
            let alone = super::decided(alone, wanted, at, &going, &relaxed);
            let all = super::decided(all, wanted, at, &going, &relaxed);
            assert_eq!(alone, all, "{topology} {unsatisfiable} {others}");
            told[usize::from(all.is_some())] += 1;
        }
    }
    assert!(told.iter().all(|number| *number > 3), "{told:?}");
}
