//! What other placements make of clusters, zones and nodes: parts of a group of which the same is true, so that rules and
//! scores over domains are known for a whole part at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::ClusterName;
use hourglass_model::placement::Topology;

use super::clusters::ClusterSet;
use super::known::{Group, Known, Way};
use super::sites::{self, Sites};
use crate::domains::{DomainView, Site};
use crate::filter::domain::{DOMAIN_RULES, DomainContext};
use crate::hash::NumberSet;
use crate::state::class::ClassId;
use crate::state::node::NOBODY;
use crate::state::zones::ZoneIx;
use crate::state::{ClusterState, FleetState};

/// Wishes missed, and excess over constraints that only wish.
type Missed = (i64, i64);

/// A part of a group.
pub(super) struct Part {
    pub(super) missed: Missed,
    pub(super) clusters: Arc<ClusterSet>,
    /// Classes of the part; `None` for all of the group's kinds.
    pub(super) classes: Option<Arc<NumberSet<ClassId>>>,
    /// Zones of the part; `None` for all.
    pub(super) zones: Option<Arc<NumberSet<ZoneIx>>>,
}

/// Clusters of which the same is true.
type Alike = (Missed, Arc<ClusterSet>);

/// Zones of which the same is true; `None` for all.
type AlikeZones = (Missed, Option<Arc<NumberSet<ZoneIx>>>);

/// Rules and wishes over domains, apart by what they are about.
pub(super) struct Outlook<'a> {
    clusters: DomainView<'a>,
    /// Whether anything is about regions.
    by_region: bool,
    zones: Vec<AlikeZones>,
    nodes: DomainView<'a>,
    /// What is made of nodes on which nothing is counted, wherever they are; none when they may not be taken.
    usual: Option<Missed>,
}

fn verdict(view: &DomainView<'_>, site: &Site<'_>) -> Option<Missed> {
    let context = DomainContext { view, site: *site };
    let forbidden = view.may_forbid() && DOMAIN_RULES.iter().any(|rule| !rule.passes(&context));
    (!forbidden).then(|| (view.wishes_missed(site), view.spread_excess(site)))
}

fn add(one: Missed, other: Missed) -> Missed {
    (one.0.saturating_add(other.0), one.1.saturating_add(other.1))
}

impl<'a> Outlook<'a> {
    /// None where no other placement matters.
    pub(super) fn of(state: &'a FleetState, view: &DomainView<'a>) -> Option<Self> {
        if view.is_trivial() {
            return None;
        }
        let (name, _) = state.clusters().next()?;
        let somewhere = Site {
            cluster: name,
            region: None,
            zone: None,
            clique: None,
            node: &NOBODY,
        };
        let nodes = view.only(&[Topology::Node]);
        Some(Self {
            clusters: view.only(&[Topology::Cluster, Topology::Region]),
            by_region: !view.only(&[Topology::Region]).is_trivial(),
            zones: by_zone(state, &view.only(&[Topology::Zone]), &somewhere),
            // Nothing is counted on a node that is not called by name, whatever its cluster.
            usual: verdict(&nodes, &somewhere),
            nodes,
        })
    }

    /// Nodes of which something else is true than of most: those that may be better, or the only ones that may be taken.
    /// By cluster and name.
    pub(super) fn particular_nodes(&self) -> Vec<(String, String)> {
        if !self.nodes.is_trivial() && (self.usual.is_none() || self.nodes.has_wishes()) {
            self.nodes.counted_domains()
        } else {
            Vec::new()
        }
    }

    /// Whether clusters differ.
    pub(super) fn tells_clusters_apart(&self) -> bool {
        self.usual.is_some() && !self.clusters.is_trivial()
    }

    /// Whether each cluster has to be looked at.
    pub(super) fn needs_sites(&self) -> bool {
        self.tells_clusters_apart() && self.by_region
    }

    /// The clusters of a way, by what is made of them; without those that may not be taken. With the sites of all, where they
    /// are needed.
    pub(super) fn clusters_of(&self, state: &'a FleetState, way: &Way, sites: &Sites<'a>) -> Vec<Alike> {
        if !self.tells_clusters_apart() {
            return vec![((0, 0), Arc::clone(&way.clusters))];
        }
        let mut alike: BTreeMap<Missed, ClusterSet> = BTreeMap::new();
        let mut each = way.clusters.iter().collect();
        if !self.by_region {
            // Of clusters in which nothing is counted the same is true.
            let counted = self.counted_clusters(state).among(&way.clusters);
            let others = way.clusters.without(&counted);
            let one = others.iter().next();
            let missed = one.and_then(|one| verdict(&self.clusters, &sites::in_cluster(state, one)?));
            alike.extend(missed.map(|missed| (missed, others)));
            each = counted.iter().collect::<Vec<_>>();
        }
        for ix in each {
            let site = sites.get(ix).copied().or_else(|| sites::in_cluster(state, ix));
            if let Some(missed) = site.and_then(|site| verdict(&self.clusters, &site)) {
                alike.entry(missed).or_default().insert(ix);
            }
        }
        let alike = alike.into_iter();
        alike
            .map(|(missed, clusters)| (missed, Arc::new(clusters)))
            .collect()
    }

    /// Clusters in which anything is counted.
    fn counted_clusters(&self, state: &FleetState) -> ClusterSet {
        let mut counted = ClusterSet::default();
        for (name, _) in self.clusters.counted_domains() {
            let name = ClusterName::new(name).ok();
            let known = name.and_then(|name| state.cluster(&name));
            if let Some(cluster) = known {
                counted.insert(cluster.ix());
            }
        }
        counted
    }

    /// The parts of a group, with the clusters of its way.
    pub(super) fn parts(&self, known: &Known, way: &Way, clusters: &[Alike], group: &Group) -> Vec<Part> {
        // No node but particular ones may be taken.
        let Some(usual) = self.usual else {
            return Vec::new();
        };
        let classes = group.sieve(known);
        let all = group.clusters(way, known);
        let mut parts = Vec::new();
        for (missed, clusters) in clusters {
            let clusters = match (known.by_label, Arc::ptr_eq(clusters, &way.clusters)) {
                (_, true) => Arc::clone(all),
                (false, false) => Arc::clone(clusters),
                (true, false) => Arc::new(all.among(clusters)),
            };
            for (more, zones) in self.zones.iter().filter(|_| clusters.len() > 0) {
                parts.push(Part {
                    missed: add(usual, add(*missed, *more)),
                    clusters: Arc::clone(&clusters),
                    classes: classes.clone(),
                    zones: zones.clone(),
                });
            }
        }
        parts
    }
}

/// All zones by what is made of them; without those that may not be taken.
fn by_zone<'a>(state: &'a FleetState, view: &DomainView<'a>, somewhere: &Site<'a>) -> Vec<AlikeZones> {
    if view.is_trivial() {
        return vec![((0, 0), None)];
    }
    let all = state.classes.zones();
    let mut alike: BTreeMap<Missed, NumberSet<ZoneIx>> = BTreeMap::new();
    for zone in all.iter() {
        let site = Site {
            zone: all.name(zone),
            ..*somewhere
        };
        if let Some(missed) = verdict(view, &site) {
            alike.entry(missed).or_default().insert(zone);
        }
    }
    let alike = alike.into_iter();
    alike
        .map(|(missed, zones)| (missed, Some(Arc::new(zones))))
        .collect()
}

/// A cluster by its number.
pub(super) fn cluster(
    state: &FleetState,
    ix: crate::index::ClusterIx,
) -> Option<(&ClusterName, &ClusterState)> {
    let name = state.index.cluster_name(ix)?;
    Some((name, state.cluster(name)?))
}
