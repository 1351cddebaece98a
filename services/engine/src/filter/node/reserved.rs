//! A node that is reserved for another placement takes nothing of the same or a lower priority.

use super::{RoomContext, RoomRule};

/// A node that is reserved for another placement takes nothing of the same or a lower priority.
pub(super) struct Reserved;

impl RoomRule for Reserved {
    fn name(&self) -> &'static str {
        "Reserved"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        context.reserved_for.is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        match context.reserved_for {
            Some(other) => format!("it is reserved for {other}, which has waited longer"),
            None => String::new(),
        }
    }
}
