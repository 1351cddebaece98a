//! Puts the parts together: watches, Lease, and the work that the Lease's holder does.

use std::sync::Arc;
use std::time::SystemTime;

use hourglass_runtime::readiness::Readiness;
use hourglass_runtime::tasks::{OnEnd, Tasks};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::fleet::FleetPart;
use crate::inventory::{Devices, Inventory, Namespaces, Watches, watch_cluster};
use crate::kubernetes::{KubernetesError, client};
use crate::leading::Work;
use crate::lease::{LeaseKeeper, LeaseState};
use crate::metrics::Metrics;
use crate::operator::{OperatorConfig, WatchedNamespaces};
use crate::performers::{self, Performers};

/// Starts everything as tasks of `tasks`, which end with its shutdown token.
///
/// # Errors
/// When the cluster's API server cannot be used as configured.
pub async fn start(
    config: Config,
    tasks: &Tasks,
    readiness: &Readiness,
    metrics: Metrics,
) -> Result<(), KubernetesError> {
    let (client, default_namespace) = client(&config.kubernetes).await?;
    let (operator_gate, session_gate) = (readiness.register("operator"), readiness.register("session"));
    let namespaces = config.watched_namespaces;
    let fleet = config.fleet.map(|fleet| {
        let part = FleetPart {
            inventory: Arc::new(Inventory::new(
                SystemTime::now(),
                Namespaces::new(fleet.tenants.namespaces(), &fleet.declared),
                Devices::new(fleet.gpu_drivers.iter().cloned()),
            )),
            config: Arc::new(fleet),
            client: client.clone(),
            performers: Arc::new(Performers::new(&namespaces)),
            metrics: metrics.clone(),
            established: session_gate.clone(),
        };
        watch_everything(&part, tasks, readiness);
        part
    });

    let lease_namespace = config.lease.namespace.unwrap_or(default_namespace);
    let (lease_sender, lease) = watch::channel(LeaseState::Unknown);
    let keeper = LeaseKeeper::new(&client, &lease_namespace, &config.lease.identity);
    // The Lease is given back when the work has ended, not before: the next agent begins at once.
    let worked = CancellationToken::new();
    tasks.spawn("lease", OnEnd::Shutdown, keeper.run(lease_sender, worked.clone()));

    let operator = OperatorConfig {
        namespaces: if namespaces.is_empty() {
            WatchedNamespaces::All
        } else {
            WatchedNamespaces::Only(namespaces)
        },
        ..OperatorConfig::default()
    };
    let identity = config.lease.identity;
    let work = Work {
        client,
        operator,
        fleet,
        identity,
        operator_gate,
        session_gate,
        metrics,
    };
    let stop = tasks.shutdown_token();
    tasks.spawn("work", OnEnd::Shutdown, async move {
        let _worked = worked.drop_guard();
        Box::pin(work.run(lease, stop)).await
    });
    Ok(())
}

/// The watches run on every agent, so that one that stands by can work at once.
fn watch_everything(part: &FleetPart, tasks: &Tasks, readiness: &Readiness) {
    let stop = tasks.shutdown_token();
    let watches = Watches {
        inventory: Arc::clone(&part.inventory),
        metrics: part.metrics.clone(),
    };
    let (client, end) = (part.client.clone(), stop.clone());
    tasks.spawn("cluster-watches", OnEnd::Shutdown, async move {
        Box::pin(watch_cluster(client, watches, end)).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let (objects, inventory) = (Arc::clone(&part.performers), Arc::clone(&part.inventory));
    let (client, metrics) = (part.client.clone(), part.metrics.clone());
    let end = stop.clone();
    tasks.spawn("performer-watch", OnEnd::Shutdown, async move {
        performers::watch(client, objects, inventory, metrics, end).await;
        Ok::<_, std::convert::Infallible>(())
    });

    let gate = readiness.register("watches");
    let (objects, inventory) = (Arc::clone(&part.performers), Arc::clone(&part.inventory));
    tasks.spawn("readiness", OnEnd::Finish, async move {
        let (mut first, mut second) = (inventory.changes(), objects.changes());
        while !(inventory.with(|index| index.is_synced()) && objects.with(|index| index.is_synced())) {
            tokio::select! {
                // An agent that was refused, or cannot reach its API server, ends all the same.
                () = stop.cancelled() => return Ok(()),
                changed = first.changed() => changed?,
                changed = second.changed() => changed?,
            }
        }
        gate.open();
        Ok::<_, watch::error::RecvError>(())
    });
}
