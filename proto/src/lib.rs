//! The wire: `hourglass.fleet.v1` as Rust types, with gRPC clients and servers and the protobuf JSON mapping.
//!
//! ```text
//!  proto/hourglass/fleet/v1/*.proto ──(tests/generated.rs)──▶ src/generated/*.rs ──▶ this crate
//!        edges only: placement/edge, placement/sessions, cluster-agent/session, cli
//! ```
//!
//! The generated files are checked in, so that a plain `cargo build` needs no protobuf compiler;
//! `tests/generated.rs` regenerates them and fails on a difference (`UPDATE_GENERATED=1` writes them).
//! Pure crates (`model`, `engine`) never see these types: the edges convert.

/// Package `hourglass.fleet.v1`.
pub mod fleet {
    /// Version 1 of the fleet API.
    #[allow(clippy::all, clippy::pedantic, rustdoc::all)]
    pub mod v1 {
        include!("generated/hourglass.fleet.v1.rs");
        include!("generated/hourglass.fleet.v1.serde.rs");
    }
}

/// Encoded `FileDescriptorSet` of everything here, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptor.bin");
