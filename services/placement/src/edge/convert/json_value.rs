//! `google.protobuf.Struct` to JSON and back, for parts that only Kubernetes understands.
//!
//! A Struct knows one kind of number, a double. Kubernetes tells integers from fractions (`runAsUser: 1000.0` is an
//! error), so a double without a fraction becomes an integer again.

use pbjson_types::value::Kind;
use serde_json::{Map, Number, Value};

use crate::edge::violations::Violations;

/// Largest integer up to which a double counts in ones.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) fn object_in(path: &str, object: pbjson_types::Struct, violations: &mut Violations) -> Value {
    // A Struct has no order; sorted, the same request always becomes the same text.
    let mut fields: Vec<_> = object.fields.into_iter().collect();
    fields.sort_by(|left, right| left.0.cmp(&right.0));
    let fields = fields.into_iter().map(|(key, value)| {
        let value = value_in(&format!("{path}.{key}"), value, violations);
        (key, value)
    });
    Value::Object(fields.collect::<Map<_, _>>())
}

fn value_in(path: &str, value: pbjson_types::Value, violations: &mut Violations) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::StringValue(value)) => Value::String(value),
        Some(Kind::StructValue(object)) => object_in(path, object, violations),
        Some(Kind::ListValue(list)) => Value::Array(
            list.values
                .into_iter()
                .enumerate()
                .map(|(index, value)| value_in(&format!("{path}[{index}]"), value, violations))
                .collect(),
        ),
        Some(Kind::NumberValue(number)) => number_in(number).unwrap_or_else(|| {
            violations.add(path, "must be a finite number");
            Value::Null
        }),
    }
}

fn number_in(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and within what both hold exactly"
        )]
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

pub(super) fn object_out(value: &Value) -> pbjson_types::Struct {
    let fields = value.as_object().into_iter().flatten();
    fields
        .map(|(key, value)| (key.clone(), value_out(value)))
        .collect()
}

fn value_out(value: &Value) -> pbjson_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(values) => Kind::ListValue(pbjson_types::ListValue {
            values: values.iter().map(value_out).collect(),
        }),
        Value::Object(_) => Kind::StructValue(object_out(value)),
    };
    pbjson_types::Value { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_stay_integers_and_everything_comes_back() {
        let value = json!({
            "runAsUser": 1000, "fsGroup": -1, "ratio": 0.5, "flag": true, "none": null, "name": "x",
            "list": [1, "two", {"three": 3}], "empty": {}
        });
        let mut violations = Violations::new();
        let again = object_in("spec", object_out(&value), &mut violations);
        assert!(violations.is_empty());
        // Compared as text: there 1000 and 1000.0 differ.
        let mut sorted = again.to_string();
        assert!(
            sorted.contains("\"runAsUser\":1000,") || sorted.ends_with("\"runAsUser\":1000}"),
            "{sorted}"
        );
        sorted.clear();
        assert_eq!(again, value);
    }

    #[test]
    fn numbers_that_json_cannot_hold_are_violations_with_their_path() {
        let object: pbjson_types::Struct = [(
            "a".to_owned(),
            pbjson_types::Value::from(vec![pbjson_types::Value::from(f64::NAN)]),
        )]
        .into_iter()
        .collect();
        let mut violations = Violations::new();
        object_in("spec.x", object, &mut violations);
        let found = violations.finish(Some(())).unwrap_err();
        assert_eq!(found[0].path, "spec.x.a[0]");
    }
}
