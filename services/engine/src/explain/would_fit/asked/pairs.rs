//! Two fields of the request that are enough together, where no single one is.
//!
//! The first one is looked for on nodes that several things keep from the request: what would lift the first of these. The
//! second one is then the single change of the request with the first one made.

use super::{AMOUNTS, Candidate, Candidates, TRIES, another_tee, fewer, fewer_devices, fits, is_about_gpus};
use super::{Less, each_room, less, other_gpus, other_node};
use crate::decide::Draft;
use crate::filter::node::{FACT_RULES, ROOM_RULES, RoomContext};
use crate::scan::{Prepared, prepare};

/// How many first changes are tried; each goes over the fleet once, and once more for each second change.
const FIRSTS: usize = 3;
/// How many second changes are tried for each of them.
const SECONDS: usize = 2;
/// Where more nodes than these may be looked at, no pairs are looked for: an explanation would take up to twice as long with
/// them.
const MOST_NODES: usize = 50_000;

/// Changes that let a node in which something else still keeps out, by how many things keep it out now.
#[derive(Default)]
pub(super) struct Firsts([Candidates; MOST_IN_THE_WAY]);

/// Nodes that more things than these keep out are no nearer by one change.
const MOST_IN_THE_WAY: usize = 3;

impl Firsts {
    /// Looks at a node that no single field keeps out.
    pub(super) fn see(&mut self, room: &RoomContext<'_>) {
        if let Some((in_the_way, distance, less)) = first(room)
            && let Some(candidates) = in_the_way.checked_sub(1).and_then(|at| self.0.get_mut(at))
        {
            candidates.see(room, (distance, less));
        }
    }
}

/// The clusters that may take the request have few enough nodes for pairs to be looked for. A bound in time would give other
/// answers on a slower machine.
pub(super) fn are_looked_for(prepared: &Prepared<'_>) -> bool {
    let nodes = prepared
        .eligible
        .iter()
        .map(|eligible| eligible.state.nodes().len());
    nodes.sum::<usize>() <= MOST_NODES
}

/// The nearest two changes of the request with which all fit, for people.
pub(super) fn find(prepared: &Prepared<'_>, firsts: Firsts) -> Option<String> {
    let firsts = firsts
        .0
        .into_iter()
        .flat_map(|candidates| candidates.nearest(FIRSTS));
    firsts.take(FIRSTS).find_map(|first| second(prepared, &first))
}

/// What is enough together with the first change, for people.
fn second(prepared: &Prepared<'_>, first: &Candidate) -> Option<String> {
    let request = first.less.applied_to(prepared.request);
    let changed = prepare(prepared.state, &request, &prepared.input, None);
    let draft = Draft::new(&changed, None);
    let mut candidates = Candidates::default();
    each_room(&changed, &draft, |room, _| {
        if let Some((distance, less)) = less(&room).filter(|(_, less)| !less.replaces(&first.less)) {
            candidates.see(&room, (distance, less));
        }
    });
    let second = candidates
        .nearest(SECONDS.min(TRIES))
        .find(|second| fits(prepared, &second.less.applied_to(&request)))?;
    // The first one may have been in nobody's way.
    if fits(prepared, &second.less.applied_to(prepared.request)) {
        return Some(second.text);
    }
    Some(format!("{} and {}", first.text, second.text))
}

/// What of the request would lift the first rule that keeps a node out, how far away it is from that, and how many things keep it
/// out, rules over GPUs counted as one; none where the request can do nothing about some of them, or need not: what is only in
/// use by now comes free.
fn first(room: &RoomContext<'_>) -> Option<(usize, i64, Less)> {
    let mut failing = FACT_RULES.iter().filter(|rule| !rule.passes(&room.at));
    let Some(first) = failing.next() else {
        return first_of_amounts(room);
    };
    let (mut in_the_way, mut gpus) = (1, is_about_gpus(first.name()));
    for rule in failing {
        let again = gpus && is_about_gpus(rule.name());
        gpus |= is_about_gpus(rule.name());
        let named = matches!(
            rule.name(),
            "NodeSelector" | "NodeAffinity" | "TeeKindOnNode" | "RuntimeClass"
        );
        if !again && !named && !is_about_gpus(rule.name()) {
            return None;
        }
        in_the_way += usize::from(!again);
    }
    let short: Vec<_> = room.demand.shortages(room.free).collect();
    let all = room.at.node.allocatable();
    if short.iter().any(|one| one.wanted <= all.get(&one.resource)) {
        return None;
    }
    in_the_way += short.len();
    let less = match first.name() {
        "TeeKindOnNode" => another_tee(room),
        name if is_about_gpus(name) => other_gpus(room, name).into_iter().next(),
        name => other_node(room, name),
    };
    Some((in_the_way, first.distance(&room.at), less?))
}

/// Less of the first thing of which more is asked than the node has at all.
fn first_of_amounts(room: &RoomContext<'_>) -> Option<(usize, i64, Less)> {
    let failing = || ROOM_RULES.iter().filter(|rule| !rule.passes(room));
    if failing().any(|rule| !AMOUNTS.contains(&rule.name())) {
        return None;
    }
    let shortages: Vec<_> = room.demand.shortages(room.free).collect();
    let devices = fewer_devices(room);
    let in_the_way = shortages.len() + usize::from(devices.is_some());
    let distance = failing().next()?.distance(room);
    let each = devices
        .into_iter()
        .chain(shortages.into_iter().map(|one| fewer(room, one)));
    let all: Option<Vec<Less>> = each.collect();
    Some((in_the_way, distance, all?.into_iter().next()?))
}
