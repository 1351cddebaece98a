//! Walking one cell of the index from its best node to its worst. What packing says of a node depends on its free cpu in
//! steps, so the cell is walked step by step, the one that costs least first; each step is a lane.

use std::sync::Arc;

use super::lane::{Lane, Seen, Sieve};
use crate::index::cell::{Cell, Entry, EntryKey};
use crate::index::scarce::ScarceId;
use crate::packing::CostStep;
use crate::state::class::KindId;

/// What one move gives.
pub(super) enum Moved<T> {
    /// A node that was accepted.
    Found(T),
    /// A step is over; there may be more.
    StepDone,
    /// The cell is.
    Done,
}

/// A walk over one cell.
pub(super) struct Walk<'s> {
    sieve: Sieve<'s>,
    of: (KindId, ScarceId),
    cell: &'s Cell,
    /// Best first.
    steps: Arc<[CostStep]>,
    /// The one that comes next, or is walked.
    step: usize,
    /// Less free cpu is no room.
    least_cpu: i64,
    lane: Option<Lane<'s>>,
}

impl<'s> Walk<'s> {
    pub(super) fn new(
        sieve: Sieve<'s>,
        (of, cell): ((KindId, ScarceId), &'s Cell),
        steps: Arc<[CostStep]>,
        least_cpu: i64,
    ) -> Self {
        Self {
            sieve,
            of,
            cell,
            steps,
            step: 0,
            least_cpu,
            lane: None,
        }
    }

    /// Cost and least free cpu of whatever comes next.
    pub(super) fn bound(&self) -> Option<(i64, i64)> {
        let step = self.steps.get(self.step)?;
        Some((step.cost, step.from.max(self.least_cpu)))
    }

    /// Cost in the step that is walked.
    pub(super) fn cost(&self) -> i64 {
        self.steps.get(self.step).map_or(0, |step| step.cost)
    }

    /// Goes on to the next node that passes the sieve and is accepted, or to the end of the step.
    pub(super) fn advance<T>(&mut self, look: impl FnMut(&Entry) -> Seen<T>) -> Moved<T> {
        let Some(step) = self.steps.get(self.step) else {
            return Moved::Done;
        };
        let (from, until) = (step.from.max(self.least_cpu), step.until);
        let lane = self.lane.get_or_insert_with(|| {
            let part = EntryKey::first_of_cpu(from)..EntryKey::first_of_cpu(until.max(from));
            Lane::new(self.sieve.clone(), (self.of, self.cell), part)
        });
        if let Some(found) = lane.next(look) {
            return Moved::Found(found);
        }
        self.lane = None;
        self.step += 1;
        if self.step < self.steps.len() {
            Moved::StepDone
        } else {
            Moved::Done
        }
    }
}
