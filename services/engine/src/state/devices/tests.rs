use hourglass_model::gpu::CounterUse;

use super::*;
use crate::fixture::{device, device_node, device_use, shared_device, vector};

fn devices(all: Vec<DeviceFacts>) -> NodeDevices {
    let facts = device_node("n", all);
    let derived = DerivedFacts::of(&facts);
    NodeDevices::of(facts.devices, &derived).expect("has devices")
}

#[test]
fn what_is_given_back_can_be_taken_again() {
    let part = |device: DeviceFacts, takes: i64| DeviceFacts {
        counters: vec![CounterUse {
            counter: "c".to_owned(),
            takes,
            of: 2,
        }],
        ..device
    };
    let all = devices(vec![part(shared_device("d0"), 2), part(device("d1"), 1)]);
    let empty = all.room(&[], &ResourceVector::new());
    let mut room = empty.clone();
    let two = [device_use("d0", 300), device_use("d0", 300)];
    let none = ResourceVector::new();
    all.take(&mut room, &two);
    assert_eq!(room.charged(), [600, 0]);
    assert_eq!(
        (room.left(&all, 0), room.left(&all, 1)),
        (400, 0),
        "the counter is used up"
    );
    all.give(&mut room, &two[..1], &none);
    assert_eq!((room.left(&all, 0), room.left(&all, 1)), (700, 0));
    all.give(&mut room, &two[1..], &none);
    assert_eq!(room, empty);
    assert!(room.is_untouched(&all, 0) && room.is_untouched(&all, 1));
}

#[test]
fn devices_that_are_gone_charge_nothing_and_more_than_all_leaves_nothing() {
    let all = devices(vec![shared_device("d0")]);
    let room = all.room(
        &[
            device_use("gone", 500),
            device_use("d0", 900),
            device_use("d0", 900),
        ],
        &ResourceVector::new(),
    );
    assert_eq!((room.charged(), room.left(&all, 0)), (&[1800][..], 0));
}

#[test]
fn counters_of_the_same_vendor_keep_devices_out() {
    let all = devices(vec![device("d0"), device("d1")]);
    let charge = vector(&[("nvidia.com/gpu", 1), ("amd.com/gpu", 1), ("cpu", 5)]);
    let mut room = all.room(&[], &charge);
    assert_eq!(room.blind(), 1);
    all.give(&mut room, &[], &vector(&[("nvidia.com/gpu", 1), ("cpu", 1)]));
    assert_eq!(room.blind(), 0, "who had it is gone");
}

#[test]
fn a_device_that_is_used_blindly_may_be_of_any_kind() {
    let confidential = DeviceFacts {
        confidential: true,
        ..device("d2")
    };
    let all = devices(vec![device("d0"), device("d1"), confidential]);
    let blind = all.room(&[], &vector(&[("nvidia.com/gpu", 1)]));
    let whole = |id: &str| device_use(id, 1000);
    assert!(all.hold(&blind, &[whole("d0")]));
    assert!(
        !all.hold(&blind, &[whole("d0"), whole("d1")]),
        "one of these two may be the one that is used, whatever is left of another kind"
    );
    assert!(!all.hold(&blind, &[whole("d2")]));
}
