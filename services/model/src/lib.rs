//! The words that every part of Hourglass Fleet shares: identities, quantities, requests, nodes, and the one function
//! that turns a request into the pod it will become.
//!
//! The crate is pure. It knows no network, clock, randomness, Kubernetes client or wire format other than the JSON of
//! the Performer custom resource. The engine, the store and the server stand on it; so does the cluster agent, whose
//! operator renders a performer with the same code by which the engine charged it ([`render`]). That is how a claim
//! and the pod that follows it stay equal.
//!
//! Reading order: [`ids`] and [`resources`], then [`placement`] (what a client may say), [`request`] (what it means),
//! [`node`] (what a cluster offers), [`render`] (what the two become together).

pub mod dns;
pub mod gpu;
pub mod hash;
pub mod ids;
pub mod image;
pub mod labels;
pub mod names;
pub mod node;
pub mod performer;
pub mod placement;
pub mod pod;
pub mod quantity;
pub mod render;
pub mod request;
pub mod resource_name;
pub mod resources;
pub mod tee;
mod violation;

pub use violation::Violation;
