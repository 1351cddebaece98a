//! What an executor asks for.

use anyhow::{Context, Result};
use hourglass_proto::fleet::v1::{CreatePlacementRequest, Placement};
use serde_json::{Value, json};

/// The tenant of tests and demo.
pub const TENANT: &str = "default";
/// An AVS address.
pub const AVS_ADDRESS: &str = "0x1234567890abcdef1234567890abcdef12345678";
/// An image; nobody pulls it, since the kubelets are played.
pub const IMAGE: &str = "registry.example/avs/performer:1.0.0";

/// A placement with this spec in protobuf JSON; AVS address and image are filled in where `performer` does not say.
///
/// # Errors
/// When the JSON is no spec.
pub fn placement(mut spec: Value) -> Result<Placement> {
    let performer = spec
        .as_object_mut()
        .context("a spec is an object")?
        .entry("performer")
        .or_insert_with(|| json!({}))
        .as_object_mut()
        .context("performer is an object")?;
    performer
        .entry("avsAddress")
        .or_insert_with(|| AVS_ADDRESS.into());
    performer.entry("image").or_insert_with(|| IMAGE.into());
    serde_json::from_value(json!({ "spec": spec })).context("the JSON is no placement")
}

/// A call that creates `id` with a fresh request id.
///
/// # Errors
/// When the JSON is no spec.
pub fn create(id: &str, spec: Value) -> Result<CreatePlacementRequest> {
    Ok(CreatePlacementRequest {
        parent: format!("tenants/{TENANT}"),
        placement_id: id.to_owned(),
        placement: Some(placement(spec)?),
        request_id: uuid::Uuid::new_v4().to_string(),
        validate_only: false,
        fail_fast: false,
    })
}

/// Full name of a placement of [`TENANT`].
#[must_use]
pub fn name(id: &str) -> String {
    format!("tenants/{TENANT}/placements/{id}")
}

/// The spec of a performer that needs next to nothing and runs on any node.
#[must_use]
pub fn small() -> Value {
    json!({"compute": {"requests": {"cpu": "100m", "memory": "64Mi"}}})
}
