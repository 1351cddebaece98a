//! Decisions one kind at a time, by criterion: `make bench-criterion`.

#[path = "engine/fleet.rs"]
mod fleet;
#[path = "engine/mix.rs"]
mod mix;
#[path = "../tests/shared/rng.rs"]
mod rng;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use hourglass_engine::{Avoid, DecideInput, SlotWanted, decide};
use hourglass_model::ids::{Epoch, Slot};
use mimalloc::MiMalloc;

/// That of the placement service.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut rng = rng::Rng::new(11);
    let mut samples: BTreeMap<&str, mix::Sample> = BTreeMap::new();
    for _ in 0..2_000 {
        let sample = mix::draw(&mut rng);
        samples.entry(sample.what).or_insert(sample);
    }
    let tenant = fleet::tenant();
    let avoid = Avoid::new();
    for (clusters, nodes) in [(10, 500), (100, 500)] {
        let state = fleet::fleet(clusters, nodes, 50, &mut rng);
        let mut group = criterion.benchmark_group(format!("decide {clusters}x{nodes} 50% full"));
        for (what, sample) in &samples {
            let slots: Vec<SlotWanted> = (0..sample.request.replicas)
                .map(|slot| SlotWanted {
                    slot: Slot(slot),
                    epoch: Epoch(1),
                })
                .collect();
            let input = DecideInput {
                tenant: &tenant,
                placement: None,
                slots: &slots,
                avoid: &avoid,
                preempt: false,
                explain: false,
            };
            group.bench_with_input(
                BenchmarkId::from_parameter(what),
                &sample.request,
                |bencher, request| {
                    bencher.iter(|| decide(&state, black_box(request), &input));
                },
            );
        }
        group.finish();
    }
    criterion.final_summary();
}
