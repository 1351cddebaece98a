//! Numbers of claims by domain.

use std::ops::Deref;
use std::sync::Arc;

use hourglass_model::placement::Topology;

use super::by_cluster::ByCluster;
use super::{Domain, Site};
use crate::hash::TextMap;

/// Claims of one domain. As a difference either number may be below zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Presence {
    /// Decided or committed.
    pub(crate) live: i64,
    /// Live, or released and not ended: its pod may still be there.
    pub(crate) present: i64,
}

impl Presence {
    /// One live claim.
    pub(crate) const LIVE: Self = Self { live: 1, present: 1 };
    /// One released claim.
    pub(crate) const RELEASED: Self = Self { live: 0, present: 1 };

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            live: self.live.saturating_add(other.live),
            present: self.present.saturating_add(other.present),
        }
    }

    pub(crate) fn negated(self) -> Self {
        Self {
            live: self.live.saturating_neg(),
            present: self.present.saturating_neg(),
        }
    }

    pub(crate) fn is_zero(self) -> bool {
        self == Self::default()
    }
}

/// Counts that are kept with the claims, or were made for one question.
#[derive(Debug, Clone)]
pub(crate) enum Tallied<'a> {
    Kept(&'a Counts),
    Made(Arc<Counts>),
}

impl From<Counts> for Tallied<'_> {
    fn from(counts: Counts) -> Self {
        Self::Made(Arc::new(counts))
    }
}

impl Deref for Tallied<'_> {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        match self {
            Self::Kept(counts) => counts,
            Self::Made(counts) => counts,
        }
    }
}

/// Claims by domain of one topology.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    domains: TextMap<Box<str>, TextMap<Box<str>, Presence>>,
    total: Presence,
    in_domains: Presence,
    /// Where domains are clusters: the same by cluster.
    by_cluster: ByCluster,
}

impl Counts {
    /// What stands in a domain; nothing stands in none.
    pub(crate) fn get(&self, domain: Domain<'_>) -> Presence {
        let inner = self.domains.get(domain.first);
        inner
            .and_then(|inner| inner.get(domain.second))
            .copied()
            .unwrap_or_default()
    }

    /// Over all domains, and claims in none.
    pub(crate) fn total(&self) -> Presence {
        self.total
    }

    /// Over all domains, without claims in none.
    pub(crate) fn in_domains(&self) -> Presence {
        self.in_domains
    }

    /// Domains in which anything is counted.
    pub(crate) fn domains(&self) -> impl Iterator<Item = Domain<'_>> {
        self.domains
            .iter()
            .flat_map(|(first, inner)| inner.keys().map(move |second| Domain { first, second }))
    }

    /// Where domains are clusters, clusters of the fleet by what is counted in them; else empty.
    pub(crate) fn by_cluster(&self) -> &ByCluster {
        &self.by_cluster
    }

    /// Adds to the domain of a site and to the total.
    pub(crate) fn add(&mut self, site: &Site<'_>, topology: Topology, by: Presence) {
        self.total = self.total.plus(by);
        let Some(domain) = site.domain(topology) else {
            return;
        };
        self.in_domains = self.in_domains.plus(by);
        if !self.domains.contains_key(domain.first) {
            self.domains.insert(domain.first.into(), TextMap::default());
        }
        let Some(inner) = self.domains.get_mut(domain.first) else {
            return;
        };
        let sum = match inner.get_mut(domain.second) {
            Some(sum) => {
                *sum = sum.plus(by);
                *sum
            }
            None => {
                inner.insert(domain.second.into(), by);
                by
            }
        };
        if topology == Topology::Cluster
            && let Some(cluster) = site.number
        {
            self.by_cluster.shift(cluster, sum.plus(by.negated()), sum);
        }
        if sum.is_zero() {
            inner.remove(domain.second);
            if inner.is_empty() {
                self.domains.remove(domain.first);
            }
        }
    }
}
