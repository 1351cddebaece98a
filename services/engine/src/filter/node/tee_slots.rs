//! As many slots of the TEE kind must be free on the node, those that the RuntimeClass takes included.

use hourglass_model::resources::Shortage;

use super::{RoomContext, RoomRule, missing, shortage_text};

fn shortage(context: &RoomContext<'_>) -> Option<Shortage> {
    let resource = context.at.variant.kind.as_ref()?.slot_resource()?;
    let (wanted, available) = (context.demand.get(&resource), context.free.get(&resource));
    (wanted > available).then_some(Shortage {
        resource,
        wanted,
        available,
    })
}

/// As many slots of the TEE kind must be free on the node, those that the RuntimeClass takes included.
pub(super) struct TeeSlots;

impl RoomRule for TeeSlots {
    fn name(&self) -> &'static str {
        "TeeSlots"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        shortage(context).is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        shortage(context)
            .map(|shortage| shortage_text(context, &shortage))
            .unwrap_or_default()
    }

    fn distance(&self, context: &RoomContext<'_>) -> i64 {
        shortage(context).map_or(0, |shortage| missing(shortage.wanted, shortage.available))
    }
}
