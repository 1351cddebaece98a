//! What differs between two decisions, each difference in a line of its own.

use serde::Serialize;
use serde_json::Value;

/// More differences than this help nobody.
const MOST: usize = 20;
/// Characters of a value that are shown.
const SHOWN: usize = 300;

/// Where two values of the same kind differ, by the path in their JSON form: `noFit.reason: recorded "A", decided "B"`.
///
/// # Errors
/// When one of them has no JSON form.
pub fn differences<T: Serialize>(recorded: &T, decided: &T) -> Result<Vec<String>, serde_json::Error> {
    let mut all = Vec::new();
    let (recorded, decided) = (serde_json::to_value(recorded)?, serde_json::to_value(decided)?);
    compare("", Some(&recorded), Some(&decided), &mut all);
    if all.len() > MOST {
        let more = all.len() - MOST;
        all.truncate(MOST);
        all.push(format!("and {more} more"));
    }
    Ok(all)
}

fn compare(path: &str, recorded: Option<&Value>, decided: Option<&Value>, all: &mut Vec<String>) {
    match (recorded, decided) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let only = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(only) {
                let dot = if path.is_empty() { "" } else { "." };
                compare(&format!("{path}{dot}{key}"), one.get(key), other.get(key), all);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for at in 0..one.len().max(other.len()) {
                compare(&format!("{path}[{at}]"), one.get(at), other.get(at), all);
            }
        }
        (one, other) if one == other => {}
        (one, other) => all.push(format!(
            "{path}: recorded {}, decided {}",
            shown(one),
            shown(other)
        )),
    }
}

fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    if text.chars().count() <= SHOWN {
        return text;
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_difference_is_named_by_its_path_and_what_is_equal_is_not() {
        let recorded = json!({"placed": [{"node": "n1", "slot": 0}], "noFit": null, "snapshot": 3});
        let decided =
            json!({"placed": [{"node": "n2", "slot": 0}, {"node": "n3"}], "snapshot": 3, "noFit": null});
        assert_eq!(
            differences(&recorded, &decided).expect("json"),
            [
                "placed[0].node: recorded \"n1\", decided \"n2\"",
                "placed[1]: recorded nothing, decided {\"node\":\"n3\"}",
            ]
        );
        assert!(differences(&recorded, &recorded).expect("json").is_empty());
    }

    #[test]
    fn many_and_long_differences_are_cut() {
        let (one, other) = (vec!["a".repeat(1_000); 30], vec!["b".repeat(1_000); 30]);
        let all = differences(&one, &other).expect("json");
        assert_eq!(
            (all.len(), all.last().map(String::as_str)),
            (21, Some("and 10 more"))
        );
        assert!(all.iter().all(|line| line.chars().count() < 700));
    }
}
