//! What comes of changes, as clients see it.

use hourglass_proto::fleet::v1 as proto;

use super::numbers::{int32, int64};
use super::spec::spec_out;
use super::timestamp::timestamp;
use crate::records::{PlacementRecord, RevisionRecord};
use crate::scheduler::port::{ReplicaMove, UpdatePlan};

/// What an update would do.
pub fn plan_out(plan: &UpdatePlan) -> proto::UpdatePlan {
    proto::UpdatePlan {
        changes: plan
            .changes
            .iter()
            .map(|change| proto::FieldChange {
                path: change.path.clone(),
                before: change.before.clone(),
                after: change.after.clone(),
            })
            .collect(),
        moves: plan.moves.iter().map(move_out).collect(),
    }
}

fn move_out(one: &ReplicaMove) -> proto::ReplicaMove {
    let (from_cluster, from_node) = place_out(one.from.as_ref());
    let (to_cluster, to_node) = place_out(one.to.as_ref());
    proto::ReplicaMove {
        slot: int32(one.slot.0),
        from_cluster,
        from_node,
        to_cluster,
        to_node,
    }
}

fn place_out<C: ToString, N: ToString>(place: Option<&(C, N)>) -> (String, String) {
    place.map_or_else(Default::default, |(cluster, node)| {
        (cluster.to_string(), node.to_string())
    })
}

/// The specs that a placement has and had, the newest first.
pub fn revisions_out<'a>(
    record: &PlacementRecord,
    earlier: impl Iterator<Item = &'a RevisionRecord>,
) -> proto::ListPlacementRevisionsResponse {
    let current = proto::PlacementRevision {
        revision: int64(record.generation.0),
        spec: Some(spec_out(&record.spec)),
        create_time: Some(timestamp(record.revision_time.unwrap_or(record.create_time))),
        current: true,
    };
    let earlier = earlier.map(|revision| proto::PlacementRevision {
        revision: int64(revision.generation.0),
        spec: Some(spec_out(&revision.spec)),
        create_time: Some(timestamp(revision.create_time)),
        current: false,
    });
    proto::ListPlacementRevisionsResponse {
        revisions: std::iter::once(current).chain(earlier).collect(),
    }
}
