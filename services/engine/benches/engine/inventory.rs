//! What inventory costs: a whole snapshot, deltas, and the memory that stays.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hourglass_engine::{Delta, FleetState};
use hourglass_model::ids::Sequence;
use hourglass_model::node::NodeFacts;
use hourglass_model::resources::CPU;

use crate::fleet;
use crate::report::Report;
use crate::rng::Rng;

/// Nodes in one delta: agents put together what changes within a moment.
const TOGETHER: usize = 10;

/// Nodes in one chunk of a snapshot; agents keep chunks below 64 KiB.
const CHUNK: usize = 50;

/// What is said of a node, the same each time but made anew: it shares nothing with the state that is told, and making it
/// brings none of that state near.
fn said(cluster: usize, index: usize) -> NodeFacts {
    let seed = u64::try_from(cluster * 1_000_000 + index).expect("small");
    fleet::node(cluster, index, 50, &mut Rng::new(seed))
}

/// Resident bytes of this process.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

#[expect(clippy::cast_precision_loss)]
pub fn measure(report: &mut Report, quick: bool) {
    let (clusters, nodes) = if quick { (20, 1_000) } else { (100, 5_000) };
    let count = (clusters * nodes) as f64;
    let mut rng = Rng::new(3);
    let mut state = FleetState::new();
    // What making a cluster's facts takes once is there before it is counted.
    drop((0..nodes).map(|index| said(0, index)).collect::<Vec<NodeFacts>>());
    let before = resident();
    let mut time = Duration::ZERO;
    for cluster in 0..clusters {
        fleet::join(&mut state, cluster);
        time += snapshot(&mut state, cluster, nodes);
    }
    let name = |what: &str| format!("inventory {clusters}x{nodes}, {what}");
    report.row(&name("snapshot of all"), time.as_secs_f64(), "s", None);
    if let (Some(before), Some(after)) = (before, resident()) {
        report.row(
            &name("resident memory"),
            (after - before) / count,
            "bytes/node",
            None,
        );
    }
    deltas(report, &name, &mut state, (clusters, nodes), &mut rng);
}

/// Reports a whole cluster, in chunks as agents send them; making up what they say is not counted.
fn snapshot(state: &mut FleetState, cluster: usize, nodes: usize) -> Duration {
    let name = fleet::cluster_name(cluster);
    let sequence = Sequence(1);
    state.snapshot_begin(&name, sequence).expect("known");
    let mut time = Duration::ZERO;
    for from in (0..nodes).step_by(CHUNK) {
        let indices = from..nodes.min(from + CHUNK);
        let chunk: Vec<NodeFacts> = indices.map(|index| said(cluster, index)).collect();
        let facts = (from == 0).then(|| fleet::facts(cluster));
        let begun = Instant::now();
        state.snapshot_chunk(&name, chunk, facts).expect("begun");
        time += begun.elapsed();
    }
    let begun = Instant::now();
    state.snapshot_end(&name, sequence, nodes).expect("whole");
    time + begun.elapsed()
}

#[expect(clippy::cast_precision_loss)]
fn deltas(
    report: &mut Report,
    name: &dyn Fn(&str) -> String,
    state: &mut FleetState,
    (clusters, nodes): (usize, usize),
    rng: &mut Rng,
) {
    let mut time = Duration::ZERO;
    let rounds = 20_000;
    let mut worst = Duration::ZERO;
    for round in 0..rounds {
        let number = rng.below(clusters);
        let cluster = fleet::cluster_name(number);
        let known = state.cluster(&cluster).expect("known");
        let sequence = Sequence(known.sequence().expect("reported").0 + 1);
        // One node is named once.
        let mut indices = BTreeSet::new();
        while indices.len() < TOGETHER {
            indices.insert(rng.below(nodes));
        }
        let changed = indices.into_iter().map(|index| {
            let mut facts = said(number, index);
            let cpu = i64::try_from(rng.below(64)).expect("small") * 250;
            facts.used.set(CPU.clone(), cpu);
            facts
        });
        let delta = Delta {
            sequence,
            nodes: changed.collect(),
            removed: Vec::new(),
            facts: None,
        };
        let begun = Instant::now();
        state.apply_delta(&cluster, delta).expect("the next one");
        let took = begun.elapsed();
        time += took;
        // The first ones find everything cold.
        if round > 100 {
            worst = worst.max(took);
        }
    }
    let each = time.as_secs_f64() * 1e6 / f64::from(rounds) / TOGETHER as f64;
    report.row(&name("delta"), each, "us/node", None);
    report.row(
        &name("slowest delta of ten"),
        worst.as_secs_f64() * 1e6,
        "us",
        None,
    );
}
