//! The API's listener: the server's own certificate, one from files, or none.

use std::time::{Duration, SystemTime};

use hourglass_runtime::prelude::*;
use hourglass_runtime::tls::{
    Authority, CaBundle, CertificateReloader, HandshakeLimits, Listener, TlsAcceptor,
    keep_server_certificate_fresh,
};

use super::ServerError;
use crate::config::{Config, TlsMode};

/// Lifetime of the server's own certificate; renewed at two thirds.
const SERVER_CERTIFICATE: Duration = Duration::from_secs(30 * 24 * 3600);
/// Files are looked at this often.
const RELOAD: Duration = Duration::from_secs(10);

/// Binds the listener and starts what keeps its certificate fresh.
pub(super) async fn bind(
    config: &Config,
    authority: &Authority,
    tasks: &Tasks,
) -> Result<Listener, ServerError> {
    let now = SystemTime::now();
    let stop = tasks.shutdown_token();
    let acceptor = match &config.tls {
        TlsMode::Plaintext => return Ok(Listener::bind_plaintext(config.listen).await?),
        TlsMode::Own { names } => {
            let certificate = authority.issue_server_certificate(names, SERVER_CERTIFICATE, now)?;
            let acceptor = TlsAcceptor::new(certificate.credential(now)?, Some(authority.bundle()))?;
            let (authority, names) = (authority.clone(), names.clone());
            let renewed = acceptor.clone();
            tasks.spawn("server-certificate", OnEnd::Shutdown, async move {
                keep_server_certificate_fresh(
                    authority,
                    renewed,
                    names,
                    SERVER_CERTIFICATE,
                    certificate,
                    stop,
                )
                .await;
                Ok::<_, ServerError>(())
            });
            acceptor
        }
        TlsMode::Files { files, .. } => {
            let reloader = CertificateReloader::load(files.clone(), now).await?;
            let acceptor = reloader.acceptor();
            // Agents' certificates are always of our own authority, whoever signed the server's.
            acceptor.publish_client_ca(authority.bundle())?;
            tasks.spawn("server-certificate", OnEnd::Shutdown, async move {
                reloader.run(RELOAD, stop).await;
                Ok::<_, ServerError>(())
            });
            acceptor
        }
    };
    Ok(Listener::bind_tls(config.listen, acceptor, HandshakeLimits::default()).await?)
}

/// The CA certificates by which agents trust a server certificate from files, checked; empty for the server's own.
pub(super) fn extra_trust(tls: &TlsMode) -> Result<String, ServerError> {
    let TlsMode::Files { trust, .. } = tls else {
        return Ok(String::new());
    };
    let pem = std::fs::read(trust).map_err(|error| format!("--tls-ca-file {}: {error}", trust.display()))?;
    CaBundle::from_pem(&pem).map_err(|error| format!("--tls-ca-file {}: {error}", trust.display()))?;
    Ok(String::from_utf8(pem)?)
}
