//! What goes into the certificates that the authority signs. Time is given, never read from the clock.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData as _, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use rustls_pki_types::{CertificateDer, ServerName};
use sha2::{Digest, Sha256};

use super::credential::{CredentialError, ServerCredential};
use super::csr::CsrError;
use super::identity::ClusterIdentity;
use super::x509;
use crate::secret::Secret;

/// Certificates begin this much before they are made, for clocks that are behind.
const CLOCK_SKEW: Duration = Duration::from_secs(5 * 60);

/// A certificate that is not issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The certificate request is refused.
    #[error(transparent)]
    Csr(#[from] CsrError),
    /// A server needs a name to be reached by.
    #[error("a server certificate needs at least one DNS name or IP address")]
    NoNames,
    /// Not a name that a client can verify.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    Name(String),
    /// Nothing can be signed any more.
    #[error("the CA certificate ended at {}; rotate the CA", x509::rfc3339(*.0))]
    AuthorityExpired(SystemTime),
    /// A library refused to make it.
    #[error("cannot make the certificate: {0}")]
    Make(String),
}

impl From<rcgen::Error> for IssueError {
    fn from(error: rcgen::Error) -> Self {
        Self::Make(error.to_string())
    }
}

/// A certificate with a key that the authority made.
#[derive(Debug, Clone)]
pub struct IssuedCertificate {
    /// The certificate in PEM; the CA certificate is not part of it.
    pub chain_pem: String,
    /// Its private key in PEM.
    pub key_pem: Secret<String>,
    /// When it ends.
    pub not_after: SystemTime,
    /// When to ask for the next one: after two thirds of its time.
    pub renew_after: SystemTime,
}

impl IssuedCertificate {
    /// For [`super::TlsAcceptor`].
    pub fn credential(&self, now: SystemTime) -> Result<ServerCredential, CredentialError> {
        ServerCredential::from_pem(self.chain_pem.as_bytes(), self.key_pem.expose().as_bytes(), now)
    }
}

/// A certificate for a key that the client keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCertificate {
    /// The certificate in PEM; the CA certificate is not part of it.
    pub chain_pem: String,
    /// When it ends.
    pub not_after: SystemTime,
    /// When to ask for the next one: after two thirds of its time.
    pub renew_after: SystemTime,
    /// SHA-256 of the public key that it is for, hex: tells a repeated request from one of somebody else.
    pub public_key_sha256: String,
}

fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The authority's signing side, borrowed for one certificate.
pub(super) struct Signer<'a> {
    pub(super) issuer: &'a Issuer<'static, KeyPair>,
    pub(super) not_after: SystemTime,
}

impl Signer<'_> {
    /// A server certificate and its key, for DNS names and IP addresses.
    pub(super) fn server(
        &self,
        names: &[String],
        lifetime: Duration,
        now: SystemTime,
    ) -> Result<IssuedCertificate, IssueError> {
        let mut params = self.leaf("Hourglass Fleet server", lifetime, now)?;
        params.subject_alt_names = server_names(names)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, self.issuer)?;
        let (not_after, renew_after) = self.end(lifetime, now);
        let key_pem = Secret::new(key.serialize_pem());
        Ok(IssuedCertificate {
            chain_pem: certificate.pem(),
            key_pem,
            not_after,
            renew_after,
        })
    }

    /// A client certificate for the key of a request.
    pub(super) fn client(
        &self,
        key: &SubjectPublicKeyInfo,
        identity: &ClusterIdentity,
        lifetime: Duration,
        now: SystemTime,
    ) -> Result<SignedCertificate, IssueError> {
        let mut params = self.leaf(identity.cluster(), lifetime, now)?;
        params.subject_alt_names = vec![SanType::URI(identity.uri().try_into()?)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(key, self.issuer)?;
        let (not_after, renew_after) = self.end(lifetime, now);
        Ok(SignedCertificate {
            chain_pem: certificate.pem(),
            not_after,
            renew_after,
            public_key_sha256: hex_sha256(key.der_bytes()),
        })
    }

    fn leaf(
        &self,
        common_name: &str,
        lifetime: Duration,
        now: SystemTime,
    ) -> Result<CertificateParams, IssueError> {
        if self.not_after <= now {
            return Err(IssueError::AuthorityExpired(self.not_after));
        }
        let (not_after, _) = self.end(lifetime, now);
        let mut params = params(common_name, not_after, now)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }

    /// End and renewal of a certificate made now: never later than the end of the CA.
    fn end(&self, lifetime: Duration, now: SystemTime) -> (SystemTime, SystemTime) {
        let asked = now.checked_add(lifetime).unwrap_or(self.not_after);
        // X.509 counts whole seconds; say what the certificate says.
        let not_after = whole_seconds(asked.min(self.not_after));
        let granted = not_after.duration_since(now).unwrap_or_default();
        (not_after, now + granted / 3 * 2)
    }
}

/// A self-signed CA certificate for `key`, that may sign only leaves.
pub(super) fn certificate_authority(
    key: &KeyPair,
    lifetime: Duration,
    now: SystemTime,
) -> Result<CertificateDer<'static>, IssueError> {
    // Each CA has its own name, so that two of them in one bundle are never taken for each other.
    let suffix: u32 = rand::random();
    let mut params = params(&format!("Hourglass Fleet CA {suffix:08x}"), now + lifetime, now)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params.self_signed(key)?.der().clone())
}

fn params(
    common_name: &str,
    not_after: SystemTime,
    now: SystemTime,
) -> Result<CertificateParams, IssueError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let begin = now.checked_sub(CLOCK_SKEW).unwrap_or(UNIX_EPOCH);
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(begin);
    params.not_after = epoch + since_epoch(not_after);
    params.serial_number = Some(random_serial());
    Ok(params)
}

/// 127 random bits: positive, at most 20 bytes, as RFC 5280 wants it.
fn random_serial() -> SerialNumber {
    let mut bytes: [u8; 16] = rand::random();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

fn server_names(names: &[String]) -> Result<Vec<SanType>, IssueError> {
    if names.is_empty() {
        return Err(IssueError::NoNames);
    }
    let unique: BTreeSet<&String> = names.iter().collect();
    unique
        .into_iter()
        .map(|name| match ServerName::try_from(name.as_str()) {
            Ok(ServerName::IpAddress(address)) => Ok(SanType::IpAddress(address.into())),
            Ok(ServerName::DnsName(dns)) => Ok(SanType::DnsName(dns.as_ref().try_into()?)),
            _ => Err(IssueError::Name(name.clone())),
        })
        .collect()
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(since_epoch(time).as_secs())
}
