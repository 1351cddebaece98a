//! What an error of the API server means for a command: whether it can ever work as it is, or only not now.

use std::time::Duration;

use hourglass_runtime::error_chain;

use super::answer::Answer;

/// How long the API server may take for one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// Begin of the API server's message about an object that does not fit its schema
/// (`typed.NewParser` in sigs.k8s.io/structured-merge-diff, as the API server reports it).
const NOT_OF_THE_SCHEMA: &str = "failed to create typed patch object";

/// A call to the API server did not work.
#[derive(Debug)]
pub(super) enum ApiError {
    /// It said no, or could not be reached.
    Kube(kube::Error),
    /// It did not answer; whether it has done it is not known.
    Timeout,
}

/// Gives the call a deadline.
pub(super) async fn call<T>(call: impl Future<Output = kube::Result<T>>) -> Result<T, ApiError> {
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Ok(result) => result.map_err(ApiError::Kube),
        Err(_) => Err(ApiError::Timeout),
    }
}

impl ApiError {
    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        self.code() == Some(404)
    }

    /// Whether the object is another one than was meant.
    pub fn is_conflict(&self) -> bool {
        self.code() == Some(409)
    }

    fn code(&self) -> Option<u16> {
        match self {
            Self::Kube(kube::Error::Api(status)) => Some(status.code),
            _ => None,
        }
    }

    /// The answer to the command that met it.
    pub fn into_answer(self) -> Answer {
        let error = match self {
            Self::Kube(kube::Error::Api(status)) => *status,
            Self::Kube(error) => return Answer::failed("API_SERVER_UNREACHABLE", error_chain(&error)),
            Self::Timeout => {
                return Answer::failed("API_SERVER_TIMEOUT", format!("no answer within {CALL_TIMEOUT:?}"));
            }
        };
        let message = error.message;
        // The API server answers 500 to a server-side apply with a field that the schema does not have.
        if message.starts_with(NOT_OF_THE_SCHEMA) {
            return Answer::refused("INVALID", message);
        }
        match error.code {
            400 | 405 | 406 | 415 | 422 => Answer::refused("INVALID", message),
            403 => Answer::refused("FORBIDDEN", message),
            404 => Answer::refused("NOT_FOUND", message),
            413 => Answer::refused("TOO_LARGE", message),
            401 => Answer::failed("UNAUTHORIZED", message),
            409 => Answer::failed("CONFLICT", message),
            429 => Answer::failed("TOO_MANY_REQUESTS", message),
            _ => Answer::failed("API_SERVER_ERROR", message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_proto::fleet::v1::ack::Outcome;
    use kube::core::Status;

    fn answer(code: u16) -> Answer {
        let status = Status {
            code,
            message: format!("it says {code}"),
            ..Status::default()
        };
        ApiError::Kube(kube::Error::Api(status.boxed())).into_answer()
    }

    #[test]
    fn what_can_never_work_is_refused_with_the_api_servers_words() {
        for code in [400, 403, 404, 413, 422] {
            let answer = answer(code);
            assert_eq!(answer.outcome, Outcome::Refused, "{code}");
            assert_eq!(answer.message, format!("it says {code}"));
        }
    }

    #[test]
    fn an_unknown_field_is_refused_although_the_api_server_says_500() {
        let message = "failed to create typed patch object (ns/p; Performer): .spec.imagge: field not declared in schema";
        let status = Status {
            code: 500,
            message: message.into(),
            ..Status::default()
        };
        let answer = ApiError::Kube(kube::Error::Api(status.boxed())).into_answer();
        assert_eq!((answer.outcome, answer.reason), (Outcome::Refused, "INVALID"));
    }

    #[test]
    fn what_may_work_later_has_failed() {
        for code in [401, 409, 429, 500, 503, 504] {
            assert_eq!(answer(code).outcome, Outcome::Failed, "{code}");
        }
        assert_eq!(ApiError::Timeout.into_answer().outcome, Outcome::Failed);
    }
}
