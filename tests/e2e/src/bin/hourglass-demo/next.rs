//! What to try while the demo stays up.

use hourglass_e2e::Fleet;

use crate::clusters::A100;
use crate::screen;

/// Prints commands that can be pasted into another terminal.
pub fn show(fleet: &Fleet) {
    let cli = fleet.cli();
    let folder = cli
        .program()
        .parent()
        .map(|dir| dir.display().to_string())
        .unwrap_or_default();
    screen::title("Everything stays up until Ctrl-C. In another terminal:");
    screen::line(&format!(
        "  export HOURGLASS_CONFIG={}",
        cli.config_file().display()
    ));
    screen::line(&format!("  export PATH={folder}:$PATH"));
    screen::line("");
    for command in [
        "hourglass get placements -o wide",
        "hourglass describe placement gang-a100",
        "hourglass explain placement train-a100 -o wide",
        "hourglass get nodes",
        "hourglass watch placements",
        "hourglass cordon cluster edge-sgx",
        "hourglass delete placement train-a100 --wait",
        "hourglass check",
    ] {
        screen::line(&format!("  {command}"));
    }
    if let Ok(cluster) = fleet.cluster(A100) {
        screen::line("");
        screen::line("  and inside a member cluster:");
        screen::line(&format!(
            "  export KUBECONFIG={}",
            cluster.kubeconfig_path().display()
        ));
        screen::line(&format!(
            "  {} get performers,deployments,pods -A -o wide",
            cluster.kubectl().display()
        ));
    }
}
