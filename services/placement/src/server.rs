//! The server put together: store, authority, decision loop, API, admin pages; started in the order in which each
//! needs the one before, stopped the other way round.

mod listener;
mod storage;

use std::sync::Arc;
use std::time::Duration;

use hourglass_runtime::prelude::*;
use hourglass_runtime::tls::Authority;
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;
use tracing::info;

use crate::config::{Config, TlsMode};
use crate::edge::{self, EdgeContext};
use crate::metrics::LoopMetrics;
use crate::pki::admin_token;
use crate::pki::placement_seal::PlacementSeal;
use crate::scheduler::command::SessionGrant;
use crate::scheduler::core::Core;
use crate::scheduler::port::Scheduler;
use crate::scheduler::run::{DecisionLoop, QUEUE};
use crate::sessions::control::SessionContext;

/// Whatever kept the server from running.
pub type ServerError = Box<dyn std::error::Error + Send + Sync>;

/// Name and version of this program.
pub const BUILD: BuildInfo = BuildInfo::new("hourglass-placement", env!("CARGO_PKG_VERSION"));

/// Runs the server until `shutdown` is asked for or an essential part ends.
///
/// # Errors
/// What kept it from starting, or the part that ended.
pub async fn run(config: Config, shutdown: &Shutdown) -> Result<(), ServerError> {
    // The store first: its lock keeps a second process from everything else in the directory, and tells whoever starts one
    // what is wrong, before an address that is taken does.
    let storage = storage::open(&config).await?;
    let tasks = Tasks::new(shutdown.token());
    let readiness = Readiness::new(shutdown.token());
    let serving = readiness.register("serving");
    let mut registry = Registry::default();
    let metrics = LoopMetrics::register(&mut registry);
    let admin = AdminServer::bind(config.admin_address).await?;
    let pages = AdminPages {
        build: BUILD,
        readiness,
        metrics: Arc::new(registry),
    };
    tasks.spawn(
        "admin",
        OnEnd::Shutdown,
        admin.serve(pages, tasks.shutdown_token()),
    );

    let pki = config.state_dir.join("pki");
    let authority = Authority::open_or_create(&pki, std::time::SystemTime::now())?;
    let seal = PlacementSeal::load_or_create(&pki)?;
    let admin_token = admin_token::load_or_create(&config.state_dir)?;

    let grant = SessionGrant {
        incarnation: storage.leadership.incarnation().get(),
        term: storage.leadership.term().get(),
    };
    let mut core = Core::new(grant, config.liveness, seal.clone()).with_queue_policy(config.queue);
    core.load(storage.store.as_ref()).await?;
    let (commands, queue) = mpsc::channel(QUEUE);
    let scheduler = Scheduler::new(commands);
    let decisions = DecisionLoop::new(
        core,
        Arc::clone(&storage.store),
        storage.leadership,
        storage.sequence,
        queue,
        metrics,
    );
    tasks.spawn(
        "decision-loop",
        OnEnd::Shutdown,
        decisions.run(tasks.shutdown_token()),
    );

    if config.end_recovery && !scheduler.end_recovery().await? {
        info!("there is no recovery to end");
    }
    let listener = listener::bind(&config, &authority, &tasks).await?;
    let address = listener.local_address();
    let context = EdgeContext {
        scheduler: scheduler.clone(),
        store: Arc::clone(&storage.store),
        seal: seal.clone(),
        authority,
        extra_trust_pem: listener::extra_trust(&config.tls)?,
        admin_token_sha256: admin_token::sha256_hex(admin_token.expose()),
        agent_certificate_lifetime: config.agent_certificate_lifetime,
        plaintext: matches!(config.tls, TlsMode::Plaintext),
        sessions: SessionContext {
            scheduler,
            tasks: tasks.clone(),
            shutdown: tasks.shutdown_token(),
            heartbeat_interval: config.heartbeat_interval,
            lease_length: config.suspect_after(),
        },
    };
    let stop = tasks.shutdown_token();
    tasks.spawn("api", OnEnd::Shutdown, edge::serve(context, listener, stop));
    serving.open();
    info!(%address, state_dir = %config.state_dir.display(), "placement service serves");

    shutdown.requested().await;
    info!("draining");
    let drained = tasks.drain(config.drain_timeout).await;
    // Only now: nobody commits any more.
    tokio::time::timeout(Duration::from_secs(10), storage.store.close()).await??;
    drained?;
    Ok(())
}
