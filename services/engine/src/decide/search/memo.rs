//! Remembers what is known for the requests that come most, within bounds.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hourglass_model::ids::TenantId;
use hourglass_model::request::{CanonicalRequest, ShapeId};

use super::known::{Asked, Known};
use crate::decide::DecideInput;
use crate::hash::TextMap;
use crate::state::FleetState;

/// Shapes that are remembered.
const SHAPES: usize = 16_384;
/// Different things asked of facts that are remembered.
const ASKED: usize = 512;

/// What decisions remember between each other. It only makes them faster: a copy of the state begins without.
#[derive(Default)]
pub(crate) struct SearchMemo(Mutex<Memo>);

impl SearchMemo {
    /// Decisions come one after the other, so this never waits.
    pub(in crate::decide) fn lock(&self) -> MutexGuard<'_, Memo> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for SearchMemo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for SearchMemo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchMemo").finish_non_exhaustive()
    }
}

#[derive(Default)]
pub(in crate::decide) struct Memo {
    shapes: TextMap<(ShapeId, TenantId), usize>,
    known: Vec<Known>,
}

impl Memo {
    /// What is known for a request, brought up to date.
    pub(in crate::decide) fn known(
        &mut self,
        state: &FleetState,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> Option<&Known> {
        let shape = (request.shape, input.tenant.clone());
        let at = match self.shapes.get(&shape) {
            Some(at) => *at,
            None => {
                let asked = Asked::of(request, input.tenant);
                let at = self.place_of(asked, state, request, input);
                if self.shapes.len() >= SHAPES {
                    self.shapes.clear();
                }
                self.shapes.insert(shape, at);
                at
            }
        };
        let known = self.known.get_mut(at)?;
        if !known.holds(state) {
            *known = Known::new(known.asked.clone(), state, request, input);
        }
        known.catch_up(state, request, input);
        Some(known)
    }

    fn place_of(
        &mut self,
        asked: Asked,
        state: &FleetState,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> usize {
        if let Some(at) = self.known.iter().position(|known| known.asked == asked) {
            return at;
        }
        if self.known.len() >= ASKED {
            // Rare, and what is still wanted is found again at once.
            self.known.clear();
            self.shapes.clear();
        }
        self.known.push(Known::new(asked, state, request, input));
        self.known.len() - 1
    }
}
