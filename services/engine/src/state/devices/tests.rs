use hourglass_model::gpu::CounterUse;

use super::*;
use crate::fixture::{device, device_node, device_use, shared_device, vector};

/// What one of ours is to get.
fn promised(name: &str, milli: u16, any: bool) -> DeviceHold {
    DeviceHold {
        part: device_use(name, milli),
        shown: false,
        any,
    }
}

/// What one of ours has.
fn shown(name: &str, any: bool) -> DeviceHold {
    DeviceHold {
        shown: true,
        ..promised(name, 1000, any)
    }
}

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
    let two = [promised("d0", 300, false), promised("d0", 300, false)];
    let none = ResourceVector::new();
    all.take(&mut room, &two.clone().map(|hold| hold.part));
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
            promised("gone", 500, true),
            promised("d0", 900, false),
            promised("d0", 900, false),
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
    all.give(&mut given, &[promised("gone", 500, true)], &ResourceVector::new());
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

fn unnamed(id: &str) -> DeviceFacts {
    DeviceFacts {
        identity: None,
        ..device(id)
    }
}

fn used(device: DeviceFacts) -> DeviceFacts {
    DeviceFacts {
        used_milli: 1000,
        ..device
    }
}

#[test]
fn whoever_finds_its_device_taken_gets_another_one_where_any_will_do() {
    let none = ResourceVector::new();
    let whole = |id: &str| device_use(id, 1000);
    let two = devices(vec![unnamed("d0"), unnamed("d1")]);
    let room = two.room(&[promised("d0", 1000, true)], &none);
    assert_eq!(room.kept_out(&two, 0), 0);
    assert!(two.hold(&room, &[whole("d1")]));
    // Others run on d0, which was promised to one of ours as well.
    let two = devices(vec![used(unnamed("d0")), unnamed("d1")]);
    let room = two.room(&[promised("d0", 1000, true)], &none);
    assert_eq!(room.kept_out(&two, 0), 1, "ours will run on d1");
    assert!(!two.hold(&room, &[whole("d1")]));
    let more = devices(vec![used(unnamed("d0")), unnamed("d1"), unnamed("d2")]);
    let room = more.room(&[promised("d0", 1000, true)], &none);
    assert!(more.hold(&room, &[whole("d1")]), "one of the two is left");
    assert!(!more.hold(&room, &[whole("d1"), whole("d2")]));
    let exact = more.room(&[promised("d0", 1000, false)], &none);
    assert_eq!(exact.kept_out(&more, 0), 0, "ours asked for d0 and gets no other");
    assert_ne!(more.signature(&room), more.signature(&exact));
    let mut left = room;
    more.give(&mut left, &[promised("d0", 1000, true)], &none);
    assert_eq!(left, more.room(&[], &none));
}

#[test]
fn what_is_left_of_opened_devices_is_for_those_who_have_no_other() {
    let none = ResourceVector::new();
    let part = |name: &str, milli: u16| DeviceFacts {
        used_milli: milli,
        ..shared_device(name)
    };
    // One of ours is to get 600 of d1, where somebody else has 600 by now: it will run on d0, beside the 300 there.
    let promise = [promised("d1", 600, true)];
    let two = devices(vec![part("d0", 300), part("d1", 600)]);
    let room = two.room(&promise, &none);
    assert!(two.is_short(&room, 0));
    assert!(!two.hold(&room, &[device_use("d0", 600)]));
    let three = devices(vec![part("d0", 300), part("d1", 600), shared_device("d2")]);
    let room = three.room(&promise, &none);
    assert!(
        three.hold(&room, &[device_use("d0", 600)]),
        "d2 is as good as its own"
    );
    assert!(!three.hold(&room, &[device_use("d2", 100)]));
    // A kind of which nothing is asked is no matter, however short it is.
    let other = devices(vec![part("d0", 300), part("d1", 600), device("d2")]);
    let room = other.room(&promise, &none);
    assert!(other.hold(&room, &[device_use("d2", 1000)]));
}

#[test]
fn whoever_has_what_another_was_promised_by_name_takes_up_one_more() {
    let none = ResourceVector::new();
    let all = devices(vec![unnamed("d0"), unnamed("d1"), used(device("d2"))]);
    // One of ours that may have any has d2, which another was promised by name.
    let (has, waits) = (shown("d2", true), promised("d2", 1000, false));
    let room = all.room(&[has.clone(), waits.clone()], &none);
    assert_eq!(room.charged(), [0, 0, 2000]);
    assert_eq!(room.kept_out(&all, 0), 1, "its next pod may be on d0 or d1");
    let of_others = all.room(std::slice::from_ref(&waits), &none);
    assert_eq!(
        of_others.kept_out(&all, 0),
        0,
        "what pods of others have is theirs"
    );
    let mut left = room.clone();
    all.give(&mut left, std::slice::from_ref(&waits), &none);
    assert_eq!(left.kept_out(&all, 0), 0, "nobody waits for d2");
    let mut left = room;
    all.give(&mut left, &[has], &none);
    assert_eq!((left.charged()[2], left.kept_out(&all, 0)), (1000, 0));
}

#[test]
fn devices_are_asked_for_by_name_when_all_of_them_have_one() {
    let all = devices(vec![device("d0"), device("d1"), unnamed("d2")]);
    let asks = |names: &[&str]| {
        let uses: Vec<DeviceUse> = names.iter().map(|name| device_use(name, 1000)).collect();
        all.tells_apart(&uses)
    };
    assert!(asks(&["d0"]) && asks(&["d0", "d1"]));
    assert!(!asks(&["d2"]) && !asks(&["d0", "d2"]));
    assert!(
        asks(&["gone"]) && asks(&["gone", "d0"]) && !asks(&["gone", "d2"]),
        "what is gone says nothing"
    );
}
