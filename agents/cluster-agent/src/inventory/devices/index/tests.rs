use super::*;
use crate::inventory::devices::{AllocatedDevice, Attribute, DeviceSpec, DeviceView};

fn pool(name: &str) -> PoolKey {
    PoolKey {
        driver: "gpu.example.com".into(),
        pool: name.into(),
    }
}

fn spec(name: &str) -> DeviceSpec {
    DeviceSpec {
        name: name.into(),
        memory_bytes: Some(1000),
        identities: vec![Attribute {
            name: "gpu.example.com/uuid".into(),
            value: format!("uuid-{name}"),
        }],
        ..DeviceSpec::default()
    }
}

fn slice(generation: i64, slices: usize, devices: Vec<DeviceSpec>) -> SliceFacts {
    SliceFacts {
        node: "n".into(),
        pool: pool("n"),
        generation,
        slices,
        devices,
        counters: BTreeMap::new(),
    }
}

fn claim(device: &str, memory_bytes: Option<i64>, pod: &str) -> ClaimFacts {
    ClaimFacts {
        devices: vec![AllocatedDevice {
            pool: pool("n"),
            device: device.into(),
            memory_bytes,
        }],
        pods: BTreeSet::from([pod.into()]),
    }
}

/// Known, with these slices.
fn devices(slices: Vec<SliceFacts>) -> Devices {
    let mut devices = Devices::default();
    devices.class(Change::Put("gpu.example.com".into(), ()));
    for (number, slice) in slices.into_iter().enumerate() {
        devices.slice(Change::Put(format!("s{number}"), slice));
    }
    assert_eq!(of(&devices), [], "what is taken is not known yet");
    devices.slice(Change::Finish);
    devices.class(Change::Finish);
    devices.take_touched();
    devices.claim(Change::Finish);
    devices
}

fn of(devices: &Devices) -> Vec<DeviceView> {
    devices.of_node(&"n".into())
}

fn used(devices: &Devices) -> Vec<(String, u32)> {
    of(devices)
        .into_iter()
        .map(|view| (view.id, view.used_milli))
        .collect()
}

fn id(device: &str) -> String {
    format!("gpu.example.com/n/{device}")
}

#[test]
fn devices_are_told_once_slices_classes_and_claims_are_known() {
    let mut devices = devices(vec![slice(1, 1, vec![spec("a"), spec("b")])]);
    assert!(devices.take_touched().contains("n"), "now they can be told");
    assert_eq!(used(&devices), [(id("a"), 0), (id("b"), 0)]);
    let view = &of(&devices)[0];
    assert_eq!(view.class, "gpu.example.com");
    assert_eq!(view.identity.as_ref().unwrap().value, "uuid-a");
    assert!(!view.shareable);
}

#[test]
fn a_whole_device_is_taken_by_its_claim_until_that_is_gone() {
    let mut devices = devices(vec![slice(1, 1, vec![spec("a"), spec("b")])]);
    devices.take_touched();
    devices.claim(Change::Put("ns/c".into(), claim("b", None, "pod")));
    assert!(devices.take_touched().contains("n"));
    assert_eq!(used(&devices), [(id("a"), 0), (id("b"), 1000)]);
    assert_eq!(&*of(&devices)[1].users[0].pods[0], "pod");
    devices.pod(&"pod".into());
    assert!(
        devices.take_touched().contains("n"),
        "now it may be known whose it is"
    );
    devices.claim(Change::Put("ns/c".into(), claim("b", None, "pod")));
    assert!(devices.take_touched().is_empty(), "nothing new");
    devices.claim(Change::Begin);
    devices.claim(Change::Finish);
    assert_eq!(used(&devices), [(id("a"), 0), (id("b"), 0)]);
}

#[test]
fn parts_of_a_shared_device_are_rounded_up_for_each_claim() {
    let shared = DeviceSpec {
        multiple: true,
        ..spec("a")
    };
    let mut devices = devices(vec![slice(1, 1, vec![shared])]);
    devices.claim(Change::Put("ns/c".into(), claim("a", Some(250), "p")));
    devices.claim(Change::Put("ns/d".into(), claim("a", Some(1), "q")));
    assert!(of(&devices)[0].shareable);
    assert_eq!(used(&devices), [(id("a"), 251)]);
    devices.claim(Change::Put("ns/d".into(), claim("a", None, "q")));
    assert_eq!(used(&devices), [(id("a"), 1000)], "all of it, and never more");
}

#[test]
fn only_a_complete_pool_of_the_newest_generation_counts() {
    let mut devices = devices(vec![slice(1, 1, vec![spec("old")]), slice(2, 2, vec![spec("a")])]);
    assert_eq!(
        used(&devices),
        [],
        "the second slice of the new generation is missing"
    );
    devices.slice(Change::Put("s2".into(), slice(2, 2, vec![spec("b")])));
    assert_eq!(used(&devices), [(id("a"), 0), (id("b"), 0)]);
    devices.slice(Change::Remove("s2".into()));
    assert_eq!(used(&devices), []);
}

#[test]
fn what_nobody_can_ask_for_is_left_out_unless_somebody_has_it() {
    let tainted = DeviceSpec {
        tainted: true,
        multiple: true,
        ..spec("t")
    };
    let counted = DeviceSpec {
        counters: vec![(("set".into(), "memory".into()), 5)],
        ..spec("c")
    };
    let mut devices = devices(vec![slice(1, 1, vec![tainted, counted])]);
    assert_eq!(used(&devices), [], "the counter's set does not exist");
    devices.claim(Change::Put("ns/c".into(), claim("t", Some(100), "p")));
    assert_eq!(used(&devices), [(id("t"), 1000)]);
    let view = &of(&devices)[0];
    assert!(!view.shareable);
    assert_eq!(view.users[0].milli, 100);
    devices.class(Change::Remove("gpu.example.com".into()));
    assert!(devices.take_touched().contains("n"));
    assert_eq!(used(&devices), [], "there is no class to ask by");
}

#[test]
fn counters_carry_what_there_is_and_an_identity_is_nobody_elses() {
    let twin = |name: &str| DeviceSpec {
        identities: vec![Attribute {
            name: "gpu.example.com/uuid".into(),
            value: "same".into(),
        }],
        counters: vec![(("set".into(), "memory".into()), 5)],
        ..spec(name)
    };
    let mut counters = slice(1, 2, Vec::new());
    counters.counters.insert(("set".into(), "memory".into()), 20);
    let devices = devices(vec![slice(1, 2, vec![twin("a"), twin("b")]), counters]);
    let views = of(&devices);
    assert_eq!(views[0].counters[0].counter, "n/set/memory");
    assert_eq!((views[0].counters[0].takes, views[0].counters[0].of), (5, 20));
    assert!(views.iter().all(|view| view.identity.is_none()));
}

#[test]
fn devices_of_other_drivers_are_no_gpus() {
    let mut other = slice(1, 1, vec![spec("eth0")]);
    other.pool.driver = "nic.example".into();
    let mut devices = devices(vec![other]);
    devices.class(Change::Put("nic.example".into(), ()));
    assert_eq!(of(&devices), []);
}
