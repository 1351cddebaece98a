//! What the mix does not have: replicas kept apart by strategy, and gangs within one NVLink clique.

use hourglass_engine::{Dispatch, FleetState, Owner, decide, decide_by_scan};
use hourglass_model::ids::{PlacementUid, TenantId};
use serde_json::json;

use crate::asking::Question;
use crate::decisions::{micros, percentile};
use crate::fleet;
use crate::mix::sample;
use crate::report::Report;
use crate::rng::Rng;

fn of<'a>(tenant: &'a TenantId, placement: &'a PlacementUid) -> Question<'a> {
    Question {
        placement: Some(placement),
        ..Question::new(tenant)
    }
}

/// A fleet whose H100 are in cliques, eight a cluster.
fn in_cliques(clusters: usize, nodes: usize, rng: &mut Rng) -> FleetState {
    let mut state = FleetState::new();
    for cluster in 0..clusters {
        fleet::join(&mut state, cluster);
        let node = |index: usize| {
            let mut facts = fleet::node(cluster, index, 50, rng);
            let product = facts.labels.get("nvidia.com/gpu.product");
            if product.is_some_and(|product| product.contains("H100")) {
                let clique = (index * 8 / nodes).to_string();
                facts.labels = facts.labels.with("nvidia.com/gpu.clique", &clique);
            }
            facts
        };
        fleet::report(&mut state, cluster, (0..nodes).map(node).collect());
    }
    state
}

pub fn measure(report: &mut Report, clusters: usize, nodes: usize, quick: bool) {
    let mut rng = Rng::new(17);
    let mut state = in_cliques(clusters, nodes, &mut rng);
    let tenant = fleet::tenant();
    let gpu = json!({"count": 2, "products": ["H100"], "sameClique": true});
    let tolerations = json!([{"key": "nvidia.com/gpu", "operator": "Exists"}]);
    let requests = [
        (
            "strategy SPREAD, 3 replicas",
            json!({"compute": {"requests": {"cpu": "2", "memory": "4Gi"}}, "replicas": 3, "strategy": "SPREAD"}),
        ),
        (
            "strategy SPREAD, a GPU",
            json!({"compute": {"gpu": {"count": 1, "products": ["A100", "H100"]}, "requests": {"cpu": "4", "memory": "8Gi"}},
                "nodeRules": {"tolerations": tolerations}, "strategy": "SPREAD"}),
        ),
        (
            "gang of 4 in one clique",
            json!({"compute": {"gpu": gpu, "requests": {"cpu": "8", "memory": "64Gi"}},
                "nodeRules": {"tolerations": tolerations}, "replicas": 4, "gang": true}),
        ),
    ];
    for (what, parts) in requests {
        let request = sample("apart", parts).request;
        let mut times = Vec::new();
        let mut last = None;
        for number in 0..if quick { 20 } else { 200 } {
            let uid = PlacementUid::new(format!("{}-{number}", request.shape)).expect("a uid");
            let (time, decision) = of(&tenant, &uid).ask(&state, &request, decide);
            times.push(time);
            let owner = Owner::new(&tenant, &uid, &request);
            for slot in &decision.placed {
                state.claim(slot.claim(&owner)).expect("new");
            }
            last = Some((uid, decision));
        }
        let (uid, decision) = last.expect("asked");
        for slot in &decision.placed {
            let claim = slot.claim(&Owner::new(&tenant, &uid, &request));
            state.release(&claim.id, Dispatch::Never).expect("known");
        }
        let question = of(&tenant, &uid);
        let (scanned, by_scan) = question.ask(&state, &request, decide_by_scan);
        let (_, by_index) = question.ask(&state, &request, decide);
        assert!(
            by_scan.placed == by_index.placed,
            "both ways take the same places"
        );
        times.sort_unstable();
        let name = |part: &str| format!("decide {clusters}x{nodes} 50% full, {what}: {part}");
        report.row(&name("p50"), percentile(&times, 0.5), "us", Some(micros(scanned)));
        report.row(&name("p99"), percentile(&times, 0.99), "us", None);
        let placed = f64::from(u32::try_from(by_index.placed.len()).expect("few"));
        report.row(&name("placed"), placed, "slots", None);
    }
}
