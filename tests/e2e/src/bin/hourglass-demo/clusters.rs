//! The three clusters of the demo.

use anyhow::Result;
use hourglass_e2e::{Fleet, FleetBuilder, Profile};

/// Four nodes with eight A100 each.
pub const A100: &str = "a100-pool";
/// H100 nodes in confidential-computing mode, on TDX and on SEV-SNP.
pub const CONFIDENTIAL: &str = "h100-confidential";
/// Small nodes with T4 GPUs, whole and in slices, beside SGX nodes.
pub const EDGE: &str = "edge-sgx";

/// The fleet, not started yet.
///
/// # Errors
/// When a profile is not there.
pub fn fleet() -> Result<FleetBuilder> {
    let mut edge = Profile::builtin("t4-edge")?;
    edge.pools.extend(Profile::builtin("sgx")?.pools);
    edge.name = EDGE.to_owned();
    Ok(Fleet::builder()
        .cluster(A100, Profile::builtin("a100-pool")?)
        .cluster(CONFIDENTIAL, Profile::builtin("h100-confidential")?)
        .cluster(EDGE, edge)
        .label(A100, "topology.kubernetes.io/region=eu-west-1")
        .label(CONFIDENTIAL, "topology.kubernetes.io/region=us-east-1")
        .label(EDGE, "topology.kubernetes.io/region=eu-north-1"))
}
