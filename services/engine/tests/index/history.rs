//! A fleet that lives: decisions are taken and given back, nodes come, change and go, people change settings. After each
//! decision the index and going over all nodes must agree on everything.

use std::collections::BTreeMap;

use hourglass_engine::{
    Avoid, ClusterState, DecideInput, Decision, Delta, Dispatch, FleetState, Health, Owner, RetryHints,
    SlotWanted, decide, decide_by_scan, invariants,
};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Sequence, Slot, TenantId};
use hourglass_model::request::CanonicalRequest;

use crate::request::request;
use crate::rng::Rng;
use crate::world::{self, Size};

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub kind: u8,
    pub seed: u64,
}

pub struct History {
    size: Size,
    pub state: FleetState,
    clusters: Vec<ClusterName>,
    claims: Vec<ClaimId>,
    /// Requests come again, as they do for replicas and retries.
    requests: Vec<CanonicalRequest>,
    placements: usize,
    /// Decisions whose claims were taken.
    decided: u64,
    pub tenant: TenantId,
}

impl History {
    pub fn new(size: Size, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let mut history = Self {
            size,
            state: FleetState::new(),
            clusters: Vec::new(),
            claims: Vec::new(),
            requests: Vec::new(),
            placements: 0,
            decided: 1,
            tenant: TenantId::new("default").expect("valid"),
        };
        for at in 0..size.clusters(&mut rng) {
            history.join(at, &mut rng);
        }
        history
    }

    fn join(&mut self, at: usize, rng: &mut Rng) {
        let name = ClusterName::new(world::cluster_name(at)).expect("valid");
        self.state.put_cluster(name.clone(), world::settings(rng));
        let health = if rng.one_in(12) {
            Health::Suspect
        } else {
            Health::Ready
        };
        self.state.set_health(&name, health).expect("known");
        self.snapshot(&name, rng);
        if !self.clusters.contains(&name) {
            self.clusters.push(name);
        }
    }

    fn snapshot(&mut self, name: &ClusterName, rng: &mut Rng) {
        self.state.begin_session(name).expect("known");
        let count = self.size.nodes(rng);
        let nodes: Vec<_> = (0..count).map(|at| world::node(self.size, at, rng)).collect();
        let facts = Some(world::facts(rng));
        self.state.snapshot_begin(name, Sequence(1)).expect("known");
        self.state.snapshot_chunk(name, nodes, facts).expect("begun");
        self.state.snapshot_end(name, Sequence(1), count).expect("whole");
    }

    pub fn step(&mut self, step: Step) -> Result<(), String> {
        let mut rng = Rng::new(step.seed);
        match step.kind % 21 {
            0..=8 => self.decide(&mut rng),
            9 | 10 => self.release(&mut rng),
            11..=14 => self.delta(&mut rng),
            15 => self.settings(&mut rng),
            16 => self.avoid(&mut rng),
            17 => self.session(&mut rng),
            18 if rng.one_in(3) => self.come_and_go(&mut rng),
            18 => self.health(&mut rng),
            19 => self.learn(&mut rng),
            _ => self.reload(),
        }
    }

    /// What is typical changes, and with it every score of packing.
    fn learn(&mut self, rng: &mut Rng) -> Result<(), String> {
        if let Some(request) = rng.pick(&self.requests).cloned() {
            for _ in 0..rng.of(&[1, 9, 40, 120]) {
                self.state.observe(&request);
            }
        }
        self.check()
    }

    fn decide(&mut self, rng: &mut Rng) -> Result<(), String> {
        let request = match rng.pick(&self.requests) {
            Some(known) if rng.below(2) == 0 => known.clone(),
            _ => {
                let Some(new) = request(rng) else { return Ok(()) };
                self.state.observe(&new);
                self.requests.push(new.clone());
                new
            }
        };
        let mut avoid = Avoid::new();
        if rng.one_in(6)
            && let Some(cluster) = rng.pick(&self.clusters)
        {
            let node = (!rng.one_in(2)).then(|| node_name(rng.below(8)));
            avoid.insert((cluster.clone(), node), "refused".to_owned().into());
        }
        // Some ask for more slots of what is placed already.
        let known = self.placements > 0 && rng.one_in(4);
        let number = if known {
            rng.below(self.placements)
        } else {
            self.placements
        };
        let uid = PlacementUid::new(format!("p{number}")).expect("valid");
        let preempt = !known && rng.one_in(3);
        let decision = self.compare(&request, known.then_some(&uid), &avoid, preempt)?;
        if rng.one_in(4) {
            return Ok(());
        }
        self.placements += usize::from(!known);
        self.decided += 1;
        let owner = Owner::new(&self.tenant, &uid, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            self.state.claim(claim).map_err(|error| error.to_string())?;
            // Only what is committed may be moved.
            if !rng.one_in(4) {
                self.state.committed(&id).map_err(|error| error.to_string())?;
            }
            self.claims.push(id);
        }
        for victim in &decision.victims {
            self.claims.retain(|id| *id != victim.claim);
            self.state
                .release(&victim.claim, Dispatch::Never)
                .map_err(|error| error.to_string())?;
        }
        self.check()
    }

    fn compare(
        &self,
        request: &CanonicalRequest,
        placement: Option<&PlacementUid>,
        avoid: &Avoid,
        preempt: bool,
    ) -> Result<Decision, String> {
        let asked = (placement, self.decided);
        same_both_ways(&self.state, &self.tenant, request, asked, avoid, preempt)
    }

    fn release(&mut self, rng: &mut Rng) -> Result<(), String> {
        if self.claims.is_empty() {
            return Ok(());
        }
        let id = self.claims.swap_remove(rng.below(self.claims.len()));
        let dispatch = if rng.one_in(4) {
            Dispatch::Perhaps
        } else {
            Dispatch::Never
        };
        self.state
            .release(&id, dispatch)
            .map_err(|error| error.to_string())?;
        self.check()
    }

    fn delta(&mut self, rng: &mut Rng) -> Result<(), String> {
        let Some(name) = rng.pick(&self.clusters).cloned() else {
            return Ok(());
        };
        let Some(sequence) = self.state.cluster(&name).and_then(ClusterState::sequence) else {
            return Ok(());
        };
        let mut nodes = BTreeMap::new();
        for _ in 0..rng.below(4) {
            let at = rng.below(12);
            let mut facts = world::node(self.size, at, rng);
            // Some nodes stay what they are and only more is used there.
            if let Some(known) = self
                .state
                .cluster(&name)
                .and_then(|cluster| cluster.node(&facts.name))
                && rng.one_in(2)
            {
                let used = facts.used;
                facts = known.facts();
                facts.used = used;
            }
            nodes.insert(facts.name.clone(), facts);
        }
        let removed: Vec<NodeName> = (0..rng.below(3)).map(|_| node_name(rng.below(14))).collect();
        let delta = Delta {
            sequence: sequence.next(),
            nodes: nodes
                .into_values()
                .filter(|facts| !removed.contains(&facts.name))
                .collect(),
            removed,
            facts: rng.one_in(6).then(|| world::facts(rng)),
        };
        // A cluster without a whole inventory refuses deltas.
        let fresh = self.state.cluster(&name).is_some_and(ClusterState::is_fresh);
        let applied = self.state.apply_delta(&name, delta);
        if fresh != applied.is_ok() {
            return Err(format!("{applied:?}"));
        }
        self.check()
    }

    fn settings(&mut self, rng: &mut Rng) -> Result<(), String> {
        if let Some(name) = rng.pick(&self.clusters).cloned() {
            self.state.put_cluster(name, world::settings(rng));
        }
        self.check()
    }

    fn avoid(&mut self, rng: &mut Rng) -> Result<(), String> {
        let Some(request) = rng.pick(&self.requests).cloned() else {
            return Ok(());
        };
        let mut avoid = Avoid::new();
        for _ in 0..rng.below(12) {
            if let Some(cluster) = rng.pick(&self.clusters) {
                avoid.insert(
                    (cluster.clone(), Some(node_name(rng.below(10)))),
                    "refused".to_owned().into(),
                );
            }
        }
        self.compare(&request, None, &avoid, false).map(drop)
    }

    fn session(&mut self, rng: &mut Rng) -> Result<(), String> {
        let Some(name) = rng.pick(&self.clusters).cloned() else {
            return Ok(());
        };
        if rng.one_in(3) {
            self.state.end_session(&name).map_err(|error| error.to_string())?;
        } else {
            self.snapshot(&name, rng);
        }
        self.check()
    }

    fn health(&mut self, rng: &mut Rng) -> Result<(), String> {
        if let Some(name) = rng.pick(&self.clusters).cloned() {
            let health = rng.of(&[Health::Ready, Health::Ready, Health::Suspect, Health::Leaving]);
            self.state
                .set_health(&name, health)
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn come_and_go(&mut self, rng: &mut Rng) -> Result<(), String> {
        if rng.one_in(2) && self.clusters.len() > 1 {
            let name = self.clusters.swap_remove(rng.below(self.clusters.len()));
            self.state.remove_cluster(&name);
        } else {
            let at = rng.below(self.clusters.len() + 3);
            self.join(at, rng);
        }
        self.check()
    }

    /// A state that was put together anew decides the same.
    fn reload(&mut self) -> Result<(), String> {
        self.state = FleetState::from_dump(self.state.dump());
        self.check_all()
    }

    fn check(&self) -> Result<(), String> {
        let breaches = invariants::check(&self.state);
        if breaches.is_empty() {
            Ok(())
        } else {
            Err(format!("{breaches:?}"))
        }
    }

    /// Every request that ever came, once more.
    pub fn check_all(&self) -> Result<(), String> {
        for request in &self.requests {
            self.compare(request, None, &Avoid::new(), false)?;
        }
        self.check()
    }
}

/// The decision, by the index; going over all nodes must give the same one.
pub fn same_both_ways(
    state: &FleetState,
    tenant: &TenantId,
    request: &CanonicalRequest,
    (placement, epoch): (Option<&PlacementUid>, u64),
    avoid: &Avoid,
    preempt: bool,
) -> Result<Decision, String> {
    let slots: Vec<SlotWanted> = (0..request.replicas)
        .map(|slot| SlotWanted {
            slot: Slot(slot),
            epoch: Epoch(epoch),
        })
        .collect();
    let input = DecideInput {
        tenant,
        placement,
        slots: &slots,
        avoid,
        preempt,
        explain: false,
    };
    let mut by_index = decide(state, request, &input);
    let by_scan = decide_by_scan(state, request, &input);
    if let (Some(rough), Some(exact)) = (&mut by_index.no_fit, &by_scan.no_fit) {
        if !covers(&rough.hints, &exact.hints) {
            return Err(format!("hints {:?}, of all nodes {:?}", rough.hints, exact.hints));
        }
        rough.hints = exact.hints.clone();
    }
    if by_index != by_scan {
        let short = |decision: &Decision| {
            let placed = decision.placed.iter();
            let placed = placed.map(|slot| (&slot.cluster, &slot.node, &slot.offer, &slot.scores));
            format!(
                "{:#?}\n{:?}",
                placed.collect::<Vec<_>>(),
                decision.no_fit.as_ref().map(|no| no.reason)
            )
        };
        return Err(format!(
            "index: {}\nscan: {}\nrequest: {request:#?}",
            short(&by_index),
            short(&by_scan)
        ));
    }
    let breaches = invariants::check_decision(state, tenant, request, &by_index);
    if breaches.is_empty() {
        Ok(by_index)
    } else {
        Err(format!("{breaches:?}"))
    }
}

fn node_name(at: usize) -> NodeName {
    NodeName::new(world::node_name(at)).expect("valid")
}

/// Whether hints that were made without looking at the nodes leave out none of those that were.
fn covers(rough: &RetryHints, exact: &RetryHints) -> bool {
    rough.anything
        || (!exact.anything
            && exact.freed.is_subset(&rough.freed)
            && rough.nodes_with.is_subset(&exact.nodes_with)
            && rough.claims_of == exact.claims_of
            && rough.claims_below == exact.claims_below
            && (rough.reservations || !exact.reservations))
}
