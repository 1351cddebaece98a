//! A node on which the cluster refused the request is avoided until it changes.

use super::{RoomContext, RoomRule};

/// A node on which the cluster refused the request is avoided until it changes.
pub(super) struct NodeAvoided;

impl RoomRule for NodeAvoided {
    fn name(&self) -> &'static str {
        "NodeAvoided"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        context.avoided.is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        context.avoided.unwrap_or_default().to_owned()
    }
}
