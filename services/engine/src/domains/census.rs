//! Counters kept with the claims. A selector is counted from the first claim of an owner that counts by it until the last
//! one has ended; the counts of any other selector are made on the spot from the tenant's placements.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::Topology;

use super::Counted;
use super::counts::{Counts, Presence, Tallied};
use super::located::Located;
use super::selector_map::SelectorMap;
use crate::claims::{Claim, ClaimRecord, Owner};
use crate::index::ClusterIx;

/// All claims, by id.
pub(crate) type Records = BTreeMap<ClaimId, ClaimRecord>;

/// Counters of all tenants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Census {
    tenants: BTreeMap<TenantId, TenantCensus>,
    located: Located,
}

#[derive(Debug, Clone, Default)]
struct TenantCensus {
    placements: BTreeMap<PlacementUid, Group>,
    /// Counted for those who count by them.
    counted: SelectorMap<Counter>,
    /// Claims whose owner keeps placements of the selector away.
    keepers: SelectorMap<Counts>,
}

/// Claims of one placement.
#[derive(Debug, Clone)]
struct Group {
    owner: Arc<Owner>,
    claims: usize,
}

#[derive(Debug, Clone, Default)]
struct Counter {
    /// Placements with claims that count by it.
    users: usize,
    counts: Counts,
}

/// Claims of one placement, in the order of slots and epochs.
pub(crate) fn of_placement<'a>(
    records: &'a Records,
    placement: &PlacementUid,
) -> impl Iterator<Item = &'a ClaimRecord> + use<'a> {
    let id = |slot, epoch| ClaimId {
        placement: placement.clone(),
        slot,
        epoch,
    };
    let range = id(Slot(0), Epoch(0))..=id(Slot(u32::MAX), Epoch(u64::MAX));
    records.range(range).map(|(_, record)| record)
}

impl Census {
    /// A claim has come; `records` holds it already.
    pub(crate) fn enter(&mut self, record: &ClaimRecord, records: &Records) {
        if self.take_in(record) {
            self.start_counting(&record.claim.owner, records);
        }
    }

    /// All claims of a placement have another owner, after they have left; `records` holds them with it.
    pub(crate) fn enter_all(&mut self, placement: &PlacementUid, records: &Records) {
        let mut first = None;
        for record in of_placement(records, placement) {
            if self.take_in(record) {
                first = Some(&record.claim.owner);
            }
        }
        // Counting anew counts them all, so that none may come in after it.
        if let Some(owner) = first {
            self.start_counting(owner, records);
        }
    }

    /// Counts a claim by what is counted already; returns whether it is the first of its placement.
    fn take_in(&mut self, record: &ClaimRecord) -> bool {
        let owner = &record.claim.owner;
        let tenant = self.tenants.entry(owner.tenant.clone()).or_default();
        let group = tenant
            .placements
            .entry(owner.placement.clone())
            .or_insert_with(|| Group {
                owner: Arc::clone(owner),
                claims: 0,
            });
        group.claims += 1;
        let first = group.claims == 1;
        self.add(&record.claim, record.presence());
        first
    }

    /// A claim has gone.
    pub(crate) fn leave(&mut self, record: &ClaimRecord) {
        let owner = &record.claim.owner;
        self.add(&record.claim, record.presence().negated());
        let Some(tenant) = self.tenants.get_mut(&owner.tenant) else {
            return;
        };
        let last = match tenant.placements.get_mut(&owner.placement) {
            None => false,
            Some(group) => {
                group.claims = group.claims.saturating_sub(1);
                group.claims == 0
            }
        };
        if last {
            tenant.placements.remove(&owner.placement);
            for key in &owner.counted {
                let unused = tenant.counted.get_mut(key).is_some_and(|counter| {
                    counter.users = counter.users.saturating_sub(1);
                    counter.users == 0
                });
                if unused {
                    tenant.counted.remove(key);
                }
            }
            if tenant.placements.is_empty() {
                self.tenants.remove(&owner.tenant);
            }
        }
    }

    /// A claim counts differently from now on.
    pub(crate) fn add(&mut self, claim: &Claim, by: Presence) {
        let Self { tenants, located } = self;
        let Some(tenant) = tenants.get_mut(&claim.owner.tenant) else {
            return;
        };
        let site = located.site(&claim.cluster, &claim.node);
        if !tenant.counted.is_empty() {
            for key in tenant.counted.matching(&claim.owner.labels) {
                if let Some(counter) = tenant.counted.get_mut(&key) {
                    counter.counts.add(&site, key.topology, by);
                }
            }
        }
        for key in &claim.owner.anti_affinity {
            if tenant.keepers.get(key).is_none() {
                tenant.keepers.insert(key, Counts::default());
            }
            let empty = tenant.keepers.get_mut(key).is_some_and(|counts| {
                counts.add(&site, key.topology, by);
                counts.total().is_zero()
            });
            if empty {
                tenant.keepers.remove(key);
            }
        }
    }

    fn start_counting(&mut self, owner: &Owner, records: &Records) {
        for key in &owner.counted {
            let known = self
                .tenants
                .get_mut(&owner.tenant)
                .and_then(|tenant| tenant.counted.get_mut(key));
            if let Some(counter) = known {
                counter.users += 1;
                continue;
            }
            let counts = self.count(&owner.tenant, key, records);
            if let Some(tenant) = self.tenants.get_mut(&owner.tenant) {
                tenant.counted.insert(key, Counter { users: 1, counts });
            }
        }
    }

    /// Counts anew, from the claims.
    fn count(&self, tenant: &TenantId, key: &Counted, records: &Records) -> Counts {
        let mut counts = Counts::default();
        let Some(tenant) = self.tenants.get(tenant) else {
            return counts;
        };
        let groups = tenant.placements.iter();
        for (placement, _) in groups.filter(|(_, group)| key.selector.matches(&group.owner.labels)) {
            for record in of_placement(records, placement) {
                let site = self.located.site(&record.claim.cluster, &record.claim.node);
                counts.add(&site, key.topology, record.presence());
            }
        }
        counts
    }

    /// Claims of a tenant's placements that a selector matches.
    pub(crate) fn counts<'a>(&'a self, tenant: &TenantId, key: &Counted, records: &Records) -> Tallied<'a> {
        let known = self
            .tenants
            .get(tenant)
            .and_then(|tenant| tenant.counted.get(key));
        match known {
            Some(counter) => Tallied::Kept(&counter.counts),
            None => self.count(tenant, key, records).into(),
        }
    }

    /// Whether every counter says what counting anew says.
    pub(crate) fn is_true(&self, records: &Records) -> bool {
        self.tenants.iter().all(|(name, tenant)| {
            let counted = tenant.counted.iter();
            let mut counted = counted.map(|(key, counter)| (key, &counter.counts));
            let mut keepers: BTreeMap<&Counted, Counts> = BTreeMap::new();
            for record in records
                .values()
                .filter(|record| record.claim.owner.tenant == *name)
            {
                let site = self.located.site(&record.claim.cluster, &record.claim.node);
                for key in &record.claim.owner.anti_affinity {
                    let counts = keepers.entry(key).or_default();
                    counts.add(&site, key.topology, record.presence());
                }
            }
            counted.all(|(key, counts)| *counts == self.count(name, key, records))
                && tenant.keepers.iter().count() == keepers.len()
                && tenant
                    .keepers
                    .iter()
                    .all(|(key, counts)| keepers.get(key) == Some(counts))
        })
    }

    /// Claims of one placement.
    pub(crate) fn own_counts(
        &self,
        placement: &PlacementUid,
        topology: Topology,
        records: &Records,
    ) -> Counts {
        let mut counts = Counts::default();
        for record in of_placement(records, placement) {
            let site = self.located.site(&record.claim.cluster, &record.claim.node);
            counts.add(&site, topology, record.presence());
        }
        counts
    }

    /// Those that keep a placement with these labels away from their domain.
    pub(crate) fn keepers(&self, tenant: &TenantId, labels: &Labels) -> Vec<(Arc<Counted>, &Counts)> {
        let Some(tenant) = self.tenants.get(tenant) else {
            return Vec::new();
        };
        let keys = tenant.keepers.matching(labels).into_iter();
        let mut keepers: Vec<(Arc<Counted>, &Counts)> = keys
            .filter_map(|key| tenant.keepers.get(&key).map(|counts| (key, counts)))
            .collect();
        keepers.sort_by(|(one, _), (other, _)| one.cmp(other));
        keepers
    }

    /// Where a claim stands.
    pub(crate) fn site<'a>(&'a self, claim: &'a Claim) -> super::Site<'a> {
        self.located.site(&claim.cluster, &claim.node)
    }

    /// A cluster has come or gone, or has another region; `there` are the claims in it.
    pub(crate) fn set_cluster<'a>(
        &mut self,
        cluster: &ClusterName,
        (number, region): (Option<ClusterIx>, Option<&str>),
        there: impl Iterator<Item = &'a ClaimRecord> + Clone,
    ) {
        if self.located.cluster(cluster) == (number, region) {
            return;
        }
        for record in there.clone() {
            self.add(&record.claim, record.presence().negated());
        }
        self.located.set_cluster(cluster, number, region);
        for record in there {
            self.add(&record.claim, record.presence());
        }
    }

    /// No claim stands on a node any more.
    pub(crate) fn forget_node(&mut self, cluster: &ClusterName, node: &NodeName) {
        self.located.set_zone(cluster, node, None);
    }

    /// A node has another zone; `there` are the claims on it.
    pub(crate) fn set_zone<'a>(
        &mut self,
        cluster: &ClusterName,
        node: &NodeName,
        zone: Option<&str>,
        there: impl Iterator<Item = &'a ClaimRecord> + Clone,
    ) {
        if self.located.site(cluster, node).zone == zone {
            return;
        }
        for record in there.clone() {
            self.add(&record.claim, record.presence().negated());
        }
        self.located.set_zone(cluster, node, zone);
        for record in there {
            self.add(&record.claim, record.presence());
        }
    }
}
