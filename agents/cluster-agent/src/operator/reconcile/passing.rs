//! An API server that answers, and does not do it for now: a webhook of the cluster that fails, an overload, a datastore without
//! a leader. Mostly that is over with the next pass. Where it is not, nobody learns from "starting" what a Performer without pods
//! waits for.
//!
//! It is said after some failures in a row, in the words of the first answer that is said; and in these words, whatever
//! else is answered meanwhile, until a pass succeeds. So nothing is written for each answer, and no status goes back and forth.

use hourglass_performer_api::{PerformerStatus, names};

use crate::operator::conditions::find;
use crate::operator::error::ReconcileError;
use crate::operator::pods::Trouble;

/// The API server's own reasons of answers with 429 and 5xx
/// ([StatusReason](https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go)), and ours for one that
/// gives none.
const REASONS: [&str; 7] = [
    "InternalError",
    "ServiceUnavailable",
    "ServerTimeout",
    "Timeout",
    "TooManyRequests",
    "StorageReadinessUnavailable",
    UNNAMED,
];

const UNNAMED: &str = "ApiServerError";

/// Failures in a row before this one that go without a word.
const SILENT: u32 = 2;

/// Nobody has refused anything: it passes by itself.
pub(crate) fn is_passing(trouble: &Trouble) -> bool {
    REASONS.contains(&trouble.reason.as_str())
}

/// What to say of an error that passes by itself, after so many failures in a row before; `old` is what was said last.
pub(super) fn trouble(error: &ReconcileError, old: &PerformerStatus, failures: u32) -> Option<Trouble> {
    let ReconcileError::Api {
        source: kube::Error::Api(answer),
        ..
    } = error
    else {
        return None;
    };
    if !matches!(answer.code, 429 | 500..) {
        return None;
    }
    let said = find(&old.conditions, names::CONDITION_PROGRESSING)
        .filter(|condition| condition.status == "False")
        .map(|condition| Trouble {
            reason: condition.reason.clone(),
            message: condition.message.clone(),
            lasting: false,
        });
    said.filter(is_passing).or_else(|| {
        let reason = REASONS.into_iter().find(|reason| *reason == answer.reason);
        (failures >= SILENT).then(|| Trouble {
            reason: reason.unwrap_or(UNNAMED).to_owned(),
            message: error.plain(),
            lasting: false,
        })
    })
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
    use k8s_openapi::jiff::Timestamp;
    use kube::core::Status;

    use super::*;

    fn answer(code: u16, reason: &str, message: &str) -> ReconcileError {
        ReconcileError::Api {
            what: "apply Deployment p".to_owned(),
            source: kube::Error::Api(Box::new(Status::failure(message, reason).with_code(code))),
        }
    }

    fn saying(reason: &str, message: &str) -> PerformerStatus {
        PerformerStatus {
            conditions: vec![Condition {
                type_: names::CONDITION_PROGRESSING.to_owned(),
                status: "False".to_owned(),
                reason: reason.to_owned(),
                message: message.to_owned(),
                last_transition_time: Time(Timestamp::UNIX_EPOCH),
                observed_generation: None,
            }],
            ..PerformerStatus::default()
        }
    }

    fn said(error: &ReconcileError, old: &PerformerStatus, failures: u32) -> Option<(String, String)> {
        let trouble = trouble(error, old, failures)?;
        assert!(!trouble.lasting && is_passing(&trouble));
        Some((trouble.reason, trouble.message))
    }

    #[test]
    fn what_fails_again_and_again_is_said_in_the_servers_words() {
        let nothing = PerformerStatus::default();
        let webhook = answer(500, "InternalError", "failed calling webhook");
        assert_eq!(said(&webhook, &nothing, 0), None);
        assert_eq!(said(&webhook, &nothing, 1), None);
        let words = "cannot apply Deployment p: failed calling webhook";
        let told = Some(("InternalError".to_owned(), words.to_owned()));
        assert_eq!(said(&webhook, &nothing, 2), told);
        let unnamed = said(&answer(502, "", "bad gateway"), &nothing, 5).unwrap();
        assert_eq!(unnamed.0, UNNAMED);
    }

    #[test]
    fn what_was_said_stays_as_it_is_as_long_as_it_fails() {
        let old = saying("InternalError", "the webhook");
        let told = Some(("InternalError".to_owned(), "the webhook".to_owned()));
        // Also after a start of the operator, which has counted nothing yet.
        for (failures, other) in [(0, "InternalError"), (7, "ServiceUnavailable")] {
            assert_eq!(said(&answer(503, other, "another word"), &old, failures), told);
        }
        let pods_own = saying("ImagePullBackOff", "no such image");
        assert_eq!(said(&answer(500, "InternalError", "a word"), &pods_own, 0), None);
    }

    #[test]
    fn refusals_and_conflicts_are_none_of_it() {
        let nothing = PerformerStatus::default();
        for (code, reason) in [(403, "Forbidden"), (409, "Conflict"), (422, "Invalid")] {
            assert_eq!(said(&answer(code, reason, "no"), &nothing, 9), None, "{reason}");
        }
    }
}
