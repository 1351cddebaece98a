//! What other placements make of clusters, zones and nodes: parts of a group of which the same is true, so that rules and
//! scores over domains are known for a whole part at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_model::placement::Topology;

use super::clusters::ClusterSet;
use super::known::{Group, Known, Way};
use crate::domains::{DomainView, Site, region};
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

/// Rules and wishes over domains, apart by what they are about.
pub(super) struct Outlook<'a> {
    clusters: DomainView<'a>,
    zones: DomainView<'a>,
    nodes: DomainView<'a>,
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
    pub(super) fn of(view: &DomainView<'a>) -> Option<Self> {
        (!view.is_trivial()).then(|| Self {
            clusters: view.only(&[Topology::Cluster, Topology::Region]),
            zones: view.only(&[Topology::Zone]),
            nodes: view.only(&[Topology::Node]),
        })
    }

    /// Nodes of which something else is true than of most: those that may be better, or the only ones that may be taken.
    /// By cluster and name.
    pub(super) fn particular_nodes(&self, somewhere: &Site<'_>) -> Vec<(String, String)> {
        if self.nodes.is_trivial() {
            return Vec::new();
        }
        let usual = verdict(&self.nodes, somewhere);
        if usual.is_none() || self.nodes.has_wishes() {
            self.nodes.counted_domains()
        } else {
            Vec::new()
        }
    }

    /// The parts of a group.
    pub(super) fn parts(&self, state: &'a FleetState, known: &Known, way: &Way, group: &Group) -> Vec<Part> {
        let all = group.clusters(way, known);
        let mut by_cluster: BTreeMap<Missed, ClusterSet> = BTreeMap::new();
        let mut usual: Option<Option<Missed>> = None;
        for ix in all.iter() {
            let Some((name, cluster)) = cluster(state, ix) else {
                continue;
            };
            let site = Site {
                cluster: name,
                region: region(cluster),
                zone: None,
                clique: None,
                node: &NOBODY,
            };
            // Nothing is counted on a node that is not called by name, whatever its cluster.
            usual.get_or_insert_with(|| verdict(&self.nodes, &site));
            if let Some(missed) = verdict(&self.clusters, &site) {
                by_cluster.entry(missed).or_default().insert(ix);
            }
        }
        // No node but particular ones may be taken, or no cluster.
        let Some(usual) = usual.flatten() else {
            return Vec::new();
        };
        let classes = group.sieve(known);
        let by_zone = self.by_zone(state, group);
        let mut parts = Vec::new();
        for (missed, clusters) in by_cluster {
            let clusters = Arc::new(clusters);
            for (more, zones) in &by_zone {
                parts.push(Part {
                    missed: add(usual, add(missed, *more)),
                    clusters: Arc::clone(&clusters),
                    classes: classes.clone(),
                    zones: zones.clone(),
                });
            }
        }
        parts
    }

    fn by_zone(&self, state: &'a FleetState, group: &Group) -> Vec<(Missed, Option<Arc<NumberSet<ZoneIx>>>)> {
        if self.zones.is_trivial() {
            return vec![((0, 0), None)];
        }
        let Some((name, _)) = state.clusters().next() else {
            return Vec::new();
        };
        let all = state.classes.zones();
        let zones: BTreeSet<ZoneIx> = group.kinds.keys().flat_map(|kind| all.of_kind(*kind)).collect();
        let mut parts: BTreeMap<Missed, NumberSet<ZoneIx>> = BTreeMap::new();
        for zone in zones {
            let site = Site {
                cluster: name,
                region: None,
                zone: all.name(zone),
                clique: None,
                node: &NOBODY,
            };
            if let Some(missed) = verdict(&self.zones, &site) {
                parts.entry(missed).or_default().insert(zone);
            }
        }
        let parts = parts.into_iter();
        parts
            .map(|(missed, zones)| (missed, Some(Arc::new(zones))))
            .collect()
    }
}

/// A cluster by its number.
pub(super) fn cluster(
    state: &FleetState,
    ix: crate::index::ClusterIx,
) -> Option<(&hourglass_model::ids::ClusterName, &ClusterState)> {
    let name = state.index.cluster_name(ix)?;
    Some((name, state.cluster(name)?))
}
