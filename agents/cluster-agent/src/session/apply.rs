//! Apply: makes or updates one Performer object by server-side apply.

use hourglass_model::ids::ClaimId;
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_runtime::trace_context::{Traceparent, current_traceparent};
use kube::api::{Patch, PatchParams, ValidationDirective};
use kube::{Api, ResourceExt};

use super::answer::Answer;
use super::api_error::{ApiError, call};
use super::commands::CommandContext;
use super::object;
use crate::claim::{SlotKey, from_labels};
use crate::performers::ObjectName;

/// Carries it out. Doing it again changes nothing.
pub(super) async fn apply(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
    apply: &pb::Apply,
) -> Answer {
    match try_apply(context, header, claim, apply).await {
        Ok(()) => Answer::done(Outcome::Applied),
        Err(answer) => answer,
    }
}

async fn try_apply(
    context: &CommandContext,
    header: &pb::CommandHeader,
    claim: &ClaimId,
    apply: &pb::Apply,
) -> Result<(), Answer> {
    let namespace = context
        .session
        .fleet
        .tenants
        .resolve(&apply.tenant, &apply.namespace)
        .map_err(|error| Answer::refused("NAMESPACE_NOT_ALLOWED", error.to_string()))?;
    let name = ObjectName::new(namespace, &apply.object_name);
    let known = check_what_is_known(context, claim, apply, &name)?;
    let traceparent = current_traceparent();
    let frozen = known.as_ref().and_then(|known| known.traceparent).or(traceparent);
    let object = object::performer(apply, header, namespace, frozen.map(String::from))
        .map_err(|error| Answer::refused("INVALID_SPEC", error.to_string()))?;

    context.standing.obey().await?;
    let _permit = context.permit().await?;
    let api: Api<Performer> = Api::namespaced(context.session.client.clone(), namespace);
    if known.is_none() {
        check_what_is_there(&api, claim, &name).await?;
    }
    let params = PatchParams {
        field_manager: Some(names::FLEET_AGENT_FIELD_MANAGER.to_owned()),
        // The fleet owns what it manages: a change by hand is undone.
        force: true,
        // A field that this cluster's definition does not know would be dropped without a word.
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::default()
    };
    let patched = call(api.patch_metadata(&apply.object_name, &params, &Patch::Apply(&object)))
        .await
        .map_err(ApiError::into_answer)?;
    if patched.metadata.deletion_timestamp.is_some() {
        return Err(terminating(&name));
    }
    context
        .session
        .performers
        .applied(claim, &apply.placement, traceparent.as_ref());
    Ok(())
}

/// An object of this claim that is known already.
struct Known {
    /// Trace that it belongs to, if its content is the same: it keeps it then.
    traceparent: Option<Traceparent>,
}

/// Whether this may be applied, by what the watch has shown.
fn check_what_is_known(
    context: &CommandContext,
    claim: &ClaimId,
    apply: &pb::Apply,
    name: &ObjectName,
) -> Result<Option<Known>, Answer> {
    context.session.performers.with(|index| {
        if let Some(newest) = index.newest_epoch(&SlotKey::of(claim))
            && newest > claim.epoch
        {
            let message = format!("epoch {newest} of this slot runs here already");
            return Err(Answer::stale("EPOCH_OLDER", message));
        }
        let Some(there) = index.get(name) else {
            return Ok(None);
        };
        match &there.managed {
            _ if there.terminating => Err(terminating(name)),
            Some(managed) if managed.claim == *claim => {
                let same = managed.content_hash == apply.content_hash;
                Ok(Some(Known {
                    traceparent: managed.traceparent.filter(|_| same),
                }))
            }
            _ => Err(name_taken(name)),
        }
    })
}

/// Whether this may be applied, by what the API server says: a watch that is a moment behind must not cost somebody
/// their object.
async fn check_what_is_there(api: &Api<Performer>, claim: &ClaimId, name: &ObjectName) -> Result<(), Answer> {
    let there = match call(api.get_metadata(&name.name)).await {
        Ok(there) => there,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error.into_answer()),
    };
    let labels = there.labels();
    if !names::is_of_fleet(labels) || from_labels(labels).as_ref() != Some(claim) {
        return Err(name_taken(name));
    }
    if there.metadata.deletion_timestamp.is_some() {
        Err(terminating(name))
    } else {
        Ok(())
    }
}

fn name_taken(name: &ObjectName) -> Answer {
    Answer::refused(
        "NAME_TAKEN",
        format!("Performer {name} exists and belongs to somebody else"),
    )
}

fn terminating(name: &ObjectName) -> Answer {
    Answer::failed(
        "TERMINATING",
        format!("Performer {name} is being deleted; it can be applied when it is gone"),
    )
}
