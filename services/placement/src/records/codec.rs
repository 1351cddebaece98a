//! Records to bytes and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a stored value could not be read or a record could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The value under `key` is not a record of this version.
    #[error("the stored value of {key} cannot be read: {source}")]
    Decode {
        /// Key of the value.
        key: String,
        /// What the decoder says.
        source: serde_json::Error,
    },
    /// A record could not be made into bytes.
    #[error("a record for {key} cannot be written: {source}")]
    Encode {
        /// Key of the value.
        key: String,
        /// What the encoder says.
        source: serde_json::Error,
    },
    /// The two values of a placement do not belong together, or one is missing.
    #[error("the placement stored under {key} is not whole: {what}")]
    NotWhole {
        /// A key of it.
        key: String,
        /// What is wrong.
        what: &'static str,
    },
}

/// The bytes of `record`; `key` only names it in an error.
///
/// # Errors
/// [`RecordError::Encode`] when the record has no JSON form.
pub fn encode<R: Serialize>(key: &str, record: &R) -> Result<Vec<u8>, RecordError> {
    serde_json::to_vec(record).map_err(|source| RecordError::Encode {
        key: key.to_owned(),
        source,
    })
}

/// The record in `bytes`; `key` only names it in an error.
///
/// # Errors
/// [`RecordError::Decode`] when the bytes are not such a record.
pub fn decode<R: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<R, RecordError> {
    serde_json::from_slice(bytes).map_err(|source| RecordError::Decode {
        key: key.to_owned(),
        source,
    })
}
