//! Our part in a fleet while this agent holds the Lease: an identity, kept fresh, and sessions with it.

use std::sync::Arc;
use std::time::Duration;

use hourglass_runtime::backoff::{Backoff, BackoffPolicy};
use hourglass_runtime::readiness::Gate;
use hourglass_runtime::tls::{ClientTls, ClusterIdentity, IdentityError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::FleetConfig;
use crate::identity::{Keeper, KeeperError, StateError, StateStore, Stored};
use crate::inventory::Inventory;
use crate::kubernetes::cluster_uid;
use crate::metrics::Metrics;
use crate::performers::Performers;
use crate::session::{Holder, Obeyed, SessionContext, supervise};

/// Between tries to read the state.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(15),
};

/// The agent cannot take part.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// It has no identity and can get none.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// Its state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The cluster's uid is not one.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// What taking part needs.
#[derive(Clone)]
pub struct FleetPart {
    /// Our part as configured.
    pub config: Arc<FleetConfig>,
    /// The cluster's API server.
    pub client: kube::Client,
    /// Nodes and pods.
    pub inventory: Arc<Inventory>,
    /// Performer objects.
    pub performers: Arc<Performers>,
    /// Metrics of the process.
    pub metrics: Metrics,
    /// Opened when the first session is established.
    pub established: Gate,
}

impl FleetPart {
    /// Takes part until `stop`.
    ///
    /// # Errors
    /// When there is no identity, and waiting cannot help.
    pub async fn run(self, holder: Holder, stop: CancellationToken) -> Result<(), FleetError> {
        let store = StateStore::new(&self.config.state, &self.client);
        let Some(uid) = cluster_uid(&self.client, &stop).await else {
            return Ok(());
        };
        let cluster = ClusterIdentity::new(self.config.cluster.as_str(), &uid)?;
        if self.config.is_plaintext() {
            tracing::warn!("plain text without identity: for tests only");
            let (_never, tls) = watch::channel(ClientTls::default());
            return self.hold_sessions(store, &uid, holder, tls, stop).await;
        }
        let keeper = Keeper::new(Arc::clone(&self.config), store.clone(), cluster);
        let Some(identity) = keeper.obtain(&stop).await? else {
            return Ok(());
        };
        let (published, tls) = watch::channel(identity.client_tls());
        let metrics = self.metrics.clone();
        let sessions = self.hold_sessions(store, &uid, holder, tls, stop.clone());
        let ((), held) = tokio::join!(keeper.keep_fresh(identity, published, metrics, stop), sessions);
        held
    }

    async fn hold_sessions(
        self,
        store: StateStore,
        uid: &str,
        holder: Holder,
        tls: watch::Receiver<ClientTls>,
        stop: CancellationToken,
    ) -> Result<(), FleetError> {
        let Some(stored) = load(&store, &stop).await? else {
            return Ok(());
        };
        let obeyed = Arc::new(Obeyed::new(store, stored.obeyed));
        let context = SessionContext {
            fleet: self.config,
            cluster_uid: uid.into(),
            client: self.client,
            inventory: self.inventory,
            performers: self.performers,
            metrics: self.metrics,
            established: self.established,
        };
        supervise(context, obeyed, holder, tls, stop).await;
        Ok(())
    }
}

async fn load(store: &StateStore, stop: &CancellationToken) -> Result<Option<Stored>, StateError> {
    let mut backoff = Backoff::new(RETRY);
    loop {
        let loaded = tokio::select! {
            () = stop.cancelled() => return Ok(None),
            loaded = store.load() => loaded,
        };
        match loaded {
            Ok(stored) => return Ok(Some(stored)),
            Err(error) if error.is_permanent() => return Err(error),
            Err(error) => {
                let delay = backoff.next_delay();
                tracing::warn!(%error, ?delay, "the state cannot be read; trying again");
                tokio::select! {
                    () = stop.cancelled() => return Ok(None),
                    () = tokio::time::sleep(delay) => {}
                }
            }
        }
    }
}
