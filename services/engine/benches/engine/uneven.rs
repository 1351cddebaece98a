//! A fleet of which one region is full while there is room everywhere else: what is asked for there finds nothing, and has to be
//! told so without going over all that is free elsewhere.

use hourglass_engine::{FleetState, decide, decide_by_scan};
use serde_json::{Value, json};

use crate::asking::Question;
use crate::decisions::{micros, percentile};
use crate::fleet;
use crate::mix::sample;
use crate::report::Report;
use crate::rng::Rng;

/// The one that is full, of ten.
const FULL: usize = 3;

/// All of one region is in use, and nothing of the others.
fn of_one_full_region(clusters: usize, nodes: usize, rng: &mut Rng) -> FleetState {
    let mut state = FleetState::new();
    for cluster in 0..clusters {
        fleet::join(&mut state, cluster);
        let full = if cluster % 10 == FULL { 110 } else { 0 };
        let node = |index: usize| fleet::node(cluster, index, full, rng);
        fleet::report(&mut state, cluster, (0..nodes).map(node).collect());
    }
    state
}

fn in_zone(zone: usize) -> Value {
    let values = [format!("region-{FULL}-{zone}")];
    json!({"requiredNodeAffinity": {"nodeSelectorTerms": [{"matchExpressions": [
        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": values}]}]}})
}

pub fn measure(report: &mut Report, clusters: usize, nodes: usize, quick: bool) {
    let state = of_one_full_region(clusters, nodes, &mut Rng::new(19));
    let tenant = fleet::tenant();
    let region = json!({"regions": [format!("region-{FULL}")]});
    let one = json!({"include": [fleet::cluster_name(FULL).as_str()]});
    let compute = json!({"requests": {"cpu": "2", "memory": "4Gi"}});
    let gpu = json!({"gpu": {"count": 1}, "requests": {"cpu": "2", "memory": "4Gi"}});
    let requests = [
        ("a region", json!({"compute": compute, "clusterRules": region})),
        (
            "a GPU in a region",
            json!({"compute": gpu, "clusterRules": region}),
        ),
        (
            "a region, SPREAD",
            json!({"compute": compute, "clusterRules": region, "strategy": "SPREAD"}),
        ),
        ("a zone", json!({"compute": compute, "nodeRules": in_zone(1)})),
        ("one cluster", json!({"compute": compute, "clusterRules": one})),
    ];
    for (what, parts) in requests {
        let request = sample("uneven", parts).request;
        let question = Question::new(&tenant);
        let rounds = if quick { 20 } else { 50 };
        let mut times = Vec::new();
        for _ in 0..rounds {
            let (time, decision) = question.ask(&state, &request, decide);
            assert!(decision.placed.is_empty(), "{what}: all of it is in use");
            times.push(time);
        }
        let (scanned, by_scan) = question.ask(&state, &request, decide_by_scan);
        assert!(by_scan.placed.is_empty(), "{what}: all of it is in use");
        times.sort_unstable();
        let name =
            format!("decide {clusters}x{nodes}, what is asked for is full and nothing else: {what}, p50");
        report.row(&name, percentile(&times, 0.5), "us", Some(micros(scanned)));
    }
}
