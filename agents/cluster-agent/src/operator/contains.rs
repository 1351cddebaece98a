//! Whether an object already is as we want it, so that a pass which changes nothing calls nothing.

use serde_json::Value;

/// Whether everything in `wanted` is in `actual`. What the API server leaves out of an object (empty lists and maps,
/// empty strings, zero, false) counts as there when it is absent. Lists must agree item by item.
pub(crate) fn contains(actual: &Value, wanted: &Value) -> bool {
    match (actual, wanted) {
        (Value::Object(actual), Value::Object(wanted)) => wanted.iter().all(|(key, wanted)| {
            actual
                .get(key)
                .map_or_else(|| is_nothing(wanted), |actual| contains(actual, wanted))
        }),
        (Value::Array(actual), Value::Array(wanted)) => {
            actual.len() == wanted.len()
                && actual
                    .iter()
                    .zip(wanted)
                    .all(|(actual, wanted)| contains(actual, wanted))
        }
        (actual, wanted) => actual == wanted || (is_nothing(actual) && is_nothing(wanted)),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_others_added_does_not_matter() {
        assert!(contains(
            &json!({"a": {"b": 1, "c": 2}, "d": 3}),
            &json!({"a": {"b": 1}})
        ));
        assert!(contains(&json!([{"a": 1, "b": 2}]), &json!([{"a": 1}])));
    }

    #[test]
    fn what_differs_or_is_missing_matters() {
        assert!(!contains(&json!({"a": 1}), &json!({"a": 2})));
        assert!(!contains(&json!({}), &json!({"a": 1})));
        assert!(!contains(&json!([1, 2]), &json!([1])));
        assert!(!contains(&json!({"a": "x"}), &json!({"a": {}})));
    }

    #[test]
    fn what_the_api_server_leaves_out_counts_as_there() {
        for nothing in [
            json!(null),
            json!(false),
            json!(0),
            json!(""),
            json!([]),
            json!({}),
            json!({"x": ""}),
        ] {
            assert!(contains(&json!({}), &json!({"a": nothing})), "{nothing}");
        }
    }
}
