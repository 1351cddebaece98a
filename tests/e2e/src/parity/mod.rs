//! The same question to our engine and to the real kube-scheduler: which nodes can take this pod?
//!
//! ```text
//!            ┌─ Nodes, pods that run there ─▶ kube-apiserver ─▶ agent ─▶ placement service ─ ExplainPlacement ─▶ ours
//!  case ─────┤                                    │
//!            └─ one pod a node, tied to it ───────┴─▶ kube-scheduler ─ binding or FailedScheduling ────────────▶ theirs
//! ```
//! A case is a few nodes and one pod. Ours is asked through the public API, so the whole way from Node object to verdict
//! is under test: what the agent reads, what the engine's rules say. The real scheduler is asked with one pod a node,
//! tied to its node by the label `kubernetes.io/hostname`, and its answer is its binding or its message.
//!
//! Rules that only we have are left out of the cases: nodes are Ready, GPUs are whole, and no TEE is asked for.

pub mod case;
mod kubernetes;
mod ours;
mod run;

pub use run::{Difference, Parity, Tally};
