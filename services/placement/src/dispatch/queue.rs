//! The queue of one cluster: bounded window, one command in flight per slot, backoff after failures.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use hourglass_model::ids::Epoch;
use hourglass_runtime::backoff::BackoffPolicy;
use tracing::Span;

use super::order::{Intent, SlotKey, Work};

/// Commands that may wait for an acknowledgement at once, per cluster.
pub const WINDOW: usize = 64;

const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(30),
};

/// What a cluster refused is tried again this much later, at most: somebody has to change something there first, and
/// roles at an API server are changed without a word to anybody.
pub const REFUSED_RETRY: Duration = Duration::from_secs(300);

/// A command that is not answered for this long counts as failed: longer than an agent itself waits for a removal.
const ANSWER_DEADLINE: Duration = Duration::from_secs(180);

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

/// What one cluster is to be told.
#[derive(Debug, Default)]
pub struct ClusterQueue {
    removals: VecDeque<SlotKey>,
    applies: VecDeque<SlotKey>,
    successors: VecDeque<SlotKey>,
    lifts: VecDeque<SlotKey>,
    seals: VecDeque<SlotKey>,
    queued: BTreeSet<Work>,
    last_was_removal: bool,
    in_flight: HashMap<String, InFlight>,
    busy: BTreeSet<SlotKey>,
    failures: BTreeMap<Work, u32>,
    retries: BTreeSet<(Instant, Work)>,
    refused: BTreeMap<Work, Instant>,
}

impl ClusterQueue {
    /// Puts `work` into the queue, once.
    pub fn push(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            self.line(work.intent).push_back(work.key);
        }
    }

    fn line(&mut self, intent: Intent) -> &mut VecDeque<SlotKey> {
        match intent {
            Intent::Remove => &mut self.removals,
            Intent::Apply => &mut self.applies,
            Intent::ApplySuccessor => &mut self.successors,
            Intent::LiftGate => &mut self.lifts,
            Intent::Seal => &mut self.seals,
        }
    }

    /// Whether `work` waits to be sent.
    #[must_use]
    pub fn is_queued(&self, work: &Work) -> bool {
        self.queued.contains(work)
    }

    /// The next work that may be sent: within the window, no other command of the same slot in flight, a slot's removal
    /// before its next apply, and that before its gate is lifted. Removals and applies take turns, so that neither starves
    /// the other; gates go first: they are few, and a whole gang waits for them. Seals go when nothing else is to be done.
    pub fn pop(&mut self) -> Option<Work> {
        if self.in_flight.len() >= WINDOW {
            return None;
        }
        let turns = if self.last_was_removal {
            [Intent::Apply, Intent::ApplySuccessor, Intent::Remove]
        } else {
            [Intent::Remove, Intent::Apply, Intent::ApplySuccessor]
        };
        if let Some(lift) = self.pop_of(Intent::LiftGate) {
            return Some(lift);
        }
        let Some(work) = turns.into_iter().find_map(|intent| self.pop_of(intent)) else {
            return self.pop_of(Intent::Seal);
        };
        self.last_was_removal = work.intent == Intent::Remove;
        Some(work)
    }

    fn pop_of(&mut self, intent: Intent) -> Option<Work> {
        let (busy, queued) = (&self.busy, &self.queued);
        let waits = |key: &SlotKey| {
            let before = |earlier: Intent| {
                let work = Work {
                    key: key.clone(),
                    intent: earlier,
                };
                earlier < intent && queued.contains(&work)
            };
            busy.contains(key) || before(Intent::Remove) || before(Intent::Apply)
        };
        let line = match intent {
            Intent::Remove => &mut self.removals,
            Intent::Apply => &mut self.applies,
            Intent::ApplySuccessor => &mut self.successors,
            Intent::LiftGate => &mut self.lifts,
            Intent::Seal => &mut self.seals,
        };
        let at = line.iter().position(|key| !waits(key))?;
        let work = Work {
            key: line.remove(at)?,
            intent,
        };
        self.queued.remove(&work);
        Some(work)
    }

    /// Gives back what could not be sent.
    pub fn unpop(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            self.line(work.intent).push_front(work.key);
        }
    }

    /// Notes that `work` was sent as `command_id`.
    pub fn sent(&mut self, command_id: String, work: Work, epoch: Epoch, sent_at: Instant, span: Span) {
        self.busy.insert(work.key.clone());
        self.in_flight.insert(
            command_id,
            InFlight {
                work,
                epoch,
                span,
                sent_at,
            },
        );
    }

    /// Takes the command that an acknowledgement names out of the window; none when it is not (or no longer) there.
    pub fn acknowledged(&mut self, command_id: &str) -> Option<InFlight> {
        let done = self.in_flight.remove(command_id)?;
        self.busy.remove(&done.work.key);
        Some(done)
    }

    /// The work succeeded or is moot: its failures are forgotten.
    pub fn settled(&mut self, work: &Work) {
        self.failures.remove(work);
        self.refused.remove(work);
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

    /// The agent will not do the work as things are: it comes back once, after some minutes; `jitter` is in 0..1. Gives the
    /// delay.
    pub fn refused(&mut self, work: Work, now: Instant, jitter: f64) -> Duration {
        self.failures.remove(&work);
        let delay = jittered(REFUSED_RETRY, jitter);
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

    /// Moves what has waited long enough back into the queue, also commands that were never answered. True when there
    /// was any.
    pub fn due(&mut self, now: Instant) -> bool {
        let unanswered: Vec<String> = self
            .in_flight
            .iter()
            .filter(|(_, command)| now.saturating_duration_since(command.sent_at) >= ANSWER_DEADLINE)
            .map(|(id, _)| id.clone())
            .collect();
        let mut moved = false;
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
        (self.queued.len(), self.in_flight.len())
    }
}

/// Half fixed, half random: never at once, never all together.
fn jittered(ceiling: Duration, jitter: f64) -> Duration {
    ceiling.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{PlacementUid, Slot};

    use super::*;

    fn work(slot: u32, intent: Intent) -> Work {
        let placement_uid = PlacementUid::new("2d3a0c0e-0000-4000-8000-000000000001").unwrap();
        Work {
            key: SlotKey {
                placement_uid,
                slot: Slot(slot),
            },
            intent,
        }
    }

    #[test]
    fn the_same_work_is_queued_once() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Apply));
        queue.push(work(0, Intent::Apply));
        assert!(queue.pop().is_some());
        assert!(queue.pop().is_none());
    }

    #[test]
    fn one_slot_has_one_command_in_flight_and_removals_go_first() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Apply));
        queue.push(work(0, Intent::Remove));
        let first = queue.pop().unwrap();
        assert_eq!(first.intent, Intent::Remove);
        queue.sent("a".into(), first, Epoch(1), Instant::now(), Span::none());
        assert!(
            queue.pop().is_none(),
            "the apply of the slot waits for the removal's acknowledgement"
        );
        assert!(queue.acknowledged("a").is_some());
        assert_eq!(queue.pop().unwrap().intent, Intent::Apply);
    }

    #[test]
    fn removals_and_applies_take_turns() {
        let mut queue = ClusterQueue::default();
        for slot in 0..6 {
            queue.push(work(slot, if slot < 3 { Intent::Remove } else { Intent::Apply }));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop())
            .map(|work| work.intent)
            .collect();
        let (remove, apply) = (Intent::Remove, Intent::Apply);
        assert_eq!(order, [remove, apply, remove, apply, remove, apply]);
    }

    #[test]
    fn a_gate_is_lifted_after_the_apply_of_its_slot_and_before_others() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::LiftGate));
        queue.push(work(0, Intent::Apply));
        queue.push(work(1, Intent::Apply));
        queue.push(work(2, Intent::LiftGate));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop())
            .map(|work| (work.key.slot.0, work.intent))
            .collect();
        let (apply, lift) = (Intent::Apply, Intent::LiftGate);
        assert_eq!(order, [(2, lift), (0, apply), (0, lift), (1, apply)]);
    }

    #[test]
    fn a_seal_is_renewed_when_nothing_else_is_to_be_done() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Seal));
        queue.push(work(1, Intent::Apply));
        queue.push(work(0, Intent::Remove));
        assert!(queue.is_queued(&work(0, Intent::Seal)));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop())
            .map(|work| (work.key.slot.0, work.intent))
            .collect();
        assert_eq!(
            order,
            [(0, Intent::Remove), (1, Intent::Apply), (0, Intent::Seal)]
        );
        assert!(!queue.is_queued(&work(0, Intent::Seal)));
    }

    #[test]
    fn a_command_that_is_never_answered_is_sent_again() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Apply));
        let sent = queue.pop().unwrap();
        let now = Instant::now();
        queue.sent("a".into(), sent, Epoch(1), now, Span::none());
        assert!(!queue.due(now + ANSWER_DEADLINE / 2));
        assert!(queue.due(now + ANSWER_DEADLINE));
        assert!(queue.pop().is_some());
        assert!(queue.acknowledged("a").is_none(), "a late answer finds nothing");
    }

    #[test]
    fn the_window_is_bounded() {
        let mut queue = ClusterQueue::default();
        let slots = u32::try_from(WINDOW).unwrap() + 10;
        for slot in 0..slots {
            queue.push(work(slot, Intent::Apply));
        }
        let mut sent = 0;
        while let Some(next) = queue.pop() {
            queue.sent(sent.to_string(), next, Epoch(1), Instant::now(), Span::none());
            sent += 1;
        }
        assert_eq!(sent, WINDOW);
    }

    #[test]
    fn a_failure_comes_back_later_and_later() {
        let mut queue = ClusterQueue::default();
        let now = Instant::now();
        let first = queue.failed(work(0, Intent::Apply), now, 1.0);
        queue.due(now);
        assert!(queue.pop().is_none());
        queue.due(now + first);
        assert!(queue.pop().is_some());
        let second = queue.failed(work(0, Intent::Apply), now, 1.0);
        assert!(second > first);
    }

    #[test]
    fn what_was_refused_comes_back_after_minutes() {
        let mut queue = ClusterQueue::default();
        let now = Instant::now();
        let delay = queue.refused(work(0, Intent::Apply), now, 0.0);
        assert_eq!(delay, REFUSED_RETRY / 2);
        assert!(!queue.due(now + delay / 2));
        assert!(queue.due(now + delay));
        assert_eq!(queue.pop(), Some(work(0, Intent::Apply)));

        queue.refused(work(0, Intent::Apply), now, 0.0);
        assert!(queue.retry_refused(), "at once when the cluster changed");
        assert_eq!(queue.pop(), Some(work(0, Intent::Apply)));
        assert!(!queue.due(now + REFUSED_RETRY), "and once only");
    }

    #[test]
    fn a_late_acknowledgement_of_an_old_session_finds_nothing() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Apply));
        let next = queue.pop().unwrap();
        queue.sent("a".into(), next, Epoch(1), Instant::now(), Span::none());
        queue.reset();
        assert!(queue.acknowledged("a").is_none());
    }
}
