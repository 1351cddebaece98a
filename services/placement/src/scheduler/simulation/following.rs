//! What binds only its cluster is charged where its pod is, over restarts as well.

use hourglass_engine::Owner;
use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{DeviceId, Epoch, PlacementUid, Slot};
use hourglass_model::placement::PinScope;
use hourglass_model::render::{DeviceGrant, GpuGrant, GrantedDevice};
use jiff::Timestamp;

use super::rolling::{carry_out, serving, serving_in, the_one};
use super::*;
use crate::edge::testing::slot;
use crate::records::placement::Observed;
use crate::records::{AssignmentRecord, IntentRecord, TombstoneRecord, encode};
use crate::scheduler::claims::claim_of;
use crate::scheduler::explained::PastDecision;

/// A replica that binds only its cluster serves on a node, and its pod is on the other one since.
fn moved() -> (World, usize, NodeName, NodeName) {
    let mut world = loose();
    let (member, before) = world.whereabouts(0);
    let other = move_pods(&mut world, member, &before);
    (world, member, before, other)
}

fn loose() -> World {
    serving(one_loose())
}

fn one_loose() -> PlacementSpec {
    PlacementSpec {
        pin: Some(PinScope::Cluster),
        ..spec(1, 1, false)
    }
}

/// All pods of a cluster are on the other one of its nodes since.
fn move_pods(world: &mut World, member: usize, before: &NodeName) -> NodeName {
    let nodes = (0..NODES).map(|index| NodeName::new(format!("n{index}")).unwrap());
    let mut others = nodes.filter(|node| node != before);
    let other = others.next().unwrap();
    for performer in world.members[member].performers.values_mut() {
        performer.node = other.clone();
    }
    world.send_inventory(member);
    other
}

fn charged(world: &World) -> Vec<String> {
    let claims = world.core.fleet().claims();
    claims.map(|record| record.claim.node.to_string()).collect()
}

#[test]
fn the_record_says_where_the_pod_is_and_what_was_decided() {
    let (world, member, before, other) = moved();
    assert_eq!(charged(&world), [other.to_string()]);
    assert_eq!(world.whereabouts(0), (member, other));
    let record = the_one(&world);
    let past: Vec<NodeName> = PastDecision::all_of(&record)
        .into_iter()
        .map(|past| past.node)
        .collect();
    assert_eq!(past, [before], "scores are of the node that was decided");
}

#[test]
fn after_a_restart_it_is_charged_where_its_pod_was_also_while_there_is_none() {
    let (mut world, member, _, other) = moved();
    // Its pod ends, and the next one has no node yet.
    world.members[member].pods = Pods::GetNoNode;
    for performer in world.members[member].performers.values_mut() {
        performer.ready = false;
    }
    world.restart();
    assert_eq!(charged(&world), [other.to_string()], "before anybody reports");
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(charged(&world), [other.to_string()]);
    assert_eq!(world.whereabouts(0), (member, other));
}

#[test]
fn it_is_removed_from_where_its_pod_was() {
    let (mut world, member, before, other) = moved();
    let record = the_one(&world);
    let assignment = record.slots[0].assignment.clone().unwrap();
    assert_eq!(assignment.decided_node, Some(before.clone()));
    // Its pod comes back to where it was decided.
    for performer in world.members[member].performers.values_mut() {
        performer.node = before.clone();
    }
    world.send_inventory(member);
    let record = the_one(&world);
    let assignment = record.slots[0].assignment.clone().unwrap();
    assert_eq!((assignment.charged_node, assignment.decided_node), (before, None));
    for performer in world.members[member].performers.values_mut() {
        performer.node = other.clone();
    }
    world.send_inventory(member);
    let input = DeletePlacement {
        tenant: tenant(),
        id: PlacementId::new("p").unwrap(),
        etag: None,
        request_id: None,
        force: false,
        traceparent: None,
    };
    world
        .round(false, |core, round| core.delete_placement(&input, None, round))
        .unwrap()
        .unwrap();
    world.restart();
    assert_eq!(
        charged(&world),
        [other.to_string()],
        "as its order to remove says"
    );
}

#[test]
fn a_record_that_has_no_room_for_where_its_pod_is_stays_as_it_is_and_can_be_stored() {
    let mut world = loose();
    let (member, before) = world.whereabouts(0);
    // As large as a stored value may be: nothing was set aside when it got its place.
    let size = |record: &PlacementRecord| encode("intent", &IntentRecord::of(record)).unwrap().len();
    let record = the_one(&world);
    let with_score = |name: usize| {
        let mut large = record.clone();
        let assignment = large.slots[0].assignment.as_mut().unwrap();
        assignment.scores.push(("x".repeat(name), 0));
        large
    };
    let large = with_score(hourglass_store::MAX_VALUE_BYTES - size(&with_score(0)));
    assert_eq!(size(&large), hourglass_store::MAX_VALUE_BYTES);
    world
        .core
        .placements
        .update(&record.uid, |record| *record = large.clone());

    let other = move_pods(&mut world, member, &before);
    assert_eq!(charged(&world), [other.to_string()]);
    let kept = the_one(&world);
    let (kept, large) = (
        kept.slots[0].assignment.as_ref(),
        large.slots[0].assignment.as_ref(),
    );
    let nodes =
        |of: Option<&AssignmentRecord>| of.map(|of| (of.charged_node.clone(), of.decided_node.clone()));
    assert_eq!(nodes(kept), nodes(large));
}

fn device_use(node: &str) -> DeviceUse {
    DeviceUse {
        device: DeviceId::new(format!("gpu.example.com/{node}/gpu-0")).unwrap(),
        milli: 500,
    }
}

#[test]
fn the_record_says_which_devices_are_charged_to_the_next_leader_and_to_the_order_to_remove() {
    let decided = device_use("n1");
    let grant = DeviceGrant {
        class: "gpu.example.com".to_owned(),
        devices: vec![GrantedDevice {
            id: decided.device.clone(),
            milli: decided.milli,
            identity: None,
        }],
        kind: Vec::new(),
        memory_mib: None,
    };
    let mut place = slot(0, "a", "n1", Observed::default()).assignment.unwrap();
    place.node = None;
    place.offer.gpu = Some(GpuGrant::Devices(grant));
    let owner = Owner::unknown(&tenant(), &PlacementUid::new("u").unwrap());
    let charged = |place: &AssignmentRecord| {
        let text = serde_json::to_string(place).unwrap();
        let stored: AssignmentRecord = serde_json::from_str(&text).unwrap();
        let claim = claim_of(&owner, Slot(0), Epoch(3), &stored);
        let order = TombstoneRecord::of(Slot(0), Epoch(3), &stored, Timestamp::UNIX_EPOCH, None);
        assert_eq!(Some(&claim.node), order.node.as_ref());
        assert_eq!(claim.devices, order.devices);
        (claim.node.to_string(), claim.devices)
    };
    assert_eq!(charged(&place), ("n1".to_owned(), vec![decided.clone()]));
    let there = device_use("n2");
    place.charge_to(&NodeName::new("n2").unwrap(), None, std::slice::from_ref(&there));
    assert_eq!(charged(&place), ("n2".to_owned(), vec![there]));
    assert_eq!(
        place.offer.devices(),
        std::slice::from_ref(&decided),
        "what was decided stays"
    );
    place.charge_to(
        &NodeName::new("n1").unwrap(),
        None,
        std::slice::from_ref(&decided),
    );
    assert!(place.charged_devices.is_empty());
    assert_eq!(charged(&place), ("n1".to_owned(), vec![decided]));
}

/// The same as [`moved`], where nodes show their GPUs one by one.
fn moved_with_devices() -> (World, usize, NodeName) {
    let mut world = World::new(7);
    for member in &mut world.members {
        member.shows_devices = true;
    }
    let mut world = serving_in(world, one_loose());
    let (member, before) = world.whereabouts(0);
    assert_eq!(charged_devices(&world), [first_device(&before)]);
    let other = move_pods(&mut world, member, &before);
    (world, member, other)
}

fn first_device(node: &NodeName) -> String {
    format!("gpu.example.com/{node}/gpu-0")
}

/// Devices that are charged: the engine and the record say the same.
fn charged_devices(world: &World) -> Vec<String> {
    let names = |uses: &[DeviceUse]| -> Vec<String> {
        let names = uses.iter().map(|one| one.device.to_string());
        names.collect()
    };
    let claims = world.core.fleet().claims();
    let charged: Vec<String> = claims.flat_map(|record| names(&record.claim.devices)).collect();
    let record = the_one(world);
    let place = record.slots[0].assignment.as_ref();
    assert_eq!(
        place.map(|place| names(&place.charged_devices())),
        Some(charged.clone())
    );
    charged
}

#[test]
fn after_the_loss_of_the_store_it_is_charged_where_it_is_found_and_to_what_it_has_there() {
    // What its object carries names the devices that were decided; its cluster says what it has now, before its agent says that it
    // runs, or after that.
    for inventory_first in [true, false] {
        let (mut world, member, other) = moved_with_devices();
        assert_eq!(charged_devices(&world), [first_device(&other)]);
        world.lose(1);
        world.open_session(member);
        if inventory_first {
            world.send_inventory(member);
            world.say_running(member);
        } else {
            world.say_running(member);
            world.send_inventory(member);
        }
        let case = format!("inventory first: {inventory_first}");
        assert_eq!(charged(&world), [other.to_string()], "{case}");
        assert_eq!(charged_devices(&world), [first_device(&other)], "{case}");
        let place = the_one(&world).slots[0].assignment.clone().unwrap();
        assert!(
            place
                .offer
                .devices()
                .iter()
                .all(|one| one.device.to_string() != first_device(&other)),
            "what was decided stays"
        );
    }
}
