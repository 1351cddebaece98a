//! What differs in some clusters: registry, environment, pull secrets.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::{Report, given};
use crate::labels::{LabelSelector, Labels};
use crate::performer::{LocalObjectReference, PerformerSpec};
use crate::{image, placement};

/// Most overrides of one placement.
pub const MAX_OVERRIDES: usize = 32;
const _: () = assert!(MAX_OVERRIDES <= u32::BITS as usize, "each has its bit");

/// What differs in the clusters of a selector. Its `Debug` form hides the values of the environment: they may be
/// secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterOverride {
    /// Over labels of the cluster.
    pub selector: LabelSelector,
    /// Takes the place of the registry host of the image.
    pub image_registry: Option<String>,
    /// Added to the environment, in the place of variables of the same name.
    pub environment: BTreeMap<String, String>,
    /// Names of Secrets, in the place of those of the performer; none keeps those.
    pub image_pull_secrets: Vec<String>,
}

impl fmt::Debug for ClusterOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterOverride")
            .field("selector", &self.selector)
            .field("image_registry", &self.image_registry)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("image_pull_secrets", &self.image_pull_secrets)
            .finish()
    }
}

/// Which overrides of a request apply in one cluster. Kept with the decision for that cluster, so that what was decided
/// stays what is run when somebody changes the cluster's labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppliedOverrides(u32);

impl AppliedOverrides {
    /// Those that match a cluster with these labels.
    #[must_use]
    pub fn of(overrides: &[ClusterOverride], labels: &Labels) -> Self {
        let matching = overrides.iter().map(|one| one.selector.matches(labels));
        let bits = (0..u32::BITS).zip(matching);
        Self(bits.fold(0, |all, (bit, matches)| all | (u32::from(matches) << bit)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// The performer with these of the request's overrides: in their order, so of two that set the same thing the later
    /// one holds.
    #[must_use]
    pub fn applied_to(self, performer: PerformerSpec, overrides: &[ClusterOverride]) -> PerformerSpec {
        let bits = (0..u32::BITS).map(|bit| self.0 & (1 << bit) != 0);
        let applied = overrides.iter().zip(bits).filter(|(_, applies)| *applies);
        apply(performer, applied.map(|(one, _)| one))
    }
}

/// The performer as it is in a cluster with these labels.
#[must_use]
pub fn in_cluster(
    performer: &PerformerSpec,
    overrides: &[ClusterOverride],
    labels: &Labels,
) -> PerformerSpec {
    AppliedOverrides::of(overrides, labels).applied_to(performer.clone(), overrides)
}

fn apply<'a>(mut spec: PerformerSpec, overrides: impl Iterator<Item = &'a ClusterOverride>) -> PerformerSpec {
    for one in overrides {
        if let Some(registry) = &one.image_registry {
            spec.image = image::with_registry(&spec.image, registry);
        }
        if !one.environment.is_empty() {
            let config = spec.config.get_or_insert_default();
            config
                .environment_from
                .retain(|variable| !one.environment.contains_key(&variable.name));
            let more = one.environment.iter();
            config
                .environment
                .extend(more.map(|(name, value)| (name.clone(), value.clone())));
        }
        if !one.image_pull_secrets.is_empty() {
            let names = one.image_pull_secrets.iter();
            spec.image_pull_secrets = names
                .map(|name| LocalObjectReference { name: name.clone() })
                .collect();
        }
    }
    spec
}

/// Reads the overrides.
pub(super) fn read(
    wire: &[placement::ClusterOverride],
    image: &str,
    path: &str,
    report: &mut Report,
) -> Vec<ClusterOverride> {
    report.entries(path, wire.len(), MAX_OVERRIDES);
    let all = wire.iter().enumerate();
    all.map(|(index, wire)| one(wire, image, &format!("{path}[{index}]"), report))
        .collect()
}

fn one(wire: &placement::ClusterOverride, image: &str, path: &str, report: &mut Report) -> ClusterOverride {
    if wire.selector.is_none() {
        report.add(
            format!("{path}.selector"),
            "is required: which clusters, by their labels; {} means every one",
        );
    }
    let selector = wire
        .selector
        .as_ref()
        .map(|wire| LabelSelector::read(wire, &format!("{path}.selector"), &mut report.violations));
    let registry = given(wire.image_registry.as_ref());
    if registry.is_none() && wire.environment.is_empty() && wire.image_pull_secrets.is_empty() {
        report.add(
            path,
            "changes nothing: give imageRegistry, environment or imagePullSecrets, or leave it out",
        );
    }
    if let Some(registry) = registry {
        if !image::is_registry(registry) {
            report.add(
                format!("{path}.imageRegistry"),
                format!(
                    "{:?} is not a registry: write a host with an optional port and path, for example mirror.example:5000/hub",
                    super::performer::cut(registry)
                ),
            );
        } else if image::check(image).is_ok() && image::check(&image::with_registry(image, registry)).is_err()
        {
            report.add(
                format!("{path}.imageRegistry"),
                "makes no image reference together with spec.performer.image: it gets too long",
            );
        }
    }
    super::performer::check_environment(&wire.environment, &format!("{path}.environment"), report);
    super::performer::check_pull_secrets(
        &wire.image_pull_secrets,
        &format!("{path}.imagePullSecrets"),
        report,
    );
    ClusterOverride {
        selector: selector.unwrap_or_default(),
        image_registry: registry.map(ToOwned::to_owned),
        environment: wire.environment.clone(),
        image_pull_secrets: wire
            .image_pull_secrets
            .iter()
            .map(|secret| secret.name.clone())
            .collect(),
    }
}
