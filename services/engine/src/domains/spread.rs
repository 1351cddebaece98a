//! How evenly claims lie over the eligible domains of one spread constraint.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::placement::Topology;
use hourglass_model::request::SpreadConstraint;

use super::counts::{Counts, Presence, Tallied};
use super::{Domain, Site};
use crate::hash::{TextMap, TextSet};
use crate::index::cluster_set::ClusterSet;

/// Some domains of one topology.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    names: TextMap<Box<str>, TextSet<Box<str>>>,
    count: usize,
}

impl Named {
    /// Returns whether it was not there.
    pub(crate) fn insert(&mut self, domain: Domain<'_>) -> bool {
        if !self.names.contains_key(domain.first) {
            self.names.insert(domain.first.into(), TextSet::default());
        }
        let inner = self.names.get_mut(domain.first);
        let new =
            inner.is_some_and(|inner| !inner.contains(domain.second) && inner.insert(domain.second.into()));
        self.count += usize::from(new);
        new
    }

    fn contains(&self, domain: Domain<'_>) -> bool {
        let inner = self.names.get(domain.first);
        inner.is_some_and(|inner| inner.contains(domain.second))
    }
}

/// One constraint as one decision sees it.
#[derive(Debug, Clone)]
pub(crate) struct Spread<'a> {
    pub(crate) rule: &'a SpreadConstraint,
    /// Place among the constraints of the request, for messages.
    pub(crate) index: usize,
    counts: Tallied<'a>,
    drift: Counts,
    /// Whether another replica of the request counts: 1, or 0.
    own: i64,
    /// By how much more than the rule says the domains may differ: for seeing what that would help.
    looser: i64,
    /// Domains with at least one node that the request means (see `filter::node::selects`).
    eligible: Arc<Named>,
    /// Such domains in which nothing is counted and that are known by their number only.
    unnamed: usize,
    /// Number of all of them.
    domains: usize,
    /// How many of them have each count.
    levels: BTreeMap<i64, usize>,
}

impl<'a> Spread<'a> {
    pub(super) fn new(rule: &'a SpreadConstraint, index: usize, counts: Tallied<'a>, own: bool) -> Self {
        Self {
            rule,
            index,
            counts,
            drift: Counts::default(),
            own: i64::from(own),
            looser: 0,
            eligible: Arc::default(),
            unnamed: 0,
            domains: 0,
            levels: BTreeMap::new(),
        }
    }

    /// A node that the request means makes its domain eligible.
    pub(super) fn make_eligible(&mut self, site: &Site<'_>) {
        let Some(domain) = site.domain(self.rule.topology) else {
            return;
        };
        if self.name(domain) {
            self.domains += 1;
            *self.levels.entry(self.count(domain)).or_default() += 1;
        }
    }

    /// These are all eligible domains, in these clusters; none was told before, and nothing has been placed yet.
    pub(super) fn make_all_eligible(&mut self, domains: Arc<Named>, clusters: &ClusterSet) {
        let mut counting = 0;
        if self.rule.topology == Topology::Cluster {
            for (live, level) in self.counts.by_cluster().by_live() {
                let there = level.count_among(clusters);
                if there > 0 {
                    self.levels.insert(live, there);
                    counting += there;
                }
            }
        } else {
            for domain in self.counts.domains().filter(|domain| domains.contains(*domain)) {
                *self.levels.entry(self.counts.get(domain).live).or_default() += 1;
                counting += 1;
            }
        }
        let others = domains.count.saturating_sub(counting);
        if others > 0 {
            *self.levels.entry(0).or_default() += others;
        }
        self.domains = domains.count;
        self.eligible = domains;
    }

    /// So many nodes more are eligible domains, in none of which anything is counted.
    pub(super) fn make_unnamed_eligible(&mut self, nodes: usize) {
        if nodes > 0 {
            self.unnamed += nodes;
            self.domains += nodes;
            *self.levels.entry(0).or_default() += nodes;
        }
    }

    /// Names an eligible domain; returns whether it was not named before.
    fn name(&mut self, domain: Domain<'_>) -> bool {
        if self.is_eligible(domain) {
            return false;
        }
        Arc::make_mut(&mut self.eligible).insert(domain)
    }

    fn is_eligible(&self, domain: Domain<'_>) -> bool {
        self.eligible.contains(domain)
    }

    /// Eligible domains.
    pub(crate) fn domains(&self) -> usize {
        self.domains
    }

    /// What is counted, and what the decision has changed of it.
    pub(crate) fn counted(&self) -> [&Counts; 2] {
        [&self.counts, &self.drift]
    }

    /// Claims that are counted in any domain: no more domains than that have one.
    pub(crate) fn claims(&self) -> usize {
        let [counts, drift] = self.counted();
        let all = counts.total().plus(drift.total()).present;
        usize::try_from(all).unwrap_or_default()
    }

    /// Live claims that count in a domain.
    pub(crate) fn count(&self, domain: Domain<'_>) -> i64 {
        self.counts.get(domain).live + self.drift.get(domain).live
    }

    /// The least count of an eligible domain; 0 while there are too few domains.
    pub(crate) fn least(&self) -> i64 {
        let few = self
            .rule
            .min_domains
            .is_some_and(|least| self.domains < usize::try_from(least).unwrap_or(usize::MAX));
        if few {
            return 0;
        }
        self.levels.keys().next().copied().unwrap_or_default()
    }

    /// By how much one more replica here would break the constraint; none where there is no domain.
    pub(crate) fn excess(&self, site: &Site<'_>) -> Option<i64> {
        let domain = site.domain(self.rule.topology)?;
        let skew = self.count(domain) + self.own - self.least();
        Some((skew - i64::from(self.rule.max_skew) - self.looser).max(0))
    }

    /// As if the domains may differ by so much more.
    pub(super) fn loosen(&mut self, by: i64) {
        self.looser = self.looser.saturating_add(by);
    }

    /// The excess of the worst domain, for nodes that stand in none.
    pub(crate) fn worst_excess(&self) -> i64 {
        let most = self.levels.keys().next_back().copied().unwrap_or_default();
        (most + self.own - self.least() - i64::from(self.rule.max_skew)).max(0)
    }

    /// A replica of the request has been placed here, or is taken back: the domain is eligible.
    pub(super) fn shift_own(&mut self, site: &Site<'_>, by: Presence) {
        if self.unnamed > 0
            && let Some(domain) = site.domain(self.rule.topology)
            && self.name(domain)
        {
            self.unnamed -= 1;
        }
        self.shift(site, by);
    }

    /// Claims that count have come or gone here.
    pub(super) fn shift(&mut self, site: &Site<'_>, by: Presence) {
        let domain = site.domain(self.rule.topology);
        let Some(named) = domain.filter(|domain| self.is_eligible(*domain)) else {
            self.drift.add(site, self.rule.topology, by);
            return;
        };
        let before = self.count(named);
        if let Some(number) = self.levels.get_mut(&before) {
            *number -= 1;
            if *number == 0 {
                self.levels.remove(&before);
            }
        }
        self.drift.add(site, self.rule.topology, by);
        *self.levels.entry(self.count(named)).or_default() += 1;
    }

    /// Whether one more replica of the request counts.
    pub(super) fn counts_own(&self) -> bool {
        self.own > 0
    }
}

#[cfg(test)]
mod tests;
