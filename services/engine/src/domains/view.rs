//! What the domain rules of one request see: counters of the state, and what its decision has changed so far.
//!
//! This is also the mask for whoever looks for the best node: [`DomainView::is_trivial`] says that no domain rule can
//! turn a node away or change its scores, [`DomainView::may_forbid`] that some node may be turned away; the rules in
//! `filter::domain` then ask about one node in a few lookups.

mod alike;
mod apart;

use std::sync::Arc;

use hourglass_model::labels::LabelSelector;
use hourglass_model::placement::Topology;
use hourglass_model::request::{CanonicalRequest, PlacementTerm, SpreadConstraint};

use super::counts::{Counts, Presence, Tallied};
use super::spread::{Named, Spread};
use super::{Cliques, Counted, Site};
use crate::claims::Claim;
use crate::decide::DecideInput;
use crate::index::cluster_set::ClusterSet;
use crate::state::FleetState;

/// One affinity or anti-affinity term.
#[derive(Debug, Clone)]
pub(crate) struct Term<'a> {
    pub(crate) selector: &'a LabelSelector,
    pub(crate) topology: Topology,
    /// Place among the terms of its list, for messages.
    pub(crate) index: usize,
    /// Points of a wish; 0 for a required term.
    pub(crate) weight: i64,
    /// Whether it selects the request's own labels.
    pub(crate) own: bool,
    counts: Tallied<'a>,
    drift: Counts,
}

impl Term<'_> {
    /// Matching claims in the domain of a site; none when it has no domain.
    pub(crate) fn here(&self, site: &Site<'_>) -> Option<Presence> {
        let domain = site.domain(self.topology)?;
        Some(self.counts.get(domain).plus(self.drift.get(domain)))
    }

    /// Claims have come or gone in the domain of a site.
    pub(super) fn shift(&mut self, site: &Site<'_>, by: Presence) {
        self.drift.add(site, self.topology, by);
    }

    /// Matching claims in any domain. Kubernetes does not count pods on nodes without the topology's label either.
    pub(crate) fn anywhere(&self) -> Presence {
        self.counts.in_domains().plus(self.drift.in_domains())
    }
}

/// Claims whose owners keep the request away.
#[derive(Debug, Clone)]
pub(crate) struct Keeper<'a> {
    pub(crate) key: Arc<Counted>,
    counts: &'a Counts,
    drift: Counts,
}

impl Keeper<'_> {
    /// How many of them stand in the domain of a site.
    pub(crate) fn here(&self, site: &Site<'_>) -> i64 {
        let domain = site.domain(self.key.topology);
        domain.map_or(0, |domain| {
            self.counts.get(domain).present + self.drift.get(domain).present
        })
    }

    /// None of them is left in the domain of a site.
    pub(super) fn leave(&mut self, site: &Site<'_>) {
        if let Some(domain) = site.domain(self.key.topology) {
            let here = self.counts.get(domain).plus(self.drift.get(domain));
            self.drift.add(site, self.key.topology, here.negated());
        }
    }
}

/// The domain rules of one request.
#[derive(Debug, Clone)]
pub(crate) struct DomainView<'a> {
    input: DecideInput<'a>,
    /// What the decision has changed are replicas of the request that it has placed, and nothing else.
    pub(super) only_placed: bool,
    /// Set when all replicas must be in one clique.
    pub(crate) cliques: Option<Cliques>,
    /// Required.
    pub(crate) affinity: Vec<Term<'a>>,
    /// Required, of the request itself.
    pub(crate) anti_affinity: Vec<Term<'a>>,
    /// Required, of others.
    pub(crate) keepers: Vec<Keeper<'a>>,
    /// Required.
    pub(crate) spread: Vec<Spread<'a>>,
    wished_affinity: Vec<Term<'a>>,
    wished_anti_affinity: Vec<Term<'a>>,
    wished_spread: Vec<Spread<'a>>,
}

impl<'a> DomainView<'a> {
    pub(crate) fn new(state: &'a FleetState, request: &'a CanonicalRequest, input: DecideInput<'a>) -> Self {
        let term = |(index, term): (usize, &'a PlacementTerm)| {
            let key = Counted {
                selector: term.selector.clone(),
                topology: term.topology,
            };
            Term {
                selector: &term.selector,
                topology: term.topology,
                index,
                weight: term.weight.map_or(0, i64::from),
                own: term.selector.matches(&request.labels),
                counts: state.ledger.domain_counts(input.tenant, &key),
                drift: Counts::default(),
            }
        };
        let terms = |all: &'a [PlacementTerm], required: bool| -> Vec<Term<'a>> {
            let wanted = all.iter().enumerate();
            wanted
                .filter(|(_, term)| term.weight.is_none() == required)
                .map(term)
                .collect()
        };
        let spread = |(index, rule): (usize, &'a SpreadConstraint)| {
            let counts = match &rule.selector {
                Some(selector) => {
                    let key = Counted {
                        selector: selector.clone(),
                        topology: rule.topology,
                    };
                    state.ledger.domain_counts(input.tenant, &key)
                }
                None => {
                    let own = |placement| state.ledger.own_domain_counts(placement, rule.topology);
                    input.placement.map_or_else(Counts::default, own).into()
                }
            };
            Spread::new(rule, index, counts, rule.counts_own(&request.labels))
        };
        let spreads = |required: bool| -> Vec<Spread<'a>> {
            let all = request.spread.iter().enumerate();
            all.filter(|(_, rule)| rule.is_required() == required)
                .map(spread)
                .collect()
        };
        let keepers = state.ledger.domain_keepers(input.tenant, &request.labels);
        Self {
            input,
            only_placed: true,
            cliques: None,
            affinity: terms(&request.affinity, true),
            anti_affinity: terms(&request.anti_affinity, true),
            keepers: keepers
                .into_iter()
                .map(|(key, counts)| Keeper {
                    key,
                    counts,
                    drift: Counts::default(),
                })
                .collect(),
            spread: spreads(true),
            wished_affinity: terms(&request.affinity, false),
            wished_anti_affinity: terms(&request.anti_affinity, false),
            wished_spread: spreads(false),
        }
    }

    /// Whether no node is turned away and no score is changed by where other claims are.
    pub(crate) fn is_trivial(&self) -> bool {
        !self.may_forbid()
            && self.wished_affinity.is_empty()
            && self.wished_anti_affinity.is_empty()
            && self.wished_spread.is_empty()
    }

    /// Whether any node may be turned away by where other claims are.
    pub(crate) fn may_forbid(&self) -> bool {
        self.cliques.is_some()
            || !(self.affinity.is_empty()
                && self.anti_affinity.is_empty()
                && self.keepers.is_empty()
                && self.spread.is_empty())
    }

    /// The same for some topologies alone; what it says of each of them adds up. Cliques are left out.
    pub(crate) fn only(&self, topologies: &[Topology]) -> Self {
        let terms = |list: &[Term<'a>]| -> Vec<Term<'a>> {
            let some = list.iter().filter(|term| topologies.contains(&term.topology));
            some.cloned().collect()
        };
        let spreads = |list: &[Spread<'a>]| -> Vec<Spread<'a>> {
            let some = list
                .iter()
                .filter(|spread| topologies.contains(&spread.rule.topology));
            some.cloned().collect()
        };
        let keepers = self.keepers.iter();
        let keepers = keepers.filter(|keeper| topologies.contains(&keeper.key.topology));
        Self {
            input: self.input,
            only_placed: self.only_placed,
            cliques: None,
            affinity: terms(&self.affinity),
            anti_affinity: terms(&self.anti_affinity),
            keepers: keepers.cloned().collect(),
            spread: spreads(&self.spread),
            wished_affinity: terms(&self.wished_affinity),
            wished_anti_affinity: terms(&self.wished_anti_affinity),
            wished_spread: spreads(&self.wished_spread),
        }
    }

    /// Whether scores depend on where other claims are.
    pub(crate) fn has_wishes(&self) -> bool {
        !(self.wished_affinity.is_empty()
            && self.wished_anti_affinity.is_empty()
            && self.wished_spread.is_empty())
    }

    /// Whether one more replica of the request can let in nodes that were turned away, turn away nodes by more than its own
    /// one, or change scores of other nodes.
    pub(crate) fn shifts_widely(&self) -> bool {
        let near = self
            .anti_affinity
            .iter()
            .all(|term| !term.own || term.topology == Topology::Node);
        !near || self.has_wishes() || !self.spread.is_empty() || self.affinity.iter().any(|term| term.own)
    }

    /// Domains in which anything is counted, by cluster and node where they are nodes.
    pub(crate) fn counted_domains(&self) -> Vec<(String, String)> {
        let terms = self
            .affinity
            .iter()
            .chain(&self.anti_affinity)
            .chain(&self.wished_affinity);
        let terms = terms.chain(&self.wished_anti_affinity);
        let terms = terms.flat_map(|term| [&*term.counts, &term.drift]);
        let keepers = self
            .keepers
            .iter()
            .flat_map(|keeper| [keeper.counts, &keeper.drift]);
        let spreads = self.spreads().flat_map(Spread::counted);
        let counts = terms.chain(keepers).chain(spreads);
        let named = counts.flat_map(Counts::domains);
        named
            .map(|domain| (domain.first.to_owned(), domain.second.to_owned()))
            .collect()
    }

    /// Whether eligible domains have to be told with [`Self::make_eligible`] before anything is asked.
    pub(crate) fn needs_eligible(&self) -> bool {
        !(self.spread.is_empty() && self.wished_spread.is_empty())
    }

    /// Whether a node counts for the constraints that must hold: it has a domain in each of them. One that has not can take
    /// no replica, and Kubernetes leaves it out of all of them as well.
    pub(crate) fn is_whole(&self, site: &Site<'_>) -> bool {
        let mut required = self.spread.iter();
        required.all(|spread| site.domain(spread.rule.topology).is_some())
    }

    /// Whether nodes that have a domain in one of the constraints that must hold may lack one in another.
    pub(crate) fn leaves_out_parts(&self) -> bool {
        let mut required = self.spread.iter();
        let by_label = |topology| matches!(topology, Topology::Region | Topology::Zone);
        self.spread.len() > 1 && required.any(|spread| by_label(spread.rule.topology))
    }

    /// Constraints that a node counts for.
    fn counting(&mut self, site: &Site<'_>) -> impl Iterator<Item = &mut Spread<'a>> {
        let required = self.is_whole(site).then_some(&mut self.spread);
        required.into_iter().flatten().chain(&mut self.wished_spread)
    }

    /// A node that the request means.
    pub(crate) fn make_eligible(&mut self, site: &Site<'_>) {
        for spread in self.counting(site) {
            spread.make_eligible(site);
        }
    }

    /// Tells all constraints but those over nodes what their eligible domains are, by topology, and in which clusters.
    pub(crate) fn make_all_eligible(
        &mut self,
        clusters: &ClusterSet,
        domains: impl Fn(Topology) -> Arc<Named>,
    ) {
        let spreads = self.spread.iter_mut().chain(&mut self.wished_spread);
        for spread in spreads.filter(|spread| spread.rule.topology != Topology::Node) {
            spread.make_all_eligible(domains(spread.rule.topology), clusters);
        }
    }

    /// The same for all constraints but those over nodes.
    pub(crate) fn make_place_eligible(&mut self, site: &Site<'_>) {
        let spreads = self.counting(site);
        for spread in spreads.filter(|spread| spread.rule.topology != Topology::Node) {
            spread.make_eligible(site);
        }
    }

    /// Constraints over nodes: eligible are these, in which something is counted, and others, so many in all; of them so many
    /// are [whole](Self::is_whole).
    pub(crate) fn make_nodes_eligible(&mut self, counted: &[Site<'_>], (all, whole): (usize, usize)) {
        let by_node = |spread: &&mut Spread<'_>| spread.rule.topology == Topology::Node;
        for site in counted {
            for spread in self.counting(site).filter(by_node) {
                spread.make_eligible(site);
            }
        }
        let counted_whole = counted.iter().filter(|site| self.is_whole(site)).count();
        for spread in self.spread.iter_mut().filter(by_node) {
            spread.make_unnamed_eligible(whole.saturating_sub(counted_whole));
        }
        for spread in self.wished_spread.iter_mut().filter(by_node) {
            spread.make_unnamed_eligible(all.saturating_sub(counted.len()));
        }
    }

    /// Every constraint, required ones first.
    pub(crate) fn spreads(&self) -> impl Iterator<Item = &Spread<'a>> {
        self.spread.iter().chain(&self.wished_spread)
    }

    /// Weights of wishes about other placements that the node leaves unmet.
    pub(crate) fn wishes_missed(&self, site: &Site<'_>) -> i64 {
        let near = self.wished_affinity.iter().filter(|term| {
            let met = term.here(site).is_some_and(|here| here.live > 0);
            !met
        });
        // Without a domain it counts as the worst.
        let away = self
            .wished_anti_affinity
            .iter()
            .filter(|term| term.here(site).is_none_or(|here| here.present > 0));
        near.chain(away)
            .fold(0, |sum, term| sum.saturating_add(term.weight))
    }

    /// By how much one more replica here would break the constraints that only wish.
    pub(crate) fn spread_excess(&self, site: &Site<'_>) -> i64 {
        let excess = |spread: &Spread<'_>| spread.excess(site).unwrap_or_else(|| spread.worst_excess());
        self.wished_spread
            .iter()
            .fold(0, |sum, spread| sum.saturating_add(excess(spread)))
    }

    /// A replica of the request has been placed here (or is taken back, with the presence negated).
    pub(crate) fn shift_own(&mut self, site: &Site<'_>, by: Presence) {
        self.only_placed &= by == Presence::LIVE;
        let terms = self
            .affinity
            .iter_mut()
            .chain(&mut self.anti_affinity)
            .chain(&mut self.wished_affinity)
            .chain(&mut self.wished_anti_affinity);
        for term in terms.filter(|term| term.own) {
            term.shift(site, by);
        }
        let spreads = self.spread.iter_mut().chain(&mut self.wished_spread);
        for spread in spreads.filter(|spread| spread.counts_own()) {
            spread.shift_own(site, by);
        }
    }

    /// A claim of another placement is thought away (or back).
    pub(crate) fn shift_other(&mut self, claim: &Claim, site: &Site<'_>, by: Presence) {
        let owner = &claim.owner;
        if owner.tenant != *self.input.tenant {
            return;
        }
        self.only_placed = false;
        let terms = self
            .affinity
            .iter_mut()
            .chain(&mut self.anti_affinity)
            .chain(&mut self.wished_affinity)
            .chain(&mut self.wished_anti_affinity);
        for term in terms.filter(|term| term.selector.matches(&owner.labels)) {
            term.shift(site, by);
        }
        for keeper in &mut self.keepers {
            if owner.anti_affinity.contains(&keeper.key) {
                keeper.drift.add(site, keeper.key.topology, by);
            }
        }
        let own = self.input.placement == Some(&owner.placement);
        for spread in self.spread.iter_mut().chain(&mut self.wished_spread) {
            let counts = match &spread.rule.selector {
                Some(selector) => selector.matches(&owner.labels),
                None => own,
            };
            if counts {
                spread.shift(site, by);
            }
        }
    }
}
