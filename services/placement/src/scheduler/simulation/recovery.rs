//! The world loses its store, or gets an old one back, in the middle of a random history; the incarnation is
//! raised, and the clusters come back in any order, with crashes and new work in between.
//!
//! What must hold:
//! 1. of what ran, nothing is removed but what a later epoch of the same slot, or a tombstone of the store, supersedes;
//! 2. no slot gets a second performer while some cluster is not back;
//! 3. no node is over-committed;
//! 4. once every cluster is back, everything else that ran is adopted, where it runs, and serves;
//! 5. every performer that an agent has listed is at all times a place of a placement, an orphan, or about to be removed;
//! 6. of all wishes that performers carry the last one is back, in whatever order they were found;
//! 7. once the recovery is ended, exactly what was decided runs.
//!
//! Away from its place goes only what was replaced by a later epoch that has served, or is not wanted any more.

use hourglass_model::ids::Generation;

use super::rolling::change;
use super::*;
use crate::records::SealedPlacement;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::scheduler::port::UpdateCluster;

/// What the clusters ran when the store was lost.
struct Before {
    /// Where each slot runs at its highest epoch, unless a tombstone of the store is after it.
    kept: BTreeMap<SlotKey, (Epoch, ClusterName)>,
    /// Everything.
    all: BTreeSet<(ClusterName, SlotKey, Epoch)>,
    /// The last wish that some performer of each placement carries.
    wishes: BTreeMap<PlacementUid, (Timestamp, Generation, PlacementSpec)>,
}

impl World {
    fn running(&self) -> BTreeSet<(ClusterName, SlotKey, Epoch)> {
        let of_member = |member: &Member| {
            let name = member.name.clone();
            let all: Vec<_> = member
                .performers
                .keys()
                .map(|(key, epoch)| (name.clone(), key.clone(), *epoch))
                .collect();
            all
        };
        self.members.iter().flat_map(of_member).collect()
    }

    /// What the seals of everything that runs say.
    fn last_wishes(&self) -> BTreeMap<PlacementUid, (Timestamp, Generation, PlacementSpec)> {
        let seal = PlacementSeal::load_or_create(self.seal_dir.path()).unwrap();
        let mut wishes = BTreeMap::new();
        for performer in self.members.iter().flat_map(|member| member.performers.values()) {
            let content = seal.open(&performer.signed_placement).unwrap();
            let sealed: SealedPlacement = serde_json::from_slice(content).unwrap();
            let wish = (sealed.update_time, sealed.generation, sealed.spec);
            let last = wishes.entry(sealed.uid).or_insert_with(|| wish.clone());
            if (wish.0, wish.1) > (last.0, last.1) {
                *last = wish;
            }
        }
        wishes
    }

    /// Somebody changes a placement: its number of replicas, what only the server goes by, or what pods see.
    fn change_one(&mut self) {
        let live: Vec<(PlacementId, PlacementSpec)> = self
            .core
            .placements()
            .filter(|record| record.delete_time.is_none())
            .map(|record| (record.id.clone(), record.spec.clone()))
            .collect();
        if live.is_empty() {
            return;
        }
        let (id, mut spec) = live[self.rng.random_range(0..live.len())].clone();
        let field = match self.rng.random_range(0..10) {
            0..5 => {
                spec.replicas = Some(self.rng.random_range(1..=3));
                "spec.replicas"
            }
            5..8 => {
                spec.priority = Some([0, 5, 10][self.rng.random_range(0..3)]);
                "spec.priority"
            }
            _ => {
                spec.performer.image = format!("example.org/performer:{}", self.rng.random_range(2..100));
                "spec.performer.image"
            }
        };
        let crash = self.rng.random_bool(0.1);
        let input = change(&id, spec, &[field]);
        if let Some(answer) = self.round(crash, |core, round| core.update_placement(&input, None, round)) {
            answer.unwrap();
        }
    }

    /// The store is gone, or an older copy of it is back.
    fn lose_store(&mut self, copy: Option<BTreeMap<String, Vec<u8>>>) -> Before {
        let (all, wishes) = (self.running(), self.last_wishes());
        let mut kept: BTreeMap<SlotKey, (Epoch, ClusterName)> = BTreeMap::new();
        for (cluster, key, epoch) in &all {
            let highest = kept.entry(key.clone()).or_insert((*epoch, cluster.clone()));
            if *epoch > highest.0 {
                *highest = (*epoch, cluster.clone());
            }
        }
        // What is behind the gate of a gang does not run yet: a gang that cannot be made whole again is taken back.
        let gated: BTreeSet<(SlotKey, Epoch)> = self
            .members
            .iter()
            .flat_map(|member| &member.performers)
            .filter(|(_, performer)| performer.gate == PodGate::Closed)
            .map(|(key, _)| key.clone())
            .collect();
        kept.retain(|key, (epoch, _)| !gated.contains(&(key.clone(), *epoch)));
        self.disk = copy.unwrap_or_default();
        for (key, value) in self.disk.iter().filter(|(key, _)| key.starts_with("tombstones/")) {
            let record: TombstonesRecord = decode(key, value).unwrap();
            for tombstone in record.open {
                let slot = SlotKey::of(&record.placement_uid, tombstone.slot);
                let doomed = |(epoch, cluster): &(Epoch, ClusterName)| {
                    *epoch <= tombstone.epoch && *cluster == tombstone.cluster
                };
                if kept.get(&slot).is_some_and(doomed) {
                    kept.remove(&slot);
                }
            }
        }
        self.acknowledged.clear();
        self.deleted.clear();
        self.incarnation += 1;
        self.restart();
        Before { kept, all, wishes }
    }

    /// A person has looked at a cluster that is back.
    pub(super) fn uncordon(&mut self, index: usize) {
        let cluster = self.members[index].name.clone();
        if self.core.clusters().get(&cluster).is_none() {
            return;
        }
        let input = UpdateCluster {
            cluster,
            labels: None,
            taints: None,
            cordoned: Some(false),
            etag: None,
            request_id: None,
        };
        self.round(false, |core, round| {
            core.update_cluster(input, None, round).unwrap()
        });
    }

    /// Anything may happen, but not in the cluster that is `away`.
    fn recovery_step(&mut self, away: Option<usize>) {
        self.plan_round();
        let mut index = self.rng.random_range(0..CLUSTERS);
        if away == Some(index) {
            index = (index + 1) % CLUSTERS;
        }
        match self.rng.random_range(0..100) {
            0..10 => {
                let crash = self.rng.random_bool(0.2);
                self.create(crash);
            }
            10..16 => self.restart(),
            16..20 => self.disconnect(index),
            20..35 => {
                if self.members[index].session.is_none() {
                    self.connect(index);
                }
            }
            35..45 => self.uncordon(index),
            45..70 => {
                let lose = self.rng.random_bool(0.1);
                self.obey(index, lose);
            }
            70..85 => self.send_inventory(index),
            _ => self.report_all(index, false),
        }
        self.check();
    }

    /// What was found may make room for a higher priority, but not before the recovery is over.
    fn has_made_room(&self, key: &SlotKey, epoch: Epoch) -> bool {
        let record = self.core.placements.by_uid(&key.placement_uid);
        let mut slots = record.into_iter().flat_map(|record| &record.slots);
        let slot = slots.find(|slot| slot.slot == key.slot);
        let mut attempts = slot.into_iter().flat_map(|slot| &slot.attempts);
        let preempted = attempts.any(|attempt| attempt.epoch == epoch && attempt.reason == Reason::Preempted);
        preempted && !self.core.recovers()
    }

    /// It is replaced by one that serves, or not wanted any more.
    fn gave_way(&self, key: &SlotKey, epoch: Epoch) -> bool {
        let Some(record) = self.core.placements.by_uid(&key.placement_uid) else {
            return false;
        };
        let Some(slot) = record.slot(key.slot) else {
            return usize::try_from(key.slot.0).unwrap() >= record.replicas();
        };
        let mut attempts = slot.attempts.iter();
        let superseded =
            attempts.any(|attempt| attempt.epoch == epoch && attempt.reason == Reason::Superseded);
        let later = (key.clone(), Epoch(epoch.0 + 1))..;
        let mut later = self.ever_ready.range(later).take_while(|(of, _)| of == key);
        superseded && later.next().is_some()
    }

    /// It stands beside the place that it is to follow.
    fn is_successor(&self, key: &SlotKey, epoch: Epoch) -> bool {
        let record = self.core.placements.by_uid(&key.placement_uid);
        let slot = record.and_then(|record| record.slot(key.slot));
        let successor = slot.and_then(|slot| slot.successor.as_ref());
        successor.is_some_and(|successor| successor.epoch == epoch)
    }

    /// Nothing that was listed is out of everybody's sight.
    fn check_all_are_known(&self) {
        for member in &self.members {
            let cluster = self.core.clusters().get(&member.name);
            let Some(cluster) = cluster.filter(|cluster| {
                let session = cluster.session.as_ref();
                session.is_some_and(|session| session.running_complete)
            }) else {
                continue;
            };
            for (key, epoch) in member.performers.keys() {
                let record = self.core.placements.by_uid(&key.placement_uid);
                let mut places = record.into_iter().flat_map(PlacementRecord::places);
                let is_place = places
                    .any(|(slot, of, at)| slot == key.slot && of == *epoch && at.cluster == member.name);
                assert!(
                    is_place
                        || cluster.orphans.contains_key(&(key.clone(), *epoch))
                        || self.core.tombstones.covers(&member.name, key, *epoch),
                    "{key:?} epoch {epoch} runs in {} out of sight",
                    member.name
                );
            }
        }
    }

    fn check_last_wishes(&self, before: &Before) {
        for (uid, (time, generation, spec)) in &before.wishes {
            let Some(record) = self.core.placements.by_uid(uid) else {
                continue;
            };
            if record.delete_time.is_none() {
                assert!(
                    record.update_time > *time || record.spec == *spec,
                    "{}: an earlier wish than {generation} is back",
                    record.name()
                );
                assert!(record.generation >= *generation, "{}", record.name());
            }
        }
    }

    fn check_nothing_is_lost_or_doubled(&self, before: &Before) {
        self.check_all_are_known();
        let running = self.running();
        for (key, (epoch, cluster)) in &before.kept {
            if self.has_made_room(key, *epoch) || self.gave_way(key, *epoch) {
                continue;
            }
            assert!(
                running.contains(&(cluster.clone(), key.clone(), *epoch)),
                "{key:?} epoch {epoch} was taken away from {cluster}"
            );
        }
        let slots: BTreeSet<&SlotKey> = before.all.iter().map(|(_, key, _)| key).collect();
        for (cluster, key, epoch) in running.iter().filter(|(_, key, _)| slots.contains(key)) {
            let was_there = before.all.contains(&(cluster.clone(), key.clone(), *epoch));
            let made_room = before
                .kept
                .get(key)
                .is_some_and(|(epoch, _)| self.has_made_room(key, *epoch) || self.gave_way(key, *epoch));
            let follows = self.is_successor(key, *epoch);
            assert!(
                was_there || follows || made_room || !before.kept.contains_key(key),
                "{key:?} runs, and was started again as epoch {epoch} in {cluster}"
            );
        }
    }

    /// Every cluster is back, so what is still held was not found: its placement says what it waits for.
    fn check_held_say_so(&self) {
        let live = self
            .core
            .placements()
            .filter(|record| record.delete_time.is_none());
        for record in live {
            let name = record.name();
            let mut slots = record.slots.iter();
            if !slots.any(|slot| self.core.is_held(slot)) {
                continue;
            }
            let scheduled = record
                .condition(ConditionKind::Scheduled)
                .unwrap_or_else(|| panic!("{name} says nothing"));
            assert_eq!(
                (scheduled.status, scheduled.reason),
                (ConditionStatus::False, Reason::WaitingForInventory),
                "{name}"
            );
            assert!(scheduled.message.contains("--end-recovery"), "{name}");
        }
    }

    fn check_adopted(&self, before: &Before) {
        self.check_last_wishes(before);
        for (key, (epoch, cluster)) in &before.kept {
            if self.gave_way(key, *epoch) {
                continue;
            }
            let record = self.core.placements.by_uid(&key.placement_uid);
            let record = record.unwrap_or_else(|| panic!("{key:?} was not adopted"));
            let slot = record.slot(key.slot).unwrap();
            let assignment = slot.assignment.as_ref();
            let assignment = assignment.unwrap_or_else(|| panic!("{key:?} epoch {epoch} has no place"));
            assert_eq!((slot.epoch, &assignment.cluster), (*epoch, cluster), "{key:?}");
            assert!(assignment.observed.ready, "{key:?} does not serve");
        }
        for member in &self.members {
            for ((key, epoch), performer) in &member.performers {
                assert_eq!(
                    performer.incarnation, self.incarnation,
                    "{key:?} epoch {epoch} was never taken over"
                );
            }
        }
        self.check_held_say_so();
        let orphans = self.core.clusters().iter().map(|cluster| cluster.orphans.len());
        assert_eq!(orphans.sum::<usize>(), 0, "every seal verifies");
    }
}

fn history(seed: u64, restored: bool) {
    let mut world = World::new(seed);
    let mut copy = BTreeMap::new();
    let copied_at = world.rng.random_range(0..120);
    for step in 0..120 {
        if step == copied_at {
            copy = world.disk.clone();
        }
        if world.rng.random_bool(0.1) {
            world.plan_round();
            world.change_one();
            world.check();
        } else {
            world.step();
        }
    }
    let before = world.lose_store(restored.then_some(copy));
    assert!(world.core.recovers());
    // One cluster comes back late, or not at all before the others have done all they can.
    let late = world.rng.random_range(0..CLUSTERS);
    for step in 0..80 {
        let away = (step < 50).then_some(late);
        world.recovery_step(away);
        world.check_nothing_is_lost_or_doubled(&before);
    }
    for index in 0..CLUSTERS {
        if world.members[index].session.is_none() {
            world.connect(index);
        }
        world.uncordon(index);
    }
    world.settle();
    world.check_nothing_is_lost_or_doubled(&before);
    world.check_adopted(&before);
    assert!(world.core.recovers(), "only a person's word ends it");

    world.round(false, Core::end_recovery).unwrap().unwrap();
    world.restart();
    assert!(!world.core.recovers(), "that it is over is durable");
    world.settle();
    world.check_nothing_is_lost_or_doubled(&before);
    let recovered: BTreeSet<PlacementUid> = before
        .all
        .iter()
        .map(|(_, key, _)| key.placement_uid.clone())
        .chain(world.core.placements().map(|record| record.uid.clone()))
        .collect();
    world.check_settled_but(&recovered);
}

fn all_seeds(restored: bool) {
    histories(40, |seed| history(seed, restored));
}

#[test]
fn after_the_loss_of_the_store_everything_that_runs_is_adopted_and_nothing_runs_twice() {
    all_seeds(false);
}

#[test]
fn an_old_copy_of_the_store_takes_nothing_away_and_starts_nothing_twice() {
    all_seeds(true);
}
