//! Evictions of replicas whose node is their cluster's choice: nothing of theirs comes up where it could get that node again.

use hourglass_model::ids::Slot;
use hourglass_model::placement::PinScope;

use super::asking::id;
use super::rolling::{carry_out, ripen_all, serving, the_one};
use super::*;
use crate::scheduler::port::{CallError, EvictReplica, PlacementAnswer};

/// A replica that is pinned to its cluster only, and may be in these.
fn pinned_to_its_cluster(clusters: &[&str]) -> PlacementSpec {
    let mut wish = spec(1, 1, false);
    wish.pin = Some(PinScope::Cluster);
    let rules = wish.cluster_rules.get_or_insert_default();
    rules.include = clusters.iter().map(|&name| name.to_owned()).collect();
    wish
}

fn evict(world: &mut World) -> Result<PlacementAnswer, CallError> {
    let input = EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(0),
        epoch: the_one(world).slots[0].epoch,
        reason: "its node is wanted empty".to_owned(),
        request_id: None,
        traceparent: None,
    };
    world
        .round(false, |core, round| core.evict_replica(&input, None, round))
        .unwrap()
}

#[test]
fn where_the_cluster_chooses_the_node_the_successor_goes_to_another_cluster() {
    let mut world = serving(pinned_to_its_cluster(&[]));
    let before = the_one(&world).slots[0].assignment.clone().unwrap();
    assert_eq!(before.node, None);
    evict(&mut world).unwrap();
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    let slot = &record.slots[0];
    assert!(slot.serves() && slot.successor.is_none());
    assert_ne!(slot.assignment.as_ref().unwrap().cluster, before.cluster);
    let mut left = world
        .members
        .iter()
        .filter(|member| member.name == before.cluster);
    assert!(left.all(|member| member.performers.is_empty()));
}

#[test]
fn where_no_other_cluster_will_do_it_is_refused_and_says_why() {
    let mut world = serving(pinned_to_its_cluster(&["c1"]));
    let before = the_one(&world).slots[0].clone();
    let Err(CallError::Precondition(why)) = evict(&mut world) else {
        panic!("it cannot be kept off the node")
    };
    assert!(why.contains("pin CLUSTER"), "{why}");
    assert!(
        why.contains("had pin NODE") && why.contains("cordon its node"),
        "{why}"
    );
    assert_eq!(the_one(&world).slots[0].epoch, before.epoch);
    assert!(the_one(&world).slots[0].serves());
}
