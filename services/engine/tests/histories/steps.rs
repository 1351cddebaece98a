//! Random steps, and the check after each of them.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::invariants::{check, check_decision, check_kept};
use hourglass_engine::{ClusterExplanation, FleetState};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid};
use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};
use hourglass_model::resources::{CPU, NVIDIA_GPU, ResourceVector};
use serde_json::json;

use crate::coverage::Coverage;
use crate::devices::{for_others, given, has_named, is_device, together};
use crate::rng::Rng;
use crate::server::{Outcome, Sabotage, Server};
use crate::truth::over_committed;
use crate::waiting::Waiting;
use crate::world::{Command, InventoryMessage, Object, World, capacity, vector};

pub struct History {
    pub rng: Rng,
    pub waiting: Vec<Waiting>,
    pub sabotage: Option<Sabotage>,
    names: Vec<ClusterName>,
    pub worlds: BTreeMap<ClusterName, World>,
    pub server: Server,
    requests: Vec<CanonicalRequest>,
    /// What clusters have said in their present sessions of who serves.
    pub said: BTreeMap<ClaimId, (ClusterName, bool)>,
    /// What takes long is checked as well.
    thorough: bool,
    /// Messages of inventory that have arrived.
    reports: u64,
    /// What was over-committed after the step before, by those who wait as well.
    over: BTreeSet<String>,
    pub coverage: Coverage,
}

fn request(cpu: &str, gpus: u32, gang: bool, loose: bool) -> CanonicalRequest {
    request_with(cpu, gpus, gang, loose, &json!({}))
}

fn request_with(
    cpu: &str,
    gpus: u32,
    gang: bool,
    loose: bool,
    extra: &serde_json::Value,
) -> CanonicalRequest {
    let mut spec = json!({
        "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"},
        "compute": {"requests": {"cpu": cpu}}, "gang": gang});
    for (key, value) in extra.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    if gpus > 0 {
        spec["compute"]["gpu"] = json!({"count": gpus});
    }
    if loose {
        spec["performer"]["scheduling"] = json!({"affinity": {"podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]}}});
    }
    let spec: PlacementSpec = serde_json::from_value(spec).expect("wire form");
    let labels: Labels = [("app".to_owned(), if gang { "gang" } else { "web" }.to_owned())].into();
    canonicalise(&spec, &labels).expect("valid")
}

fn share(milli: u32) -> serde_json::Value {
    json!({"compute": {"requests": {"cpu": "500m"}, "gpu": {"shareMilli": milli}}, "priority": 1})
}

/// What a cluster leaves to all that is ours.
fn quota() -> ResourceVector {
    [(CPU.clone(), 3000), (NVIDIA_GPU.clone(), 1)]
        .into_iter()
        .collect()
}

impl History {
    pub fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let mut rng = Rng::new(seed);
        let names: Vec<ClusterName> = ["a", "b"]
            .iter()
            .map(|name| ClusterName::new(name).expect("valid"))
            .collect();
        // All is about devices that nodes show: pods that may have any of them beside pods that ask for theirs by name.
        let devices_only = sabotage.is_none() && seed % 4 == 3;
        let mut worlds = BTreeMap::new();
        for name in &names {
            let mut world = World {
                quota: rng.one_in(3).then(quota).filter(|_| !devices_only),
                foreign_as_ours: sabotage == Some(Sabotage::ForeignPodsAsOurs),
                ..World::default()
            };
            for index in 0..=rng.below(2) {
                let node = NodeName::new(format!("n{index}")).expect("valid");
                let (gpus, shows) = (rng.below(5), rng.one_in(2));
                let gpus = if devices_only { 3 + gpus % 2 } else { gpus };
                let capacity = capacity(&node, 4000, gpus, shows || devices_only);
                world.nodes.insert(node, capacity);
            }
            world.reconnect(true);
            worlds.insert(name.clone(), world);
        }
        let requests = vec![
            request("1", 0, false, false),
            request("2500m", 0, false, false),
            request("1", 1, false, false),
            request("500m", 2, true, false),
            request("1500m", 0, true, false),
            request_with("500m", 0, false, false, &share(300)),
            request_with("500m", 0, true, false, &share(700)),
            request("1", 0, false, true),
            request("2500m", 0, false, true),
            request_with("1", 0, false, false, &json!({"priority": 5})),
            request_with("1500m", 1, true, false, &json!({"priority": 9})),
            request_with(
                "2",
                0,
                false,
                false,
                &json!({"priority": 2, "disruption": {"minAvailable": "1"}}),
            ),
            request_with(
                "500m",
                0,
                false,
                false,
                &json!({"priority": 3, "antiAffinity": [
                {"selector": {"matchLabels": {"app": "gang"}}, "topology": "CLUSTER"}]}),
            ),
            request_with(
                "500m",
                0,
                false,
                false,
                &json!({"affinity": [
                {"selector": {"matchLabels": {"app": "gang"}}, "topology": "NODE"}]}),
            ),
            request_with(
                "500m",
                0,
                false,
                false,
                &json!({"spread": [
                {"maxSkew": 1, "topology": "NODE", "selector": {"matchLabels": {"app": "web"}}}]}),
            ),
        ];
        let requests = if devices_only {
            vec![
                request("500m", 1, false, false),
                request("250m", 1, false, false),
                request("500m", 2, false, false),
                request_with("500m", 1, false, false, &json!({"priority": 9})),
                request_with("500m", 0, false, false, &share(300)),
                request_with("250m", 0, false, false, &share(600)),
            ]
        } else {
            requests
        };
        let server = Server::new(&names);
        Self {
            rng,
            waiting: Vec::new(),
            sabotage,
            names,
            worlds,
            server,
            requests,
            said: BTreeMap::new(),
            thorough: sabotage.is_none() && seed.is_multiple_of(6),
            reports: 0,
            over: BTreeSet::new(),
            coverage: Coverage::default(),
        }
    }

    pub fn step(&mut self) -> Result<(), String> {
        let name = self.rng.pick(&self.names).cloned().expect("two clusters");
        let reports = self.reports;
        match self.rng.below(33) {
            31 | 32 => self.says_whether_it_serves(),
            0..=3 => self.decide()?,
            27 => self.ask_again()?,
            28 => self.reserve(),
            29 => self.typical(),
            30 => self.reload()?,
            4 => self.learn(),
            5..=7 => self.dispatch(),
            8..=10 => self.obey(&name),
            11..=13 => self.bind(&name),
            14 => self.pod_dies(&name),
            15 if self.rng.one_in(2) => self.local_pod(&name),
            16 if self.rng.one_in(2) => self.release(),
            15..=22 => self.inventory(&name)?,
            23..=25 => self.acknowledge(&name),
            _ => match self.rng.below(8) {
                0 => self.lose_session(&name),
                1 => self.change_leader(),
                2 => self.change_node(&name),
                _ => self.inventory(&name)?,
            },
        }
        self.tell_waiting();
        if self.sabotage.is_none() {
            let breaches = check(&self.server.state);
            if let Some(breach) = breaches.first() {
                return Err(breach.to_string());
            }
            self.check_gangs_are_whole()?;
        }
        if self.thorough {
            // Only what clusters report can show that somebody else was faster, or that a node has become smaller.
            let over = over_committed(&self.server.state, false);
            let new = over.difference(&self.over).next();
            if let Some(new) = new.filter(|_| self.reports == reports) {
                return Err(format!(
                    "{new} is over-committed, and no cluster has reported anything"
                ));
            }
            // What was taken from under those who wait shows when they wait no more.
            self.over = over_committed(&self.server.state, true);
        }
        Ok(())
    }

    fn decide(&mut self) -> Result<(), String> {
        let request = self.rng.pick(&self.requests).cloned().expect("requests");
        let replicas = u32::try_from(1 + self.rng.below(3)).expect("small");
        let (owner, decision) = self.server.decide(&request, replicas);
        if self.sabotage.is_none() {
            let state = &self.server.state;
            let mut breaches = check_decision(state, &self.server.tenant, &request, &decision);
            breaches.extend(check_kept(state, &owner.placement, &request, &decision));
            if let Some(breach) = breaches.first() {
                return Err(breach.to_string());
            }
        }
        self.check_enough_serve_on(&decision)?;
        if self.thorough {
            self.check_explanation(&request, replicas)?;
        }
        let kind = match (request.gang && replicas > 1, decision.placed.is_empty()) {
            (true, false) => "gang placed",
            (true, true) => "gang refused",
            (false, false) => "placed",
            (false, true) => "no fit",
        };
        self.coverage.note(kind);
        if !decision.victims.is_empty() {
            let gang = decision.victims.len() > 1;
            self.coverage
                .note(if gang { "gang of victims" } else { "victim" });
            self.check_nobody_moves_for_nothing(&request, replicas)?;
        }
        if !decision.leavers().is_empty() {
            self.coverage.note("counts on one that leaves anyway");
        }
        let kept = decision
            .no_fit
            .iter()
            .filter_map(|no_fit| no_fit.explanation.as_ref())
            .flat_map(|explanation| &explanation.clusters);
        let of_nodes = |cluster: &'_ ClusterExplanation| {
            let rejections = cluster.rejections.iter();
            let rules = rejections.map(|rejection| rejection.rule.clone());
            rules.chain(cluster.excluded_by.clone()).collect::<Vec<_>>()
        };
        for rule in kept.flat_map(of_nodes) {
            match rule.as_str() {
                "AntiAffinity" | "Affinity" => self.coverage.note("kept apart"),
                "NamespaceQuota" => self.coverage.note("over quota"),
                "Reserved" => self.coverage.note("kept for another"),
                _ => {}
            }
        }
        self.remember(&request, replicas, &decision);
        for slot in &decision.placed {
            for one in slot.offer.devices() {
                self.coverage.note(if one.milli < 1000 {
                    "share of a device"
                } else {
                    "whole device"
                });
            }
        }
        self.check_truth(owner.placement.as_str(), &decision)?;
        let outcome = match self.rng.below(6) {
            0 => Outcome::Failed,
            1 | 2 if !decision.victims.is_empty() => Outcome::Succeeded,
            1 => Outcome::Unknown(true),
            2 => Outcome::Unknown(false),
            _ => Outcome::Succeeded,
        };
        match outcome {
            Outcome::Failed => self.coverage.note("commit failed"),
            Outcome::Unknown(_) => self.coverage.note("commit unknown"),
            Outcome::Succeeded => {}
        }
        self.server.commit(&owner, &decision, outcome, self.sabotage);
        Ok(())
    }

    /// Whoever fits without moving anybody moves nobody.
    fn check_nobody_moves_for_nothing(
        &self,
        request: &CanonicalRequest,
        replicas: u32,
    ) -> Result<(), String> {
        let decision = self.server.decide_as(request, replicas, "undecided", false);
        if decision.is_complete() {
            return Err("somebody is moved for what fits as it is".to_owned());
        }
        Ok(())
    }

    /// A request comes again and again: what is typical changes, and with it which node is best.
    fn typical(&mut self) {
        let request = self.rng.pick(&self.requests).cloned().expect("requests");
        for _ in 0..self.rng.of(&[1, 10, 50]) {
            self.server.state.observe(&request);
        }
        self.coverage.note("learnt");
    }

    /// The state is written down and read again: it is the same, and goes on from there. A snapshot on its way is not part
    /// of it.
    fn reload(&mut self) -> Result<(), String> {
        if self.worlds.values().any(World::is_in_a_snapshot) {
            return Ok(());
        }
        let dump = self.server.state.dump();
        let text = serde_json::to_string(&dump).expect("json");
        self.server.state = FleetState::from_dump(serde_json::from_str(&text).expect("a dump"));
        if self.server.state.dump() != dump {
            return Err("what was read again is something else".to_owned());
        }
        self.coverage.note("read again");
        Ok(())
    }

    /// Keeps nodes for somebody, or gives them back.
    fn reserve(&mut self) {
        let uid = PlacementUid::new(format!("kept-{}", self.rng.below(2))).expect("valid");
        if self.rng.one_in(2) {
            self.server.state.unreserve(&uid);
            return;
        }
        let request = self.rng.pick(&self.requests).cloned().expect("requests");
        self.server.reserve(&uid, &request);
        self.coverage.note("reserved");
    }

    fn learn(&mut self) {
        let ids: Vec<ClaimId> = self.server.unknown.keys().cloned().collect();
        if let Some(id) = self.rng.pick(&ids) {
            // One commit took all its slots.
            for mate in ids.iter().filter(|mate| mate.placement == id.placement) {
                self.server.learn(mate);
            }
            self.coverage.note("commit learned");
        }
    }

    /// Hands an Apply or a Remove to a session.
    fn dispatch(&mut self) {
        let ids: Vec<ClaimId> = self.server.store.keys().cloned().collect();
        let Some(id) = self.rng.pick(&ids).cloned() else {
            return;
        };
        // What is not known to be durable is not dispatched.
        if self.server.unknown.contains_key(&id) {
            return;
        }
        let Some(durable) = self.server.store.get(&id).cloned() else {
            return;
        };
        let Some(world) = self.worlds.get_mut(&durable.claim.cluster) else {
            return;
        };
        if !durable.released && self.server.state.is_waiting(&id) {
            self.coverage.note("waited for its victims");
            return;
        }
        if durable.released {
            world.commands.push_back(Command::Remove(id));
        } else {
            let pin = durable.claim.pinned.then(|| durable.claim.node.clone());
            world.commands.push_back(Command::Apply(
                id.clone(),
                Object {
                    pin,
                    vector: together(&durable.claim.vector, &durable.claim.devices),
                },
            ));
            self.server.dispatched.insert(id);
            self.coverage.note("applied");
        }
    }

    fn obey(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        for _ in 0..=self.rng.below(3) {
            world.obey();
        }
    }

    fn bind(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        let Some(id) = self.rng.pick(&world.unbound()).cloned() else {
            return;
        };
        let Some(object) = world.objects.get(&id).cloned() else {
            return;
        };
        let nodes: Vec<NodeName> = world.nodes.keys().cloned().collect();
        let Some(any) = self.rng.pick(&nodes).cloned() else {
            return;
        };
        let elsewhere = self.rng.one_in(10);
        let node = object.pin.clone().filter(|_| !elsewhere).unwrap_or(any);
        let vector = given(&world.free(&node), &object.vector, self.rng.one_in(2));
        if world.fits(&node, &vector) {
            self.coverage.note(if object.pin.as_ref() == Some(&node) {
                "bound"
            } else {
                "bound elsewhere"
            });
            if vector != object.vector {
                self.coverage.note("other devices");
            }
            let promised = self.server.store.values().map(|durable| &durable.claim);
            let mut others = promised.filter(|claim| {
                claim.id != id && claim.pinned && claim.cluster == *name && claim.node == node
            });
            if others.any(|claim| has_named(&vector, &together(&claim.vector, &claim.devices))) {
                self.coverage.note("has what another asks for by name");
            }
            world.bind(Some(id), node, object, vector);
        }
    }

    fn pod_dies(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        if !world.pods.is_empty() {
            let index = self.rng.below(world.pods.len());
            world.unbind(index);
            self.coverage.note("pod died");
        }
    }

    fn local_pod(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        let nodes: Vec<NodeName> = world.nodes.keys().cloned().collect();
        let Some(node) = self.rng.pick(&nodes).cloned() else {
            return;
        };
        let gpus = i64::from(self.rng.one_in(3));
        let mut vector = vector(1000, gpus);
        if self.rng.one_in(2) {
            let share = self.rng.one_in(2);
            let device = world.nodes.get(&node).and_then(|all| for_others(all, share));
            vector.add_saturating(&device.into_iter().collect());
        }
        if world.fits(&node, &vector) {
            let local = Object {
                pin: None,
                vector: vector.clone(),
            };
            world.bind(None, node, local, vector);
            self.coverage.note("local pod");
        }
    }

    fn release(&mut self) {
        let live: Vec<ClaimId> = self
            .server
            .store
            .iter()
            .filter(|(id, durable)| !durable.released && !self.server.unknown.contains_key(*id))
            .map(|(id, _)| id.clone())
            .collect();
        if let Some(id) = self.rng.pick(&live) {
            let gang = self
                .server
                .store
                .get(id)
                .is_some_and(|durable| durable.claim.owner.gang);
            let mate = |other: &&ClaimId| *other == id || (gang && other.placement == id.placement);
            for going in live.iter().filter(mate) {
                self.server.release(going, self.sabotage);
            }
            self.coverage.note("released");
            if !self.server.store.contains_key(id) {
                self.coverage.note("ended at once");
            }
        }
    }

    /// Lets the agent report, and reports arrive.
    fn inventory(&mut self, name: &ClusterName) -> Result<(), String> {
        for _ in 0..=self.rng.below(4) {
            self.inventory_message(name)?;
        }
        Ok(())
    }

    fn inventory_message(&mut self, name: &ClusterName) -> Result<(), String> {
        let world = self.worlds.get_mut(name).expect("known");
        if self.rng.one_in(2) {
            world.emit();
        }
        self.reports += 1;
        let state = &mut self.server.state;
        let (applied, nodes) = match world.inventory.pop_front() {
            None => return Ok(()),
            Some(InventoryMessage::Begin(sequence)) => {
                state.snapshot_begin(name, sequence).expect("known");
                return Ok(());
            }
            Some(InventoryMessage::Chunk(nodes, facts)) => {
                state.snapshot_chunk(name, nodes, Some(facts)).expect("begun");
                return Ok(());
            }
            Some(InventoryMessage::End(sequence, nodes)) => {
                let applied = state.snapshot_end(name, sequence, nodes);
                let cluster = state.cluster(name).expect("known");
                (applied, cluster.nodes().map(|node| node.name().clone()).collect())
            }
            Some(InventoryMessage::Delta(delta)) => {
                let nodes = delta.nodes.iter().map(|facts| facts.name.clone()).collect();
                (state.apply_delta(name, delta), nodes)
            }
        };
        let applied = applied.expect("nothing is lost within a session");
        for id in &applied.ended {
            self.server.store.remove(id);
            self.coverage.note("ended by inventory");
        }
        self.follow(&applied.moved);
        // Where one has moved, its room may be what another one had none of.
        if self.sabotage.is_none() && applied.moved.is_empty() && applied.ended.is_empty() {
            self.check_nobody_stays_without_room(name, &nodes)?;
        }
        Ok(())
    }

    fn acknowledge(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        if self.rng.one_in(2) {
            // Terminating pods end.
            let ending: Vec<usize> = world
                .pods
                .iter()
                .enumerate()
                .filter(|(_, pod)| pod.owner.as_ref().is_some_and(|id| world.removing.contains(id)))
                .map(|(index, _)| index)
                .collect();
            for index in ending.into_iter().rev() {
                world.unbind(index);
            }
        }
        world.acknowledge(self.sabotage == Some(Sabotage::AcknowledgeEarly));
        let count = self.rng.below(3);
        for _ in 0..count {
            let Some((id, sequence)) = world.acks.pop_front() else {
                break;
            };
            // Another acknowledgement of the same removal may have ended it.
            if self.server.state.claim_record(&id).is_none() {
                continue;
            }
            let ended = self
                .server
                .state
                .removal_acknowledged(&id, sequence)
                .expect("released before");
            if ended {
                self.server.store.remove(&id);
                self.coverage.note("ended by acknowledgement");
            }
        }
    }

    fn lose_session(&mut self, name: &ClusterName) {
        let restarted = self.rng.one_in(2);
        self.server.state.end_session(name).expect("known");
        self.server.state.begin_session(name).expect("known");
        self.forget_what_was_said(name);
        self.worlds.get_mut(name).expect("known").reconnect(restarted);
        self.coverage.note("session lost");
    }

    fn change_leader(&mut self) {
        self.server.change_leader(&self.names, self.sabotage);
        self.said.clear();
        self.wake_all();
        for world in self.worlds.values_mut() {
            world.reconnect(false);
        }
        self.coverage.note("leader changed");
    }

    fn change_node(&mut self, name: &ClusterName) {
        let world = self.worlds.get_mut(name).expect("known");
        let index = self.rng.below(3);
        let node = NodeName::new(format!("n{index}")).expect("valid");
        if world.nodes.contains_key(&node) && world.nodes.len() > 1 && self.rng.one_in(3) {
            world.nodes.remove(&node);
            world.pods.retain(|pod| pod.node != node);
        } else {
            let capacity = capacity(&node, 4000, self.rng.below(5), self.rng.one_in(2));
            // A device that somebody has does not go from under him.
            let held = world.bound(&node);
            let kept = capacity.saturating_sub(&held);
            if kept
                .iter()
                .all(|(resource, left)| left >= 0 || !is_device(resource))
            {
                world.nodes.insert(node.clone(), capacity);
            }
        }
        world.dirty.insert(node);
        self.coverage.note("node changed");
    }
}
