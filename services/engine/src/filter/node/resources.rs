//! Everything else that is asked for, the number of pods included, must be free on the node.

use super::{RoomContext, RoomRule, missing, shortage_text};

/// Everything else that is asked for, the number of pods included, must be free on the node.
pub(super) struct NodeResources;

impl RoomRule for NodeResources {
    fn name(&self) -> &'static str {
        "NodeResources"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        context.demand.fits_in(context.free)
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        let all: Vec<String> = context
            .demand
            .shortages(context.free)
            .map(|shortage| shortage_text(context, &shortage))
            .collect();
        all.join("; ")
    }

    /// Parts of several resources add up.
    fn distance(&self, context: &RoomContext<'_>) -> i64 {
        let parts = context.demand.shortages(context.free);
        parts
            .map(|shortage| missing(shortage.wanted, shortage.available))
            .fold(0, i64::saturating_add)
    }
}
