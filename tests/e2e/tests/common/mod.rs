//! What several files of end-to-end tests need.
#![allow(dead_code, reason = "each file uses a part of it")]
#![allow(clippy::print_stderr, reason = "the place for what a failed test has to say")]

pub mod solo;

use std::time::Duration;

use hourglass_e2e::{Api, request};
use hourglass_proto::fleet::v1::{Condition, Placement, condition, placement::State};
use serde_json::Value;
use tonic::Status;
use tonic_types::StatusExt as _;

/// Longer than anything takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(90);

/// Creates a placement of the tenant `default`.
pub async fn create(api: &Api, id: &str, spec: Value) -> Placement {
    let call = request::create(id, spec).expect("the spec is JSON of a PlacementSpec");
    api.create(call)
        .await
        .unwrap_or_else(|status| panic!("create {id}: {status}"))
}

/// Creates one and waits until it is READY.
pub async fn create_ready(api: &Api, id: &str, spec: Value) -> Placement {
    let created = create(api, id, spec).await;
    api.in_state(&created.name, State::Ready, LIMIT).await.unwrap()
}

/// Deletes one and waits until it is gone.
pub async fn delete(api: &Api, placement: &Placement) {
    api.delete(&placement.name).await.unwrap();
    api.gone(&placement.name, LIMIT).await.unwrap();
}

/// The reason in the details of a status.
pub fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

/// Paths of the fields that a status complains about.
pub fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let violations = details
        .bad_request()
        .map(|bad| bad.field_violations.clone())
        .unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// A condition of a placement.
pub fn condition(placement: &Placement, kind: condition::Type) -> Condition {
    let found = placement
        .conditions
        .iter()
        .find(|condition| condition.r#type() == kind);
    found
        .unwrap_or_else(|| panic!("{} has no condition {}", placement.name, kind.as_str_name()))
        .clone()
}
