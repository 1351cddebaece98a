//! A server's certificate chain and key, checked before anything serves it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::sign::CertifiedKey;

use super::pem::{self, PemError};
use super::provider::crypto_provider;
use super::x509;

/// A certificate chain and its key that fit together and were valid when they were read.
#[derive(Clone)]
pub struct ServerCredential {
    key: Arc<CertifiedKey>,
    not_after: SystemTime,
}

/// A certificate and key that must not be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The certificate file is no PEM of certificates.
    #[error("the certificate chain {0}")]
    Chain(PemError),
    /// The key file is no PEM of a private key.
    #[error("the private key {0}")]
    Key(PemError),
    /// The first certificate is damaged.
    #[error("the first certificate of the chain cannot be parsed")]
    Damaged,
    /// The key is of another certificate, or of a kind that is not supported.
    #[error("the private key does not fit the certificate: {0}")]
    Mismatch(String),
    /// The certificate's time is over.
    #[error("the certificate ended at {}", x509::rfc3339(*.0))]
    Expired(SystemTime),
    /// The certificate's time has not come; is the clock right?
    #[error("the certificate begins only at {}; check the clock", x509::rfc3339(*.0))]
    NotYetValid(SystemTime),
    /// Clients look only at subject alternative names.
    #[error("the certificate has no subject alternative name, so that no client would accept it")]
    NoNames,
}

impl ServerCredential {
    /// Reads a chain (own certificate first, then intermediates) and its key, both in PEM, and checks
    /// them as of `now`.
    pub fn from_pem(chain: &[u8], key: &[u8], now: SystemTime) -> Result<Self, CredentialError> {
        let chain = pem::certificates(chain).map_err(CredentialError::Chain)?;
        let key = pem::private_key(key).map_err(CredentialError::Key)?;
        let not_after = {
            let leaf = chain
                .first()
                .and_then(x509::parse)
                .ok_or(CredentialError::Damaged)?;
            if x509::not_before(&leaf) > now {
                return Err(CredentialError::NotYetValid(x509::not_before(&leaf)));
            }
            if x509::not_after(&leaf) <= now {
                return Err(CredentialError::Expired(x509::not_after(&leaf)));
            }
            let names = leaf
                .subject_alternative_name()
                .map_err(|_| CredentialError::Damaged)?;
            if names.is_none_or(|names| names.value.general_names.is_empty()) {
                return Err(CredentialError::NoNames);
            }
            x509::not_after(&leaf)
        };
        let key = CertifiedKey::from_der(chain, key, &crypto_provider())
            .map_err(|error| CredentialError::Mismatch(error.to_string()))?;
        Ok(Self {
            key: Arc::new(key),
            not_after,
        })
    }

    /// When the certificate ends.
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }

    pub(super) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }
}

impl fmt::Debug for ServerCredential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerCredential")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
