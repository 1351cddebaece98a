//! The member clusters with their agents: sessions, inventory, orders that are carried out, reports.

use hourglass_model::gpu::{DeviceFacts, DeviceUse, WHOLE_MILLI};
use serde_json::json;

use super::*;

/// What no container ever starts of begins with this.
pub(super) const BAD: &str = "example.org/bad";

/// Whether a container of this image starts.
pub(super) fn is_good(image: &str) -> bool {
    !image.starts_with(BAD)
}

impl Performer {
    /// It serves from now on, when it ever can.
    pub(super) fn ripen(&mut self) -> bool {
        self.ready = is_good(&self.image);
        self.ready
    }
}

impl Member {
    /// Its pod is on its node: not one that is behind its gate.
    fn is_bound(&self, performer: &Performer) -> bool {
        let comes_there = matches!(self.pods, Pods::Start | Pods::StayDown);
        performer.gate != PodGate::Closed && (performer.ready || comes_there)
    }

    /// What is said of a performer, and more of it.
    fn words(&self, performer: &Performer, session: u32) -> (&'static str, String) {
        if performer.ready {
            return ("", format!("report {session}"));
        }
        match self.pods {
            Pods::Start if !is_good(&performer.image) => {
                ("IMAGE_PULL_BACK_OFF", "there is no such image".to_owned())
            }
            Pods::Start => ("", format!("report {session}")),
            Pods::AreRefused => (
                "FAILED_CREATE",
                "admission webhook \"pods.example.org\" denied the request".to_owned(),
            ),
            Pods::GetNoNode => ("STARTING", "the pods are starting".to_owned()),
            Pods::StayDown => ("IMAGE_PULL_BACK_OFF", "the registry does not answer".to_owned()),
        }
    }

    /// The pod of a place, or an earlier one of its slot, does not end.
    fn holds_on_to(&self, key: &SlotKey, epoch: Epoch, exact: bool) -> bool {
        let covered = |at: Epoch| at == epoch || at < epoch && !exact;
        let mut there = self.performers.iter();
        there.any(|((of, at), performer)| {
            of == key
                && covered(*at)
                && performer.gate != PodGate::Closed
                && self.hung.contains(&performer.node)
        })
    }

    pub(super) fn node_facts(&self) -> Vec<NodeFacts> {
        (0..NODES)
            .map(|index| {
                let name = NodeName::new(format!("n{index}")).unwrap();
                let here: Vec<_> = self
                    .performers
                    .iter()
                    .filter(|(_, performer)| performer.node == name && self.is_bound(performer))
                    .collect();
                let vector = |gpus: i64, pods: i64| -> ResourceVector {
                    [
                        (gpu(), gpus),
                        (ResourceName::new("pods").unwrap(), pods),
                        (ResourceName::new("cpu").unwrap(), 100 * pods),
                    ]
                    .into_iter()
                    .collect()
                };
                let devices = if self.shows_devices {
                    devices_of(&name, here.len())
                } else {
                    Vec::new()
                };
                let device_of = |at: usize| {
                    devices.get(at).map(|device| DeviceUse {
                        device: device.id.clone(),
                        milli: device.used_milli,
                    })
                };
                NodeFacts {
                    name: name.clone(),
                    uid: format!("{}-{index}", self.name),
                    labels: [("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB")]
                        .into_iter()
                        .chain(self.zones[index].map(|zone| ("topology.kubernetes.io/zone", zone)))
                        .map(|(key, value)| (key.to_owned(), value.to_owned()))
                        .collect::<BTreeMap<String, String>>()
                        .into(),
                    taints: vec![],
                    unschedulable: self.cordoned.contains(&name),
                    ready: true,
                    allocatable: [
                        (gpu(), if self.shows_devices { 0 } else { GPUS }),
                        (ResourceName::new("pods").unwrap(), 110),
                        (ResourceName::new("cpu").unwrap(), 64_000),
                    ]
                    .into_iter()
                    .chain(self.more.iter().cloned())
                    .collect(),
                    used: vector(
                        here.iter().map(|(_, performer)| performer.gpus).sum(),
                        i64::try_from(here.len()).unwrap(),
                    ),
                    claims: here
                        .iter()
                        .enumerate()
                        .map(|(at, ((key, epoch), performer))| ObservedClaim {
                            claim: ClaimId {
                                placement: key.placement_uid.clone(),
                                slot: key.slot,
                                epoch: *epoch,
                            },
                            bound: vector(performer.gpus, 1),
                            devices: device_of(at).into_iter().collect(),
                        })
                        .collect(),
                    devices,
                }
            })
            .collect()
    }
}

/// The GPUs of a node that shows them one by one, the first of which are in use.
fn devices_of(node: &NodeName, used: usize) -> Vec<DeviceFacts> {
    let device = |index: usize| {
        json!({
            "id": format!("gpu.example.com/{node}/gpu-{index}"), "class": "gpu.example.com", "product": "NVIDIA A100",
            "usedMilli": if index < used { WHOLE_MILLI } else { 0 },
        })
    };
    let gpus = usize::try_from(GPUS).unwrap();
    (0..gpus)
        .map(|index| serde_json::from_value(device(index)).unwrap())
        .collect()
}

impl World {
    /// The Hello of a cluster's agent, and where its orders will arrive.
    pub(super) fn hello(&mut self, index: usize) -> (OpenSession, mpsc::Receiver<Order>) {
        self.sessions += 1;
        let id = SessionId(format!("s{}", self.sessions));
        let (orders, receiver) = mpsc::channel(128);
        let input = OpenSession {
            session: id,
            cluster: self.members[index].name.clone(),
            cluster_uid: ClusterUid::new(format!("uid-{index}")).unwrap(),
            certificate_expire_time: Some(self.wall),
            agent_version: "test".into(),
            kubernetes_version: "test".into(),
            protocol_version: self.members[index].protocol,
            highest_incarnation: self.incarnation,
            highest_term: self.term - 1,
            lease_transitions: 0,
            orders,
            last_seen: Arc::new(LastSeen::new(self.clock)),
            connect_time: self.wall,
        };
        (input, receiver)
    }

    pub(super) fn connect(&mut self, index: usize) {
        self.open_session(index);
        self.say_running(index);
    }

    pub(super) fn open_session(&mut self, index: usize) {
        // An agent is told that its session has begun, and says what it runs, only after the commit.
        self.commit();
        let (input, receiver) = self.hello(index);
        let id = input.session.clone();
        self.round(false, |core, round| core.open_session(input, round))
            .unwrap()
            .unwrap();
        self.members[index].session = Some(MemberSession {
            id,
            orders: receiver,
            inventory_sent: false,
        });
    }

    /// The agent says what it runs.
    pub(super) fn say_running(&mut self, index: usize) {
        let Some(session) = &self.members[index].session else {
            return;
        };
        let id = session.id.clone();
        let running = self.members[index]
            .performers
            .iter()
            .map(|((key, epoch), performer)| RunningPerformer {
                key: key.clone(),
                epoch: *epoch,
                content_hash: performer.content_hash.clone(),
                performer: performer.name.clone(),
                terminating: false,
                signed_placement: performer.signed_placement.clone(),
                incarnation: performer.incarnation,
            })
            .collect();
        self.round(false, |core, round| {
            core.session_running(&id, running, true, round);
        });
    }

    pub(super) fn disconnect(&mut self, index: usize) {
        if let Some(session) = self.members[index].session.take() {
            if session.inventory_sent {
                late_decisions::lost(&self.members[index].name, self.wall);
            }
            self.round(false, |core, round| core.close_session(&session.id, round));
        }
    }

    /// A change of the inventory does not arrive, and the next one does: the server asks for all of it again.
    pub(super) fn lose_delta(&mut self, index: usize) {
        let member = &mut self.members[index];
        let Some(session) = member.session.as_mut().filter(|session| session.inventory_sent) else {
            return;
        };
        session.inventory_sent = false;
        let id = session.id.clone();
        member.sequence += 2;
        let delta = hourglass_engine::Delta {
            sequence: Sequence(member.sequence),
            nodes: member.node_facts(),
            removed: vec![],
            facts: None,
        };
        late_decisions::lost(&member.name, self.wall);
        let event = InventoryEvent::Delta(Box::new(delta));
        let verdict = self.round(false, |core, round| core.inventory(&id, event, round));
        assert!(verdict.is_none_or(|verdict| verdict == InventoryVerdict::Resync));
    }

    pub(super) fn send_inventory(&mut self, index: usize) {
        let member = &mut self.members[index];
        let Some(session) = member.session.as_mut() else {
            return;
        };
        let id = session.id.clone();
        let nodes = member.node_facts();
        let member = &mut self.members[index];
        let session = member.session.as_mut().unwrap();
        let first = !std::mem::replace(&mut session.inventory_sent, true);
        if first {
            late_decisions::is_back(&member.name);
            let (sequence, number) = (Sequence(member.sequence), nodes.len());
            let facts = ClusterFacts {
                kubernetes_version: "v1.36".into(),
                runtime_classes: vec![],
                tenants: [tenant(), other_tenant()]
                    .map(|tenant| (tenant, vec![Namespace::new("work").unwrap()]))
                    .into(),
                ..ClusterFacts::default()
            };
            for event in [
                InventoryEvent::SnapshotBegin(sequence),
                InventoryEvent::SnapshotChunk(nodes, Some(facts)),
                InventoryEvent::SnapshotEnd(sequence, number),
            ] {
                self.round(false, |core, round| core.inventory(&id, event, round));
            }
        } else {
            member.sequence += 1;
            let delta = hourglass_engine::Delta {
                sequence: Sequence(member.sequence),
                nodes,
                removed: vec![],
                facts: None,
            };
            let event = InventoryEvent::Delta(Box::new(delta));
            self.round(false, |core, round| core.inventory(&id, event, round));
        }
    }

    /// The agent carries out one order; with `lose_answer` its session breaks before the acknowledgement.
    pub(super) fn obey(&mut self, index: usize, lose_answer: bool) -> bool {
        let member = &mut self.members[index];
        let Some(session) = member.session.as_mut() else {
            return false;
        };
        let Ok(order) = session.orders.try_recv() else {
            return false;
        };
        let id = session.id.clone();
        let inventory_sequence = member.sequence + 1;
        let outcome = match order.content {
            OrderContent::Apply(_) if member.refuses => Outcome::Refused,
            // An agent makes no earlier epoch beside a later one.
            OrderContent::Apply(_)
                if member
                    .performers
                    .keys()
                    .any(|(key, epoch)| *key == order.key && *epoch > order.epoch) =>
            {
                Outcome::Stale
            }
            OrderContent::Apply(apply) => {
                assert!(
                    !member.removed.contains(&(order.key.clone(), order.epoch)),
                    "an epoch that was removed is started again"
                );
                let key = (order.key.clone(), order.epoch);
                let before = member.performers.get(&key);
                let gate = match (apply.gated, before.map(|before| before.gate)) {
                    (_, Some(before)) => before,
                    (true, None) => PodGate::Closed,
                    (false, None) => PodGate::Absent,
                };
                self.ever_made.insert(key.clone());
                let spec: hourglass_model::performer::PerformerSpec =
                    serde_json::from_str(&apply.performer_spec_json).unwrap();
                let starts = !self.slow_starts && member.pods == Pods::Start && is_good(&spec.image);
                let ready = before.map_or(starts, |before| before.ready);
                if ready {
                    self.ever_ready.insert(key.clone());
                }
                let asked = hourglass_model::render::pod_requests(
                    &spec,
                    &ResourceVector::default(),
                    &hourglass_model::pod::ContainerDefaults::default(),
                )
                .unwrap();
                member.performers.insert(
                    key,
                    Performer {
                        gate,
                        ready,
                        // The cluster's own scheduler has its favourite.
                        node: apply.node.unwrap_or_else(|| NodeName::new("n0").unwrap()),
                        gpus: asked.get(&gpu()),
                        image: spec.image,
                        content_hash: apply.content_hash,
                        name: format!("{}/{}", apply.namespace, apply.object_name),
                        signed_placement: apply.signed_placement,
                        incarnation: self.incarnation,
                    },
                );
                Outcome::Applied
            }
            OrderContent::Adopt { performer } => {
                let found = member.performers.get_mut(&(order.key.clone(), order.epoch));
                match found.filter(|found| found.name == performer) {
                    Some(found) => {
                        found.incarnation = self.incarnation;
                        Outcome::Applied
                    }
                    None => Outcome::Refused,
                }
            }
            OrderContent::LiftGate => {
                let found = member.performers.get_mut(&(order.key.clone(), order.epoch));
                let outcome = match found {
                    Some(found) => {
                        found.gate = PodGate::Lifted;
                        Outcome::Applied
                    }
                    None => Outcome::Failed,
                };
                self.check_lifted(&order.key, order.epoch);
                outcome
            }
            OrderContent::Remove { exact, .. } if member.holds_on_to(&order.key, order.epoch, exact) => {
                Outcome::Failed
            }
            OrderContent::Remove { exact, .. } => {
                // Earlier agents know nothing of it.
                let exact = exact && member.protocol >= EXACT_REMOVES;
                let gone: Vec<_> = member
                    .performers
                    .keys()
                    .filter(|(key, epoch)| {
                        let covered = if exact {
                            *epoch == order.epoch
                        } else {
                            *epoch <= order.epoch
                        };
                        *key == order.key && covered
                    })
                    .cloned()
                    .collect();
                for key in gone {
                    let served = member.performers.remove(&key).is_some_and(|gone| gone.ready);
                    self.burials.push((key.0.clone(), key.1, served));
                    member.removed.insert(key);
                }
                member.removed.insert((order.key.clone(), order.epoch));
                Outcome::Removed
            }
        };
        if lose_answer {
            self.disconnect(index);
            return true;
        }
        let answer = Acknowledgement {
            command_id: order.command_id,
            outcome,
            reason: String::new(),
            message: String::new(),
            inventory_sequence,
        };
        self.round(false, |core, round| core.acknowledged(&id, &answer, 0.5, round));
        true
    }

    pub(super) fn report_all(&mut self, index: usize, reject: bool) {
        let member = &self.members[index];
        let Some(session) = &member.session else { return };
        let id = session.id.clone();
        let reports: Vec<_> = member
            .performers
            .iter()
            .map(|((key, epoch), performer)| (key, epoch, performer, member.words(performer, self.sessions)))
            .map(|(key, epoch, performer, (reason, message))| PerformerReport {
                phase: if member.is_bound(performer) {
                    Phase::Running
                } else {
                    Phase::Starting
                },
                ready: performer.gate != PodGate::Closed && performer.ready,
                node: if member.is_bound(performer) {
                    performer.node.to_string()
                } else {
                    String::new()
                },
                endpoint: "performer.work.svc.cluster.local:9090".into(),
                reason: reason.into(),
                message,
                gate: match performer.gate {
                    PodGate::Absent => Gate::Unknown,
                    PodGate::Closed => Gate::Admitted,
                    PodGate::Lifted => Gate::Lifted,
                },
                disruption: if member.cordoned.contains(&performer.node) {
                    "NODE_CORDONED".to_owned()
                } else {
                    String::new()
                },
                ..not_ready(&key.placement_uid, key.slot, *epoch)
            })
            .collect();
        let rejected = reject && !reports.is_empty();
        for (at, mut report) in reports.into_iter().enumerate() {
            if rejected && at == 0 {
                // What is behind its gate is refused by a quota, not by the scheduler.
                if report.gate == Gate::Admitted {
                    report.gate = Gate::Denied;
                } else {
                    report.rejected = true;
                    // Agents reject nothing that serves.
                    report.ready = false;
                    report.phase = Phase::Starting;
                }
            }
            self.say(&id, &report);
        }
    }

    pub(super) fn connect_all(&mut self) {
        for index in 0..CLUSTERS {
            self.connect(index);
            self.send_inventory(index);
        }
    }
}
