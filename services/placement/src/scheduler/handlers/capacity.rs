//! ComputeCapacity: how many more would fit, counted in turns, each against the snapshot of then. Between turns others are served.

use std::time::{Duration, Instant};

use hourglass_engine::{CapacityAnswer, CapacityCount, DecideInput};
use hourglass_model::ids::TenantId;
use hourglass_model::request::{CanonicalRequest, canonicalise};

use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, CountCapacity};

/// A count that is under way.
#[derive(Debug)]
pub struct Counting {
    tenant: TenantId,
    request: CanonicalRequest,
    count: CapacityCount,
    /// It has had a turn.
    has_begun: bool,
}

/// What became of a turn.
#[derive(Debug, Clone, Copy)]
pub struct CountTurn {
    /// The count has ended.
    pub ended: bool,
    /// How long everybody else has waited for it.
    pub took: Duration,
}

impl Counting {
    /// Nothing is counted yet.
    ///
    /// # Errors
    /// [`CallError::Invalid`].
    pub fn of(question: CountCapacity) -> Result<Self, CallError> {
        let request = canonicalise(&question.spec, &question.labels).map_err(CallError::Invalid)?;
        Ok(Self {
            tenant: question.tenant,
            request,
            count: CapacityCount::up_to(question.limit),
            has_begun: false,
        })
    }

    /// What was counted so far.
    #[must_use]
    pub fn answer(self) -> CapacityAnswer {
        self.count.answer()
    }
}

impl Core {
    /// Counts on for one turn how many more replicas fit beside everything that is there. Changes nothing.
    ///
    /// # Errors
    /// [`CallError::InventoryIncomplete`] while a count would be too low because a cluster that may take it has not said yet what it
    /// has. A count that is under way ends then with what was counted.
    pub fn count_on(&self, counting: &mut Counting, until: Instant) -> Result<CountTurn, CallError> {
        let begin = Instant::now();
        let Counting {
            tenant,
            request,
            count,
            has_begun,
        } = counting;
        let avoid = self.avoided.of(request.shape, None, begin);
        let late = || !self.late_for_any((tenant, None), request, &avoid).is_empty();
        if !self.knows_fleet() || late() {
            // Its places there would be lost, were it counted on.
            return match has_begun {
                true => Ok(CountTurn {
                    ended: true,
                    took: begin.elapsed(),
                }),
                false => Err(CallError::InventoryIncomplete),
            };
        }
        *has_begun = true;
        let input = DecideInput {
            tenant,
            placement: None,
            slots: &[],
            avoid: &avoid,
            preempt: false,
            explain: true,
        };
        // What was counted is placed again first. As much time again goes into counting on, so that a count of any length comes
        // to its end.
        let mut most = None;
        let mut go_on = || {
            let spent = begin.elapsed();
            let most = *most.get_or_insert_with(|| self.answering.max(spent.saturating_mul(2)));
            spent < most && Instant::now() < until
        };
        let ended = count.turn(&self.fleet, request, &input, &mut go_on);
        Ok(CountTurn {
            ended,
            took: begin.elapsed(),
        })
    }
}
