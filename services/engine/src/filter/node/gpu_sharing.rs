//! GPUs come as the node offers them: whole ones from nodes with whole ones, shares from nodes with time slices, large
//! enough MIG devices, or devices shown one by one. Where devices are shown one by one, the counters of the same GPUs are
//! not used, also not by their own names.

use hourglass_model::gpu::covers;
use hourglass_model::request::GpuAmount;
use hourglass_model::resources::ResourceName;

use super::gpu::{Criterion, Unit, before, meets};
use super::{NodeContext, NodeRule};

/// A counter that the request asks for by name, and that the node's devices stand in for.
fn hidden<'a>(context: &NodeContext<'a>) -> Option<&'a ResourceName> {
    let kinds = &context.node.derived().device_kinds;
    if kinds.is_empty() {
        return None;
    }
    let asked = context.request.base.iter().filter(|(_, amount)| *amount > 0);
    asked
        .map(|(resource, _)| resource)
        .find(|resource| kinds.iter().any(|kind| covers(&kind.driver, resource)))
}

/// GPUs come as the node offers them.
pub(super) struct GpuSharing;

impl NodeRule for GpuSharing {
    fn name(&self) -> &'static str {
        "GpuSharing"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        hidden(context).is_none() && meets(context, Criterion::Sharing)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        if let Some(resource) = hidden(context) {
            return format!("offers what {resource} counts as devices (ResourceSlices): use compute.gpu");
        }
        let Some(wanted) = &context.request.gpu else {
            return String::new();
        };
        let whole = matches!(wanted.amount, GpuAmount::Whole(_));
        let (mut mig, mut slices, mut others) = (false, false, false);
        for entry in before(wanted, context.node.derived(), Criterion::Sharing) {
            match entry.unit {
                Unit::Slices(_) => slices = true,
                _ if entry.mig_profile().is_some() => mig = true,
                _ => others = true,
            }
        }
        let text = match (mig, slices, others) {
            (true, false, false) if whole => "offers MIG devices only",
            (true, false, false) => "offers MIG devices only, too small for the share",
            (_, true, false) if whole => "offers time slices only, no whole GPUs",
            _ if whole => "offers no GPUs of the resource asked for",
            _ => "offers no time slices of its GPUs",
        };
        text.to_owned()
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
