//! Certificate signing requests: made by a client, and read by the authority, which takes nothing over
//! from them but the public key.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData, SanType, SubjectPublicKeyInfo,
};
use rustls_pki_types::CertificateSigningRequestDer;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer;

use super::identity::ClusterIdentity;
use super::pem::{self, PemError};
use crate::secret::Secret;

/// A request is a few hundred bytes; this leaves room for every sensible key.
const MAX_CSR_BYTES: usize = 16 * 1024;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsrError {
    /// Longer than any honest request.
    #[error("the certificate request has {0} bytes; at most {MAX_CSR_BYTES} are accepted")]
    TooLong(usize),
    /// No PEM of a request.
    #[error("the certificate request {0}")]
    Pem(#[from] PemError),
    /// Not a PKCS #10 request.
    #[error("the certificate request cannot be parsed")]
    Damaged,
    /// The sender does not have the private key, or the request was changed on its way.
    #[error("the certificate request is not signed by the key that it names")]
    Signature,
    /// Not ECDSA P-256, ECDSA P-384 or Ed25519.
    #[error(
        "the certificate request has a key of a kind that is not accepted; use ECDSA P-256, P-384 or Ed25519"
    )]
    Key,
    /// It asks for the name of somebody else.
    #[error("the certificate request asks for {asked:?}, but the sender is {expected:?}")]
    OtherName {
        /// What it asks for.
        asked: String,
        /// Whom the certificate would be for.
        expected: String,
    },
    /// It asks for the power to sign certificates.
    #[error("the certificate request asks for a CA certificate")]
    Authority,
}

/// A new ECDSA P-256 key, and the request for a certificate of `identity` with it: the request in PEM,
/// and the private key in PEM.
pub fn new_csr(identity: &ClusterIdentity) -> Result<(String, Secret<String>), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, identity.cluster());
    params.subject_alt_names = vec![SanType::URI(identity.uri().try_into()?)];
    let request = params.serialize_request(&key)?.pem()?;
    Ok((request, Secret::new(key.serialize_pem())))
}

/// The public key of a request, after checking that the sender owns the key and asks for no other name
/// than that of `identity`. Leaving the name out is fine.
pub(super) fn public_key(
    csr_pem: &str,
    identity: &ClusterIdentity,
) -> Result<SubjectPublicKeyInfo, CsrError> {
    if csr_pem.len() > MAX_CSR_BYTES {
        return Err(CsrError::TooLong(csr_pem.len()));
    }
    let der: CertificateSigningRequestDer<'static> = pem::signing_request(csr_pem.as_bytes())?;
    let Ok(([], request)) = X509CertificationRequest::from_der(&der) else {
        return Err(CsrError::Damaged);
    };
    request.verify_signature().map_err(|_| CsrError::Signature)?;
    check_subject(&request, identity)?;
    check_attributes(&request, identity)?;
    let key = SubjectPublicKeyInfo::from_der(request.certification_request_info.subject_pki.raw)
        .map_err(|_| CsrError::Key)?;
    let accepted = [
        &rcgen::PKCS_ECDSA_P256_SHA256,
        &rcgen::PKCS_ECDSA_P384_SHA384,
        &rcgen::PKCS_ED25519,
    ];
    if accepted.into_iter().any(|algorithm| algorithm == key.algorithm()) {
        Ok(key)
    } else {
        Err(CsrError::Key)
    }
}

fn check_subject(request: &X509CertificationRequest<'_>, identity: &ClusterIdentity) -> Result<(), CsrError> {
    let subject = &request.certification_request_info.subject;
    let mut names = subject.iter_attributes();
    let acceptable = match (names.next(), names.next()) {
        (None, _) => true,
        (Some(only), None) => {
            *only.attr_type() == x509_parser::oid_registry::OID_X509_COMMON_NAME
                && only.as_str().is_ok_and(|name| name == identity.cluster())
        }
        _ => false,
    };
    if acceptable {
        return Ok(());
    }
    Err(CsrError::OtherName {
        asked: subject.to_string(),
        expected: format!("CN={}", identity.cluster()),
    })
}

fn check_attributes(
    request: &X509CertificationRequest<'_>,
    identity: &ClusterIdentity,
) -> Result<(), CsrError> {
    for attribute in request.certification_request_info.iter_attributes() {
        let ParsedCriAttribute::ExtensionRequest(requested) = attribute.parsed_attribute() else {
            continue;
        };
        for extension in &requested.extensions {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => {
                    for name in &names.general_names {
                        check_name(name, identity)?;
                    }
                }
                ParsedExtension::BasicConstraints(constraints) if constraints.ca => {
                    return Err(CsrError::Authority);
                }
                ParsedExtension::ParseError { .. } => return Err(CsrError::Damaged),
                // Whatever else is asked for is not granted: the certificate is made from the identity alone.
                _ => {}
            }
        }
    }
    Ok(())
}

fn check_name(name: &GeneralName<'_>, identity: &ClusterIdentity) -> Result<(), CsrError> {
    match name {
        GeneralName::URI(uri) if *uri == identity.uri() => Ok(()),
        other => Err(CsrError::OtherName {
            asked: other.to_string(),
            expected: identity.uri(),
        }),
    }
}
