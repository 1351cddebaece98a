//! Why there, or why not anywhere: counts by rule, samples, the best node, and the one change that would help.
//!
//! Nothing here runs on the way of a decision that succeeds.

mod contradiction;
mod relax;
mod summary;
mod tally;
mod would_fit;

use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

pub(crate) use relax::Relaxation;

use crate::decide::{DecideInput, Draft, NoFitReason, Place, place, reason};
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
    /// Every cluster of the fleet, by name.
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
    /// Up to three of them.
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
    of_places(&prepared, &placed.places)
}

/// Explains a placing that was tried.
pub(crate) fn of_places<'a>(prepared: &Prepared<'a>, places: &[Place<'a>]) -> Explanation {
    let start = Draft::new(prepared, None);
    let mut explanation = explanation(prepared, &start, places);
    if explanation.reason.is_some() {
        explanation.would_fit_if = would_fit::find(prepared, &start, places.len());
    }
    explanation
}

/// Explains why one more replica does not fit when a draft has been carried out.
pub(crate) fn of_next<'a>(prepared: &Prepared<'a>, draft: &Draft<'a>) -> Explanation {
    explanation(prepared, draft, &[])
}

/// Explains what fits and what does not, from a draft on.
fn explanation<'a>(prepared: &Prepared<'a>, start: &Draft<'a>, places: &[Place<'a>]) -> Explanation {
    let (wanted, fit) = (prepared.input.slots.len(), places.len());
    let (clusters, tally) = tally::clusters(prepared, start);
    let missing = (fit < wanted).then(|| reason(prepared, fit, tally));
    let contradictions = match &missing {
        Some(_) => contradiction::all(prepared, start),
        None => Vec::new(),
    };
    let mut summary = match &missing {
        None => summary::placed(places),
        Some((reason, detail)) => summary::no_fit(prepared, *reason, detail.as_deref(), fit, &clusters),
    };
    for contradiction in &contradictions {
        summary.push_str("; ");
        summary.push_str(contradiction);
    }
    let reason = missing.map(|(reason, _)| reason);
    let events = reason.map(NoFitReason::retry_events).unwrap_or_default();
    Explanation {
        snapshot: prepared.state.snapshot_id(),
        wanted,
        fit,
        reason,
        clusters,
        would_fit_if: None,
        contradictions,
        summary,
        retry_events: events.iter().map(|event| (*event).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests;
