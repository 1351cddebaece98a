//! Earlier specs of placements: what can be gone back to, and what replicas of earlier generations still carry.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hourglass_model::ids::{Generation, PlacementUid};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::CanonicalRequest;

use super::changes::ChangeError;
use super::core::Core;
use super::orders::RenderError;
use super::rollout::effect::with_pods_of;
use super::round::Round;
use crate::records::{PlacementRecord, RevisionRecord, encode, keys};

/// Specs of a placement that are kept, the current one included.
pub const KEPT_SPECS: usize = 10;
/// Generations that replicas of one placement may carry at the same time: a placement with more is not changed before the
/// oldest replicas are replaced. They are all deleted in one commit with it.
pub const MAX_CARRIED: usize = 32;

/// All earlier specs.
#[derive(Debug, Default)]
pub struct Revisions {
    of: HashMap<PlacementUid, BTreeMap<Generation, RevisionRecord>>,
}

impl Revisions {
    /// Adds what the store held.
    pub fn load(&mut self, record: RevisionRecord) {
        let of = self.of.entry(record.placement_uid.clone()).or_default();
        of.insert(record.generation, record);
    }

    /// Earlier specs of a placement, the oldest first.
    pub fn of(&self, uid: &PlacementUid) -> impl DoubleEndedIterator<Item = &RevisionRecord> {
        self.of.get(uid).into_iter().flat_map(BTreeMap::values)
    }

    fn get(&self, uid: &PlacementUid, generation: Generation) -> Option<&RevisionRecord> {
        self.of.get(uid)?.get(&generation)
    }
}

impl Core {
    /// The spec of a generation of `record`; none when it is not kept any more.
    pub(in crate::scheduler) fn spec_of<'a>(
        &'a self,
        record: &'a PlacementRecord,
        generation: Generation,
    ) -> Option<&'a PlacementSpec> {
        if generation == record.generation {
            return Some(&record.spec);
        }
        let kept = self.revisions.get(&record.uid, generation);
        kept.map(|revision| &revision.spec)
    }

    /// What a place of this generation of `record` is decided by: its pods are those of that generation, and all that pods do not see
    /// is as it is wanted.
    pub(in crate::scheduler) fn request_of(
        &self,
        record: &PlacementRecord,
        generation: Generation,
    ) -> Result<CanonicalRequest, RenderError> {
        if generation == record.generation {
            return Ok(record.request()?);
        }
        let pods = self.spec_of(record, generation);
        let pods = pods.ok_or(RenderError::UnknownGeneration(generation))?;
        let as_wanted = record.request_with(&with_pods_of(&record.spec, pods));
        // What is wanted now may contradict what pods were then; what was wanted then did not.
        Ok(as_wanted.or_else(|_| record.request_with(pods))?)
    }

    /// Earlier specs that can be gone back to, the newest first.
    pub fn earlier_revisions(&self, record: &PlacementRecord) -> impl Iterator<Item = &RevisionRecord> {
        self.revisions.of(&record.uid).rev().take(KEPT_SPECS - 1)
    }

    /// Keeps the spec that `record` has now, because it is about to change; in the unit of the placement.
    pub(in crate::scheduler) fn keep_revision(
        &mut self,
        record: &PlacementRecord,
        round: &mut Round,
    ) -> Result<(), ChangeError> {
        self.write_revision(
            RevisionRecord {
                placement_uid: record.uid.clone(),
                generation: record.generation,
                spec: record.spec.clone(),
                create_time: record.revision_time.unwrap_or(record.create_time),
            },
            round,
        )
    }

    /// Keeps a spec that was found in a seal, unless it is kept already; no more of them than replicas may carry.
    pub(in crate::scheduler) fn keep_found_revision(
        &mut self,
        revision: RevisionRecord,
        round: &mut Round,
    ) -> Result<(), ChangeError> {
        let uid = &revision.placement_uid;
        let is_kept = self.revisions.get(uid, revision.generation).is_some();
        if is_kept || self.revisions.of(uid).count() >= MAX_CARRIED {
            return Ok(());
        }
        self.write_revision(revision, round)
    }

    fn write_revision(&mut self, revision: RevisionRecord, round: &mut Round) -> Result<(), ChangeError> {
        let (uid, generation) = (&revision.placement_uid, revision.generation);
        let key = keys::revision(uid, generation)?;
        let value = encode(key.as_str(), &revision)?;
        round.changes.write(uid.as_str(), key, Some(value));
        self.revisions.load(revision);
        Ok(())
    }

    /// Earlier specs that are kept for replicas alone: so many may be forgotten with the next commit.
    pub(in crate::scheduler) fn surplus_revisions(&self, uid: &PlacementUid) -> usize {
        self.revisions.of(uid).count().saturating_sub(KEPT_SPECS - 1)
    }

    /// Forgets specs that are neither among the last ones nor carried by a replica.
    pub(in crate::scheduler) fn forget_old_revisions(
        &mut self,
        uid: &PlacementUid,
        round: &mut Round,
    ) -> Result<(), ChangeError> {
        let Some(record) = self.placements.by_uid(uid) else {
            return Ok(());
        };
        let Some(kept) = self.revisions.of.get_mut(uid) else {
            return Ok(());
        };
        if kept.len() < KEPT_SPECS {
            return Ok(());
        }
        let carried: BTreeSet<Generation> = carried(record).collect();
        let old: Vec<Generation> = kept
            .keys()
            .rev()
            .skip(KEPT_SPECS - 1)
            .filter(|generation| !carried.contains(generation))
            .copied()
            .collect();
        for generation in old {
            kept.remove(&generation);
            round
                .changes
                .write(uid.as_str(), keys::revision(uid, generation)?, None);
        }
        Ok(())
    }

    /// The placement is gone: so are its earlier specs.
    pub(in crate::scheduler) fn forget_revisions(
        &mut self,
        uid: &PlacementUid,
        round: &mut Round,
    ) -> Result<(), ChangeError> {
        for generation in self.revisions.of.remove(uid).unwrap_or_default().into_keys() {
            round
                .changes
                .write(uid.as_str(), keys::revision(uid, generation)?, None);
        }
        Ok(())
    }
}

/// Generations that places of `record` carry, or may go back to.
pub(in crate::scheduler) fn carried(record: &PlacementRecord) -> impl Iterator<Item = Generation> {
    record.generations()
}
