//! The largest request that is taken, with as many replicas as there may be: created, run and deleted through the real
//! records and batches, which the store's own rules check.

use hourglass_model::request::{MAX_REPLICAS, MAX_RESOURCE_NAME_BYTES, MAX_RESOURCES, MAX_SPEC_BYTES};

use super::*;
use crate::edge::convert::placement_in::{MAX_ANNOTATION_BYTES, MAX_LABELS};
use crate::scheduler::port::UpdateCluster;

/// Names of as many resources as a request may have, as long as they may be.
fn resources() -> Vec<String> {
    const NATIVE: [&str; 3] = ["cpu", "ephemeral-storage", "memory"];
    let others = MAX_RESOURCES - NATIVE.len();
    let native: usize = NATIVE.iter().map(|name| name.len()).sum();
    let each = (MAX_RESOURCE_NAME_BYTES - native) / others;
    let others = (0..others).map(|number| format!("r.b/{number:0>width$}", width = each - 4));
    NATIVE.into_iter().map(str::to_owned).chain(others).collect()
}

fn largest() -> PlacementSpec {
    let requests: BTreeMap<String, &str> = resources().into_iter().map(|name| (name, "1")).collect();
    let spec = |args: usize| {
        serde_json::json!({
            "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "a/b:1",
                "config": {"args": ["x".repeat(args)]}},
            "compute": {"requests": requests},
            "replicas": MAX_REPLICAS,
        })
    };
    let rest = spec(0).to_string().len();
    serde_json::from_value(spec(MAX_SPEC_BYTES - rest - 64)).unwrap()
}

impl World {
    /// Nodes have all that the largest request asks for.
    fn with_resources(seed: u64) -> Self {
        let mut world = Self::new(seed);
        for member in &mut world.members {
            member.more = resources()
                .iter()
                .map(|name| (ResourceName::new(name).unwrap(), 1_000_000))
                .collect();
        }
        world.connect_all();
        world
    }

    fn create_largest(&mut self, request_id: &str) {
        let input = CreatePlacement {
            labels: (0..MAX_LABELS)
                .map(|number| (format!("{}/{number:0>63}", ["x"; 100].join(".")), "v".repeat(63)))
                .collect(),
            annotations: [("a".to_owned(), "\"".repeat(MAX_ANNOTATION_BYTES / 2 - 8))].into(),
            request_id: Some(request_id.to_owned()),
            ..creation(PlacementId::new("p").unwrap(), largest())
        };
        self.round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
            .unwrap();
    }

    /// One command in a round that takes as many as the real loop would.
    fn in_full_round<T>(&mut self, command: impl FnOnce(&mut Core, &mut Round) -> T) -> T {
        if self.open.is_none() {
            self.plan.more = 512;
        }
        self.round(false, command).unwrap()
    }

    fn carry_out(&mut self) {
        for _ in 0..3 {
            for index in 0..CLUSTERS {
                while self.obey(index, false) {}
                self.send_inventory(index);
                self.report_all(index, false);
            }
        }
    }
}

#[test]
fn the_largest_request_runs_with_all_replicas_and_goes_again_however_often_that_is_asked() {
    let mut world = World::with_resources(1);
    world.create_largest("create");
    world.carry_out();
    let record = world.core.placements().next().unwrap();
    assert_eq!(record.state, PlacementState::Ready, "{:?}", record.conditions);
    assert_eq!(record.assigned().count(), usize::try_from(MAX_REPLICAS).unwrap());
    for number in 0..200 {
        let input = DeletePlacement {
            tenant: tenant(),
            id: PlacementId::new("p").unwrap(),
            etag: None,
            request_id: Some(format!("delete-{number}")),
            force: false,
            traceparent: None,
        };
        world
            .in_full_round(|core, round| core.delete_placement(&input, None, round))
            .unwrap();
    }
    world.commit();
    assert_eq!(
        world.core.placements().next().unwrap().state,
        PlacementState::Deleting
    );
    world.restart();
    world.connect_all();
    world.carry_out();
    assert_eq!(world.core.placements().count(), 0);
    assert!(world.members.iter().all(|member| member.performers.is_empty()));
}

#[test]
fn many_calls_about_one_cluster_in_one_round_are_all_remembered() {
    let mut world = World::with_resources(1);
    let mut batches = 0;
    for number in 0..200 {
        let input = UpdateCluster {
            cluster: world.members[0].name.clone(),
            labels: None,
            taints: None,
            cordoned: Some(number % 2 == 0),
            etag: None,
            request_id: Some(format!("update-{number}")),
        };
        world
            .in_full_round(|core, round| core.update_cluster(input, None, round))
            .unwrap();
        batches += u32::from(world.open.is_none());
    }
    world.commit();
    assert!(batches > 1, "a round ended before it was too large");
    let remembered = world.disk.keys().filter(|key| key.starts_with("requests/"));
    assert_eq!(remembered.count(), 200);
}
