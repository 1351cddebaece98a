//! The engine decides as a slow, plain reference does, on random fleets, requests and histories.
//!
//! `HOURGLASS_REFERENCE_HISTORIES` sets how many histories are tried; each has about nine decisions. Differences shrink to
//! the smallest history that shows them.

#![expect(clippy::print_stdout, reason = "says how much was compared")]

mod cases;
mod packing;
mod preempting;
mod slow;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cases::{ClusterCase, RequestCase, Step};
use hourglass_engine::{
    ClaimPhase, DecideInput, Delta, Dispatch, FleetState, Health, Owner, SlotWanted, decide, invariants,
};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::placement::Preemption;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use slow::World;

/// Decisions compared.
static DECISIONS: AtomicUsize = AtomicUsize::new(0);
/// Of them such that found a place for every replica, that found none, and that moved somebody.
static COMPLETE: AtomicUsize = AtomicUsize::new(0);
static PARTIAL: AtomicUsize = AtomicUsize::new(0);
static MOVED: AtomicUsize = AtomicUsize::new(0);

/// Where each slot goes, and who must go for it.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    placed: Vec<String>,
    victims: BTreeSet<ClaimId>,
}

/// Slots one after the other, with or without moving others.
fn fill<'a>(start: &World<'a>, wanted: usize, preempt: bool) -> (World<'a>, Vec<preempting::Unit>) {
    let mut world = start.clone();
    let mut victims = Vec::new();
    while world.placed.len() < wanted {
        let placed = match world.best() {
            Some(placed) => placed,
            None if preempt => {
                let Some((units, placed)) = preempting::make_room(&world) else {
                    break;
                };
                world
                    .gone
                    .extend(units.iter().flat_map(|unit| unit.claims.clone()));
                victims.extend(units);
                placed
            }
            None => break,
        };
        world.placed.push(placed);
    }
    (world, victims)
}

fn reference(
    state: &FleetState,
    request: &CanonicalRequest,
    input: &DecideInput<'_>,
    placement: &PlacementUid,
) -> Answer {
    let fleet = state.dump();
    let start = World {
        fleet: &fleet,
        request,
        tenant: input.tenant,
        placement,
        avoid: input.avoid,
        placed: Vec::new(),
        gone: BTreeSet::new(),
    };
    let wanted = input.slots.len();
    let (mut world, mut victims) = fill(&start, wanted, false);
    if world.placed.len() < wanted && request.preemption == Preemption::LowerPriority {
        let (mut forced, mut units) = fill(&start, wanted, true);
        if forced.placed.len() > world.placed.len() {
            preempting::let_off(&start, &mut forced, &mut units);
            (world, victims) = (forced, units);
        }
    }
    if request.gang && world.placed.len() < wanted {
        return Answer {
            placed: Vec::new(),
            victims: BTreeSet::new(),
        };
    }
    let place =
        |placed: &slow::Placed| format!("{}/{}", world.cluster(placed.at).name, world.node(placed.at).name);
    Answer {
        placed: world.placed.iter().map(place).collect(),
        victims: victims.into_iter().flat_map(|unit| unit.claims).collect(),
    }
}

/// A history as it goes on.
struct History {
    state: FleetState,
    tenant: TenantId,
    names: Vec<ClusterName>,
    nodes: BTreeMap<(usize, usize), NodeFacts>,
    placements: Vec<PlacementUid>,
}

impl History {
    fn start(fleet: &[ClusterCase]) -> Self {
        let tenant = TenantId::new("default").expect("valid");
        let mut history = Self {
            state: FleetState::new(),
            names: (0..fleet.len())
                .map(|at| ClusterName::new(format!("c{at}")).expect("valid"))
                .collect(),
            nodes: BTreeMap::new(),
            placements: Vec::new(),
            tenant,
        };
        for (at, cluster) in fleet.iter().enumerate() {
            let name = history.names[at].clone();
            let nodes: Vec<NodeFacts> = cluster
                .nodes
                .iter()
                .enumerate()
                .map(|(number, node)| node.facts(&format!("n{number}")))
                .collect();
            for (number, node) in nodes.iter().enumerate() {
                history.nodes.insert((at, number), node.clone());
            }
            let (state, count) = (&mut history.state, nodes.len());
            let first = hourglass_model::ids::Sequence(1);
            state.put_cluster(name.clone(), cluster.settings());
            state.set_health(&name, Health::Ready).expect("known");
            state.begin_session(&name).expect("known");
            state.snapshot_begin(&name, first).expect("known");
            state
                .snapshot_chunk(&name, nodes, Some(cases::facts(&history.tenant)))
                .expect("begun");
            state.snapshot_end(&name, first, count).expect("whole");
        }
        history
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Place(case) => self.place(case)?,
            Step::Remove(index) => self.end(*index, true),
            Step::Release(index) => self.end(*index, false),
            Step::Node(index, number, node) if !self.names.is_empty() => {
                let at = index.index(self.names.len());
                let facts = node.facts(&format!("n{number}"));
                self.nodes.insert((at, *number), facts.clone());
                self.delta(at, vec![facts], Vec::new());
            }
            Step::Lose(index, number) if !self.names.is_empty() => {
                let at = index.index(self.names.len());
                if self.nodes.remove(&(at, *number)).is_some() {
                    self.delta(
                        at,
                        Vec::new(),
                        vec![NodeName::new(format!("n{number}")).expect("valid")],
                    );
                }
            }
            Step::Observe(index) => self.observe(*index),
            Step::Cordon(index, cordoned) if !self.names.is_empty() => {
                let name = self.names[index.index(self.names.len())].clone();
                let mut settings = self.state.cluster(&name).expect("known").settings().clone();
                settings.cordoned = *cordoned;
                self.state.put_cluster(name, settings);
            }
            Step::Node(..) | Step::Lose(..) | Step::Cordon(..) => {}
        }
        prop_assert_eq!(invariants::check(&self.state), []);
        Ok(())
    }

    fn place(&mut self, case: &RequestCase) -> Result<(), TestCaseError> {
        // What contradicts itself is refused before any engine sees it.
        let Ok(request) = canonicalise(&case.spec(), &case.labels()) else {
            return Ok(());
        };
        let placement = PlacementUid::new(format!("p{:03}", self.placements.len())).expect("valid");
        self.placements.push(placement.clone());
        let slots: Vec<SlotWanted> = (0..request.replicas)
            .map(|slot| SlotWanted {
                slot: Slot(slot),
                epoch: Epoch(1),
            })
            .collect();
        let avoid = case.avoid();
        let input = DecideInput {
            tenant: &self.tenant,
            placement: Some(&placement),
            slots: &slots,
            avoid: &avoid,
            preempt: true,
            explain: true,
        };
        let expected = reference(&self.state, &request, &input, &placement);
        let decision = decide(&self.state, &request, &input);
        let got = Answer {
            placed: decision
                .placed
                .iter()
                .map(|slot| format!("{}/{}", slot.cluster, slot.node))
                .collect(),
            victims: decision
                .victims
                .iter()
                .map(|victim| victim.claim.clone())
                .collect(),
        };
        prop_assert_eq!(
            &got,
            &expected,
            "{}",
            serde_json::to_string(&case.spec()).expect("json")
        );
        prop_assert_eq!(decision.no_fit.is_some(), expected.placed.len() < slots.len());
        prop_assert_eq!(
            invariants::check_decision(&self.state, &self.tenant, &request, &decision),
            []
        );
        DECISIONS.fetch_add(1, Ordering::Relaxed);
        let counter = if decision.is_complete() {
            &COMPLETE
        } else {
            &PARTIAL
        };
        counter.fetch_add(1, Ordering::Relaxed);
        MOVED.fetch_add(usize::from(!decision.victims.is_empty()), Ordering::Relaxed);
        let owner: Arc<Owner> = Owner::new(&self.tenant, &placement, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            self.state.claim(claim).expect("new");
            self.state.committed(&id).expect("known");
        }
        for victim in &decision.victims {
            self.state
                .release(&victim.claim, Dispatch::Perhaps)
                .expect("in force");
        }
        Ok(())
    }

    fn end(&mut self, index: prop::sample::Index, confirmed: bool) {
        if self.placements.is_empty() {
            return;
        }
        let placement = self.placements[index.index(self.placements.len())].clone();
        let held: Vec<(ClaimId, ClusterName, bool)> = self
            .state
            .claims()
            .filter(|record| record.claim.id.placement == placement)
            .map(|record| {
                let released = matches!(record.phase, ClaimPhase::Released { .. });
                (record.claim.id.clone(), record.claim.cluster.clone(), released)
            })
            .collect();
        for (id, cluster, released) in held {
            if !released {
                self.state.release(&id, Dispatch::Perhaps).expect("in force");
            }
            let sequence = self
                .state
                .cluster(&cluster)
                .and_then(hourglass_engine::ClusterState::sequence);
            if let Some(sequence) = sequence.filter(|_| confirmed) {
                // Pods of it that are still shown keep the claim until they are gone.
                self.state.removal_acknowledged(&id, sequence).expect("released");
            }
        }
    }

    /// The pod of some claim shows up on its node.
    fn observe(&mut self, index: prop::sample::Index) {
        let claims: Vec<_> = self.state.claims().map(|record| record.claim.clone()).collect();
        if claims.is_empty() {
            return;
        }
        let claim = &claims[index.index(claims.len())];
        let at = self
            .names
            .iter()
            .position(|name| *name == claim.cluster)
            .expect("known");
        let found = self
            .nodes
            .iter_mut()
            .find(|((cluster, _), node)| *cluster == at && node.name == claim.node);
        let Some((_, node)) = found else { return };
        if node.claims.iter().any(|seen| seen.claim == claim.id) {
            return;
        }
        node.used.add_saturating(&claim.vector);
        node.claims.push(ObservedClaim {
            claim: claim.id.clone(),
            bound: claim.vector.clone(),
            devices: Vec::new(),
        });
        let facts = node.clone();
        self.delta(at, vec![facts], Vec::new());
    }

    fn delta(&mut self, at: usize, nodes: Vec<NodeFacts>, removed: Vec<NodeName>) {
        let name = &self.names[at];
        let sequence = self
            .state
            .cluster(name)
            .and_then(hourglass_engine::ClusterState::sequence)
            .expect("applied");
        let delta = Delta {
            sequence: sequence.next(),
            nodes,
            removed,
            facts: None,
        };
        self.state.apply_delta(name, delta).expect("in order");
    }
}

#[test]
fn the_engine_decides_as_the_reference_does() {
    let histories = std::env::var("HOURGLASS_REFERENCE_HISTORIES").ok();
    let histories = histories.map_or(1_500, |text| text.parse().expect("a number of histories"));
    let config = Config {
        cases: histories,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(cases::fleet(), cases::steps()), |(fleet, steps)| {
        let mut history = History::start(&fleet);
        steps.iter().try_for_each(|step| history.step(step))
    });
    if let Err(difference) = outcome {
        panic!("{difference}");
    }
    let counts = [&DECISIONS, &COMPLETE, &PARTIAL, &MOVED].map(|count| count.load(Ordering::Relaxed));
    println!(
        "decisions {}, complete {}, not complete {}, moving others {}",
        counts[0], counts[1], counts[2], counts[3]
    );
    assert!(
        counts.iter().all(|count| *count * 100 > histories as usize),
        "every kind comes up: {counts:?}"
    );
}
