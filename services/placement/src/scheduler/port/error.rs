//! Why a call has no success.

use hourglass_engine::{Explanation, NoFitReason};
use hourglass_model::Violation;
use hourglass_model::ids::ClusterName;

use crate::scheduler::queue::in_short;

/// Why a call had no success; the edge maps each to one gRPC status.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CallError {
    /// The request breaks rules; all of them.
    #[error("the request is invalid: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Violation>),
    /// No such resource.
    #[error("{0} does not exist")]
    NotFound(String),
    /// The name is taken.
    #[error("{0} exists already")]
    AlreadyExists(String),
    /// The same request_id came with another body.
    #[error("request_id was used before with another body, for {0}")]
    RequestIdReused(String),
    /// The etag given is not the current one.
    #[error("{name} has changed: its etag is {current}, not {given}")]
    EtagMismatch {
        /// Resource.
        name: String,
        /// Etag of now.
        current: String,
        /// Etag of the caller.
        given: String,
    },
    /// `fail_fast` and nothing fits now.
    #[error("nothing fits now: {}", .0.summary)]
    DoesNotFit(Box<Explanation>),
    /// The same, without why at length.
    #[error("nothing fits now: {} ({}); ExplainPlacement says why at length", in_short(*.0), .0)]
    FitsNowhere(NoFitReason),
    /// `fail_fast`, and those that wait in front are tried first.
    #[error("placements that wait in front of it are being tried; it is not decided before them")]
    OthersFirst,
    /// Not enough inventories are in to say.
    #[error("the fleet's inventory is not complete yet")]
    InventoryIncomplete,
    /// Others count, and there was no turn for this one in its time.
    #[error(
        "others are counting how many more fit, and no turn came up in time: ask again, or with a longer deadline"
    )]
    TooManyCounts,
    /// A join token that admits nobody; the reason is safe to show.
    #[error("{0}")]
    JoinRefused(JoinRefusal),
    /// A bound on objects was reached.
    #[error("{0}")]
    Exhausted(String),
    /// The state does not allow it; says what would.
    #[error("{0}")]
    Precondition(String),
    /// The loop has ended or is overloaded: outcome unknown.
    #[error("the placement service cannot answer now")]
    Unavailable,
}

/// Why an agent is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinRefusal {
    /// No such token, or its secret is wrong: the same answer for both.
    #[error("the join token is not valid; make a new one with `hourglass token create`")]
    WrongToken,
    /// Too late.
    #[error("the join token has expired; make a new one with `hourglass token create`")]
    Expired,
    /// No uses left.
    #[error("the join token has no uses left; make a new one with `hourglass token create`")]
    Used,
    /// Withdrawn.
    #[error("the join token was revoked; make a new one with `hourglass token create`")]
    Revoked,
    /// It is for another cluster.
    #[error("the join token is for cluster {0}")]
    OtherCluster(ClusterName),
    /// The name belongs to another cluster identity.
    #[error(
        "cluster {0} has joined with another identity; if this cluster replaces it, make a token with `hourglass token create --replace-uid`"
    )]
    NameTaken(ClusterName),
}
