//! Why there, or why not anywhere: counts by rule, samples, the best node, and the one change that would help.
//!
//! Nothing here runs on the way of a decision that succeeds.

mod contradiction;
mod left_out;
mod on_node;
mod relax;
mod summary;
mod tally;
mod when_empty;
mod would_fit;

use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

pub use on_node::why_not_on;
pub(crate) use relax::Relaxation;

use crate::decide::{DecideInput, Draft, NoFitReason, Place, Placed, place, reason};
use crate::scan::{self, Prepared};
use crate::score::NamedScore;
use crate::state::FleetState;

/// The whole story of a request against one state of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The state that it speaks of.
    pub snapshot: SnapshotId,
    /// Replicas wanted.
    pub wanted: usize,
    /// How many of them fit, one after the other.
    pub fit: usize,
    /// Why not all, when not all.
    pub reason: Option<NoFitReason>,
    /// Every cluster of the fleet, by name: what it says to the first replica. What stops the next one when some have a
    /// place is in the summary.
    pub clusters: Vec<ClusterExplanation>,
    /// One change that would make all of them fit, when there is one.
    pub would_fit_if: Option<String>,
    /// What this fleet can never fulfil, whatever is freed: for people, also in the summary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contradictions: Vec<String>,
    /// One line for people.
    pub summary: String,
    /// Events that can help.
    pub retry_events: Vec<String>,
}

/// One cluster's part, for the first replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterExplanation {
    /// The cluster.
    pub cluster: ClusterName,
    /// Whether it may take the request.
    pub eligible: bool,
    /// The first rule that turned it away as a whole.
    pub excluded_by: Option<String>,
    /// Why, for people; empty when eligible.
    pub message: String,
    /// Nodes looked at: all of an eligible cluster, none of another.
    pub nodes_seen: usize,
    /// Nodes that could take it.
    pub nodes_feasible: usize,
    /// Nodes turned away, by rule in the fixed order; with the feasible ones they add up to those seen.
    pub rejections: Vec<RuleRejection>,
    /// The best node that could.
    pub best: Option<NodeScore>,
}

/// Nodes that one rule turned away first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleRejection {
    /// The rule.
    pub rule: String,
    /// How many nodes.
    pub nodes: usize,
    /// Up to three of them: those nearest to taking the request, nearest first, else the first by name.
    pub samples: Vec<RejectionSample>,
}

/// One node that was turned away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectionSample {
    /// The node.
    pub node: NodeName,
    /// What it lacks, for example "needs 8 nvidia.com/gpu, 5 free".
    pub shortfall: String,
}

/// A node with its scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeScore {
    /// The node.
    pub node: NodeName,
    /// Compared in order, smaller is better.
    pub scores: Vec<NamedScore>,
}

/// Explains what a decision would say now. Changes nothing.
#[must_use]
pub fn explain(state: &FleetState, request: &CanonicalRequest, input: &DecideInput<'_>) -> Explanation {
    let prepared = scan::prepare(state, request, input, None);
    let placed = place(&prepared, input.slots.len(), None);
    of_places(&prepared, &placed)
}

/// Explains a placing that was tried.
pub(crate) fn of_places<'a>(prepared: &Prepared<'a>, placed: &Placed<'a>) -> Explanation {
    let start = Draft::new(prepared, None);
    let places = &placed.places;
    let partly = !places.is_empty() && places.len() < prepared.input.slots.len();
    let after = partly.then(|| start.after(prepared, placed));
    let mut explanation = explanation(prepared, (&start, after.as_ref()), places);
    if explanation.reason.is_some() {
        explanation.would_fit_if =
            would_fit::find(prepared, (&start, after.as_ref().unwrap_or(&start)), places.len());
    }
    explanation
}

/// Explains why one more replica does not fit when a draft has been carried out.
pub(crate) fn of_next<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Explanation {
    explanation(prepared, (draft, None), &[])
}

/// Explains what fits from a draft on, and what does not once all that has its place. Without a second draft nothing has
/// been placed in between.
fn explanation<'a>(
    prepared: &Prepared<'a>,
    (start, after): (&Draft<'a>, Option<&Draft<'a>>),
    places: &[Place<'a>],
) -> Explanation {
    let (wanted, fit) = (prepared.input.slots.len(), places.len());
    let first = tally::clusters(prepared, start);
    // What stops the next replica is asked of the nodes as they are then.
    let next = after.map(|after| tally::clusters(prepared, after));
    let said = next.as_ref().unwrap_or(&first);
    let tally = said.tally;
    let missing = (fit < wanted).then(|| reason(prepared, fit, tally));
    let contradictions = match &missing {
        Some(_) => contradiction::all(prepared, start),
        None => Vec::new(),
    };
    let mut summary = match &missing {
        None => summary::placed(places),
        Some((reason, detail)) => summary::no_fit(prepared, *reason, detail.as_deref(), fit, said),
    };
    for contradiction in &contradictions {
        summary.push_str("; ");
        summary.push_str(contradiction);
    }
    let reason = missing.map(|(reason, _)| reason);
    let events = reason.map(NoFitReason::retry_events).unwrap_or_default();
    let others = (reason.is_some() && tally.by_others > 0).then_some("PLACEMENT_CHANGED");
    // Where other clusters may take it, one of their nodes can come to be as asked too.
    let nodes = reason == Some(NoFitReason::NoEligibleCluster) && !prepared.eligible.is_empty();
    let nodes: &[&str] = if nodes {
        &["NODE_ADDED", "NODE_CHANGED"]
    } else {
        &[]
    };
    Explanation {
        snapshot: prepared.state.snapshot_id(),
        wanted,
        fit,
        reason,
        clusters: first.clusters,
        would_fit_if: None,
        contradictions,
        summary,
        retry_events: events
            .iter()
            .chain(nodes)
            .copied()
            .chain(others)
            .map(ToOwned::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests;
