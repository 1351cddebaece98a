use hourglass_model::ids::{Epoch, Slot};
use serde_json::{Value, json};

use crate::fixture::*;
use crate::{Avoid, DecideInput, FleetState, SlotWanted, kept_serving};

fn gpus(count: u32, priority: i32, extra: &Value) -> hourglass_model::request::CanonicalRequest {
    let mut spec = json!({"compute": {"gpu": {"count": count}}, "priority": priority});
    for (key, value) in extra.as_object().expect("an object") {
        spec[key] = value.clone();
    }
    request(spec)
}

/// A node that three replicas fill, of which two must go on serving.
fn two_of_three() -> FleetState {
    let mut state = fleet(&[("a", vec![a100("n1", 3)])]);
    let rule = json!({"replicas": 3, "disruption": {"minAvailable": "2"}});
    place(&mut state, "web", &gpus(1, 0, &rule));
    serve(&mut state, "web", &[]);
    state
}

fn kept(
    state: &FleetState,
    replicas: u32,
    request: &hourglass_model::request::CanonicalRequest,
) -> Option<usize> {
    let slots: Vec<SlotWanted> = (0..replicas)
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        })
        .collect();
    let avoid = Avoid::new();
    let input = DecideInput {
        tenant: &tenant(),
        placement: None,
        slots: &slots,
        avoid: &avoid,
        preempt: true,
        explain: false,
    };
    kept_serving(state, request, &input)
}

#[test]
fn what_has_to_serve_is_told_of_only_where_it_alone_stands_in_the_way() {
    let state = two_of_three();
    let none = json!({});
    assert_eq!(kept(&state, 1, &gpus(1, 10, &none)), None, "one can be spared");
    assert_eq!(kept(&state, 1, &gpus(2, 10, &none)), Some(2));
    assert_eq!(kept(&state, 1, &gpus(2, 0, &none)), None, "never for an equal");
    let polite = json!({"preemption": "NEVER"});
    assert_eq!(kept(&state, 1, &gpus(2, 10, &polite)), None);
    assert_eq!(kept(&state, 1, &gpus(4, 10, &none)), None, "no node is so large");
    let spread = json!({"strategy": "SPREAD"});
    assert_eq!(
        kept(&state, 1, &gpus(2, 10, &spread)),
        Some(2),
        "also without the index"
    );
}

#[test]
fn of_several_replicas_those_that_fit_are_not_the_matter() {
    let state = two_of_three();
    let several = |gang: bool| gpus(1, 10, &json!({"replicas": 3, "gang": gang}));
    assert_eq!(
        kept(&state, 3, &several(false)),
        Some(3),
        "one of three fits as it is"
    );
    assert_eq!(kept(&state, 3, &several(true)), Some(3));
    assert_eq!(kept(&state, 4, &several(true)), None, "not all would fit");
}

#[test]
fn nobody_is_told_of_who_is_not_bound() {
    let mut state = fleet(&[("a", vec![a100("n1", 3)])]);
    place(&mut state, "web", &gpus(1, 0, &json!({"replicas": 3})));
    assert_eq!(kept(&state, 1, &gpus(2, 10, &json!({}))), None);
    assert_eq!(kept(&state, 1, &gpus(4, 10, &json!({}))), None);
}
