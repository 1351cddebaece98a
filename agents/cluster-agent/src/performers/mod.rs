//! The Performer objects of the cluster as the session sees them: what runs, what is reported of it, and which epoch of
//! each slot is the newest. The session and the operator never call each other: this is where the session reads what
//! the operator wrote.
//!
//! # From Performer to report
//! | Performer | reported phase |
//! |---|---|
//! | being deleted, or `Terminating` | TERMINATING |
//! | no status yet | ACCEPTED |
//! | `Pending` | STARTING |
//! | `Running` | RUNNING |
//! | `Upgrading` | UPGRADING |
//! | `Failed` | BROKEN |
//! | gone | TERMINATING, reason GONE |
//!
//! `reason` and `message` are those of the first of these conditions that holds, while it is not ready: `PodScheduled`
//! False, `Stalled` True, `Progressing` False, `Ready` False; the reason in UPPER_SNAKE.
//!
//! `gate`, of the members of gangs only, is what the condition `Admitted` says: the pod is being made, exists behind its
//! gate, is denied by quota or admission, or may be scheduled.

mod facts;
mod index;
mod report;
mod running;
mod shared;
mod timeline;

pub use facts::{Admission, ManagedFacts, ObjectName, PerformerFacts, Phase, Scheduling, StatusFacts};
pub use index::PerformerIndex;
pub use report::Report;
pub use running::Running;
pub use shared::{Performers, watch};
