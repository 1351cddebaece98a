//! The reference: a decision computed in the plainest way from the fleet as data. It keeps nothing between questions,
//! shares no code with the engine, and goes over everything each time.
//!
//! What it has in common with the engine is the model: how labels, selectors, products, quantities and requests are read,
//! what a pod asks for (`claim_vector`), and what a node's labels and devices say (`DerivedFacts`). Everything that is made
//! of these is written here again: clusters, ways, rules, room, devices, scores, and what is typical ([`crate::learning`]).

mod clusters;
pub mod devices;
pub mod facts;
pub mod gpus;
mod namespaces;
mod others;
pub mod rules;
mod scores;

use std::collections::BTreeSet;
use std::rc::Rc;

use hourglass_engine::decide::Avoid;
use hourglass_engine::state::ClusterDump;
use hourglass_engine::{ClaimPhase, ClaimRecord, FleetDump, Health, Serving};
use hourglass_model::gpu::covers;
use hourglass_model::ids::{ClaimId, DeviceId, PlacementUid, TenantId};
use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceName, ResourceVector};
use hourglass_model::tee::TeeKind;

use crate::learning::Learnt;
use devices::Room;
use facts::Way;
use rules::{Rule, depth};

/// A node by cluster and place in the cluster's list.
pub type At = (usize, usize);

/// An NVLink clique by cluster and name.
pub type Clique = (usize, String);

/// A replica that has a place.
#[derive(Debug, Clone)]
pub struct Placed {
    pub at: At,
    pub vector: ResourceVector,
    /// Limits of its pod.
    pub limits: ResourceVector,
    /// Thousandths of devices.
    pub devices: Vec<(DeviceId, i64)>,
}

/// What one replica takes on a node, and how good that is.
#[derive(Debug, Clone)]
pub struct Fit {
    pub placed: Placed,
    pub scores: Vec<i64>,
}

/// A fleet with what a decision has changed so far.
#[derive(Debug, Clone)]
pub struct World<'a> {
    pub fleet: &'a FleetDump,
    pub learnt: &'a Learnt,
    pub request: &'a CanonicalRequest,
    pub tenant: &'a TenantId,
    pub placement: &'a PlacementUid,
    pub avoid: &'a Avoid,
    pub placed: Vec<Placed>,
    pub gone: BTreeSet<ClaimId>,
    /// Cliques that cannot hold all.
    pub barred: Vec<Clique>,
    /// What the facts of each node come to, read once a decision.
    pub read: Rc<Vec<Vec<Read>>>,
    /// The rule that turns each cluster away, as things are before the decision.
    pub excluded: Rc<Vec<Option<Rule>>>,
}

/// What the facts of a node come to.
#[derive(Debug)]
pub struct Read {
    pub derived: DerivedFacts,
    pub sources: Vec<gpus::Source>,
}

pub fn is_live(record: &ClaimRecord) -> bool {
    !matches!(record.phase, ClaimPhase::Released { .. })
}

impl<'a> World<'a> {
    /// A fleet of which nothing is changed yet.
    pub fn new(
        fleet: &'a FleetDump,
        learnt: &'a Learnt,
        request: &'a CanonicalRequest,
        (tenant, placement): (&'a TenantId, &'a PlacementUid),
        avoid: &'a Avoid,
    ) -> Self {
        let read = |node: &NodeFacts| Read {
            derived: DerivedFacts::of(node),
            sources: gpus::sources(node),
        };
        let clusters = fleet.clusters.iter();
        let read = clusters.map(|cluster| cluster.nodes.iter().map(read).collect());
        let mut world = Self {
            fleet,
            learnt,
            request,
            tenant,
            placement,
            avoid,
            placed: Vec::new(),
            gone: BTreeSet::new(),
            barred: Vec::new(),
            read: Rc::new(read.collect()),
            excluded: Rc::default(),
        };
        let clusters = 0..fleet.clusters.len();
        world.excluded = Rc::new(clusters.map(|at| world.first_broken(at)).collect());
        world
    }

    /// The rule that turns a cluster away.
    pub fn excluded_by(&self, at: usize) -> Option<Rule> {
        self.excluded[at]
    }

    pub fn read(&self, at: At) -> &Read {
        &self.read[at.0][at.1]
    }

    pub fn cluster(&self, at: At) -> &'a ClusterDump {
        &self.fleet.clusters[at.0]
    }

    pub fn node(&self, at: At) -> &'a NodeFacts {
        &self.fleet.clusters[at.0].nodes[at.1]
    }

    /// Every node of every cluster that may take the request, in the order of names.
    pub fn candidates(&self) -> Vec<At> {
        let mut all = Vec::new();
        for (index, cluster) in self.fleet.clusters.iter().enumerate() {
            if self.excluded_by(index).is_none() {
                all.extend((0..cluster.nodes.len()).map(|node| (index, node)));
            }
        }
        all
    }

    // What is free.

    fn bound_on(&self, at: At, claim: &ClaimId) -> ResourceVector {
        let mut bound = ResourceVector::new();
        for seen in self.node(at).claims.iter().filter(|seen| seen.claim == *claim) {
            bound.add_saturating(&seen.bound);
        }
        bound
    }

    /// What of a claim no pod shows yet: its node's pods count, or all of the cluster's where the node is not pinned.
    fn unseen(&self, cluster: usize, record: &ClaimRecord) -> ResourceVector {
        let claim = &record.claim;
        let mut rest = claim.vector.clone();
        for (index, node) in self.fleet.clusters[cluster].nodes.iter().enumerate() {
            if !claim.pinned || node.name == claim.node {
                rest = rest.saturating_sub(&self.bound_on((cluster, index), &claim.id));
            }
        }
        rest.clamp_zero()
    }

    pub fn free(&self, at: At) -> ResourceVector {
        let (cluster, node) = (self.cluster(at), self.node(at));
        let mut free = node.allocatable.saturating_sub(&node.used);
        for record in &self.fleet.claims {
            let claim = &record.claim;
            if claim.cluster != cluster.name {
                continue;
            }
            let gone = self.gone.contains(&claim.id);
            if gone {
                free.add_saturating(&self.bound_on(at, &claim.id));
            } else if claim.node == node.name {
                free = free.saturating_sub(&self.unseen(at.0, record));
            }
        }
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            free = free.saturating_sub(&placed.vector);
        }
        free
    }

    // The verdict, and how good it is.

    pub fn is_avoided(&self, at: At) -> bool {
        let (cluster, node) = (&self.cluster(at).name, &self.node(at).name);
        self.avoid.contains_key(&(cluster.clone(), Some(node.clone())))
    }

    /// Whether the node is kept for another placement that is as important.
    pub fn is_reserved(&self, at: At) -> bool {
        let place = (self.cluster(at).name.clone(), self.node(at).name.clone());
        self.fleet.reserved.iter().any(|kept| {
            kept.nodes.contains(&place)
                && kept.placement != *self.placement
                && self.request.priority <= kept.priority
        })
    }

    /// A counter that is asked for by its own name where devices stand in for it.
    fn asks_for_a_hidden_counter(&self, at: At) -> bool {
        let asked = self.request.base.iter().filter(|(_, amount)| *amount > 0);
        let mut devices = self.node(at).devices.iter();
        let asked: Vec<_> = asked.map(|(resource, _)| resource).collect();
        devices.any(|device| asked.iter().any(|resource| covers(device.id.driver(), resource)))
    }

    /// What one replica takes here and the scores of the node, or the rule that turns it away: of several ways the one
    /// that comes furthest counts.
    pub fn verdict(&self, at: At) -> Result<Fit, Rule> {
        let (free, room) = (self.free(at), self.device_room(at));
        let mut furthest: Option<Rule> = None;
        for way in self.ways(&self.cluster(at).facts, at.0) {
            match self.verdict_by(at, &way, (&free, &room)) {
                Ok(fit) => return Ok(fit),
                Err(rule) => {
                    if furthest.is_none_or(|other| depth(other) < depth(rule)) {
                        furthest = Some(rule);
                    }
                }
            }
        }
        Err(furthest.expect("there is always a way"))
    }

    fn verdict_by(
        &self,
        at: At,
        way: &Way<'_>,
        (free, room): (&ResourceVector, &Room<'_>),
    ) -> Result<Fit, Rule> {
        let broken = self.broken_fact(at, way).or_else(|| self.broken_by_others(at));
        if let Some(rule) = broken {
            return Err(rule);
        }
        let gpus = self.choose_gpus(at, free, room).ok_or("GpuCount")?;
        let vector = self.asked(at.0, &self.offer(&gpus, way));
        let limits = self.limited(at.0, way);
        let short: Vec<&ResourceName> = vector
            .iter()
            .filter(|(resource, amount)| *amount > 0 && *amount > free.get(resource))
            .map(|(resource, _)| resource)
            .collect();
        let slots = way.kind.as_ref().and_then(TeeKind::slot_resource);
        let verdicts = [
            ("TeeSlots", slots.is_none_or(|slots| !short.contains(&&slots))),
            ("NodeResources", short.is_empty()),
            ("NamespaceQuota", self.fits_quotas(at.0, &vector, &limits)),
            ("Reserved", !self.is_reserved(at)),
            ("NodeAvoided", !self.is_avoided(at)),
        ];
        if let Some((rule, _)) = verdicts.into_iter().find(|(_, passes)| !passes) {
            return Err(rule);
        }
        let placed = Placed {
            at,
            vector,
            limits,
            devices: gpus.devices(),
        };
        let scores = self.scores(way, &placed, gpus.left, (free, room));
        Ok(Fit { placed, scores })
    }

    /// How far a node is from passing a rule over room that turns it away, in millionths of what is asked: parts of several
    /// resources add up. None where the reference does not say.
    pub fn distance(&self, at: At, rule: Rule) -> Option<i128> {
        let (free, room) = (self.free(at), self.device_room(at));
        let slots = |way: &Way<'_>| way.kind.as_ref().and_then(TeeKind::slot_resource);
        let mut ways = self.ways(&self.cluster(at).facts, at.0).into_iter();
        let way = ways.find(|way| self.verdict_by(at, way, (&free, &room)).err() == Some(rule))?;
        let gpus = self.choose_gpus(at, &free, &room)?;
        let vector = self.asked(at.0, &self.offer(&gpus, &way));
        let of = |resource: &ResourceName| {
            let (wanted, free) = (i128::from(vector.get(resource)), i128::from(free.get(resource)));
            (wanted > 0 && free < wanted).then(|| (wanted - free) * 1_000_000 / wanted)
        };
        match rule {
            "TeeSlots" => of(&slots(&way)?),
            "NodeResources" => Some(vector.iter().filter_map(|(resource, _)| of(resource)).sum()),
            _ => None,
        }
    }

    /// Whether there is room for exactly this.
    pub fn holds(&self, placed: &Placed) -> bool {
        let free = self.free(placed.at);
        let mut vector = placed.vector.iter();
        vector.all(|(resource, amount)| amount <= 0 || amount <= free.get(resource))
            && self
                .device_room(placed.at)
                .holds(&placed.devices, &self.read(placed.at).sources)
    }

    /// The best node for one more replica.
    pub fn best(&self) -> Option<Placed> {
        self.best_of(&self.candidates()).map(|fit| fit.placed)
    }

    /// The best of some nodes.
    pub fn best_of(&self, nodes: &[At]) -> Option<Fit> {
        let mut best: Option<Fit> = None;
        for at in nodes {
            if let Ok(fit) = self.verdict(*at)
                && best.as_ref().is_none_or(|other| fit.scores < other.scores)
            {
                best = Some(fit);
            }
        }
        best
    }

    /// Whether a claim serves; none where nobody has said so, or its cluster is silent.
    pub fn serves(&self, record: &ClaimRecord) -> Option<bool> {
        let mut clusters = self.fleet.clusters.iter();
        let cluster = clusters.find(|cluster| cluster.name == record.claim.cluster)?;
        match record.serving {
            _ if cluster.health != Health::Ready => None,
            Serving::Unknown => None,
            said => Some(said == Serving::Yes),
        }
    }

    /// Claims of the placement that have their places already and keep them.
    pub fn own_claims(&self) -> impl Iterator<Item = &ClaimRecord> {
        let claims = self.fleet.claims.iter();
        claims.filter(|record| record.claim.id.placement == *self.placement && is_live(record))
    }

    /// What a claim holds of a node.
    pub fn held_on(&self, at: At, record: &ClaimRecord) -> ResourceVector {
        let claim = &record.claim;
        if claim.cluster != self.cluster(at).name {
            return ResourceVector::new();
        }
        let mut held = self.bound_on(at, &claim.id);
        if claim.node == self.node(at).name {
            held.add_saturating(&self.unseen(at.0, record));
        }
        held
    }

    /// Slots of a placement that go on serving.
    pub fn serving_slots(&self, placement: &PlacementUid) -> usize {
        let staying: BTreeSet<_> = self
            .fleet
            .claims
            .iter()
            .filter(|record| record.claim.id.placement == *placement && is_live(record))
            .filter(|record| !self.gone.contains(&record.claim.id))
            .filter(|record| self.serves(record) == Some(true))
            .map(|record| record.claim.id.slot)
            .collect();
        staying.len()
    }
}
