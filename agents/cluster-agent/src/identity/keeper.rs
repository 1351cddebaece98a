//! Gets the identity at start, and a new one before the old one ends.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hourglass_runtime::backoff::{Backoff, BackoffPolicy};
use hourglass_runtime::secret::Secret;
use hourglass_runtime::tls::{ClientTls, ClusterIdentity};
use rand::RngExt;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{EnrolError, Enrolment, Identity, StateError, StateStore, check};
use crate::config::{FleetConfig, JoinTokenSource};
use crate::metrics::Metrics;

/// Between tries to get a certificate.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_secs(1),
    max: Duration::from_secs(120),
};
/// A sleep is cut into pieces of this length, so that a clock that jumps is noticed.
const CLOCK_CHECK: Duration = Duration::from_secs(60);

/// The agent has no identity and can get none without help.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// State cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The server gave none.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// There is no identity, and nothing to get one with.
    #[error(
        "{why}, and no join token was given: make one (hourglass token create --cluster {cluster}) and give it with --join-token-file"
    )]
    NoToken {
        /// Why an identity is needed.
        why: String,
        /// Name of this cluster.
        cluster: String,
    },
    /// The file of the token cannot be read.
    #[error("{why}, but the join token cannot be read: {path}: {source}")]
    TokenFile {
        /// Why an identity is needed.
        why: String,
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl KeeperError {
    fn is_permanent(&self) -> bool {
        match self {
            Self::State(error) => error.is_permanent(),
            Self::Enrol(error) => error.is_permanent(),
            Self::NoToken { .. } | Self::TokenFile { .. } => true,
        }
    }
}

/// Owns the identity of this agent.
#[derive(Debug, Clone)]
pub struct Keeper {
    fleet: Arc<FleetConfig>,
    store: StateStore,
    cluster: ClusterIdentity,
}

impl Keeper {
    /// For `cluster`, with what the configuration says.
    pub fn new(fleet: Arc<FleetConfig>, store: StateStore, cluster: ClusterIdentity) -> Self {
        Self {
            fleet,
            store,
            cluster,
        }
    }

    /// The stored identity, or a new one for the join token where there is none that can be used. Tries until it
    /// has one; `None` when `stop` came first.
    ///
    /// # Errors
    /// When no waiting can help.
    pub async fn obtain(&self, stop: &CancellationToken) -> Result<Option<Identity>, KeeperError> {
        let mut backoff = Backoff::new(RETRY);
        let enrolment = Enrolment::new(&self.cluster)?;
        loop {
            let attempt = tokio::select! {
                () = stop.cancelled() => return Ok(None),
                attempt = self.obtain_once(&enrolment) => attempt,
            };
            match attempt {
                Ok(identity) => return Ok(Some(identity)),
                Err(error) if error.is_permanent() => return Err(error),
                Err(error) => {
                    let delay = backoff.next_delay();
                    tracing::warn!(%error, ?delay, "no identity yet; trying again");
                    tokio::select! {
                        () = stop.cancelled() => return Ok(None),
                        () = tokio::time::sleep(delay) => {}
                    }
                }
            }
        }
    }

    async fn obtain_once(&self, enrolment: &Enrolment) -> Result<Identity, KeeperError> {
        let stored = self.store.load().await?.identity;
        let (why, trusted) = match stored {
            None => ("this agent has not joined yet".to_owned(), None),
            Some(identity) if identity.cluster != self.cluster => (
                format!(
                    "the stored identity is {}, but this is {}",
                    identity.cluster, self.cluster
                ),
                None,
            ),
            Some(identity) => match check(&identity, SystemTime::now()) {
                Ok(()) => {
                    tracing::info!(cluster = %self.cluster, "using the stored identity");
                    return Ok(identity);
                }
                Err(error) => (
                    format!("the stored identity cannot be used ({error})"),
                    Some(identity.ca_pem),
                ),
            },
        };
        self.join(enrolment, why, trusted).await
    }

    /// Trades a join token for an identity. `trusted`: CA certificates of an earlier one.
    async fn join(
        &self,
        enrolment: &Enrolment,
        why: String,
        trusted: Option<String>,
    ) -> Result<Identity, KeeperError> {
        let token = self.join_token(why).await?;
        let ca_pem = self.fleet.enrolment_ca_pem.clone().or(trusted);
        let identity = enrolment
            .enrol(&self.fleet.server, ca_pem, &token, &self.fleet.labels)
            .await?;
        self.store.save_identity(&identity).await?;
        tracing::info!(cluster = %self.cluster, "joined the fleet");
        Ok(identity)
    }

    async fn join_token(&self, why: String) -> Result<Secret<String>, KeeperError> {
        match &self.fleet.join_token {
            None => Err(KeeperError::NoToken {
                why,
                cluster: self.fleet.cluster.to_string(),
            }),
            Some(JoinTokenSource::Given(token)) => Ok(token.clone()),
            Some(JoinTokenSource::File(path)) => match tokio::fs::read_to_string(path).await {
                Ok(token) => Ok(Secret::new(token)),
                Err(source) => Err(KeeperError::TokenFile {
                    why,
                    path: path.display().to_string(),
                    source,
                }),
            },
        }
    }

    /// Publishes what connections need of `current`, and of a new identity each time before the old one ends, until
    /// `stop`. While getting a new one fails the old one stays; one that has ended is replaced with a join token, if
    /// there is one.
    pub async fn keep_fresh(
        &self,
        mut current: Identity,
        published: watch::Sender<ClientTls>,
        metrics: Metrics,
        stop: CancellationToken,
    ) {
        let mut backoff = Backoff::new(RETRY);
        let mut due = renewal_time(&current, rand::rng().random_range(0.0..=0.1));
        metrics.set_certificate_end(current.not_after);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep_until(due) => {}
            }
            let renewed = tokio::select! {
                () = stop.cancelled() => return,
                renewed = self.renew(&current) => renewed,
            };
            match renewed {
                Ok(identity) => {
                    backoff.reset();
                    due = renewal_time(&identity, rand::rng().random_range(0.0..=0.1));
                    tracing::info!("the certificate was renewed");
                    metrics.set_certificate_end(identity.not_after);
                    published.send_replace(identity.client_tls());
                    current = identity;
                }
                Err(error) => {
                    let delay = backoff.next_delay();
                    tracing::error!(%error, ?delay, "the certificate could not be renewed; trying again");
                    due = SystemTime::now() + delay;
                }
            }
        }
    }

    async fn renew(&self, current: &Identity) -> Result<Identity, KeeperError> {
        let enrolment = Enrolment::new(&self.cluster)?;
        if current.not_after <= SystemTime::now() {
            let why = "the certificate ended before it could be renewed".to_owned();
            return self.join(&enrolment, why, Some(current.ca_pem.clone())).await;
        }
        let identity = enrolment.renew(&self.fleet.server, current).await?;
        self.store.save_identity(&identity).await?;
        Ok(identity)
    }
}

/// `renew_after` and a part (`jitter`, 0 to 1) of the rest of the time, so that agents which joined together do not
/// renew together.
fn renewal_time(identity: &Identity, jitter: f64) -> SystemTime {
    let rest = identity
        .not_after
        .duration_since(identity.renew_after)
        .unwrap_or_default();
    identity.renew_after + rest.mul_f64(jitter)
}

async fn sleep_until(due: SystemTime) {
    while let Ok(rest) = due.duration_since(SystemTime::now())
        && !rest.is_zero()
    {
        tokio::time::sleep(rest.min(CLOCK_CHECK)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_runtime::tls::Authority;

    #[test]
    fn renewal_begins_after_renew_after_and_well_before_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_create(directory.path(), SystemTime::now()).unwrap();
        let identity = check::tests::identity(&authority, "c1", SystemTime::now());
        assert_eq!(renewal_time(&identity, 0.0), identity.renew_after);
        let latest = renewal_time(&identity, 0.1);
        assert!(latest > identity.renew_after && latest < identity.not_after);
    }
}
