//! A small certificate authority in a state directory: `ca.key`, and `ca.crt`, a bundle of which the
//! newest certificate that `ca.key` belongs to signs, and all are trusted.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rcgen::{Issuer, KeyPair, PublicKeyData};
use rustls_pki_types::CertificateDer;

use super::bundle::{BundleError, CaBundle};
use super::csr;
use super::identity::ClusterIdentity;
use super::issue::{self, IssueError, IssuedCertificate, SignedCertificate, Signer};
use super::{pem, x509};
use crate::state_file::{self, StateFileError};

/// How long a new CA certificate is valid: ten years.
const CA_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

const KEY_FILE: &str = "ca.key";
const BUNDLE_FILE: &str = "ca.crt";

/// The authority cannot be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its files cannot be read or written.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// `ca.crt` cannot be used.
    #[error("{}: {source}", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: BundleError,
    },
    /// `ca.key` cannot be used.
    #[error("{} is no private key in PEM: {reason}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There are certificates but no key. A new CA in their place would cut off every client.
    #[error("{} is missing beside {BUNDLE_FILE}: restore it, or remove both to begin with a new CA that no client knows yet", .0.display())]
    KeyMissing(PathBuf),
    /// The key belongs to none of the certificates.
    #[error("{} belongs to no certificate of {BUNDLE_FILE}: restore the matching pair", .0.display())]
    KeyMismatch(PathBuf),
    /// A certificate cannot be made.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

/// The certificate authority; clones share it.
#[derive(Debug, Clone)]
pub struct Authority {
    directory: Arc<Path>,
    state: Arc<RwLock<State>>,
}

#[derive(Debug)]
struct State {
    bundle: CaBundle,
    issuer: Issuer<'static, KeyPair>,
    issuer_not_after: SystemTime,
}

impl Authority {
    /// Loads the authority of `directory`, or makes one there (directory 0700, files 0600) when it has
    /// none. A directory with half an authority is refused. Blocks on the disk.
    pub fn open_or_create(directory: &Path, now: SystemTime) -> Result<Self, AuthorityError> {
        state_file::create_private_dir(directory)?;
        let key_path = directory.join(KEY_FILE);
        let bundle_path = directory.join(BUNDLE_FILE);
        let key = state_file::read_optional(&key_path)?;
        let bundle = state_file::read_optional(&bundle_path)?;
        let state = match (key, bundle) {
            (Some(key), Some(bundle)) => {
                let bundle = CaBundle::from_pem(&bundle).map_err(|source| AuthorityError::Bundle {
                    path: bundle_path,
                    source,
                })?;
                State::load(parse_key(&key, &key_path)?, bundle, &key_path)?
            }
            (None, Some(_)) => return Err(AuthorityError::KeyMissing(key_path)),
            // The process stopped between the two writes of the first start: finish it with the same key.
            (Some(key), None) => State::create(directory, parse_key(&key, &key_path)?, None, now)?,
            (None, None) => {
                let key = KeyPair::generate().map_err(IssueError::from)?;
                state_file::write_private_file(&key_path, key.serialize_pem().as_bytes())?;
                State::create(directory, key, None, now)?
            }
        };
        Ok(Self {
            directory: directory.into(),
            state: Arc::new(RwLock::new(state)),
        })
    }

    /// What clients must trust: all CA certificates, the newest first, in PEM.
    pub fn bundle_pem(&self) -> String {
        to_pem(self.read().bundle.certificates())
    }

    /// What this side trusts, for [`super::TlsAcceptor`].
    pub fn bundle(&self) -> CaBundle {
        self.read().bundle.clone()
    }

    /// A server certificate for `names` (DNS names and IP addresses) and its key.
    pub fn issue_server_certificate(
        &self,
        names: &[String],
        lifetime: Duration,
        now: SystemTime,
    ) -> Result<IssuedCertificate, IssueError> {
        self.read().signer().server(names, lifetime, now)
    }

    /// A client certificate for `identity` with the public key of the request, and nothing else of it.
    /// A request for another name is refused ([`super::CsrError::OtherName`]).
    pub fn sign_csr(
        &self,
        csr_pem: &str,
        identity: &ClusterIdentity,
        lifetime: Duration,
        now: SystemTime,
    ) -> Result<SignedCertificate, IssueError> {
        let key = csr::public_key(csr_pem, identity)?;
        self.read().signer().client(&key, identity, lifetime, now)
    }

    /// Makes a new CA key and certificate that signs from now on. The older certificates stay trusted.
    /// Publish [`Authority::bundle`] and give clients [`Authority::bundle_pem`] afterwards. Blocks on the disk.
    pub fn rotate(&self, now: SystemTime) -> Result<(), AuthorityError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let key = KeyPair::generate().map_err(IssueError::from)?;
        let key_pem = key.serialize_pem();
        // The bundle first: stopped here, the old key still finds its certificate in it.
        let next = State::create(&self.directory, key, Some(&state.bundle), now)?;
        state_file::write_private_file(&self.directory.join(KEY_FILE), key_pem.as_bytes())?;
        *state = next;
        Ok(())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes a certificate for `key` and writes the bundle with it in front of the `older` ones.
    fn create(
        directory: &Path,
        key: KeyPair,
        older: Option<&CaBundle>,
        now: SystemTime,
    ) -> Result<Self, AuthorityError> {
        let mut certificates = vec![issue::certificate_authority(&key, CA_LIFETIME, now)?];
        certificates.extend(
            older
                .into_iter()
                .flat_map(|bundle| bundle.certificates().iter().cloned()),
        );
        let path = directory.join(BUNDLE_FILE);
        let pem = to_pem(&certificates);
        let bundle = CaBundle::from_der(certificates).map_err(|source| AuthorityError::Bundle {
            path: path.clone(),
            source,
        })?;
        let state = Self::load(key, bundle, &directory.join(KEY_FILE))?;
        state_file::write_private_file(&path, pem.as_bytes())?;
        Ok(state)
    }

    /// Finds the certificate that `key` signs with.
    fn load(key: KeyPair, bundle: CaBundle, key_path: &Path) -> Result<Self, AuthorityError> {
        let spki = key.subject_public_key_info();
        let newest = bundle
            .certificates()
            .iter()
            .filter_map(|der| x509::parse(der).map(|parsed| (der, parsed)))
            .filter(|(_, parsed)| parsed.public_key().raw == spki)
            .max_by_key(|(_, parsed)| x509::not_before(parsed))
            .map(|(der, parsed)| (der.clone(), x509::not_after(&parsed)));
        let Some((certificate, issuer_not_after)) = newest else {
            return Err(AuthorityError::KeyMismatch(key_path.to_owned()));
        };
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(IssueError::from)?;
        Ok(Self {
            bundle,
            issuer,
            issuer_not_after,
        })
    }

    fn signer(&self) -> Signer<'_> {
        Signer {
            issuer: &self.issuer,
            not_after: self.issuer_not_after,
        }
    }
}

fn parse_key(pem: &[u8], path: &Path) -> Result<KeyPair, AuthorityError> {
    let fail = |reason: String| AuthorityError::Key {
        path: path.to_owned(),
        reason,
    };
    let text = std::str::from_utf8(pem).map_err(|_| fail("it is no text".to_owned()))?;
    // The library's message might repeat what it read.
    KeyPair::from_pem(text).map_err(|_| fail("it is damaged, or of a kind that is not supported".to_owned()))
}

fn to_pem(certificates: &[CertificateDer<'_>]) -> String {
    certificates.iter().map(pem::encode_certificate).collect()
}
