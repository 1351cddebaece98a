//! What it costs when nothing is free: finding that nobody may be moved, and choosing whom to move.

use std::sync::Arc;
use std::time::Duration;

use hourglass_engine::{Decision, FleetState, Owner, decide, decide_by_scan};
use hourglass_model::ids::{PlacementUid, TenantId};
use hourglass_model::placement::Strategy;
use hourglass_model::request::CanonicalRequest;
use serde_json::json;

use crate::asking::{Question, Way};
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

/// One that takes so many cores, on such a node.
fn large(cpu: usize, replicas: usize) -> CanonicalRequest {
    let parts = json!({
        "compute": {"tee": {"kinds": ["sev-snp"]}, "requests": {"cpu": cpu.to_string(), "memory": "4Gi"}},
        "priority": 1000, "replicas": replicas,
    });
    sample("tee", parts).request
}

/// The same by strategy `SPREAD`.
fn apart(request: CanonicalRequest) -> CanonicalRequest {
    CanonicalRequest {
        strategy: Strategy::Spread,
        ..request
    }
}

/// Placements of unlike size and priority, until there is no room on a SEV-SNP node for the next.
fn fill_unlike(state: &mut FleetState, tenant: &TenantId) -> usize {
    let mut claims = 0;
    let mut rng = Rng::new(7);
    for number in 0.. {
        let milli = 3_500 + 10 * rng.below(200);
        let parts = json!({
            "compute": {
                "tee": {"kinds": ["sev-snp"]},
                "requests": {"cpu": format!("{milli}m"), "memory": format!("{}Mi", 512 + rng.below(4_096))},
            },
            "priority": rng.below(20),
        });
        let request = sample("tee", parts).request;
        let (_, decision) = Question::new(tenant).ask(state, &request, decide);
        if decision.no_fit.is_some() {
            return claims;
        }
        let uid = PlacementUid::new(format!("unlike{number}")).expect("a uid");
        claims += take(state, &decision, &Owner::new(tenant, &uid, &request));
    }
    claims
}

fn take(state: &mut FleetState, decision: &Decision, owner: &Arc<Owner>) -> usize {
    for slot in &decision.placed {
        let claim = slot.claim(owner);
        let id = claim.id.clone();
        state.claim(claim).expect("new");
        state.committed(&id).expect("known");
    }
    decision.placed.len()
}

/// Fills what is left of all SEV-SNP nodes with equal placements of priority 0.
fn fill(state: &mut FleetState, tenant: &TenantId) -> usize {
    let request = request(0, 100);
    let mut claims = 0;
    for number in 0.. {
        let (_, decision) = Question::new(tenant).ask(state, &request, decide);
        let uid = PlacementUid::new(format!("low{number}")).expect("a uid");
        let owner = Owner::new(tenant, &uid, &request);
        claims += take(state, &decision, &owner);
        if decision.no_fit.is_some() {
            break;
        }
    }
    claims
}

pub fn measure(report: &mut Report, clusters: usize, nodes: usize, quick: bool) {
    let tenant = fleet::tenant();
    let rounds = if quick { 20 } else { 100 };
    let mut state = fleet::fleet(clusters, nodes, 90, &mut Rng::new(5));
    let claims = fill(&mut state, &tenant);
    let mut on = Measured {
        report,
        fleet: format!("{clusters}x{nodes}"),
        state,
    };
    on.claims(claims);
    on.ask("nobody may be moved", &request(0, 1), 0, rounds);
    on.ask("somebody is moved", &request(1000, 1), 1, rounds);
    on.ask(
        "somebody is moved, SPREAD",
        &apart(request(1000, 1)),
        1,
        rounds / 4,
    );

    let clusters = clusters.div_ceil(5);
    on.fleet = format!("{clusters}x{nodes}, unlike claims");
    on.state = fleet::fleet(clusters, nodes, 0, &mut Rng::new(6));
    let claims = fill_unlike(&mut on.state, &tenant);
    on.claims(claims);
    on.ask("some are moved", &large(12, 1), 2, rounds);
    on.ask("some are moved, SPREAD", &apart(large(12, 1)), 2, rounds / 4);
    on.ask("more than four are moved", &large(30, 1), 5, rounds);
    on.ask("some are moved for each of 8", &large(12, 8), 16, rounds / 4);
    on.ask(
        "more than four are moved for each of 64",
        &large(30, 64),
        5 * 64,
        rounds / 20,
    );
}

/// A fleet without room, and where its figures go.
struct Measured<'r> {
    report: &'r mut Report,
    fleet: String,
    state: FleetState,
}

impl Measured<'_> {
    fn claims(&mut self, claims: usize) {
        let name = format!("no room at {}: claims that may be moved", self.fleet);
        let claims = f64::from(u32::try_from(claims).unwrap_or(u32::MAX));
        self.report.row(&name, claims, "", None);
    }

    /// At least so many claims have to make room; none if that is 0.
    fn ask(&mut self, what: &str, request: &CanonicalRequest, least: usize, rounds: usize) {
        let tenant = fleet::tenant();
        let question = Question {
            preempt: true,
            ..Question::new(&tenant)
        };
        let ask = |way: Way| question.ask(&self.state, request, way);
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..rounds.max(2) {
            let (time, decision) = ask(decide);
            let victims = decision.victims.len();
            assert!(
                victims >= least && (victims == 0) == (least == 0),
                "{what}: {victims} make room, {} have a place",
                decision.placed.len()
            );
            times.push(time);
        }
        let (_, by_index) = ask(decide);
        let (scanned, by_scan) = ask(decide_by_scan);
        assert!(by_scan.placed == by_index.placed && by_scan.victims == by_index.victims);
        times.sort_unstable();
        let name = |part: &str| format!("no room at {}, {what}, {part}", self.fleet);
        let p50 = percentile(&times, 0.5);
        self.report.row(&name("p50"), p50, "us", Some(micros(scanned)));
        self.report
            .row(&name("p99"), percentile(&times, 0.99), "us", None);
    }
}
