//! The CustomResourceDefinition that clusters install, generated from the types.
//!
//! What Rust types cannot say is added here, each by its own function: the rules on names and sources (CEL), the
//! merge keys of lists, the pattern of quantities.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::CustomResourceExt;
use serde_json::{Map, Value, json};

use crate::Performer;
use crate::names::MAX_PERFORMER_NAME_LENGTH;

/// First lines of the generated file.
const HEADER: &str = "# Generated from the types in agents/performer-api. Do not edit: change the types, then run\n\
                      # UPDATE_GENERATED=1 cargo test -p hourglass-performer-api --test generated\n";

/// Spelling of a Kubernetes quantity, as in `resources`.
const QUANTITY_PATTERN: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// Why the definition could not be generated: the types no longer have the shape that this module refines.
#[derive(Debug, thiserror::Error)]
pub enum CrdError {
    /// A place in the schema that is refined here does not exist.
    #[error("the generated schema has no {0}")]
    MissingPlace(&'static str),
    /// JSON in, or out of, the definition.
    #[error("the generated definition is no valid CustomResourceDefinition: {0}")]
    Json(#[from] serde_json::Error),
    /// YAML out.
    #[error("the definition cannot be written as YAML: {0}")]
    Yaml(#[from] serde_saphyr::ser::Error),
}

/// The definition, ready to be applied to a cluster.
///
/// # Errors
/// When the types no longer have the shape that this module refines; a test would have failed before.
pub fn crd() -> Result<CustomResourceDefinition, CrdError> {
    Ok(serde_json::from_value(refined()?)?)
}

/// The definition as the YAML text that is checked in.
///
/// # Errors
/// As [`crd`].
pub fn crd_yaml() -> Result<String, CrdError> {
    Ok(format!("{HEADER}{}", serde_saphyr::to_string(&refined()?)?))
}

fn refined() -> Result<Value, CrdError> {
    let mut definition = serde_json::to_value(Performer::crd())?;
    let root = definition
        .pointer_mut("/spec/versions/0/schema/openAPIV3Schema")
        .ok_or(CrdError::MissingPlace("openAPIV3Schema"))?;
    drop_nullable(root);
    add_name_rules(root)?;
    add_environment_rules(root)?;
    add_quantity_patterns(root)?;
    add_merge_keys(root)?;
    Ok(definition)
}

/// Optional fields are absent, never null: the API server then prunes nulls that a client sends, and `has()` in a
/// rule means what it says.
fn drop_nullable(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            // `nullable` as a keyword is a boolean; a property of that name would be an object.
            if fields.get("nullable").is_some_and(Value::is_boolean) {
                fields.remove("nullable");
            }
            fields.values_mut().for_each(drop_nullable);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nullable),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A name whose Service could not exist is refused when the object is created. An object that is older than the rule
/// can still be changed and deleted: names never change, so the rule looks at creations only (`oldSelf` is absent).
fn add_name_rules(root: &mut Value) -> Result<(), CrdError> {
    let because = "because the Service is named performer-<name>";
    let rules = json!([
        {
            "rule": format!("oldSelf.hasValue() || self.metadata.name.size() <= {MAX_PERFORMER_NAME_LENGTH}"),
            "optionalOldSelf": true,
            "message": format!(
                "metadata.name must have at most {MAX_PERFORMER_NAME_LENGTH} characters, {because} and a Service name \
                 has at most 63"
            ),
        },
        {
            "rule": "oldSelf.hasValue() || self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
            "optionalOldSelf": true,
            "message": format!(
                "metadata.name must consist of lower-case letters, digits and '-' and start and end with a letter or \
                 digit (no dots), {because}"
            ),
        },
    ]);
    object_at(root, "", "root schema")?.insert("x-kubernetes-validations".to_owned(), rules);
    Ok(())
}

/// One source per variable, and no name twice: the pod could not have both.
fn add_environment_rules(root: &mut Value) -> Result<(), CrdError> {
    let config = "/properties/spec/properties/config";
    // The bounds are far above any real use; the API server needs them to know what a rule costs at most.
    object_at(
        root,
        &format!("{config}/properties/environment"),
        "config.environment",
    )?
    .insert("maxProperties".to_owned(), json!(1024));
    let from = object_at(
        root,
        &format!("{config}/properties/environmentFrom"),
        "config.environmentFrom",
    )?;
    from.insert("maxItems".to_owned(), json!(256));
    object_at(
        root,
        &format!("{config}/properties/environmentFrom/items/properties/name"),
        "environmentFrom.name",
    )?
    .insert("maxLength".to_owned(), json!(256));
    object_at(
        root,
        &format!("{config}/properties/environmentFrom/items/properties/valueFrom"),
        "environmentFrom.valueFrom",
    )?
    .insert(
        "x-kubernetes-validations".to_owned(),
        json!([{
            "rule": "has(self.secretKeyRef) != has(self.configMapKeyRef)",
            "message": "exactly one of secretKeyRef and configMapKeyRef must be given",
        }]),
    );
    object_at(root, config, "config")?.insert(
        "x-kubernetes-validations".to_owned(),
        json!([{
            "rule": "!has(self.environment) || !has(self.environmentFrom) || \
                     self.environmentFrom.all(e, !(e.name in self.environment))",
            "message": "a variable may be in environment or in environmentFrom, not in both",
        }]),
    );
    Ok(())
}

/// A quantity that Kubernetes cannot parse is refused at the Performer, not later at its pod.
fn add_quantity_patterns(root: &mut Value) -> Result<(), CrdError> {
    for side in ["limits", "requests"] {
        let place = format!("/properties/spec/properties/resources/properties/{side}/additionalProperties");
        let quantity = object_at(root, &place, "resources quantities")?;
        quantity.insert("pattern".to_owned(), json!(QUANTITY_PATTERN));
        quantity.insert(
            "anyOf".to_owned(),
            json!([{"type": "integer"}, {"type": "string"}]),
        );
    }
    Ok(())
}

/// Lists with a natural key merge by it under server-side apply, and refuse the same key twice.
fn add_merge_keys(root: &mut Value) -> Result<(), CrdError> {
    let lists = [
        (
            "/properties/spec/properties/config/properties/environmentFrom",
            "name",
            "config.environmentFrom",
        ),
        (
            "/properties/status/properties/conditions",
            "type",
            "status.conditions",
        ),
    ];
    for (place, key, called) in lists {
        let list = object_at(root, place, called)?;
        list.insert("x-kubernetes-list-type".to_owned(), json!("map"));
        list.insert("x-kubernetes-list-map-keys".to_owned(), json!([key]));
    }
    Ok(())
}

fn object_at<'a>(
    root: &'a mut Value,
    pointer: &str,
    called: &'static str,
) -> Result<&'a mut Map<String, Value>, CrdError> {
    root.pointer_mut(pointer)
        .and_then(Value::as_object_mut)
        .ok_or(CrdError::MissingPlace(called))
}
