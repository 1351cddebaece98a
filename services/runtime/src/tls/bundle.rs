//! A bundle of CA certificates: what a side trusts. It may hold old and new CAs at once, so that a CA
//! can be replaced without a moment in which somebody is not trusted.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;

use super::pem::{self, PemError};
use super::x509;

/// At least one CA certificate.
#[derive(Debug, Clone)]
pub struct CaBundle {
    certificates: Vec<CertificateDer<'static>>,
    roots: Arc<RootCertStore>,
}

/// A bundle that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// No PEM, or no certificate in it.
    #[error("the CA bundle {0}")]
    Pem(#[from] PemError),
    /// A certificate in it is damaged.
    #[error("certificate {0} of the CA bundle cannot be parsed")]
    Damaged(usize),
    /// A certificate in it may not sign others.
    #[error("certificate {index} of the CA bundle ({subject}) is no CA certificate")]
    NotCa {
        /// Place in the bundle, from 1.
        index: usize,
        /// Its subject.
        subject: String,
    },
}

impl CaBundle {
    /// Reads one or more CA certificates in PEM.
    pub fn from_pem(pem: &[u8]) -> Result<Self, BundleError> {
        Self::from_der(pem::certificates(pem)?)
    }

    pub(super) fn from_der(certificates: Vec<CertificateDer<'static>>) -> Result<Self, BundleError> {
        if certificates.is_empty() {
            return Err(PemError::Missing("CERTIFICATE").into());
        }
        let mut roots = RootCertStore::empty();
        for (place, certificate) in certificates.iter().enumerate() {
            let index = place + 1;
            let parsed = x509::parse(certificate).ok_or(BundleError::Damaged(index))?;
            if !parsed.is_ca() {
                return Err(BundleError::NotCa {
                    index,
                    subject: parsed.subject().to_string(),
                });
            }
            roots
                .add(certificate.clone())
                .map_err(|_| BundleError::Damaged(index))?;
        }
        Ok(Self {
            certificates,
            roots: Arc::new(roots),
        })
    }

    /// The certificates, in DER.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }

    pub(super) fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.roots)
    }
}
