//! The part of cpu and memory that would be left on the node, in sixteenths of each, added up.

use hourglass_model::resources::{CPU, MEMORY, ResourceName};

use super::{Score, ScoreContext};

/// The part of cpu and memory that would be left on the node, in sixteenths of each, added up.
pub(super) struct Leftover;

impl Score for Leftover {
    fn name(&self) -> &'static str {
        "leftover_16ths"
    }

    fn value(&self, context: &ScoreContext<'_>) -> i64 {
        let sixteenths = |resource: &ResourceName| {
            let all = context.room.at.node.allocatable().get(resource);
            let left = context
                .room
                .free
                .get(resource)
                .saturating_sub(context.room.demand.get(resource));
            if all <= 0 {
                0
            } else {
                i128::from(left.max(0)) * 16 / i128::from(all)
            }
        };
        i64::try_from(sixteenths(&CPU) + sixteenths(&MEMORY)).unwrap_or(i64::MAX)
    }
}
