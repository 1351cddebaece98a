//! Adopt: takes a Performer that runs, and that the fleet made, into a placement's ownership.

use hourglass_model::ids::ClaimId;
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use kube::api::{PartialObjectMeta, Patch, PatchParams};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};

use super::answer::Answer;
use super::api_error::{ApiError, call};
use super::commands::CommandContext;
use super::existing::check_lives;
use crate::claim::{SlotKey, from_labels};
use crate::performers::ObjectName;

/// Tries to write over the operator, which writes the status of a young object often.
const ATTEMPTS: u32 = 5;

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
    let mut attempt = 1;
    loop {
        let object = call(api.get_metadata(&name.name))
            .await
            .map_err(ApiError::into_answer)?;
        check(&object, context, claim, &name)?;
        // Bound to what was read: an object that changed meanwhile, be it only its status, is looked at again.
        let patch = patch(header, object.metadata.resource_version.as_deref());
        let params = PatchParams {
            field_manager: Some(names::FLEET_AGENT_FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        match call(api.patch_metadata(&name.name, &params, &Patch::Merge(&patch))).await {
            Ok(_) => break,
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            Err(error) => return Err(error.into_answer()),
        }
    }
    context.session.performers.with(|index| index.applied(claim));
    Ok(())
}

/// Whether the object may be taken over.
fn check(
    object: &PartialObjectMeta<Performer>,
    context: &CommandContext,
    claim: &ClaimId,
    name: &ObjectName,
) -> Result<(), Answer> {
    let labels = object.labels();
    if !names::is_of_fleet(labels) {
        let message = format!("Performer {name} was not made by the fleet; it is not the fleet's to take");
        return Err(Answer::refused("NOT_MANAGED", message));
    }
    check_lives(object, context, name)?;
    match from_labels(labels) {
        Some(known) if SlotKey::of(&known) == SlotKey::of(claim) && known.epoch > claim.epoch => {
            Err(Answer::stale(
                "EPOCH_OLDER",
                format!("Performer {name} is at epoch {}", known.epoch),
            ))
        }
        _ => Ok(()),
    }
}

fn patch(header: &pb::CommandHeader, resource_version: Option<&str>) -> Value {
    json!({
        "apiVersion": format!("{}/{}", names::GROUP, names::VERSION),
        "kind": "Performer",
        "metadata": {
            "resourceVersion": resource_version,
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
    })
}
