//! What a namespace does to pods there: what its LimitRanges give them, and what its quotas admit.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::state::ClusterDump;
use hourglass_engine::{ClaimRecord, LimitRange, NamespaceFacts};
use hourglass_model::ids::Namespace;
use hourglass_model::pod::ContainerDefaults;
use hourglass_model::quantity::Quantity;
use hourglass_model::render::{NodeOffer, claim_vector};
use hourglass_model::request::GpuAmount;
use hourglass_model::resources::{ResourceName, ResourceVector};
use hourglass_model::tee::TeeKind;

use super::facts::Way;
use super::gpus::Gpus;
use super::{World, is_live};

/// What the pod of one replica asks for, by what a quota calls it: `requests.cpu`, `limits.memory`, `requests.pods`.
type Asks = BTreeMap<String, i64>;

/// What one quota leaves, in the same way.
type Left = BTreeMap<String, i64>;

fn named(of: &str, amounts: &ResourceVector) -> Asks {
    let named = |(resource, amount): (&ResourceName, i64)| (format!("{of}.{resource}"), amount);
    amounts.iter().map(named).collect()
}

fn asks(requests: &ResourceVector, limits: &ResourceVector) -> Asks {
    let mut all = named("requests", requests);
    all.extend(named("limits", limits));
    all
}

impl World<'_> {
    /// The namespace of the request there: the one that it names, else the first that is open to its tenant.
    pub fn namespace<'c>(&self, cluster: &'c ClusterDump) -> Option<&'c Namespace> {
        let open = cluster.facts.tenants.get(self.tenant)?;
        match &self.request.namespace {
            Some(wanted) => open.iter().find(|namespace| *namespace == wanted),
            None => open.first(),
        }
    }

    /// What is known of that namespace.
    pub(super) fn inside<'c>(&self, cluster: &'c ClusterDump) -> Option<&'c NamespaceFacts> {
        cluster.facts.namespaces.get(self.namespace(cluster)?)
    }

    fn ranges(&self, at: usize) -> &[LimitRange] {
        let inside = self.inside(&self.fleet.clusters[at]);
        inside
            .and_then(|inside| inside.limit_ranges.as_deref())
            .unwrap_or_default()
    }

    /// What the pod of one replica takes with this of a node.
    pub fn asked(&self, at: usize, offer: &NodeOffer) -> ResourceVector {
        let most = |of: fn(&LimitRange) -> &ResourceVector| {
            let mut most = BTreeMap::new();
            for (resource, amount) in self.ranges(at).iter().flat_map(|range| of(range).iter()) {
                let known = most.entry(resource.clone()).or_insert(amount);
                *known = amount.max(*known);
            }
            most.into_iter().collect()
        };
        let defaults = ContainerDefaults {
            requests: most(|range| &range.defaults.requests),
            limits: most(|range| &range.defaults.limits),
        };
        claim_vector(self.request, offer, &defaults)
    }

    /// Its limits: what the request says, else what a LimitRange gives, and what runs around the container on top.
    pub fn limited(&self, at: usize, way: &Way<'_>) -> ResourceVector {
        let stated = self.request.performer.resources.as_ref();
        let mut all = ResourceVector::new();
        for name in ["cpu", "memory", "ephemeral-storage"] {
            let resource = ResourceName::new(name).expect("valid");
            let own = stated.and_then(|stated| stated.limits.get(name)).map(|text| {
                let quantity: Quantity = text.parse().expect("read before");
                resource.count(&quantity).expect("read before")
            });
            let given = self.ranges(at).iter();
            let given = given.filter(|range| range.defaults.limits.contains(&resource));
            let given = given.map(|range| range.defaults.limits.get(&resource)).max();
            if let Some(limit) = own.or(given) {
                let around = way.overhead().map_or(0, |overhead| overhead.get(&resource));
                all.set(resource, if limit == 0 { 0 } else { limit + around });
            }
        }
        all
    }

    /// What the pod would have to say where a quota bounds it and says nowhere, nor does a LimitRange for it.
    fn unsaid(&self, at: usize) -> BTreeSet<String> {
        let inside = self.inside(&self.fleet.clusters[at]);
        if inside.is_none_or(|inside| inside.limit_ranges.is_none()) {
            return BTreeSet::new();
        }
        let stated = self.request.performer.resources.clone().unwrap_or_default();
        let mut unsaid = BTreeSet::new();
        for name in ["cpu", "memory"] {
            let resource = ResourceName::new(name).expect("valid");
            let mut ranges = self.ranges(at).iter();
            let limit = stated.limits.contains_key(name)
                || ranges.any(|range| range.defaults.limits.contains(&resource));
            let mut ranges = self.ranges(at).iter();
            let request = stated.limits.contains_key(name)
                || stated.requests.contains_key(name)
                || ranges.any(|range| range.defaults.requests.contains(&resource));
            let said = [(limit, "limits"), (request, "requests")];
            unsaid.extend(
                said.iter()
                    .filter(|(said, _)| !said)
                    .map(|(_, of)| format!("{of}.{name}")),
            );
        }
        unsaid
    }

    /// What quotas leave of a namespace beside claims of ours there of which the cluster shows no pod yet, and beside
    /// replicas decided so far. What somebody leaves who goes is not counted on: quotas see it when it is gone.
    fn quotas_left(&self, at: usize, with_placed: bool) -> Vec<Left> {
        let cluster = &self.fleet.clusters[at];
        let Some(inside) = self.inside(cluster) else {
            return Vec::new();
        };
        let shown = |record: &ClaimRecord| {
            let mut nodes = cluster.nodes.iter();
            nodes.any(|node| node.claims.iter().any(|seen| seen.claim == record.claim.id))
        };
        let mut coming: Vec<Asks> = Vec::new();
        for record in self.fleet.claims.iter().filter(|record| is_live(record)) {
            let claim = &record.claim;
            let there = claim.cluster == cluster.name && claim.namespace.as_ref() == self.namespace(cluster);
            if there && !shown(record) {
                coming.push(asks(&claim.vector, &claim.limits));
            }
        }
        let placed = self
            .placed
            .iter()
            .filter(|placed| with_placed && placed.at.0 == at);
        coming.extend(placed.map(|placed| asks(&placed.vector, &placed.limits)));
        let less = |key: &String| coming.iter().filter_map(|asks| asks.get(key)).sum::<i64>();
        let left = |bounds: Left| -> Left {
            let rest = bounds
                .into_iter()
                .map(|(key, left)| (key.clone(), left - less(&key)));
            rest.collect()
        };
        let quotas = inside.quota.iter();
        quotas
            .map(|quota| left(asks(&quota.headroom, &quota.limits)))
            .collect()
    }

    /// Whether every quota of the namespace leaves so much of what it bounds, after what is decided so far.
    pub fn fits_quotas(&self, at: usize, requests: &ResourceVector, limits: &ResourceVector) -> bool {
        let asked = asks(requests, limits);
        self.quotas_left(at, true).iter().all(|left| fits(left, &asked))
    }

    /// The same, before anything is decided, of what a replica takes whatever the node: by whatever TEE kind, and without
    /// GPUs where the nodes decide by what they come. And nothing is bounded that it would have to say.
    pub(super) fn least_fits_quotas(&self, at: usize) -> bool {
        let cluster = &self.fleet.clusters[at];
        let kinds = match &self.request.tee {
            None => vec![None],
            Some(tee) if tee.kinds.is_empty() => TeeKind::COUNTED.into_iter().map(Some).collect(),
            Some(tee) => tee.kinds.iter().cloned().map(Some).collect(),
        };
        let each: Vec<Asks> = kinds
            .into_iter()
            .map(|kind| {
                let way = self.way(&cluster.facts, kind);
                let requests = self.asked(at, &self.offer(&Gpus::default(), &way));
                asks(&requests, &self.limited(at, &way))
            })
            .collect();
        let keys: BTreeSet<String> = each.iter().flat_map(|asks| asks.keys().cloned()).collect();
        let least = |key: &String| {
            let all = each.iter().map(|asks| asks.get(key).copied().unwrap_or_default());
            all.min().unwrap_or_default()
        };
        let mut least: Asks = keys.into_iter().map(|key| (key.clone(), least(&key))).collect();
        if let Some(gpu) = &self.request.gpu
            && let (Some(resource), GpuAmount::Whole(count)) = (&gpu.resource, gpu.amount)
            // Devices that stand in for a counter are not taken by its name.
            && !cluster.nodes.iter().any(|node| node.shows_devices_of(resource))
        {
            least.insert(format!("requests.{resource}"), i64::from(count));
        }
        let unsaid = self.unsaid(at);
        let mut quotas = self.quotas_left(at, false).into_iter();
        quotas.all(|left| fits(&left, &least) && !left.keys().any(|key| unsaid.contains(key)))
    }
}

fn fits(left: &Left, asked: &Asks) -> bool {
    let mut asked = asked.iter().filter(|(_, amount)| **amount > 0);
    asked.all(|(key, amount)| left.get(key).is_none_or(|left| amount <= left))
}
