//! Waiting for what the cluster shows.

use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::api::events::v1::Event;
use kube::ResourceExt;
use kube::api::ListParams;

use crate::operator_bed::{Bed, LIMIT};

/// Waits until the endpoints of a Service hold this pod, ready.
pub async fn until_endpoint(bed: &Bed, service: &str, pod: &Pod) {
    let of_service = ListParams::default().labels(&format!("kubernetes.io/service-name={service}"));
    wait_until(
        &format!("{service} has the endpoint of {}", pod.name_any()),
        LIMIT,
        async || {
            let slices = bed
                .api::<EndpointSlice>()
                .list(&of_service)
                .await
                .map_err(|error| error.to_string())?;
            let endpoints = slices
                .items
                .into_iter()
                .filter_map(|slice| slice.endpoints)
                .flatten();
            let ready = endpoints.filter(|endpoint| {
                endpoint
                    .conditions
                    .as_ref()
                    .and_then(|conditions| conditions.ready)
                    == Some(true)
            });
            let names: Vec<String> = ready.filter_map(|endpoint| endpoint.target_ref?.name).collect();
            if names == [pod.name_any()] {
                Ok(())
            } else {
                Err(format!("{names:?}"))
            }
        },
    )
    .await
    .unwrap();
}

/// Waits until an Event with this reason was published about the Performer.
pub async fn until_event(bed: &Bed, performer: &str, reason: &str) -> Event {
    wait_until(&format!("an Event {reason}"), LIMIT, async || {
        let events = bed
            .api::<Event>()
            .list(&ListParams::default())
            .await
            .map_err(|error| error.to_string())?;
        let about = |event: &Event| {
            event.regarding.as_ref().is_some_and(|object| {
                object.kind.as_deref() == Some("Performer") && object.name.as_deref() == Some(performer)
            })
        };
        let reasons: Vec<_> = events
            .iter()
            .filter(|event| about(event))
            .map(|event| event.reason.clone())
            .collect();
        let found = events
            .items
            .into_iter()
            .find(|event| about(event) && event.reason.as_deref() == Some(reason));
        found.ok_or_else(|| format!("{reasons:?}"))
    })
    .await
    .unwrap()
}
