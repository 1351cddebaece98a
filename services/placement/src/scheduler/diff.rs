//! Which fields of two wishes differ, for people. Pure.

use serde_json::{Map, Value};

use super::merge::Wish;

/// Stands for the value of an environment variable, which may be a secret.
const LEFT_OUT: &str = "(left out)";
/// Maps whose values are not shown.
const SECRET: &str = "environment";

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// For example `spec.performer.image`.
    pub path: String,
    /// As JSON; empty where there is nothing.
    pub before: String,
    /// As JSON; empty where there is nothing.
    pub after: String,
}

/// The fields that differ, in the order of their paths.
///
/// # Errors
/// When a wish has no JSON form.
pub fn differences(before: &Wish, after: &Wish) -> Result<Vec<FieldChange>, serde_json::Error> {
    let mut changes = Vec::new();
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    compare("", Some(&before), Some(&after), false, &mut changes);
    Ok(changes)
}

fn compare(
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    secret: bool,
    changes: &mut Vec<FieldChange>,
) {
    if before == after {
        return;
    }
    let nothing = Map::new();
    let object = |value: Option<&'_ Value>| value.is_none_or(Value::is_object);
    let inside = before.or(after).is_some_and(Value::is_object) && object(before) && object(after);
    if !inside {
        changes.push(FieldChange {
            path: path.to_owned(),
            before: shown(before, secret),
            after: shown(after, secret),
        });
        return;
    }
    let fields = |value: Option<&'_ Value>| value.and_then(Value::as_object).unwrap_or(&nothing).clone();
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let inner = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        compare(
            &inner,
            before.get(name),
            after.get(name),
            secret || name == SECRET,
            changes,
        );
    }
}

fn shown(value: Option<&Value>, secret: bool) -> String {
    match value {
        None => String::new(),
        Some(_) if secret => Value::from(LEFT_OUT).to_string(),
        Some(value) => without_secrets(value).to_string(),
    }
}

fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::Object(fields) => {
            let hide = |name: &str, value: &Value| match value.as_object() {
                Some(variables) if name == SECRET => {
                    let names = variables.keys();
                    Value::Object(names.map(|name| (name.clone(), LEFT_OUT.into())).collect())
                }
                _ => without_secrets(value),
            };
            let fields = fields.iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name.clone(), hide(name, value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(spec: Value) -> Wish {
        Wish {
            spec: serde_json::from_value(spec).unwrap(),
            ..Wish::default()
        }
    }

    #[test]
    fn every_field_that_differs_is_named_with_both_values() {
        let before = wish(serde_json::json!({"performer": {"image": "a:1"}, "replicas": 2}));
        let mut after = wish(serde_json::json!({
            "performer": {"image": "a:2"}, "compute": {"requests": {"cpu": "1"}},
        }));
        after.labels.insert("team".to_owned(), "a".to_owned());
        let changes = differences(&before, &after).unwrap();
        let told: Vec<_> = changes
            .iter()
            .map(|change| {
                (
                    change.path.as_str(),
                    change.before.as_str(),
                    change.after.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("labels.team", "", "\"a\""),
                ("spec.compute.requests.cpu", "", "\"1\""),
                ("spec.performer.image", "\"a:1\"", "\"a:2\""),
                ("spec.replicas", "2", ""),
            ]
        );
        assert_eq!(differences(&after, &after).unwrap(), []);
    }

    #[test]
    fn values_of_environment_variables_are_never_shown() {
        let with = |value: &str| {
            wish(serde_json::json!({
                "performer": {"image": "a:1", "config": {"environment": {"TOKEN": value, "SAME": "x"}}},
                "clusterOverrides": [{"selector": {}, "environment": {"TOKEN": value}}],
            }))
        };
        let changes = differences(&with("hunter2"), &with("hunter3")).unwrap();
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[1].path, "spec.performer.config.environment.TOKEN");
        assert!(!format!("{changes:?}").contains("hunter"), "{changes:?}");
    }
}
