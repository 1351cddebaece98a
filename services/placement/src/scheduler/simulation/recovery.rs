//! The world loses its store, or gets an old one back, in the middle of a random history; the incarnation is
//! raised, and the clusters come back in any order, with crashes and new work in between.
//!
//! What must hold:
//! 1. of what ran, nothing is removed but what a later epoch of the same slot, or a tombstone of the store, supersedes;
//! 2. no slot gets a second performer while some cluster is not back;
//! 3. no node is over-committed;
//! 4. once every cluster is back, everything else that ran is adopted, where it runs, and serves;
//! 5. once the recovery is ended, exactly what was decided runs.

use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::scheduler::port::UpdateCluster;

/// What the clusters ran when the store was lost.
struct Before {
    /// Where each slot runs at its highest epoch, unless a tombstone of the store is after it.
    kept: BTreeMap<SlotKey, (Epoch, ClusterName)>,
    /// Everything.
    all: BTreeSet<(ClusterName, SlotKey, Epoch)>,
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

    /// The store is gone, or an older copy of it is back.
    fn lose_store(&mut self, copy: Option<BTreeMap<String, Vec<u8>>>) -> Before {
        let all = self.running();
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
        Before { kept, all }
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

    fn check_nothing_is_lost_or_doubled(&self, before: &Before) {
        let running = self.running();
        for (key, (epoch, cluster)) in &before.kept {
            if self.has_made_room(key, *epoch) {
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
                .is_some_and(|(epoch, _)| self.has_made_room(key, *epoch));
            assert!(
                was_there || made_room || !before.kept.contains_key(key),
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
        for (key, (epoch, cluster)) in &before.kept {
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
        world.step();
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
