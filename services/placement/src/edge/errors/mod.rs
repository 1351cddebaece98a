//! One map from what went wrong to a gRPC status with details (AIP-193).
//!
//! Every status carries `google.rpc.ErrorInfo` with an UPPER_SNAKE reason that programs can rely on; the message is
//! for people. Details are bounded, because they travel in HTTP/2 headers.

mod calls;
mod details;

pub use calls::{no_common_protocol, status};
pub use details::{DOMAIN, Failure, MAX_DETAILS_BYTES, Reason};

use hourglass_model::Violation;
use tonic::Status;

/// INVALID_ARGUMENT with every violation.
pub fn invalid(violations: Vec<Violation>) -> Status {
    Failure::invalid(violations).into()
}
