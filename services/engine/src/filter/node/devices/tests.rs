use hourglass_model::gpu::{CounterUse, DeviceFacts, DeviceUse, MigProfile, Product};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::render::GpuGrant;
use serde_json::{Value, json};

use crate::fixture::*;
use crate::{Decision, FleetState};

fn gpu(ask: impl Into<Value>) -> hourglass_model::request::CanonicalRequest {
    let ask: Value = ask.into();
    request(json!({"compute": {"gpu": ask}}))
}

fn used(name: &str, milli: u16) -> DeviceFacts {
    DeviceFacts {
        used_milli: milli,
        ..shared_device(name)
    }
}

fn product(name: &str, product: &str) -> DeviceFacts {
    DeviceFacts {
        product: Product::parse(product).ok(),
        ..device(name)
    }
}

fn mig(name: &str, profile: &str) -> DeviceFacts {
    DeviceFacts {
        mig_profile: MigProfile::parse(profile).ok(),
        class: "mig.nvidia.com".to_owned(),
        memory_mib: Some(9_856),
        ..device(name)
    }
}

fn one_node(devices: Vec<DeviceFacts>) -> FleetState {
    fleet(&[("a", vec![device_node("n1", devices)])])
}

/// Names and thousandths of what the first slot gets.
fn given(decision: &Decision) -> Vec<(String, u16)> {
    let first = decision.placed.first();
    let uses = first.map(|slot| slot.offer.devices()).unwrap_or_default();
    uses.into_iter()
        .map(|one| {
            let name = one.device.as_str().rsplit('/').next().unwrap_or_default();
            (name.to_owned(), one.milli)
        })
        .collect()
}

fn names(decision: &Decision) -> Vec<String> {
    given(decision).into_iter().map(|(name, _)| name).collect()
}

fn why_not(state: &FleetState, ask: Value) -> String {
    let decision = decide(state, &gpu(ask));
    let no_fit = decision.no_fit.expect("no fit");
    let explanation = no_fit.explanation.as_ref().expect("asked for");
    let rejection = &explanation.clusters[0].rejections[0];
    format!("{}: {}", rejection.rule, rejection.samples[0].shortfall)
}

#[test]
fn a_share_goes_to_the_fullest_device_that_still_takes_it() {
    let state = one_node(vec![
        used("d0", 0),
        used("d1", 300),
        used("d2", 600),
        used("d3", 900),
    ]);
    assert_eq!(
        given(&decide(&state, &gpu(json!({"shareMilli": 400})))),
        [("d2".to_owned(), 400)]
    );
    assert_eq!(names(&decide(&state, &gpu(json!({"shareMilli": 100})))), ["d3"]);
    assert_eq!(names(&decide(&state, &gpu(json!({"shareMilli": 700})))), ["d1"]);
    assert_eq!(names(&decide(&state, &gpu(json!({"shareMilli": 701})))), ["d0"]);
}

#[test]
fn a_share_says_how_much_memory_it_is() {
    let decision = decide(
        &one_node(vec![shared_device("d0")]),
        &gpu(json!({"shareMilli": 333})),
    );
    let Some(GpuGrant::Devices(grant)) = &decision.placed[0].offer.gpu else {
        panic!("devices were expected");
    };
    assert_eq!(
        (grant.memory_mib, grant.class.as_str()),
        (Some(27_279), "gpu.nvidia.com")
    );
    assert!(
        !decision.placed[0]
            .vector
            .contains(&hourglass_model::resources::NVIDIA_GPU)
    );
    let whole = decide(&one_node(vec![shared_device("d0")]), &gpu(json!({"count": 1})));
    let Some(GpuGrant::Devices(grant)) = &whole.placed[0].offer.gpu else {
        panic!("devices were expected");
    };
    assert_eq!(
        grant.memory_mib,
        Some(81_920),
        "all of a device that could be shared"
    );
}

#[test]
fn a_share_on_a_device_that_cannot_be_shared_takes_it_whole_as_a_last_resort() {
    let alone = one_node(vec![device("d0")]);
    assert_eq!(
        given(&decide(&alone, &gpu(json!({"shareMilli": 100})))),
        [("d0".to_owned(), 1000)]
    );
    let both = one_node(vec![device("d0"), shared_device("d1")]);
    assert_eq!(
        given(&decide(&both, &gpu(json!({"shareMilli": 100})))),
        [("d1".to_owned(), 100)]
    );
}

#[test]
fn whole_gpus_need_devices_of_which_nothing_is_taken() {
    let state = one_node(vec![used("d0", 1), used("d1", 0), used("d2", 0)]);
    assert_eq!(names(&decide(&state, &gpu(json!({"count": 2})))), ["d1", "d2"]);
    assert_eq!(
        why_not(&state, json!({"count": 3, "products": ["NVIDIA-A100"]})),
        "GpuCount: needs 3 whole NVIDIA-A100 devices, 2 free"
    );
    assert_eq!(
        why_not(&state, json!({"count": 4})),
        "GpuCount: needs 4 whole GPU devices, 2 free (3 at most)"
    );
    let full = one_node(vec![used("d0", 900)]);
    assert_eq!(
        why_not(&full, json!({"shareMilli": 200, "products": ["A100"]})),
        "GpuCount: needs 200/1000 of one A100 device, 100/1000 free on one"
    );
}

#[test]
fn a_share_that_finds_no_room_hears_which_devices_are_taken_whole_because_they_cannot_be_shared() {
    // A share of one that cannot be shared takes all of it.
    let alone = |milli: u16| DeviceFacts {
        used_milli: milli,
        ..device("d0")
    };
    let decision = decide(&one_node(vec![alone(0)]), &gpu(json!({"shareMilli": 300})));
    assert_eq!(given(&decision), [("d0".to_owned(), 1000)]);
    let ask = || json!({"shareMilli": 300, "products": ["A100"]});
    assert_eq!(
        why_not(&one_node(vec![alone(1000)]), ask()),
        "GpuCount: needs 300/1000 of one A100 device, 0/1000 free on one (1 that cannot be shared is taken whole)"
    );
    let second = DeviceFacts {
        used_milli: 1000,
        ..device("d1")
    };
    assert_eq!(
        why_not(&one_node(vec![alone(1000), second, used("d2", 800)]), ask()),
        "GpuCount: needs 300/1000 of one A100 device, 200/1000 free on one (2 that cannot be shared are taken whole)"
    );
    // What is shared, or cut, has room or not: nothing of it is lost.
    for taken in [
        used("d0", 1000),
        DeviceFacts {
            used_milli: 1000,
            ..mig("d0", "3g.40gb")
        },
    ] {
        let why = why_not(&one_node(vec![taken]), json!({"shareMilli": 300}));
        assert!(why.ends_with("0/1000 free on one"), "{why}");
    }
}

#[test]
fn devices_of_one_replica_are_of_one_product_and_leave_the_larger_block_whole() {
    let mixed = vec![
        product("d0", "NVIDIA-A100"),
        product("d1", "NVIDIA-H100"),
        product("d2", "NVIDIA-A100"),
        product("d3", "NVIDIA-H100"),
        product("d4", "NVIDIA-H100"),
    ];
    let state = one_node(mixed);
    assert_eq!(names(&decide(&state, &gpu(json!({"count": 2})))), ["d0", "d2"]);
    assert_eq!(
        names(&decide(&state, &gpu(json!({"count": 3})))),
        ["d1", "d3", "d4"]
    );
    assert_eq!(
        names(&decide(&state, &gpu(json!({"count": 1, "products": ["H100"]})))),
        ["d1"]
    );
    assert_eq!(
        why_not(&state, json!({"count": 4})),
        "GpuCount: needs 4 whole GPU devices, 3 free (3 at most)"
    );
}

#[test]
fn one_device_must_meet_all_rules_not_several_together() {
    let small = DeviceFacts {
        memory_mib: Some(40_960),
        ..product("d0", "NVIDIA-H100")
    };
    let state = one_node(vec![small, product("d1", "NVIDIA-A100")]);
    assert_eq!(
        why_not(
            &state,
            json!({"count": 1, "products": ["H100"], "minMemoryMib": 81_920})
        ),
        "GpuMemory: its GPUs have 40960 MiB"
    );
    assert!(decide(&state, &gpu(json!({"count": 1, "minMemoryMib": 81_920}))).is_complete());
}

#[test]
fn replicas_of_one_decision_share_a_node_device_by_device() {
    let state = one_node(vec![shared_device("d0"), shared_device("d1")]);
    let mut three = gpu(json!({"shareMilli": 400}));
    three.replicas = 5;
    let decision = decide(&state, &three);
    let all: Vec<String> = decision
        .placed
        .iter()
        .flat_map(|slot| slot.offer.devices())
        .map(|one| {
            one.device
                .as_str()
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(all, ["d0", "d0", "d1", "d1"], "800 of each, and 200 left on both");
    assert_eq!(decision.no_fit.map(|no_fit| no_fit.slots.len()), Some(1));
}

#[test]
fn a_device_that_one_has_and_another_was_promised_by_name_is_made_up_for() {
    let unnamed = |name: &str| DeviceFacts {
        identity: None,
        ..device(name)
    };
    let three = || vec![device("d0"), unnamed("d1"), unnamed("d2")];
    let mut state = one_node(three());
    let one = gpu(json!({"count": 1}));
    for uid in ["by-name", "any"] {
        place(&mut state, uid, &one);
    }
    let claims: Vec<_> = state.claims().map(|record| record.claim.clone()).collect();
    let of = |uid: &str| {
        let mut claims = claims.iter();
        claims
            .find(|claim| claim.id.placement == uid_of(uid))
            .expect("placed")
    };
    assert_eq!(of("by-name").devices, [device_use("d0", 1000)]);
    assert_eq!(of("any").devices, [device_use("d1", 1000)]);
    // The cluster has given d0 to the one that may have any.
    let mut seen = device_node("n1", three());
    seen.devices[0].used_milli = 1000;
    seen.claims = vec![ObservedClaim {
        claim: of("any").id.clone(),
        bound: of("any").vector.clone(),
        devices: vec![device_use("d0", 1000)],
    }];
    report(&mut state, "a", vec![seen]);
    assert_eq!(crate::invariants::check(&state), []);
    assert_eq!(
        why_not(&state, json!({"count": 2})),
        "GpuCount: needs 2 whole GPU devices, 1 free",
        "one of d1 and d2 is for whoever of the two does not get d0"
    );
    let _before = state.take_changes();
    let ended = state.release(&of("by-name").id, crate::Dispatch::Never);
    assert_eq!(ended, Ok(true));
    let freed = |change: &crate::ChangeKind| matches!(change, crate::ChangeKind::CapacityFreed { .. });
    assert!(state.take_changes().iter().any(freed));
    assert_eq!(names(&decide(&state, &gpu(json!({"count": 2})))), ["d1", "d2"]);
}

#[test]
fn what_is_left_beside_one_is_kept_for_another_whose_device_was_given_away() {
    let unnamed = |name: &str| DeviceFacts {
        identity: None,
        ..shared_device(name)
    };
    let two = || vec![unnamed("d0"), unnamed("d1")];
    let mut state = one_node(two());
    for (uid, milli) in [("a", 600), ("b", 600), ("c", 300)] {
        place(&mut state, uid, &gpu(json!({"shareMilli": milli})));
    }
    let claims: Vec<_> = state.claims().map(|record| record.claim.clone()).collect();
    let has: Vec<_> = claims.iter().map(|claim| claim.devices.clone()).collect();
    assert_eq!(
        has,
        [
            [device_use("d0", 600)],
            [device_use("d1", 600)],
            [device_use("d0", 300)]
        ]
    );
    // The cluster has given d1 to the first: the second will be on d0, beside the third.
    let first = claims.first().expect("three");
    let first_on = |at: usize| {
        let mut seen = device_node("n1", two());
        let device = seen.devices.get_mut(at).expect("one of two");
        device.used_milli = 600;
        seen.claims = vec![ObservedClaim {
            claim: first.id.clone(),
            bound: first.vector.clone(),
            devices: vec![DeviceUse {
                device: device.id.clone(),
                milli: 600,
            }],
        }];
        seen
    };
    report(&mut state, "a", vec![first_on(1)]);
    assert_eq!(crate::invariants::check(&state), []);
    assert_eq!(
        why_not(&state, json!({"shareMilli": 400})),
        "GpuCount: needs 400/1000 of one GPU device, 0/1000 free on one",
        "the second needs what is left of d0"
    );
    // It has the one that it was to get: what is left of the other is nobody's.
    report(&mut state, "a", vec![first_on(0)]);
    let decision = decide(&state, &gpu(json!({"shareMilli": 400})));
    assert_eq!(given(&decision), [("d1".to_owned(), 400)]);
}

#[test]
fn a_claim_holds_its_devices_until_they_are_seen_and_while_they_are() {
    let mut state = one_node(vec![shared_device("d0"), shared_device("d1")]);
    place(&mut state, "p1", &gpu(json!({"shareMilli": 600})));
    let charged = |state: &FleetState| {
        let node = state
            .cluster(&cluster("a"))
            .and_then(|c| c.node(&node_name("n1")));
        node.expect("known").device_room().charged().to_vec()
    };
    assert_eq!(charged(&state), [600, 0]);
    let claim = state.claims().next().expect("one").claim.clone();
    assert_eq!(claim.devices, [device_use("d0", 600)]);
    assert_eq!(names(&decide(&state, &gpu(json!({"shareMilli": 500})))), ["d1"]);

    let mut seen = device_node("n1", vec![used("d0", 600), shared_device("d1")]);
    seen.claims = vec![ObservedClaim {
        claim: claim.id.clone(),
        bound: claim.vector.clone(),
        devices: claim.devices.clone(),
    }];
    report(&mut state, "a", vec![seen]);
    assert_eq!(charged(&state), [600, 0], "seen and claimed are the same use");
    assert_eq!(crate::invariants::check(&state), []);

    report(
        &mut state,
        "a",
        vec![device_node("n1", vec![used("d0", 600), shared_device("d1")])],
    );
    assert_eq!(charged(&state), [1200, 0], "a foreign use comes on top");
    assert_eq!(crate::invariants::check(&state), []);
    let again = FleetState::from_dump(state.dump());
    assert_eq!(charged(&again), [1200, 0]);
}

#[test]
fn mig_devices_come_by_profile_and_for_shares_that_they_cover() {
    let state = one_node(vec![
        mig("m0", "1g.10gb"),
        mig("m1", "3g.40gb"),
        mig("m2", "1g.10gb"),
    ]);
    assert_eq!(
        names(&decide(
            &state,
            &gpu(json!({"count": 2, "migProfile": "1g.10gb"}))
        )),
        ["m0", "m2"]
    );
    assert_eq!(
        given(&decide(&state, &gpu(json!({"shareMilli": 100})))),
        [("m0".to_owned(), 1000)]
    );
    assert_eq!(names(&decide(&state, &gpu(json!({"shareMilli": 300})))), ["m1"]);
    assert_eq!(
        why_not(&state, json!({"count": 1, "migProfile": "2g.20gb"})),
        "MigProfile: offers MIG devices of 1g.10gb, 3g.40gb"
    );
    assert_eq!(
        why_not(&state, json!({"count": 1})),
        "GpuSharing: offers MIG devices only"
    );
    assert_eq!(
        why_not(&state, json!({"count": 3, "migProfile": "1g.10gb"})),
        "GpuCount: needs 3 1g.10gb MIG devices of GPU, 2 free (2 at most)"
    );
}

#[test]
fn a_gpu_and_the_parts_that_can_be_cut_from_it_exclude_each_other() {
    let takes = |gpu: u8, amount: i64, device: DeviceFacts| DeviceFacts {
        counters: vec![CounterUse {
            counter: format!("pool/gpu-{gpu}/slices"),
            takes: amount,
            of: 7,
        }],
        ..device
    };
    let parts = |gpu: u8| {
        let name = |part| format!("g{gpu}-{part}");
        vec![
            takes(gpu, 7, device(&name("all"))),
            takes(gpu, 3, mig(&name("big-a"), "3g.40gb")),
            takes(gpu, 3, mig(&name("big-b"), "3g.40gb")),
            takes(gpu, 1, mig(&name("small"), "1g.10gb")),
        ]
    };
    let mut state = one_node([parts(0), parts(1)].concat());
    let big = gpu(json!({"count": 1, "migProfile": "3g.40gb"}));
    place(&mut state, "p1", &big);
    assert_eq!(names(&decide(&state, &gpu(json!({"count": 1})))), ["g1-all"]);
    assert_eq!(
        names(&decide(
            &state,
            &gpu(json!({"count": 1, "migProfile": "1g.10gb"}))
        )),
        ["g0-small"],
        "a GPU that is cut already is cut further"
    );
    assert_eq!(
        why_not(&state, json!({"count": 2})),
        "GpuCount: needs 2 whole GPU devices, 1 free"
    );
    place(&mut state, "p2", &gpu(json!({"count": 1})));
    assert_eq!(names(&decide(&state, &big)), ["g0-big-b"]);
    place(&mut state, "p3", &big);
    assert!(!decide(&state, &big).is_complete());
    assert_eq!(crate::invariants::check(&state), []);
}

#[test]
fn gpus_that_are_counted_as_well_are_not_used_twice() {
    let both = |used: i64| {
        let mut node = NodeFacts {
            devices: vec![device("d0"), device("d1")],
            ..a100("n1", 2)
        };
        node.used = vector(&[("nvidia.com/gpu", used)]);
        fleet(&[("a", vec![node])])
    };
    let two = json!({"count": 2});
    let decision = decide(&both(0), &gpu(two.clone()));
    assert_eq!(names(&decision), ["d0", "d1"], "devices win over the counter");
    assert!(
        !decision.placed[0]
            .vector
            .contains(&hourglass_model::resources::NVIDIA_GPU)
    );
    assert_eq!(
        why_not(&both(1), two),
        "GpuCount: needs 2 whole GPU devices, 1 free",
        "a pod sits on one of them, nobody says on which"
    );
    let mut state = both(0);
    place(&mut state, "p1", &gpu(json!({"count": 2})));
    assert!(!decide(&state, &gpu(json!({"count": 1}))).is_complete());
    let named = request(json!({"performer": {"resources": {"limits": {"nvidia.com/gpu": "1"}}}}));
    assert!(
        !decide(&state, &named).is_complete(),
        "not by the counter's name either"
    );
    assert_eq!(
        names(&decide(&both(0), &named)),
        ["d0"],
        "the name of the counter names the vendor"
    );
    let amd = request(json!({"performer": {"resources": {"limits": {"amd.com/gpu": "1"}}}}));
    assert!(!decide(&both(0), &amd).is_complete());
    let slice = request(json!({"compute": {"requests": {"nvidia.com/mig-1g.5gb": "1"}}}));
    let rejection = decide(&both(0), &slice)
        .no_fit
        .expect("no fit")
        .explanation
        .expect("asked for")
        .clusters[0]
        .rejections[0]
        .clone();
    assert_eq!(rejection.rule, "GpuSharing");
}

#[test]
fn nodes_with_either_source_serve_the_same_request() {
    let both = vec![
        a100("counted", 8),
        device_node("shown", vec![device("d0"), device("d1")]),
    ];
    let state = fleet(&[("a", both)]);
    assert_eq!(
        nodes(&decide(&state, &gpu(json!({"count": 2})))),
        ["a/shown"],
        "the tighter block"
    );
    assert_eq!(nodes(&decide(&state, &gpu(json!({"count": 3})))), ["a/counted"]);
}

#[test]
fn what_the_fleet_has_is_named_devices_included() {
    let state = one_node(vec![device("d0")]);
    let no_fit = decide(&state, &gpu(json!({"products": ["B200"]})))
        .no_fit
        .expect("no fit");
    assert_eq!(no_fit.reason, crate::NoFitReason::NoSuchProduct);
    assert!(
        no_fit
            .explanation
            .as_ref()
            .expect("asked for")
            .summary
            .contains("NVIDIA A100-SXM4-80GB"),
        "{}",
        no_fit.explanation.as_ref().expect("asked for").summary
    );
}

#[test]
fn confidential_mode_and_clique_are_those_of_the_device_or_its_node() {
    let ask = json!({"count": 1, "confidential": true, "sameClique": true});
    assert_eq!(
        why_not(&one_node(vec![device("d0")]), ask.clone()),
        "GpuConfidential: its GPUs are not in confidential computing mode (label nvidia.com/cc.ready.state)"
    );
    let own = DeviceFacts {
        confidential: true,
        clique: Some("c.1".to_owned()),
        ..device("d0")
    };
    assert!(decide(&one_node(vec![own]), &gpu(ask.clone())).is_complete());
    let labels = [
        ("nvidia.com/cc.ready.state", "true"),
        ("nvidia.com/gpu.clique", "c.1"),
    ];
    let labelled = NodeFacts {
        devices: vec![device("d0")],
        ..node("n1", &labels, &[])
    };
    assert!(decide(&fleet(&[("a", vec![labelled])]), &gpu(ask)).is_complete());
    assert_eq!(
        why_not(
            &fleet(&[("a", vec![a100("n1", 8)])]),
            json!({"count": 1, "sameClique": true})
        ),
        "GpuClique: its GPUs are in no NVLink clique (label nvidia.com/gpu.clique)"
    );
}

#[test]
fn counted_mig_devices_come_by_both_strategies() {
    let single = node(
        "single",
        &[("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb")],
        &[("nvidia.com/gpu", 7)],
    );
    let mixed = node(
        "mixed",
        &[
            ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB"),
            ("nvidia.com/gpu.memory", "40960"),
        ],
        &[
            ("nvidia.com/gpu", 1),
            ("nvidia.com/mig-1g.5gb", 2),
            ("nvidia.com/mig-3g.20gb", 1),
        ],
    );
    let granted = |state: &FleetState, ask: Value| {
        let decision = decide(state, &gpu(ask));
        let slot = decision.placed.first()?.clone();
        let Some(GpuGrant::Counted(grant)) = slot.offer.gpu else {
            return None;
        };
        Some((slot.node.to_string(), grant.resource.to_string(), grant.units))
    };
    let answer = |node: &str, resource: &str, units: i64| Some((node.to_owned(), resource.to_owned(), units));
    let of = |node: &NodeFacts| fleet(&[("a", vec![node.clone()])]);
    let profile = json!({"count": 2, "migProfile": "1g.5gb"});
    assert_eq!(
        granted(&of(&single), profile.clone()),
        answer("single", "nvidia.com/gpu", 2)
    );
    assert_eq!(
        granted(&of(&mixed), profile),
        answer("mixed", "nvidia.com/mig-1g.5gb", 2)
    );
    assert_eq!(granted(&of(&single), json!({"count": 1})), None);
    assert_eq!(
        granted(&of(&mixed), json!({"count": 1})),
        answer("mixed", "nvidia.com/gpu", 1)
    );
    assert_eq!(
        granted(&of(&mixed), json!({"count": 1, "migProfile": "7g.40gb"})),
        None
    );

    let mut state = of(&mixed);
    let small = gpu(json!({"shareMilli": 100}));
    for (at, resource) in ["1g.5gb", "1g.5gb", "3g.20gb"].iter().enumerate() {
        assert_eq!(
            granted(&state, json!({"shareMilli": 100})),
            answer("mixed", &format!("nvidia.com/mig-{resource}"), 1)
        );
        place(&mut state, &format!("p{at}"), &small);
    }
    assert!(!decide(&state, &small).is_complete());
}
