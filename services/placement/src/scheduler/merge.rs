//! What a client wants of a placement, and how some fields of it are replaced. Pure, on the JSON form, which is that of the
//! API field for field.

use std::collections::BTreeMap;
use std::fmt;

use hourglass_model::hash::hash_json;
use hourglass_model::placement::PlacementSpec;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::records::PlacementRecord;

/// The part of a placement that its clients write.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wish {
    /// The spec.
    pub spec: PlacementSpec,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Wish {
    /// What is wanted of `record` now.
    #[must_use]
    pub fn of(record: &PlacementRecord) -> Self {
        Self {
            spec: record.spec.clone(),
            labels: record.labels.clone(),
            annotations: record.annotations.clone(),
        }
    }

    /// Changes with any part of it.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn etag(&self) -> Result<String, serde_json::Error> {
        hash_json(&serde_json::json!([&self.spec, &self.labels, &self.annotations]))
    }
}

/// Path of a field from [`Wish`] on, in camelCase: `spec.performer.image`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Of these names, the outermost first.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// `current` with these fields as they are in `given`; a field that `given` does not have is cleared.
///
/// # Errors
/// When the outcome is no wish, which only a field of another shape could bring about.
pub fn merge(current: &Wish, given: &Wish, fields: &[FieldPath]) -> Result<Wish, serde_json::Error> {
    let mut merged = serde_json::to_value(current)?;
    let given = serde_json::to_value(given)?;
    for field in fields {
        let value = field.0.iter().try_fold(&given, |value, name| value.get(name));
        replace(&mut merged, &field.0, value);
    }
    // What was cleared altogether takes its default.
    if let Some(object) = merged.as_object_mut() {
        let empty = || Value::Object(Map::new());
        for name in ["labels", "annotations"] {
            object.entry(name).or_insert_with(empty);
        }
        let spec = object.entry("spec").or_insert_with(empty);
        if let Some(spec) = spec.as_object_mut() {
            spec.entry("performer").or_insert_with(empty);
        }
    }
    serde_json::from_value(merged)
}

/// Puts `value` at `path`, or clears it; an object that is empty then is cleared as well.
fn replace(object: &mut Value, path: &[String], value: Option<&Value>) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let Some(object) = object.as_object_mut() else {
        return;
    };
    if rest.is_empty() {
        match value {
            Some(value) => object.insert(name.clone(), value.clone()),
            None => object.remove(name),
        };
        return;
    }
    let inner = object
        .entry(name.as_str())
        .or_insert_with(|| Value::Object(Map::new()));
    replace(inner, rest, value);
    if inner.as_object().is_some_and(Map::is_empty) {
        object.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(value: Value) -> Wish {
        serde_json::from_value(value).unwrap()
    }

    fn path(text: &str) -> FieldPath {
        FieldPath::new(text.split('.').map(str::to_owned).collect())
    }

    fn current() -> Wish {
        wish(serde_json::json!({
            "spec": {
                "performer": {"avsAddress": "0x1", "image": "a:1"},
                "compute": {"requests": {"cpu": "1"}},
                "replicas": 3,
            },
            "labels": {"team": "a"},
            "annotations": {"note": "n"},
        }))
    }

    #[test]
    fn only_the_fields_named_are_taken() {
        let given = wish(serde_json::json!({
            "spec": {"performer": {"avsAddress": "", "image": "a:2"}, "replicas": 5},
            "labels": {}, "annotations": {},
        }));
        let merged = merge(&current(), &given, &[path("spec.performer.image")]).unwrap();
        let mut wanted = current();
        wanted.spec.performer.image = "a:2".to_owned();
        assert_eq!(merged, wanted);
    }

    #[test]
    fn a_field_that_is_named_and_not_given_is_cleared() {
        let given = wish(serde_json::json!({"spec": {"performer": {}}, "labels": {}, "annotations": {}}));
        let fields = ["spec.replicas", "spec.compute.requests", "labels"].map(path);
        let merged = merge(&current(), &given, &fields).unwrap();
        assert_eq!(merged.spec.replicas, None);
        assert_eq!(merged.spec.compute, None, "nothing is left of it");
        assert!(merged.labels.is_empty());
        assert_eq!(merged.annotations, current().annotations);
    }

    #[test]
    fn a_whole_spec_takes_the_place_of_the_other() {
        let given = wish(serde_json::json!({
            "spec": {"performer": {"avsAddress": "0x2", "image": "b:1"}}, "labels": {}, "annotations": {},
        }));
        let merged = merge(&current(), &given, &[path("spec")]).unwrap();
        assert_eq!(merged.spec, given.spec);
        assert_eq!(merged.labels, current().labels);
        let inner = merge(&current(), &given, &[path("spec.nodeRules.hostnames")]).unwrap();
        assert_eq!(inner, current(), "what neither has stays away");
    }
}
