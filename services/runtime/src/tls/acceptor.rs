//! The server's TLS settings, replaceable while it runs. What is given was checked before, so that a
//! bad certificate never replaces a good one.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;

use super::bundle::CaBundle;
use super::credential::ServerCredential;
use super::provider::crypto_provider;

/// ALPN of HTTP/2, the only protocol that gRPC speaks.
const HTTP2: &[u8] = b"h2";

/// The certificate that is served and the CAs that client certificates are verified against; clones
/// share them. New connections use what was published last; running ones go on.
#[derive(Debug, Clone)]
pub struct TlsAcceptor {
    current: Arc<RwLock<Current>>,
}

#[derive(Debug)]
struct Current {
    credential: ServerCredential,
    client_ca: Option<CaBundle>,
    config: Arc<ServerConfig>,
}

/// The TLS library refused a setting.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up TLS: {0}")]
pub struct TlsSetupError(String);

impl TlsAcceptor {
    /// Serves `credential`. With `client_ca`, a client may present a certificate of one of these CAs
    /// (and is refused with any other certificate); without one it is anonymous, which the layers above
    /// must treat so. Without `client_ca` no certificate is asked for.
    pub fn new(credential: ServerCredential, client_ca: Option<CaBundle>) -> Result<Self, TlsSetupError> {
        let config = server_config(&credential, client_ca.as_ref())?;
        Ok(Self {
            current: Arc::new(RwLock::new(Current {
                credential,
                client_ca,
                config,
            })),
        })
    }

    /// Serves another certificate from the next connection on.
    pub fn publish_credential(&self, credential: ServerCredential) -> Result<(), TlsSetupError> {
        self.publish(Some(credential), None)
    }

    /// Verifies clients against other CAs from the next connection on.
    pub fn publish_client_ca(&self, client_ca: CaBundle) -> Result<(), TlsSetupError> {
        self.publish(None, Some(client_ca))
    }

    /// Replaces what is given, both at once, or nothing when it fails.
    pub fn publish(
        &self,
        credential: Option<ServerCredential>,
        client_ca: Option<CaBundle>,
    ) -> Result<(), TlsSetupError> {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let credential = credential.unwrap_or_else(|| current.credential.clone());
        let client_ca = client_ca.or_else(|| current.client_ca.clone());
        let config = server_config(&credential, client_ca.as_ref())?;
        *current = Current {
            credential,
            client_ca,
            config,
        };
        Ok(())
    }

    /// When the served certificate ends.
    pub fn not_after(&self) -> SystemTime {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .credential
            .not_after()
    }

    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).config)
    }
}

fn server_config(
    credential: &ServerCredential,
    client_ca: Option<&CaBundle>,
) -> Result<Arc<ServerConfig>, TlsSetupError> {
    let setup_error = |error: &dyn std::fmt::Display| TlsSetupError(error.to_string());
    let verifier: Arc<dyn ClientCertVerifier> = match client_ca {
        Some(bundle) => WebPkiClientVerifier::builder_with_provider(bundle.roots(), crypto_provider())
            .allow_unauthenticated()
            .build()
            .map_err(|error| setup_error(&error))?,
        None => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(crypto_provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| setup_error(&error))?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(credential.certified_key())));
    config.alpn_protocols = vec![HTTP2.to_vec()];
    // A resumed session would skip the check of the client's certificate, also after that has ended or
    // its CA was withdrawn.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}
