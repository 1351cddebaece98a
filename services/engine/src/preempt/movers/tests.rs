//! Making room through the trees and by looking at every node is the same.

use std::collections::BTreeMap;

use hourglass_model::ids::ClaimId;
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::placement::Strategy;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::CPU;
use serde_json::{Value, json};

use crate::fixture::rng::Rng;
use crate::fixture::*;
use crate::preempt::survey::looked_at;
use crate::{Avoid, DecideInput, Decision, Delta, Dispatch, FleetState, Health, invariants};

fn input<'a>(
    tenant: &'a hourglass_model::ids::TenantId,
    slots: &'a [crate::SlotWanted],
    avoid: &'a Avoid,
) -> DecideInput<'a> {
    DecideInput {
        tenant,
        placement: None,
        slots,
        avoid,
        preempt: true,
        explain: false,
    }
}

/// Both ways must give the same answer.
fn compare(state: &FleetState, request: &CanonicalRequest) -> Decision {
    let (tenant, slots, avoid) = (tenant(), slots(request), Avoid::new());
    let input = input(&tenant, &slots, &avoid);
    let by_index = crate::decide(state, request, &input);
    let by_scan = crate::decide_by_scan(state, request, &input);
    assert_eq!(by_index.placed, by_scan.placed, "{request:?}");
    assert_eq!(by_index.victims, by_scan.victims, "{request:?}");
    assert_eq!(invariants::check_decision(state, &tenant, request, &by_index), []);
    by_index
}

struct World {
    rng: Rng,
    state: FleetState,
    requests: Vec<CanonicalRequest>,
    claims: Vec<ClaimId>,
    number: usize,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let count = 3 + rng.below(20);
        let clusters = NAMES.map(|name| (name, (0..count).map(|at| random_node(at, &mut rng)).collect()));
        Self {
            state: fleet(&clusters),
            rng,
            requests: Vec::new(),
            claims: Vec::new(),
            number: 0,
        }
    }

    fn request(&mut self) -> CanonicalRequest {
        if let Some(known) = self
            .rng
            .pick(&self.requests)
            .filter(|_| !self.number.is_multiple_of(3))
        {
            return known.clone();
        }
        let new = random_request(&mut self.rng);
        self.requests.push(new.clone());
        new
    }

    fn decide(&mut self) -> usize {
        let request = self.request();
        let decision = compare(&self.state, &request);
        self.number += 1;
        let owner = owner(&format!("p{}", self.number), &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            self.state.claim(claim).expect("new");
            if !self.rng.one_in(9) {
                self.state.committed(&id).expect("known");
            }
            self.claims.push(id);
        }
        for victim in &decision.victims {
            self.claims.retain(|id| *id != victim.claim);
            self.state.release(&victim.claim, Dispatch::Never).expect("known");
        }
        decision.victims.len()
    }

    fn change(&mut self) {
        let at = self.rng.below(self.claims.len());
        let id = self.claims.get(at).cloned();
        match (self.rng.below(7), id) {
            (0, Some(id)) => {
                self.claims.swap_remove(at);
                self.state.release(&id, Dispatch::Never).expect("known");
            }
            (1 | 2, Some(id)) => {
                let serves = self.rng.one_in(2);
                self.state.set_serving(&id, serves).expect("known");
            }
            (3, Some(id)) => {
                let record = self.state.claim_record(&id).expect("known");
                let mut owner = (*record.claim.owner).clone();
                owner.priority += 1;
                self.state.set_owner(&std::sync::Arc::new(owner));
            }
            (4, _) => {
                let name = cluster(self.rng.of(&NAMES));
                let health = self.rng.of(&[Health::Ready, Health::Ready, Health::Suspect]);
                self.state.set_health(&name, health).expect("known");
            }
            (5, _) if self.rng.one_in(4) => {
                let name = self.rng.of(&NAMES);
                self.state.begin_session(&cluster(name)).expect("known");
                let nodes = self.nodes(name);
                report(&mut self.state, name, nodes.into_values().collect());
            }
            _ => self.delta(),
        }
    }

    /// The nodes of a cluster, some of which show pods of claims, more or less than was promised.
    fn nodes(&mut self, name: &str) -> BTreeMap<String, NodeFacts> {
        let known = self.state.cluster(&cluster(name)).expect("known");
        let mut all = BTreeMap::new();
        for node in known.nodes() {
            let mut facts = node.facts();
            if self.rng.one_in(3) {
                facts.claims.clear();
                let mut used = hourglass_model::resources::ResourceVector::new();
                used.set(
                    CPU.clone(),
                    500 * i64::try_from(self.rng.below(9)).expect("small"),
                );
                for id in &self.claims {
                    let Some(record) = self.state.claim_record(id) else {
                        continue;
                    };
                    let here = record.claim.node == facts.name || self.rng.one_in(40);
                    if record.claim.cluster != cluster(name) || !here || self.rng.one_in(2) {
                        continue;
                    }
                    used.add_saturating(&record.claim.vector);
                    facts.claims.push(ObservedClaim {
                        claim: id.clone(),
                        bound: record.claim.vector.clone(),
                        devices: Vec::new(),
                    });
                }
                facts.used = used;
            }
            all.insert(facts.name.to_string(), facts);
        }
        all
    }

    fn delta(&mut self) {
        let name = self.rng.of(&NAMES);
        let mut nodes: Vec<NodeFacts> = self.nodes(name).into_values().collect();
        let removed = if self.rng.one_in(3) && nodes.len() > 2 {
            vec![nodes.swap_remove(0).name]
        } else {
            Vec::new()
        };
        if self.rng.one_in(3) {
            let at = 100 + self.rng.below(20);
            nodes.retain(|facts| facts.name.to_string() != format!("n{at}"));
            nodes.push(random_node(at, &mut self.rng));
        }
        let known = self.state.cluster(&cluster(name)).expect("known");
        if !known.is_fresh() {
            return;
        }
        let delta = Delta {
            sequence: known.sequence().expect("reported").next(),
            nodes,
            removed,
            facts: None,
        };
        self.state
            .apply_delta(&cluster(name), delta)
            .expect("the next one");
    }
}

fn random_node(at: usize, rng: &mut Rng) -> NodeFacts {
    let name = format!("n{at}");
    let mut facts = match rng.below(4) {
        0 => a100(&name, rng.of(&[2, 4])),
        1 => tdx(&name, 4),
        2 => t4_shared(&name, 8),
        _ => node(&name, &[("pool", rng.of(&["x", "y"]))], &[]),
    };
    facts.allocatable.set(CPU.clone(), rng.of(&[6_000, 8_000, 8_000]));
    facts
        .used
        .set(CPU.clone(), 250 * i64::try_from(rng.below(8)).expect("small"));
    facts
}

fn random_request(rng: &mut Rng) -> CanonicalRequest {
    let priority = i32::try_from(rng.below(8)).expect("small") - 2;
    let mut compute = json!({"requests": {
        "cpu": rng.of(&["250m", "700m", "1", "1500m", "2", "3", "5"]), "memory": rng.of(&["1Gi", "9Gi", "40Gi"]),
    }});
    match rng.below(6) {
        0 | 1 => compute["gpu"] = json!({"count": 1 + rng.below(2)}),
        2 => compute["gpu"] = json!({"shareMilli": rng.of(&[250, 500])}),
        3 => compute["tee"] = json!({"kinds": ["tdx"]}),
        _ => {}
    }
    let mut spec = json!({"compute": compute, "priority": priority, "replicas": rng.of(&[1, 1, 2, 3, 6])});
    if rng.one_in(4) {
        spec["gang"] = json!(true);
    }
    if rng.one_in(5) {
        spec["disruption"] = json!({"minAvailable": "1"});
    }
    if rng.one_in(8) {
        spec["strategy"] = json!("SPREAD");
    }
    match rng.below(9) {
        0 => spec["nodeRules"] = json!({"nodeSelector": {"pool": "x"}}),
        1 => spec["nodeRules"] = json!({"hostnames": ["n0", "n1", "n2"]}),
        2 => spec["clusterRules"] = json!({"include": ["b"]}),
        3 => {
            let other = json!({"selector": {"matchLabels": {"app": "x"}}, "topology": "NODE"});
            spec["antiAffinity"] = json!([other]);
        }
        _ => {}
    }
    labelled(&[("app", rng.of(&["x", "y"]))], spec)
}

#[test]
fn rooms_that_are_made_through_the_trees_are_those_that_looking_at_every_node_makes() {
    let (mut moved, mut spread) = (0, 0);
    for seed in 0..70 {
        let mut world = World::new(seed);
        for _ in 0..40 {
            moved += world.decide();
            for _ in 0..world.rng.below(4) {
                world.change();
            }
            assert_eq!(invariants::check(&world.state), [], "seed {seed}");
        }
        let strategies = world.requests.iter().map(|request| request.strategy);
        spread += strategies.filter(|one| *one == Strategy::Spread).count();
    }
    assert!(moved > 150 && spread > 20, "{moved} {spread}");
}

/// Many like nodes, each full of small claims.
fn crowd(nodes: usize, extra: &Value) -> FleetState {
    let all = |from: usize| {
        (from..from + nodes)
            .map(|at| a100(&format!("n{at:04}"), 4))
            .collect()
    };
    let mut state = fleet(&[("a", all(0)), ("b", all(nodes))]);
    for number in 0.. {
        let low = request(json!({"compute": extra, "replicas": 100}));
        if place(&mut state, &format!("low{number}"), &low).len() < 100 {
            break;
        }
    }
    state
}

#[test]
fn of_nodes_that_are_alike_few_are_looked_at() {
    let gpu = json!({"gpu": {"count": 1}, "requests": {"cpu": "1"}});
    let state = crowd(100, &gpu);
    for strategy in ["PACK", "SPREAD"] {
        let high = request(json!({"compute": gpu, "priority": 5, "strategy": strategy}));
        let before = looked_at();
        let (tenant, slots, avoid) = (tenant(), slots(&high), Avoid::new());
        let decision = crate::decide(&state, &high, &input(&tenant, &slots, &avoid));
        assert_eq!(decision.victims.len(), 1);
        let seen = looked_at() - before;
        assert!(seen < 10, "{strategy}: {seen} of 200 nodes");
        compare(&state, &high);
    }
}

#[test]
fn nothing_is_looked_at_where_nobody_of_lower_priority_is() {
    let gpu = json!({"gpu": {"count": 1}, "requests": {"cpu": "1"}});
    let state = crowd(20, &gpu);
    let equal = request(json!({"compute": gpu}));
    let before = looked_at();
    let (tenant, slots, avoid) = (tenant(), slots(&equal), Avoid::new());
    let decision = crate::decide(&state, &equal, &input(&tenant, &slots, &avoid));
    assert!(decision.placed.is_empty());
    assert_eq!(looked_at(), before);
}

#[test]
fn a_change_is_looked_at_alone() {
    let cpu = json!({"requests": {"cpu": "8"}});
    let mut state = crowd(20, &cpu);
    let high = request(json!({"compute": cpu, "priority": 5}));
    let first = compare(&state, &high);
    let victim = first.victims.first().expect("one").clone();
    let id = victim.claim.clone();
    state.release(&id, Dispatch::Never).expect("known");
    // Somebody else takes the room at once.
    let taken = place(
        &mut state,
        "next",
        &request(json!({"compute": cpu, "priority": 1})),
    );
    assert_eq!(taken, [format!("{}/{}", victim.cluster, victim.node)]);
    assert_eq!(invariants::check(&state), []);
    let second = compare(&state, &high);
    assert_eq!(second.victims.len(), 1);
    assert_ne!(second.victims, first.victims, "that one is gone");
}
