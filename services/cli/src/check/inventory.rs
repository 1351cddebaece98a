//! The inventory: does the server know enough to decide for the whole fleet?

use hourglass_proto::fleet::v1::Fleet;

use super::Finding;

const CHECK: &str = "inventory";

/// Judges the fleet that was read before.
pub fn check(fleet: &Fleet) -> Finding {
    if fleet.inventory_complete {
        return Finding::ok(
            CHECK,
            format!("complete: {} nodes, {} ready", fleet.nodes, fleet.nodes_ready),
        );
    }
    Finding::warning(
        CHECK,
        "not complete: dry runs and --fail-fast are refused until enough clusters have reported",
        "wait a little after a start of the server; if it lasts, see which clusters are silent",
    )
}
