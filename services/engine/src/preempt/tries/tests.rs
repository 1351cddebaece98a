//! Decisions for which many sets of victims could be tried.

use hourglass_model::request::CanonicalRequest;
use serde_json::{Value, json};

use super::{NODE, Tries};
use crate::decide::Draft;
use crate::fixture::*;
use crate::preempt::{Survey, make_room};
use crate::{Avoid, DecideInput, FleetState, scan};

fn cpu(milli: usize, priority: i32, app: &str, extra: Value) -> CanonicalRequest {
    let mut spec = json!({"compute": {"requests": {"cpu": format!("{milli}m")}}, "priority": priority});
    if let (Value::Object(spec), Value::Object(extra)) = (&mut spec, extra) {
        spec.extend(extra);
    }
    labelled(&[("app", app)], spec)
}

/// Nodes full of placements none of which is as large as another one on its node.
fn crowd(nodes: usize, on_each: usize) -> FleetState {
    let mut seen = Vec::new();
    for at in 0..nodes {
        let mut state = node(&format!("n{at}"), &[], &[]);
        let all: usize = (0..on_each).map(|pod| size(at, pod)).sum();
        let all = i64::try_from(all).expect("small");
        state
            .allocatable
            .set(hourglass_model::resources::CPU.clone(), all);
        seen.push(state);
    }
    let mut state = fleet(&[("a", seen)]);
    for at in 0..nodes {
        for pod in 0..on_each {
            let app = if pod % 5 == 0 { "noisy" } else { "quiet" };
            let there = json!({"nodeRules": {"hostnames": [format!("n{at}")]}});
            let priority = i32::try_from((at * 7 + pod * 3) % 10).expect("small");
            let request = cpu(size(at, pod), priority, app, there);
            let uid = format!("p{at}-{pod}");
            assert_eq!(place(&mut state, &uid, &request), [format!("a/n{at}")]);
        }
    }
    state
}

fn size(node: usize, pod: usize) -> usize {
    500 + 37 * pod + 5 * node
}

/// Makes room for the replicas one after the other: names of victims, and how many sets that took.
fn victims(state: &FleetState, request: &CanonicalRequest, mut tries: Tries) -> (Vec<Vec<String>>, usize) {
    let slots = slots(request);
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &slots,
        avoid: &Avoid::new(),
        preempt: true,
        explain: false,
    };
    let prepared = scan::prepare(state, request, &input, None);
    let mut draft = Draft::new(&prepared, None);
    let nodes = prepared.eligible.first().expect("one").state.nodes();
    let mut survey = Survey::of(nodes.map(|node| (0, node)));
    let mut all = Vec::new();
    for left in (1..=slots.len()).rev() {
        let room = make_room(&prepared, &draft, &mut survey, (&mut tries, left)).expect("someone may go");
        for record in room.going() {
            draft.remove(&prepared, record);
        }
        draft.take(&prepared, &room.place);
        survey.carried_out(&prepared, &room);
        all.push(room.going().map(|record| record.claim.id.to_string()).collect());
    }
    (all, tries.spent())
}

#[test]
fn where_many_have_to_go_no_sets_of_few_are_tried() {
    let state = crowd(6, 30);
    let large = cpu(9_000, 100, "large", json!({}));
    let (victims, spent) = victims(&state, &large, Tries::default());
    assert!(victims[0].len() > 4, "{victims:?}");
    assert!(spent < 6 * 40, "{spent}");
    assert_eq!(
        decide(&state, &large).victims.len(),
        victims[0].len(),
        "so it is decided"
    );
}

#[test]
fn sets_that_cannot_be_enough_are_not_tried() {
    let state = crowd(4, 30);
    let (victims, spent) = victims(&state, &cpu(5_600, 100, "large", json!({})), Tries::default());
    assert_eq!(victims[0].len(), 4, "{victims:?}");
    assert!(spent < 4 * NODE / 2, "{spent} of the 27,000 sets on each node");
}

#[test]
fn what_no_node_can_do_without_dear_victims_is_not_looked_at_once_cheap_ones_are_found() {
    let mut state = fleet(&[("a", (0..50).map(|at| a100(&format!("n{at}"), 8)).collect())]);
    let mut only = |uid: &str, at: usize, count: u32, priority: i32| {
        let spec = json!({
            "compute": {"gpu": {"count": count}}, "priority": priority,
            "nodeRules": {"hostnames": [format!("n{at}")]},
        });
        place(&mut state, uid, &request(spec));
    };
    for at in 0..50 {
        only(&format!("one{at}"), at, 4, if at == 30 { 1 } else { 5 });
        only(&format!("two{at}"), at, 4, 7);
    }
    let wanted = request(json!({"compute": {"gpu": {"count": 3}}, "priority": 10}));
    let (victims, spent) = victims(&state, &wanted, Tries::default());
    assert_eq!(victims, [["one30/0@1"]]);
    assert!(spent < 10, "{spent}");
}

#[test]
fn when_tries_are_spent_all_victims_are_needed_nonetheless() {
    let state = crowd(3, 20);
    let large = cpu(2_500, 100, "large", json!({"replicas": 3}));
    let (exact, _) = victims(&state, &large, Tries::default());
    let (cheap, spent) = victims(&state, &large, Tries::of(0));
    assert_eq!(cheap, victims(&state, &large, Tries::of(0)).0, "always the same");
    assert!(spent >= super::DECISION, "nothing was left");
    for (cheap, exact) in cheap.iter().zip(&exact) {
        assert!(exact.len() <= cheap.len(), "{exact:?} and {cheap:?}");
    }
    // Those who go from the first node leave just enough: without the smallest of them it would not be.
    let freed = |uids: &[String]| -> Vec<i64> {
        let sizes = uids.iter().map(|uid| {
            let mut claims = state.claims();
            let record = claims.find(|record| record.claim.id.to_string() == *uid);
            record
                .expect("known")
                .claim
                .vector
                .get(&hourglass_model::resources::CPU)
        });
        sizes.collect()
    };
    for set in cheap.iter().chain(&exact).take(1) {
        let sizes = freed(set);
        let (sum, least) = (sizes.iter().sum::<i64>(), *sizes.iter().min().expect("some"));
        assert!(sum >= 2_500 && sum - least < 2_500, "{sizes:?}");
    }
}

#[test]
fn a_node_whose_rules_name_nobody_cheap_takes_its_part_of_the_tries_only() {
    let state = crowd(3, 40);
    let apart = json!({
        "antiAffinity": [{"selector": {"matchLabels": {"app": "noisy"}}, "topology": "NODE"}],
    });
    let quiet = cpu(100, 100, "large", apart);
    let (victims, spent) = victims(&state, &quiet, Tries::default());
    assert_eq!(victims[0].len(), 8, "all that are noisy there: {victims:?}");
    assert!(spent > NODE && spent <= 3 * (NODE + 100), "{spent}");
}

#[test]
fn replicas_find_their_room_as_if_every_node_was_looked_at_anew() {
    let state = crowd(3, 8);
    let gang = cpu(1_200, 100, "large", json!({"replicas": 5, "gang": true}));
    let (known, _) = victims(&state, &gang, Tries::default());
    let decision = decide(&state, &gang);
    let by_scan = {
        let slots = slots(&gang);
        let input = DecideInput {
            tenant: &tenant(),
            placement: Some(&uid_of("undecided")),
            slots: &slots,
            avoid: &Avoid::new(),
            preempt: true,
            explain: false,
        };
        crate::decide_by_scan(&state, &gang, &input)
    };
    assert_eq!(decision.victims, by_scan.victims);
    assert!(!decision.victims.is_empty() && decision.victims.len() <= known.concat().len());
}
