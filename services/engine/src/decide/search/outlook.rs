//! What other placements make of clusters, zones and nodes: parts of a group of which the same is true, so that rules and
//! scores over domains are known for a whole part at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::ClusterName;
use hourglass_model::placement::Topology;

use super::known::{Group, Known, Way};
use super::sites;
use crate::domains::{DomainView, Site};
use crate::filter::domain::{DOMAIN_RULES, DomainContext};
use crate::hash::NumberSet;
use crate::index::cluster_set::ClusterSet;
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
    /// Clusters by what is made of their regions, without those that may not be taken; none where no rule is about regions.
    regions: Option<BTreeMap<Missed, ClusterSet>>,
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
            number: None,
            region: None,
            zone: None,
            clique: None,
            node: &NOBODY,
        };
        let nodes = view.only(&[Topology::Node]);
        Some(Self {
            clusters: view.only(&[Topology::Cluster]),
            regions: by_region(state, &view.only(&[Topology::Region]), &somewhere),
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
        self.usual.is_some() && (self.regions.is_some() || !self.clusters.is_trivial())
    }

    /// The clusters of a way, by what is made of them; without those that may not be taken.
    pub(super) fn clusters_of(&self, state: &'a FleetState, way: &Way) -> Vec<Alike> {
        if !self.tells_clusters_apart() {
            return vec![((0, 0), Arc::clone(&way.clusters))];
        }
        let mut alike: BTreeMap<Missed, ClusterSet> = BTreeMap::new();
        for clusters in self.clusters.alike(&way.clusters) {
            // What is true of one of them is true of all.
            let one = clusters.iter().next();
            let site = one.and_then(|one| sites::in_cluster(state, one));
            if let Some(missed) = site.and_then(|site| verdict(&self.clusters, &site)) {
                alike.entry(missed).or_default().add(&clusters);
            }
        }
        if let Some(regions) = &self.regions {
            alike = both(&alike, regions);
        }
        let alike = alike.into_iter();
        alike
            .map(|(missed, clusters)| (missed, Arc::new(clusters)))
            .collect()
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
            for (more, zones) in self.zones.iter().filter(|_| !clusters.is_empty()) {
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

/// Clusters that are in a set of each, by what both make of them.
fn both(
    one: &BTreeMap<Missed, ClusterSet>,
    other: &BTreeMap<Missed, ClusterSet>,
) -> BTreeMap<Missed, ClusterSet> {
    let mut alike: BTreeMap<Missed, ClusterSet> = BTreeMap::new();
    for (missed, clusters) in one {
        for (more, others) in other.iter().filter(|(_, others)| clusters.meets(others)) {
            let sum = alike.entry(add(*missed, *more)).or_default();
            sum.add(&clusters.among(others));
        }
    }
    alike
}

/// Clusters by what is made of their regions; without those that may not be taken.
fn by_region<'a>(
    state: &'a FleetState,
    view: &DomainView<'a>,
    somewhere: &Site<'a>,
) -> Option<BTreeMap<Missed, ClusterSet>> {
    if view.is_trivial() {
        return None;
    }
    let mut alike: BTreeMap<Missed, ClusterSet> = BTreeMap::new();
    for (region, clusters) in state.index.regions.iter() {
        let site = Site { region, ..*somewhere };
        if let Some(missed) = verdict(view, &site) {
            alike.entry(missed).or_default().add(clusters);
        }
    }
    Some(alike)
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
