//! Server certificates from files that somebody else renews, such as cert-manager through a mounted
//! Secret. The files are read again from time to time and their contents compared, because a mounted
//! Secret changes by a symlink swap that file notifications miss.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::acceptor::{TlsAcceptor, TlsSetupError};
use super::bundle::{BundleError, CaBundle};
use super::credential::{CredentialError, ServerCredential};

/// Where the certificates are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The server's chain in PEM, own certificate first.
    pub chain: PathBuf,
    /// Its private key in PEM.
    pub key: PathBuf,
    /// CA certificates for client certificates; none are asked for without it.
    pub client_ca: Option<PathBuf>,
}

/// The files cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The chain and key cannot be served.
    #[error("{}: {source}", path.display())]
    Credential {
        /// The file of the chain.
        path: PathBuf,
        /// What is wrong.
        source: CredentialError,
    },
    /// The client CAs cannot be used.
    #[error("{}: {source}", path.display())]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: BundleError,
    },
    /// The TLS library refused them.
    #[error(transparent)]
    Setup(#[from] TlsSetupError),
}

/// What a look at the files found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The same contents as those in use, or as those that were refused last.
    Unchanged,
    /// New contents, now in use.
    Published,
}

/// Keeps an acceptor in step with the files.
#[derive(Debug)]
pub struct CertificateReloader {
    files: CertificateFiles,
    acceptor: TlsAcceptor,
    /// Of the contents that were looked at last, good or bad.
    seen: Fingerprint,
}

type Fingerprint = [u8; 32];

struct Loaded {
    credential: ServerCredential,
    client_ca: Option<CaBundle>,
}

struct Contents {
    chain: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

impl CertificateReloader {
    /// Reads the files for the first time; they must be good.
    pub async fn load(files: CertificateFiles, now: SystemTime) -> Result<Self, ReloadError> {
        let contents = Contents::read(&files).await?;
        let Loaded {
            credential,
            client_ca,
        } = contents.parse(&files, now)?;
        let acceptor = TlsAcceptor::new(credential, client_ca)?;
        Ok(Self {
            files,
            acceptor,
            seen: contents.fingerprint(),
        })
    }

    /// The acceptor that is kept in step.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Looks at the files once. Bad contents are an error once, and the certificate in use stays.
    pub async fn check(&mut self, now: SystemTime) -> Result<Reload, ReloadError> {
        let contents = Contents::read(&self.files).await?;
        let fingerprint = contents.fingerprint();
        if fingerprint == self.seen {
            return Ok(Reload::Unchanged);
        }
        self.seen = fingerprint;
        let Loaded {
            credential,
            client_ca,
        } = contents.parse(&self.files, now)?;
        self.acceptor.publish(Some(credential), client_ca)?;
        Ok(Reload::Published)
    }

    /// Looks at the files every `interval` until `stop` is cancelled. To be run as a task.
    pub async fn run(mut self, interval: Duration, stop: CancellationToken) {
        while stop
            .run_until_cancelled(tokio::time::sleep(interval))
            .await
            .is_some()
        {
            match self.check(SystemTime::now()).await {
                Ok(Reload::Unchanged) => {}
                Ok(Reload::Published) => {
                    tracing::info!(chain = %self.files.chain.display(), "serving the renewed certificate");
                }
                Err(error) => {
                    tracing::error!(%error, "keeping the old certificate: the new files cannot be used");
                }
            }
        }
    }
}

impl Contents {
    async fn read(files: &CertificateFiles) -> Result<Self, ReloadError> {
        Ok(Self {
            chain: read(&files.chain).await?,
            key: read(&files.key).await?,
            client_ca: match &files.client_ca {
                Some(path) => Some(read(path).await?),
                None => None,
            },
        })
    }

    fn parse(&self, files: &CertificateFiles, now: SystemTime) -> Result<Loaded, ReloadError> {
        let credential = ServerCredential::from_pem(&self.chain, &self.key, now).map_err(|source| {
            ReloadError::Credential {
                path: files.chain.clone(),
                source,
            }
        })?;
        let client_ca = match (&self.client_ca, &files.client_ca) {
            (Some(pem), Some(path)) => {
                Some(CaBundle::from_pem(pem).map_err(|source| ReloadError::ClientCa {
                    path: path.clone(),
                    source,
                })?)
            }
            _ => None,
        };
        Ok(Loaded {
            credential,
            client_ca,
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        for part in [Some(&self.chain), Some(&self.key), self.client_ca.as_ref()]
            .into_iter()
            .flatten()
        {
            // The length keeps bytes from moving between two files unnoticed.
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

async fn read(path: &Path) -> Result<Vec<u8>, ReloadError> {
    tokio::fs::read(path).await.map_err(|source| ReloadError::Read {
        path: path.to_owned(),
        source,
    })
}
