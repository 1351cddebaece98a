//! `evict`: one replica leaves its node.

use hourglass_proto::fleet::v1::{EvictReplicaRequest, Placement, PlacementView, condition};
use uuid::Uuid;

use super::placement_calls::get;
use super::rollout::one_placement;
use crate::app::App;
use crate::args::EvictArgs;
use crate::console;
use crate::errors::CliError;
use crate::output::{clean, condition_reason, replicas};

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
            epoch.ok_or_else(|| CliError::Usage(nothing_to_move(&placement, &name.id, args.slot)))?
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

/// Why there is nothing to be moved: there is no such replica, or it has no place, which says more about itself.
fn nothing_to_move(placement: &Placement, id: &str, slot: i32) -> String {
    let replicas = replicas(placement);
    if !(0..replicas).contains(&slot) {
        let last = replicas.saturating_sub(1);
        return format!("placement/{id} has no replica {slot}: they are numbered from 0 to {last}");
    }
    let mut conditions = placement.conditions.iter();
    let scheduled = conditions.find(|condition| condition.r#type() == condition::Type::Scheduled);
    let why = scheduled.filter(|condition| condition.status() == condition::Status::False);
    let why = why.map_or_else(String::new, |condition| {
        format!(
            "; {} {}",
            condition_reason(condition.reason()),
            clean(&condition.message)
        )
    });
    format!("replica {slot} of placement/{id} has no place to be moved away from{why}")
}

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1::{Condition, PlacementSpec};

    use super::*;

    #[test]
    fn one_without_a_place_says_why_it_has_none() {
        let scheduled = Condition {
            r#type: condition::Type::Scheduled.into(),
            status: condition::Status::False.into(),
            reason: condition::Reason::AttemptsExhausted.into(),
            message: "replica 1 did not become ready in 5 places in a row".to_owned(),
            ..Condition::default()
        };
        let placement = Placement {
            spec: Some(PlacementSpec {
                replicas: Some(2),
                ..PlacementSpec::default()
            }),
            conditions: vec![scheduled],
            ..Placement::default()
        };
        assert_eq!(
            nothing_to_move(&placement, "web", 1),
            "replica 1 of placement/web has no place to be moved away from; ATTEMPTS_EXHAUSTED replica 1 did not become ready in 5 \
             places in a row"
        );
        assert_eq!(
            nothing_to_move(&placement, "web", 2),
            "placement/web has no replica 2: they are numbered from 0 to 1"
        );
    }
}
