//! Calls about one placement that several verbs make.

use hourglass_proto::fleet::v1::{
    CreatePlacementRequest, GetPlacementRequest, Placement, PlacementView, UpdatePlacementRequest,
};
use pbjson_types::FieldMask;
use uuid::Uuid;

use crate::client::Session;
use crate::errors::CliError;
use crate::names::{PlacementName, id_of, tenant_parent};

/// One placement.
pub async fn get(
    session: &Session,
    name: &PlacementName,
    view: PlacementView,
) -> Result<Placement, CliError> {
    let request = GetPlacementRequest {
        name: name.to_string(),
        view: view.into(),
    };
    session
        .call(
            &format!("get placement/{}", name.id),
            request,
            |mut clients, request| async move { clients.placements.get_placement(request).await },
        )
        .await
}

/// How a placement is created.
#[derive(Debug, Clone, Default)]
pub struct Creation {
    /// Tenant.
    pub parent: String,
    /// Empty when the server is to choose.
    pub placement_id: String,
    /// Makes the call safe to repeat.
    pub request_id: String,
    /// Decide, change nothing.
    pub validate_only: bool,
    /// Fail rather than wait for room.
    pub fail_fast: bool,
}

/// Creates a placement, or says what would be.
pub async fn create(session: &Session, how: Creation, placement: &Placement) -> Result<Placement, CliError> {
    let name = if how.placement_id.is_empty() {
        "with a new name"
    } else {
        how.placement_id.as_str()
    };
    let doing = match (how.validate_only, how.placement_id.is_empty()) {
        (true, _) => format!("validate placement/{name}"),
        (false, true) => "create a placement".to_owned(),
        (false, false) => format!("create placement/{name}"),
    };
    let request = CreatePlacementRequest {
        parent: how.parent,
        placement_id: how.placement_id,
        // The id is in the request; a name inside the placement would only say it twice.
        placement: Some(Placement {
            name: String::new(),
            ..placement.clone()
        }),
        request_id: how.request_id,
        validate_only: how.validate_only,
        fail_fast: how.fail_fast,
    };
    session
        .call(&doing, request, |mut clients, request| async move {
            clients.placements.create_placement(request).await
        })
        .await
}

/// What a placement of a manifest is called in messages, and the tenant that it is for; `position` counts from 0.
pub fn title_and_parent(
    placement: &Placement,
    position: usize,
    tenant: &str,
) -> Result<(String, String), CliError> {
    if placement.name.is_empty() {
        return Ok((format!("placement {}", position + 1), tenant_parent(tenant)));
    }
    let name = PlacementName::parse(&placement.name, tenant).map_err(CliError::Usage)?;
    Ok((id_of(&placement.name).to_owned(), name.parent()))
}

/// Changes labels, annotations and spec of a placement to those of `wanted`, or says what would be.
pub async fn update(
    session: &Session,
    name: &PlacementName,
    wanted: Placement,
    validate_only: bool,
) -> Result<Placement, CliError> {
    let request = UpdatePlacementRequest {
        placement: Some(wanted),
        update_mask: Some(FieldMask {
            paths: vec!["*".to_owned()],
        }),
        request_id: if validate_only {
            String::new()
        } else {
            Uuid::new_v4().to_string()
        },
        allow_missing: false,
        validate_only,
    };
    session
        .call(
            &format!("change placement/{}", name.id),
            request,
            |mut clients, request| async move { clients.placements.update_placement(request).await },
        )
        .await
}
