//! The ResourceQuotas of the namespace must leave what one replica takes on this node: the cluster rule of the same name
//! judges what is the same on every node.

use std::fmt;

use hourglass_model::resources::{ResourceVector, Shortage, human};

use super::{RoomContext, RoomRule, missing};
use crate::state::QuotaHeadroom;

/// A quota that is too small, and for what.
pub(crate) struct Exceeded<'a> {
    pub(crate) quota: &'a QuotaHeadroom,
    shortage: Shortage,
    /// Of limits, not of requests.
    of_limits: bool,
}

impl fmt::Display for Exceeded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.of_limits {
            return self.shortage.fmt(f);
        }
        let Shortage {
            resource,
            wanted,
            available,
        } = &self.shortage;
        let show = |amount: i64| human(resource, amount);
        write!(
            f,
            "needs {} limits.{resource}, {} free",
            show(*wanted),
            show((*available).max(0))
        )
    }
}

/// The first quota that is too small for what a pod requests and for its limits, and for what.
pub(crate) fn exceeded<'a>(
    quotas: &'a [QuotaHeadroom],
    demand: &ResourceVector,
    limits: &ResourceVector,
) -> Option<Exceeded<'a>> {
    // What a quota does not name it does not bound.
    let first = |wanted: &ResourceVector, left: &ResourceVector| {
        let mut shortages = wanted.shortages(left);
        shortages.find(|shortage| left.contains(&shortage.resource))
    };
    quotas.iter().find_map(|quota| {
        let requests = first(demand, &quota.headroom).map(|shortage| (shortage, false));
        let (shortage, of_limits) =
            requests.or_else(|| first(limits, &quota.limits).map(|shortage| (shortage, true)))?;
        Some(Exceeded {
            quota,
            shortage,
            of_limits,
        })
    })
}

impl Exceeded<'_> {
    /// The part of what is wanted that is missing, in millionths.
    fn distance(&self) -> i64 {
        missing(self.shortage.wanted, self.shortage.available)
    }
}

/// The ResourceQuotas of the namespace must leave what one replica takes on this node.
pub(super) struct NamespaceQuota;

fn of<'a>(context: &RoomContext<'a>) -> Option<Exceeded<'a>> {
    exceeded(context.quota, context.demand, &context.at.variant.limits)
}

impl RoomRule for NamespaceQuota {
    fn name(&self) -> &'static str {
        "NamespaceQuota"
    }

    fn passes(&self, context: &RoomContext<'_>) -> bool {
        of(context).is_none()
    }

    fn shortfall(&self, context: &RoomContext<'_>) -> String {
        of(context).map_or_else(String::new, |exceeded| {
            format!(
                "ResourceQuota {} of its namespace: {exceeded}",
                exceeded.quota.name
            )
        })
    }

    fn distance(&self, context: &RoomContext<'_>) -> i64 {
        of(context).map_or(0, |exceeded| exceeded.distance())
    }
}
