//! Objects that must be in the namespace before a pod of the performer can start.

use std::collections::BTreeSet;

use super::check::given;
use super::overrides::ClusterOverride;
use crate::labels::{LabelSelector, Labels};
use crate::performer::PerformerSpec;

/// Names of objects that the performer needs in its cluster; those that it can do without are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prerequisites {
    /// ServiceAccount of the namespace.
    pub service_account: Option<String>,
    /// PriorityClass of the cluster.
    pub priority_class: Option<String>,
    /// Secrets of the environment.
    pub secrets: BTreeSet<String>,
    /// ConfigMaps of the environment.
    pub config_maps: BTreeSet<String>,
    /// Secrets of the image, where no override gives others.
    pub pull_secrets: BTreeSet<String>,
    /// Secrets of the image in the clusters of a selector; of several that match the last one holds.
    pub pull_secrets_by_cluster: Vec<(LabelSelector, BTreeSet<String>)>,
}

impl Prerequisites {
    /// Every Secret that it needs in a cluster with these labels.
    #[must_use]
    pub fn secrets_in(&self, labels: &Labels) -> BTreeSet<&str> {
        let overridden = self
            .pull_secrets_by_cluster
            .iter()
            .rfind(|(selector, _)| selector.matches(labels));
        let pull = overridden.map_or(&self.pull_secrets, |(_, secrets)| secrets);
        self.secrets.iter().chain(pull).map(String::as_str).collect()
    }

    /// Whether it needs nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads them from the performer.
///
/// A variable of the environment that an override sets in some clusters still counts as needed everywhere.
pub(super) fn read(performer: &PerformerSpec, overrides: &[ClusterOverride]) -> Prerequisites {
    let scheduling = performer.scheduling.as_ref();
    let config = performer.config.as_ref();
    let mut needs = Prerequisites {
        service_account: config
            .and_then(|config| given(config.service_account_name.as_ref()))
            .map(ToOwned::to_owned),
        priority_class: scheduling
            .and_then(|scheduling| given(scheduling.priority_class_name.as_ref()))
            .map(ToOwned::to_owned),
        pull_secrets: performer
            .image_pull_secrets
            .iter()
            .map(|secret| secret.name.clone())
            .collect(),
        ..Prerequisites::default()
    };
    let sources = config.into_iter().flat_map(|config| &config.environment_from);
    for source in sources.filter_map(|variable| variable.value_from.as_ref()) {
        let required = |key: &&crate::performer::KeySelector| !key.optional.unwrap_or(false);
        needs.secrets.extend(
            source
                .secret_key_ref
                .as_ref()
                .filter(required)
                .map(|key| key.name.clone()),
        );
        needs.config_maps.extend(
            source
                .config_map_key_ref
                .as_ref()
                .filter(required)
                .map(|key| key.name.clone()),
        );
    }
    needs.pull_secrets_by_cluster = overrides
        .iter()
        .filter(|one| !one.image_pull_secrets.is_empty())
        .map(|one| {
            (
                one.selector.clone(),
                one.image_pull_secrets.iter().cloned().collect(),
            )
        })
        .collect();
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_optional_is_not_needed_and_overrides_take_the_place_of_pull_secrets() {
        let performer: PerformerSpec = serde_json::from_value(serde_json::json!({
            "imagePullSecrets": [{"name": "hub"}],
            "scheduling": {"priorityClassName": "high"},
            "config": {"serviceAccountName": "solver", "environmentFrom": [
                {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s2", "key": "k", "optional": true}}},
                {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "c1", "key": "k"}}}]}
        }))
        .expect("a performer");
        let eu: Labels = [("region".to_owned(), "eu".to_owned())].into();
        let overrides = [ClusterOverride {
            selector: LabelSelector::read(
                &crate::placement::LabelSelector {
                    match_labels: eu.clone(),
                    match_expressions: Vec::new(),
                },
                "s",
                &mut Vec::new(),
            ),
            image_registry: None,
            environment: Default::default(),
            image_pull_secrets: vec!["mirror".to_owned()],
        }];
        let needs = read(&performer, &overrides);
        assert_eq!(needs.service_account.as_deref(), Some("solver"));
        assert_eq!(needs.priority_class.as_deref(), Some("high"));
        assert_eq!(needs.config_maps.iter().collect::<Vec<_>>(), ["c1"]);
        assert_eq!(needs.secrets_in(&Labels::new()), BTreeSet::from(["hub", "s1"]));
        assert_eq!(needs.secrets_in(&eu), BTreeSet::from(["mirror", "s1"]));
        assert!(!needs.is_empty() && read(&PerformerSpec::default(), &[]).is_empty());
    }
}
