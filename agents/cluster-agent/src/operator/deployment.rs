//! One Deployment per version of a Performer.
//!
//! The pod template is rendered once, when the version appears, and kept in an annotation. From then on it is always
//! applied as it was: neither a newer operator, nor a new node, nor a new trace context restarts a running version,
//! and what somebody else changed in the Deployment is put back.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::jiff::Timestamp;

use super::children::{self, Identity};
use super::error::ReconcileError;
use super::pods::Trouble;
use super::spec_hash::SpecHash;

/// The template as it was rendered first, JSON.
const TEMPLATE_ANNOTATION: &str = "hourglass.eigenlayer.io/rendered-template";
/// Since when the version drains, RFC 3339; empty while it does not.
const DRAINING_ANNOTATION: &str = "hourglass.eigenlayer.io/draining-since";

/// What changes in a Deployment during its life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) replicas: i32,
    pub(crate) draining_since: Option<Timestamp>,
    pub(crate) progress_deadline_seconds: i32,
}

/// The Deployment of the version `hash`.
pub(crate) fn deployment(
    performer: &Performer,
    owner: &Identity,
    hash: &SpecHash,
    template: PodTemplateSpec,
    settings: Settings,
) -> Result<Deployment, ReconcileError> {
    let name = names::deployment_name(&owner.name, hash.as_str());
    let rendered =
        serde_json::to_string(&template).map_err(ReconcileError::json(format!("the pods of {name}")))?;
    let draining = settings
        .draining_since
        .map(|since| since.to_string())
        .unwrap_or_default();
    let mut metadata = children::metadata(performer, owner, name);
    metadata.annotations = Some(BTreeMap::from([
        (TEMPLATE_ANNOTATION.to_owned(), rendered),
        (DRAINING_ANNOTATION.to_owned(), draining),
    ]));
    metadata
        .labels
        .get_or_insert_default()
        .insert(names::SPEC_HASH_LABEL.to_owned(), hash.to_string());
    Ok(Deployment {
        metadata,
        spec: Some(DeploymentSpec {
            replicas: Some(settings.replicas),
            selector: LabelSelector {
                match_labels: Some(BTreeMap::from([
                    (names::PERFORMER_LABEL.to_owned(), owner.name.clone()),
                    (names::SPEC_HASH_LABEL.to_owned(), hash.to_string()),
                ])),
                match_expressions: None,
            },
            // The operator drives every change of version; a Deployment of ours has one for life.
            strategy: Some(DeploymentStrategy {
                type_: Some("Recreate".to_owned()),
                rolling_update: None,
            }),
            revision_history_limit: Some(0),
            progress_deadline_seconds: Some(settings.progress_deadline_seconds),
            template,
            ..DeploymentSpec::default()
        }),
        status: None,
    })
}

/// The version that a Deployment runs.
pub(crate) fn version_of(deployment: &Deployment) -> Option<SpecHash> {
    let labels = deployment.metadata.labels.as_ref()?;
    labels
        .get(names::SPEC_HASH_LABEL)
        .map(|hash| SpecHash::from_label(hash))
}

/// The template as it was rendered first.
pub(crate) fn rendered_template(deployment: &Deployment) -> Option<PodTemplateSpec> {
    serde_json::from_str(annotation(deployment, TEMPLATE_ANNOTATION)?).ok()
}

/// Since when the version drains.
pub(crate) fn draining_since(deployment: &Deployment) -> Option<Timestamp> {
    annotation(deployment, DRAINING_ANNOTATION)?.parse().ok()
}

/// Whether all replicas of the version were available at some time: the Deployment controller remembers that.
pub(crate) fn came_up(deployment: &Deployment) -> bool {
    condition(deployment, "Progressing")
        .is_some_and(|progressing| progressing.reason.as_deref() == Some("NewReplicaSetAvailable"))
}

/// What the Deployment controller says is wrong: pods that cannot be created, or the progress deadline.
pub(crate) fn trouble(deployment: &Deployment) -> Option<Trouble> {
    if let Some(failure) = condition(deployment, "ReplicaFailure").filter(|failure| failure.status == "True")
    {
        return Some(Trouble {
            reason: failure
                .reason
                .clone()
                .unwrap_or_else(|| "FailedCreate".to_owned()),
            message: failure
                .message
                .clone()
                .unwrap_or_else(|| "pods cannot be created".to_owned()),
            lasting: false,
        });
    }
    past_deadline(deployment).then(|| Trouble {
        reason: "ProgressDeadlineExceeded".to_owned(),
        message: "the version did not become ready within its progress deadline".to_owned(),
        lasting: true,
    })
}

/// Whether the version did not become ready in time.
pub(crate) fn past_deadline(deployment: &Deployment) -> bool {
    condition(deployment, "Progressing").is_some_and(|progressing| {
        progressing.status == "False" && progressing.reason.as_deref() == Some("ProgressDeadlineExceeded")
    })
}

fn annotation<'a>(deployment: &'a Deployment, key: &str) -> Option<&'a str> {
    deployment
        .metadata
        .annotations
        .as_ref()?
        .get(key)
        .map(String::as_str)
}

fn condition<'a>(deployment: &'a Deployment, type_: &str) -> Option<&'a DeploymentCondition> {
    let conditions = deployment.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == type_)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;
    use serde_json::json;

    fn sample(settings: Settings) -> Deployment {
        let spec = PerformerSpec {
            avs_address: "0xABC".to_owned(),
            image: "i".to_owned(),
            ..PerformerSpec::default()
        };
        let performer = Performer::new("p", spec);
        let owner = Identity {
            name: "p".to_owned(),
            namespace: "ns".to_owned(),
            uid: "u".to_owned(),
        };
        let template: PodTemplateSpec =
            serde_json::from_value(json!({"spec": {"containers": [{"name": "performer", "image": "i"}]}}))
                .unwrap();
        deployment(
            &performer,
            &owner,
            &SpecHash::from_label("0011aabb"),
            template,
            settings,
        )
        .unwrap()
    }

    fn settings() -> Settings {
        Settings {
            replicas: 2,
            draining_since: None,
            progress_deadline_seconds: 60,
        }
    }

    #[test]
    fn a_deployment_has_the_contracts_name_owner_and_selector() {
        let deployment = sample(settings());
        assert_eq!(deployment.metadata.name.as_deref(), Some("performer-p-0011aabb"));
        assert_eq!(deployment.metadata.namespace.as_deref(), Some("ns"));
        assert_eq!(children::controller_uid(&deployment.metadata), Some("u"));
        let spec = deployment.spec.clone().unwrap();
        assert_eq!(
            serde_json::to_value(&spec.selector).unwrap(),
            json!({"matchLabels": {
                "hourglass.eigenlayer.io/performer": "p", "hourglass.eigenlayer.io/spec-hash": "0011aabb",
            }})
        );
        assert_eq!(spec.strategy.unwrap().type_.as_deref(), Some("Recreate"));
        assert_eq!(
            (spec.replicas, spec.progress_deadline_seconds),
            (Some(2), Some(60))
        );
        assert_eq!(version_of(&deployment), Some(SpecHash::from_label("0011aabb")));
    }

    #[test]
    fn what_was_rendered_first_can_be_read_back() {
        let deployment = sample(settings());
        assert_eq!(
            rendered_template(&deployment),
            deployment.spec.map(|spec| spec.template)
        );
    }

    #[test]
    fn the_drain_mark_can_be_set_and_taken_back() {
        let since = Timestamp::from_second(1_800_000_000).unwrap();
        let marked = sample(Settings {
            draining_since: Some(since),
            ..settings()
        });
        assert_eq!(draining_since(&marked), Some(since));
        assert_eq!(draining_since(&sample(settings())), None);
    }

    fn with_condition(type_: &str, status: &str, reason: &str) -> Deployment {
        let mut deployment = sample(settings());
        let condition = json!({"type": type_, "status": status, "reason": reason, "message": "its words"});
        deployment.status = Some(serde_json::from_value(json!({"conditions": [condition]})).unwrap());
        deployment
    }

    #[test]
    fn trouble_is_read_from_the_deployment_controllers_conditions() {
        let refused = trouble(&with_condition("ReplicaFailure", "True", "FailedCreate")).unwrap();
        assert_eq!(
            (refused.reason.as_str(), refused.message.as_str(), refused.lasting),
            ("FailedCreate", "its words", false)
        );
        let late = trouble(&with_condition(
            "Progressing",
            "False",
            "ProgressDeadlineExceeded",
        ))
        .unwrap();
        assert_eq!(
            (late.reason.as_str(), late.lasting),
            ("ProgressDeadlineExceeded", true)
        );
        assert_eq!(
            trouble(&with_condition("Progressing", "True", "ReplicaSetUpdated")),
            None
        );
    }

    #[test]
    fn a_version_came_up_when_its_replica_set_was_available_once() {
        assert!(came_up(&with_condition(
            "Progressing",
            "True",
            "NewReplicaSetAvailable"
        )));
        assert!(!came_up(&with_condition(
            "Progressing",
            "True",
            "ReplicaSetUpdated"
        )));
        assert!(!came_up(&sample(settings())));
    }
}
