//! All claims, by id and by the node that they are charged to, with what is counted of them by domain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::Topology;

use super::{Claim, ClaimPhase, ClaimRecord, Owner, Serving};
use crate::domains::census::{self, Census};
use crate::domains::counts::{Counts, Tallied};
use crate::domains::{Counted, Site};
use crate::index::ClusterIx;

/// The claims and their index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    records: BTreeMap<ClaimId, ClaimRecord>,
    by_node: BTreeMap<ClusterName, BTreeMap<NodeName, BTreeSet<ClaimId>>>,
    in_clusters: BTreeMap<ClusterName, usize>,
    /// Released claims whose removal is acknowledged, by node: all that can end when inventory comes.
    acknowledged: BTreeMap<ClusterName, BTreeSet<(NodeName, ClaimId)>>,
    /// Committed claims that may have to make room, by the priority of their owners.
    movable: Movable,
    /// Claims on their way out.
    released: BTreeSet<ClaimId>,
    census: Census,
}

impl Ledger {
    pub(crate) fn get(&self, id: &ClaimId) -> Option<&ClaimRecord> {
        self.records.get(id)
    }

    /// Changes how far a claim has come; returns whether it is known.
    pub(super) fn set_phase(&mut self, id: &ClaimId, phase: ClaimPhase) -> bool {
        let Some(record) = self.records.get_mut(id) else {
            return false;
        };
        let before = record.presence();
        leave_movable(&mut self.movable, record);
        record.phase = phase;
        enter_movable(&mut self.movable, record);
        if !record.is_live() {
            self.released.insert(id.clone());
        }
        let change = record.presence().plus(before.negated());
        if !change.is_zero() {
            self.census.add(&record.claim, change);
        }
        if is_acknowledged(record) {
            let claim = &record.claim;
            let waiting = self.acknowledged.entry(claim.cluster.clone()).or_default();
            waiting.insert((claim.node.clone(), claim.id.clone()));
        }
        true
    }

    pub(super) fn set_serving(&mut self, id: &ClaimId, serving: Serving) {
        if let Some(record) = self.records.get_mut(id) {
            record.serving = serving;
        }
    }

    /// Claims of a cluster whose removal is acknowledged, by node.
    pub(super) fn acknowledged(&self, cluster: &ClusterName) -> impl Iterator<Item = &ClaimRecord> {
        let ids = self.acknowledged.get(cluster).into_iter().flatten();
        ids.filter_map(|(_, id)| self.records.get(id))
    }

    fn forget_acknowledged(&mut self, record: &ClaimRecord) {
        let claim = &record.claim;
        let Some(waiting) = self.acknowledged.get_mut(&claim.cluster) else {
            return;
        };
        waiting.remove(&(claim.node.clone(), claim.id.clone()));
        if waiting.is_empty() {
            self.acknowledged.remove(&claim.cluster);
        }
    }

    /// Gives all claims of a placement another owner.
    pub(super) fn set_owner(&mut self, owner: &Arc<Owner>) {
        let theirs = census::of_placement(&self.records, &owner.placement);
        let ids: Vec<ClaimId> = theirs.map(|record| record.claim.id.clone()).collect();
        for id in &ids {
            if let Some(record) = self.records.get(id) {
                self.census.leave(record);
            }
        }
        for id in &ids {
            if let Some(record) = self.records.get_mut(id) {
                leave_movable(&mut self.movable, record);
                record.claim.owner = Arc::clone(owner);
                enter_movable(&mut self.movable, record);
            }
        }
        self.census.enter_all(&owner.placement, &self.records);
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &ClaimRecord> {
        self.records.values()
    }

    /// Takes a claim in. All claims of a placement have the owner of the last one.
    pub(crate) fn insert(&mut self, mut record: ClaimRecord) {
        let other = census::of_placement(&self.records, &record.claim.id.placement).next();
        if let Some(other) = other {
            if other.claim.owner == record.claim.owner {
                record.claim.owner = Arc::clone(&other.claim.owner);
            } else {
                let owner = Arc::clone(&record.claim.owner);
                self.set_owner(&owner);
            }
        }
        let claim = &record.claim;
        *self.in_clusters.entry(claim.cluster.clone()).or_default() += 1;
        self.by_node
            .entry(claim.cluster.clone())
            .or_default()
            .entry(claim.node.clone())
            .or_default()
            .insert(claim.id.clone());
        if is_acknowledged(&record) {
            let waiting = self.acknowledged.entry(claim.cluster.clone()).or_default();
            waiting.insert((claim.node.clone(), claim.id.clone()));
        }
        enter_movable(&mut self.movable, &record);
        let id = claim.id.clone();
        if !record.is_live() {
            self.released.insert(id.clone());
        }
        self.records.insert(id.clone(), record);
        if let Some(record) = self.records.get(&id) {
            self.census.enter(record, &self.records);
        }
    }

    pub(crate) fn remove(&mut self, id: &ClaimId) -> Option<ClaimRecord> {
        let record = self.records.remove(id)?;
        self.released.remove(id);
        if let Some(count) = self.in_clusters.get_mut(&record.claim.cluster) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.in_clusters.remove(&record.claim.cluster);
            }
        }
        self.census.leave(&record);
        self.forget_acknowledged(&record);
        leave_movable(&mut self.movable, &record);
        if let Some(nodes) = self.by_node.get_mut(&record.claim.cluster) {
            if let Some(ids) = nodes.get_mut(&record.claim.node) {
                ids.remove(id);
                if ids.is_empty() {
                    nodes.remove(&record.claim.node);
                    self.census.forget_node(&record.claim.cluster, &record.claim.node);
                }
            }
            if nodes.is_empty() {
                self.by_node.remove(&record.claim.cluster);
            }
        }
        Some(record)
    }

    /// Claims that may have to make room for a priority, by cluster.
    pub(crate) fn movable(
        &self,
        below: i32,
    ) -> impl Iterator<Item = (&ClusterName, impl Iterator<Item = &ClaimRecord>)> {
        self.movable.iter().map(move |(cluster, priorities)| {
            let ids = priorities.range(..below).flat_map(|(_, ids)| ids);
            (cluster, ids.filter_map(|id| self.records.get(id)))
        })
    }

    /// The highest priority below this one of claims that may have to make room.
    pub(crate) fn highest_movable(&self, below: i32) -> Option<i32> {
        let clusters = self.movable.values();
        let highest = clusters.filter_map(|priorities| priorities.range(..below).next_back());
        highest.map(|(priority, _)| *priority).max()
    }

    /// The lowest priority of claims that may have to make room.
    pub(super) fn lowest_movable(&self) -> Option<i32> {
        let clusters = self.movable.values();
        let lowest = clusters.filter_map(|priorities| priorities.first_key_value());
        lowest.map(|(priority, _)| *priority).min()
    }

    /// Claims in a cluster that may have to make room, of this priority and lower ones.
    pub(crate) fn movable_in(&self, cluster: &ClusterName, most: i32) -> impl Iterator<Item = &ClaimRecord> {
        let priorities = self.movable.get(cluster).into_iter();
        let ids = priorities
            .flat_map(move |priorities| priorities.range(..=most))
            .flat_map(|(_, ids)| ids);
        ids.filter_map(|id| self.records.get(id))
    }

    /// Claims that are on their way out, wherever.
    pub(crate) fn released(&self) -> impl Iterator<Item = &ClaimRecord> {
        self.released.iter().filter_map(|id| self.records.get(id))
    }

    /// Claims charged to a node.
    pub(crate) fn on_node<'a>(
        &'a self,
        cluster: &ClusterName,
        node: &NodeName,
    ) -> impl Iterator<Item = &'a ClaimRecord> {
        let ids = self.by_node.get(cluster).and_then(|nodes| nodes.get(node));
        ids.into_iter().flatten().filter_map(|id| self.records.get(id))
    }

    /// Nodes of a cluster that any claim is charged to.
    pub(crate) fn charged_nodes(&self, cluster: &ClusterName) -> Vec<NodeName> {
        self.by_node
            .get(cluster)
            .map(|nodes| nodes.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Number of claims charged to nodes of a cluster.
    pub(crate) fn count_in_cluster(&self, cluster: &ClusterName) -> usize {
        self.in_clusters.get(cluster).copied().unwrap_or_default()
    }

    /// Claims charged to any node of a cluster.
    pub(crate) fn in_cluster<'a>(&'a self, cluster: &ClusterName) -> impl Iterator<Item = &'a ClaimRecord> {
        let nodes = self.by_node.get(cluster).into_iter().flatten();
        nodes
            .flat_map(|(_, ids)| ids)
            .filter_map(|id| self.records.get(id))
    }

    /// Claims of one placement, in the order of slots and epochs.
    pub(crate) fn of_placement(&self, placement: &PlacementUid) -> impl Iterator<Item = &ClaimRecord> {
        census::of_placement(&self.records, placement)
    }

    /// Claims that a selector counts, by domain.
    pub(crate) fn domain_counts(&self, tenant: &TenantId, key: &Counted) -> Tallied<'_> {
        self.census.counts(tenant, key, &self.records)
    }

    /// Claims of one placement, by domain.
    pub(crate) fn own_domain_counts(&self, placement: &PlacementUid, topology: Topology) -> Counts {
        self.census.own_counts(placement, topology, &self.records)
    }

    /// Claims whose owners keep a placement with these labels away, by domain.
    pub(crate) fn domain_keepers(&self, tenant: &TenantId, labels: &Labels) -> Vec<(Arc<Counted>, &Counts)> {
        self.census.keepers(tenant, labels)
    }

    /// Whether claims are counted by domain as counting anew would.
    pub(crate) fn counts_are_true(&self) -> bool {
        self.census.is_true(&self.records)
    }

    /// Where a claim stands, as it is counted.
    pub(crate) fn site<'a>(&'a self, claim: &'a Claim) -> Site<'a> {
        self.census.site(claim)
    }

    /// Claims in a cluster are counted as in the cluster of this number, and in this region, from now on.
    pub(crate) fn set_cluster(
        &mut self,
        cluster: &ClusterName,
        number: Option<ClusterIx>,
        region: Option<&str>,
    ) {
        let Self {
            records,
            by_node,
            census,
            ..
        } = self;
        let ids = by_node
            .get(cluster)
            .into_iter()
            .flatten()
            .flat_map(|(_, ids)| ids);
        let there = ids.filter_map(|id| records.get(id));
        census.set_cluster(cluster, (number, region), there);
    }

    /// The zone of a node as the claims on it have it.
    pub(crate) fn stated_zone(&self, cluster: &ClusterName, node: &NodeName) -> Option<&str> {
        let ids = self.by_node.get(cluster)?.get(node)?;
        let mut there = ids.iter().filter_map(|id| self.records.get(id));
        there.find_map(|record| record.claim.zone.as_deref())
    }

    /// Claims on a node are counted in this zone from now on.
    pub(crate) fn set_zone(&mut self, cluster: &ClusterName, node: &NodeName, zone: Option<&str>) {
        let Self {
            records,
            by_node,
            census,
            ..
        } = self;
        // Only places of claims are counted.
        if let Some(ids) = by_node.get(cluster).and_then(|nodes| nodes.get(node)) {
            let there = ids.iter().filter_map(|id| records.get(id));
            census.set_zone(cluster, node, zone, there);
        }
    }
}

type Movable = BTreeMap<ClusterName, BTreeMap<i32, BTreeSet<ClaimId>>>;

/// Whether a claim may have to make room for one of higher priority.
pub(crate) fn is_movable(record: &ClaimRecord) -> bool {
    record.phase == ClaimPhase::Committed && record.claim.owner.preemptible
}

fn enter_movable(movable: &mut Movable, record: &ClaimRecord) {
    if is_movable(record) {
        let claim = &record.claim;
        let priorities = movable.entry(claim.cluster.clone()).or_default();
        let ids = priorities.entry(claim.owner.priority).or_default();
        ids.insert(claim.id.clone());
    }
}

fn leave_movable(movable: &mut Movable, record: &ClaimRecord) {
    let claim = &record.claim;
    let Some(priorities) = movable.get_mut(&claim.cluster).filter(|_| is_movable(record)) else {
        return;
    };
    if let Some(ids) = priorities.get_mut(&claim.owner.priority) {
        ids.remove(&claim.id);
        if ids.is_empty() {
            priorities.remove(&claim.owner.priority);
        }
    }
    if priorities.is_empty() {
        movable.remove(&claim.cluster);
    }
}

fn is_acknowledged(record: &ClaimRecord) -> bool {
    matches!(
        record.phase,
        ClaimPhase::Released {
            acknowledged: Some(_)
        }
    )
}
