//! A fleet to which things happen. Whenever something is decided, engine and reference are asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hourglass_engine::{
    ClaimPhase, DecideInput, Delta, Dispatch, FleetState, Health, Owner, SlotWanted, decide, explain,
    invariants,
};
use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Slot, TenantId};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::request::canonicalise;
use hourglass_model::resources::ResourceVector;
use proptest::prelude::*;

use crate::answer::{Answer, reference};
use crate::cases::{self, ClusterCase, RequestCase, Step};
use crate::learning::Learnt;
use crate::reasons;
use crate::slow::World;

/// Decisions compared.
pub static DECISIONS: AtomicUsize = AtomicUsize::new(0);
/// Of them such that found a place for every replica, that found none, and that moved somebody.
pub static COMPLETE: AtomicUsize = AtomicUsize::new(0);
pub static PARTIAL: AtomicUsize = AtomicUsize::new(0);
pub static MOVED: AtomicUsize = AtomicUsize::new(0);
/// Of them such that gave out devices, and how often requests were learnt from.
pub static DEVICES: AtomicUsize = AtomicUsize::new(0);
pub static LEARNT: AtomicUsize = AtomicUsize::new(0);

/// A history as it goes on.
pub struct History {
    state: FleetState,
    tenant: TenantId,
    names: Vec<ClusterName>,
    nodes: BTreeMap<(usize, usize), NodeFacts>,
    placements: Vec<PlacementUid>,
    learnt: Learnt,
}

impl History {
    pub fn start(fleet: &[ClusterCase]) -> Self {
        let tenant = TenantId::new("default").expect("valid");
        let mut history = Self {
            state: FleetState::new(),
            names: (0..fleet.len())
                .map(|at| ClusterName::new(format!("c{at}")).expect("valid"))
                .collect(),
            nodes: BTreeMap::new(),
            placements: Vec::new(),
            learnt: Learnt::nothing(),
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

    pub fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
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
            Step::Observe(index, unbound, others) => self.observe(*index, *unbound, *others),
            Step::Serve(index, serves) => self.serve(*index, *serves),
            Step::Learn(case, times) => self.learn(case, *times)?,
            Step::Reserve(who, case) => self.reserve(*who, case),
            Step::Unreserve(who) => {
                self.state.unreserve(&keeper(*who));
            }
            Step::Reload => self.reload()?,
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
        let fleet = self.state.dump();
        let whose = (&self.tenant, &placement);
        let start = World::new(&fleet, &self.learnt, &request, whose, &avoid);
        let (expected, reason) = reference(&start, slots.len());
        let decision = decide(&self.state, &request, &input);
        let got = Answer::of(&decision);
        let text = || serde_json::to_string(&case.spec()).expect("json");
        prop_assert_eq!(&got, &expected, "{}", text());
        prop_assert_eq!(
            decision.no_fit.as_ref().map(|no_fit| no_fit.reason),
            reason,
            "{}",
            text()
        );
        prop_assert_eq!(
            invariants::check_decision(&self.state, &self.tenant, &request, &decision),
            []
        );
        let explanation = decision
            .no_fit
            .as_ref()
            .and_then(|no_fit| no_fit.explanation.clone());
        let explanation = explanation.unwrap_or_else(|| explain(&self.state, &request, &input));
        let differs = reasons::differs(&start, &explanation);
        prop_assert_eq!(differs, None, "{}", text());
        DECISIONS.fetch_add(1, Ordering::Relaxed);
        let counter = if decision.is_complete() {
            &COMPLETE
        } else {
            &PARTIAL
        };
        counter.fetch_add(1, Ordering::Relaxed);
        MOVED.fetch_add(usize::from(!decision.victims.is_empty()), Ordering::Relaxed);
        let devices = decision
            .placed
            .iter()
            .any(|slot| !slot.offer.devices().is_empty());
        DEVICES.fetch_add(usize::from(devices), Ordering::Relaxed);
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

    /// The pod of some claim shows up on its node, or what it is given of devices.
    fn observe(&mut self, index: prop::sample::Index, unbound: bool, others: bool) {
        let mut claims: Vec<_> = self.state.claims().map(|record| record.claim.clone()).collect();
        if others && claims.iter().any(|claim| !claim.devices.is_empty()) {
            claims.retain(|claim| !claim.devices.is_empty());
        }
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
        let Some(devices) = given(node, &claim.devices, others) else {
            return;
        };
        let mut bound = claim.vector.clone();
        if unbound && !devices.is_empty() {
            bound = ResourceVector::new();
        }
        node.used.add_saturating(&bound);
        node.claims.push(ObservedClaim {
            claim: claim.id.clone(),
            bound,
            devices,
        });
        let facts = node.clone();
        self.delta(at, vec![facts], Vec::new());
    }

    /// Of some claim it is said whether it serves.
    fn serve(&mut self, index: prop::sample::Index, serves: bool) {
        let claims: Vec<ClaimId> = self
            .state
            .claims()
            .map(|record| record.claim.id.clone())
            .collect();
        if !claims.is_empty() {
            let id = &claims[index.index(claims.len())];
            self.state.set_serving(id, serves).expect("known");
        }
    }

    /// A request comes again and again; both learn from it, and must have learnt the same.
    fn learn(&mut self, case: &RequestCase, times: u32) -> Result<(), TestCaseError> {
        let Ok(request) = canonicalise(&case.spec(), &case.labels()) else {
            return Ok(());
        };
        for _ in 0..times {
            self.state.observe(&request);
            let state = &self.state;
            self.learnt.learn(&request, || state.dump());
        }
        LEARNT.fetch_add(usize::from(request.gpu.is_some()), Ordering::Relaxed);
        prop_assert_eq!(self.learnt.differs(&self.state.dump()), None);
        Ok(())
    }

    /// Nodes are kept for somebody who waits.
    fn reserve(&mut self, who: usize, case: &RequestCase) {
        let Ok(request) = canonicalise(&case.spec(), &case.labels()) else {
            return;
        };
        let slots = [SlotWanted {
            slot: Slot(0),
            epoch: Epoch(1),
        }];
        let input = DecideInput {
            tenant: &self.tenant,
            placement: None,
            slots: &slots,
            avoid: &case.avoid(),
            preempt: false,
            explain: false,
        };
        self.state.reserve(&keeper(who), &request, &input);
    }

    /// The state is written down and read again: it is the same.
    fn reload(&mut self) -> Result<(), TestCaseError> {
        let dump = self.state.dump();
        let text = serde_json::to_string(&dump).expect("json");
        self.state = FleetState::from_dump(serde_json::from_str(&text).expect("a dump"));
        prop_assert_eq!(self.state.dump(), dump);
        Ok(())
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

/// What a pod gets of the devices of a node: those that it was to get, or others where nothing tells them apart; `None` where
/// somebody was faster.
fn given(node: &mut NodeFacts, wanted: &[DeviceUse], others: bool) -> Option<Vec<DeviceUse>> {
    let mut given = Vec::new();
    let mut devices = node.devices.clone();
    for one in wanted {
        let found = devices.iter().position(|device| device.id == one.device)?;
        let other = devices.iter().position(|device| {
            device.used_milli == 0 && device.identity.is_none() && device.id != one.device
        });
        let any = others && devices[found].identity.is_none() && one.milli == 1000;
        let at = other.filter(|_| any).unwrap_or(found);
        let device = &mut devices[at];
        if device.used_milli + one.milli > 1000 {
            return None;
        }
        device.used_milli += one.milli;
        given.push(DeviceUse {
            device: device.id.clone(),
            milli: one.milli,
        });
    }
    node.devices = devices;
    Some(given)
}

fn keeper(who: usize) -> PlacementUid {
    PlacementUid::new(format!("kept-{who}")).expect("valid")
}
