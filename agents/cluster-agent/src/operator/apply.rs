//! Server-side apply of children: only what is ours, only what changed, and never over somebody else's object.

use std::fmt::Debug;

use hourglass_performer_api::names::OPERATOR_FIELD_MANAGER;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{DeleteParams, Patch, PatchParams, Preconditions, PropagationPolicy};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::contains::contains;
use super::error::{ReconcileError, is_not_found};

/// Hash of what was applied last. It shows when a field is no longer wanted, which no comparison with the object can:
/// the field is still there.
const APPLIED_ANNOTATION: &str = "hourglass.eigenlayer.io/applied";

/// A kind of child.
pub(crate) trait Child:
    Resource<DynamicType = (), Scope = NamespaceResourceScope> + Serialize + DeserializeOwned + Clone + Debug
{
}

impl<K> Child for K where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Serialize
        + DeserializeOwned
        + Clone
        + Debug
{
}

/// Makes the object as `wanted`. `current` is what the cache holds; `is_ours` tells from the metadata of an existing
/// object whether we may write it. Returns whether anything was written.
pub(crate) async fn apply<K: Child>(
    client: &Client,
    mut wanted: K,
    current: Option<&K>,
    is_ours: impl Fn(&ObjectMeta) -> bool,
) -> Result<bool, ReconcileError> {
    let (name, namespace) = (wanted.name_any(), wanted.namespace().unwrap_or_default());
    let what = format!("{} {namespace}/{name}", K::kind(&()));
    let api: Api<K> = Api::namespaced(client.clone(), &namespace);
    // The cache holds objects with our label only; what it lacks may still exist.
    let looked_up = match current {
        Some(_) => None,
        None => api
            .get_opt(&name)
            .await
            .map_err(ReconcileError::api(format!("read {what}")))?,
    };
    let current = current.or(looked_up.as_ref());
    if let Some(current) = current.filter(|current| !is_ours(current.meta())) {
        return Err(name_taken(current));
    }
    stamp(&mut wanted, &what)?;
    if let Some(current) = current {
        let json = |object: &K| serde_json::to_value(object).map_err(ReconcileError::json(what.clone()));
        if contains(&json(current)?, &json(&wanted)?) {
            return Ok(false);
        }
        // Should it be deleted meanwhile, it must not come back as an empty shell of what we write.
        wanted.meta_mut().uid = current.uid();
    }
    let params = PatchParams::apply(OPERATOR_FIELD_MANAGER).force();
    api.patch(&name, &params, &Patch::Apply(&wanted))
        .await
        .map_err(ReconcileError::api(format!("apply {what}")))?;
    Ok(true)
}

/// Deletes the object, its dependents first; one that is gone already is fine.
pub(crate) async fn delete<K: Child>(client: &Client, object: &K) -> Result<(), ReconcileError> {
    let (name, namespace) = (object.name_any(), object.namespace().unwrap_or_default());
    let api: Api<K> = Api::namespaced(client.clone(), &namespace);
    let params = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Foreground),
        preconditions: Some(Preconditions {
            uid: object.uid(),
            resource_version: None,
        }),
        ..DeleteParams::default()
    };
    match api.delete(&name, &params).await {
        Ok(_) => Ok(()),
        Err(error) if is_not_found(&error) => Ok(()),
        Err(error) => Err(ReconcileError::api(format!(
            "delete {} {namespace}/{name}",
            K::kind(&())
        ))(error)),
    }
}

fn stamp<K: Child>(wanted: &mut K, what: &str) -> Result<(), ReconcileError> {
    let json = serde_json::to_vec(wanted).map_err(ReconcileError::json(what))?;
    let digest = hex::encode(&Sha256::digest(json)[..8]);
    wanted
        .annotations_mut()
        .insert(APPLIED_ANNOTATION.to_owned(), digest);
    Ok(())
}

fn name_taken<K: Child>(current: &K) -> ReconcileError {
    let owners = current.owner_references().iter();
    let owner = owners
        .filter(|owner| owner.controller == Some(true))
        .map(|owner| format!("{} {}", owner.kind, owner.name))
        .next();
    ReconcileError::NameTaken {
        kind: K::kind(&()).into_owned(),
        name: current.name_any(),
        owner: owner.unwrap_or_else(|| "somebody else".to_owned()),
    }
}
