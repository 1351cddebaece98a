//! One round of the decision loop: what it changed, and whom to tell once that is durable.

use std::collections::BTreeSet;
use std::time::Instant;

use hourglass_model::ids::{ClaimId, ClusterName, PlacementUid};
use jiff::Timestamp;
use tracing::Span;

use super::changes::Changes;
use super::core::Core;
use super::rollout::Replacements;
use super::time_budget::TimeBudget;

/// Writes after which a round is committed.
const ROUND_WRITES: usize = 240;

/// Told after the commit.
type AfterCommit = Box<dyn FnOnce(&Core) + Send>;

/// Collects the effects of the commands of a round.
pub struct Round {
    /// Wall clock of the round.
    pub now: Timestamp,
    /// Monotonic clock of the round.
    pub instant: Instant,
    /// Writes other than placements and tombstones.
    pub changes: Changes,
    /// Placements whose intent or tombstones changed; their status is written as well.
    pub touched: BTreeSet<PlacementUid>,
    /// Placements of which only the status changed.
    pub status_touched: BTreeSet<PlacementUid>,
    /// Clusters whose queue may have work to send.
    pub to_dispatch: BTreeSet<ClusterName>,
    /// Replicas that were moved for a higher priority: what that takes is counted, so the round ends with it.
    pub preempted: usize,
    /// Turns given to those that wait.
    pub turns: usize,
    /// Time for turns of those that wait.
    pub turns_time: TimeBudget,
    /// Replicas that are being replaced.
    pub replacements: Replacements,
    /// Claims that stand with this round's decisions.
    pub claimed: Vec<ClaimId>,
    /// Claims whose release is part of this round.
    pub released: Vec<ClaimId>,
    spans: Vec<Span>,
    after_commit: Vec<AfterCommit>,
}

impl Round {
    /// A round at this moment.
    #[must_use]
    pub fn new(now: Timestamp, instant: Instant) -> Self {
        Self {
            now,
            instant,
            changes: Changes::default(),
            touched: BTreeSet::new(),
            status_touched: BTreeSet::new(),
            to_dispatch: BTreeSet::new(),
            preempted: 0,
            turns: 0,
            turns_time: TimeBudget::unlimited(),
            replacements: Replacements::default(),
            claimed: Vec::new(),
            released: Vec::new(),
            spans: Vec::new(),
            after_commit: Vec::new(),
        }
    }

    /// The same, where turns of those that wait take no longer than this.
    #[must_use]
    pub fn with_turns_time(self, turns_time: TimeBudget) -> Self {
        Self { turns_time, ..self }
    }

    /// Does `act` once everything of this round is durable.
    pub fn after_commit(&mut self, act: impl FnOnce(&Core) + Send + 'static) {
        self.after_commit.push(Box::new(act));
    }

    /// Keeps a span open until the commit is done.
    pub fn hold_until_commit(&mut self, span: Span) {
        self.spans.push(span);
    }

    /// How much there is to commit, roughly in writes.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.changes.writes() + 3 * self.touched.len() + self.status_touched.len()
    }

    /// It takes no more commands and gives no more turns: there is much to commit, or a part that is committed together
    /// nears what one batch holds.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.preempted > 0 || self.weight() >= ROUND_WRITES || self.changes.has_large_unit()
    }

    /// Everything is durable: ends the spans and tells everybody who waits.
    pub fn committed(self, core: &Core) {
        drop(self.spans);
        for act in self.after_commit {
            act(core);
        }
    }
}
