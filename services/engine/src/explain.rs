//! Why there, or why not anywhere: counts by rule, samples, the best node, and the one change that would help.
//!
//! Nothing here runs on the way of a decision that succeeds.

mod relax;
mod summary;
mod tally;
mod would_fit;

use hourglass_model::ids::{ClusterName, NodeName, SnapshotId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

pub(crate) use relax::Relaxation;

use crate::decide::{DecideInput, NoFitReason, Place, place, reason};
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
    let places = place(&prepared, input.slots.len(), None);
    of_places(&prepared, &places)
}

/// Explains a placing that was tried.
pub(crate) fn of_places(prepared: &Prepared<'_>, places: &[Place<'_>]) -> Explanation {
    let (wanted, fit) = (prepared.input.slots.len(), places.len());
    let (clusters, tally) = tally::clusters(prepared);
    let missing = (fit < wanted).then(|| reason(prepared, fit, tally));
    let would_fit_if = missing.as_ref().and_then(|_| would_fit::find(prepared, fit));
    let summary = match &missing {
        None => summary::placed(places),
        Some((reason, detail)) => summary::no_fit(prepared, *reason, detail.as_deref(), fit, &clusters),
    };
    let reason = missing.map(|(reason, _)| reason);
    let events = reason.map(NoFitReason::retry_events).unwrap_or_default();
    Explanation {
        snapshot: prepared.state.snapshot_id(),
        wanted,
        fit,
        reason,
        clusters,
        would_fit_if,
        summary,
        retry_events: events.iter().map(|event| (*event).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests;
