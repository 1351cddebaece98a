//! The server's store: is it as new as what the agents have obeyed, and is a recovery under way?

use hourglass_proto::fleet::v1::Fleet;

use super::Finding;

const CHECK: &str = "store";

/// Judges the fleet that was read before.
pub fn check(fleet: &Fleet) -> Finding {
    if !fleet.behind.is_empty() {
        return Finding::fault(
            CHECK,
            format!("no agent gets a session: {}", fleet.behind),
            "follow docs/recovery.md; delete nothing by hand",
        );
    }
    if fleet.recovering {
        return Finding::warning(
            CHECK,
            format!(
                "it recovers: {} replicas were not found yet and are held back",
                fleet.replicas_held
            ),
            "once every cluster that will come back has come back (hourglass get clusters), start the server once with \
             --end-recovery; docs/recovery.md says what to look at before",
        );
    }
    Finding::ok(CHECK, "not older than what agents have obeyed; no recovery")
}
