//! `evict`: one replica leaves its node.

use hourglass_proto::fleet::v1::{Assignment, EvictReplicaRequest, Placement, PlacementView, condition};
use uuid::Uuid;

use super::placement_calls::get;
use super::rollout::one_placement;
use crate::app::App;
use crate::args::EvictArgs;
use crate::console;
use crate::errors::CliError;
use crate::output::{clean, condition_reason, replicas};

/// Replicas that are listed where one of them has to be chosen.
const SLOTS_LISTED: usize = 16;

/// Runs the verb.
pub async fn run(app: &App, args: &EvictArgs) -> Result<(), CliError> {
    let session = app.session().await?;
    let name = one_placement(&args.what, session.tenant(), "evict")?;
    let (slot, epoch) = match (args.slot, args.epoch) {
        (Some(slot), Some(epoch)) => (slot, epoch),
        (slot, epoch) => {
            let placement = get(&session, &name, PlacementView::Basic).await?;
            let slot = match slot {
                Some(slot) => slot,
                None => only_replica(&placement, &name.id).map_err(CliError::Usage)?,
            };
            let epoch = epoch.or_else(|| serving_epoch(&placement, slot));
            let epoch = epoch.ok_or_else(|| CliError::Usage(nothing_to_move(&placement, &name.id, slot)))?;
            (slot, epoch)
        }
    };
    let request = EvictReplicaRequest {
        name: name.to_string(),
        slot,
        epoch,
        reason: args.reason.clone(),
        request_id: Uuid::new_v4().to_string(),
    };
    session
        .call(
            &format!("evict replica {slot} of placement/{}", name.id),
            request,
            |mut clients, request| async move { clients.placements.evict_replica(request).await },
        )
        .await?;
    console::out(&format!(
        "placement/{} replica {slot} (epoch {epoch}) is being moved\n",
        clean(&name.id)
    ))
}

/// Where a slot is: of a replica and its successor the lower epoch is the one that serves.
fn serving_place(placement: &Placement, slot: i32) -> Option<&Assignment> {
    let places = placement.assignments.iter().filter(|one| one.slot == slot);
    places
        .filter(|one| !one.cluster.is_empty())
        .min_by_key(|one| one.epoch)
}

fn serving_epoch(placement: &Placement, slot: i32) -> Option<i64> {
    serving_place(placement, slot).map(|one| one.epoch)
}

/// The slot of the replica, where there is one; else what there is to choose from.
fn only_replica(placement: &Placement, id: &str) -> Result<i32, String> {
    let replicas = replicas(placement);
    if replicas <= 1 {
        return Ok(0);
    }
    let mut slots: Vec<String> = (0..replicas)
        .take(SLOTS_LISTED)
        .map(|slot| match serving_place(placement, slot) {
            Some(one) => format!("{slot} on {}", place(one)),
            None => format!("{slot} has no place"),
        })
        .collect();
    let more = usize::try_from(replicas)
        .unwrap_or_default()
        .saturating_sub(slots.len());
    if more > 0 {
        slots.push(format!("and {more} more"));
    }
    Err(format!(
        "placement/{id} has {replicas} replicas; say by --slot which one is to leave its node: {}",
        clean(&slots.join(", "))
    ))
}

fn place(one: &Assignment) -> String {
    match one.node.as_str() {
        "" => one.cluster.clone(),
        node => format!("{}/{node}", one.cluster),
    }
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
    fn of_several_replicas_one_has_to_be_named_and_the_question_names_them() {
        let with = |replicas: i32, assignments: Vec<Assignment>| Placement {
            spec: Some(PlacementSpec {
                replicas: Some(replicas),
                ..PlacementSpec::default()
            }),
            assignments,
            ..Placement::default()
        };
        let at = |slot: i32, epoch: i64, node: &str| Assignment {
            slot,
            epoch,
            cluster: "east".to_owned(),
            node: node.to_owned(),
            ..Assignment::default()
        };
        assert_eq!(only_replica(&with(1, vec![at(0, 1, "n1")]), "web"), Ok(0));
        let three = with(3, vec![at(0, 4, "n9"), at(0, 3, "n1"), at(1, 1, "")]);
        assert_eq!(
            only_replica(&three, "web").unwrap_err(),
            "placement/web has 3 replicas; say by --slot which one is to leave its node: 0 on east/n1, 1 on east, 2 has no place"
        );
        assert_eq!(serving_epoch(&three, 0), Some(3));
        let many = only_replica(&with(18, Vec::new()), "web").unwrap_err();
        assert!(many.ends_with("15 has no place, and 2 more"), "{many}");
    }

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
