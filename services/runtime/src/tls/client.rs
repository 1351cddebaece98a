//! The client's side: a tonic endpoint with TLS and with the keepalive that suits our servers.

use std::fmt;
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use super::bundle::{BundleError, CaBundle};
use super::pem::{self, PemError};
use super::provider::{crypto_provider, install_crypto_provider};
use crate::error_chain::error_chain;
use crate::grpc_server::{KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT};
use crate::secret::Secret;

/// TCP connect, and TLS handshake, each.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A client certificate and its key.
#[derive(Debug, Clone)]
pub struct ClientCredential {
    /// The certificate, then its intermediates, in PEM.
    pub chain_pem: String,
    /// The private key in PEM.
    pub key_pem: Secret<String>,
}

/// What a client trusts, and who it is.
#[derive(Debug, Clone, Default)]
pub struct ClientTls {
    /// One or more CA certificates in PEM; the system's when `None`.
    pub ca_pem: Option<String>,
    /// For mutual TLS.
    pub credential: Option<ClientCredential>,
    /// The name that the server's certificate must have, where it is not the host of the URI.
    pub server_name: Option<String>,
}

/// The endpoint cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Not a URI with a host and the scheme `http` or `https`.
    #[error("{uri:?} is no address of a server ({reason}); expected is https://host:port")]
    Uri {
        /// What was given.
        uri: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The CA certificates cannot be used.
    #[error(transparent)]
    CaBundle(#[from] BundleError),
    /// The client certificate cannot be read.
    #[error("the client certificate {0}")]
    Chain(PemError),
    /// The client key cannot be read.
    #[error("the client key {0}")]
    Key(PemError),
    /// The client certificate and key do not belong together.
    #[error("the client key does not fit the client certificate: {0}")]
    Mismatch(String),
    /// A certificate would have no effect.
    #[error("{0:?} is plain text, which cannot carry a client certificate: use https://")]
    CredentialOverPlaintext(String),
    /// The TLS library refused the settings.
    #[error("cannot set up TLS: {0}")]
    Setup(String),
}

/// An endpoint for `uri`: TLS as told by `tls` for `https`, none for `http` (ask
/// [`super::check_plaintext_target`] before). Everything is checked here, nothing is connected yet.
///
/// The credential is fixed in the endpoint: when it was renewed, make a new one and connect again.
pub fn endpoint(uri: &str, tls: &ClientTls) -> Result<Endpoint, ClientError> {
    let refuse = |reason: &dyn fmt::Display| ClientError::Uri {
        uri: uri.to_owned(),
        reason: reason.to_string(),
    };
    let endpoint = Endpoint::from_shared(uri.to_owned()).map_err(|error| refuse(&error_chain(&error)))?;
    if endpoint.uri().host().is_none_or(str::is_empty) {
        return Err(refuse(&"it has no host"));
    }
    let encrypted = match endpoint.uri().scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(refuse(&"its scheme is not https")),
    };
    if !encrypted && tls.credential.is_some() {
        return Err(ClientError::CredentialOverPlaintext(uri.to_owned()));
    }
    let endpoint = endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .tcp_keepalive(Some(KEEPALIVE_INTERVAL))
        .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    if !encrypted {
        return Ok(endpoint);
    }
    install_crypto_provider();
    endpoint
        .tls_config(tls_config(tls)?)
        .map_err(|error| ClientError::Setup(error_chain(&error)))
}

fn tls_config(tls: &ClientTls) -> Result<ClientTlsConfig, ClientError> {
    let mut config = ClientTlsConfig::new().timeout(CONNECT_TIMEOUT);
    match &tls.ca_pem {
        Some(pem) => {
            CaBundle::from_pem(pem.as_bytes())?;
            config = config.ca_certificate(Certificate::from_pem(pem));
        }
        None => config = config.with_native_roots(),
    }
    if let Some(credential) = &tls.credential {
        check_credential(credential)?;
        config = config.identity(Identity::from_pem(
            &credential.chain_pem,
            credential.key_pem.expose(),
        ));
    }
    if let Some(name) = &tls.server_name {
        config = config.domain_name(name);
    }
    Ok(config)
}

fn check_credential(credential: &ClientCredential) -> Result<(), ClientError> {
    let chain = pem::certificates(credential.chain_pem.as_bytes()).map_err(ClientError::Chain)?;
    let key = pem::private_key(credential.key_pem.expose().as_bytes()).map_err(ClientError::Key)?;
    rustls::sign::CertifiedKey::from_der(chain, key, &crypto_provider())
        .map(drop)
        .map_err(|error| ClientError::Mismatch(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(uri: &str) -> String {
        endpoint(uri, &ClientTls::default()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_expected_form() {
        for uri in [
            "",
            "placement",
            "placement:7443",
            "ftp://placement:7443",
            "https://",
            "https://a b",
        ] {
            assert!(
                error(uri).contains("expected is https://host:port"),
                "{uri:?}: {}",
                error(uri)
            );
        }
    }

    #[test]
    fn plain_text_needs_no_certificates_and_takes_none() {
        endpoint("http://127.0.0.1:7443", &ClientTls::default()).unwrap();
        let credential = ClientCredential {
            chain_pem: String::new(),
            key_pem: Secret::new(String::new()),
        };
        let tls = ClientTls {
            credential: Some(credential),
            ..ClientTls::default()
        };
        let error = endpoint("http://127.0.0.1:7443", &tls).unwrap_err();
        assert!(matches!(error, ClientError::CredentialOverPlaintext(_)));
    }

    #[test]
    fn a_ca_that_is_no_certificate_is_refused() {
        let tls = ClientTls {
            ca_pem: Some("no pem".into()),
            ..ClientTls::default()
        };
        let error = endpoint("https://127.0.0.1:7443", &tls).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the CA bundle has no PEM section \"CERTIFICATE\""
        );
    }
}
