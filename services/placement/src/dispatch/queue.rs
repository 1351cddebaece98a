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

/// A command on its way.
#[derive(Debug)]
pub struct InFlight {
    /// What it is for.
    pub work: Work,
    /// Epoch that it names.
    pub epoch: Epoch,
    /// The `dispatch` span: open from sending to acknowledgement.
    pub span: Span,
}

/// What one cluster is to be told.
#[derive(Debug, Default)]
pub struct ClusterQueue {
    waiting: VecDeque<Work>,
    queued: BTreeSet<Work>,
    in_flight: HashMap<String, InFlight>,
    busy: BTreeSet<SlotKey>,
    failures: BTreeMap<Work, u32>,
    retries: BTreeSet<(Instant, Work)>,
}

impl ClusterQueue {
    /// Puts `work` into the queue, once.
    pub fn push(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            // A removal makes room: it goes first.
            match work.intent {
                Intent::Remove => self.waiting.push_front(work),
                Intent::Apply => self.waiting.push_back(work),
            }
        }
    }

    /// The next work that may be sent: within the window, and no other command of the same slot in flight.
    pub fn pop(&mut self) -> Option<Work> {
        if self.in_flight.len() >= WINDOW {
            return None;
        }
        let at = self
            .waiting
            .iter()
            .position(|work| !self.busy.contains(&work.key))?;
        let work = self.waiting.remove(at)?;
        self.queued.remove(&work);
        Some(work)
    }

    /// Gives back what could not be sent.
    pub fn unpop(&mut self, work: Work) {
        if self.queued.insert(work.clone()) {
            self.waiting.push_front(work);
        }
    }

    /// Notes that `work` was sent as `command_id`.
    pub fn sent(&mut self, command_id: String, work: Work, epoch: Epoch, span: Span) {
        self.busy.insert(work.key.clone());
        self.in_flight.insert(command_id, InFlight { work, epoch, span });
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
    }

    /// The work failed for now: it comes back after a backoff; `jitter` is in 0..1. Gives the delay.
    pub fn failed(&mut self, work: Work, now: Instant, jitter: f64) -> Duration {
        let entry = self.failures.entry(work.clone()).or_default();
        *entry = entry.saturating_add(1);
        let failures = *entry;
        let ceiling = RETRY.ceiling(failures.saturating_sub(1));
        // Half fixed, half random: never at once, never all together.
        let delay = ceiling.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
        self.retries.insert((now + delay, work));
        delay
    }

    /// Moves what has waited long enough back into the queue.
    pub fn due(&mut self, now: Instant) {
        while let Some((at, _)) = self.retries.first() {
            if *at > now {
                return;
            }
            if let Some((_, work)) = self.retries.pop_first() {
                self.push(work);
            }
        }
    }

    /// When the next retry is due.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.retries.first().map(|(at, _)| *at)
    }

    /// The session is gone: nothing is in flight or waiting any more; the next session starts from what runs.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Waiting, in flight.
    #[must_use]
    pub fn depth(&self) -> (usize, usize) {
        (self.waiting.len(), self.in_flight.len())
    }
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
        queue.sent("a".into(), first, Epoch(1), Span::none());
        assert!(
            queue.pop().is_none(),
            "the apply of the slot waits for the removal's acknowledgement"
        );
        assert!(queue.acknowledged("a").is_some());
        assert_eq!(queue.pop().unwrap().intent, Intent::Apply);
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
            queue.sent(sent.to_string(), next, Epoch(1), Span::none());
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
    fn a_late_acknowledgement_of_an_old_session_finds_nothing() {
        let mut queue = ClusterQueue::default();
        queue.push(work(0, Intent::Apply));
        let next = queue.pop().unwrap();
        queue.sent("a".into(), next, Epoch(1), Span::none());
        queue.reset();
        assert!(queue.acknowledged("a").is_none());
    }
}
