//! From one call to a ready performer, on real API servers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod capacity;
#[path = "../common/mod.rs"]
mod common;
mod deleting;
mod gangs;
mod overrides;
mod preempting;
mod reading;
mod repeating;
mod waiting;
mod way;

use hourglass_e2e::shared::Shared;
use hourglass_e2e::{Api, Fleet, FleetBuilder, Profile, request, wait_until};
use hourglass_proto::fleet::v1::{ExplainPlacementRequest, explain_placement_request};
use serde_json::{Value, json};

use crate::common::LIMIT;

static FLEET: Shared = Shared::new();

/// A namespace that a test has rules of its own for.
const PICKY: &str = "picky";

/// Two clusters: GPUs in one, SGX in the other.
fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder()
        .cluster("gpu", Profile::builtin("a100-pool")?.with_count("a100", 2))
        .cluster("sgx", Profile::builtin("sgx")?.with_count("sgx", 1))
        .label("gpu", "tier=gold")
        .tenant("default", &["performers", "second", PICKY]))
}

async fn fleet() -> (&'static Fleet, Api) {
    let fleet = FLEET.fleet(describe).await.unwrap();
    (fleet, fleet.api().unwrap())
}

/// A profile with nodes that no other test asks for.
fn product(name: &str, gpus: u32) -> Profile {
    let pool = name.to_lowercase();
    let yaml = format!(
        "name: {pool}\nregion: r\nzones: [a]\npools:\n- name: {pool}\n  count: 1\n  capacity: {{cpu: '32', memory: 256Gi, \
         ephemeral_storage: 1Ti}}\n  gpu: {{product: {name}, family: test, compute: '9.9', memory_mib: 1000, count: {gpus}}}\n"
    );
    Profile::from_yaml(&yaml, name).unwrap()
}

/// Waits until the fleet knows nodes that together hold `replicas` of the wish.
async fn until_it_fits(api: &Api, wish: &Value, replicas: i32) {
    // Of a gang only all or none would be counted.
    let mut loose = wish.clone();
    loose["gang"] = json!(false);
    let ask = ExplainPlacementRequest {
        subject: Some(explain_placement_request::Subject::Placement(
            request::placement(loose).unwrap(),
        )),
        parent: "tenants/default".to_owned(),
    };
    wait_until("the nodes are known", LIMIT, async || {
        let mut client = api.placements.clone();
        // Boxed: the future holds the whole request, and all futures around it would grow with it.
        let found = Box::pin(client.explain_placement(ask.clone()))
            .await
            .map_err(|status| status.to_string())?;
        let fits = found.into_inner().replicas_that_fit;
        if fits == replicas {
            Ok(())
        } else {
            Err(format!("{fits} fit"))
        }
    })
    .await
    .unwrap();
}
