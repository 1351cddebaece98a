//! `kubectl apply --server-side` for tests: YAML with several documents, CRDs included.

use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{
    Api, Client, ResourceExt,
    api::{DynamicObject, Patch, PatchParams},
    core::GroupVersionKind,
    discovery::{self, ApiCapabilities, Scope},
};
use serde_json::Value;

use crate::{
    error::{Error, Result},
    wait::wait_until,
};

/// Field manager of everything that the testbed applies.
const FIELD_MANAGER: &str = "hourglass-testbed";
/// A CRD is served within a second after it was accepted.
const KIND_LIMIT: Duration = Duration::from_secs(30);

/// Applies every document in order; returns the objects as the API server has them now.
pub(crate) async fn apply_yaml(client: &Client, yaml: &str) -> Result<Vec<DynamicObject>> {
    let mut applied = Vec::new();
    for object in documents(yaml)? {
        applied.push(apply(client, object).await?);
    }
    Ok(applied)
}

/// The objects of a YAML text; a `List` counts as its items, an empty document as nothing.
fn documents(yaml: &str) -> Result<Vec<DynamicObject>> {
    let bad = |reason: String| Error::Document {
        what: "YAML to apply".into(),
        reason,
    };
    let values: Vec<Value> = serde_saphyr::from_multiple(yaml).map_err(|error| bad(error.to_string()))?;
    let mut objects = Vec::new();
    for mut value in values.into_iter().filter(|value| !value.is_null()) {
        let items = match value.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) if value["kind"] == "List" => items,
            Some(other) => {
                value["items"] = other;
                vec![value]
            }
            None => vec![value],
        };
        for item in items {
            objects.push(serde_json::from_value(item).map_err(|error| bad(error.to_string()))?);
        }
    }
    Ok(objects)
}

async fn apply(client: &Client, object: DynamicObject) -> Result<DynamicObject> {
    let types = object.types.clone().unwrap_or_default();
    let what = format!("apply {} {}", types.kind, object.name_any());
    let gvk = GroupVersionKind::try_from(&types).map_err(|error| Error::Document {
        what: what.clone(),
        reason: error.to_string(),
    })?;
    let (resource, capabilities) = served(client, &gvk).await?;
    let api: Api<DynamicObject> = match (&capabilities.scope, object.namespace()) {
        (Scope::Cluster, _) => Api::all_with(client.clone(), &resource),
        (Scope::Namespaced, Some(namespace)) => Api::namespaced_with(client.clone(), &namespace, &resource),
        (Scope::Namespaced, None) => Api::default_namespaced_with(client.clone(), &resource),
    };
    let params = PatchParams::apply(FIELD_MANAGER).force();
    let applied = api
        .patch(&object.name_any(), &params, &Patch::Apply(&object))
        .await
        .map_err(Error::kube(what))?;
    if types.kind == "CustomResourceDefinition" {
        established(client, &object.name_any()).await?;
    }
    Ok(applied)
}

/// The API resource of a kind; waits for it, since a CRD just applied takes a moment to be served.
async fn served(
    client: &Client,
    gvk: &GroupVersionKind,
) -> Result<(kube::core::ApiResource, ApiCapabilities)> {
    let what = format!("the API server serves {}/{} {}", gvk.group, gvk.version, gvk.kind);
    wait_until(&what, KIND_LIMIT, async || {
        discovery::pinned_kind(client, gvk)
            .await
            .map_err(|error| error.to_string())
    })
    .await
}

async fn established(client: &Client, name: &str) -> Result<()> {
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    wait_until(&format!("CRD {name} is established"), KIND_LIMIT, async || {
        let crd = crds.get(name).await.map_err(|error| error.to_string())?;
        let conditions = crd
            .status
            .and_then(|status| status.conditions)
            .unwrap_or_default();
        let established = conditions
            .iter()
            .any(|condition| condition.type_ == "Established" && condition.status == "True");
        if established {
            Ok(())
        } else {
            Err("not established".into())
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_and_lists_become_objects_in_order() {
        let yaml = "
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Secret, metadata: {name: b}}
  - {apiVersion: v1, kind: Secret, metadata: {name: c}}
";
        let names: Vec<String> = documents(yaml)
            .unwrap()
            .iter()
            .map(ResourceExt::name_any)
            .collect();
        assert_eq!(names, ["a", "b", "c"]);
    }

    #[test]
    fn what_is_no_yaml_is_refused() {
        assert!(documents("a: [").is_err());
    }
}
