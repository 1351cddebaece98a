//! The queue of one cluster: bounded windows, the commands of one slot in order, backoff after failures.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use hourglass_model::ids::Epoch;
use hourglass_runtime::backoff::BackoffPolicy;
use tracing::Span;

use super::order::{Intent, SlotKey, Work};
use super::window::{InFlight, Windows};

const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(30),
};

/// What a cluster refused is tried again this much later, at most: somebody has to change something there first, and
/// roles at an API server are changed without a word to anybody.
pub const REFUSED_RETRY: Duration = Duration::from_secs(300);

/// The same of what it has refused for a moment only, which may pass: a namespace that is being made.
pub const REFUSED_RETRY_SOON: Duration = Duration::from_secs(4);

/// A command that is not answered for this long counts as failed: longer than an agent itself waits for a removal.
const ANSWER_DEADLINE: Duration = Duration::from_secs(180);

/// Where work waits, in the order in which it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    Removals,
    /// Removals that were sent before and are not confirmed.
    RemovalsAgain,
    Applies,
    Successors,
    Lifts,
    Seals,
}

/// What one cluster is to be told.
#[derive(Debug, Default)]
pub struct ClusterQueue {
    lines: BTreeMap<Line, VecDeque<Work>>,
    queued: BTreeSet<Work>,
    last_was_removal: bool,
    windows: Windows,
    failures: BTreeMap<Work, u32>,
    retries: BTreeSet<(Instant, Work)>,
    refused: BTreeMap<Work, Instant>,
}

impl ClusterQueue {
    /// Puts `work` into the queue, once.
    pub fn push(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            let line = self.line_of(&work);
            self.lines.entry(line).or_default().push_back(work);
        }
    }

    fn line_of(&self, work: &Work) -> Line {
        match work.intent {
            Intent::Remove(epoch) if self.windows.is_leaving(&work.key, epoch) => Line::RemovalsAgain,
            Intent::Remove(_) => Line::Removals,
            Intent::Apply => Line::Applies,
            Intent::ApplySuccessor => Line::Successors,
            Intent::LiftGate => Line::Lifts,
            Intent::Seal => Line::Seals,
        }
    }

    /// Whether `work` waits to be sent.
    #[must_use]
    pub fn is_queued(&self, work: &Work) -> bool {
        self.queued.contains(work)
    }

    /// Something that makes the slot what it should be there waits to be sent or answered: what was said of it last may be
    /// over.
    #[must_use]
    pub fn is_asked(&self, key: &SlotKey) -> bool {
        let applies = [Intent::Apply, Intent::ApplySuccessor];
        let mut applies = applies.into_iter().map(|intent| Work {
            key: key.clone(),
            intent,
        });
        self.windows.is_busy(key) || applies.any(|work| self.queued.contains(&work))
    }

    /// The next work that may be sent: within its window, no other command of the same slot in flight, a slot's removal
    /// before its next apply, and that before its gate is lifted. Removals and applies take turns, so that neither starves
    /// the other; gates go first: they are few, and a whole gang waits for them. Seals go when nothing else is to be done.
    ///
    /// A removal that was sent keeps nothing waiting that `is_apart`: is the removal of another epoch, or about a later one than
    /// that of the removal, at an agent that tells epochs apart. Those are different objects, and of the removed one a pod may be
    /// left for ever.
    pub fn pop(&mut self, is_apart: impl Fn(&Work, Epoch) -> bool) -> Option<Work> {
        let is_apart = &is_apart;
        let removals = [Line::Removals, Line::RemovalsAgain];
        let applies = [Line::Applies, Line::Successors];
        let turns = if self.last_was_removal {
            [applies, removals]
        } else {
            [removals, applies]
        };
        if let Some(lift) = self.pop_of(Line::Lifts, is_apart) {
            return Some(lift);
        }
        let mut turns = turns.into_iter().flatten();
        let Some(work) = turns.find_map(|line| self.pop_of(line, is_apart)) else {
            return self.pop_of(Line::Seals, is_apart);
        };
        self.last_was_removal = work.intent.removed_epoch().is_some();
        Some(work)
    }

    fn pop_of(&mut self, line: Line, is_apart: &impl Fn(&Work, Epoch) -> bool) -> Option<Work> {
        let has_room = match line {
            Line::Removals | Line::RemovalsAgain => self.windows.takes_removal(line == Line::RemovalsAgain),
            Line::Applies | Line::Successors | Line::Lifts | Line::Seals => self.windows.takes_other(),
        };
        if !has_room {
            return None;
        }
        let waiting = self.lines.get(&line)?;
        let at = waiting.iter().position(|work| self.may_go(work, is_apart))?;
        let work = self.lines.get_mut(&line)?.remove(at)?;
        self.queued.remove(&work);
        Some(work)
    }

    /// No other command of its slot is in its way.
    fn may_go(&self, work: &Work, is_apart: &impl Fn(&Work, Epoch) -> bool) -> bool {
        let key = &work.key;
        let apply = Work {
            key: key.clone(),
            intent: Intent::Apply,
        };
        let goes_first = work.intent > apply.intent && self.queued.contains(&apply);
        if goes_first || self.windows.is_busy(key) {
            return false;
        }
        if let Some(epoch) = work.intent.removed_epoch() {
            let mut others = self.windows.removed_now(key);
            return others.all(|other| other != epoch && is_apart(work, other));
        }
        let mut removals = self.queued_removals(key).peekable();
        if removals.peek().is_none() && self.windows.removed_now(key).next().is_none() {
            return true;
        }
        let mut leaving = self.windows.leaving(key);
        removals.all(|epoch| self.windows.is_leaving(key, epoch))
            && leaving.all(|epoch| is_apart(work, epoch))
    }

    /// The epochs of a slot whose removal waits to be sent.
    fn queued_removals(&self, key: &SlotKey) -> impl Iterator<Item = Epoch> {
        let of = |epoch| Work {
            key: key.clone(),
            intent: Intent::Remove(Epoch(epoch)),
        };
        let queued = self.queued.range(of(u64::MIN)..=of(u64::MAX));
        queued.filter_map(|work| work.intent.removed_epoch())
    }

    /// Gives back what could not be sent.
    pub fn unpop(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            let line = self.line_of(&work);
            self.lines.entry(line).or_default().push_front(work);
        }
    }

    /// Notes that `work` was sent as `command_id`.
    pub fn sent(&mut self, command_id: String, work: Work, epoch: Epoch, sent_at: Instant, span: Span) {
        let command = InFlight::new(work, epoch, span, sent_at);
        self.windows.sent(command_id, command);
    }

    /// Takes the command that an acknowledgement names out of its window; none when it is not (or no longer) there.
    pub fn acknowledged(&mut self, command_id: &str) -> Option<InFlight> {
        self.windows.acknowledged(command_id)
    }

    /// The removal of an epoch of a slot waits to be sent, or was sent in this session and is not confirmed: it is told again by
    /// itself.
    #[must_use]
    pub fn is_to_remove(&self, key: &SlotKey, epoch: Epoch) -> bool {
        let work = Work {
            key: key.clone(),
            intent: Intent::Remove(epoch),
        };
        self.windows.is_leaving(key, epoch) || self.queued.contains(&work)
    }

    /// Nothing is left of an epoch of a slot, by whatever answer.
    pub fn removed(&mut self, key: &SlotKey, epoch: Epoch) {
        self.windows.gone(key, epoch);
    }

    /// The work succeeded or is moot: its failures are forgotten.
    pub fn settled(&mut self, work: &Work) {
        self.failures.remove(work);
        self.refused.remove(work);
        if let Some(epoch) = work.intent.removed_epoch() {
            self.windows.gone(&work.key, epoch);
        }
    }

    /// The work failed for now: it comes back after a backoff; `jitter` is in 0..1. Gives the delay.
    pub fn failed(&mut self, work: Work, now: Instant, jitter: f64) -> Duration {
        let failures = self.failures.entry(work.clone()).or_default();
        let ceiling = RETRY.ceiling(*failures);
        *failures = failures.saturating_add(1);
        let delay = jittered(ceiling, jitter);
        self.retries.insert((now + delay, work));
        delay
    }

    /// The agent will not do the work as things are: it comes back once, after `most` at most; `jitter` is in 0..1. Gives the
    /// delay.
    pub fn refused(&mut self, work: Work, now: Instant, (most, jitter): (Duration, f64)) -> Duration {
        self.failures.remove(&work);
        let delay = jittered(most, jitter);
        self.refused.insert(work, now + delay);
        delay
    }

    /// The cluster has changed: what was refused comes back now. True when there was any.
    pub fn retry_refused(&mut self) -> bool {
        let refused = std::mem::take(&mut self.refused);
        let any = !refused.is_empty();
        for work in refused.into_keys() {
            self.push(work);
        }
        any
    }

    /// Moves what has waited long enough back into the queue, also commands that were never answered, and counts no removals that
    /// take long. True when there was any.
    pub fn due(&mut self, now: Instant) -> bool {
        let unanswered = self.windows.unanswered(now, ANSWER_DEADLINE);
        let mut moved = self.windows.find_slow(now);
        for id in unanswered {
            if let Some(command) = self.acknowledged(&id) {
                tracing::warn!(command = id, work = ?command.work, "an order was never answered; it is sent again");
                self.push(command.work);
                moved = true;
            }
        }
        let refused: Vec<Work> = self
            .refused
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(work, _)| work.clone())
            .collect();
        for work in refused {
            self.refused.remove(&work);
            self.push(work);
            moved = true;
        }
        while self.retries.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, work)) = self.retries.pop_first() {
                self.push(work);
                moved = true;
            }
        }
        moved
    }

    /// The session is gone: nothing is in flight or waiting any more; the next session starts from what runs.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Waiting, in flight.
    #[must_use]
    pub fn depth(&self) -> (usize, usize) {
        (self.queued.len(), self.windows.len())
    }
}

/// Half fixed, half random: never at once, never all together.
fn jittered(ceiling: Duration, jitter: f64) -> Duration {
    ceiling.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests;
