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
//! The cases hold every rule that both have: `nodeSelector`, node affinity with all operators and `matchFields`, taints and
//! tolerations of every effect, `unschedulable`, RuntimeClass (selector, tolerations, overhead), cpu, memory, ephemeral
//! storage, huge pages, extended resources and the number of pods; and on nodes pods with init containers, sidecars, overhead,
//! limits without requests, resources of the pod as a whole, and such that have ended.
//!
//! Left out, and why:
//! - Rules that only we have: GPUs by product or share, TEEs. Nodes are Ready: Kubernetes says the rest by taints, which are
//!   in the cases.
//! - Affinity between pods in a performer is judged by the cluster's scheduler alone; then we bind the cluster and no node.
//! - Host ports and volumes: a performer has none. Anti-affinity of strangers' pods against ours: the cluster's scheduler refuses
//!   such a node, and it is avoided from then on.
//!
//! Spread, affinity and anti-affinity between placements have cases of their own: see [`domains`].

pub mod case;
pub mod domains;
mod kubernetes;
mod ours;
mod run;

pub use run::{Difference, Parity, Tally};
