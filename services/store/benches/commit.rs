//! Commits per second on a real file, many writers at once, with group commit and with one transaction for
//! each batch.
//!
//! `cargo bench -p hourglass-store` also writes `bench/store.json` in the target directory: rows of `{"name",
//! "value", "unit", "baseline", "ratio"}`, where the baseline is one transaction for each batch in the same
//! run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use hourglass_store::redb::{RedbOptions, RedbStore};
use hourglass_store::{Batch, CommitSequence, Key, Leadership, Store};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const WRITERS: [usize; 3] = [1, 8, 64];
/// About the size of a placement's record.
const VALUE_BYTES: usize = 2_048;
/// Keys that the writers go round in, so that the file stays of one size.
const KEYS: u64 = 4_096;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    Grouped,
    OneByOne,
}

/// A leader that many writers share: the sequence is taken and submitted under one lock, the answer is
/// awaited outside.
struct Bench {
    store: Arc<dyn Store>,
    leadership: Leadership,
    sequence: Arc<Mutex<CommitSequence>>,
    _directory: TempDir,
}

impl Bench {
    async fn new(mode: Mode) -> Self {
        let directory = TempDir::new_in(target_directory()).expect("the target directory can be written");
        let mut options = RedbOptions::default();
        if mode == Mode::OneByOne {
            options.group_batches = 1;
        }
        let store: Arc<dyn Store> =
            Arc::new(RedbStore::open(directory.path(), &options).expect("a new store"));
        let leadership = store.acquire_leadership().await.expect("nobody leads");
        Self {
            store,
            leadership,
            sequence: Arc::default(),
            _directory: directory,
        }
    }

    /// Commits this many batches from this many writers.
    async fn run(&self, writers: usize, batches: u64) -> Duration {
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for writer in 0..writers as u64 {
            let share = batches / writers as u64 + u64::from(writer < batches % writers as u64);
            let (store, leadership) = (Arc::clone(&self.store), self.leadership);
            let sequence = Arc::clone(&self.sequence);
            tasks.spawn(async move {
                for _ in 0..share {
                    let pending = {
                        let mut sequence = sequence.lock().await;
                        let number = sequence.next();
                        let mut batch = Batch::new(number);
                        let name = format!("placements/default/{:05}", number.get() % KEYS);
                        batch.put(Key::new(&name).expect("a valid key"), vec![b'v'; VALUE_BYTES]);
                        let pending = store
                            .submit(&leadership, batch)
                            .await
                            .expect("the batch is taken");
                        *sequence = number;
                        pending
                    };
                    pending.await.expect("the batch is committed");
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a writer ends");
        }
        start.elapsed()
    }
}

fn target_directory() -> PathBuf {
    let directory = std::env::var_os("CARGO_TARGET_DIR")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")));
    std::fs::create_dir_all(&directory).expect("the target directory can be made");
    directory
}

/// Batches and time, over all of criterion's measurements.
type Totals = BTreeMap<(usize, Mode), (u64, Duration)>;

fn measure(criterion: &mut Criterion, runtime: &Runtime) -> Totals {
    let mut totals = Totals::new();
    let mut group = criterion.benchmark_group("commit");
    group
        .throughput(Throughput::Elements(1))
        .sample_size(10)
        .measurement_time(Duration::from_secs(4));
    for writers in WRITERS {
        for (mode, name) in [(Mode::Grouped, "grouped"), (Mode::OneByOne, "one_by_one")] {
            let bench = runtime.block_on(Bench::new(mode));
            group.bench_function(BenchmarkId::new(name, writers), |bencher| {
                bencher.iter_custom(|batches| {
                    let taken = runtime.block_on(bench.run(writers, batches));
                    let total = totals.entry((writers, mode)).or_default();
                    total.0 += batches;
                    total.1 += taken;
                    taken
                });
            });
            runtime.block_on(bench.store.close()).expect("the store closes");
        }
    }
    group.finish();
    totals
}

fn report(totals: &Totals) {
    let rate = |writers, mode| {
        totals
            .get(&(writers, mode))
            .map(|(batches, taken)| *batches as f64 / taken.as_secs_f64().max(f64::EPSILON))
    };
    let rows: Vec<_> = WRITERS
        .into_iter()
        .filter_map(|writers| {
            let (value, baseline) = (rate(writers, Mode::Grouped)?, rate(writers, Mode::OneByOne)?);
            Some(json!({
                "name": format!("redb_commits_{writers}_writers"),
                "value": value,
                "unit": "commits/s",
                "baseline": baseline,
                "ratio": value / baseline,
            }))
        })
        .collect();
    let directory = target_directory().join("bench");
    std::fs::create_dir_all(&directory).expect("the bench directory can be made");
    let text = serde_json::to_string_pretty(&rows).expect("rows are JSON");
    std::fs::write(directory.join("store.json"), text + "\n").expect("the rows can be written");
}

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let mut criterion = Criterion::default().configure_from_args();
    let totals = measure(&mut criterion, &runtime);
    // With a filter or in test mode not everything was measured, and an old report is better than a wrong
    // one.
    if totals.len() == WRITERS.len() * 2 && !std::env::args().any(|argument| argument == "--test") {
        report(&totals);
    }
    criterion.final_summary();
}
