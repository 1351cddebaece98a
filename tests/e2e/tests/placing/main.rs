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
use hourglass_e2e::{Api, Fleet, FleetBuilder, Profile};

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
