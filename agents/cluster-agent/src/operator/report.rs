//! Writes the status, when it differs, and tells the transitions as Events.

use hourglass_performer_api::names::OPERATOR_FIELD_MANAGER;
use hourglass_performer_api::{Performer, PerformerStatus};
use kube::api::{Patch, PatchParams};
use kube::{Api, Resource};
use serde_json::json;

use super::children::Identity;
use super::context::Context;
use super::error::{ReconcileError, is_not_found};
use super::events;

/// Makes `new` the status of the Performer, which so far has `old`.
pub(crate) async fn report(
    context: &Context,
    performer: &Performer,
    owner: &Identity,
    old: &PerformerStatus,
    new: &PerformerStatus,
) -> Result<(), ReconcileError> {
    if old == new {
        return Ok(());
    }
    let api: Api<Performer> = Api::namespaced(context.client.clone(), &owner.namespace);
    let patch = json!({
        "apiVersion": Performer::api_version(&()),
        "kind": Performer::kind(&()),
        // With the uid, a Performer of the same name that came after this one is left alone.
        "metadata": {"name": owner.name, "namespace": owner.namespace, "uid": owner.uid},
        "status": new,
    });
    let params = PatchParams::apply(OPERATOR_FIELD_MANAGER).force();
    match api
        .patch_status(&owner.name, &params, &Patch::Apply(&patch))
        .await
    {
        Ok(answer) => context.written.note(&answer),
        Err(error) if is_not_found(&error) => return Ok(()),
        Err(error) => return Err(ReconcileError::api("write the status")(error)),
    }
    events::publish(
        &context.recorder,
        &performer.object_ref(&()),
        events::transitions(old, new),
    )
    .await;
    Ok(())
}
