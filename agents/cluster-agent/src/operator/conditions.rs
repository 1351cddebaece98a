//! metav1 conditions: `lastTransitionTime` moves when `status` moves, and only then.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

/// Longest message of a condition that we write; the API allows 32,768 characters.
const MESSAGE_LIMIT: usize = 2048;

/// What a condition should say now.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) type_: &'static str,
    pub(crate) status: bool,
    pub(crate) reason: String,
    pub(crate) message: String,
    pub(crate) observed_generation: Option<i64>,
    /// When it became so, where somebody else (a pod) knows that better than we do.
    pub(crate) since: Option<Timestamp>,
}

/// The conditions that follow from `old` when these statements are true now. What is not stated is dropped.
pub(crate) fn next(old: &[Condition], statements: Vec<Statement>, now: Timestamp) -> Vec<Condition> {
    statements
        .into_iter()
        .map(|statement| condition(old, &statement, now))
        .collect()
}

/// The condition of this type.
pub(crate) fn find<'a>(conditions: &'a [Condition], type_: &str) -> Option<&'a Condition> {
    conditions.iter().find(|condition| condition.type_ == type_)
}

fn condition(old: &[Condition], statement: &Statement, now: Timestamp) -> Condition {
    let status = if statement.status { "True" } else { "False" };
    let unchanged = find(old, statement.type_).filter(|condition| condition.status == status);
    let last_transition_time = match (statement.since, unchanged) {
        (Some(since), _) => Time(since),
        (None, Some(condition)) => condition.last_transition_time.clone(),
        (None, None) => Time(now),
    };
    Condition {
        type_: statement.type_.to_owned(),
        status: status.to_owned(),
        reason: valid_reason(&statement.reason),
        message: shorten(&statement.message, MESSAGE_LIMIT),
        observed_generation: statement.observed_generation,
        last_transition_time,
    }
}

/// A reason as metav1.Condition wants it: a letter, then letters, digits, `_`, `,` and `:`.
fn valid_reason(reason: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | ',' | ':');
    let kept: String = reason.chars().filter(allowed).take(128).collect();
    let trimmed = kept
        .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
        .trim_end_matches([',', ':']);
    if trimmed.is_empty() {
        "Unknown".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// At most `limit` bytes, cut between characters, with an ellipsis where something is missing.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    const ELLIPSIS: &str = "…";
    if text.len() <= limit {
        return text.to_owned();
    }
    let mut end = limit.saturating_sub(ELLIPSIS.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ELLIPSIS}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn ready(status: bool, reason: &str) -> Statement {
        Statement {
            type_: "Ready",
            status,
            reason: reason.to_owned(),
            message: String::new(),
            observed_generation: Some(1),
            since: None,
        }
    }

    #[test]
    fn the_transition_time_moves_with_the_status_and_not_with_the_reason() {
        let first = next(&[], vec![ready(false, "Starting")], at(10));
        assert_eq!(first[0].last_transition_time.0, at(10));
        let same = next(&first, vec![ready(false, "ImagePullBackOff")], at(20));
        assert_eq!(same[0].last_transition_time.0, at(10));
        assert_eq!(same[0].reason, "ImagePullBackOff");
        let turned = next(&same, vec![ready(true, "Serving")], at(30));
        assert_eq!(turned[0].last_transition_time.0, at(30));
    }

    #[test]
    fn a_time_that_the_pod_knows_is_taken_over() {
        let statement = Statement {
            since: Some(at(5)),
            ..ready(false, "Unschedulable")
        };
        assert_eq!(
            next(&[], vec![statement], at(10))[0].last_transition_time.0,
            at(5)
        );
    }

    #[test]
    fn conditions_that_are_not_stated_are_dropped() {
        let old = next(&[], vec![ready(true, "Serving")], at(10));
        assert_eq!(next(&old, vec![], at(20)), vec![]);
    }

    #[test]
    fn reasons_are_made_valid() {
        assert_eq!(valid_reason("Image Pull-BackOff!"), "ImagePullBackOff");
        assert_eq!(valid_reason("1st:"), "st");
        assert_eq!(valid_reason("…"), "Unknown");
    }

    #[test]
    fn long_messages_are_cut_between_characters() {
        assert_eq!(shorten("short", 10), "short");
        let cut = shorten(&"ä".repeat(20), 10);
        assert!(cut.len() <= 10 && cut.ends_with('…'), "{cut}");
    }
}
