//! What the executor does for one wish, and what must hold afterwards.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use hourglass_e2e::api::story;
use hourglass_e2e::{Api, request};
use hourglass_proto::fleet::v1::condition::Reason;
use hourglass_proto::fleet::v1::{Placement, placement::State};
use tracing::Instrument;

use crate::placements::Wish;

/// From a decision to READY on a busy machine.
pub const READY_LIMIT: Duration = Duration::from_secs(120);
/// From a call to PENDING.
const PENDING_LIMIT: Duration = Duration::from_secs(10);

/// One wish from the call to READY, in one span of the executor.
pub async fn place(api: &Api, wish: &Wish) -> Result<()> {
    let span = tracing::info_span!("place performer", otel.kind = "client", placement = wish.id);
    async {
        let created = Box::pin(api.create(request::create(wish.id, wish.spec.clone())?))
            .await
            .context("create")?;
        let ready = api.ready_by_watch(&created.name, READY_LIMIT).await?;
        let Some(assignment) = ready.assignments.first() else {
            bail!("READY without a place")
        };
        ensure!(
            assignment.cluster == wish.cluster,
            "it is on {}, not on {}",
            assignment.cluster,
            wish.cluster
        );
        ensure!(
            assignment.endpoints.iter().any(|endpoint| endpoint.ready),
            "no endpoint:\n{}",
            story(&ready)
        );
        Ok(())
    }
    .instrument(span)
    .await
}

/// A gang for which there is no room: all of it waits, and says why.
pub async fn wait_for_room(api: &Api, wish: &Wish) -> Result<Placement> {
    let created = Box::pin(api.create(request::create(wish.id, wish.spec.clone())?))
        .await
        .context("create")?;
    let waiting = api.in_state(&created.name, State::Pending, PENDING_LIMIT).await?;
    let told = waiting
        .conditions
        .iter()
        .any(|condition| condition.reason() == Reason::GangDoesNotFit);
    ensure!(
        told,
        "no condition says that the gang does not fit:\n{}",
        story(&waiting)
    );
    ensure!(
        waiting.assignments.is_empty(),
        "a part of the gang has a place:\n{}",
        story(&waiting)
    );
    Ok(waiting)
}
