//! Counting in turns, so that whoever counts can do other things in between: the fleet may change meanwhile.

use hourglass_model::ids::{Epoch, Slot, SnapshotId};
use hourglass_model::request::CanonicalRequest;

use super::{CapacityAnswer, CapacityBound, by_cluster};
use crate::decide::{DecideInput, Draft, NamedPlace, Place, Resumed, SlotWanted, Start, in_clique, place_on};
use crate::domains::{Clique, Site};
use crate::explain::{self, Explanation};
use crate::scan;
use crate::state::FleetState;

/// A count that is under way: the places that were found, by name. Each turn places them again on the state of then, leaves out
/// those that do not hold any more, and finds more. So whatever it has found holds on one state, that of the last turn; and
/// while the state stays the same, it finds the same in however many turns.
#[derive(Debug, Clone)]
pub struct CapacityCount {
    limit: usize,
    /// That of the last turn.
    snapshot: SnapshotId,
    places: Vec<NamedPlace>,
    tried: Tried,
    end: Option<End>,
}

/// NVLink cliques, where all replicas must be in one.
#[derive(Debug, Clone, Default)]
struct Tried {
    /// Those that were filled.
    cliques: Vec<Clique>,
    /// The places in the one of them that holds the most, the first one of equal ones.
    fullest: Vec<NamedPlace>,
    /// All were filled: what is counted is the fullest one.
    all: bool,
}

#[derive(Debug, Clone)]
enum End {
    Limit,
    /// Nothing more fits, and why.
    Full(Box<Explanation>),
}

impl CapacityCount {
    /// Nothing is counted yet; it ends at `limit`.
    #[must_use]
    pub fn up_to(limit: usize) -> Self {
        Self {
            limit,
            snapshot: SnapshotId::default(),
            places: Vec::new(),
            tried: Tried::default(),
            end: None,
        }
    }

    /// Goes on; returns whether the count has ended. `go_on` is asked whenever something was found, a place or that nothing more
    /// fits, and ends the turn by saying no: so every turn comes nearer to the end on a state that stays as it is. What a turn
    /// takes until it asks for the first time grows with what was counted, and one that finds out why the next one does not
    /// fit goes over all nodes.
    ///
    /// Request and input are those of the turns before; of the input, what is avoided may have changed.
    pub fn turn(
        &mut self,
        state: &FleetState,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> bool {
        if self.end.is_some() {
            return true;
        }
        let one = [SlotWanted {
            slot: Slot(0),
            epoch: Epoch(1),
        }];
        let input = DecideInput {
            slots: &one,
            ..*input
        };
        let changed = self.snapshot != state.snapshot_id();
        self.snapshot = state.snapshot_id();
        if changed {
            self.tried.hold(state, request, &input);
        }
        let mut worked = false;
        loop {
            let start = Start {
                places: &self.places,
                barred: &self.tried.cliques,
            };
            let Resumed { places, found, full } = place_on(state, request, &input, start, self.limit, go_on);
            self.places = places.iter().map(NamedPlace::of).collect();
            worked |= found > 0;
            if self.places.len() >= self.limit {
                self.end = Some(End::Limit);
                return true;
            }
            if !full {
                return false;
            }
            let elsewhere = in_clique(request) && !self.tried.all;
            if elsewhere {
                self.places = self
                    .tried
                    .filled(clique_of(state, &places), std::mem::take(&mut self.places));
            }
            if (worked || elsewhere) && !go_on() {
                return false;
            }
            worked |= elsewhere;
            if !elsewhere {
                self.end = Some(End::Full(Box::new(next(state, request, &input, &places))));
                return true;
            }
        }
    }

    /// What was counted by the end of the last turn.
    #[must_use]
    pub fn answer(self) -> CapacityAnswer {
        let fuller = self.tried.fullest.len() > self.places.len();
        let places = if fuller { self.tried.fullest } else { self.places };
        let (limited_by, next) = match self.end {
            Some(End::Limit) => (Some(CapacityBound::Limit), None),
            Some(End::Full(next)) => (None, Some(*next)),
            None => (Some(CapacityBound::Time), None),
        };
        CapacityAnswer {
            snapshot: self.snapshot,
            total: places.len(),
            limited_by,
            clusters: by_cluster(&places),
            next,
        }
    }
}

impl Tried {
    /// A clique was filled with these places, or there was no other one; the places to go on from.
    fn filled(&mut self, clique: Option<Clique>, places: Vec<NamedPlace>) -> Vec<NamedPlace> {
        let Some(clique) = clique else {
            self.cliques.clear();
            self.all = true;
            return std::mem::take(&mut self.fullest);
        };
        self.cliques.push(clique);
        if places.len() > self.fullest.len() {
            self.fullest = places;
        }
        Vec::new()
    }

    /// Keeps what still holds of the fullest one.
    fn hold(&mut self, state: &FleetState, request: &CanonicalRequest, input: &DecideInput<'_>) {
        if self.fullest.is_empty() {
            return;
        }
        let start = Start {
            places: &self.fullest,
            barred: &[],
        };
        let held = place_on(state, request, input, start, self.fullest.len(), &mut || true);
        self.fullest = held.places.iter().map(NamedPlace::of).collect();
    }
}

/// The clique that all of the places are in.
fn clique_of(state: &FleetState, places: &[Place<'_>]) -> Option<Clique> {
    let first = places.first()?;
    let cluster = state.cluster(first.cluster)?;
    Clique::of(&Site::of(first.cluster, cluster, first.node))
}

/// Why one more does not fit, with all the others in place.
fn next<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    places: &[Place<'a>],
) -> Explanation {
    let prepared = scan::prepare(state, request, input, None);
    let draft = Draft::new(&prepared, None).with(&prepared, places);
    explain::of_next(&prepared, &draft)
}
