//! Counting how many more fit: the caller's side of it asks the loop for one turn after the other, and stops asking when the
//! caller goes.

use hourglass_engine::CapacityAnswer;
use tokio::sync::AcquireError;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{CallError, CountCapacity, Scheduler};
use crate::scheduler::handlers::capacity::Counting;

/// Counts that go on at the same time, one turn each in turn; others wait in order.
pub(super) const COUNTS: usize = 4;

impl Scheduler {
    /// How many more fit; what was counted until then, if that takes longer.
    ///
    /// # Errors
    /// [`CallError::TooManyCounts`] when its turn has not come until then, and as [`CallError`] says.
    pub async fn capacity(
        &self,
        question: CountCapacity,
        until: Instant,
    ) -> Result<CapacityAnswer, CallError> {
        let mut counting = Counting::of(question)?;
        let place = timeout_at(until, self.counts.acquire()).await;
        let place = place.map_err(|_| CallError::TooManyCounts)?;
        let _place = place.map_err(|_| CallError::Unavailable)?;
        let mut counted = false;
        loop {
            let turn = async {
                let turn = self.count_turns.acquire().await?;
                Ok::<_, AcquireError>((turn, self.surveys.acquire().await?))
            };
            let Ok(turn) = timeout_at(until, turn).await else {
                return counted.then(|| counting.answer()).ok_or(CallError::TooManyCounts);
            };
            let (_turn, survey) = turn.map_err(|_| CallError::Unavailable)?;
            let question = move |core: &super::Core| {
                let turn = core.count_on(&mut counting, until.into_std());
                (counting, turn)
            };
            let (on, turn) = self.query(question).await?;
            drop(survey);
            counting = on;
            counted = true;
            let turn = turn?;
            let now = Instant::now();
            if turn.ended || now >= until {
                return Ok(counting.answer());
            }
            // The loop has as much time for everybody else, however many count: the next of them waits for the rest too.
            sleep_until(until.min(now + turn.took)).await;
        }
    }
}
