//! The decision loop's rules under every order of events that a random world comes up with: crashes before and after
//! commits, lost acknowledgements, sessions that break, late inventories, local pods that win races.
//!
//! What must hold, checked after every step from outside the loop:
//! 1. a placement that was acknowledged is never lost, whatever crashes;
//! 2. of one slot only the current epoch is ever started, and two epochs of a slot never both serve for good;
//! 3. the performers of our own decisions never over-commit a node;
//! 4. nothing is removed without an order to remove;
//! 5. nothing is started before those whose room it takes have left;
//! 6. once the world is quiet, exactly what was decided runs, and what was deleted is gone, and nothing that waits could
//!    have a place, be it that of a lower priority.

mod adoption_rules;
mod adoption_safety;
mod asking;
mod availability;
mod disruptions;
mod enrolment;
mod explaining;
mod fencing;
mod gang_growth;
mod gang_rules;
mod gang_safety;
mod hello;
mod histories;
mod largest;
mod making_room;
mod moves;
mod old_agents;
pub(in crate::scheduler) mod order_rules;
mod overrides;
mod preemption_rules;
mod queue_rules;
mod recovery;
mod refusals;
mod rehearsing;
mod reservations;
mod rollout_rules;
mod serving_counts;
mod spared;
mod status_writes;
mod stored_requests;
mod timed_rules;
mod traces;
mod undo;
mod update_safety;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_engine::ClusterFacts;
use hourglass_model::ids::{
    ClaimId, ClusterName, ClusterUid, Epoch, Namespace, NodeName, PlacementId, PlacementUid, Sequence,
    TenantId,
};
use hourglass_model::node::{NodeFacts, ObservedClaim};
use hourglass_model::placement::PlacementSpec;
use hourglass_model::resources::{ResourceName, ResourceVector};
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::mpsc;

use self::histories::histories;
use super::clusters::{EXACT_REMOVES, LivenessPolicy};
use super::command::{
    Acknowledgement, InventoryEvent, OpenSession, Outcome, PerformerReport, RunningPerformer, SessionGrant,
    SessionId,
};
use super::core::Core;
use super::load::Durable;
use super::new_uids::NewUids;
use super::port::{CreatePlacement, DeletePlacement};
use super::round::Round;
use super::time_budget::TimeBudget;
use super::timers::QueuePolicy;
use crate::dispatch::{Order, OrderContent, SlotKey};
use crate::pki::placement_seal::PlacementSeal;
use crate::records::placement::{GangPhase, Gate, Phase, PlacementState, Reason};
use crate::records::{ClusterRecord, Listing, PlacementRecord, TombstonesRecord, decode};
use crate::sessions::LastSeen;

const CLUSTERS: usize = 2;
const NODES: usize = 2;
const GPUS: i64 = 4;

/// A performer as a member cluster has it.
#[derive(Clone, Debug)]
struct Performer {
    node: NodeName,
    gpus: i64,
    content_hash: String,
    name: String,
    signed_placement: Vec<u8>,
    incarnation: u64,
    gate: PodGate,
    /// It serves, once its gate is lifted.
    ready: bool,
}

/// The scheduling gate of a performer's pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PodGate {
    Absent,
    Closed,
    Lifted,
}

/// A member cluster with its agent: what is really there.
struct Member {
    name: ClusterName,
    performers: BTreeMap<(SlotKey, Epoch), Performer>,
    sequence: u64,
    session: Option<MemberSession>,
    /// Slot epochs that an order has removed; only those may be missing.
    removed: BTreeSet<(SlotKey, Epoch)>,
    /// Its agent takes no Apply.
    refuses: bool,
    /// Protocol that its agent speaks.
    protocol: u32,
    /// Nodes that somebody empties: they take no new pods.
    cordoned: BTreeSet<NodeName>,
    /// What its nodes have besides the usual.
    more: Vec<(ResourceName, i64)>,
}

/// How the round that is open goes on.
struct Plan {
    /// Commands that it still takes.
    more: u32,
    /// Writes of a batch, where no unit has more.
    operations: usize,
    /// The process dies when so many of its batches are durable.
    crash_after: Option<usize>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            more: 0,
            operations: hourglass_store::MAX_BATCH_OPERATIONS,
            crash_after: None,
        }
    }
}

/// What a caller is told once the round is durable.
enum Answer {
    Created(PlacementId),
    Deleted(PlacementId),
}

struct MemberSession {
    id: SessionId,
    orders: mpsc::Receiver<Order>,
    inventory_sent: bool,
}

struct World {
    seed: u64,
    rng: StdRng,
    core: Core,
    disk: BTreeMap<String, Vec<u8>>,
    /// Keys that the last round wrote or deleted.
    written: Vec<String>,
    members: Vec<Member>,
    /// Decided and not committed yet.
    open: Option<Round>,
    plan: Plan,
    /// Answers of the open round.
    unconfirmed: Vec<Answer>,
    acknowledged: BTreeSet<PlacementId>,
    deleted: BTreeSet<PlacementId>,
    clock: Instant,
    wall: Timestamp,
    incarnation: u64,
    term: u64,
    created: u32,
    sessions: u32,
    seal_dir: tempfile::TempDir,
    queue_policy: QueuePolicy,
    /// Each round gives one turn only.
    short_turns: bool,
    /// Performers do not serve as soon as they are made.
    slow_starts: bool,
    /// Performers that were ever made.
    ever_made: BTreeSet<(SlotKey, Epoch)>,
    /// Performers that have ever served.
    ever_ready: BTreeSet<(SlotKey, Epoch)>,
    /// What was removed, in which order, and whether it served.
    burials: Vec<(SlotKey, Epoch, bool)>,
}

fn gpu() -> ResourceName {
    ResourceName::new("nvidia.com/gpu").unwrap()
}

fn tenant() -> TenantId {
    TenantId::new("default").unwrap()
}

fn policy() -> LivenessPolicy {
    LivenessPolicy {
        suspect_after: Duration::from_secs(15),
        unreachable_after: Duration::from_secs(60),
    }
}

/// A call that creates the placement `id`.
fn creation(id: PlacementId, spec: PlacementSpec) -> CreatePlacement {
    CreatePlacement {
        tenant: tenant(),
        id: Some(id),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        spec,
        request_id: None,
        validate_only: false,
        fail_fast: false,
        traceparent: None,
    }
}

fn spec(gpus: i64, replicas: i32, gang: bool) -> PlacementSpec {
    serde_json::from_value(serde_json::json!({
        "performer": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "example.org/performer:1"},
        "compute": {"requests": {"cpu": "100m"}, "gpu": {"count": gpus}},
        "replicas": replicas, "gang": gang,
    }))
    .unwrap()
}

impl Member {
    fn node_facts(&self) -> Vec<NodeFacts> {
        (0..NODES)
            .map(|index| {
                let name = NodeName::new(format!("n{index}")).unwrap();
                let here: Vec<_> = self
                    .performers
                    .iter()
                    // A pod behind its gate is on no node.
                    .filter(|(_, performer)| performer.node == name && performer.gate != PodGate::Closed)
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
                NodeFacts {
                    name: name.clone(),
                    uid: format!("{}-{index}", self.name),
                    labels: [(
                        "nvidia.com/gpu.product".to_owned(),
                        "NVIDIA-A100-SXM4-80GB".to_owned(),
                    )]
                    .into(),
                    taints: vec![],
                    unschedulable: self.cordoned.contains(&name),
                    ready: true,
                    allocatable: [
                        (gpu(), GPUS),
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
                        .map(|((key, epoch), performer)| ObservedClaim {
                            claim: ClaimId {
                                placement: key.placement_uid.clone(),
                                slot: key.slot,
                                epoch: *epoch,
                            },
                            bound: vector(performer.gpus, 1),
                            devices: vec![],
                        })
                        .collect(),
                    devices: vec![],
                }
            })
            .collect()
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let seal_dir = tempfile::tempdir().unwrap();
        let seal = PlacementSeal::load_or_create(seal_dir.path()).unwrap();
        let members = (0..CLUSTERS)
            .map(|index| Member {
                name: ClusterName::new(format!("c{index}")).unwrap(),
                performers: BTreeMap::new(),
                sequence: 0,
                session: None,
                removed: BTreeSet::new(),
                refuses: false,
                protocol: EXACT_REMOVES,
                cordoned: BTreeSet::new(),
                more: Vec::new(),
            })
            .collect();
        let mut world = Self {
            rng: StdRng::seed_from_u64(seed),
            core: Core::new(
                SessionGrant {
                    incarnation: 1,
                    term: 1,
                },
                policy(),
                seal,
            )
            .with_new_uids(NewUids::seeded(seed << 8)),
            seed,
            disk: BTreeMap::new(),
            written: Vec::new(),
            members,
            open: None,
            plan: Plan::default(),
            unconfirmed: Vec::new(),
            acknowledged: BTreeSet::new(),
            deleted: BTreeSet::new(),
            clock: Instant::now(),
            wall: "2026-01-01T00:00:00Z".parse().unwrap(),
            incarnation: 1,
            term: 1,
            created: 0,
            sessions: 0,
            seal_dir,
            queue_policy: QueuePolicy::default(),
            short_turns: false,
            slow_starts: false,
            ever_made: BTreeSet::new(),
            ever_ready: BTreeSet::new(),
            burials: Vec::new(),
        };
        for index in 0..CLUSTERS {
            let record = ClusterRecord {
                name: world.members[index].name.clone(),
                uid: ClusterUid::new(format!("uid-{index}")).unwrap(),
                labels: BTreeMap::new(),
                taints: vec![],
                cordoned: false,
                create_time: world.wall,
                certificate_expire_time: world.wall,
            };
            let key = crate::records::keys::cluster(&record.name).unwrap();
            let value = crate::records::encode(key.as_str(), &record).unwrap();
            world.disk.insert(key.as_str().to_owned(), value);
        }
        world.restart();
        world
    }

    /// One command, in the open round when there is one. It is committed with this command, unless the plan has room for
    /// more; `lose` crashes between deciding and the commit.
    fn round<T>(&mut self, lose: bool, command: impl FnOnce(&mut Core, &mut Round) -> T) -> Option<T> {
        self.clock += Duration::from_millis(200);
        self.wall = self.wall.checked_add(SignedDuration::from_millis(200)).unwrap();
        let (wall, clock) = (self.wall, self.clock);
        let short = self.short_turns;
        let mut round = self.open.take().unwrap_or_else(|| {
            let round = Round::new(wall, clock);
            if short {
                round.with_turns_time(TimeBudget::of(Duration::from_nanos(1)))
            } else {
                round
            }
        });
        let answer = command(&mut self.core, &mut round);
        if lose {
            self.restart();
            return None;
        }
        self.open = Some(round);
        let is_full = self.open.as_ref().is_some_and(Round::is_full);
        if self.plan.more > 0 && !is_full {
            self.plan.more -= 1;
            return Some(answer);
        }
        self.commit().then_some(answer)
    }

    /// The next round takes some commands, its batches are small, and now and then the process dies between two of them.
    fn plan_round(&mut self) {
        if self.open.is_none() {
            self.plan = Plan {
                more: self.rng.random_range(0..4),
                operations: self.rng.random_range(1..=6),
                crash_after: self.rng.random_bool(0.05).then(|| self.rng.random_range(0..3)),
            };
        }
    }

    /// The open round becomes durable, and everybody is told; false when the process died on the way.
    fn commit(&mut self) -> bool {
        let plan = std::mem::take(&mut self.plan);
        let Some(mut round) = self.open.take() else {
            return true;
        };
        self.core.retry_waiting(&mut round);
        self.core.settle_reservations(&mut round);
        self.core.advance_rolls(&mut round);
        self.core.start_behind_victims(&mut round);
        self.core.persist(&mut round).unwrap();
        self.written.clear();
        let changes = std::mem::take(&mut round.changes);
        let batches = changes.into_batches_of(plan.operations, hourglass_store::CommitSequence::new(1));
        for (at, batch) in batches.into_iter().enumerate() {
            if plan.crash_after == Some(at) {
                self.die_half_way();
                return false;
            }
            batch.validate().unwrap();
            check_halves(&batch);
            for operation in batch.operations() {
                self.written.push(operation.key.as_str().to_owned());
                match &operation.action {
                    hourglass_store::Action::Put(value) => {
                        self.disk
                            .insert(operation.key.as_str().to_owned(), value.to_vec());
                    }
                    hourglass_store::Action::Delete => {
                        self.disk.remove(operation.key.as_str());
                    }
                    hourglass_store::Action::Check => {}
                }
            }
        }
        self.core.settle_claims(&mut round);
        let to_dispatch = std::mem::take(&mut round.to_dispatch);
        round.committed(&self.core);
        for name in to_dispatch {
            self.core.dispatch(&name);
        }
        for answer in std::mem::take(&mut self.unconfirmed) {
            self.answered(answer);
        }
        true
    }

    /// The process dies with a part of a round durable: what its callers asked for has happened or has not.
    fn die_half_way(&mut self) {
        for answer in std::mem::take(&mut self.unconfirmed) {
            if let Answer::Deleted(id) = answer {
                self.deleted.insert(id);
            }
        }
        self.restart();
    }

    /// A caller is told, once its round is durable.
    fn answered(&mut self, answer: Answer) {
        if self.open.is_some() {
            self.unconfirmed.push(answer);
            return;
        }
        match answer {
            Answer::Created(id) => self.acknowledged.insert(id),
            Answer::Deleted(id) => self.deleted.insert(id),
        };
    }

    /// The process dies and comes back with what is on disk; sessions break.
    fn restart(&mut self) {
        self.open = None;
        self.plan = Plan::default();
        self.unconfirmed.clear();
        self.term += 1;
        let seal = PlacementSeal::load_or_create(self.seal_dir.path()).unwrap();
        self.core = Core::new(
            SessionGrant {
                incarnation: self.incarnation,
                term: self.term,
            },
            policy(),
            seal,
        )
        .with_new_uids(NewUids::seeded((self.seed << 8) + self.term))
        .with_queue_policy(self.queue_policy);
        let mut durable = Durable::default();
        let mut listing = Listing::default();
        for (key, value) in &self.disk {
            match key.split('/').next().unwrap() {
                "clusters" => durable.clusters.push(decode(key, value).unwrap()),
                "placements" => durable.placements.extend(listing.push(key, value).unwrap()),
                "revisions" => durable.revisions.push(decode(key, value).unwrap()),
                "tombstones" => durable.tombstones.push(decode(key, value).unwrap()),
                "tokens" => durable.join_tokens.push(decode(key, value).unwrap()),
                "meta" if key.ends_with("/highest-order") => {
                    durable.behind = Some(decode(key, value).unwrap());
                }
                "meta" => durable.settled = Some(decode(key, value).unwrap()),
                _ => {}
            }
        }
        listing.finish().unwrap();
        self.core.restore_all(durable, self.clock, self.wall);
        for member in &mut self.members {
            member.session = None;
        }
    }

    /// The Hello of a cluster's agent, and where its orders will arrive.
    fn hello(&mut self, index: usize) -> (OpenSession, mpsc::Receiver<Order>) {
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

    fn connect(&mut self, index: usize) {
        // An agent is told that its session has begun, and says what it runs, only after the commit.
        self.commit();
        let (input, receiver) = self.hello(index);
        let id = input.session.clone();
        self.round(false, |core, round| core.open_session(input, round))
            .unwrap()
            .unwrap();
        self.members[index].session = Some(MemberSession {
            id: id.clone(),
            orders: receiver,
            inventory_sent: false,
        });
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

    fn disconnect(&mut self, index: usize) {
        if let Some(session) = self.members[index].session.take() {
            self.round(false, |core, round| core.close_session(&session.id, round));
        }
    }

    fn send_inventory(&mut self, index: usize) {
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
            let (sequence, number) = (Sequence(member.sequence), nodes.len());
            let facts = ClusterFacts {
                kubernetes_version: "v1.36".into(),
                runtime_classes: vec![],
                tenants: [(tenant(), vec![Namespace::new("work").unwrap()])].into(),
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
    fn obey(&mut self, index: usize, lose_answer: bool) -> bool {
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
                let ready = before.map_or(!self.slow_starts, |before| before.ready);
                let gate = match (apply.gated, before.map(|before| before.gate)) {
                    (_, Some(before)) => before,
                    (true, None) => PodGate::Closed,
                    (false, None) => PodGate::Absent,
                };
                self.ever_made.insert(key.clone());
                if ready {
                    self.ever_ready.insert(key.clone());
                }
                let spec: hourglass_model::performer::PerformerSpec =
                    serde_json::from_str(&apply.performer_spec_json).unwrap();
                let asked = hourglass_model::render::pod_requests(&spec, &ResourceVector::default()).unwrap();
                member.performers.insert(
                    key,
                    Performer {
                        gate,
                        ready,
                        node: apply.node.unwrap(),
                        gpus: asked.get(&gpu()),
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

    /// A gate goes only once every replica of the gang was made.
    fn check_lifted(&self, key: &SlotKey, epoch: Epoch) {
        let Some(record) = self.core.placements.by_uid(&key.placement_uid) else {
            return;
        };
        let is_current = record
            .assigned()
            .any(|(slot, _)| slot.slot == key.slot && slot.epoch == epoch);
        if !is_current || !record.gang_is_starting() {
            // Taken back, or replaced, after the order had left.
            return;
        }
        for (slot, _) in record.assigned() {
            let key = SlotKey::of(&record.uid, slot.slot);
            // Somebody may have taken it away since.
            assert!(
                self.ever_made.contains(&(key, slot.epoch)),
                "{}: a gate is lifted before replica {} was made",
                record.name(),
                slot.slot
            );
        }
    }

    fn report_all(&mut self, index: usize, reject: bool) {
        let member = &self.members[index];
        let Some(session) = &member.session else { return };
        let id = session.id.clone();
        let reports: Vec<_> = member
            .performers
            .iter()
            .map(|((key, epoch), performer)| PerformerReport {
                placement_uid: key.placement_uid.clone(),
                slot: key.slot,
                epoch: *epoch,
                phase: if performer.gate == PodGate::Closed {
                    Phase::Starting
                } else {
                    Phase::Running
                },
                ready: performer.gate != PodGate::Closed && performer.ready,
                node: if performer.gate == PodGate::Closed {
                    String::new()
                } else {
                    performer.node.to_string()
                },
                endpoint: "performer.work.svc.cluster.local:9090".into(),
                reason: String::new(),
                message: format!("report {}", self.sessions),
                observe_time: None,
                rejected: false,
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
            self.round(false, |core, round| core.reported(&id, report, round));
        }
    }

    fn connect_all(&mut self) {
        for index in 0..CLUSTERS {
            self.connect(index);
            self.send_inventory(index);
        }
    }

    /// Creates the placement `p`.
    fn create_one(&mut self, spec: PlacementSpec) {
        let input = creation(PlacementId::new("p").unwrap(), spec);
        self.round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
            .unwrap();
    }

    fn create(&mut self, crash: bool) {
        self.created += 1;
        let id = PlacementId::new(format!("p{}", self.created)).unwrap();
        let gpus = self.rng.random_range(1..=3);
        let replicas = self.rng.random_range(1..=3);
        let gang = self.rng.random_bool(0.3);
        let priority = [0, 0, 5, 10][self.rng.random_range(0..4)];
        let polite = self.rng.random_bool(0.2);
        let spec = PlacementSpec {
            priority: Some(priority),
            preemption: polite.then_some(hourglass_model::placement::Preemption::Never),
            ..spec(gpus, replicas, gang)
        };
        let input = creation(id.clone(), spec);
        if let Some(answer) = self.round(crash, |core, round| core.create_placement(&input, None, round)) {
            answer.unwrap();
            self.answered(Answer::Created(id));
        }
    }

    fn delete(&mut self, crash: bool) {
        let live: Vec<_> = self.acknowledged.difference(&self.deleted).cloned().collect();
        if live.is_empty() {
            return;
        }
        let id = live[self.rng.random_range(0..live.len())].clone();
        let input = DeletePlacement {
            tenant: tenant(),
            id: id.clone(),
            etag: None,
            request_id: None,
            force: false,
            traceparent: None,
        };
        let answer = self.round(crash, |core, round| core.delete_placement(&input, None, round));
        if answer.is_some() {
            self.answered(Answer::Deleted(id));
        } else if !crash {
            // Died half-way through the commit: nobody knows.
            self.deleted.insert(id);
        }
    }

    fn step(&mut self) {
        self.plan_round();
        let index = self.rng.random_range(0..CLUSTERS);
        match self.rng.random_range(0..100) {
            0..20 => {
                let crash = self.rng.random_bool(0.1);
                self.create(crash);
            }
            20..30 => {
                let crash = self.rng.random_bool(0.1);
                self.delete(crash);
            }
            30..34 => self.restart(),
            34..38 => self.disconnect(index),
            38..50 => {
                if self.members[index].session.is_none() {
                    self.connect(index);
                }
            }
            50..75 => {
                let lose = self.rng.random_bool(0.1);
                self.obey(index, lose);
            }
            75..88 => self.send_inventory(index),
            88..96 => self.report_all(index, false),
            96..98 => self.members[index].refuses = !self.members[index].refuses,
            _ => self.report_all(index, true),
        }
        self.check();
    }

    fn check(&self) {
        for id in self.acknowledged.difference(&self.deleted) {
            assert!(
                self.core.placement(&tenant(), id).is_some(),
                "acknowledged placement {id} is lost"
            );
        }
        for member in &self.members {
            for index in 0..NODES {
                let node = NodeName::new(format!("n{index}")).unwrap();
                let taken: i64 = member
                    .performers
                    .values()
                    .filter(|performer| performer.node == node)
                    .map(|performer| performer.gpus)
                    .sum();
                assert!(
                    taken <= GPUS,
                    "{}/{node} is over-committed: {taken} of {GPUS} GPUs",
                    member.name
                );
            }
            for (key, epoch) in member.performers.keys() {
                self.check_started(key, *epoch);
                let known = self.core.placements.by_uid(&key.placement_uid).is_some()
                    || self.core.tombstones.record(&key.placement_uid).is_some();
                assert!(
                    known || self.core.recovers(),
                    "a performer of {key:?} epoch {epoch} runs and nobody knows of it"
                );
            }
        }
        assert_eq!(hourglass_engine::invariants::check(self.core.fleet()), vec![]);
    }

    /// What runs does not wait for others to leave.
    fn check_started(&self, key: &SlotKey, epoch: Epoch) {
        let record = self.core.placements.by_uid(&key.placement_uid);
        let mut behind = record.into_iter().flat_map(PlacementRecord::behind_victims);
        assert!(
            !behind.any(|(slot, _)| slot.slot == key.slot && slot.epoch == epoch && !self.core.is_held(slot)),
            "{key:?} epoch {epoch} was started before those whose room it takes have left"
        );
    }

    /// Everything is connected and every message arrives, until nothing changes any more.
    fn settle(&mut self) {
        self.commit();
        for member in &mut self.members {
            member.refuses = false;
        }
        for _ in 0..60 {
            for index in 0..CLUSTERS {
                if self.members[index].session.is_none() {
                    self.connect(index);
                }
                self.send_inventory(index);
                while self.obey(index, false) {}
                self.send_inventory(index);
                self.report_all(index, false);
            }
            // Long enough for backoffs and avoided nodes.
            self.clock += Duration::from_secs(20);
            self.wall = self.wall.checked_add(SignedDuration::from_secs(20)).unwrap();
            for member in &self.members {
                let seen = self
                    .core
                    .clusters()
                    .get(&member.name)
                    .unwrap()
                    .session
                    .as_ref()
                    .unwrap();
                seen.last_seen.touch(self.clock);
            }
            self.round(false, |core, round| {
                core.judge_clusters(round);
                core.due_orders(round);
                core.end_avoidances(round.instant);
                core.fire_timers(round);
            });
            self.check();
        }
    }

    fn check_settled(&self) {
        self.check_settled_but(&BTreeSet::new());
        self.check_priorities();
    }

    /// `recovered`: placements of which a part was lost with the store; what is left of a gang is not taken down.
    fn check_settled_but(&self, recovered: &BTreeSet<PlacementUid>) {
        let mut wanted = BTreeSet::new();
        for record in self.core.placements() {
            assert_ne!(
                record.state,
                PlacementState::Deleting,
                "{} is never gone",
                record.name()
            );
            for (slot, assignment) in record.assigned() {
                let key = SlotKey::of(&record.uid, slot.slot);
                wanted.insert((assignment.cluster.clone(), key, slot.epoch));
                assert!(
                    assignment.observed.ready,
                    "{} slot {} does not serve",
                    record.name(),
                    slot.slot
                );
            }
            assert!(
                record.behind_victims().next().is_none(),
                "{} waits for ever for others to leave",
                record.name()
            );
            if record.spec.gang && !recovered.contains(&record.uid) {
                let placed = record.assigned().count();
                // One that runs goes on with those that serve, while it waits for the others.
                let goes_on = record.serves() && record.waits();
                assert!(
                    placed == 0 || placed == record.slots.len() || goes_on,
                    "{}: half a gang",
                    record.name()
                );
                let phase = record.gang_start.map(|start| start.phase);
                assert!(
                    phase.is_none_or(|phase| phase == GangPhase::Lifted),
                    "{}: its start stands still in {phase:?}",
                    record.name()
                );
            }
        }
        let runs: BTreeSet<_> = self
            .members
            .iter()
            .flat_map(|member| {
                member
                    .performers
                    .keys()
                    .map(|(key, epoch)| (member.name.clone(), key.clone(), *epoch))
            })
            .collect();
        assert_eq!(runs, wanted, "what runs is not what was decided");
        let mut listing = Listing::default();
        let mut stored: Vec<PlacementRecord> = self
            .disk
            .iter()
            .filter(|(key, _)| key.starts_with("placements/"))
            .filter_map(|(key, value)| listing.push(key, value).unwrap())
            .map(without_wording)
            .collect();
        stored.sort_by(|left, right| left.id.cmp(&right.id));
        let memory: Vec<_> = self.core.placements().cloned().map(without_wording).collect();
        assert_eq!(stored, memory, "memory and disk differ");
        let buried: Vec<TombstonesRecord> = self
            .disk
            .iter()
            .filter(|(key, _)| key.starts_with("tombstones/"))
            .map(|(key, value)| decode(key, value).unwrap())
            .collect();
        assert_eq!(buried, vec![], "a tombstone is never confirmed");
    }
}

/// Every intent that a batch writes or deletes is followed by its status, in the same way.
fn check_halves(batch: &hourglass_store::Batch) {
    let operations = batch.operations();
    for (at, operation) in operations.iter().enumerate() {
        let Some(folder) = operation.key.as_str().strip_suffix("/intent") else {
            continue;
        };
        let next = operations.get(at + 1).expect("a status follows");
        assert_eq!(next.key.as_str(), format!("{folder}/status"));
        assert_eq!(
            matches!(operation.action, hourglass_store::Action::Delete),
            matches!(next.action, hourglass_store::Action::Delete)
        );
    }
}

/// The placement without what is written only together with something else: how the reports are worded.
fn without_wording(mut record: PlacementRecord) -> PlacementRecord {
    for assignment in record
        .slots
        .iter_mut()
        .filter_map(|slot| slot.assignment.as_mut())
    {
        assignment.observed.message.clear();
    }
    for condition in &mut record.conditions {
        condition.message.clear();
    }
    if let Some(blocked) = record.roll.as_mut().and_then(|roll| roll.blocked.as_mut()) {
        blocked.clear();
    }
    record
}

/// Gives how many replicas have made room for a higher priority.
fn history(seed: u64, steps: usize) -> usize {
    let mut world = World::new(seed);
    for _ in 0..steps {
        world.step();
    }
    world.settle();
    world.check_settled();
    let slots = world.core.placements().flat_map(|record| &record.slots);
    slots
        .flat_map(|slot| &slot.attempts)
        .filter(|attempt| attempt.reason == Reason::Preempted)
        .count()
}

#[test]
fn no_history_loses_doubles_or_over_commits() {
    let preempted = histories(120, |seed| history(seed, 120));
    let somebody = preempted.iter().any(|many| *many > 0);
    assert!(preempted.len() < 20 || somebody, "nobody ever makes room");
}
