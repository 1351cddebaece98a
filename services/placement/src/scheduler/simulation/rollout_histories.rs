//! Updates, rollbacks, evictions, moves and changes of the number of replicas, under the same random faults, with performers that
//! take their time to serve and some that are lost.
//!
//! What must hold beside the rules of every history, checked from outside the loop:
//! 1. an update that was acknowledged is never lost, whatever crashes: the placement wants what it was told last;
//! 2. what serves, or has served and is well, is taken away by our own doing only after its successor has served, whether or not
//!    the update is blocked or given up; unless RECREATE was asked for (`availability`);
//! 3. by our own doing never fewer serve than `disruption.minAvailable`, whatever rolls, is evicted, or moves off a node that
//!    somebody empties (`availability`);
//! 4. never more successors of updates and moves stand beside what they replace than `update.maxParallel`;
//! 5. both epochs of a slot survive every crash: what was decided for it is on disk, and its claims with it;
//! 6. once the world is quiet, every replica carries the current generation, or the update says what blocks it while the
//!    earlier one serves on; earlier specs are kept, so many and no more.

use hourglass_model::ids::Slot;
use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::agents::{BAD, is_good};
use super::asking::id;
use super::availability::Availability;
use super::bad_images::first_of_bad_history;
use super::histories::covers;
use super::rolling::{change, rolling_spec, with_image};
use super::timed_rules::with_deadlines;
use super::*;
use crate::scheduler::port::{CallError, EvictReplica, RollbackPlacement};

/// What a history of updates remembers beside its world.
pub(super) struct Rolling {
    pub(super) world: World,
    /// Waits and starts of its placements have their deadlines, and time passes.
    pub(super) timed: bool,
    /// The image that each placement was told last, as far as that was acknowledged.
    pub(super) images: BTreeMap<PlacementId, String>,
    /// Changes whose outcome nobody knows: the process died on the way.
    pub(super) unknown: BTreeSet<PlacementId>,
    updates: u32,
    pub(super) checked: usize,
    pub(super) availability: Availability,
    /// Places of which the server knows that they serve, or have.
    pub(super) heard_to_serve: BTreeSet<(SlotKey, Epoch)>,
    /// Performers that served and were removed after a later one of their slot had served.
    pub(super) buried_after: usize,
    /// Placements that have lost a performer in this step.
    pub(super) lost: BTreeSet<PlacementUid>,
    /// Replicas that have moved off a node that was emptied, with the epochs of the places that they left.
    pub(super) moved: BTreeSet<(SlotKey, Epoch)>,
    /// Some are told an image of which nothing starts.
    pub(super) bad_images: bool,
}

impl Rolling {
    pub(super) fn new(seed: u64) -> Self {
        let mut world = World::new(seed);
        world.slow_starts = true;
        world.connect_all();
        Self {
            world,
            timed: false,
            images: BTreeMap::new(),
            unknown: BTreeSet::new(),
            updates: 0,
            checked: 0,
            availability: Availability::default(),
            heard_to_serve: BTreeSet::new(),
            buried_after: 0,
            lost: BTreeSet::new(),
            moved: BTreeSet::new(),
            bad_images: false,
        }
    }

    fn create(&mut self) {
        let world = &mut self.world;
        if world.core.placements().count() >= 4 {
            return;
        }
        world.created += 1;
        let id = id(&format!("p{}", world.created));
        let recreate = world.rng.random_bool(0.2);
        let update = UpdatePolicy {
            strategy: recreate.then_some(UpdateStrategy::Recreate),
            max_parallel: Some(world.rng.random_range(1..=2)),
            progress_deadline: None,
        };
        let least = [None, Some("1"), Some("50%")][world.rng.random_range(0..3)];
        let (gpus, replicas) = (world.rng.random_range(1..=2), world.rng.random_range(1..=3));
        let wish = PlacementSpec {
            gang: world.rng.random_bool(0.2),
            ..rolling_spec(gpus, replicas, update, least)
        };
        let wish = if self.timed {
            with_deadlines(&mut world.rng, wish)
        } else if self.bad_images {
            first_of_bad_history(&mut world.rng, wish)
        } else {
            wish
        };
        let input = creation(id.clone(), wish.clone());
        match world.round(false, |core, round| core.create_placement(&input, None, round)) {
            Some(Ok(_)) => {
                world.answered(Answer::Created(id.clone()));
                self.told(&id, Some(wish.performer.image), true);
            }
            // Nothing could ever be recreated.
            Some(Err(CallError::Invalid(_))) => {}
            Some(Err(error)) => panic!("{error}"),
            None => drop(self.unknown.insert(id)),
        }
    }

    fn pick(&mut self) -> Option<PlacementRecord> {
        let live: Vec<_> = self
            .world
            .core
            .placements()
            .filter(|record| record.delete_time.is_none())
            .cloned()
            .collect();
        let at = self.world.rng.random_range(0..live.len().max(1));
        live.into_iter().nth(at)
    }

    /// The outcome of a change: acknowledged only once its round is durable.
    fn told(&mut self, of: &PlacementId, image: Option<String>, durable: bool) {
        match (durable && self.world.open.is_none(), image) {
            (true, Some(image)) => {
                self.images.insert(of.clone(), image);
                self.unknown.remove(of);
            }
            (true, None) => {}
            // Part of a round that is still open, or lost with its process.
            (false, _) => drop(self.unknown.insert(of.clone())),
        }
    }

    fn update(&mut self) {
        let Some(record) = self.pick() else { return };
        self.updates += 1;
        let rng = &mut self.world.rng;
        let crash = rng.random_bool(0.1);
        let (given, fields): (PlacementSpec, &[&str]) = match rng.random_range(0..10) {
            0..6 => {
                let mut given = with_image(record.spec.clone(), self.updates);
                if self.bad_images && rng.random_bool(0.4) {
                    given.performer.image = format!("{BAD}:{}", self.updates);
                }
                (given, &["spec.performer.image"])
            }
            6..8 => {
                let replicas = Some(rng.random_range(1..=3));
                (
                    PlacementSpec {
                        replicas,
                        ..record.spec.clone()
                    },
                    &["spec.replicas"],
                )
            }
            8 => {
                let gpus = rng.random_range(1..=2);
                (spec(gpus, 1, false), &["spec.compute"])
            }
            _ => {
                let priority = Some(rng.random_range(-5..5));
                (
                    PlacementSpec {
                        priority,
                        ..record.spec.clone()
                    },
                    &["spec.priority"],
                )
            }
        };
        self.tell(&record, given, fields, crash);
    }

    /// Some placement is told an image of which nothing starts.
    pub(super) fn update_to_bad(&mut self) {
        let Some(record) = self.pick() else { return };
        self.updates += 1;
        let mut given = record.spec.clone();
        given.performer.image = format!("{BAD}:{}", self.updates);
        self.tell(&record, given, &["spec.performer.image"], false);
    }

    fn tell(&mut self, record: &PlacementRecord, given: PlacementSpec, fields: &[&str], crash: bool) {
        let image = fields[0].contains("image").then(|| given.performer.image.clone());
        let input = change(&record.id, given, fields);
        let answer = self
            .world
            .round(crash, |core, round| core.update_placement(&input, None, round));
        match answer {
            Some(Ok(_)) => self.told(&record.id, image, true),
            // More generations at once than are allowed, or replicas below what must serve.
            Some(Err(CallError::Precondition(_) | CallError::Invalid(_))) => {}
            Some(Err(error)) => panic!("{error}"),
            None => self.told(&record.id, image, false),
        }
    }

    pub(super) fn rollback(&mut self) {
        let Some(record) = self.pick() else { return };
        let Some(revision) = self.world.core.earlier_revisions(&record).next().cloned() else {
            return;
        };
        let input = RollbackPlacement {
            tenant: tenant(),
            id: record.id.clone(),
            revision: revision.generation,
            etag: None,
            request_id: None,
            validate_only: false,
            traceparent: None,
        };
        let answer = self
            .world
            .round(false, |core, round| core.rollback_placement(&input, None, round));
        let image = Some(revision.spec.performer.image);
        match answer {
            Some(Ok(_)) => self.told(&record.id, image, true),
            Some(Err(CallError::Precondition(_) | CallError::Invalid(_))) => {}
            Some(Err(error)) => panic!("{error}"),
            None => self.told(&record.id, image, false),
        }
    }

    fn evict(&mut self) {
        let Some(record) = self.pick() else { return };
        let slot = Slot(self.world.rng.random_range(0..3));
        let Some(epoch) = record.slot(slot).map(|slot| slot.epoch) else {
            return;
        };
        let input = EvictReplica {
            tenant: tenant(),
            id: record.id.clone(),
            slot,
            epoch,
            reason: "by the simulation".to_owned(),
            request_id: None,
            traceparent: None,
        };
        let crash = self.world.rng.random_bool(0.1);
        let answer = self
            .world
            .round(crash, |core, round| core.evict_replica(&input, None, round));
        assert!(
            matches!(
                answer,
                None | Some(Ok(_) | Err(CallError::Precondition(_) | CallError::InventoryIncomplete))
            ),
            "{answer:?}"
        );
    }

    /// One performer begins to serve.
    fn ripen(&mut self) {
        let world = &mut self.world;
        let index = world.rng.random_range(0..CLUSTERS);
        let member = &mut world.members[index];
        let unripe: Vec<_> = member
            .performers
            .iter()
            .filter(|(_, performer)| !performer.ready && is_good(&performer.image))
            .map(|(key, _)| key.clone())
            .collect();
        if unripe.is_empty() {
            return;
        }
        let key = unripe[world.rng.random_range(0..unripe.len())].clone();
        if let Some(performer) = member.performers.get_mut(&key) {
            performer.ready = true;
            world.ever_ready.insert(key);
        }
    }

    /// A performer is taken away in its cluster, and the agent says so at once.
    fn lose(&mut self) {
        let index = self.world.rng.random_range(0..CLUSTERS);
        let member = &mut self.world.members[index];
        let Some(session) = &member.session else { return };
        let id = session.id.clone();
        let all: Vec<_> = member.performers.keys().cloned().collect();
        if all.is_empty() {
            return;
        }
        let at = self.world.rng.random_range(0..all.len());
        let (key, epoch) = all[at].clone();
        self.world.members[index].performers.remove(&(key.clone(), epoch));
        self.lost.insert(key.placement_uid.clone());
        let report = PerformerReport {
            phase: Phase::Terminating,
            reason: "GONE".to_owned(),
            ..not_ready(&key.placement_uid, key.slot, epoch)
        };
        self.world.say(&id, &report);
    }

    /// A performer serves no more, until it ripens again; its agent says so at once, or when it is back.
    fn blip(&mut self) {
        let index = self.world.rng.random_range(0..CLUSTERS);
        let member = &mut self.world.members[index];
        let mut ready: Vec<_> = member.performers.iter_mut().collect();
        ready.retain(|(_, performer)| performer.ready);
        if ready.is_empty() {
            return;
        }
        let at = self.world.rng.random_range(0..ready.len());
        let (key, performer) = &mut ready[at];
        performer.ready = false;
        self.lost.insert(key.0.placement_uid.clone());
        if self.world.rng.random_bool(0.5) {
            self.world.report_all(index, false);
        }
    }

    /// Somebody empties a node, or makes it usable again.
    pub(super) fn cordon(&mut self) {
        let index = self.world.rng.random_range(0..CLUSTERS);
        let node = NodeName::new(format!("n{}", self.world.rng.random_range(0..NODES))).unwrap();
        let cordoned = &mut self.world.members[index].cordoned;
        if !cordoned.remove(&node) {
            cordoned.insert(node);
        }
        self.world.report_all(index, false);
    }

    /// Agents that are connected are heard of, and those that are away are back after some steps: nothing is updated or moves in a
    /// fleet that is silent.
    fn agents_speak(&mut self) {
        // Where time passes, silence is to last now and then.
        let back = if self.timed { 0.04 } else { 0.15 };
        let world = &mut self.world;
        world.touch_all();
        for index in 0..CLUSTERS {
            match &world.members[index].session {
                None if world.rng.random_bool(back) => world.connect(index),
                Some(session) if !session.inventory_sent && world.rng.random_bool(0.3) => {
                    world.send_inventory(index);
                }
                _ => {}
            }
        }
    }

    pub(super) fn step(&mut self) {
        self.agents_speak();
        self.world.plan_round();
        let index = self.world.rng.random_range(0..CLUSTERS);
        match self.world.rng.random_range(0..100) {
            0..6 => self.create(),
            6..12 => self.update(),
            12..14 => self.rollback(),
            14..17 => self.evict(),
            17..18 => self.world.delete(false),
            18..20 => self.restart(),
            20..22 => self.world.disconnect(index),
            22..30 => {
                if self.world.members[index].session.is_none() {
                    // Now and then an agent of before there were exact removals.
                    let old = u32::from(self.world.rng.random_bool(0.2));
                    self.world.members[index].protocol = EXACT_REMOVES - old;
                    self.world.connect(index);
                }
            }
            30..55 => {
                for _ in 0..self.world.rng.random_range(1..=4) {
                    let lose = self.world.rng.random_bool(0.03);
                    self.world.obey(index, lose);
                }
            }
            55..63 => self.world.send_inventory(index),
            63..76 => self.ripen(),
            76..77 => self.lose(),
            77..80 => self.cordon(),
            80..82 => self.blip(),
            _ => self.world.report_all(index, false),
        }
        self.world.check();
        self.check();
    }

    fn restart(&mut self) {
        self.world.restart();
    }
}

#[test]
fn no_history_of_updates_loses_one_or_what_serves() {
    let all = histories(50, rolled);
    covers(&all, 2, "something has to stay", |rolling| {
        rolling.availability.tight
    });
    covers(&all, 2, "something is followed", |rolling| {
        rolling.availability.followed
    });
    covers(&all, 5, "what served is removed", |rolling| rolling.buried_after);
    covers(&all, 6, "something moves", |rolling| rolling.moved.len());
}

/// The history of this seed, at rest.
fn rolled(seed: u64) -> Rolling {
    let mut rolling = Rolling::new(seed);
    for _ in 0..200 {
        rolling.step();
    }
    rolling.settle();
    rolling.check_settled();
    rolling
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let keys = |rolling: Rolling| rolling.world.disk;
    assert!(
        keys(rolled(5)) == keys(rolled(5)),
        "chance comes from elsewhere than the seed"
    );
}
