//! Placing replicas one after the other, over several turns: those that have a place are kept by name in between, take their
//! places again as the state is then, and placing goes on from there.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::CanonicalRequest;

use super::DecideInput;
use super::draft::Draft;
use super::place::Place;
use super::scan_search::ScanSearch;
use super::search::Search;
use crate::domains::Clique;
use crate::scan::{self, Demands, Prepared};
use crate::state::FleetState;

/// Where a replica has its place, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NamedPlace {
    pub(crate) cluster: ClusterName,
    pub(crate) node: NodeName,
}

impl NamedPlace {
    pub(crate) fn of(place: &Place<'_>) -> Self {
        Self {
            cluster: place.cluster.clone(),
            node: place.node.name().clone(),
        }
    }
}

/// Where placing goes on from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start<'s> {
    /// Replicas that have a place, in the order in which they got it.
    pub(crate) places: &'s [NamedPlace],
    /// NVLink cliques to keep out of.
    pub(crate) barred: &'s [Clique],
}

/// What placing came to.
pub(crate) struct Resumed<'a> {
    /// All that have a place: those of before that still hold, then those that were found.
    pub(crate) places: Vec<Place<'a>>,
    /// How many were found.
    pub(crate) found: usize,
    /// One more fits nowhere.
    pub(crate) full: bool,
}

/// Whoever gives places one after the other.
pub(super) trait OneByOne<'a> {
    /// The best node that is left, for one replica.
    fn best(&mut self) -> Option<Place<'a>>;
    /// A replica takes the place.
    fn take(&mut self, place: &Place<'a>);
}

/// Places replicas from a start on until the next one fits nowhere, `most` have a place with those of the start, or `go_on` says
/// no after one of them was found. Places of the start that cannot take a replica any more, as things are with those before
/// them, are left out. Nobody is moved, and how many slots the input wants does not matter.
pub(crate) fn place_on<'a>(
    state: &'a FleetState,
    request: &'a CanonicalRequest,
    input: &DecideInput<'a>,
    start: Start<'_>,
    most: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Resumed<'a> {
    let mut memo = state.memo.lock();
    let known = memo.known(state, request, input);
    let search = known.and_then(|known| Search::new(state, request, input, known, most));
    if let Some(mut search) = search {
        let places = search.resume(start, most);
        return fill(&mut search, places, most, go_on);
    }
    let prepared = scan::prepare(state, request, input, None);
    let (mut search, places) = Scan::resume(&prepared, start, most);
    fill(&mut search, places, most, go_on)
}

fn fill<'a>(
    search: &mut dyn OneByOne<'a>,
    mut places: Vec<Place<'a>>,
    most: usize,
    go_on: &mut dyn FnMut() -> bool,
) -> Resumed<'a> {
    let kept = places.len();
    let mut full = false;
    while places.len() < most {
        let Some(place) = search.best() else {
            full = true;
            break;
        };
        // After the last one nothing is asked any more.
        let last = places.len() + 1 >= most;
        if !last {
            search.take(&place);
        }
        places.push(place);
        if last || !go_on() {
            break;
        }
    }
    Resumed {
        found: places.len() - kept,
        places,
        full,
    }
}

/// By going over all nodes.
struct Scan<'p, 'a> {
    prepared: &'p Prepared<'a>,
    draft: Draft<'a>,
    search: ScanSearch<'p, 'a>,
}

impl<'p, 'a> Scan<'p, 'a> {
    fn resume(prepared: &'p Prepared<'a>, start: Start<'_>, most: usize) -> (Self, Vec<Place<'a>>) {
        let mut draft = Draft::new(prepared, None);
        draft.bar(start.barred);
        let clusters = prepared.eligible.iter().enumerate();
        let order: BTreeMap<&ClusterName, usize> =
            clusters.map(|(at, eligible)| (eligible.name, at)).collect();
        let mut demands = Demands::default();
        let mut places = Vec::new();
        for named in start.places.iter().take(most) {
            let at = order.get(&named.cluster).copied();
            let place = at.and_then(|at| Place::on(prepared, &draft, (at, &named.node), None, &mut demands));
            if let Some(place) = place {
                draft.take(prepared, &place);
                places.push(place);
            }
        }
        let search = ScanSearch::new(prepared, &draft, None);
        let scan = Self {
            prepared,
            draft,
            search,
        };
        (scan, places)
    }
}

impl<'a> OneByOne<'a> for Scan<'_, 'a> {
    fn best(&mut self) -> Option<Place<'a>> {
        self.search.best(&self.draft)
    }

    fn take(&mut self, place: &Place<'a>) {
        self.draft.take(self.prepared, place);
        self.search.taken(&self.draft, place);
    }
}
