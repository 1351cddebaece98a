//! One session after the other, for as long as this agent holds the Lease.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_proto::fleet::v1 as pb;
use hourglass_runtime::backoff::{Backoff, BackoffPolicy};
use hourglass_runtime::tls::ClientTls;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::commands::{CommandContext, Commands};
use super::connect::connect;
use super::control::ControlLoop;
use super::error::{SessionEnd, SessionError};
use super::handshake;
use super::standing::{Obeyed, Standing};
use super::{PROTOCOL_VERSIONS, SessionContext};
use crate::inventory::InventoryStream;

/// After a session that could not begin, or broke.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(20),
};
/// After one that will break again until somebody changes something.
const LONG_RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_secs(30),
    max: Duration::from_secs(300),
};
/// At least this long then, whatever the jitter.
const LONG_RETRY_MIN: Duration = Duration::from_secs(15);
/// A session that lasted this long was a good one: the next failure begins small again.
const GOOD_SESSION: Duration = Duration::from_secs(10);
/// After an Inventory stream that broke.
const INVENTORY_RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(200),
    max: Duration::from_secs(10),
};
/// How long the API server may take to tell its version.
const VERSION_TIMEOUT: Duration = Duration::from_secs(5);

/// Under which hold of the Lease the sessions run.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Name of this agent.
    pub identity: String,
    /// How often the Lease changed hands.
    pub transitions: i32,
}

/// Keeps a session with the server until `stop`. `tls` changes when there is a new certificate.
pub async fn supervise(
    context: SessionContext,
    obeyed: Arc<Obeyed>,
    holder: Holder,
    mut tls: watch::Receiver<ClientTls>,
    stop: CancellationToken,
) {
    let mut short = Backoff::new(RETRY);
    let mut long = Backoff::new(LONG_RETRY);
    if !synced(&context, &stop).await {
        return;
    }
    while !stop.is_cancelled() {
        let began = Instant::now();
        let end = session(&context, &obeyed, &holder, &mut tls, &stop).await;
        context.metrics.set_connected(false);
        if began.elapsed() >= GOOD_SESSION {
            short.reset();
            long.reset();
        }
        let delay = match end {
            Ok(SessionEnd::Stopped) => {
                context.metrics.session_ended("stopped");
                return;
            }
            Ok(SessionEnd::IdentityChanged) => {
                context.metrics.session_ended("identity_changed");
                tracing::info!("there is a new certificate: connecting again with it");
                continue;
            }
            Err(error) => {
                context.metrics.session_ended(error.kind());
                let delay = if error.needs_somebody() {
                    long.next_delay().max(LONG_RETRY_MIN)
                } else {
                    short.next_delay()
                };
                tracing::warn!(%error, ?delay, "no session; trying again");
                delay
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
            // A new certificate may be what was missing.
            Ok(()) = tls.changed() => {}
        }
    }
}

/// Waits until it is known what is in the cluster: before that nothing true can be said about it.
async fn synced(context: &SessionContext, stop: &CancellationToken) -> bool {
    let mut inventory = context.inventory.changes();
    let mut performers = context.performers.changes();
    let all = async {
        while !context.inventory.with(|index| index.is_synced()) {
            inventory.changed().await?;
        }
        while !context.performers.with(|index| index.is_synced()) {
            performers.changed().await?;
        }
        Ok::<_, watch::error::RecvError>(())
    };
    tokio::select! {
        () = stop.cancelled() => false,
        all = all => all.is_ok(),
    }
}

async fn session(
    context: &SessionContext,
    obeyed: &Arc<Obeyed>,
    holder: &Holder,
    tls: &mut watch::Receiver<ClientTls>,
    stop: &CancellationToken,
) -> Result<SessionEnd, SessionError> {
    let credentials = tls.borrow_and_update().clone();
    let begin = async {
        learn_version(context).await;
        let channel = connect(&context.fleet.server, &credentials).await?;
        handshake::open(channel, hello(context, obeyed, holder)).await
    };
    let control = tokio::select! {
        () = stop.cancelled() => return Ok(SessionEnd::Stopped),
        control = begin => control?,
    };
    let standing = Standing::new(control.session_id.clone(), control.order, Arc::clone(obeyed))?;
    tracing::info!(session = control.session_id, order = %control.order, "session established");
    context.metrics.set_connected(true);
    context.established.open();

    let session_stop = stop.child_token();
    let (resync_sender, resync) = watch::channel(0);
    let mut inventory = InventoryStream {
        inventory: Arc::clone(&context.inventory),
        tenants: Arc::new(context.fleet.tenants.clone()),
        session_id: control.session_id.clone(),
        resync,
        metrics: context.metrics.clone(),
    };
    let command_context = Arc::new(CommandContext::new(
        context.clone(),
        standing,
        session_stop.child_token(),
    ));
    let mut control = ControlLoop::new(
        context.clone(),
        control,
        Commands::new(command_context),
        resync_sender,
    );
    let end = tokio::select! {
        () = stop.cancelled() => Ok(SessionEnd::Stopped),
        Ok(()) = tls.changed() => Ok(SessionEnd::IdentityChanged),
        end = control.run() => end.map(|()| SessionEnd::Stopped),
        () = keep_inventory(&context.fleet.server, &credentials, &mut inventory, &session_stop) => {
            Ok(SessionEnd::Stopped)
        }
    };
    session_stop.cancel();
    control.into_commands().drain().await;
    end
}

/// The Inventory stream of the session, again and again: its break is no reason to give up the session.
async fn keep_inventory(
    server: &str,
    credentials: &ClientTls,
    stream: &mut InventoryStream,
    stop: &CancellationToken,
) {
    let mut backoff = Backoff::new(INVENTORY_RETRY);
    while !stop.is_cancelled() {
        let began = Instant::now();
        let end = match connect(server, credentials).await {
            Ok(channel) => stream.run(channel, stop).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let Err(error) = end else { return };
        if began.elapsed() >= GOOD_SESSION {
            backoff.reset();
        }
        let delay = backoff.next_delay();
        tracing::warn!(error, ?delay, "no inventory stream; trying again");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
        }
    }
}

fn hello(context: &SessionContext, obeyed: &Obeyed, holder: &Holder) -> pb::Hello {
    let highest = obeyed.highest();
    pb::Hello {
        cluster: context.fleet.cluster.to_string(),
        cluster_uid: context.cluster_uid.to_string(),
        protocol_versions: PROTOCOL_VERSIONS.to_vec(),
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        highest_incarnation: highest.incarnation.0,
        highest_term: highest.term.0,
        lease_holder: holder.identity.clone(),
        lease_transitions: i64::from(holder.transitions),
        kubernetes_version: context
            .inventory
            .with(|index| index.kubernetes_version().to_owned()),
    }
}

/// An API server that does not answer is no reason to have no session.
async fn learn_version(context: &SessionContext) {
    match tokio::time::timeout(VERSION_TIMEOUT, context.client.apiserver_version()).await {
        Ok(Ok(version)) => {
            let known = context
                .inventory
                .with(|index| index.kubernetes_version() == version.git_version);
            if !known {
                context
                    .inventory
                    .change(|index| index.set_kubernetes_version(version.git_version));
            }
        }
        Ok(Err(error)) => tracing::warn!(%error, "the API server does not tell its version"),
        Err(_) => tracing::warn!("the API server does not tell its version in time"),
    }
}
