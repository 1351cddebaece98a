//! Counts of how many more fit, in turns: what is counted is what going over all nodes would place, and holds when it is taken.

use std::collections::BTreeMap;

use hourglass_engine::{
    Avoid, CapacityAnswer, CapacityBound, CapacityCount, DecideInput, Decision, FleetState, Owner,
    SlotWanted, decide_by_scan, explain, invariants,
};
use hourglass_model::ids::{ClusterName, Epoch, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::request::CanonicalRequest;

use crate::history::{History, Step};
use crate::request::request;
use crate::rng::Rng;

/// Replicas that are counted at most.
const LIMIT: usize = 30;
/// Requests for which is counted.
const REQUESTS: usize = 4;
/// Requests of which these are the first that fit anywhere.
const DRAWN: usize = 60;

/// Where a replica fits.
type At = (ClusterName, NodeName);

/// Counts for some requests on the fleet of a history; the steps happen between turns.
pub fn in_turns(history: &mut History, seed: u64, meanwhile: &[Step]) -> Result<(), String> {
    let mut rng = Rng::new(seed);
    let drawn: Vec<CanonicalRequest> = (0..DRAWN).filter_map(|_| request(&mut rng)).collect();
    let fits = |request: &&CanonicalRequest| {
        let (state, tenant) = (&history.state, &history.tenant);
        scan(state, tenant, (request, None), 0..1, &Avoid::new()).is_complete()
    };
    let requests: Vec<CanonicalRequest> = drawn.iter().filter(fits).take(REQUESTS).cloned().collect();
    for request in requests {
        let mut steps = meanwhile.iter();
        let short = 1 + rng.below(5);
        let mut count = CapacityCount::up_to(LIMIT);
        let mut turns = 0;
        while !turn(&mut count, history, &request, &mut || !rng.one_in(short)) {
            turns += 1;
            if turns > 100 * LIMIT {
                return Err("it does not end".to_owned());
            }
            if let Some(step) = steps.next() {
                history.step(*step)?;
            }
        }
        let answer = count.answer();
        if meanwhile.is_empty() {
            same_as_a_scan(history, &request, &answer)?;
        }
        holds(history, &request, &answer)?;
    }
    Ok(())
}

fn turn(
    count: &mut CapacityCount,
    history: &History,
    request: &CanonicalRequest,
    go_on: &mut dyn FnMut() -> bool,
) -> bool {
    let input = DecideInput {
        tenant: &history.tenant,
        placement: None,
        slots: &[],
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    };
    count.turn(&history.state, request, &input, go_on)
}

/// How many fit where.
fn by_node(answer: &CapacityAnswer) -> BTreeMap<At, usize> {
    let nodes = answer.clusters.iter().flat_map(|cluster| {
        let nodes = cluster.nodes.iter();
        nodes.map(|node| ((cluster.cluster.clone(), node.node.clone()), node.total))
    });
    nodes.collect()
}

/// Decides so many replicas of a placement with these slots, all or none, by going over all nodes.
fn scan(
    state: &FleetState,
    tenant: &TenantId,
    (request, placement): (&CanonicalRequest, Option<&PlacementUid>),
    slots: std::ops::Range<usize>,
    avoid: &Avoid,
) -> Decision {
    let slot = |slot: usize| SlotWanted {
        slot: Slot(u32::try_from(slot).expect("few")),
        epoch: Epoch(1),
    };
    let slots: Vec<SlotWanted> = slots.map(slot).collect();
    let request = CanonicalRequest {
        gang: true,
        ..request.clone()
    };
    let input = DecideInput {
        tenant,
        placement,
        slots: &slots,
        avoid,
        preempt: false,
        explain: false,
    };
    decide_by_scan(state, &request, &input)
}

/// A gang of as many as were counted would be placed on the same nodes, and one of one more nowhere.
fn same_as_a_scan(
    history: &History,
    request: &CanonicalRequest,
    answer: &CapacityAnswer,
) -> Result<(), String> {
    let whole = |replicas| {
        let (state, tenant) = (&history.state, &history.tenant);
        scan(state, tenant, (request, None), 0..replicas, &Avoid::new())
    };
    let placed = whole(answer.total);
    let mut nodes: BTreeMap<At, usize> = BTreeMap::new();
    for slot in &placed.placed {
        *nodes
            .entry((slot.cluster.clone(), slot.node.clone()))
            .or_default() += 1;
    }
    if nodes != by_node(answer) {
        return Err(format!(
            "counted {:?}, a scan places {nodes:?}: {request:#?}",
            by_node(answer)
        ));
    }
    if answer.limited_by.is_none() && whole(answer.total + 1).is_complete() {
        return Err(format!("one more than {} fits: {request:#?}", answer.total));
    }
    Ok(())
}

/// What was counted can be taken, on the nodes named and one replica after the other; then one more fits nowhere.
fn holds(history: &History, request: &CanonicalRequest, answer: &CapacityAnswer) -> Result<(), String> {
    let mut state = history.state.clone();
    if answer.snapshot != state.snapshot_id() {
        return Err(format!("of {}, not of {}", answer.snapshot, state.snapshot_id()));
    }
    match (answer.limited_by, &answer.next) {
        (Some(CapacityBound::Limit), None) if answer.total == LIMIT => {}
        (None, Some(next)) if invariants::check_explanation(&state, next).is_empty() => {}
        _ => return Err(format!("{answer:?}")),
    }
    let mut left = by_node(answer);
    let uid = PlacementUid::new("counted").expect("valid");
    let owner = Owner::new(&history.tenant, &uid, request);
    let one = |state: &FleetState, slot, avoid: &Avoid| {
        scan(
            state,
            &history.tenant,
            (request, Some(&uid)),
            slot..slot + 1,
            avoid,
        )
    };
    for slot in 0..answer.total {
        let decision = one(&state, slot, &all_but(&state, &left));
        let Some(placed) = decision.placed.first() else {
            // With a cluster the spread may lose one of its `minDomains`, too.
            return match loses_a_domain(&state, history, request, answer) {
                true => Ok(()),
                false => Err(format!("no room on {left:?}: {decision:?}: {request:#?}")),
            };
        };
        let at = (placed.cluster.clone(), placed.node.clone());
        let known = left.get_mut(&at).ok_or("elsewhere")?;
        *known -= 1;
        left.retain(|_, number| *number > 0);
        state
            .claim(placed.claim(&owner))
            .map_err(|error| error.to_string())?;
    }
    let more = one(&state, answer.total, &Avoid::new());
    if answer.limited_by.is_none() && more.is_complete() && !loses_a_domain(&state, history, request, answer)
    {
        return Err(format!("one more fits: {more:?}: {request:#?}"));
    }
    let breaches = invariants::check(&state);
    if breaches.is_empty() {
        Ok(())
    } else {
        Err(format!("{breaches:?}"))
    }
}

/// What was counted uses up the quota of a cluster. To one decision that is a cluster with domains of its spread in which there is no
/// room; the next decision does not look at it any more, nor does its spread.
fn loses_a_domain(
    after: &FleetState,
    history: &History,
    request: &CanonicalRequest,
    answer: &CapacityAnswer,
) -> bool {
    let slots = [SlotWanted {
        slot: Slot(0),
        epoch: Epoch(1),
    }];
    let input = DecideInput {
        tenant: &history.tenant,
        placement: None,
        slots: &slots,
        avoid: &Avoid::new(),
        preempt: false,
        explain: true,
    };
    let after = explain(after, request, &input).clusters;
    let before = answer.next.iter().flat_map(|next| &next.clusters);
    let mut both = before.zip(&after);
    !request.spread.is_empty()
        && both
            .any(|(before, after)| before.eligible && after.excluded_by.as_deref() == Some("NamespaceQuota"))
}

/// Every node is avoided but these.
fn all_but(state: &FleetState, these: &BTreeMap<At, usize>) -> Avoid {
    let nodes = state.clusters().flat_map(|(name, cluster)| {
        let nodes = cluster.nodes();
        nodes.map(move |node| (name.clone(), node.name().clone()))
    });
    nodes
        .filter(|at| !these.contains_key(at))
        .map(|(cluster, node)| ((cluster, Some(node)), "not counted".to_owned().into()))
        .collect()
}
