//! Server certificates from our own authority, renewed while the server runs.

use std::time::{Duration, SystemTime};

use tokio_util::sync::CancellationToken;

use super::acceptor::TlsAcceptor;
use super::authority::Authority;
use super::issue::IssuedCertificate;
use crate::backoff::{Backoff, BackoffPolicy};
use crate::error_chain::error_chain;

/// The clock is looked at this often, so that a machine that slept notices.
const LOOK: Duration = Duration::from_secs(60);

/// Between attempts after a failure.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_secs(10),
    max: Duration::from_secs(600),
};

/// Replaces `current`, which `acceptor` serves, at two thirds of its time by a new certificate for the
/// same `names`, and so on until `stop` is cancelled. To be run as a task.
pub async fn keep_server_certificate_fresh(
    authority: Authority,
    acceptor: TlsAcceptor,
    names: Vec<String>,
    lifetime: Duration,
    current: IssuedCertificate,
    stop: CancellationToken,
) {
    let mut renew_after = current.renew_after;
    let mut backoff = Backoff::new(RETRY);
    let mut wait = wait_until(renew_after);
    while stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
        let now = SystemTime::now();
        if now < renew_after {
            wait = wait_until(renew_after);
            continue;
        }
        match renew(&authority, &acceptor, &names, lifetime, now) {
            Ok(next) => {
                tracing::info!(not_after = ?next.not_after, "serving a renewed server certificate");
                renew_after = next.renew_after;
                backoff.reset();
                wait = wait_until(renew_after);
            }
            Err(error) => {
                wait = backoff.next_delay();
                let error = error_chain(error.as_ref());
                tracing::error!(error, retry_in = ?wait, "cannot renew the server certificate");
            }
        }
    }
}

fn wait_until(time: SystemTime) -> Duration {
    // Never zero, so that a certificate of no lifetime cannot make this spin.
    time.duration_since(SystemTime::now())
        .unwrap_or_default()
        .clamp(Duration::from_millis(100), LOOK)
}

fn renew(
    authority: &Authority,
    acceptor: &TlsAcceptor,
    names: &[String],
    lifetime: Duration,
    now: SystemTime,
) -> Result<IssuedCertificate, Box<dyn std::error::Error + Send + Sync>> {
    let issued = authority.issue_server_certificate(names, lifetime, now)?;
    acceptor.publish_credential(issued.credential(now)?)?;
    Ok(issued)
}
