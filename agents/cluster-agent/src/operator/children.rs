//! What all objects that the operator makes for a Performer have in common: labels, owner, and who may touch them.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, names};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::{Resource, ResourceExt};

use super::error::ReconcileError;

/// Recommended label of every object that a program made.
pub(crate) const MANAGED_BY_KEY: &str = "app.kubernetes.io/managed-by";

/// Selector of the watches for children.
pub(crate) fn managed_selector() -> String {
    format!("{MANAGED_BY_KEY}={}", names::OPERATOR_FIELD_MANAGER)
}

/// Where a Performer lives and who it is; every object from the API server has these.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) uid: String,
}

impl Identity {
    pub(crate) fn of(performer: &Performer) -> Result<Self, ReconcileError> {
        let missing = |what| ReconcileError::Incomplete("Performer", what);
        Ok(Self {
            name: performer.name_any(),
            namespace: performer.namespace().ok_or_else(|| missing("namespace"))?,
            uid: performer.uid().ok_or_else(|| missing("uid"))?,
        })
    }
}

/// Metadata of a child: labels and the controller reference that lets the garbage collector find it.
pub(crate) fn metadata(performer: &Performer, owner: &Identity, name: String) -> ObjectMeta {
    ObjectMeta {
        name: Some(name),
        namespace: Some(owner.namespace.clone()),
        labels: Some(labels(performer)),
        owner_references: Some(vec![OwnerReference {
            controller: Some(true),
            block_owner_deletion: Some(true),
            ..owner_reference(owner)
        }]),
        ..ObjectMeta::default()
    }
}

/// A plain reference to a Performer; it is an owner, not the controller.
pub(crate) fn owner_reference(owner: &Identity) -> OwnerReference {
    OwnerReference {
        api_version: Performer::api_version(&()).into_owned(),
        kind: Performer::kind(&()).into_owned(),
        name: owner.name.clone(),
        uid: owner.uid.clone(),
        controller: None,
        block_owner_deletion: None,
    }
}

/// Labels of every child, pods excepted.
fn labels(performer: &Performer) -> BTreeMap<String, String> {
    let mut labels = identifying_labels(performer);
    labels.insert(
        MANAGED_BY_KEY.to_owned(),
        names::OPERATOR_FIELD_MANAGER.to_owned(),
    );
    labels
}

/// Labels that say whose pod or object it is.
pub(crate) fn identifying_labels(performer: &Performer) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        (names::APP_LABEL.to_owned(), names::APP_LABEL_VALUE.to_owned()),
        (names::PERFORMER_LABEL.to_owned(), performer.name_any()),
    ]);
    let avs = names::avs_label_value(&performer.spec.avs_address);
    if !avs.is_empty() {
        labels.insert(names::AVS_LABEL.to_owned(), avs);
    }
    labels
}

/// Uid of the controller of an object.
pub(crate) fn controller_uid(metadata: &ObjectMeta) -> Option<&str> {
    let owners = metadata.owner_references.iter().flatten();
    owners
        .filter(|owner| owner.controller == Some(true))
        .map(|owner| owner.uid.as_str())
        .next()
}
