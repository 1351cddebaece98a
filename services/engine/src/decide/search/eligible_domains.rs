//! Telling spread constraints which domains have a node that the request may take by its facts, by classes instead of
//! nodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Topology;

use super::known::Known;
use super::{Search, outlook};
use crate::domains::counts::Counts;
use crate::domains::spread::Spread;
use crate::domains::{DomainView, Site, ZONE_LABEL, region};
use crate::hash::NumberSet;
use crate::index::ClusterIx;
use crate::state::FleetState;
use crate::state::class::KindId;
use crate::state::node::NOBODY;

/// Nodes that pass the rules over facts, by cluster and zone.
#[derive(Debug, Clone)]
pub(super) struct Passing {
    /// Version of the members of classes that this was found at.
    found_at: u64,
    places: Arc<Vec<Passed>>,
}

/// Cluster, zone, and how many nodes pass there.
type Passed = (ClusterIx, Option<Arc<str>>, usize);

impl Known {
    /// Learns how many nodes pass where, unless it is known.
    pub(super) fn learn_passing(&mut self, state: &FleetState) {
        let found_at = state.index.members_version();
        if self
            .passing
            .as_ref()
            .is_some_and(|known| known.found_at == found_at)
        {
            return;
        }
        let kinds: Vec<NumberSet<KindId>> = self
            .ways
            .iter()
            .map(|way| {
                let groups = way.groups.values();
                groups.flat_map(|group| group.kinds.keys().copied()).collect()
            })
            .collect();
        let mut places: BTreeMap<(ClusterIx, Option<&Arc<str>>), usize> = BTreeMap::new();
        for (id, ix, nodes) in state.index.members() {
            let Some(class) = state.classes.get(id) else {
                continue;
            };
            let mut ways = self.ways.iter().zip(&kinds);
            let passes = ways.any(|(way, kinds)| {
                way.clusters.contains(ix) && kinds.contains(&class.kind.id) && way.passes(self, class)
            });
            if passes {
                *places.entry((ix, class.shared_label(ZONE_LABEL))).or_default() += nodes;
            }
        }
        let places = places.into_iter();
        self.passing = Some(Passing {
            found_at,
            places: Arc::new(
                places
                    .map(|((ix, zone), nodes)| (ix, zone.cloned(), nodes))
                    .collect(),
            ),
        });
    }
}

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Tells them all; returns whether classes say enough. They do not where the request calls nodes by name.
    pub(super) fn tell_eligible(&mut self) -> bool {
        let Some(passing) = self
            .known
            .passing
            .as_ref()
            .filter(|_| self.known.mentions.values.is_empty())
        else {
            return false;
        };
        let mut nodes = 0;
        for (ix, zone, number) in passing.places.iter() {
            if self.enter(*ix).is_none() {
                continue;
            }
            nodes += number;
            if let Some((name, cluster)) = outlook::cluster(self.state, *ix) {
                self.draft.domains.make_place_eligible(&Site {
                    cluster: name,
                    region: region(cluster),
                    zone: zone.as_deref(),
                    clique: None,
                    node: &NOBODY,
                });
            }
        }
        let by_node = |spread: &Spread<'_>| spread.rule.topology == Topology::Node;
        if self.draft.domains.spreads().any(by_node) {
            self.tell_eligible_nodes(nodes);
        }
        true
    }

    /// Where each node is a domain, those are told apart in which anything is counted.
    fn tell_eligible_nodes(&mut self, nodes: usize) {
        let counted = spread_domains(&self.draft.domains.only(&[Topology::Node]));
        let mut sites = Vec::new();
        for (cluster, node) in counted {
            let (Ok(cluster), Ok(node)) = (ClusterName::new(cluster), NodeName::new(node)) else {
                continue;
            };
            let Some(known) = self.state.clusters.get_key_value(&cluster) else {
                continue;
            };
            let Some(node) = known.1.node(&node) else { continue };
            if self.enter(known.1.ix()).is_some() && self.may_pass(known.1.ix(), node) {
                sites.push(Site::of(known.0, known.1, node));
            }
        }
        let others = nodes.saturating_sub(sites.len());
        self.draft.domains.make_nodes_eligible(&sites, others);
    }
}

/// Domains in which any constraint counts something, each once.
fn spread_domains(view: &DomainView<'_>) -> Vec<(String, String)> {
    let counted = view.spreads().flat_map(Spread::counted);
    let named = counted.into_iter().flat_map(Counts::domains);
    let mut all: Vec<(String, String)> = named
        .map(|domain| (domain.first.to_owned(), domain.second.to_owned()))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}
