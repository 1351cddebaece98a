//! Requests that did not fit: when one comes to fit, a change since then must have been hinted.

use hourglass_engine::{Avoid, ChangeKind, DecideInput, Decision, RetryHints, SlotWanted, decide};
use hourglass_model::ids::{Epoch, Slot};
use hourglass_model::request::CanonicalRequest;

use crate::server::Sabotage;
use crate::steps::History;

/// Most requests that wait at a time.
const MOST: usize = 6;

/// A request that was asked for and did not fit.
pub struct Waiting {
    request: CanonicalRequest,
    slots: Vec<SlotWanted>,
    hints: RetryHints,
    placed: usize,
    /// Something has happened that was hinted.
    woken: bool,
}

impl History {
    /// Tells those that wait what has changed.
    pub fn tell_waiting(&mut self) {
        let mut changes = self.server.state.take_changes();
        if self.sabotage == Some(Sabotage::DeafToFreedRoom) {
            changes.retain(|change| !matches!(change, ChangeKind::CapacityFreed { .. }));
        }
        for waiting in &mut self.waiting {
            waiting.woken |= changes.iter().any(|change| waiting.hints.wakes(change));
        }
    }

    /// After a change of leader everything is tried again.
    pub fn wake_all(&mut self) {
        for waiting in &mut self.waiting {
            waiting.woken = true;
        }
    }

    /// A request that was refused waits.
    pub fn remember(&mut self, request: &CanonicalRequest, replicas: u32, decision: &Decision) {
        let Some(no_fit) = decision.no_fit.as_ref().filter(|_| self.waiting.len() < MOST) else {
            return;
        };
        let slots = (0..replicas).map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(1),
        });
        self.waiting.push(Waiting {
            request: request.clone(),
            slots: slots.collect(),
            hints: no_fit.hints.clone(),
            placed: decision.placed.len(),
            woken: false,
        });
    }

    /// Asks again for one that waits, whether or not it was woken.
    pub fn ask_again(&mut self) -> Result<(), String> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let index = self.rng.below(self.waiting.len());
        let mut waiting = self.waiting.swap_remove(index);
        let input = DecideInput {
            tenant: &self.server.tenant,
            placement: None,
            slots: &waiting.slots,
            avoid: &Avoid::new(),
            preempt: true,
            explain: true,
        };
        let decision = decide(&self.server.state, &waiting.request, &input);
        let more = decision.is_complete() || decision.placed.len() > waiting.placed;
        if more && !waiting.woken {
            return Err(format!(
                "{:?} fits and nothing of {:?} happened",
                waiting.request.shape, waiting.hints
            ));
        }
        self.coverage.note(match (more, waiting.woken) {
            (true, _) => "came to fit",
            (false, true) => "woken in vain",
            (false, false) => "not woken",
        });
        if let Some(no_fit) = decision.no_fit.filter(|_| !self.rng.one_in(6)) {
            waiting.hints = no_fit.hints;
            waiting.placed = decision.placed.len();
            waiting.woken = false;
            self.waiting.push(waiting);
        }
        Ok(())
    }
}
