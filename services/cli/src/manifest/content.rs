//! What a manifest says, compared with what is there.

use std::collections::BTreeSet;

use hourglass_proto::fleet::v1::Placement;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// Labels, annotations and spec as JSON with sorted keys: equal content, equal text.
pub fn canonical(placement: &Placement) -> Result<Value, serde_json::Error> {
    let content = Placement {
        labels: placement.labels.clone(),
        annotations: placement.annotations.clone(),
        spec: placement.spec.clone(),
        ..Placement::default()
    };
    Ok(sorted(serde_json::to_value(content)?))
}

/// Annotation with the hash of the content that `apply` created a placement from: tells a field that was taken out of
/// the manifest from one that the server filled in. It is for the program; people are not shown it.
pub const APPLIED_CONTENT: &str = "hourglass.eigenlayer.io/applied-content";

/// Hex SHA-256 of the canonical content together with the parts, each delimited.
pub fn content_hash(content: &Value, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts.iter().copied().chain([content.to_string().as_str()]) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// One line for each field in which `there` differs from what is `wanted`. Fields that only `there` has are
/// defaults that the server filled in, and no difference.
pub fn differences(wanted: &Value, there: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", wanted, there, &mut lines);
    lines
}

fn compare(path: &str, wanted: &Value, there: &Value, lines: &mut Vec<String>) {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            for (key, value) in wanted {
                let below = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                match there.get(key) {
                    Some(there) => compare(&below, value, there, lines),
                    None => lines.push(format!("{below}: {} is asked for, it is not set", short(value))),
                }
            }
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            for (position, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                compare(&format!("{path}[{position}]"), wanted, there, lines);
            }
        }
        (wanted, there) if wanted == there => {}
        (wanted, there) => lines.push(format!(
            "{path}: {} is asked for, it is {}",
            short(wanted),
            short(there)
        )),
    }
}

/// Paths of the fields that one of the two has and the other has not, or that differ; lists are compared whole.
pub fn changed_fields(before: &Value, after: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    note_changed("", before, after, &mut paths);
    paths
}

fn note_changed(path: &str, before: &Value, after: &Value, paths: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            paths.push(path.to_owned());
        }
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
        note_changed(&below, &of(old), &of(new), paths);
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changed_fields_are_those_that_came_went_or_differ() {
        let before = json!({"replicas": 1, "gang": true, "performer": {"image": "a:1", "args": ["x"]}});
        let after = json!({"replicas": 1, "priority": 5, "performer": {"image": "a:2", "args": ["x", "y"]}});
        assert_eq!(
            changed_fields(&before, &after),
            ["gang", "performer.args", "performer.image", "priority"]
        );
        assert!(changed_fields(&before, &before).is_empty());
    }
}
