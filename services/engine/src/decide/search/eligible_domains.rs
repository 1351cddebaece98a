//! Telling spread constraints which domains have a node that the request means, by classes instead of nodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Topology;
use hourglass_model::request::SpreadConstraint;

use super::Search;
use super::known::Known;
use super::sites::Sites;
use crate::domains::counts::Counts;
use crate::domains::spread::{Named, Spread};
use crate::domains::{Domain, DomainView, Site, ZONE_LABEL};
use crate::index::ClusterIx;
use crate::index::cluster_set::ClusterSet;
use crate::state::{FleetState, NodeState};

/// Nodes that the request means, by cluster and zone.
#[derive(Debug, Clone)]
pub(super) struct Meant {
    /// Version of the members of classes that this was found at.
    found_at: u64,
    places: Arc<Vec<Place>>,
    clusters: Arc<ClusterSet>,
    /// Their domains, by the topologies that requests have asked for.
    domains: Vec<(Topology, Arc<Named>)>,
}

impl Meant {
    fn domains(&self, topology: Topology) -> Arc<Named> {
        let mut known = self.domains.iter();
        let found = known.find(|(other, _)| *other == topology);
        found.map(|(_, domains)| Arc::clone(domains)).unwrap_or_default()
    }
}

/// Cluster, zone, and how many nodes are meant there.
type Place = (ClusterIx, Option<Arc<str>>, usize);

impl Known {
    /// Learns how many nodes are meant where, and in which domains, unless it is known.
    pub(super) fn learn_meant(&mut self, state: &FleetState, spread: &[SpreadConstraint]) {
        self.learn_places(state);
        let Some(meant) = &mut self.meant else { return };
        for topology in spread.iter().map(|rule| rule.topology) {
            let known = meant.domains.iter().any(|(other, _)| *other == topology);
            if known || topology == Topology::Node {
                continue;
            }
            let sites = Sites::of(state);
            let mut domains = Named::default();
            for (ix, zone, _) in meant.places.iter() {
                let site = sites.get(*ix).map(|site| Site {
                    zone: zone.as_deref(),
                    ..*site
                });
                if let Some(domain) = site.as_ref().and_then(|site| site.domain(topology)) {
                    domains.insert(domain);
                }
            }
            meant.domains.push((topology, Arc::new(domains)));
        }
    }

    fn learn_places(&mut self, state: &FleetState) {
        let found_at = state.index.members_version();
        if self
            .meant
            .as_ref()
            .is_some_and(|known| known.found_at == found_at)
        {
            return;
        }
        let mut places: BTreeMap<(ClusterIx, Option<&Arc<str>>), usize> = BTreeMap::new();
        for (id, ix, nodes) in state.index.members() {
            let Some(class) = state.classes.get(id) else {
                continue;
            };
            let mut ways = self.ways.iter();
            if ways.any(|way| way.clusters.contains(ix) && way.means(self, class)) {
                *places.entry((ix, class.shared_label(ZONE_LABEL))).or_default() += nodes;
            }
        }
        let mut clusters = ClusterSet::default();
        for (ix, _) in places.keys() {
            clusters.insert(*ix);
        }
        let places = places.into_iter();
        self.meant = Some(Meant {
            found_at,
            places: Arc::new(
                places
                    .map(|((ix, zone), nodes)| (ix, zone.cloned(), nodes))
                    .collect(),
            ),
            clusters: Arc::new(clusters),
            domains: Vec::new(),
        });
    }
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Tells them all; returns whether classes say enough. They do not where the request calls nodes by name.
    pub(super) fn tell_eligible(&mut self) -> bool {
        let Some(meant) = self
            .known
            .meant
            .as_ref()
            .filter(|_| self.known.mentions.values.is_empty())
        else {
            return false;
        };
        let by_node = |spread: &Spread<'_>| spread.rule.topology == Topology::Node;
        let by_node = self.draft.domains.spreads().any(by_node);
        // Nothing else than these turns away a cluster of a way for a while.
        let all_clusters = self.prepared.input.avoid.is_empty() && !self.known.has_quotas;
        if all_clusters && !self.draft.domains.leaves_out_parts() {
            let all = meant.places.iter();
            let nodes = all.map(|(_, _, number)| *number).sum();
            self.draft
                .domains
                .make_all_eligible(&meant.clusters, |topology| meant.domains(topology));
            if by_node {
                self.tell_eligible_nodes((nodes, nodes), true);
            }
            return true;
        }
        self.find_sites();
        let (mut nodes, mut whole) = (0, 0);
        for (ix, zone, number) in meant.places.iter() {
            if self.enter(*ix).is_none() {
                continue;
            }
            nodes += number;
            if let Some(site) = self.sites.get(*ix) {
                let site = Site {
                    zone: zone.as_deref(),
                    ..*site
                };
                self.draft.domains.make_place_eligible(&site);
                whole += if self.draft.domains.is_whole(&site) {
                    *number
                } else {
                    0
                };
            }
        }
        if by_node {
            self.tell_eligible_nodes((nodes, whole), false);
        }
        true
    }

    /// Where each node is a domain, those are told apart in which anything is counted. `all_clusters`: none is turned away.
    fn tell_eligible_nodes(&mut self, nodes: (usize, usize), all_clusters: bool) {
        let view = self.draft.domains.only(&[Topology::Node]);
        let (_, whole) = nodes;
        let claims = view.spreads().map(Spread::claims).max().unwrap_or_default();
        if whole > claims.saturating_add(self.most) {
            // However many of them are eligible, some node is without any: that is the least, whatever is placed.
            self.draft.domains.make_nodes_eligible(&[], nodes);
            return;
        }
        let mut sites = Vec::new();
        for named in spread_domains(&view).chunk_by(|one, other| one.first == other.first) {
            let name = named.first().map(|domain| ClusterName::new(domain.first));
            let Some(Ok(name)) = name else { continue };
            let Some((name, cluster)) = self.state.clusters.get_key_value(&name) else {
                continue;
            };
            if !all_clusters && self.enter(cluster.ix()).is_none() {
                continue;
            }
            let nodes = named
                .iter()
                .filter_map(|domain| NodeName::new(domain.second).ok());
            let nodes = nodes.filter_map(|node| cluster.node(&node));
            let meant = nodes.filter(|node| self.means(cluster.ix(), node));
            sites.extend(meant.map(|node| Site::of(name, cluster, node)));
        }
        self.draft.domains.make_nodes_eligible(&sites, nodes);
    }

    /// Whether the request means a node, as far as its class tells.
    fn means(&self, cluster: ClusterIx, node: &NodeState) -> bool {
        let mut ways = self.known.ways.iter();
        ways.any(|way| way.clusters.contains(cluster) && way.means(self.known, node.class()))
    }
}

/// Domains in which any constraint counts something, each once.
fn spread_domains<'v>(view: &'v DomainView<'_>) -> Vec<Domain<'v>> {
    let counted = view.spreads().flat_map(Spread::counted);
    let mut all: Vec<Domain<'v>> = counted.flat_map(Counts::domains).collect();
    all.sort_unstable();
    all.dedup();
    all
}
