//! Reading and writing PEM. Errors never contain what was read, because it may be a key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer};

/// A text is not the PEM that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// The text has no section of this kind.
    #[error("has no PEM section \"{0}\"")]
    Missing(&'static str),
    /// A section is damaged.
    #[error("has a damaged PEM section (broken base64 or END line)")]
    Damaged,
}

fn missing_or_damaged(error: &rustls_pki_types::pem::Error, section: &'static str) -> PemError {
    match error {
        rustls_pki_types::pem::Error::NoItemsFound => PemError::Missing(section),
        _ => PemError::Damaged,
    }
}

/// All certificates of the text, at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(none) if none.is_empty() => Err(PemError::Missing("CERTIFICATE")),
        Ok(certificates) => Ok(certificates),
        Err(_) => Err(PemError::Damaged),
    }
}

/// The first private key of the text: PKCS #8, SEC 1 or PKCS #1.
pub(super) fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| missing_or_damaged(&error, "PRIVATE KEY"))
}

/// The first certificate signing request of the text.
pub(super) fn signing_request(pem: &[u8]) -> Result<CertificateSigningRequestDer<'static>, PemError> {
    CertificateSigningRequestDer::from_pem_slice(pem)
        .map_err(|error| missing_or_damaged(&error, "CERTIFICATE REQUEST"))
}

/// A certificate as a PEM section with lines of 64 characters (RFC 7468).
pub(super) fn encode_certificate(der: &CertificateDer<'_>) -> String {
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    // 48 bytes are 64 characters, and only the last line is padded.
    for line in der.chunks(48) {
        STANDARD.encode_string(line, &mut pem);
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
