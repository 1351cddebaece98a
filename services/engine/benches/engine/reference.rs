//! The same decisions by the reference of the tests, which is written to be plainly right and computes everything anew.

use std::time::{Duration, Instant};

use hourglass_engine::{Avoid, DecideInput, SlotWanted, decide, decide_by_scan};
use hourglass_model::ids::{Epoch, PlacementUid, Slot};

use crate::decisions::percentile;
use crate::fleet;
use crate::learning::Learnt;
use crate::mix;
use crate::report::Report;
use crate::rng::Rng;
use crate::slow::World;

/// Asks that many requests of a fleet of this size.
pub fn measure(report: &mut Report, clusters: usize, nodes: usize, asked: usize) {
    let mut rng = Rng::new(13);
    let state = fleet::fleet(clusters, nodes, 50, &mut rng);
    let (dump, learnt) = (state.dump(), Learnt::nothing());
    let tenant = fleet::tenant();
    let placement = PlacementUid::new("new").expect("a uid");
    let avoid = Avoid::new();
    let slots = [SlotWanted {
        slot: Slot(0),
        epoch: Epoch(1),
    }];
    let (mut index, mut scan, mut reference) = (Vec::new(), Vec::new(), Vec::new());
    while reference.len() < asked {
        let request = mix::draw(&mut rng).request;
        if request.replicas > 1 {
            continue;
        }
        let input = DecideInput {
            tenant: &tenant,
            placement: Some(&placement),
            slots: &slots,
            avoid: &avoid,
            preempt: false,
            explain: false,
        };
        let timed = |times: &mut Vec<Duration>, decide: &dyn Fn() -> Option<String>| {
            let begun = Instant::now();
            let found = decide();
            times.push(begun.elapsed());
            found
        };
        let first =
            |decision: hourglass_engine::Decision| decision.placed.first().map(|slot| slot.node.to_string());
        // Asked once before, like everything that comes again.
        let _warm = decide(&state, &request, &input);
        let by_index = timed(&mut index, &|| first(decide(&state, &request, &input)));
        let by_scan = timed(&mut scan, &|| first(decide_by_scan(&state, &request, &input)));
        let by_reference = timed(&mut reference, &|| {
            let whose = (&tenant, &placement);
            let world = World::new(&dump, &learnt, &request, whose, &avoid);
            world.best().map(|placed| world.node(placed.at).name.to_string())
        });
        assert!(
            by_index == by_scan && by_index == by_reference,
            "all ways find the same node"
        );
    }
    for times in [&mut index, &mut scan, &mut reference] {
        times.sort_unstable();
    }
    let name = format!("decide {clusters}x{nodes} 50% full, one replica, p50");
    let (index, scan, reference) = (
        percentile(&index, 0.5),
        percentile(&scan, 0.5),
        percentile(&reference, 0.5),
    );
    report.row(&name, index, "us", Some(scan));
    report.against(&name, index, "us", "reference", reference);
}
