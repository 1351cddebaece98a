//! The watches of Dynamic Resource Allocation, once the API server serves it.

use std::time::Duration;

use k8s_openapi::api::resource::v1::{DeviceClass, ResourceClaim, ResourceSlice};
use kube::api::PartialObjectMeta;
use kube::runtime::watcher::Event;
use kube::{Api, Client, Resource, ResourceExt};
use tokio::time::sleep;

use super::{claim, slice};
use crate::inventory::Inventory;
use crate::inventory::namespaces::Change;
use crate::inventory::watches::{change, follow};
use crate::metrics::Metrics;

/// Between looks whether the API server serves it meanwhile: it may be upgraded.
const LOOK_AGAIN: Duration = Duration::from_secs(600);
/// After a look that failed.
const RETRY: Duration = Duration::from_secs(10);

/// Keeps the devices up to date.
pub(in crate::inventory) async fn follow_devices(client: &Client, inventory: &Inventory, metrics: &Metrics) {
    wait_until_served(client).await;
    let slices = follow(
        Api::<ResourceSlice>::all(client.clone()),
        "resourceslices",
        metrics,
        |event| {
            let change = change(event, slice::facts);
            inventory.change(|index| index.change_devices(|devices| devices.slice(change)));
        },
    );
    let classes = Api::<PartialObjectMeta<DeviceClass>>::all(client.clone());
    let classes = follow(classes, "deviceclasses", metrics, |event| {
        let change = change(event, |_| Some(()));
        inventory.change(|index| index.change_devices(|devices| devices.class(change)));
    });
    let claims = follow(
        Api::<ResourceClaim>::all(client.clone()),
        "resourceclaims",
        metrics,
        |event| {
            inventory.change(|index| {
                index.change_devices(|devices| {
                    let change = claim_change(event, |driver| devices.is_gpu(driver));
                    devices.claim(change);
                });
            });
        },
    );
    tokio::join!(slices, classes, claims);
}

/// As for other kinds, but names are unique in their namespace only.
fn claim_change(event: Event<ResourceClaim>, is_gpu: impl Fn(&str) -> bool) -> Change<claim::ClaimFacts> {
    let key =
        |claim: &ResourceClaim| format!("{}/{}", claim.namespace().unwrap_or_default(), claim.name_any());
    match event {
        Event::Init => Change::Begin,
        Event::Apply(object) | Event::InitApply(object) => match claim::facts(&object, is_gpu) {
            Some(facts) => Change::Put(key(&object), facts),
            None => Change::Remove(key(&object)),
        },
        Event::Delete(object) => Change::Remove(key(&object)),
        Event::InitDone => Change::Finish,
    }
}

async fn wait_until_served(client: &Client) {
    let mut told = false;
    loop {
        match is_served(client).await {
            Ok(true) => return,
            Ok(false) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::info!(
                        "the API server does not serve resource.k8s.io/v1: no devices of Dynamic Resource Allocation \
                         are told"
                    );
                }
                sleep(LOOK_AGAIN).await;
            }
            Err(error) => {
                let error = hourglass_runtime::error_chain(&error);
                tracing::warn!(
                    error,
                    "cannot ask whether the API server serves resource.k8s.io/v1; trying again"
                );
                sleep(RETRY).await;
            }
        }
    }
}

async fn is_served(client: &Client) -> kube::Result<bool> {
    let version = ResourceSlice::api_version(&());
    match client.list_api_group_resources(&version).await {
        Ok(list) => {
            let plural = ResourceSlice::plural(&());
            Ok(list.resources.iter().any(|resource| resource.name == plural))
        }
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(false),
        Err(error) => Err(error),
    }
}
