//! What each kind of command does to the state. One file a kind; all are synchronous and decide from memory.

mod acknowledgement;
mod adopt;
mod capacity;
mod cluster;
mod create;
mod delete;
mod disruption;
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
mod session;
mod timer;
mod withdraw;
