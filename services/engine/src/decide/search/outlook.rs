//! What other placements make of clusters, zones and nodes: parts of a group of which the same is true, so that rules and
//! scores over domains are known for a whole part at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::placement::Topology;

use super::clusters::ClusterSet;
use super::known::{Group, Known, Way};
use crate::domains::{DomainView, Site, ZONE_LABEL, region};
use crate::filter::domain::{DOMAIN_RULES, DomainContext};
use crate::hash::NumberSet;
use crate::state::class::ClassId;
use crate::state::node::NOBODY;
use crate::state::{ClusterState, FleetState};

/// Wishes missed, and excess over constraints that only wish.
type Missed = (i64, i64);

/// A part of a group.
pub(super) struct Part {
    pub(super) missed: Missed,
    pub(super) clusters: Arc<ClusterSet>,
    /// Classes of the part; `None` for all of the group's kinds.
    pub(super) classes: Option<Arc<NumberSet<ClassId>>>,
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
        let mut usual = None;
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
            usual = verdict(&self.nodes, &site);
            if let Some(missed) = verdict(&self.clusters, &site) {
                by_cluster.entry(missed).or_default().insert(ix);
            }
        }
        // No node but particular ones may be taken, or no cluster.
        let Some(usual) = usual else { return Vec::new() };
        let classes = self.by_class(state, known, group);
        let mut parts = Vec::new();
        for (missed, clusters) in by_cluster {
            let clusters = Arc::new(clusters);
            for (more, classes) in &classes {
                parts.push(Part {
                    missed: add(usual, add(missed, *more)),
                    clusters: Arc::clone(&clusters),
                    classes: classes.clone(),
                });
            }
        }
        parts
    }

    fn by_class(
        &self,
        state: &'a FleetState,
        known: &Known,
        group: &Group,
    ) -> Vec<(Missed, Option<Arc<NumberSet<ClassId>>>)> {
        if self.zones.is_trivial() {
            return vec![((0, 0), group.sieve(known))];
        }
        let Some((name, _)) = state.clusters().next() else {
            return Vec::new();
        };
        let mut by_zone: BTreeMap<Option<&str>, Option<Missed>> = BTreeMap::new();
        let mut parts: BTreeMap<Missed, NumberSet<ClassId>> = BTreeMap::new();
        let classes = state.classes.iter();
        let of_group = classes.filter(|class| {
            group.kinds.contains_key(&class.kind.id) && (!known.by_label || group.classes.contains(&class.id))
        });
        for class in of_group {
            let zone = class.label(ZONE_LABEL);
            let missed = by_zone.entry(zone).or_insert_with(|| {
                let site = Site {
                    cluster: name,
                    region: None,
                    zone,
                    clique: None,
                    node: &NOBODY,
                };
                verdict(&self.zones, &site)
            });
            if let Some(missed) = missed {
                parts.entry(*missed).or_default().insert(class.id);
            }
        }
        parts
            .into_iter()
            .map(|(missed, classes)| (missed, Some(Arc::new(classes))))
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
