//! What is behind the Service of a placement, looked at all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hourglass_e2e::wait_until;
use hourglass_proto::fleet::v1::Placement;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::ResourceExt;
use kube::api::ListParams;

use crate::common::LIMIT;

/// The names of the pods that a Service sends calls to.
async fn ready_endpoints(client: &kube::Client, service: &str) -> Result<Vec<String>, String> {
    let of_service = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
    let api: kube::Api<EndpointSlice> = kube::Api::all(client.clone());
    let slices = api.list(&of_service).await.map_err(|error| error.to_string())?;
    let endpoints = slices
        .items
        .into_iter()
        .flat_map(|slice| slice.endpoints.unwrap_or_default());
    let ready = endpoints.filter(|endpoint| {
        let conditions = endpoint.conditions.as_ref();
        conditions.and_then(|conditions| conditions.ready) == Some(true)
    });
    Ok(ready
        .filter_map(|endpoint| Some(endpoint.target_ref?.name.unwrap_or_default()))
        .collect())
}

/// The Service over all replicas of a placement.
pub async fn service_of(client: &kube::Client, placement: &Placement) -> String {
    let selector = format!("hourglass.eigenlayer.io/placement-uid={}", placement.uid);
    let api: kube::Api<Service> = kube::Api::all(client.clone());
    let found = api.list(&ListParams::default().labels(&selector)).await.unwrap();
    let over_all = found.items.into_iter().find(|service| {
        let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
        selector.is_some_and(|selector| selector.len() == 1)
    });
    over_all.unwrap().name_any()
}

/// Looks at a Service all the time.
pub struct Watcher {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<Seen>,
}

/// What a [`Watcher`] has seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// How often it looked.
    pub looks: usize,
    /// The smallest number of pods that was ever behind the Service.
    pub least: usize,
}

impl Watcher {
    /// Begins to look when so many pods are behind the Service.
    pub async fn start(client: &kube::Client, service: &str, pods: usize) -> Self {
        wait_until("all replicas are behind the Service", LIMIT, async || {
            let ready = ready_endpoints(client, service).await?;
            if ready.len() == pods {
                Ok(())
            } else {
                Err(format!("{ready:?}"))
            }
        })
        .await
        .unwrap();
        let stop: Arc<AtomicBool> = Arc::default();
        let (over, client, service) = (Arc::clone(&stop), client.clone(), service.to_owned());
        let task = tokio::spawn(async move {
            let mut seen = Seen {
                looks: 0,
                least: pods,
            };
            while !over.load(Ordering::Relaxed) {
                if let Ok(ready) = ready_endpoints(&client, &service).await {
                    seen.looks += 1;
                    seen.least = seen.least.min(ready.len());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            seen
        });
        Self { stop, task }
    }

    /// What it has seen until now; it looks no more.
    pub async fn end(self) -> Seen {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}
