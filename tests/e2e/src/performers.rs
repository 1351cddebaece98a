//! The Performer objects that are really in a cluster.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hourglass_performer_api::{Performer, names};
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};

/// All that the fleet placed there.
///
/// # Errors
/// The API server's.
pub async fn managed(client: &Client) -> Result<Vec<Performer>> {
    let selector = format!("{}={}", names::MANAGED_BY_LABEL, names::MANAGED_BY_FLEET);
    let api: Api<Performer> = Api::all(client.clone());
    Ok(api
        .list(&ListParams::default().labels(&selector))
        .await
        .context("cannot list performers")?
        .items)
}

/// Those of one placement.
///
/// # Errors
/// The API server's.
pub async fn of_placement(client: &Client, placement_uid: &str) -> Result<Vec<Performer>> {
    let selector = format!("{}={placement_uid}", names::PLACEMENT_UID_LABEL);
    let api: Api<Performer> = Api::all(client.clone());
    Ok(api
        .list(&ListParams::default().labels(&selector))
        .await
        .context("cannot list performers")?
        .items)
}

/// The placement that a performer is of, as its annotation names it.
#[must_use]
pub fn placement_name(performer: &Performer) -> String {
    performer
        .annotations()
        .get(names::PLACEMENT_ANNOTATION)
        .cloned()
        .unwrap_or_default()
}

/// Number of performers by (placement uid, slot).
#[must_use]
pub fn by_slot(performers: &[Performer]) -> BTreeMap<(String, String), usize> {
    let mut slots = BTreeMap::new();
    for performer in performers {
        let label = |key: &str| performer.labels().get(key).cloned().unwrap_or_default();
        *slots
            .entry((label(names::PLACEMENT_UID_LABEL), label(names::SLOT_LABEL)))
            .or_insert(0) += 1;
    }
    slots
}
