//! A placement with its slots and what is known of them, as the decision loop works on it. The store holds it as two
//! values side by side (`stored`): what stands only in the second is left out of the first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hourglass_model::ids::{
    ClaimId, ClusterName, Epoch, Generation, NodeName, PlacementId, PlacementUid, Slot, SnapshotId, TenantId,
};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::render::NodeOffer;
use hourglass_model::request::AppliedOverrides;
use hourglass_model::resources::ResourceVector;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::rollout::{RollRecord, SuccessorRecord};

/// Events kept for a placement; older ones are dropped.
pub const MAX_EVENTS: usize = 32;
/// Ended attempts kept for a slot; older ones are dropped.
pub const MAX_ATTEMPTS: usize = 5;
/// Ended attempts kept for all slots of a placement together; older ones are dropped.
pub const MAX_ATTEMPTS_TOGETHER: usize = 64;

/// Longest message of an event, attempt or observation, bytes: with the bounds above and those of a request, a record
/// stays below what the store takes as one value.
pub const MAX_MESSAGE: usize = 256;

/// Longest reason of a disruption, bytes.
pub const MAX_DISRUPTION: usize = 64;

/// Longest message of a condition, bytes: it explains why a placement waits, cluster by cluster.
pub const MAX_CONDITION_MESSAGE: usize = 4096;

/// Longest reason that an agent gives, bytes.
pub const MAX_REASON: usize = 64;
/// Longest endpoint of a performer, bytes: a service and a namespace, `svc`, a domain and a port.
pub const MAX_ENDPOINT: usize = 192;

/// `text` cut at [`MAX_MESSAGE`] bytes.
#[must_use]
pub fn bounded(text: String) -> String {
    cut(text, MAX_MESSAGE)
}

/// `text` cut so that it has at most `most` bytes, at least 3, as it stands in JSON, where some characters are longer.
#[must_use]
pub fn cut(mut text: String, most: usize) -> String {
    let mut bytes = 0_usize;
    // Where it is cut when it is too long: with room for the sign of that.
    let mut end = 0;
    for (at, character) in text.char_indices() {
        if bytes <= most.saturating_sub(3) {
            end = at;
        }
        bytes = bytes.saturating_add(json_bytes(character));
        if bytes > most {
            text.truncate(end);
            text.push('…');
            return text;
        }
    }
    text
}

/// Bytes of a character inside a text of JSON.
/// Source: RFC 8259, section 7; serde_json writes no escape that is not needed.
fn json_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}

/// Everything durable about one placement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacementRecord {
    /// Owner.
    pub tenant: TenantId,
    /// Name under the owner.
    pub id: PlacementId,
    /// Never used again, also when the name is.
    pub uid: PlacementUid,
    /// Labels of the caller.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the caller.
    pub annotations: BTreeMap<String, String>,
    /// The wish.
    pub spec: PlacementSpec,
    /// Content changes so far.
    pub generation: Generation,
    /// Covers spec, labels and annotations only.
    pub etag: String,
    /// When it was accepted.
    pub create_time: Timestamp,
    /// Last change of spec, labels or annotations.
    pub update_time: Timestamp,
    /// Set once deletion was asked for.
    pub delete_time: Option<Timestamp>,
    /// Deletion does not wait for clusters that are unreachable.
    #[serde(default)]
    pub force_delete: bool,
    /// Since when a replica waits for a place; none when all have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// Why its waiting replicas are not tried any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedRecord>,
    /// How far the common start of a gang's replicas has come; none while it has no places, and for what is no gang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gang_start: Option<GangStartRecord>,
    /// How far the update to the current generation has come; none when none is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll: Option<RollRecord>,
    /// Since when the spec is as it is; none of one that was never changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_time: Option<Timestamp>,
    /// Highest epochs of slots that were given up by a smaller number of replicas: they go on from there, should they come
    /// back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retired_epochs: BTreeMap<Slot, Epoch>,
    /// Keys of remembered requests that name it; they are kept for a day after it is gone.
    #[serde(default)]
    pub request_keys: Vec<String>,
    /// The state as it was last made durable: a change of it is an event.
    #[serde(default, skip_serializing_if = "PlacementState::is_default")]
    pub state: PlacementState,
    /// W3C context of the call that created it.
    pub traceparent: Option<String>,
    /// One per replica, by slot number.
    pub slots: Vec<SlotRecord>,
    /// What waits and why, and since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionRecord>,
    /// The story, oldest first, bounded by [`MAX_EVENTS`].
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub events: VecDeque<EventRecord>,
}

/// State of a placement, as the API names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PlacementState {
    /// At least one replica has no place and none serves.
    #[default]
    Pending,
    /// Every replica has a place.
    Assigned,
    /// Every replica's object is in its cluster.
    Applied,
    /// Every replica serves.
    Ready,
    /// Some serve, not all.
    Degraded,
    /// None serves, and one will not without a change.
    Failed,
    /// On its way out.
    Deleting,
}

impl PlacementState {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// UPPER_SNAKE, as the API and the events say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Assigned => "ASSIGNED",
            Self::Applied => "APPLIED",
            Self::Ready => "READY",
            Self::Degraded => "DEGRADED",
            Self::Failed => "FAILED",
            Self::Deleting => "DELETING",
        }
    }
}

/// A placement that waited in vain: it is not tried any more as long as its spec stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppedRecord {
    /// Why.
    pub reason: Reason,
    /// Generation of the spec that is not tried any more.
    pub generation: Generation,
    /// When.
    pub time: Timestamp,
}

/// The common start of a gang's replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GangStartRecord {
    /// How far it has come.
    pub phase: GangPhase,
    /// Since when.
    pub since: Timestamp,
}

/// Steps of a gang's start, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GangPhase {
    /// The replicas are made behind a scheduling gate; the clusters admit them, or one of them does not.
    Gated,
    /// All were admitted: the gates are being lifted, durably.
    Lifting,
    /// All were lifted and have a node: from here on a replica that is lost is replaced by itself.
    Lifted,
}

/// One replica.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SlotRecord {
    /// Number of the slot.
    pub slot: Slot,
    /// Ownership changes so far; the current assignment, when there is one, has this epoch.
    pub epoch: Epoch,
    /// Incarnation under which it was made, placed, or found where it should be. While the store recovers, a slot of an
    /// older one may run in a cluster that is not back yet, so it is not placed.
    #[serde(default = "first_incarnation")]
    pub confirmed_incarnation: u64,
    /// Where it is, when it is decided.
    pub assignment: Option<AssignmentRecord>,
    /// Earlier places, newest last, bounded by [`MAX_ATTEMPTS`].
    pub attempts: Vec<AttemptRecord>,
    /// What takes the place over once it serves: it stands beside the assignment, which serves until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Box<SuccessorRecord>>,
    /// The highest epoch that was ever given to it, when that is above `epoch` and of no successor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_epoch: Option<Epoch>,
    /// Its next place waits until nothing is left of the last one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_removal: bool,
    /// Places in a row, of one generation, in which it did not start in time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed_starts: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Of records that were written before there was any recovery.
fn first_incarnation() -> u64 {
    super::settled_incarnation::FIRST_INCARNATION
}

/// A decision for one slot and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignmentRecord {
    /// Chosen cluster.
    pub cluster: ClusterName,
    /// Chosen node; none when pinned to the cluster only.
    pub node: Option<NodeName>,
    /// Node that the claim is charged to: the chosen one, also when the pin is the cluster only.
    pub charged_node: NodeName,
    /// Namespace of the Performer object.
    pub namespace: String,
    /// Name of the Performer object.
    pub object_name: String,
    /// The claim: requests of the rendered pod with overhead.
    pub vector: ResourceVector,
    /// What of the node serves the request; with the spec it gives the concrete performer.
    pub offer: NodeOffer,
    /// Overrides of the spec that apply, by the labels that its cluster had when it was decided.
    #[serde(default, skip_serializing_if = "AppliedOverrides::is_none")]
    pub overrides: AppliedOverrides,
    /// Hash of the content that the agent is to run.
    pub content_hash: String,
    /// Named scores, compared in order.
    pub scores: Vec<(String, i64)>,
    /// Snapshot that was decided on.
    pub snapshot: SnapshotId,
    /// Generation of the spec that it carries.
    pub generation: Generation,
    /// When it was decided.
    pub decide_time: Timestamp,
    /// Claims whose room it takes and that have not ended yet: nothing of it is started before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waits_for: BTreeSet<ClaimId>,
    /// When the last of these had left: its start counts from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_time: Option<Timestamp>,
    /// It joins a gang that has started: its pods have no gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ungated: bool,
    /// What the cluster last said.
    #[serde(default, skip_serializing_if = "Observed::is_default")]
    pub observed: Observed,
}

impl AssignmentRecord {
    /// `namespace/name` of the Performer object.
    #[must_use]
    pub fn performer(&self) -> String {
        format!("{}/{}", self.namespace, self.object_name)
    }

    /// `cluster/node` that was chosen, or the cluster alone.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.node {
            Some(node) => format!("{}/{node}", self.cluster),
            None => self.cluster.to_string(),
        }
    }
}

/// What the cluster said of one assignment; written only when that is [news](Self::is_news_after).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Where it stands.
    pub phase: Phase,
    /// It serves.
    pub ready: bool,
    /// `host:port` inside its cluster, empty until there is one.
    pub endpoint: String,
    /// The node it is bound to, which a local race can make another than the chosen one.
    pub node: String,
    /// UPPER_SNAKE reason of the phase.
    pub reason: String,
    /// For people.
    pub message: String,
    /// Its cluster fell silent: what stands here is what was last heard.
    #[serde(default)]
    pub silent: bool,
    /// Why it should move while it may still serve, UPPER_SNAKE; empty while it may stay.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub disruption: String,
    /// It has served before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
    /// What became of the scheduling gate of a gang's replica.
    #[serde(default, skip_serializing_if = "Gate::is_default")]
    pub gate: Gate,
    /// When the cluster is asked again, at the latest, for what it refused. Written with other news only: who asks is told that
    /// of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try: Option<Timestamp>,
}

/// What became of the scheduling gate of a gang's replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gate {
    /// It has none, or nothing was said of it yet.
    #[default]
    Unknown,
    /// Its pod does not exist yet.
    Creating,
    /// Its pod waits behind the gate.
    Admitted,
    /// The cluster refuses to make its pod.
    Denied,
    /// Its pod may be scheduled.
    Lifted,
}

impl Gate {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Observed {
    /// It serves, as far as is known now: of a silent cluster nothing is.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.ready && !self.silent
    }

    /// It differs from `before` in what is worth a write: phase, ready, endpoint, reason, silence or disruption. A message that is
    /// worded anew, and the node on the way to a phase, stay in memory until then.
    #[must_use]
    pub fn is_news_after(&self, before: &Self) -> bool {
        let news = |of: &Self| (of.phase, of.ready, of.silent, of.gate);
        let texts = self.endpoint != before.endpoint || self.reason != before.reason;
        news(self) != news(before) || texts || self.disruption != before.disruption
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Phases of an assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Decided; the cluster has not confirmed it yet.
    #[default]
    Dispatching,
    /// The object is in the cluster.
    Accepted,
    /// Its pod is on the way.
    Starting,
    /// It runs.
    Running,
    /// A new version comes up beside the serving one.
    Upgrading,
    /// It goes.
    Terminating,
    /// It does not come up; the message says why.
    Broken,
    /// The cluster does not take it as things are; it is asked again.
    Refused,
}

impl Phase {
    /// The cluster has confirmed the object.
    #[must_use]
    pub fn is_applied(self) -> bool {
        !matches!(self, Self::Dispatching | Self::Refused)
    }
}

/// An earlier place of a slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Epoch that ended.
    pub epoch: Epoch,
    /// Its cluster.
    pub cluster: ClusterName,
    /// Its node.
    pub node: Option<NodeName>,
    /// Why it ended, UPPER_SNAKE.
    pub reason: Reason,
    /// For people.
    pub message: String,
    /// When.
    pub end_time: Timestamp,
}

/// A condition as Kubernetes means it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionRecord {
    /// Which.
    pub kind: ConditionKind,
    /// Holds, does not, or cannot be known now.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// For people.
    pub message: String,
    /// Last change of `status`.
    pub last_transition_time: Timestamp,
}

/// Condition types; see docs/conditions.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConditionKind {
    /// A node was chosen for every replica.
    Scheduled,
    /// The clusters hold the Performer objects.
    Dispatched,
    /// Every replica serves.
    Serving,
    /// The clusters confirm that nothing is left.
    Released,
    /// Every replica carries the current generation.
    Updated,
}

/// Status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionStatus {
    /// Holds.
    True,
    /// Does not hold.
    False,
    /// Cannot be known now.
    Unknown,
}

/// Reasons of conditions and attempts; each has its remedy in docs/conditions.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// Every replica has a node.
    Decided,
    /// The rules allow nodes, none has enough free.
    NoCapacity,
    /// No connected cluster reports the product or TEE.
    NoSuchProduct,
    /// No cluster may take it now.
    NoEligibleCluster,
    /// Clusters may, but their rules and the request's exclude every node.
    RulesExcludeAllNodes,
    /// Some replicas of a gang fit, not all.
    GangDoesNotFit,
    /// What has room refused it and is avoided until it changes.
    Avoided,
    /// The clusters' inventories are not in yet.
    WaitingForInventory,
    /// Replicas have no place yet.
    WaitingForPlace,
    /// The cluster has not confirmed yet.
    WaitingForAgent,
    /// Every object was confirmed.
    ApplyAcknowledged,
    /// A cluster will not take the object.
    ApplyRefused,
    /// Objects are there, pods are not ready.
    WaitingForPerformer,
    /// All serve.
    AllReplicasReady,
    /// Some serve.
    SomeReplicasNotReady,
    /// A cluster with replicas fell silent.
    ClusterSilent,
    /// Deletion waits for clusters to confirm.
    WaitingForRemoval,
    /// The node refused the replica; it was decided again.
    NodeRejected,
    /// The cluster's own scheduler cannot place the pod.
    UnschedulableInCluster,
    /// A placement of higher priority took its place.
    Preempted,
    /// Its place is promised; others are on their way out of it.
    WaitingForVictims,
    /// It waited longer than it said.
    QueueTimeout,
    /// Not ready in time.
    StartDeadlineExceeded,
    /// Its time has come.
    Expired,
    /// Some replicas carry an earlier generation.
    Updating,
    /// The next step of the update cannot be taken.
    UpdateBlocked,
    /// A replica of the new generation was not ready in time.
    ProgressDeadlineExceeded,
    /// All replicas carry the current generation.
    UpToDate,
    /// An object that the performer names is missing in the namespace.
    MissingPrerequisite,
    /// ResourceQuotas of the namespace leave too little.
    NamespaceQuota,
    /// Nodes are kept free for one that has waited longer.
    Reserved,
    /// One member of the gang was refused.
    GangBackedOut,
    /// Moved by hand.
    Evicted,
    /// Its node or cluster empties.
    Drained,
    /// Replaced by its successor.
    Superseded,
    /// It is not tried again by itself.
    AttemptsExhausted,
    /// Rules over other placements leave no place.
    PlacementRules,
}

/// One step of the story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// When.
    pub time: Timestamp,
    /// UPPER_SNAKE.
    pub reason: String,
    /// For people.
    pub message: String,
    /// 32 hex digits, or empty.
    pub trace_id: String,
}

impl PlacementRecord {
    /// `tenants/{tenant}/placements/{id}`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("tenants/{}/placements/{}", self.tenant, self.id)
    }

    /// Trace of the call that created it, 32 hex digits, or empty.
    #[must_use]
    pub fn trace_id(&self) -> &str {
        let parent = self.traceparent.as_deref();
        parent
            .and_then(|parent| parent.split('-').nth(1))
            .unwrap_or_default()
    }

    /// One of its conditions.
    #[must_use]
    pub fn condition(&self, kind: ConditionKind) -> Option<&ConditionRecord> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Appends to the story and drops what is over the bound.
    pub fn push_event(&mut self, time: Timestamp, reason: &str, message: String) {
        let event = EventRecord {
            time,
            reason: reason.to_owned(),
            message: bounded(message),
            trace_id: self.trace_id().to_owned(),
        };
        self.events.push_back(event);
        while self.events.len() > MAX_EVENTS {
            self.events.pop_front();
        }
    }

    /// A replica has no place, and one is looked for.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.delete_time.is_none() && !self.is_stopped() && self.slots.iter().any(SlotRecord::waits)
    }

    /// Some replica serves, as far as is known now.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.slots.iter().any(SlotRecord::serves)
    }

    /// It is not tried any more as it is.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped
            .as_ref()
            .is_some_and(|stopped| stopped.generation == self.generation)
    }

    /// Slots whose place has others on their way out of it.
    pub fn behind_victims(&self) -> impl Iterator<Item = (&SlotRecord, &AssignmentRecord)> {
        let lives = self.delete_time.is_none();
        self.assigned()
            .filter(move |(_, assignment)| lives && !assignment.waits_for.is_empty())
    }

    /// Why a replica that waits has lost its place to a placement of higher priority; none when none has.
    #[must_use]
    pub fn preempted(&self) -> Option<&str> {
        self.without_place()
            .filter_map(|slot| slot.attempts.last().filter(|last| last.epoch == slot.epoch))
            .find(|last| last.reason == Reason::Preempted)
            .map(|last| last.message.as_str())
    }

    /// Its replicas start together, behind scheduling gates.
    #[must_use]
    pub fn starts_together(&self) -> bool {
        self.spec.gang && self.slots.len() > 1
    }

    /// Its replicas are about to start together, and have not all started yet.
    #[must_use]
    pub fn gang_is_starting(&self) -> bool {
        self.gang_start
            .is_some_and(|start| start.phase < GangPhase::Lifted)
    }

    /// Drops the oldest attempts that are more than all slots together may keep.
    pub fn drop_old_attempts(&mut self) {
        let mut ends: Vec<(Timestamp, usize)> = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            ends.extend(slot.attempts.iter().map(|attempt| (attempt.end_time, index)));
        }
        let Some(surplus) = ends.len().checked_sub(MAX_ATTEMPTS_TOGETHER) else {
            return;
        };
        ends.sort_unstable();
        for (_, index) in ends.into_iter().take(surplus) {
            // Those of one slot stand in the order in which they ended.
            if let Some(slot) = self.slots.get_mut(index).filter(|slot| !slot.attempts.is_empty()) {
                slot.attempts.remove(0);
            }
        }
    }

    /// Slots without a place, be it that none is looked for any more.
    pub fn without_place(&self) -> impl Iterator<Item = &SlotRecord> {
        self.slots.iter().filter(|slot| slot.assignment.is_none())
    }

    /// Slots with a place.
    pub fn assigned(&self) -> impl Iterator<Item = (&SlotRecord, &AssignmentRecord)> {
        self.slots
            .iter()
            .filter_map(|slot| slot.assignment.as_ref().map(|assignment| (slot, assignment)))
    }
}

impl SlotRecord {
    /// Ends the current assignment and keeps it among the attempts; gives it back.
    pub fn end_attempt(
        &mut self,
        reason: Reason,
        message: String,
        end_time: Timestamp,
    ) -> Option<AssignmentRecord> {
        let ended = self.assignment.take()?;
        self.keep_attempt(self.epoch, &ended, reason, message, end_time);
        Some(ended)
    }

    /// Keeps a place that has ended among the attempts.
    pub(super) fn keep_attempt(
        &mut self,
        epoch: Epoch,
        ended: &AssignmentRecord,
        reason: Reason,
        message: String,
        end_time: Timestamp,
    ) {
        self.attempts.push(AttemptRecord {
            epoch,
            cluster: ended.cluster.clone(),
            node: ended.node.clone(),
            reason,
            message: bounded(message),
            end_time,
        });
        let surplus = self.attempts.len().saturating_sub(MAX_ATTEMPTS);
        self.attempts.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};

    #[test]
    fn of_all_attempts_the_latest_are_kept() {
        let mut placement = record("default", "one", "uid-1");
        for number in 0..40 {
            let mut slot = slot(number, "c1", "n1", Observed::default());
            let place = slot.assignment.clone();
            for minute in 0..3 {
                slot.assignment = place.clone();
                let end = Timestamp::from_second(60 * minute).unwrap();
                slot.end_attempt(Reason::NodeRejected, String::new(), end);
            }
            placement.slots.push(slot);
        }
        placement.drop_old_attempts();
        let kept: Vec<i64> = placement
            .slots
            .iter()
            .flat_map(|slot| {
                slot.attempts
                    .iter()
                    .map(|attempt| attempt.end_time.as_second() / 60)
            })
            .collect();
        let of = |minute: i64| kept.iter().filter(|kept| **kept == minute).count();
        assert_eq!((of(0), of(1), of(2)), (0, 24, 40));
        placement.drop_old_attempts();
        assert_eq!(kept.len(), MAX_ATTEMPTS_TOGETHER);
    }

    #[test]
    fn a_text_is_cut_by_its_length_in_json() {
        for character in ["a", "é", "…", "\u{1}", "\"", "\\", "\n", "\u{7f}", "𝄞"] {
            for length in [0, 1, 40, 50, 64, 128, 300] {
                let text = character.repeat(length);
                let whole = serde_json::to_string(&text).unwrap().len() - 2;
                let short = cut(text.clone(), 256);
                let bytes = serde_json::to_string(&short).unwrap().len() - 2;
                assert!(bytes <= 256, "{bytes} of {character:?}");
                assert_eq!(short == text, whole <= 256, "{character:?} {length}");
                assert!(whole <= 256 || bytes > 256 - 9, "{bytes} of {character:?}");
            }
        }
    }
}
