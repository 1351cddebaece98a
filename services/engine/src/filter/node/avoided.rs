//! A node on which the request, or one like it, came to nothing is avoided for as long as the caller says.

use super::{RoomContext, RoomRule};

/// A node on which the request, or one like it, came to nothing is avoided for as long as the caller says.
pub(super) struct NodeAvoided;

impl RoomRule for NodeAvoided {
    fn name(&self) -> &'static str {
        "NodeAvoided"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        context.avoided.is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        context.avoided.map_or_else(String::new, |note| note.why.clone())
    }
}
