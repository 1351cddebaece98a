//! LiftGate: writes down on a Performer that its gang is complete. The operator, here or on the agent that works after
//! this one, then takes the gate from its pods.

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

/// Carries it out. Doing it again changes nothing.
pub(super) async fn lift_gate(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
) -> Answer {
    match try_lift(context, header, claim).await {
        Ok(()) => Answer::done(Outcome::Lifted),
        Err(answer) => answer,
    }
}

async fn try_lift(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
) -> Result<(), Answer> {
    let names = known(context, claim)?;
    context.standing.obey().await?;
    let _permit = context.permit().await?;
    for name in names {
        let api: Api<Performer> = Api::namespaced(context.session.client.clone(), &name.namespace);
        let object = match call(api.get_metadata(&name.name)).await {
            Ok(object) => object,
            // The watch is a moment behind: it is on its way to say so.
            Err(error) if error.is_not_found() => return Err(missing(claim)),
            Err(error) => return Err(error.into_answer()),
        };
        check(&object, context, claim, &name)?;
        let params = PatchParams {
            field_manager: Some(names::FLEET_AGENT_FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(patch(header, object.metadata.uid.as_deref()));
        call(api.patch_metadata(&name.name, &params, &patch))
            .await
            .map_err(ApiError::into_answer)?;
    }
    Ok(())
}

/// The objects of exactly this slot and epoch. Nobody lifts a gate before an object was reported, so the watch has them.
fn known(context: &CommandContext, claim: &ClaimId) -> Result<Vec<ObjectName>, Answer> {
    context.session.performers.with(|index| {
        if let Some(newest) = index.newest_epoch(&SlotKey::of(claim))
            && newest > claim.epoch
        {
            let message = format!("epoch {newest} of this slot runs here already");
            return Err(Answer::stale("EPOCH_OLDER", message));
        }
        let names: Vec<ObjectName> = index.names_of(claim).cloned().collect();
        if names.is_empty() {
            Err(missing(claim))
        } else {
            Ok(names)
        }
    })
}

/// Whether the object still is what the command is about.
fn check(
    object: &PartialObjectMeta<Performer>,
    context: &CommandContext,
    claim: &ClaimId,
    name: &ObjectName,
) -> Result<(), Answer> {
    let labels = object.labels();
    if !names::is_of_fleet(labels) || from_labels(labels).as_ref() != Some(claim) {
        return Err(missing(claim));
    }
    check_lives(object, context, name)
}

fn missing(claim: &ClaimId) -> Answer {
    let ClaimId { slot, epoch, .. } = claim;
    Answer::failed(
        "NOT_FOUND",
        format!("no Performer of slot {slot} at epoch {epoch} is here; it must be applied first"),
    )
}

/// Beside what Apply owns, so that a later Apply leaves it alone.
fn patch(header: &pb::CommandHeader, uid: Option<&str>) -> Value {
    json!({
        "apiVersion": format!("{}/{}", names::GROUP, names::VERSION),
        "kind": "Performer",
        "metadata": {
            // Another object of the same name is a conflict.
            "uid": uid,
            "annotations": {
                names::GANG_COMPLETE_ANNOTATION: "true",
                names::INCARNATION_ANNOTATION: header.incarnation.to_string(),
                names::TERM_ANNOTATION: header.term.to_string(),
            },
        },
    })
}
