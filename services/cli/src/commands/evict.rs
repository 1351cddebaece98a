//! `evict`: one replica leaves its node.

use hourglass_proto::fleet::v1::{EvictReplicaRequest, PlacementView};
use uuid::Uuid;

use super::placement_calls::get;
use super::rollout::one_placement;
use crate::app::App;
use crate::args::EvictArgs;
use crate::console;
use crate::errors::CliError;
use crate::output::clean;

/// Runs the verb.
pub async fn run(app: &App, args: &EvictArgs) -> Result<(), CliError> {
    let session = app.session().await?;
    let name = one_placement(&args.what, session.tenant(), "evict")?;
    let epoch = match args.epoch {
        Some(epoch) => epoch,
        None => {
            let placement = get(&session, &name, PlacementView::Basic).await?;
            // Of a replica and its successor the lower epoch is the one that serves.
            let epochs = placement.assignments.iter().filter(|one| one.slot == args.slot);
            let epoch = epochs
                .filter(|one| !one.cluster.is_empty())
                .map(|one| one.epoch)
                .min();
            epoch.ok_or_else(|| {
                CliError::Usage(format!(
                    "placement/{} has no replica {} with a place",
                    name.id, args.slot
                ))
            })?
        }
    };
    let request = EvictReplicaRequest {
        name: name.to_string(),
        slot: args.slot,
        epoch,
        reason: args.reason.clone(),
        request_id: Uuid::new_v4().to_string(),
    };
    session
        .call(
            &format!("evict replica {} of placement/{}", args.slot, name.id),
            request,
            |mut clients, request| async move { clients.placements.evict_replica(request).await },
        )
        .await?;
    console::out(&format!(
        "placement/{} replica {} (epoch {epoch}) is being moved\n",
        clean(&name.id),
        args.slot
    ))
}
