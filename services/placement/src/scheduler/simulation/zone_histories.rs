//! Histories of placements with rules over clusters, regions and zones, in clusters of which some nodes stand in no zone, whose
//! agents are away now and then, mostly for moments only, and whose server starts anew in between.
//!
//! What must hold beside the rules of every history stands in [`super::late_decisions`].

use hourglass_model::ids::Slot;
use serde_json::{Value, json};

use super::histories::covers;
use super::late_decisions::{self, Seen};
use super::*;
use crate::scheduler::port::{CallError, EvictReplica};

/// A world in which nodes stand in some zone or in none, and clusters in regions.
fn zoned(seed: u64) -> World {
    let mut world = World::new(70_000 + seed);
    world.patient_starts = true;
    let zones = [Some("z0"), Some("z1"), Some("z2"), None];
    let regions = [Some("eu"), Some("us"), None];
    for index in 0..CLUSTERS {
        for node in 0..NODES {
            world.members[index].zones[node] = zones[world.rng.random_range(0..zones.len())];
        }
        let region = regions[world.rng.random_range(0..regions.len())];
        world.stand_in(index, region);
    }
    world.restart();
    late_decisions::watch();
    world.connect_all();
    world
}

impl World {
    /// A cluster's region, as its operator has written it.
    fn stand_in(&mut self, index: usize, region: Option<&str>) {
        let key = crate::records::keys::cluster(&self.members[index].name).unwrap();
        let stored = self.disk.get(key.as_str()).unwrap();
        let mut record: ClusterRecord = decode(key.as_str(), stored).unwrap();
        record.labels = region
            .map(|region| ("topology.kubernetes.io/region".to_owned(), region.to_owned()))
            .into_iter()
            .collect();
        let value = crate::records::encode(key.as_str(), &record).unwrap();
        self.disk.insert(key.as_str().to_owned(), value);
    }

    /// One of these, each as likely.
    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.rng.random_range(0..all.len())].clone()
    }

    /// What a placement asks of where others are.
    fn rule(&mut self) -> Value {
        let topology = self.one_of(&["CLUSTER", "REGION", "ZONE", "ZONE"]);
        let app = self.one_of(&["a", "b"]);
        let selector = json!({"matchLabels": {"app": app}});
        match self.rng.random_range(0..10) {
            0..3 => {
                let mut spread = json!({"maxSkew": 1, "topology": topology});
                if self.rng.random_bool(0.5) {
                    spread["selector"] = selector;
                }
                let binds = self.rng.random_bool(0.8);
                spread["whenUnsatisfiable"] = json!(if binds {
                    "DO_NOT_SCHEDULE"
                } else {
                    "SCHEDULE_ANYWAY"
                });
                json!({"spread": [spread]})
            }
            3..5 => json!({"affinity": [{"selector": selector, "topology": topology}]}),
            5..7 => json!({"antiAffinity": [{"selector": selector, "topology": topology}]}),
            7..9 => {
                let first = self.one_of(&["c0", "c1"]);
                json!({"clusterPreferences": [{"clusters": [first]}]})
            }
            _ => json!({}),
        }
    }

    fn ask_with_rules(&mut self) {
        self.created += 1;
        let id = PlacementId::new(format!("p{}", self.created)).unwrap();
        let app = self.one_of(&["a", "b"]);
        let (gpus, replicas) = (self.rng.random_range(1..=3), self.rng.random_range(1..=3));
        let plain = PlacementSpec {
            priority: Some(self.one_of(&[0, 0, 5, 10])),
            ..spec(gpus, replicas, self.rng.random_bool(0.2))
        };
        let mut wish = serde_json::to_value(plain).unwrap();
        if let (Value::Object(wish), Value::Object(rule)) = (&mut wish, self.rule()) {
            wish.extend(rule);
        }
        let input = CreatePlacement {
            labels: [("app".to_owned(), app.to_owned())].into(),
            ..creation(id.clone(), serde_json::from_value(wish).unwrap())
        };
        let crash = self.rng.random_bool(0.1);
        match self.round(crash, |core, round| core.create_placement(&input, None, round)) {
            Some(Ok(_)) => self.answered(Answer::Created(id)),
            // More replicas than there could ever be places that are apart.
            Some(Err(CallError::Invalid(_))) | None => {}
            Some(Err(error)) => panic!("{error}"),
        }
    }

    fn evict_one(&mut self) {
        let live: Vec<_> = self.acknowledged.difference(&self.deleted).cloned().collect();
        if live.is_empty() {
            return;
        }
        let id = self.one_of(&live);
        let slot = Slot(self.rng.random_range(0..3));
        let record = self.core.placement(&tenant(), &id);
        let Some(epoch) = record.and_then(|record| Some(record.slot(slot)?.epoch)) else {
            return;
        };
        let input = EvictReplica {
            tenant: tenant(),
            id,
            slot,
            epoch,
            reason: "by the simulation".to_owned(),
            request_id: None,
            traceparent: None,
        };
        let answer = self.round(false, |core, round| core.evict_replica(&input, None, round));
        assert!(
            matches!(
                answer,
                None | Some(Ok(_) | Err(CallError::Precondition(_) | CallError::InventoryIncomplete))
            ),
            "{answer:?}"
        );
    }

    /// Agents that are connected are heard of meanwhile; what is due is done.
    fn moments_pass(&mut self) {
        let length = Duration::from_millis(self.rng.random_range(500..4000));
        self.later(length);
        self.touch_all();
        self.round(false, |core, round| {
            core.judge_clusters(round);
            core.due_orders(round);
            core.end_avoidances(round.instant);
            core.fire_timers(round);
        });
    }

    fn zoned_step(&mut self) {
        self.plan_round();
        self.touch_all();
        let index = self.rng.random_range(0..CLUSTERS);
        match self.rng.random_range(0..100) {
            0..14 => self.ask_with_rules(),
            14..24 => self.delete(false),
            24..26 => self.restart(),
            26..32 => self.disconnect(index),
            32..46 => {
                if self.members[index].session.is_none() {
                    self.connect(index);
                }
            }
            46..66 => {
                let lose = self.rng.random_bool(0.05);
                self.obey(index, lose);
            }
            66..75 => self.send_inventory(index),
            75 => self.lose_delta(index),
            76..84 => self.report_all(index, false),
            84..87 => self.evict_one(),
            _ => self.moments_pass(),
        }
        self.check();
    }
}

fn history(seed: u64) -> Seen {
    let mut world = zoned(seed);
    for _ in 0..200 {
        world.zoned_step();
    }
    let seen = late_decisions::unwatch();
    world.settle();
    world.check_settled();
    seen
}

#[test]
fn no_history_decides_worse_for_a_cluster_that_is_away_for_moments() {
    let all = histories(30, history);
    covers(&all, 1, "something is decided", |seen| seen.decisions);
    covers(&all, 2, "something is decided while a cluster is late", |seen| {
        seen.while_late
    });
    covers(&all, 2, "something is put off", |seen| seen.waits);
    covers(&all, 2, "it is better to wait", |seen| seen.spared);
}
