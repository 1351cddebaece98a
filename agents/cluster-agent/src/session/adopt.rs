//! Adopt: takes a Performer that runs, and that the fleet made, into a placement's ownership.

use hourglass_model::ids::ClaimId;
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use kube::api::{Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::json;

use super::answer::Answer;
use super::api_error::{ApiError, call};
use super::commands::CommandContext;
use crate::claim::from_labels;
use crate::performers::ObjectName;

/// Carries it out. Doing it again changes nothing.
pub(super) async fn adopt(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
    performer: &str,
) -> Answer {
    match try_adopt(context, header, claim, performer).await {
        Ok(()) => Answer::done(Outcome::Adopted),
        Err(answer) => answer,
    }
}

async fn try_adopt(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
    performer: &str,
) -> Result<(), Answer> {
    let name = ObjectName::parse(performer)
        .ok_or_else(|| Answer::refused("INVALID_NAME", format!("{performer:?} is not namespace/name")))?;
    context.standing.obey().await?;
    let _permit = context.permit().await?;
    let api: Api<Performer> = Api::namespaced(context.session.client.clone(), &name.namespace);
    let object = call(api.get_metadata(&name.name))
        .await
        .map_err(ApiError::into_answer)?;
    let labels = object.labels();
    if labels.get(names::MANAGED_BY_LABEL).map(String::as_str) != Some(names::MANAGED_BY_FLEET) {
        let message = format!("Performer {name} was not made by the fleet; it is not the fleet's to take");
        return Err(Answer::refused("NOT_MANAGED", message));
    }
    let tenant = labels
        .get(names::TENANT_LABEL)
        .map(String::as_str)
        .unwrap_or_default();
    context
        .session
        .fleet
        .tenants
        .resolve(tenant, &name.namespace)
        .map_err(|error| Answer::refused("NAMESPACE_NOT_ALLOWED", error.to_string()))?;
    if object.metadata.deletion_timestamp.is_some() {
        return Err(Answer::refused(
            "TERMINATING",
            format!("Performer {name} is being deleted"),
        ));
    }
    if let Some(known) = from_labels(labels)
        && known.placement == claim.placement
        && known.slot == claim.slot
        && known.epoch > claim.epoch
    {
        return Err(Answer::stale(
            "EPOCH_OLDER",
            format!("Performer {name} is at epoch {}", known.epoch),
        ));
    }
    // Bound to what was read: what changed meanwhile is looked at again by whoever asks again.
    let patch = json!({
        "apiVersion": format!("{}/{}", names::GROUP, names::VERSION),
        "kind": "Performer",
        "metadata": {
            "resourceVersion": object.metadata.resource_version,
            "labels": {
                names::PLACEMENT_UID_LABEL: header.placement_uid,
                names::SLOT_LABEL: header.slot.to_string(),
                names::EPOCH_LABEL: header.epoch.to_string(),
            },
            "annotations": {
                names::INCARNATION_ANNOTATION: header.incarnation.to_string(),
                names::TERM_ANNOTATION: header.term.to_string(),
            },
        },
    });
    let params = PatchParams {
        field_manager: Some(names::FLEET_AGENT_FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    call(api.patch_metadata(&name.name, &params, &Patch::Merge(&patch)))
        .await
        .map_err(ApiError::into_answer)?;
    context.session.performers.with(|index| index.applied(claim));
    Ok(())
}
