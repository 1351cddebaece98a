//! One table of what the engine costs: `cargo bench -p hourglass-engine --bench engine`.
//!
//! Prints it and writes `bench/engine.json` in the target directory: rows of `{"name", "value", "unit", "baseline",
//! "ratio"}`, where the baseline is going over all nodes, in the same run. `BENCH_QUICK=1` measures small fleets only.

mod decisions;
mod fleet;
mod inventory;
mod mix;
mod report;
#[path = "../../tests/shared/rng.rs"]
mod rng;

use report::Report;

fn main() {
    // `cargo test --benches` passes arguments that only the default harness knows.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let quick = std::env::var_os("BENCH_QUICK").is_some();
    let mut report = Report::default();
    inventory::measure(&mut report, quick);
    let sizes: &[(usize, usize)] = if quick {
        &[(10, 500), (100, 500)]
    } else {
        &[(10, 500), (100, 500), (100, 5_000), (1_000, 500)]
    };
    for (clusters, nodes) in sizes {
        for full in [0, 50, 90] {
            decisions::measure(&mut report, *clusters, *nodes, full, quick);
        }
    }
    report.write();
}
