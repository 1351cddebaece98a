//! What it costs when nothing is free: finding that nobody may be moved, and choosing whom to move.

use std::time::Duration;

use hourglass_engine::{FleetState, Owner, decide, decide_by_scan};
use hourglass_model::ids::{PlacementUid, TenantId};
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::asking::Question;
use crate::decisions::{micros, percentile};
use crate::fleet;
use crate::mix::sample;
use crate::report::Report;
use crate::rng::Rng;

/// A pod on a node with SEV-SNP, of which a fleet has few.
fn request(priority: i32, replicas: usize) -> CanonicalRequest {
    let parts = json!({
        "compute": {"tee": {"kinds": ["sev-snp"]}, "requests": {"cpu": "2", "memory": "4Gi"}},
        "priority": priority, "replicas": replicas,
    });
    sample("tee", parts).request
}

/// Fills all SEV-SNP nodes with placements of priority 0.
fn fill(state: &mut FleetState, tenant: &TenantId) -> usize {
    let request = request(0, 100);
    let mut claims = 0;
    for number in 0.. {
        let (_, decision) = Question::new(tenant).ask(state, &request, decide);
        let uid = PlacementUid::new(format!("low{number}")).expect("a uid");
        let owner = Owner::new(tenant, &uid, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            state.claim(claim).expect("new");
            state.committed(&id).expect("known");
            claims += 1;
        }
        if decision.no_fit.is_some() {
            break;
        }
    }
    claims
}

pub fn measure(report: &mut Report, clusters: usize, nodes: usize, quick: bool) {
    let mut rng = Rng::new(5);
    let mut state = fleet::fleet(clusters, nodes, 90, &mut rng);
    let tenant = fleet::tenant();
    let claims = fill(&mut state, &tenant);
    let rounds = if quick { 20 } else { 100 };
    let question = Question {
        preempt: true,
        ..Question::new(&tenant)
    };
    for (what, priority) in [("nobody may be moved", 0), ("somebody is moved", 1000)] {
        let request = request(priority, 1);
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..rounds {
            let (time, decision) = question.ask(&state, &request, decide);
            assert!(
                decision.victims.is_empty() == (priority == 0),
                "of {claims} claims one makes room"
            );
            times.push(time);
        }
        let mut scanned = Vec::new();
        for _ in 0..2 {
            let (time, by_scan) = question.ask(&state, &request, decide_by_scan);
            let (_, by_index) = question.ask(&state, &request, decide);
            assert!(by_scan.placed == by_index.placed && by_scan.victims == by_index.victims);
            scanned.push(time);
        }
        times.sort_unstable();
        scanned.sort_unstable();
        let name = |part: &str| format!("no room at {clusters}x{nodes}, {what}, {part}");
        report.row(
            &name("p50"),
            percentile(&times, 0.5),
            "us",
            Some(micros(scanned[0])),
        );
        report.row(&name("p99"), percentile(&times, 0.99), "us", None);
    }
}
