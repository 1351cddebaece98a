//! One connection to the server.

use std::time::Duration;

use hourglass_runtime::backoff::Backoff;
use tokio::time::Instant;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use super::{ConnectFailure, DEFAULT_CONNECT_PATIENCE, RETRY_DELAYS};
use crate::context::{Target, Trust};
use crate::errors::CliError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Below the idle limits of common load balancers (60 s and more).
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What [`connect`] connects to, and how.
pub fn endpoint(target: &Target) -> Result<Endpoint, Box<ConnectFailure>> {
    let failed = |error: tonic::transport::Error| Box::new(ConnectFailure::new(target, &error));
    let endpoint = Endpoint::from(target.server.clone())
        .user_agent(concat!("hourglass/", env!("CARGO_PKG_VERSION")))
        .map_err(failed)?
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    let tls = match &target.trust {
        Trust::Plaintext => return Ok(endpoint),
        Trust::System => ClientTlsConfig::new().with_native_roots(),
        Trust::Authorities { pem, .. } => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
    };
    let name = target
        .tls_server_name
        .clone()
        .unwrap_or_else(|| target.host().to_owned());
    endpoint
        .tls_config(tls.domain_name(name).timeout(CONNECT_TIMEOUT))
        .map_err(failed)
}

/// Connects. What may pass (nothing listens, no answer) is tried again for a while: a server that restarts
/// is back within seconds. What cannot pass (TLS) fails at once.
pub async fn connect(
    target: &Target,
    timeout: Option<Duration>,
    mut on_retry: impl FnMut(&ConnectFailure),
) -> Result<Channel, CliError> {
    let endpoint = endpoint(target)?;
    let deadline = Instant::now() + timeout.unwrap_or(DEFAULT_CONNECT_PATIENCE);
    let mut delays = Backoff::new(RETRY_DELAYS);
    loop {
        let failure = match tokio::time::timeout_at(deadline, endpoint.connect()).await {
            Ok(Ok(channel)) => return Ok(channel),
            Ok(Err(error)) => ConnectFailure::new(target, &error),
            Err(elapsed) => ConnectFailure::new(target, &elapsed),
        };
        let again = Instant::now() + delays.next_delay();
        if !failure.may_pass() || again >= deadline {
            return Err(Box::new(failure).into());
        }
        on_retry(&failure);
        tokio::time::sleep_until(again).await;
    }
}
