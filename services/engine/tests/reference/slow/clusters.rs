//! Rules over clusters as a whole: which of them may take the request, and the first reason why not.

use std::collections::BTreeSet;

use hourglass_engine::state::ClusterDump;
use hourglass_engine::{ClaimRecord, Health, NamespaceFacts, QuotaHeadroom};
use hourglass_model::ids::Namespace;
use hourglass_model::render::claim_vector;
use hourglass_model::request::GpuAmount;
use hourglass_model::resources::ResourceVector;
use hourglass_model::tee::TeeKind;

use super::gpus::Gpus;
use super::rules::Rule;
use super::{World, is_live};

impl World<'_> {
    /// The first rule that turns the cluster away.
    pub fn first_broken(&self, at: usize) -> Option<Rule> {
        let cluster = &self.fleet.clusters[at];
        let (rules, labels) = (&self.request.clusters, &cluster.settings.labels);
        let labelled = |key: &str, values: &BTreeSet<String>| {
            values.is_empty() || labels.get(key).is_some_and(|value| values.contains(value))
        };
        let named = rules.include.is_empty() || rules.include.contains(&cluster.name);
        let tolerated = cluster.settings.taints.iter().all(|taint| {
            let mut tolerations = rules.tolerations.iter();
            !taint.repels() || tolerations.any(|toleration| toleration.tolerates(taint))
        });
        let avoided = self.avoid.contains_key(&(cluster.name.clone(), None));
        let verdicts = [
            ("ClusterSelector", rules.selector.matches(labels)),
            ("ClusterNames", named && !rules.exclude.contains(&cluster.name)),
            (
                "ClusterRegion",
                labelled("topology.kubernetes.io/region", &rules.regions),
            ),
            (
                "ClusterZone",
                labelled("topology.kubernetes.io/zone", &rules.zones),
            ),
            (
                "ClusterProvider",
                labelled("hourglass.eigenlayer.io/provider", &rules.providers),
            ),
            ("ClusterTaints", tolerated),
            ("ClusterCordoned", !cluster.settings.cordoned),
            ("ClusterHealth", cluster.health == Health::Ready),
            ("InventoryFreshness", cluster.fresh),
            ("TenantNamespace", self.namespace(cluster).is_some()),
            ("MissingPrerequisite", self.has_all_it_needs(cluster)),
            ("NamespaceQuota", self.least_fits_quotas(at)),
            ("ClusterAvoided", !avoided),
        ];
        let failing = verdicts.into_iter().find(|(_, passes)| !passes);
        failing.map(|(rule, _)| rule)
    }

    /// The namespace of the request there: the one that it names, else the first that is open to its tenant.
    fn namespace<'c>(&self, cluster: &'c ClusterDump) -> Option<&'c Namespace> {
        let open = cluster.facts.tenants.get(self.tenant)?;
        match &self.request.namespace {
            Some(wanted) => open.iter().find(|namespace| *namespace == wanted),
            None => open.first(),
        }
    }

    /// What is known of that namespace.
    fn inside<'c>(&self, cluster: &'c ClusterDump) -> Option<&'c NamespaceFacts> {
        cluster.facts.namespaces.get(self.namespace(cluster)?)
    }

    /// What is not known to be missing is there.
    fn has_all_it_needs(&self, cluster: &ClusterDump) -> bool {
        let needs = &self.request.prerequisites;
        let classes = &cluster.facts.priority_classes;
        let class = needs.priority_class.as_ref();
        let class = class.is_none_or(|class| classes.is_empty() || classes.contains(class));
        let Some(inside) = self.inside(cluster) else {
            return class;
        };
        let account = needs.service_account.as_ref();
        let account = account.is_none_or(|account| inside.service_accounts.contains(account));
        let mut secrets = needs.secrets_in(&cluster.settings.labels).into_iter();
        let secrets = inside
            .secrets
            .as_ref()
            .is_none_or(|there| secrets.all(|secret| there.contains(secret)));
        let maps = inside
            .config_maps
            .as_ref()
            .is_none_or(|there| needs.config_maps.is_subset(there));
        class && account && secrets && maps
    }

    /// What quotas leave of a namespace beside claims of ours there of which the cluster shows no pod yet, and beside
    /// replicas decided so far. What somebody leaves who goes is not counted on: quotas see it when it is gone.
    fn quotas_left(&self, at: usize, with_placed: bool) -> Vec<QuotaHeadroom> {
        let cluster = &self.fleet.clusters[at];
        let Some(inside) = self.inside(cluster) else {
            return Vec::new();
        };
        let shown = |record: &ClaimRecord| {
            let mut nodes = cluster.nodes.iter();
            nodes.any(|node| node.claims.iter().any(|seen| seen.claim == record.claim.id))
        };
        let mut coming = ResourceVector::new();
        for record in self.fleet.claims.iter().filter(|record| is_live(record)) {
            let claim = &record.claim;
            let there = claim.cluster == cluster.name && claim.namespace.as_ref() == self.namespace(cluster);
            if there && !shown(record) {
                coming.add_saturating(&claim.vector);
            }
        }
        for placed in self
            .placed
            .iter()
            .filter(|placed| with_placed && placed.at.0 == at)
        {
            coming.add_saturating(&placed.vector);
        }
        let mut left = inside.quota.clone();
        for quota in &mut left {
            let bounded = quota.headroom.clone();
            for (resource, amount) in bounded.iter() {
                quota
                    .headroom
                    .set(resource.clone(), amount - coming.get(resource));
            }
        }
        left
    }

    /// Whether every quota of the namespace leaves so much of what it bounds, after what is decided so far.
    pub fn fits_quotas(&self, at: usize, wanted: &ResourceVector) -> bool {
        fits(&self.quotas_left(at, true), wanted)
    }

    /// The same, before anything is decided, of what a replica takes whatever the node: by whatever TEE kind, and without
    /// GPUs where the nodes decide by what they come.
    fn least_fits_quotas(&self, at: usize) -> bool {
        let cluster = &self.fleet.clusters[at];
        let kinds = match &self.request.tee {
            None => vec![None],
            Some(tee) if tee.kinds.is_empty() => TeeKind::COUNTED.into_iter().map(Some).collect(),
            Some(tee) => tee.kinds.iter().cloned().map(Some).collect(),
        };
        let vectors: Vec<ResourceVector> = kinds
            .into_iter()
            .map(|kind| {
                let way = self.way(&cluster.facts, kind);
                claim_vector(self.request, &self.offer(&Gpus::default(), &way))
            })
            .collect();
        let mut least = ResourceVector::new();
        for (resource, amount) in vectors.iter().flat_map(ResourceVector::iter) {
            let all = vectors.iter().map(|vector| vector.get(resource));
            least.set(resource.clone(), all.min().unwrap_or(amount));
        }
        if let Some(gpu) = &self.request.gpu
            && let (Some(resource), GpuAmount::Whole(count)) = (&gpu.resource, gpu.amount)
            // Devices that stand in for a counter are not taken by its name.
            && !cluster.nodes.iter().any(|node| node.shows_devices_of(resource))
        {
            least.set(resource.clone(), i64::from(count));
        }
        fits(&self.quotas_left(at, false), &least)
    }
}

fn fits(quotas: &[QuotaHeadroom], wanted: &ResourceVector) -> bool {
    quotas.iter().all(|quota| {
        let mut bounded = quota.headroom.iter();
        bounded.all(|(resource, left)| wanted.get(resource) <= 0 || wanted.get(resource) <= left)
    })
}
