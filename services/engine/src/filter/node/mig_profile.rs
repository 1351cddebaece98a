//! MIG devices must be of the profile wanted.

use std::collections::BTreeSet;

use hourglass_model::gpu::MigProfile as Profile;

use super::gpu::{Criterion, before, meets};
use super::{NOTHING, NodeContext, NodeRule};

/// Profiles of the MIG devices that the node has of a product wanted.
fn profiles<'a>(context: &NodeContext<'a>) -> impl Iterator<Item = &'a Profile> {
    let (wanted, derived) = (context.request.gpu.iter(), context.node.derived());
    wanted
        .flat_map(move |wanted| before(wanted, derived, Criterion::MigProfile))
        .filter_map(|entry| entry.mig_profile())
}

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
        let profiles: BTreeSet<&str> = profiles(context).map(Profile::as_str).collect();
        if profiles.is_empty() {
            return "offers no MIG devices".to_owned();
        }
        let profiles: Vec<&str> = profiles.into_iter().collect();
        format!("offers MIG devices of {}", profiles.join(", "))
    }

    fn distance(&self, context: &NodeContext<'_>) -> i64 {
        match profiles(context).next() {
            Some(_) => 0,
            None => NOTHING,
        }
    }

    fn remedy(&self, context: &NodeContext<'_>) -> Option<String> {
        let _ = context;
        None
    }
}
