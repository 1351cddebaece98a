//! What the workspace itself has to conform to, apart from any behaviour: which crate may know which.
//!
//! The rules stand in `tests/imports.rs` and are checked against what cargo resolves.
