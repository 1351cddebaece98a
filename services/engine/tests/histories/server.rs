//! The server around the engine: a durable store, commits of every outcome, dispatch.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hourglass_engine::{
    Avoid, Claim, ClusterSettings, DecideInput, Decision, Dispatch, Explanation, FleetState, Health, Owner,
    SlotWanted, decide, explain,
};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, PlacementUid, Slot, TenantId};
use hourglass_model::request::CanonicalRequest;

/// A rule broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    ReleaseAtOnce,
    AcknowledgeEarly,
    UnknownIsFailed,
    ForgetAtLeaderChange,
    ForeignPodsAsOurs,
    NoClaims,
    DeafToFreedRoom,
    RememberWhoServed,
}

/// What the store knows of a slot epoch.
#[derive(Clone)]
pub struct Durable {
    pub claim: Claim,
    pub released: bool,
}

pub struct Server {
    pub state: FleetState,
    pub store: BTreeMap<ClaimId, Durable>,
    /// Commits whose outcome the server does not know, with the truth.
    pub unknown: BTreeMap<ClaimId, (Claim, bool)>,
    /// Slot epochs for which an Apply was handed to a session by this leader.
    pub dispatched: BTreeSet<ClaimId>,
    /// Slot epochs decided by this leader.
    pub own: BTreeSet<ClaimId>,
    pub tenant: TenantId,
    pub placements: u64,
    /// Slots of each placement that has got any.
    pub replicas: BTreeMap<PlacementUid, usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Succeeded,
    Failed,
    /// Unknown to the server; the flag is the truth.
    Unknown(bool),
}

fn wanted(replicas: u32) -> Vec<SlotWanted> {
    let slot = |slot| SlotWanted {
        slot: Slot(slot),
        epoch: Epoch(1),
    };
    (0..replicas).map(slot).collect()
}

impl Server {
    pub fn new(clusters: &[ClusterName]) -> Self {
        let mut server = Self {
            state: FleetState::new(),
            store: BTreeMap::new(),
            unknown: BTreeMap::new(),
            dispatched: BTreeSet::new(),
            own: BTreeSet::new(),
            tenant: TenantId::new("default").expect("valid"),
            placements: 0,
            replicas: BTreeMap::new(),
        };
        server.add_clusters(clusters);
        server
    }

    fn add_clusters(&mut self, clusters: &[ClusterName]) {
        for name in clusters {
            self.state.put_cluster(name.clone(), ClusterSettings::default());
            self.state.set_health(name, Health::Ready).expect("known");
            self.state.begin_session(name).expect("known");
        }
    }

    /// Decides one new placement; the caller checks the decision before committing it.
    pub fn decide(&mut self, request: &CanonicalRequest, replicas: u32) -> (Arc<Owner>, Decision) {
        self.placements += 1;
        let uid = PlacementUid::new(format!("p-{}", self.placements)).expect("valid");
        let decision = self.decide_as(request, replicas, uid.as_str(), true);
        (Owner::new(&self.tenant, &uid, request), decision)
    }

    /// Decides for a placement of this name, and changes nothing.
    pub fn decide_as(&self, request: &CanonicalRequest, replicas: u32, uid: &str, preempt: bool) -> Decision {
        let slots = wanted(replicas);
        let input = DecideInput {
            tenant: &self.tenant,
            placement: Some(&PlacementUid::new(uid).expect("valid")),
            slots: &slots,
            avoid: &Avoid::new(),
            preempt,
            explain: true,
        };
        decide(&self.state, request, &input)
    }

    /// Explains what a new placement would get, and changes nothing.
    pub fn explain(&self, request: &CanonicalRequest, replicas: u32) -> Explanation {
        let input = DecideInput {
            tenant: &self.tenant,
            placement: None,
            slots: &wanted(replicas),
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        explain(&self.state, request, &input)
    }

    /// Keeps a node for a placement.
    pub fn reserve(&mut self, uid: &PlacementUid, request: &CanonicalRequest) {
        let input = DecideInput {
            tenant: &self.tenant,
            placement: None,
            slots: &wanted(1),
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        self.state.reserve(uid, request, &input);
    }

    pub fn commit(
        &mut self,
        owner: &Arc<Owner>,
        decision: &Decision,
        outcome: Outcome,
        sabotage: Option<Sabotage>,
    ) {
        self.replicas
            .insert(owner.placement.clone(), decision.placed.len());
        for slot in &decision.placed {
            let claim = slot.claim(owner);
            let id = claim.id.clone();
            self.own.insert(id.clone());
            if sabotage != Some(Sabotage::NoClaims) {
                self.state.claim(claim.clone()).expect("a new slot epoch");
            }
            if matches!(outcome, Outcome::Succeeded | Outcome::Unknown(true)) {
                self.store.insert(
                    id.clone(),
                    Durable {
                        claim: claim.clone(),
                        released: false,
                    },
                );
            }
            let told = match outcome {
                _ if sabotage == Some(Sabotage::NoClaims) => Ok(()),
                Outcome::Succeeded => self.state.committed(&id),
                Outcome::Failed => self.state.commit_failed(&id),
                Outcome::Unknown(_) if sabotage == Some(Sabotage::UnknownIsFailed) => {
                    self.state.commit_failed(&id)
                }
                Outcome::Unknown(truth) => {
                    self.unknown.insert(id, (claim, truth));
                    Ok(())
                }
            };
            told.expect("a legal step");
        }
        // In the same commit as the claims.
        if outcome == Outcome::Succeeded && sabotage != Some(Sabotage::NoClaims) {
            for victim in &decision.victims {
                self.release(&victim.claim, sabotage);
            }
        }
    }

    /// Reads the store about a commit of unknown outcome.
    pub fn learn(&mut self, id: &ClaimId) {
        if let Some((_, truth)) = self.unknown.remove(id) {
            let told = if truth {
                self.state.committed(id)
            } else {
                self.state.commit_failed(id)
            };
            told.expect("a legal step");
        }
    }

    /// Makes a release durable and tells the engine.
    pub fn release(&mut self, id: &ClaimId, sabotage: Option<Sabotage>) {
        let Some(durable) = self.store.get_mut(id) else {
            return;
        };
        durable.released = true;
        let certain = self.own.contains(id) && !self.dispatched.contains(id);
        let dispatch = if certain || sabotage == Some(Sabotage::ReleaseAtOnce) {
            Dispatch::Never
        } else {
            Dispatch::Perhaps
        };
        if self.state.claim_record(id).is_some() {
            let ended = self.state.release(id, dispatch).expect("a legal step");
            if ended && certain {
                self.store.remove(id);
            }
        }
    }

    /// A new leader: nothing but the store is known.
    pub fn change_leader(&mut self, clusters: &[ClusterName], sabotage: Option<Sabotage>) {
        self.state = FleetState::new();
        self.unknown.clear();
        self.dispatched.clear();
        self.own.clear();
        self.add_clusters(clusters);
        if sabotage != Some(Sabotage::ForgetAtLeaderChange) {
            for durable in self.store.values() {
                self.state
                    .restore_claim(durable.claim.clone(), durable.released)
                    .expect("each once");
            }
        }
    }
}
