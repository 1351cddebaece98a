//! A server that keeps everything in memory, and a way to run the program against it.

mod fleet_service;
mod placement_service;
mod program;
mod server;
mod state;
mod tls;

pub use program::{Program, eventually};
pub use server::{Options, TestServer};
pub use tls::Authority;
