//! One table of what the engine costs: `cargo bench -p hourglass-engine --bench engine`.
//!
//! Prints it and writes `bench/engine.json` in the target directory: rows of `{"name", "value", "unit", "baseline",
//! "ratio"}`, where the baseline is going over all nodes, in the same run. `BENCH_QUICK=1` measures small fleets only,
//! `BENCH_PART` one of `inventory`, `decisions` and `others`, `BENCH_FLEETS=100x500,1000x500` decisions on these fleets
//! only, `BENCH_KIND="gang of 64"` this kind of request only, `BENCH_BY_REQUEST=1` each kind of request on every fleet and
//! not on the largest alone. With `--test` nothing is measured that means anything: everything is asked once of tiny fleets, by
//! the index and by going over all nodes, and both have to say the same.

mod apart;
mod asking;
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
mod uneven;
/// The reference of the tests; not all of it is used here.
#[path = "../../tests/reference"]
#[allow(dead_code)]
mod tests {
    pub mod learning;
    pub mod packing;
    pub mod slow;
}

use std::collections::BTreeMap;

use tests::{learning, packing, slow};

use decisions::{Cost, of_both};
use mimalloc::MiMalloc;
use report::Report;

/// That of the placement service.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        smallest();
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
    let fleets = std::env::var("BENCH_FLEETS").ok();
    let of_interest = |(clusters, nodes): &&(usize, usize)| {
        let name = format!("{clusters}x{nodes}");
        let named = |fleets: &str| fleets.split(',').any(|fleet| fleet == name);
        asked("decisions") && fleets.as_deref().is_none_or(named)
    };
    let mut costs = BTreeMap::new();
    for (clusters, nodes) in sizes.iter().filter(of_interest) {
        for full in [0, 50, 90] {
            let cost = decisions::measure(&mut report, *clusters, *nodes, full, quick);
            costs.insert((*clusters, *nodes, full), cost);
        }
    }
    ten_times(&mut report, &costs);
    let (clusters, nodes) = if quick { (20, 500) } else { (100, 5_000) };
    if asked("others") {
        apart::measure(&mut report, clusters, nodes, quick);
        for (clusters, nodes) in if quick {
            [(10, 500), (20, 500)]
        } else {
            [(100, 5_000), (1_000, 500)]
        } {
            uneven::measure(&mut report, clusters, nodes, quick);
        }
        preempting::measure(&mut report, clusters, nodes, quick);
        explaining::measure(&mut report, clusters, nodes);
        reference::measure(&mut report, 10, 20, 40);
        reference::measure(&mut report, 10, 500, if quick { 2 } else { 10 });
    }
    report.machine("at the end");
    report.write();
}

/// What is measured holds on fleets that are too small to measure it.
fn smallest() {
    let mut report = Report::default();
    let mut costs = BTreeMap::new();
    for clusters in [2, 20] {
        for full in [0, 90] {
            let cost = decisions::measure(&mut report, clusters, 25, full, true);
            costs.insert((clusters, 25, full), cost);
        }
    }
    ten_times(&mut report, &costs);
    apart::measure(&mut report, 4, 50, true);
    uneven::measure(&mut report, 20, 20, true);
    explaining::measure(&mut report, 4, 50);
}

/// What ten times the nodes cost, be they in more clusters or in larger ones: all together, and the kind of request that costs most
/// more.
fn ten_times(report: &mut Report, costs: &BTreeMap<(usize, usize, usize), Cost>) {
    for ((clusters, nodes, full), cost) in costs {
        for (many, large) in [(10, 1), (1, 10)] {
            let (clusters, nodes) = (clusters * many, nodes * large);
            let Some(more) = costs.get(&(clusters, nodes, *full)) else {
                continue;
            };
            let name = |part: &str| format!("decide {clusters}x{nodes} {full}% full, {part}");
            let other = "a tenth of the nodes";
            report.against(&name("p50"), more.p50, "us", other, cost.p50);
            report.against(&name("p99"), more.p99, "us", other, cost.p99);
            report.against(&name("mean"), more.mean, "us", other, cost.mean);
            if let Some([before, after]) = of_both(cost, more) {
                let name = |part: &str| name(&format!("what finds its places in both, {part}"));
                report.against(&name("p50"), after.0, "us", other, before.0);
                report.against(&name("p99"), after.1, "us", other, before.1);
                report.against(&name("mean"), after.2, "us", other, before.2);
            }
            let both = cost.by_kind.iter();
            let both = both.filter_map(|(what, before)| Some((*what, *before, *more.by_kind.get(what)?)));
            if let Some((what, before, after)) = both.max_by(|a, b| (a.2 / a.1).total_cmp(&(b.2 / b.1))) {
                report.against(
                    &name(&format!("{what}: p50, the largest")),
                    after,
                    "us",
                    other,
                    before,
                );
            }
        }
    }
}
