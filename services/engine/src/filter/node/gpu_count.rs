//! As many GPUs, slices of them, MIG devices or devices shown one by one must be free on the node.

use hourglass_model::resources::Shortage;

use super::{GpuWay, RoomContext, RoomRule, missing, shortage_text};

fn shortage(context: &RoomContext<'_>) -> Option<Shortage> {
    let GpuWay::Counted {
        resource,
        units: wanted,
    } = context.gpu?
    else {
        return None;
    };
    let available = context.free.get(resource);
    (wanted > available).then(|| Shortage {
        resource: resource.clone(),
        wanted,
        available,
    })
}

/// As many GPUs, slices of them, MIG devices or devices shown one by one must be free on the node.
pub(super) struct GpuCount;

impl RoomRule for GpuCount {
    fn name(&self) -> &'static str {
        "GpuCount"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        shortage(context).is_none() && context.pick().is_none_or(|pick| pick.is_ok())
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        if let (Some(Err(lack)), Some(wanted)) = (context.pick(), &context.at.request.gpu) {
            return lack.text(wanted);
        }
        shortage(context)
            .map(|shortage| shortage_text(context, &shortage))
            .unwrap_or_default()
    }

    fn distance(&self, context: &RoomContext<'_>) -> i64 {
        if let Some(Err(lack)) = context.pick() {
            return missing(lack.wanted, lack.free);
        }
        shortage(context).map_or(0, |shortage| missing(shortage.wanted, shortage.available))
    }
}
