//! What a decision in the making has changed: room taken and freed, replicas placed, others thought away.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{ClaimId, ClusterName, NodeName};
use hourglass_model::resources::ResourceVector;

use super::place::{Place, Placed};
use crate::claims::ClaimRecord;
use crate::domains::counts::Presence;
use crate::domains::{Clique, Cliques, DomainView, Site};
use crate::explain::Relaxation;
use crate::hash::TextMap;
use crate::scan::{Prepared, Spot};
use crate::score::FleetScores;
use crate::state::{DeviceRoom, NodeState, QuotaHeadroom};

/// The changes, over the state that the request was prepared on.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    /// Counters of domains with everything decided so far.
    pub(crate) domains: DomainView<'a>,
    /// By eligible cluster.
    clusters: Vec<ClusterDraft>,
    /// Claims that are to go.
    gone: BTreeSet<ClaimId>,
}

#[derive(Clone, Default)]
struct ClusterDraft {
    /// What is free on nodes where that differs from the node's own figure.
    free: TextMap<NodeName, ResourceVector>,
    /// What is taken of devices on nodes where that differs from the node's own figure.
    devices: TextMap<NodeName, DeviceRoom>,
    /// What quotas leave, once it differs from the cluster's own figure.
    quota: Option<Vec<QuotaHeadroom>>,
    /// Slots of the placement here, by node; live ones and those of this decision.
    own: i64,
    own_on_node: TextMap<NodeName, i64>,
}

impl<'a> Draft<'a> {
    /// Nothing is decided yet.
    pub(crate) fn new(prepared: &Prepared<'a>, relaxed: Option<&Relaxation>) -> Self {
        let mut draft = Self {
            domains: DomainView::new(prepared.state, prepared.request, prepared.input),
            clusters: vec![ClusterDraft::default(); prepared.eligible.len()],
            gone: BTreeSet::new(),
        };
        draft.count_own(prepared);
        if let Some(relaxed) = relaxed {
            draft.relax(prepared, relaxed);
        }
        if draft.domains.needs_eligible() {
            draft.tell_eligible(prepared, relaxed);
        }
        if let Some((cluster, node, change)) = relaxed.and_then(Relaxation::domain_change)
            && let Some(eligible) = prepared.eligible.iter().find(|one| one.name == cluster)
            && let Some(node) = eligible.state.node(node)
        {
            let site = Site::of(eligible.name, eligible.state, node);
            draft.domains.change(&site, change);
        }
        draft
    }

    /// Nothing is decided yet, on clusters that may be some of the fleet alone, where it is told which domains count in all of it.
    pub(super) fn over_some(prepared: &Prepared<'a>, domains: DomainView<'a>) -> Self {
        let mut draft = Self {
            domains,
            clusters: vec![ClusterDraft::default(); prepared.eligible.len()],
            gone: BTreeSet::new(),
        };
        draft.count_own(prepared);
        draft
    }

    /// The same with these replicas in their places, and those gone who make room for them.
    pub(crate) fn after(&self, prepared: &Prepared<'a>, placed: &Placed<'a>) -> Self {
        let mut draft = self.clone();
        for record in placed.going() {
            draft.remove(prepared, record);
        }
        draft.with(prepared, &placed.places)
    }

    /// The same with more replicas in their places.
    pub(crate) fn with(mut self, prepared: &Prepared<'a>, places: &[Place<'a>]) -> Self {
        // Places of a search through the index count clusters in their own order. Of many places several are in one cluster.
        let mut indexes: BTreeMap<&ClusterName, Option<usize>> = BTreeMap::new();
        for place in places {
            let index = indexes.entry(place.cluster).or_insert_with(|| {
                let mut clusters = prepared.eligible.iter();
                clusters.position(|eligible| eligible.name == place.cluster)
            });
            if let Some(index) = *index {
                self.take(
                    prepared,
                    &Place {
                        index,
                        ..place.clone()
                    },
                );
            }
        }
        self
    }

    /// Nothing is decided yet, and clusters are prepared as they come up. Slots of the placement itself are not looked for.
    pub(super) fn growing(prepared: &Prepared<'a>) -> Self {
        let mut draft = Self {
            domains: DomainView::new(prepared.state, prepared.request, prepared.input),
            clusters: Vec::new(),
            gone: BTreeSet::new(),
        };
        draft.domains.cliques = cliques(prepared);
        draft
    }

    /// Keeps out of some cliques, where all replicas must be in one.
    pub(crate) fn bar(&mut self, barred: &[Clique]) {
        if let Some(cliques) = &mut self.domains.cliques {
            cliques.barred = barred.to_vec();
        }
    }

    /// Slots of the placement that have a place already, and the clique that they are in.
    fn count_own(&mut self, prepared: &Prepared<'a>) {
        self.domains.cliques = cliques(prepared);
        for record in own_slots(prepared) {
            let claim = &record.claim;
            let at = prepared
                .eligible
                .iter()
                .position(|eligible| *eligible.name == claim.cluster);
            if let Some(at) = at {
                self.count_own_slot(at, &claim.node);
            }
        }
    }

    /// A slot of the placement has a place in an eligible cluster already.
    pub(super) fn count_own_slot(&mut self, cluster: usize, node: &NodeName) {
        if let Some(draft) = self.cluster_mut(cluster) {
            draft.own += 1;
            *draft.own_on_node.entry(node.clone()).or_default() += 1;
        }
    }

    /// Eligible clusters with slots of the placement, and how many.
    pub(super) fn own_slots(&self) -> impl Iterator<Item = (usize, i64)> {
        let clusters = self.clusters.iter().enumerate();
        let own = clusters.map(|(at, draft)| (at, draft.own));
        own.filter(|(_, own)| *own > 0)
    }

    /// Slots of the placement in an eligible cluster.
    pub(crate) fn own_slots_in(&self, cluster: usize) -> i64 {
        self.clusters.get(cluster).map_or(0, |draft| draft.own)
    }

    /// Slots of the placement in an eligible cluster, and on a node of it.
    pub(crate) fn own_slots_at(&self, cluster: usize, node: &NodeState) -> [i64; 2] {
        let draft = self.clusters.get(cluster);
        let on_node = draft.and_then(|draft| draft.own_on_node.get(node.name()));
        [self.own_slots_in(cluster), on_node.copied().unwrap_or_default()]
    }

    fn relax(&mut self, prepared: &Prepared<'a>, relaxed: &Relaxation) {
        let Some((cluster, node)) = relaxed.roomier() else {
            return;
        };
        let eligible = prepared.eligible.iter().enumerate();
        let found = eligible
            .filter(|(_, eligible)| eligible.name == cluster)
            .find_map(|(at, eligible)| Some((at, eligible, eligible.state.node(node)?)));
        if let Some((at, eligible, state)) = found
            && let Some(free) = relaxed.more_free(eligible.name, state)
            && let Some(draft) = self.clusters.get_mut(at)
        {
            draft.free.insert(node.clone(), free);
        }
    }

    fn tell_eligible(&mut self, prepared: &Prepared<'a>, relaxed: Option<&Relaxation>) {
        for (cluster, eligible) in prepared.eligible.iter().enumerate() {
            for node in eligible.state.nodes() {
                if prepared.selects((cluster, node), relaxed) {
                    self.domains
                        .make_eligible(&Site::of(eligible.name, eligible.state, node));
                }
            }
        }
    }

    /// A node with what is left there.
    pub(crate) fn spot<'s>(
        &'s self,
        prepared: &'s Prepared<'a>,
        cluster: usize,
        node: &'s NodeState,
    ) -> Spot<'s> {
        let draft = self.clusters.get(cluster);
        let free = draft.and_then(|draft| draft.free.get(node.name()));
        let devices = draft.and_then(|draft| draft.devices.get(node.name()));
        let quota = draft.and_then(|draft| draft.quota.as_deref());
        let own = prepared
            .eligible
            .get(cluster)
            .map(|eligible| eligible.quota.as_slice());
        Spot {
            cluster,
            node,
            free: free.map_or_else(|| Cow::Owned(node.free()), Cow::Borrowed),
            devices: Cow::Borrowed(devices.unwrap_or(node.device_room())),
            quota: quota.or(own).unwrap_or_default(),
        }
    }

    /// What scores need to know of other replicas and claims.
    pub(crate) fn fleet_scores(
        &self,
        prepared: &Prepared<'a>,
        cluster: usize,
        node: &NodeState,
    ) -> FleetScores {
        self.fleet_scores_in(&self.domains, prepared, cluster, node)
    }

    /// The same with other counters of domains.
    pub(crate) fn fleet_scores_in(
        &self,
        domains: &DomainView<'_>,
        prepared: &Prepared<'a>,
        cluster: usize,
        node: &NodeState,
    ) -> FleetScores {
        let Some(eligible) = prepared.eligible.get(cluster) else {
            return FleetScores::default();
        };
        let (wishes_missed, spread_excess) = if domains.has_wishes() {
            let site = Site::of(eligible.name, eligible.state, node);
            (domains.wishes_missed(&site), domains.spread_excess(&site))
        } else {
            (0, 0)
        };
        let [own_slots_in_cluster, own_slots_on_node] = self.own_slots_at(cluster, node);
        FleetScores {
            cluster_tier: eligible.tier,
            claims_in_cluster: eligible.claims,
            wishes_missed,
            spread_excess,
            own_slots_in_cluster,
            own_slots_on_node,
        }
    }

    /// A replica goes there.
    pub(crate) fn take(&mut self, prepared: &Prepared<'a>, place: &Place<'a>) {
        let node = place.node.name();
        let (left, devices) = {
            let spot = self.spot(prepared, place.index, place.node);
            let devices = place.node.devices().map(|devices| {
                let mut room = spot.devices.into_owned();
                devices.take(&mut room, &place.offer.devices());
                room
            });
            let mut left = spot.free.into_owned();
            left.sub_saturating(&place.vector);
            (left, devices)
        };
        let Some(eligible) = prepared.eligible.get(place.index) else {
            return;
        };
        if !self.domains.is_trivial() {
            let site = Site::of(eligible.name, eligible.state, place.node);
            self.domains.shift_own(&site, Presence::LIVE);
            if let Some(cliques) = &mut self.domains.cliques
                && cliques.only.is_none()
            {
                cliques.only = Clique::of(&site);
            }
        }
        let Some(draft) = self.cluster_mut(place.index) else {
            return;
        };
        draft.free.insert(node.clone(), left);
        if let Some(devices) = devices {
            draft.devices.insert(node.clone(), devices);
        }
        draft.own += 1;
        *draft.own_on_node.entry(node.clone()).or_default() += 1;
        if !eligible.quota.is_empty() {
            let quota = draft.quota.as_deref().unwrap_or(&eligible.quota);
            let left = quota.iter().map(|quota| quota.less(&place.vector, &place.limits));
            draft.quota = Some(left.collect());
        }
    }

    /// A claim is to go: its room is free, and it counts nowhere.
    pub(crate) fn remove(&mut self, prepared: &Prepared<'a>, record: &ClaimRecord) {
        if !self.gone.insert(record.claim.id.clone()) {
            return;
        }
        let site = prepared.state.ledger.site(&record.claim);
        self.domains
            .shift_other(&record.claim, &site, record.presence().negated());
        let at = prepared
            .eligible
            .iter()
            .position(|eligible| *eligible.name == record.claim.cluster);
        let Some((at, eligible)) = at.and_then(|at| Some((at, prepared.eligible.get(at)?))) else {
            return;
        };
        for (name, freed) in eligible.state.freed_by(&record.claim) {
            let Some(node) = eligible.state.node(&name) else {
                continue;
            };
            let spot = self.spot(prepared, at, node);
            let free = spot.free.saturating_add(&freed);
            let devices = node.devices().map(|devices| {
                let mut room = spot.devices.into_owned();
                let left = eligible.state.devices_freed_by(&record.claim, &name);
                devices.give(&mut room, &left, &freed);
                room
            });
            if let Some(draft) = self.cluster_mut(at) {
                if let Some(devices) = devices {
                    draft.devices.insert(name.clone(), devices);
                }
                draft.free.insert(name, free);
            }
        }
    }

    /// What has changed in an eligible cluster; clusters that came up later have a place too.
    fn cluster_mut(&mut self, at: usize) -> Option<&mut ClusterDraft> {
        if self.clusters.len() <= at {
            self.clusters.resize(at + 1, ClusterDraft::default());
        }
        self.clusters.get_mut(at)
    }

    /// Whether a claim is to go.
    pub(crate) fn is_gone(&self, id: &ClaimId) -> bool {
        self.gone.contains(id)
    }
}

/// Slots of the placement that have a place already.
fn own_slots<'p>(prepared: &'p Prepared<'_>) -> impl Iterator<Item = &'p ClaimRecord> {
    let ledger = &prepared.state.ledger;
    let own = prepared.input.placement.into_iter();
    let own = own.flat_map(|placement| ledger.of_placement(placement));
    own.filter(|record| record.is_live())
}

/// Where all replicas must be in one clique: the one that slots of the placement are in already, if there are any.
fn cliques(prepared: &Prepared<'_>) -> Option<Cliques> {
    let wanted = prepared.request.gpu.as_ref()?.same_clique;
    let clique = |record: &ClaimRecord| {
        let claim = &record.claim;
        let cluster = prepared.state.cluster(&claim.cluster)?;
        let node = cluster.node(&claim.node)?;
        Clique::of(&Site::of(&claim.cluster, cluster, node))
    };
    wanted.then(|| Cliques {
        only: own_slots(prepared).find_map(clique),
        ..Cliques::default()
    })
}
