//! What was sent to a cluster and is not answered: a window for removals, and one for everything else. An agent answers a
//! removal when nothing is left of what goes, and of a pod on a dead node something may be left for ever: that keeps
//! nothing else from being sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use hourglass_model::ids::Epoch;
use tracing::Span;

use super::order::{Intent, SlotKey, Work};

/// Commands other than removals that may wait for an acknowledgement at once, per cluster.
pub const WINDOW: usize = 64;

/// Removals that may wait for an acknowledgement at once beside them, per cluster, not counting those that take long.
pub const REMOVALS: usize = 64;

/// A removal without an answer for this long takes long: its agent has asked for the deletion, and waits for what is left.
pub const TAKES_LONG: Duration = Duration::from_secs(5);

/// Removals that take long and are not counted: the pods of some dead nodes keep no others from being removed meanwhile.
pub const REMOVALS_SLOW: usize = 192;

/// Of these, those that were sent before and found something left: what does not end leaves room for what may end at once.
pub const REMOVALS_AGAIN: usize = REMOVALS / 2;

/// A command on its way.
#[derive(Debug)]
pub struct InFlight {
    /// What it is for.
    pub work: Work,
    /// Epoch that it names.
    pub epoch: Epoch,
    /// The `dispatch` span: open from sending to acknowledgement.
    pub span: Span,
    sent_at: Instant,
}

impl InFlight {
    /// Sent at this moment.
    #[must_use]
    pub fn new(work: Work, epoch: Epoch, span: Span, sent_at: Instant) -> Self {
        Self {
            work,
            epoch,
            span,
            sent_at,
        }
    }
}

/// What is on its way to one cluster.
#[derive(Debug, Default)]
pub(super) struct Windows {
    in_flight: HashMap<String, InFlight>,
    /// Slots with a command other than a removal on its way: one each.
    busy: BTreeSet<SlotKey>,
    /// Slots with a removal on its way that is sent for the first time: one each.
    removing: BTreeMap<SlotKey, Instant>,
    /// Those of them that take long.
    slow: BTreeSet<SlotKey>,
    /// Slots with a removal on its way that was sent before.
    removing_again: BTreeSet<SlotKey>,
    /// Highest epoch of a slot whose removal was sent and is not confirmed, on its way or not.
    leaving: BTreeMap<SlotKey, Epoch>,
}

impl Windows {
    /// One more removal may be sent; `again`: one that was sent before.
    pub fn takes_removal(&self, again: bool) -> bool {
        let tried = self.removing_again.len();
        self.removing.len() + tried < REMOVALS && !(again && tried >= REMOVALS_AGAIN)
    }

    /// One more command that is no removal may be sent.
    pub fn takes_other(&self) -> bool {
        self.busy.len() < WINDOW
    }

    /// A command other than a removal is on its way for the slot.
    pub fn is_busy(&self, key: &SlotKey) -> bool {
        self.busy.contains(key)
    }

    /// A removal is on its way for the slot.
    pub fn removes(&self, key: &SlotKey) -> bool {
        self.removing.contains_key(key) || self.slow.contains(key) || self.removing_again.contains(key)
    }

    /// The highest epoch of the slot whose removal was sent and is not confirmed, whatever else was answered.
    pub fn leaving(&self, key: &SlotKey) -> Option<Epoch> {
        self.leaving.get(key).copied()
    }

    /// Notes that a command was sent.
    pub fn sent(&mut self, command_id: String, command: InFlight) {
        let key = command.work.key.clone();
        if command.work.intent != Intent::Remove {
            self.busy.insert(key);
        } else if let Some(highest) = self.leaving.get_mut(&key) {
            *highest = command.epoch.max(*highest);
            self.removing_again.insert(key);
        } else {
            self.leaving.insert(key.clone(), command.epoch);
            self.removing.insert(key, command.sent_at);
        }
        self.in_flight.insert(command_id, command);
    }

    /// Takes out what is answered.
    pub fn acknowledged(&mut self, command_id: &str) -> Option<InFlight> {
        let done = self.in_flight.remove(command_id)?;
        let key = &done.work.key;
        if done.work.intent == Intent::Remove {
            self.removing.remove(key);
            self.slow.remove(key);
            self.removing_again.remove(key);
        } else {
            self.busy.remove(key);
        }
        Some(done)
    }

    /// Looks which removals take long by now; true when that makes room for others.
    pub fn find_slow(&mut self, now: Instant) -> bool {
        let room = REMOVALS_SLOW.saturating_sub(self.slow.len());
        let sent = self.removing.iter();
        let takes_long = sent.filter(|(_, sent)| now.saturating_duration_since(**sent) >= TAKES_LONG);
        let slow: Vec<SlotKey> = takes_long.map(|(key, _)| key.clone()).take(room).collect();
        for key in &slow {
            self.removing.remove(key);
        }
        let any = !slow.is_empty();
        self.slow.extend(slow);
        any
    }

    /// What was to be removed of the slot is gone.
    pub fn gone(&mut self, key: &SlotKey) {
        self.leaving.remove(key);
    }

    /// Commands that have had no answer for `limit`.
    pub fn unanswered(&self, now: Instant, limit: Duration) -> Vec<String> {
        let late = self
            .in_flight
            .iter()
            .filter(|(_, command)| now.saturating_duration_since(command.sent_at) >= limit);
        late.map(|(id, _)| id.clone()).collect()
    }

    /// Commands on their way.
    pub fn len(&self) -> usize {
        self.in_flight.len()
    }
}
