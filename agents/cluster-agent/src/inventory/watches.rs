//! The watches of nodes, pods and RuntimeClasses, written into the index. A watch that ends (410 Gone, a restart of
//! the API server) goes on with a new list; the index takes the difference.

use std::fmt::Debug;
use std::sync::Arc;

use futures::StreamExt;
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::api::node::v1::RuntimeClass;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{Config, Event, watcher};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::{Inventory, classes, node, pod};
use crate::metrics::Metrics;

/// What the watches need.
#[derive(Debug, Clone)]
pub struct Watches {
    /// Where they write.
    pub inventory: Arc<Inventory>,
    /// Metrics of the process.
    pub metrics: Metrics,
}

/// Keeps the inventory up to date until `stop`.
pub async fn run(client: kube::Client, watches: Watches, stop: CancellationToken) {
    let Watches { inventory, metrics } = watches;
    let nodes = follow(Api::<Node>::all(client.clone()), "nodes", &metrics, |event| {
        inventory.change(|index| match event {
            Event::Init => index.begin_nodes(),
            Event::Apply(node) | Event::InitApply(node) => {
                let name: Arc<str> = node.name_any().into();
                index.put_node(&name, node::facts(node));
            }
            Event::Delete(node) => index.remove_node(&node.name_any().into()),
            Event::InitDone => index.finish_nodes(),
        });
    });
    let pods = follow(Api::<Pod>::all(client.clone()), "pods", &metrics, |event| {
        inventory.change(|index| match event {
            Event::Init => index.begin_pods(),
            Event::Apply(pod) | Event::InitApply(pod) => {
                let uid: Arc<str> = pod.uid().unwrap_or_default().into();
                index.put_pod(&uid, pod::facts(&pod));
            }
            Event::Delete(pod) => index.remove_pod(&pod.uid().unwrap_or_default().into()),
            Event::InitDone => index.finish_pods(),
        });
    });
    let runtime_classes = follow(
        Api::<RuntimeClass>::all(client),
        "runtimeclasses",
        &metrics,
        |event| {
            inventory.change(|index| match event {
                Event::Init => index.begin_classes(),
                Event::Apply(class) | Event::InitApply(class) => {
                    index.put_class(&class.name_any(), classes::facts(class));
                }
                Event::Delete(class) => index.remove_class(&class.name_any()),
                Event::InitDone => index.finish_classes(),
            });
        },
    );
    tokio::select! {
        () = stop.cancelled() => {}
        // A watch goes on for ever; should the library end one, the others are not enough.
        () = async { tokio::join!(nodes, pods, runtime_classes); } => {}
    }
}

/// Gives every event of a watch to `on`; goes on after errors, with backoff.
pub(crate) async fn follow<K>(
    api: Api<K>,
    what: &'static str,
    metrics: &Metrics,
    mut on: impl FnMut(Event<K>),
) where
    K: Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let mut events = std::pin::pin!(watcher(api, Config::default()).default_backoff());
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if matches!(event, Event::Init) {
                    tracing::debug!(what, "listing");
                    metrics.watch_listed(what);
                }
                on(event);
            }
            Err(error) => tracing::warn!(
                what,
                error = hourglass_runtime::error_chain(&error),
                "watch broke off; trying again"
            ),
        }
    }
}
