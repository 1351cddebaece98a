//! Reading JSON that came through protobuf: 64-bit integers as text, whole numbers as floats.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An integer that may be written as text, as protobuf JSON writes 64-bit integers.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrText {
    Number(i64),
    Text(String),
}

/// Reads an optional 64-bit integer, written as a number or as text.
pub(super) fn optional_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    match Option::<NumberOrText>::deserialize(deserializer)? {
        None => Ok(None),
        Some(NumberOrText::Number(number)) => Ok(Some(number)),
        Some(NumberOrText::Text(text)) => text
            .parse()
            .map(Some)
            .map_err(|_| serde::de::Error::custom(format!("{text:?} is not a 64-bit integer"))),
    }
}

/// Reads opaque JSON, turning whole floats into integers: a protobuf Struct knows floats only, and Kubernetes refuses
/// `1000.0` where it wants `1000`.
pub(super) fn opaque<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Ok(Option::<Value>::deserialize(deserializer)?.map(whole_numbers))
}

/// Reads a list of opaque JSON like [`opaque`].
pub(super) fn opaque_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    Ok(Vec::<Value>::deserialize(deserializer)?
        .into_iter()
        .map(whole_numbers)
        .collect())
}

/// 2^53, up to which floats hold every integer exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
                // Written without a fraction it reads back as an integer; no cast that could cut is needed.
                format!("{float:.0}")
                    .parse::<i64>()
                    .map_or(Value::Number(number), Value::from)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, whole_numbers(value)))
            .collect(),
        other @ (Value::Null | Value::Bool(_) | Value::String(_)) => other,
    }
}
