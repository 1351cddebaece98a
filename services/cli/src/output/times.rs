//! Times in JSON end with `Z`: the protobuf mapping says so
//! (<https://protobuf.dev/programming-guides/json/>: "Generated output will always be Z-normalized"), but
//! `pbjson-types` writes the same zone as `+00:00`.

use serde_json::Value;

/// Fields with keys of users' own choice: what looks like a time in there is text of theirs.
const MAPS: &[&str] = &[
    "allocatable",
    "annotations",
    "bound",
    "clustersByState",
    "customLabels",
    "defaultLimits",
    "defaultRequests",
    "environment",
    "headroom",
    "labels",
    "limits",
    "limitsHeadroom",
    "matchLabels",
    "nodeSelector",
    "overhead",
    "placementsByState",
    "requests",
    "used",
];

/// Rewrites the times in messages of the API, at any depth; leaves all other text as it is.
pub fn end_with_z(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(end_with_z),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(time) if is_time(name) => {
                        if let Some(local) = time.strip_suffix("+00:00") {
                            *time = format!("{local}Z");
                        }
                    }
                    Value::Object(_) if MAPS.contains(&name.as_str()) => {}
                    nested => end_with_z(nested),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether the field is a `google.protobuf.Timestamp`.
fn is_time(field: &str) -> bool {
    field == "time" || field.ends_with("Time") || matches!(field, "connectedSince" | "renewAfter")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_times_of_messages_are_rewritten_at_any_depth() {
        let text = "2026-03-01T12:00:00+00:00";
        let zulu = "2026-03-01T12:00:00Z";
        let mut value = json!({
            "createTime": text,
            "connectedSince": "2026-03-01T12:00:00.250+00:00",
            "events": [{"time": text, "message": text}],
            "labels": {"time": text},
            "annotations": {"startTime": text},
            "name": text,
            "updateTime": "2026-03-01T14:00:00+02:00",
        });
        end_with_z(&mut value);
        assert_eq!(
            value,
            json!({
                "createTime": zulu,
                "connectedSince": "2026-03-01T12:00:00.250Z",
                "events": [{"time": zulu, "message": text}],
                "labels": {"time": text},
                "annotations": {"startTime": text},
                "name": text,
                "updateTime": "2026-03-01T14:00:00+02:00",
            })
        );
    }

    /// The protos of the API: what a new field is called must not decide whether its times are right.
    #[test]
    fn every_timestamp_and_every_map_of_the_api_is_known() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/hourglass/fleet/v1");
        let (mut times, mut maps) = (0, 0);
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines().map(str::trim) {
                let Some((kind, field)) = line
                    .split_once(" = ")
                    .and_then(|(declared, _)| declared.rsplit_once(' '))
                else {
                    continue;
                };
                let field = json_name(field);
                if kind.starts_with("map<") {
                    maps += 1;
                    assert!(MAPS.contains(&field.as_str()), "map {field}");
                } else {
                    let is_timestamp = kind.ends_with("google.protobuf.Timestamp");
                    times += usize::from(is_timestamp);
                    if is_timestamp || kind == "string" {
                        assert_eq!(is_time(&field), is_timestamp, "{kind} {field}");
                    }
                }
            }
        }
        assert!(times > 10 && maps > 10, "{times} times, {maps} maps");
    }

    fn json_name(field: &str) -> String {
        let mut words = field.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| {
            let (head, tail) = word.split_at(1);
            name + &head.to_uppercase() + tail
        })
    }
}
