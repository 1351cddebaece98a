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
fn a_device_that_is_gone_is_as_good_as_any_other_and_more_than_all_leaves_nothing() {
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
    assert_eq!(
        room.kept_out(&all, 0),
        1,
        "whoever was to get it will get another one"
    );
    let mut given = room.clone();
    all.give(&mut given, &[device_use("gone", 500)], &ResourceVector::new());
    assert_eq!(given.kept_out(&all, 0), 0);
}

#[test]
fn counters_of_the_same_vendor_keep_devices_out() {
    let all = devices(vec![device("d0"), device("d1")]);
    let charge = vector(&[("nvidia.com/gpu", 1), ("amd.com/gpu", 1), ("cpu", 5)]);
    let mut room = all.room(&[], &charge);
    assert_eq!(room.kept_out(&all, 0), 1);
    all.give(&mut room, &[], &vector(&[("nvidia.com/gpu", 1), ("cpu", 1)]));
    assert_eq!(room.kept_out(&all, 0), 0, "who had it is gone");
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

#[test]
fn whoever_finds_its_device_taken_gets_another_one_where_nothing_tells_them_apart() {
    let unnamed = |id: &str| DeviceFacts {
        identity: None,
        ..device(id)
    };
    // Others run on d0, which was promised to one of ours as well.
    let kept_out = |all: &NodeDevices, used: u16| {
        let mut facts = all.facts().to_vec();
        facts[0].used_milli = used;
        let all = devices(facts);
        let room = all.room(&[device_use("d0", 1000)], &ResourceVector::new());
        let free = all.hold(&room, &[device_use("d1", 1000)]);
        (room.kept_out(&all, 0), free)
    };
    let any = devices(vec![unnamed("d0"), unnamed("d1")]);
    assert_eq!(kept_out(&any, 0), (0, true));
    assert_eq!(kept_out(&any, 1000), (1, false), "ours will run on d1");
    let more = devices(vec![unnamed("d0"), unnamed("d1"), unnamed("d2")]);
    assert_eq!(kept_out(&more, 1000), (1, true), "one of the two is left");
    let exact = devices(vec![device("d0"), device("d1")]);
    assert_eq!(
        kept_out(&exact, 1000),
        (0, true),
        "ours asked for d0 and gets no other"
    );
    let room = any.room(&[device_use("d0", 1000)], &ResourceVector::new());
    let mut full = room.clone();
    any.take(&mut full, &[device_use("d0", 1000)]);
    assert_ne!(any.signature(&full), exact.signature(&full));
    any.give(&mut full, &[device_use("d0", 1000)], &ResourceVector::new());
    assert_eq!(full, room);
}
