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

use hourglass_model::ids::{Generation, Slot};
use hourglass_model::placement::{Disruption, UpdatePolicy, UpdateStrategy};

use super::availability::Availability;
use super::timed_rules::with_deadlines;
use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::records::{RevisionRecord, keys};
use crate::scheduler::merge::{FieldPath, Wish};
use crate::scheduler::port::{CallError, EvictReplica, RollbackPlacement, UpdatePlacement};
use crate::scheduler::revisions::KEPT_SPECS;

fn id(text: &str) -> PlacementId {
    PlacementId::new(text).unwrap()
}

/// A change of these fields to what `given` has.
pub(super) fn change(of: &PlacementId, given: PlacementSpec, fields: &[&str]) -> UpdatePlacement {
    UpdatePlacement {
        tenant: tenant(),
        id: of.clone(),
        fields: fields
            .iter()
            .map(|path| FieldPath::new(path.split('.').map(str::to_owned).collect()))
            .collect(),
        given: Wish {
            spec: given,
            ..Wish::default()
        },
        etag: None,
        request_id: None,
        allow_missing: false,
        validate_only: false,
        traceparent: None,
    }
}

/// The same spec with another image.
fn with_image(mut spec: PlacementSpec, number: u32) -> PlacementSpec {
    spec.performer.image = format!("example.org/performer:{number}");
    spec
}

pub(super) fn rolling_spec(
    gpus: i64,
    replicas: i32,
    update: UpdatePolicy,
    min_available: Option<&str>,
) -> PlacementSpec {
    PlacementSpec {
        update: Some(update),
        disruption: min_available.map(|least| Disruption {
            min_available: Some(least.to_owned()),
        }),
        ..spec(gpus, replicas, false)
    }
}

/// What a history of updates remembers beside its world.
pub(super) struct Rolling {
    pub(super) world: World,
    /// Waits and starts of its placements have their deadlines, and time passes.
    pub(super) timed: bool,
    /// The image that each placement was told last, as far as that was acknowledged.
    images: BTreeMap<PlacementId, String>,
    /// Changes whose outcome nobody knows: the process died on the way.
    unknown: BTreeSet<PlacementId>,
    updates: u32,
    checked: usize,
    availability: Availability,
    /// Places of which the server knows that they serve, or have.
    heard_to_serve: BTreeSet<(SlotKey, Epoch)>,
    /// Performers that served and were removed after a later one of their slot had served.
    buried_after: usize,
    /// Placements that have lost a performer in this step.
    lost: BTreeSet<PlacementUid>,
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
            0..6 => (
                with_image(record.spec.clone(), self.updates),
                &["spec.performer.image"],
            ),
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

    fn rollback(&mut self) {
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
            matches!(answer, None | Some(Ok(_) | Err(CallError::Precondition(_)))),
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
            .filter(|(_, performer)| !performer.ready)
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
    fn cordon(&mut self) {
        let index = self.world.rng.random_range(0..CLUSTERS);
        let node = NodeName::new(format!("n{}", self.world.rng.random_range(0..NODES))).unwrap();
        let cordoned = &mut self.world.members[index].cordoned;
        if !cordoned.remove(&node) {
            cordoned.insert(node);
        }
    }

    pub(super) fn step(&mut self) {
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
                let lose = self.world.rng.random_bool(0.05);
                self.world.obey(index, lose);
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

    pub(super) fn check(&mut self) {
        let live: Vec<PlacementRecord> = self.world.core.placements().cloned().collect();
        for record in &live {
            // 4.
            let bounded = |slot: &&crate::records::SlotRecord| {
                let successor = slot.successor.as_ref();
                successor.is_some_and(|one| matches!(one.cause, Reason::Superseded | Reason::Drained))
            };
            let most = record
                .spec
                .update
                .as_ref()
                .and_then(|update| update.max_parallel)
                .unwrap_or(1);
            let successors = record.slots.iter().filter(bounded).count();
            assert!(
                successors <= usize::try_from(most).unwrap(),
                "{}: {successors} successors at once",
                record.name()
            );
            for (slot, epoch, assignment) in record.places() {
                let place = (SlotKey::of(&record.uid, slot), epoch);
                // A crash may have made it forget.
                if assignment.observed.started {
                    self.heard_to_serve.insert(place);
                } else {
                    self.heard_to_serve.remove(&place);
                }
            }
            // 5.
            for (slot, epoch, _) in record.places().filter(|_| record.delete_time.is_none()) {
                let claim = ClaimId {
                    placement: record.uid.clone(),
                    slot,
                    epoch,
                };
                assert!(
                    self.world.core.fleet().claim_record(&claim).is_some(),
                    "{claim:?} has no claim"
                );
            }
            // 1.
            let known = self
                .images
                .get(&record.id)
                .filter(|_| !self.unknown.contains(&record.id));
            if let Some(image) = known {
                assert_eq!(
                    &record.spec.performer.image,
                    image,
                    "{}: an update is lost",
                    record.name()
                );
            }
        }
        self.check_burials(&live);
        // 3.
        self.availability
            .check(&self.world, &std::mem::take(&mut self.lost));
    }

    /// 2, at the moment at which something that served was removed.
    fn check_burials(&mut self, live: &[PlacementRecord]) {
        let burials = self
            .world
            .burials
            .split_off(self.checked.min(self.world.burials.len()));
        self.world.burials.clear();
        self.checked = 0;
        for (key, epoch, served) in burials.into_iter().filter(|(.., served)| *served) {
            let record = live.iter().find(|record| record.uid == key.placement_uid);
            let Some(record) = record.filter(|record| served && record.delete_time.is_none()) else {
                continue;
            };
            let recreates = record
                .spec
                .update
                .as_ref()
                .is_some_and(|update| update.strategy == Some(UpdateStrategy::Recreate));
            let Some(slot) = record.slot(key.slot) else {
                continue;
            };
            let attempt = slot.attempts.iter().find(|attempt| attempt.epoch == epoch);
            let superseded = attempt.is_some_and(|attempt| attempt.reason == Reason::Superseded);
            // One that the server had not heard to serve may be replaced where it is.
            let heard = self.heard_to_serve.contains(&(key.clone(), epoch));
            let is_dropped = slot.epoch < epoch;
            if superseded && heard && !recreates && !is_dropped {
                let mut ready = self.world.ever_ready.iter();
                assert!(
                    ready.any(|(other, later)| *other == key && *later > epoch),
                    "{} slot {} epoch {epoch} served, and went before any successor served",
                    record.name(),
                    key.slot
                );
                self.buried_after += 1;
            }
        }
    }

    /// Replicas that have moved off a node that was emptied.
    fn moved(&self) -> usize {
        let slots = self.world.core.placements().flat_map(|record| &record.slots);
        let attempts = slots.flat_map(|slot| &slot.attempts);
        attempts
            .filter(|attempt| attempt.reason == Reason::Drained)
            .count()
    }

    /// Everything arrives, and everything serves at last.
    pub(super) fn settle(&mut self) {
        self.world.commit();
        self.world.slow_starts = false;
        for index in 0..CLUSTERS {
            if self.world.members[index].protocol < EXACT_REMOVES {
                self.world.disconnect(index);
            }
        }
        for member in &mut self.world.members {
            member.protocol = EXACT_REMOVES;
            member.cordoned.clear();
            for (key, performer) in &mut member.performers {
                performer.ready = true;
                self.world.ever_ready.insert(key.clone());
            }
        }
        self.world.settle();
        // Also of all that followed since the last step.
        self.availability.check(&self.world, &BTreeSet::new());
    }

    pub(super) fn check_settled(&self) {
        self.world.check_settled();
        for record in self.world.core.placements() {
            let outdated = record
                .assigned()
                .any(|(_, assignment)| !record.is_current(assignment));
            let blocked = record.roll.as_ref().is_some_and(|roll| roll.blocked.is_some());
            assert!(
                !outdated || blocked,
                "{}: an update stands still: {record:#?}",
                record.name()
            );
            for slot in &record.slots {
                assert!(
                    slot.successor.is_none(),
                    "{}: a successor stands still",
                    record.name()
                );
                assert!(slot.failed_starts < MAX_FAILED_STARTS);
            }
            let updated = record.condition(ConditionKind::Updated);
            if let (None, Some(updated)) = (&record.roll, updated) {
                assert_eq!(updated.status, ConditionStatus::True, "{updated:?}");
            }
            let kept = self.world.core.earlier_revisions(record).count();
            assert!(kept < KEPT_SPECS);
            let stored = keys::REVISIONS.to_owned() + record.uid.as_str();
            let on_disk: Vec<RevisionRecord> = self
                .world
                .disk
                .iter()
                .filter(|(key, _)| key.starts_with(&stored))
                .map(|(key, value)| decode(key, value).unwrap())
                .collect();
            assert!(on_disk.len() >= kept);
            assert!(
                on_disk
                    .iter()
                    .all(|revision| revision.generation < record.generation)
            );
        }
        let uids: BTreeSet<String> = self
            .world
            .core
            .placements()
            .map(|record| record.uid.to_string())
            .collect();
        for key in self
            .world
            .disk
            .keys()
            .filter_map(|key| key.strip_prefix(keys::REVISIONS))
        {
            let uid = key.split('/').next().unwrap();
            assert!(uids.contains(uid), "earlier specs of {uid} outlive it");
        }
    }
}

#[test]
fn no_history_of_updates_loses_one_or_what_serves() {
    let all = histories(100, rolled);
    let any = |of: fn(&Rolling) -> usize| all.len() < 20 || all.iter().any(|rolling| of(rolling) > 0);
    assert!(
        any(|rolling| rolling.availability.tight),
        "nothing ever has to stay"
    );
    assert!(
        any(|rolling| rolling.availability.followed),
        "nothing is ever followed"
    );
    assert!(
        any(|rolling| rolling.buried_after),
        "nothing that served is ever removed"
    );
    assert!(any(Rolling::moved), "nothing ever moves");
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

/// A world with one placement `p`, everything of which serves.
pub(super) fn serving(spec: PlacementSpec) -> World {
    let mut world = World::new(7);
    world.connect_all();
    world.create_one(spec);
    carry_out(&mut world);
    world.slow_starts = true;
    world
}

/// Orders and reports arrive, until there is nothing more to say.
pub(super) fn carry_out(world: &mut World) {
    for _ in 0..3 {
        for index in 0..CLUSTERS {
            while world.obey(index, false) {}
            world.send_inventory(index);
            world.report_all(index, false);
        }
    }
}

pub(super) fn ripen_all(world: &mut World) {
    for member in &mut world.members {
        for (key, performer) in &mut member.performers {
            performer.ready = true;
            world.ever_ready.insert(key.clone());
        }
    }
    carry_out(world);
}

pub(super) fn the_one(world: &World) -> PlacementRecord {
    world.core.placement(&tenant(), &id("p")).unwrap().clone()
}

pub(super) fn update(world: &mut World, input: &UpdatePlacement) -> PlacementRecord {
    let answer = world.round(false, |core, round| core.update_placement(input, None, round));
    answer.unwrap().unwrap().placement.record
}

pub(super) fn new_image(world: &World, number: u32) -> UpdatePlacement {
    let record = the_one(world);
    change(
        &record.id,
        with_image(record.spec, number),
        &["spec.performer.image"],
    )
}

pub(super) fn condition(record: &PlacementRecord) -> (ConditionStatus, Reason) {
    let updated = record.condition(ConditionKind::Updated).unwrap();
    (updated.status, updated.reason)
}

#[test]
fn an_update_surges_on_the_same_node_and_drains_only_what_is_followed() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let input = new_image(&world, 2);
    let updated = update(&mut world, &input);
    assert_eq!(updated.generation, Generation(2));
    carry_out(&mut world);
    let rolling = the_one(&world);
    let (slot, successor) = (&rolling.slots[0], rolling.slots[0].successor.as_ref().unwrap());
    assert!(slot.serves(), "the earlier one serves on");
    let old = slot.assignment.as_ref().unwrap();
    assert_eq!(slot.epoch, before.slots[0].epoch);
    assert_eq!(
        (&successor.assignment.cluster, &successor.assignment.charged_node),
        (&old.cluster, &old.charged_node),
        "there is room for both"
    );
    assert_eq!(
        rolling.state,
        PlacementState::Degraded,
        "READY is for the current generation only"
    );
    assert_eq!(condition(&rolling), (ConditionStatus::False, Reason::Updating));
    // Whatever crashes here: both epochs are known again.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(
        world
            .members
            .iter()
            .map(|member| member.performers.len())
            .sum::<usize>(),
        2
    );
    ripen_all(&mut world);
    let done = the_one(&world);
    assert_eq!((done.state, done.roll.is_none()), (PlacementState::Ready, true));
    assert_eq!(condition(&done), (ConditionStatus::True, Reason::UpToDate));
    assert_eq!(done.slots[0].attempts[0].reason, Reason::Superseded);
    assert_eq!(
        world
            .members
            .iter()
            .map(|member| member.performers.len())
            .sum::<usize>(),
        1
    );
}

#[test]
fn an_update_without_room_is_blocked_while_the_earlier_one_serves_and_goes_on_when_there_is_room() {
    let mut world = serving(spec(4, 3, false));
    // The fourth node is taken.
    let other = creation(id("other"), spec(4, 1, false));
    world
        .round(false, |core, round| core.create_placement(&other, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    ripen_all(&mut world);
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let blocked = the_one(&world);
    assert_eq!(
        condition(&blocked),
        (ConditionStatus::False, Reason::UpdateBlocked)
    );
    assert!(
        blocked
            .slots
            .iter()
            .all(|slot| slot.serves() && slot.successor.is_none())
    );
    // A restart comes to the same.
    world.restart();
    world.connect_all();
    carry_out(&mut world);
    assert_eq!(condition(&the_one(&world)).1, Reason::UpdateBlocked);
    let input = DeletePlacement {
        tenant: tenant(),
        id: id("other"),
        etag: None,
        request_id: None,
        force: false,
        traceparent: None,
    };
    world
        .round(false, |core, round| core.delete_placement(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    assert!(
        the_one(&world).slots.iter().any(|slot| slot.successor.is_some()),
        "what became free is taken without a word from anybody"
    );
    for _ in 0..4 {
        ripen_all(&mut world);
    }
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn a_newer_update_takes_the_place_of_one_that_is_under_way() {
    let mut world = serving(spec(1, 1, false));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    let dropped = the_one(&world).slots[0].successor.as_ref().unwrap().epoch;
    let input = new_image(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    let record = the_one(&world);
    let successor = record.slots[0].successor.as_ref().unwrap();
    assert!(successor.epoch > dropped, "no epoch is given twice");
    assert_eq!(successor.assignment.generation, Generation(3));
    assert!(
        record.slots[0].serves(),
        "the removal of the one between spares the earlier one"
    );
    let running: Vec<u64> = world
        .members
        .iter()
        .flat_map(|member| member.performers.keys().map(|(_, epoch)| epoch.0))
        .collect();
    assert_eq!(running.len(), 2, "{running:?}");
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn recreation_waits_until_nothing_is_left() {
    let update_policy = UpdatePolicy {
        strategy: Some(UpdateStrategy::Recreate),
        ..UpdatePolicy::default()
    };
    let mut world = serving(rolling_spec(4, 1, update_policy, None));
    let input = new_image(&world, 2);
    update(&mut world, &input);
    let between = the_one(&world);
    assert_eq!(
        between.behind_victims().count(),
        1,
        "its next place waits for the last one to end"
    );
    let dispatched = between.condition(ConditionKind::Dispatched).unwrap();
    assert_eq!(dispatched.reason, Reason::WaitingForRemoval);
    carry_out(&mut world);
    ripen_all(&mut world);
    let done = the_one(&world);
    assert_eq!(done.state, PlacementState::Ready);
    assert_eq!(done.behind_victims().count(), 0);
    assert_eq!(
        done.slots[0].assignment.as_ref().unwrap().generation,
        Generation(2)
    );
}

#[test]
fn a_rollback_is_an_update_to_an_earlier_spec() {
    let mut world = serving(spec(1, 1, false));
    let first = the_one(&world).spec;
    for number in 2..15 {
        let input = new_image(&world, number);
        update(&mut world, &input);
        carry_out(&mut world);
        ripen_all(&mut world);
    }
    let record = the_one(&world);
    let kept: Vec<u64> = world
        .core
        .earlier_revisions(&record)
        .map(|revision| revision.generation.0)
        .collect();
    assert_eq!(
        kept,
        (5..14).rev().collect::<Vec<_>>(),
        "the last ten, with the current one"
    );
    let stored = world
        .disk
        .keys()
        .filter(|key| key.starts_with(keys::REVISIONS))
        .count();
    assert_eq!(stored, 9);
    world.restart();
    world.connect_all();
    let back_to = |revision: u64| RollbackPlacement {
        tenant: tenant(),
        id: id("p"),
        revision: Generation(revision),
        etag: None,
        request_id: None,
        validate_only: false,
        traceparent: None,
    };
    let gone = world.round(false, |core, round| {
        core.rollback_placement(&back_to(1), None, round)
    });
    assert!(matches!(gone, Some(Err(CallError::NotFound(_)))), "{gone:?}");
    let answer = world
        .round(false, |core, round| {
            core.rollback_placement(&back_to(5), None, round)
        })
        .unwrap()
        .unwrap();
    let record = answer.placement.record;
    assert_eq!(record.generation, Generation(15));
    assert_eq!(record.spec, with_image(first, 5));
}

#[test]
fn an_evicted_replica_serves_elsewhere_before_it_goes() {
    let mut world = serving(spec(1, 1, false));
    let before = the_one(&world);
    let node = before.slots[0].assignment.as_ref().unwrap().charged_node.clone();
    let evict = |epoch| EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(0),
        epoch,
        reason: "its fan is loud".to_owned(),
        request_id: None,
        traceparent: None,
    };
    let wrong = evict(before.slots[0].epoch.next());
    let refused = world.round(false, |core, round| core.evict_replica(&wrong, None, round));
    assert!(
        matches!(refused, Some(Err(CallError::Precondition(_)))),
        "{refused:?}"
    );
    let input = evict(before.slots[0].epoch);
    world
        .round(false, |core, round| core.evict_replica(&input, None, round))
        .unwrap()
        .unwrap();
    carry_out(&mut world);
    let moving = the_one(&world);
    assert_eq!(
        moving.state,
        PlacementState::Ready,
        "it is of the current generation"
    );
    let to = &moving.slots[0].successor.as_ref().unwrap().assignment;
    let from = moving.slots[0].assignment.as_ref().unwrap();
    assert_ne!((&to.cluster, &to.charged_node), (&from.cluster, &node));
    ripen_all(&mut world);
    let moved = the_one(&world);
    assert_eq!(moved.slots[0].attempts[0].reason, Reason::Evicted);
    assert!(moved.slots[0].attempts[0].message.contains("its fan is loud"));
}

#[test]
fn an_eviction_that_nothing_can_follow_is_refused_when_so_many_must_serve() {
    let mut world = serving(rolling_spec(4, 4, UpdatePolicy::default(), Some("4")));
    let epoch = the_one(&world).slots[2].epoch;
    let input = EvictReplica {
        tenant: tenant(),
        id: id("p"),
        slot: Slot(2),
        epoch,
        reason: String::new(),
        request_id: None,
        traceparent: None,
    };
    let refused = world.round(false, |core, round| core.evict_replica(&input, None, round));
    let Some(Err(CallError::Precondition(why))) = refused else {
        panic!("{refused:?}")
    };
    assert!(
        why.contains("minAvailable (4)") && why.contains("when there is room"),
        "{why}"
    );
    assert!(the_one(&world).slots[2].serves());
}

#[test]
fn a_replica_that_does_not_start_in_time_goes_elsewhere_and_is_given_up_after_some_places() {
    let mut world = World::new(3);
    world.slow_starts = true;
    world.connect_all();
    world.create_one(spec(1, 1, false));
    let mut places = BTreeSet::new();
    for attempt in 1..=MAX_FAILED_STARTS {
        carry_out(&mut world);
        let record = the_one(&world);
        let assignment = record.slots[0].assignment.as_ref().unwrap();
        places.insert((assignment.cluster.clone(), assignment.charged_node.clone()));
        world.wall = world.wall.checked_add(SignedDuration::from_secs(601)).unwrap();
        world.round(false, Core::fire_timers);
        assert_eq!(the_one(&world).slots[0].failed_starts, attempt);
        world.clock += Duration::from_secs(60);
    }
    assert!(places.len() > 1, "where it did not start is avoided for a while");
    carry_out(&mut world);
    let record = the_one(&world);
    assert_eq!(record.state, PlacementState::Failed);
    assert_eq!(
        record.slots[0].attempts.last().unwrap().reason,
        Reason::StartDeadlineExceeded
    );
    let scheduled = record.condition(ConditionKind::Scheduled);
    assert_eq!(scheduled.unwrap().reason, Reason::AttemptsExhausted);
    // A change of the spec is another try.
    let input = new_image(&world, 2);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    assert_eq!(the_one(&world).state, PlacementState::Ready);
}

#[test]
fn replicas_come_and_the_highest_go() {
    let mut world = serving(spec(1, 1, false));
    let scale = |world: &World, replicas| {
        let record = the_one(world);
        let spec = PlacementSpec {
            replicas: Some(replicas),
            ..record.spec
        };
        change(&record.id, spec, &["spec.replicas"])
    };
    let input = scale(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    let three = the_one(&world);
    assert_eq!((three.state, three.slots.len()), (PlacementState::Ready, 3));
    assert!(three.slots[0].attempts.is_empty(), "what served was left alone");
    let last = three.slots[2].epoch;
    let input = scale(&world, 1);
    update(&mut world, &input);
    carry_out(&mut world);
    ripen_all(&mut world);
    let one = the_one(&world);
    assert_eq!((one.state, one.slots.len()), (PlacementState::Ready, 1));
    let input = scale(&world, 3);
    update(&mut world, &input);
    carry_out(&mut world);
    let again = the_one(&world);
    assert!(again.slots[2].epoch > last, "no epoch is given twice");
}
