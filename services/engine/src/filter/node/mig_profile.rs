//! MIG devices must be of the profile wanted.

use std::collections::BTreeSet;

use super::gpu::{Criterion, before, meets};
use super::{NodeContext, NodeRule};

/// MIG devices must be of the profile wanted.
pub(super) struct MigProfile;

impl NodeRule for MigProfile {
    fn name(&self) -> &'static str {
        "MigProfile"
    }

    fn passes(&self, context: &NodeContext<'_>) -> bool {
        meets(context, Criterion::MigProfile)
    }

    fn shortfall(&self, context: &NodeContext<'_>) -> String {
        let wanted = context.request.gpu.iter();
        let profiles: BTreeSet<&str> = wanted
            .flat_map(|wanted| before(wanted, context.node.derived(), Criterion::MigProfile))
            .filter_map(|entry| entry.mig_profile())
            .map(hourglass_model::gpu::MigProfile::as_str)
            .collect();
        if profiles.is_empty() {
            return "offers no MIG devices".to_owned();
        }
        let profiles: Vec<&str> = profiles.into_iter().collect();
        format!("offers MIG devices of {}", profiles.join(", "))
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
