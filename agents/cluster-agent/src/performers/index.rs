//! All Performer objects of the watched namespaces: what is to be reported of them, and the newest epoch of each slot. Pure: time is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_model::ids::{ClaimId, Epoch};

use super::facts::{ManagedFacts, ObjectName, PerformerFacts, Scheduling};
use super::report::Report;
use crate::claim::{SlotKey, Tombstone};
use crate::inventory::Whereabouts;
use crate::mirror::Mirror;

/// The scheduler's refusal counts after it has lasted this long: before that it may just be late.
pub const REJECTED_AFTER: Duration = Duration::from_secs(10);

/// More objects that are gone than this are not told one by one: the next session tells what runs.
const MAX_GONE: usize = 4096;

#[derive(Debug)]
struct Entry {
    facts: PerformerFacts,
    reported: Option<Report>,
    /// Since when it is refused: it does not serve, the scheduler finds no node for it, and no pod of its own is in the way.
    refused_since: Option<Instant>,
}

/// The scheduler finds no node for what does not serve. An earlier version that goes on serving is no refusal.
fn finds_no_node(facts: &PerformerFacts) -> bool {
    facts.status.scheduling == Scheduling::Unschedulable && !facts.status.ready
}

/// The objects, and what of them was not reported yet.
#[derive(Debug)]
pub struct PerformerIndex {
    /// By namespace, because each has a watch of its own, which lists on its own.
    objects: BTreeMap<Arc<str>, Mirror<ObjectName, Entry>>,
    by_slot: BTreeMap<SlotKey, BTreeSet<(Epoch, ObjectName)>>,
    /// Applied by this process; the watch may not have shown it yet.
    applied: BTreeMap<SlotKey, Epoch>,
    unreported: BTreeSet<ObjectName>,
    gone: BTreeSet<ClaimId>,
    rejections_due: BTreeSet<(Instant, ObjectName)>,
}

impl PerformerIndex {
    /// Nothing is known yet of these namespaces.
    pub fn new<'a>(namespaces: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            objects: namespaces
                .into_iter()
                .map(|namespace| (namespace.into(), Mirror::default()))
                .collect(),
            by_slot: BTreeMap::new(),
            applied: BTreeMap::new(),
            unreported: BTreeSet::new(),
            gone: BTreeSet::new(),
            rejections_due: BTreeSet::new(),
        }
    }

    /// The watched namespaces.
    pub fn namespaces(&self) -> impl Iterator<Item = &Arc<str>> {
        self.objects.keys()
    }

    /// Whether the watch of each namespace has listed once.
    pub fn is_synced(&self) -> bool {
        self.objects.values().all(Mirror::is_synced)
    }

    /// A list of all objects of the namespace begins.
    pub fn begin(&mut self, namespace: &str) {
        if let Some(objects) = self.objects.get_mut(namespace) {
            objects.begin_relist();
        }
    }

    /// An object is new or changed.
    pub fn put(&mut self, name: ObjectName, facts: PerformerFacts, now: Instant) {
        let before = self
            .entry(&name)
            .map(|entry| (entry.facts.managed.clone(), entry.refused_since));
        let (managed_before, since_before) = before.unwrap_or_default();
        let since = finds_no_node(&facts).then(|| since_before.unwrap_or(now));
        self.reschedule(&name, since_before, since);
        let claim_before = managed_before.map(|managed| managed.claim);
        let claim = facts.managed.as_ref().map(|managed| managed.claim.clone());
        if claim_before != claim {
            claim_before.inspect(|claim| self.unlink(&name, claim));
            if let Some(claim) = &claim {
                self.by_slot
                    .entry(SlotKey::of(claim))
                    .or_default()
                    .insert((claim.epoch, name.clone()));
                self.gone.remove(claim);
            }
        }
        let reported = self.entry_mut(&name).and_then(|entry| entry.reported.take());
        if claim.is_some() {
            self.unreported.insert(name.clone());
        }
        let entry = Entry {
            facts,
            reported,
            refused_since: since,
        };
        let objects = self.objects.entry(Arc::clone(&name.namespace)).or_default();
        objects.upsert(name, entry);
    }

    /// An object is gone.
    pub fn remove(&mut self, name: &ObjectName) {
        let objects = self.objects.get_mut(&name.namespace);
        if let Some(entry) = objects.and_then(|objects| objects.remove(name)) {
            self.forget(name, entry);
        }
    }

    /// The namespace's list is complete.
    pub fn finish(&mut self, namespace: &str) {
        let objects = self.objects.get_mut(namespace);
        for (name, entry) in objects.map(Mirror::finish_relist).unwrap_or_default() {
            self.forget(&name, entry);
        }
    }

    /// The pods of a claim came, went or were bound: its report may name another node.
    pub fn pods_moved(&mut self, claim: &ClaimId) {
        let objects = self.by_slot.get(&SlotKey::of(claim)).into_iter().flatten();
        self.unreported.extend(
            objects
                .filter(|(epoch, _)| *epoch == claim.epoch)
                .map(|(_, name)| name.clone()),
        );
    }

    /// Pods should leave these nodes now, or need not any more: what was pinned to them says so.
    pub fn nodes_moved(&mut self, nodes: &BTreeSet<Arc<str>>) {
        if nodes.is_empty() {
            return;
        }
        let pinned = self.managed().filter(|(_, managed, _)| {
            let pin = managed.pinned_to.as_deref();
            pin.is_some_and(|pin| nodes.contains(pin))
        });
        let names: Vec<ObjectName> = pinned.map(|(name, ..)| name.clone()).collect();
        self.unreported.extend(names);
    }

    /// Everything is to be reported, as at the begin of a session. What is gone needs no report then: what runs was
    /// told before.
    pub fn report_all(&mut self) {
        self.gone.clear();
        let names: Vec<ObjectName> = self.managed().map(|(name, ..)| name.clone()).collect();
        for name in names {
            if let Some(entry) = self.entry_mut(&name) {
                entry.reported = None;
            }
            self.unreported.insert(name);
        }
    }

    /// Rejections whose time has come are to be reported.
    pub fn expire(&mut self, now: Instant) {
        while let Some((due, name)) = self.rejections_due.first()
            && *due <= now
        {
            self.unreported.insert(name.clone());
            self.rejections_due.pop_first();
        }
    }

    /// When [`Self::expire`] has something to do.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.rejections_due.first().map(|(due, _)| *due)
    }

    /// Whether [`Self::next_report`] may have one.
    pub fn has_unreported(&self) -> bool {
        !self.unreported.is_empty() || !self.gone.is_empty()
    }

    /// The next report that says something new. `whereabouts` tells where a claim is, given what it was pinned to.
    pub fn next_report(
        &mut self,
        now: Instant,
        whereabouts: impl Fn(&ClaimId, Option<&str>) -> Whereabouts,
    ) -> Option<Report> {
        if let Some(claim) = self.gone.pop_first() {
            return Some(Report::gone(claim));
        }
        while let Some(name) = self.unreported.pop_first() {
            let Some(entry) = self.entry_mut(&name) else {
                continue;
            };
            let Some(managed) = &entry.facts.managed else {
                continue;
            };
            let place = whereabouts(&managed.claim, managed.pinned_to.as_deref());
            // A pod of its own that has a node still, for example one that takes its time to end, holds the room that the
            // next one waits for: nobody refuses that one yet.
            let refused = finds_no_node(&entry.facts) && place.node.is_empty();
            let before = entry.refused_since;
            let since = refused.then(|| before.unwrap_or(now));
            entry.refused_since = since;
            let rejected = since.is_some_and(|since| now >= since + REJECTED_AFTER);
            let report = Report::of(managed, &entry.facts, place, rejected);
            let is_news = entry.reported.as_ref() != Some(&report);
            if is_news {
                entry.reported = Some(report.clone());
            }
            self.reschedule(&name, before, since);
            if is_news {
                return Some(report);
            }
        }
        None
    }

    /// An Apply of this claim has succeeded.
    pub fn applied(&mut self, claim: &ClaimId) {
        let newest = self.applied.entry(SlotKey::of(claim)).or_insert(claim.epoch);
        *newest = (*newest).max(claim.epoch);
    }

    /// All objects that the tombstone covers are gone for certain.
    pub fn buried(&mut self, tombstone: &Tombstone) {
        let slot = SlotKey::of(&tombstone.claim);
        if self
            .applied
            .get(&slot)
            .is_some_and(|newest| tombstone.covers_epoch(*newest))
        {
            self.applied.remove(&slot);
        }
    }

    /// The newest epoch of the slot that runs here.
    pub fn newest_epoch(&self, slot: &SlotKey) -> Option<Epoch> {
        let seen = self
            .by_slot
            .get(slot)
            .and_then(|objects| objects.last())
            .map(|(epoch, _)| *epoch);
        seen.max(self.applied.get(slot).copied())
    }

    /// An object, managed or not.
    pub fn get(&self, name: &ObjectName) -> Option<&PerformerFacts> {
        self.entry(name).map(|entry| &entry.facts)
    }

    /// Names of the objects of exactly this claim.
    pub fn names_of(&self, claim: &ClaimId) -> impl Iterator<Item = &ObjectName> {
        let objects = self.by_slot.get(&SlotKey::of(claim)).into_iter().flatten();
        let epoch = claim.epoch;
        objects
            .filter(move |(other, _)| *other == epoch)
            .map(|(_, name)| name)
    }

    /// The objects of exactly this claim.
    pub fn objects_of(&self, claim: &ClaimId) -> impl Iterator<Item = &PerformerFacts> {
        self.names_of(claim).filter_map(|name| self.get(name))
    }

    /// Whether an object that the tombstone covers is known.
    pub fn any_covered_by(&self, tombstone: &Tombstone) -> bool {
        let objects = self.by_slot.get(&SlotKey::of(&tombstone.claim));
        let mut objects = objects.into_iter().flatten();
        objects.any(|(epoch, _)| tombstone.covers_epoch(*epoch))
    }

    /// All managed objects, by name.
    pub fn managed(&self) -> impl Iterator<Item = (&ObjectName, &ManagedFacts, &PerformerFacts)> {
        let objects = self.objects.values().flat_map(Mirror::iter);
        objects.filter_map(|(name, entry)| {
            entry
                .facts
                .managed
                .as_ref()
                .map(|managed| (name, managed, &entry.facts))
        })
    }

    fn entry(&self, name: &ObjectName) -> Option<&Entry> {
        self.objects.get(&name.namespace)?.get(name)
    }

    fn entry_mut(&mut self, name: &ObjectName) -> Option<&mut Entry> {
        self.objects.get_mut(&name.namespace)?.get_mut(name)
    }

    fn forget(&mut self, name: &ObjectName, entry: Entry) {
        self.reschedule(name, entry.refused_since, None);
        self.unreported.remove(name);
        let Some(managed) = entry.facts.managed else {
            return;
        };
        self.unlink(name, &managed.claim);
        if self.applied.get(&SlotKey::of(&managed.claim)) == Some(&managed.claim.epoch) {
            self.applied.remove(&SlotKey::of(&managed.claim));
        }
        if self.gone.len() < MAX_GONE {
            self.gone.insert(managed.claim);
        }
    }

    fn unlink(&mut self, name: &ObjectName, claim: &ClaimId) {
        let slot = SlotKey::of(claim);
        if let Some(objects) = self.by_slot.get_mut(&slot) {
            objects.remove(&(claim.epoch, name.clone()));
            if objects.is_empty() {
                self.by_slot.remove(&slot);
            }
        }
    }

    fn reschedule(&mut self, name: &ObjectName, before: Option<Instant>, since: Option<Instant>) {
        if before == since {
            return;
        }
        if let Some(before) = before {
            self.rejections_due
                .remove(&(before + REJECTED_AFTER, name.clone()));
        }
        if let Some(since) = since {
            self.rejections_due.insert((since + REJECTED_AFTER, name.clone()));
        }
    }
}

#[cfg(test)]
mod tests;
