//! The credential: known to the server, and good for the tenant?

use hourglass_proto::fleet::v1::{Fleet, GetFleetRequest, ListPlacementsRequest};

use super::Finding;
use crate::client::Session;
use crate::names::tenant_parent;

const CHECK: &str = "credential";

/// Reads the fleet and the tenant's placements. Gives the fleet on, for the checks that come after.
pub async fn check(session: &Session) -> (Finding, Option<Fleet>) {
    let fleet = session
        .call(
            "read the fleet",
            GetFleetRequest {},
            |mut clients, request| async move { clients.fleet.get_fleet(request).await },
        )
        .await;
    let request = ListPlacementsRequest {
        parent: tenant_parent(session.tenant()),
        page_size: 1,
        ..Default::default()
    };
    let placements = session
        .call(
            "list placements of the tenant",
            request,
            |mut clients, request| async move { clients.placements.list_placements(request).await },
        )
        .await;
    match (fleet, placements) {
        (Ok(fleet), Ok(_)) => {
            let detail = format!(
                "may read the fleet and the placements of tenant {}",
                session.tenant()
            );
            (Finding::ok(CHECK, detail), Some(fleet))
        }
        (Ok(fleet), Err(error)) => (Finding::failed(CHECK, &error), Some(fleet)),
        // Tenants need not see the fleet as a whole.
        (Err(error), Ok(_)) => {
            let detail = format!(
                "may read the placements of tenant {}, but not the fleet: {error}",
                session.tenant()
            );
            (
                Finding::warning(
                    CHECK,
                    detail,
                    "ask the operator of the fleet, if you need to see clusters",
                ),
                None,
            )
        }
        (Err(error), Err(_)) => (Finding::failed(CHECK, &error), None),
    }
}
