//! Everything else that is asked for, the number of pods included, must be free on the node.

use super::shortage_text;
use super::{RoomContext, RoomRule};

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
}
