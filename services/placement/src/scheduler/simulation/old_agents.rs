//! Agents that cannot remove one of two epochs of a replica: with them two never stand side by side in one cluster, and what
//! stands there already is not removed before what serves can stay.

use hourglass_model::placement::UpdatePolicy;

use super::rolling::{carry_out, condition, new_image, ripen_all, rolling_spec, serving, the_one, update};
use super::*;
use crate::records::placement::ConditionStatus;
use crate::scheduler::port::EvictReplica;

/// The version before [`EXACT_REMOVES`].
const OLD: u32 = EXACT_REMOVES - 1;

impl World {
    /// Another agent, of this version, takes over in a cluster.
    fn replace_agent(&mut self, index: usize, protocol: u32) {
        self.disconnect(index);
        self.members[index].protocol = protocol;
        self.connect(index);
        self.send_inventory(index);
        self.report_all(index, false);
    }

    fn replace_agents(&mut self, protocol: u32) {
        for index in 0..CLUSTERS {
            self.replace_agent(index, protocol);
        }
    }

    fn serving_member(&self) -> usize {
        let record = the_one(self);
        let cluster = &record.slots[0].assignment.as_ref().unwrap().cluster;
        let mut members = self.members.iter();
        members.position(|member| member.name == *cluster).unwrap()
    }
}

/// A wish for one cluster, a replica of which has to serve.
fn in_one_cluster() -> PlacementSpec {
    let mut wish = rolling_spec(1, 1, UpdatePolicy::default(), Some("1"));
    wish.cluster_rules.get_or_insert_default().include = vec!["c0".to_owned()];
    wish
}

#[test]
fn a_successor_comes_up_in_another_cluster() {
    let mut world = serving(spec(1, 1, false));
    let home = world.serving_member();
    world.replace_agents(OLD);
    let input = new_image(&world, 2);
    let record = update(&mut world, &input);
    let successor = record.slots[0].successor.as_ref().unwrap();
    assert_ne!(successor.assignment.cluster, world.members[home].name);
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].serves());
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
    assert!(world.members[home].performers.is_empty());
}

#[test]
fn without_another_cluster_an_update_is_blocked_and_says_why_until_there_is_a_newer_agent() {
    let mut world = serving(in_one_cluster());
    world.replace_agents(OLD);
    let input = new_image(&world, 2);
    let record = update(&mut world, &input);
    assert!(record.slots[0].serves() && record.slots[0].successor.is_none());
    assert_eq!(
        condition(&record),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
    let blocked = record.roll.unwrap().blocked.unwrap();
    assert!(
        blocked.contains("the agent of cluster c0 (version test, protocol 1) is too old"),
        "{blocked}"
    );
    let evict = EvictReplica {
        tenant: tenant(),
        id: record.id.clone(),
        slot: record.slots[0].slot,
        epoch: record.slots[0].epoch,
        reason: String::new(),
        request_id: None,
        traceparent: None,
    };
    let refused = world.round(false, |core, round| core.evict_replica(&evict, None, round));
    assert!(matches!(refused, Some(Err(_))), "{refused:?}");
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].serves());

    world.replace_agent(0, EXACT_REMOVES);
    carry_out(&mut world);
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!(
        (record.state, record.roll.is_none()),
        (PlacementState::Ready, true)
    );
}

#[test]
fn what_stands_beside_what_serves_is_not_removed_by_an_agent_that_would_remove_both() {
    let mut world = serving(in_one_cluster());
    let serves = the_one(&world).slots[0].epoch;
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    world.replace_agent(0, OLD);
    // The successor is not wanted any more.
    let input = new_image(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    let record = the_one(&world);
    assert!(record.slots[0].serves() && record.slots[0].epoch == serves);
    let epochs = |world: &World| -> Vec<u64> {
        let all = world.members[0].performers.keys();
        all.map(|(_, epoch)| epoch.0).collect()
    };
    assert_eq!(epochs(&world).len(), 2, "both stay");

    world.replace_agent(0, EXACT_REMOVES);
    carry_out(&mut world);
    assert!(the_one(&world).slots[0].serves());
    ripen_all(&mut world);
    let record = the_one(&world);
    assert_eq!(
        (record.state, record.slots[0].epoch > serves),
        (PlacementState::Ready, true)
    );
    assert_eq!(epochs(&world), [record.slots[0].epoch.0]);
}

#[test]
fn once_neither_is_wanted_an_old_agent_removes_both() {
    let mut world = serving(in_one_cluster());
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    world.replace_agent(0, OLD);
    let input = new_image(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    world.remove("p");
    carry_out(&mut world);
    assert!(world.members[0].performers.is_empty());
    assert_eq!(world.core.placements().count(), 0);
}
