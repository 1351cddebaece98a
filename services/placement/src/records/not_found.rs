//! What is said of a replica that its cluster, back since the incarnation was raised, does not run. The store names a place
//! for it, which may be an old one: it counts as having none, and is not made again before a person ends the recovery.

use super::placement::{Observed, Phase};

/// No agent says this of anything: theirs is `NOT_FOUND`.
const REASON: &str = "NOT_FOUND_YET";

impl Observed {
    /// Not found where the store says that it is.
    #[must_use]
    pub fn not_found() -> Self {
        Self {
            reason: REASON.to_owned(),
            message:
                "not found since the incarnation was raised; it is made again when the recovery is ended (--end-recovery)"
                    .to_owned(),
            ..Self::default()
        }
    }

    /// Whether it is [that](Self::not_found).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.phase == Phase::Dispatching && self.reason == REASON
    }
}

/// Why a placement with so many of them waits, and what ends it.
#[must_use]
pub fn waits_for_recovery(replicas: usize) -> String {
    format!(
        "{replicas} replicas were not found in their clusters since the incarnation was raised, and may run in a cluster that \
         is not back yet; they are placed anew when the recovery is ended (--end-recovery)"
    )
}
