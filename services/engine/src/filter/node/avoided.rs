//! A node on which the cluster refused this shape is avoided until it changes.

use super::{RoomContext, RoomRule};

/// A node on which the cluster refused this shape is avoided until it changes.
pub(super) struct NodeAvoided;

impl RoomRule for NodeAvoided {
    fn name(&self) -> &'static str {
        "NodeAvoided"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        !context.avoided
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        let _ = context;
        "its cluster refused this shape here; avoided until the node changes".to_owned()
    }
}
