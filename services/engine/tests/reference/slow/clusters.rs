//! Rules over clusters as a whole: which of them may take the request, and the first reason why not.

use std::collections::BTreeSet;

use hourglass_engine::Health;
use hourglass_engine::state::ClusterDump;

use super::World;
use super::rules::Rule;

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
}
