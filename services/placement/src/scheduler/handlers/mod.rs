//! What each kind of command does to the state. One file a kind; all are synchronous and decide from memory.

mod acknowledgement;
mod adopt;
mod capacity;
mod cluster;
mod create;
mod delete;
mod disruption;
mod evict;
mod explain;
mod gang;
mod inventory;
mod join;
mod liveness;
mod place;
pub(crate) mod preempt;
mod recovery;
mod report;
mod reserve;
mod retry;
mod roll;
mod session;
mod start_deadline;
mod successor;
mod timer;
mod update;
mod update_rehearsal;
mod withdraw;
