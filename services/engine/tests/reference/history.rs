//! A fleet to which things happen. Whenever something is decided, engine and reference are asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_engine::{
    Claim, ClaimPhase, ClusterFacts, ClusterState, DecideInput, Delta, Dispatch, FleetState, Health,
    LeftNode, Owner, SlotWanted, decide, explain, invariants, would_take,
};
use hourglass_model::gpu::{DeviceFacts, DeviceUse};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Sequence, Slot, TenantId};
use hourglass_model::labels::Requirement;
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::request::{CanonicalRequest, SpreadConstraint, canonicalise};
use hourglass_model::resources::ResourceVector;
use proptest::prelude::*;

use crate::answer::{Answer, reference};
use crate::cases::{ClusterCase, FactsCase, RequestCase, Seen, Session, Step};
use crate::coverage;
use crate::learning::Learnt;
use crate::slow::World;
use crate::{preempting, reasons, reserving};

/// A history as it goes on.
pub struct History {
    state: FleetState,
    tenants: [TenantId; 2],
    names: Vec<ClusterName>,
    /// What is really there; a cluster whose session has ended says so later.
    nodes: BTreeMap<(usize, usize), NodeFacts>,
    facts: Vec<FactsCase>,
    placements: Vec<(PlacementUid, RequestCase)>,
    /// Decisions so far, each of which has an epoch of its own.
    epoch: u64,
    learnt: Learnt,
}

impl History {
    pub fn start(fleet: &[ClusterCase]) -> Self {
        let tenant = |name| TenantId::new(name).expect("valid");
        let mut history = Self {
            state: FleetState::new(),
            names: (0..fleet.len())
                .map(|at| ClusterName::new(format!("c{at}")).expect("valid"))
                .collect(),
            nodes: BTreeMap::new(),
            facts: fleet.iter().map(|cluster| cluster.facts.clone()).collect(),
            placements: Vec::new(),
            epoch: 0,
            learnt: Learnt::nothing(),
            tenants: [tenant("default"), tenant("other")],
        };
        for (at, cluster) in fleet.iter().enumerate() {
            for (number, node) in cluster.nodes.iter().enumerate() {
                history
                    .nodes
                    .insert((at, number), node.facts(&format!("n{number}")));
            }
            let name = history.names[at].clone();
            history
                .state
                .put_cluster(name.clone(), cluster.settings.settings());
            history.state.set_health(&name, Health::Ready).expect("known");
            let session = if cluster.silent {
                Session::Begins
            } else {
                Session::Reports
            };
            history.session(at, session);
        }
        history
    }

    pub fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let clusters = self.names.len().max(1);
        let cluster = |index: &prop::sample::Index| index.index(clusters);
        match step {
            Step::Place(case) => {
                let uid = self.uid(case);
                self.place(case, uid, None)?;
            }
            Step::Grow(index, more, unsure) if !self.placements.is_empty() => {
                let (uid, mut case) = self.placements[index.index(self.placements.len())].clone();
                case.unsure = *unsure;
                self.place(&case, uid, Some(*more))?;
            }
            Step::Remove(index) => self.end(*index, true),
            Step::Release(index) => self.end(*index, false),
            Step::Observe(index, seen) => self.observe(*index, *seen),
            Step::Settle(succeeded) => self.settle(*succeeded),
            Step::Serve(index, serves) => self.serve(*index, *serves),
            Step::Learn(case, times) => self.learn(case, *times)?,
            Step::Reserve(who, case) => self.reserve(*who, case)?,
            Step::Unreserve(who) => {
                self.state.unreserve(&keeper(*who));
            }
            Step::Reload => self.reload()?,
            // Whatever else happens needs a cluster that it happens to.
            _ if self.names.is_empty() => {}
            Step::Node(index, number, node) => {
                let at = cluster(index);
                let facts = node.facts(&format!("n{number}"));
                self.nodes.insert((at, *number), facts.clone());
                self.delta(at, vec![facts], Vec::new());
            }
            Step::Lose(index, number) => {
                let at = cluster(index);
                if self.nodes.remove(&(at, *number)).is_some() {
                    let gone = NodeName::new(format!("n{number}")).expect("valid");
                    self.delta(at, Vec::new(), vec![gone]);
                }
            }
            Step::Settings(index, settings) => {
                let name = self.names[cluster(index)].clone();
                self.state.put_cluster(name, settings.settings());
            }
            Step::Facts(index, facts) => {
                let at = cluster(index);
                self.facts[at] = facts.clone();
                let facts = facts.facts(&self.tenants);
                self.tell(at, Vec::new(), Vec::new(), Some(facts));
            }
            Step::Session(index, session) => self.session(cluster(index), *session),
            Step::Health(index, there) => {
                let health = if *there { Health::Ready } else { Health::Suspect };
                let name = &self.names[cluster(index)];
                self.state.set_health(name, health).expect("known");
            }
            Step::Grow(..) => {}
        }
        prop_assert_eq!(invariants::check(&self.state), []);
        Ok(())
    }

    /// A new placement, or one for which nodes may be kept, unless it has a place already.
    fn uid(&self, case: &RequestCase) -> PlacementUid {
        let new = PlacementUid::new(format!("p{:03}", self.placements.len())).expect("valid");
        let kept = case.keeper.map(keeper);
        let taken = |uid: &PlacementUid| {
            self.state
                .claims()
                .any(|record| record.claim.id.placement == *uid)
        };
        kept.filter(|uid| !taken(uid)).unwrap_or(new)
    }

    /// A placement is decided: all of it, or so many replicas more.
    fn place(
        &mut self,
        case: &RequestCase,
        placement: PlacementUid,
        more: Option<u32>,
    ) -> Result<(), TestCaseError> {
        // What contradicts itself is refused before any engine sees it.
        let Ok(request) = canonicalise(&case.spec(), &case.labels()) else {
            return Ok(());
        };
        self.epoch += 1;
        let first = u32::try_from(self.epoch * 10).expect("few decisions");
        let slots: Vec<SlotWanted> = (0..more.unwrap_or(request.replicas))
            .map(|slot| SlotWanted {
                slot: Slot(first + slot),
                epoch: Epoch(self.epoch),
            })
            .collect();
        let whose = case.keeper.unwrap_or(usize::from(case.second_tenant));
        let tenant = self.tenants[whose].clone();
        let avoid = case.avoid();
        let input = DecideInput {
            tenant: &tenant,
            placement: Some(&placement),
            slots: &slots,
            avoid: &avoid,
            preempt: true,
            explain: true,
        };
        let fleet = self.state.dump();
        let whose = (&tenant, &placement);
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
            invariants::check_decision(&self.state, &tenant, &request, &decision),
            []
        );
        prop_assert_eq!(
            invariants::check_kept(&self.state, &placement, &request, &decision),
            []
        );
        self.ask_who_would_take(&start, &input, &request)?;
        let explanation = decision
            .no_fit
            .as_ref()
            .and_then(|no_fit| no_fit.explanation.clone());
        let explanation = explanation.unwrap_or_else(|| explain(&self.state, &request, &input));
        let differs = reasons::differs(&start, &explanation);
        prop_assert_eq!(differs, None, "{}", text());
        prop_assert_eq!(invariants::check_explanation(&self.state, &explanation), []);
        let rules =
            !(request.spread.is_empty() && request.affinity.is_empty() && request.anti_affinity.is_empty());
        coverage::decided(&decision, &explanation, (more.is_some(), rules));
        let owner: Arc<Owner> = Owner::new(&tenant, &placement, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            self.state.claim(claim).expect("new");
            if !case.unsure {
                self.state.committed(&id).expect("known");
            }
        }
        for victim in &decision.victims {
            self.state
                .release(&victim.claim, Dispatch::Perhaps)
                .expect("in force");
        }
        if more.is_none() {
            self.placements.retain(|(other, _)| *other != placement);
            self.placements.push((placement, case.clone()));
        }
        Ok(())
    }

    /// Of every node that anybody leaves it is asked whether the next replica would be there once they have gone.
    fn ask_who_would_take(
        &self,
        start: &World<'_>,
        input: &DecideInput<'_>,
        request: &CanonicalRequest,
    ) -> Result<(), TestCaseError> {
        let input = DecideInput {
            slots: input.slots.get(..1).unwrap_or_default(),
            ..*input
        };
        for (at, going, expected) in preempting::would_take(start) {
            let left = LeftNode {
                cluster: &start.cluster(at).name,
                node: &start.node(at).name,
                going,
            };
            let got = would_take(&self.state, request, &input, std::slice::from_ref(&left));
            let spreads = request.spread.iter().any(SpreadConstraint::is_required);
            // The engine does not look into it where nodes are called by name beside a spread constraint.
            let named = spreads && calls_nodes_by_name(request);
            if let Some(expected) = expected.filter(|expected| *expected || !named) {
                coverage::note(match (expected, spreads) {
                    (true, false) => "would take what is left",
                    (true, true) => "would take what is left, and is to be spread",
                    (false, false) => "would not take what is left",
                    (false, true) => "would not take what is left, and is to be spread",
                });
                prop_assert_eq!(got, [expected], "{:?}", left);
            }
        }
        Ok(())
    }

    fn end(&mut self, index: prop::sample::Index, confirmed: bool) {
        if self.placements.is_empty() {
            return;
        }
        let (placement, _) = self.placements[index.index(self.placements.len())].clone();
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
            let sequence = self.state.cluster(&cluster).and_then(ClusterState::sequence);
            if let Some(sequence) = sequence.filter(|_| confirmed) {
                // Pods of it that are still shown keep the claim until they are gone.
                self.state.removal_acknowledged(&id, sequence).expect("released");
            }
        }
    }

    /// The pod of some claim shows up on its node, or what it is given of devices.
    fn observe(&mut self, index: prop::sample::Index, seen: Seen) {
        let mut claims: Vec<_> = self.state.claims().map(|record| record.claim.clone()).collect();
        if seen.others && claims.iter().any(|claim| !claim.devices.is_empty()) {
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
        let nodes = self.nodes.iter_mut().filter(|((cluster, _), _)| *cluster == at);
        let mut nodes: Vec<&mut NodeFacts> = nodes.map(|(_, node)| node).collect();
        let found = match seen.elsewhere {
            Some(index) if !nodes.is_empty() => Some(index.index(nodes.len())),
            _ => nodes.iter().position(|node| node.name == claim.node),
        };
        let Some(node) = found.map(|at| nodes.swap_remove(at)) else {
            return;
        };
        if node.claims.iter().any(|seen| seen.claim == claim.id) {
            return;
        }
        let Some(devices) = given(node, claim, seen) else {
            return;
        };
        let mut bound = claim.vector.clone();
        if seen.unbound && !devices.is_empty() {
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

    /// Commits of unknown outcome turn out to have succeeded, or to have failed.
    fn settle(&mut self, succeeded: bool) {
        let open = self
            .state
            .claims()
            .filter(|record| record.phase == ClaimPhase::Decided);
        let open: Vec<ClaimId> = open.map(|record| record.claim.id.clone()).collect();
        for id in open {
            let settled = match succeeded {
                true => self.state.committed(&id),
                false => self.state.commit_failed(&id),
            };
            settled.expect("known");
        }
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
        if request.gpu.is_some() {
            coverage::note("requests learnt from");
        }
        prop_assert_eq!(self.learnt.differs(&self.state.dump()), None);
        Ok(())
    }

    /// Nodes are kept for somebody who waits.
    fn reserve(&mut self, who: usize, case: &RequestCase) -> Result<(), TestCaseError> {
        let Ok(request) = canonicalise(&case.spec(), &case.labels()) else {
            return Ok(());
        };
        let slots: Vec<SlotWanted> = (0..request.replicas)
            .map(|slot| SlotWanted {
                slot: Slot(slot),
                epoch: Epoch(1),
            })
            .collect();
        let (uid, avoid) = (keeper(who), case.avoid());
        let tenant = self.tenants[who].clone();
        let input = DecideInput {
            tenant: &tenant,
            placement: None,
            slots: &slots,
            avoid: &avoid,
            preempt: false,
            explain: false,
        };
        self.state.unreserve(&uid);
        let nearest = self.state.nearest(&uid, &request, &input);
        let fleet = self.state.dump();
        let start = World::new(&fleet, &self.learnt, &request, (&tenant, &uid), &avoid);
        let differs = reserving::differs(&start, &nearest, slots.len());
        prop_assert_eq!(
            differs,
            None,
            "{}",
            serde_json::to_string(&case.spec()).expect("json")
        );
        let kept = self.state.reserve(&uid, &request, &input);
        let nearest = nearest.into_iter().map(|near| (near.cluster, near.node));
        prop_assert_eq!(&kept, &nearest.collect());
        coverage::note(if kept.is_empty() {
            "kept nothing"
        } else {
            "kept nodes"
        });
        Ok(())
    }

    /// The state is written down and read again: it is the same.
    fn reload(&mut self) -> Result<(), TestCaseError> {
        let dump = self.state.dump();
        let text = serde_json::to_string(&dump).expect("json");
        self.state = FleetState::from_dump(serde_json::from_str(&text).expect("a dump"));
        prop_assert_eq!(self.state.dump(), dump);
        Ok(())
    }

    /// What becomes of a session. A new one that reports says everything as it is.
    fn session(&mut self, at: usize, session: Session) {
        let name = self.names[at].clone();
        if session == Session::Ends {
            self.state.end_session(&name).expect("known");
            return;
        }
        self.state.begin_session(&name).expect("known");
        if session == Session::Begins {
            return;
        }
        let nodes = self.nodes.iter().filter(|((cluster, _), _)| *cluster == at);
        let nodes: Vec<NodeFacts> = nodes.map(|(_, node)| node.clone()).collect();
        let (first, count) = (Sequence(1), nodes.len());
        let facts = self.facts[at].facts(&self.tenants);
        self.state.snapshot_begin(&name, first).expect("known");
        self.state
            .snapshot_chunk(&name, nodes, Some(facts))
            .expect("begun");
        self.state.snapshot_end(&name, first, count).expect("whole");
    }

    /// The agent says what has changed of its nodes.
    fn delta(&mut self, at: usize, nodes: Vec<NodeFacts>, removed: Vec<NodeName>) {
        self.tell(at, nodes, removed, None);
    }

    /// The agent says what has changed; without a session nobody hears of it before the next one.
    fn tell(
        &mut self,
        at: usize,
        nodes: Vec<NodeFacts>,
        removed: Vec<NodeName>,
        facts: Option<ClusterFacts>,
    ) {
        let name = &self.names[at];
        let cluster = self.state.cluster(name).filter(|cluster| cluster.is_fresh());
        let Some(sequence) = cluster.and_then(ClusterState::sequence) else {
            return;
        };
        let delta = Delta {
            sequence: sequence.next(),
            nodes,
            removed,
            facts,
        };
        self.state.apply_delta(name, delta).expect("in order");
    }
}

/// What a pod gets of the devices of a node: those that it was to get, or others where it does not ask for these by name, where it
/// is on another node, or somebody has meddled; `None` where somebody was faster.
fn given(node: &mut NodeFacts, claim: &Claim, seen: Seen) -> Option<Vec<DeviceUse>> {
    let mut given = Vec::new();
    let mut devices = node.devices.clone();
    let unnamed = |device: &DeviceFacts| {
        let wanted = claim.devices.iter().any(|one| one.device == device.id);
        wanted && device.identity.is_none()
    };
    let any = !claim.pinned || devices.iter().any(unnamed);
    for one in &claim.devices {
        let found = devices.iter().position(|device| device.id == one.device);
        let may_be_other = one.milli == 1000 && (seen.astray || seen.others && (any || found.is_none()));
        let other = devices.iter().position(|device| {
            device.used_milli == 0 && (any || seen.astray || found.is_none()) && device.id != one.device
        });
        let at = other.filter(|_| may_be_other || found.is_none()).or(found)?;
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

fn calls_nodes_by_name(request: &CanonicalRequest) -> bool {
    let nodes = &request.nodes;
    let required = nodes.affinity.iter().flat_map(|affinity| &affinity.terms);
    let preferred = nodes.preferred.iter().map(|wish| &wish.term);
    let mut terms = required.chain(preferred);
    let by_label = |one: &Requirement| one.key == "kubernetes.io/hostname";
    !nodes.hostnames.is_empty()
        || terms.any(|term| !term.fields.is_empty() || term.expressions.iter().any(by_label))
}

fn keeper(who: usize) -> PlacementUid {
    PlacementUid::new(format!("kept-{who}")).expect("valid")
}
