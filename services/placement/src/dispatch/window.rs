//! What was sent to a cluster and is not answered: a window for removals, and one for everything else. An agent answers a
//! removal when nothing is left of what goes, and of a pod on a dead node something may be left for ever: that keeps
//! nothing else from being sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use hourglass_model::ids::Epoch;
use tracing::Span;

use super::order::{SlotKey, Work};

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
    /// Removals on their way that are sent for the first time: one an epoch of a slot, as all of these.
    removing: BTreeMap<(SlotKey, Epoch), Instant>,
    /// Those of them that take long.
    slow: BTreeSet<(SlotKey, Epoch)>,
    /// Removals on their way that were sent before.
    removing_again: BTreeSet<(SlotKey, Epoch)>,
    /// What was sent and is not confirmed, on its way or not.
    leaving: BTreeSet<(SlotKey, Epoch)>,
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

    /// The epochs of the slot whose removal is on its way.
    pub fn removed_now(&self, key: &SlotKey) -> impl Iterator<Item = Epoch> {
        let first = self.removing.range(all_of(key)).map(|(place, _)| place);
        let slow = self.slow.range(all_of(key));
        let again = self.removing_again.range(all_of(key));
        first.chain(slow).chain(again).map(|(_, epoch)| *epoch)
    }

    /// The epochs of the slot whose removal was sent and is not confirmed, whatever else was answered.
    pub fn leaving(&self, key: &SlotKey) -> impl Iterator<Item = Epoch> {
        self.leaving.range(all_of(key)).map(|(_, epoch)| *epoch)
    }

    /// This epoch is one of them.
    pub fn is_leaving(&self, key: &SlotKey, epoch: Epoch) -> bool {
        self.leaving.contains(&(key.clone(), epoch))
    }

    /// Notes that a command was sent.
    pub fn sent(&mut self, command_id: String, command: InFlight) {
        let key = command.work.key.clone();
        if let Some(epoch) = command.work.intent.removed_epoch() {
            let place = (key, epoch);
            if self.leaving.insert(place.clone()) {
                self.removing.insert(place, command.sent_at);
            } else {
                self.removing_again.insert(place);
            }
        } else {
            self.busy.insert(key);
        }
        self.in_flight.insert(command_id, command);
    }

    /// Takes out what is answered.
    pub fn acknowledged(&mut self, command_id: &str) -> Option<InFlight> {
        let done = self.in_flight.remove(command_id)?;
        let key = &done.work.key;
        if let Some(epoch) = done.work.intent.removed_epoch() {
            let place = (key.clone(), epoch);
            self.removing.remove(&place);
            self.slow.remove(&place);
            self.removing_again.remove(&place);
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
        let slow: Vec<_> = takes_long.map(|(place, _)| place.clone()).take(room).collect();
        for place in &slow {
            self.removing.remove(place);
        }
        let any = !slow.is_empty();
        self.slow.extend(slow);
        any
    }

    /// What was to be removed of the slot at this epoch is gone.
    pub fn gone(&mut self, key: &SlotKey, epoch: Epoch) {
        self.leaving.remove(&(key.clone(), epoch));
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

/// Every epoch of a slot.
fn all_of(key: &SlotKey) -> RangeInclusive<(SlotKey, Epoch)> {
    (key.clone(), Epoch(u64::MIN))..=(key.clone(), Epoch(u64::MAX))
}
