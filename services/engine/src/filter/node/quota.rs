//! The ResourceQuotas of the namespace must leave what one replica takes on this node: the cluster rule of the same name
//! judges what is the same on every node.

use hourglass_model::resources::{ResourceVector, Shortage};

use super::{RoomContext, RoomRule};
use crate::state::QuotaHeadroom;

/// The first quota that is too small for a vector, and for what.
pub(crate) fn exceeded<'a>(
    quotas: &'a [QuotaHeadroom],
    demand: &ResourceVector,
) -> Option<(&'a QuotaHeadroom, Shortage)> {
    quotas.iter().find_map(|quota| {
        // What a quota does not name it does not bound.
        let shortage = demand
            .shortages(&quota.headroom)
            .find(|shortage| quota.headroom.contains(&shortage.resource));
        shortage.map(|shortage| (quota, shortage))
    })
}

/// The ResourceQuotas of the namespace must leave what one replica takes on this node.
pub(super) struct NamespaceQuota;

impl RoomRule for NamespaceQuota {
    fn name(&self) -> &'static str {
        "NamespaceQuota"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        exceeded(context.quota, context.demand).is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        exceeded(context.quota, context.demand).map_or_else(String::new, |(quota, shortage)| {
            format!("ResourceQuota {} of its namespace: {shortage}", quota.name)
        })
    }
}
