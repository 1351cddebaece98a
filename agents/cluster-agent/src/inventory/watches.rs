//! The watches of the cluster, written into the index. A watch that ends (410 Gone, a restart of
//! the API server) goes on with a new list; the index takes the difference.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::join_all;
use futures::{Stream, StreamExt};
use k8s_openapi::api::core::v1::{LimitRange, Node, Pod, ResourceQuota, ServiceAccount};
use k8s_openapi::api::node::v1::RuntimeClass;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use kube::api::PartialObjectMeta;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Config, Event, watcher};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;

use super::devices::follow_devices;
use super::{Change, Inventory, classes, limit_range, node, pod, quota};
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
        Api::<RuntimeClass>::all(client.clone()),
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
    let namespaces = follow_namespaces(&client, &inventory, &metrics);
    let devices = follow_devices(&client, &inventory, &metrics);
    tokio::select! {
        () = stop.cancelled() => {}
        // A watch goes on for ever; should the library end one, the others are not enough.
        _ = async { tokio::join!(nodes, pods, runtime_classes, namespaces, devices) } => {}
    }
}

/// What performers may need to find, in the namespaces that are open to tenants. Of ServiceAccounts and PriorityClasses
/// only the metadata is asked for.
async fn follow_namespaces(client: &kube::Client, inventory: &Inventory, metrics: &Metrics) {
    let names: Vec<Arc<str>> = inventory.with(|index| index.namespaces().names().cloned().collect());
    let all = join_all(names.iter().map(|namespace| async {
        let accounts = watcher(
            Api::<PartialObjectMeta<ServiceAccount>>::namespaced(client.clone(), namespace),
            Config::default(),
        );
        let accounts = follow_events(accounts, "serviceaccounts", metrics, |event| {
            let change = change(event, |_| Some(()));
            inventory.change(|index| index.change_namespaces(|all| all.account(namespace, change)));
        });
        let quotas = Api::<ResourceQuota>::namespaced(client.clone(), namespace);
        let quotas = follow(quotas, "resourcequotas", metrics, |event| {
            let change = change(event, quota::headroom);
            inventory.change(|index| index.change_namespaces(|all| all.quota(namespace, change)));
        });
        let ranges = Api::<LimitRange>::namespaced(client.clone(), namespace);
        let ranges = follow(ranges, "limitranges", metrics, |event| {
            let change = change(event, limit_range::defaults);
            inventory.change(|index| index.change_namespaces(|all| all.limit_range(namespace, change)));
        });
        tokio::join!(accounts, quotas, ranges);
    }));
    let classes = watcher(
        Api::<PartialObjectMeta<PriorityClass>>::all(client.clone()),
        Config::default(),
    );
    let classes = follow_events(classes, "priorityclasses", metrics, |event| {
        let change = change(event, |_| Some(()));
        inventory.change(|index| index.change_namespaces(|all| all.priority_class(change)));
    });
    tokio::join!(all, classes);
}

/// The event, with what is kept of the object; one of which nothing is kept is as good as gone.
pub(super) fn change<K: ResourceExt, T>(event: Event<K>, keep: impl Fn(&K) -> Option<T>) -> Change<T> {
    match event {
        Event::Init => Change::Begin,
        Event::Apply(object) | Event::InitApply(object) => match keep(&object) {
            Some(kept) => Change::Put(object.name_any(), kept),
            None => Change::Remove(object.name_any()),
        },
        Event::Delete(object) => Change::Remove(object.name_any()),
        Event::InitDone => Change::Finish,
    }
}

/// Gives every event of a watch to `on`; goes on after errors, with backoff.
pub(crate) async fn follow<K>(api: Api<K>, what: &'static str, metrics: &Metrics, on: impl FnMut(Event<K>))
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    follow_events(watcher(api, Config::default()), what, metrics, on).await;
}

async fn follow_events<K>(
    events: impl Stream<Item = watcher::Result<Event<K>>>,
    what: &'static str,
    metrics: &Metrics,
    mut on: impl FnMut(Event<K>),
) {
    let mut events = std::pin::pin!(events.default_backoff());
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
