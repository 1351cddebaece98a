//! The built program against a real gRPC server on a loopback port.
// A panic is how a test fails; the lint's exception for tests does not reach their helpers.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

mod applying;
mod capacity;
mod certificates;
mod checking;
mod contexts;
mod deleting;
mod docs;
mod errors;
mod getting;
mod readme;
mod rollouts;
mod tokens;
mod watching;
