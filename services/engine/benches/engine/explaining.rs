//! What explanations cost: nothing where there is a place, and nothing where nobody asks.

use std::time::Duration;

use hourglass_engine::{FleetState, decide};
use hourglass_model::ids::TenantId;
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::asking::Question;
use crate::decisions::percentile;
use crate::fleet;
use crate::mix::sample;
use crate::report::Report;
use crate::rng::Rng;

fn median(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    explain: bool,
    rounds: usize,
) -> f64 {
    let question = Question {
        explain,
        ..Question::new(tenant)
    };
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let (time, decision) = question.ask(state, request, decide);
            assert!(
                decision
                    .no_fit
                    .is_none_or(|no_fit| no_fit.explanation.is_some() == explain)
            );
            time
        })
        .collect();
    times.sort_unstable();
    percentile(&times, 0.5)
}

pub fn measure(report: &mut Report, clusters: usize, nodes: usize) {
    let mut rng = Rng::new(9);
    let state = fleet::fleet(clusters, nodes, 50, &mut rng);
    let tenant = fleet::tenant();
    let ask = |cpu: &str| sample("cpu", json!({"compute": {"requests": {"cpu": cpu}}})).request;
    for (what, cpu, rounds) in [("with a place", "2", 2_000), ("without a place", "500", 5)] {
        let request = ask(cpu);
        let silent = median(&state, &tenant, &request, false, 2_000);
        let told = median(&state, &tenant, &request, true, rounds);
        let name = |asked: &str| format!("explanation {clusters}x{nodes}, {what}, {asked}, p50");
        report.row(&name("not asked for"), silent, "us", None);
        report.against(&name("asked for"), told, "us", "not asked", silent);
    }
}
