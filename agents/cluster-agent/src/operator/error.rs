//! What can go wrong in the operator.

/// Why the operator ended.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The list of namespaces to watch is empty: nothing would ever be reconciled.
    #[error("no namespace to watch: name at least one, or watch all")]
    NoNamespace,
    /// A stream of events ended although nobody asked for it.
    #[error("the operator's event stream ended unexpectedly")]
    StreamEnded,
}

/// Why one reconciliation failed; it is tried again with backoff.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The API server refused, or was not reached.
    #[error("cannot {what}: {source}")]
    Api {
        /// What was tried, e.g. "apply Service performer-a".
        what: String,
        /// The answer.
        #[source]
        source: kube::Error,
    },
    /// An object of the name that we need belongs to somebody else.
    #[error("{kind} {name} exists already and belongs to {owner}; delete or rename it")]
    NameTaken {
        /// Kind of the object.
        kind: String,
        /// Its name.
        name: String,
        /// Its controller, or "nobody".
        owner: String,
    },
    /// An object could not be written as, or read from, JSON.
    #[error("cannot handle {what} as JSON: {source}")]
    Json {
        /// Which object.
        what: String,
        /// The error.
        #[source]
        source: serde_json::Error,
    },
    /// The pass took too long; most likely a call was never answered.
    #[error("not finished within {0:?}")]
    TimedOut(std::time::Duration),
    /// An object from the API server lacks what every object has.
    #[error("the {0} has no {1}")]
    Incomplete(&'static str, &'static str),
}

impl ReconcileError {
    /// Wraps an error of the API with what was tried.
    pub(crate) fn api(what: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let what = what.into();
        move |source| Self::Api { what, source }
    }

    /// Wraps an error of JSON with the object's name.
    pub(crate) fn json(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> Self {
        let what = what.into();
        move |source| Self::Json { what, source }
    }

    /// The error for people who do not know our code: of an answer of the API server only its message.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Api {
                what,
                source: kube::Error::Api(answer),
            } => format!("cannot {what}: {}", answer.message),
            other => other.to_string(),
        }
    }

    /// Whether the object changed under our hands; the next watch event brings the newer one.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Api { source: kube::Error::Api(status), .. } if status.code == 409)
    }
}

/// Whether an answer means that the object does not exist.
pub(crate) fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 404)
}
