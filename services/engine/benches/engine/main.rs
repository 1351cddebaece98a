//! One table of what the engine costs: `cargo bench -p hourglass-engine --bench engine`.
//!
//! Prints it and writes `bench/engine.json` in the target directory: rows of `{"name", "value", "unit", "baseline",
//! "ratio"}`, where the baseline is going over all nodes, in the same run. `BENCH_QUICK=1` measures small fleets only,
//! `BENCH_PART` one of `inventory`, `decisions` and `others`, `BENCH_BY_REQUEST=1` each kind of request on every fleet and
//! not on the largest alone.

mod apart;
mod decisions;
mod explaining;
mod fleet;
mod inventory;
mod mix;
mod preempting;
mod reference;
mod report;
#[path = "../../tests/shared/rng.rs"]
mod rng;
/// The reference of the tests; not all of it is used here.
#[path = "../../tests/reference"]
#[allow(dead_code)]
mod tests {
    pub mod learning;
    pub mod packing;
    pub mod slow;
}

use tests::{learning, packing, slow};

use report::Report;

fn main() {
    // `cargo test --benches` passes arguments that only the default harness knows.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let quick = std::env::var_os("BENCH_QUICK").is_some();
    let mut report = Report::default();
    report.machine("at the start");
    let part = std::env::var("BENCH_PART").ok();
    let asked = |name: &str| part.as_deref().is_none_or(|part| part == name);
    if asked("inventory") {
        inventory::measure(&mut report, quick);
    }
    let sizes: &[(usize, usize)] = if quick {
        &[(10, 500), (100, 500)]
    } else {
        &[(10, 500), (100, 500), (100, 5_000), (1_000, 500)]
    };
    for (clusters, nodes) in sizes.iter().filter(|_| asked("decisions")) {
        for full in [0, 50, 90] {
            decisions::measure(&mut report, *clusters, *nodes, full, quick);
        }
    }
    let (clusters, nodes) = if quick { (20, 500) } else { (100, 5_000) };
    if asked("others") {
        apart::measure(&mut report, clusters, nodes, quick);
        preempting::measure(&mut report, clusters, nodes, quick);
        explaining::measure(&mut report, clusters, nodes);
        reference::measure(&mut report);
    }
    report.machine("at the end");
    report.write();
}
