//! The decision loop's rules under every order of events that a random world comes up with: crashes before and after
//! commits, lost acknowledgements, sessions that break, late inventories, local pods that win races.
//!
//! What must hold, checked after every step from outside the loop:
//! 1. a placement that was acknowledged is never lost, whatever crashes;
//! 2. of one slot only the current epoch is ever started, and two epochs of a slot never both serve for good;
//! 3. the performers of our own decisions never over-commit a node;
//! 4. nothing is removed without an order to remove;
//! 5. nothing is started before those whose room it takes have left;
//! 6. nobody is moved where the room that others leave anyway, and that is promised to nobody, would do;
//! 7. once the world is quiet, exactly what was decided runs, and what was deleted is gone, and nothing that waits could
//!    have a place, be it that of a lower priority.

mod adoption_rules;
mod adoption_safety;
mod agents;
mod asking;
mod availability;
mod avoidance;
mod bad_images;
mod blocked_texts;
mod broken_clusters;
mod checks;
mod deletion;
mod disruptions;
mod enrolment;
mod evictions;
mod explaining;
mod fencing;
mod first_inventories;
mod following;
mod gang_deadlines;
mod gang_explained;
mod gang_given_up;
mod gang_growth;
mod gang_rules;
mod gang_safety;
mod given_up_replicas;
mod given_up_updates;
mod hello;
mod histories;
mod largest;
mod last_words;
mod late_clusters;
pub(in crate::scheduler) mod late_decisions;
pub(in crate::scheduler) mod leavers;
mod lost_places;
mod making_room;
mod many_victims;
mod moves;
mod no_pods;
mod old_agents;
pub(in crate::scheduler) mod order_rules;
mod overrides;
mod preemption_rules;
mod queue_rules;
mod queued_orders;
mod recovery;
mod refusals;
mod rehearsing;
mod rejections;
mod reporting;
mod reservations;
mod rolling;
mod rollout_checks;
mod rollout_histories;
mod rollout_rules;
mod serving_counts;
mod spared;
mod status_writes;
mod stored_requests;
mod stuck_removals;
mod stuck_victims;
mod telling;
mod timed_rules;
mod traces;
mod undo;
mod update_safety;
mod zone_histories;

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

use self::checks::check_halves;
use self::histories::histories;
use self::reporting::not_ready;
use super::clusters::{EXACT_REMOVES, LivenessPolicy};
use super::command::{
    Acknowledgement, InventoryEvent, InventoryVerdict, OpenSession, Outcome, PerformerReport,
    RunningPerformer, SessionGrant, SessionId,
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
    image: String,
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
    /// Nodes on which no pod ends that is to go.
    hung: BTreeSet<NodeName>,
    /// What becomes of performers' pods there.
    pods: Pods,
    /// Protocol that its agent speaks.
    protocol: u32,
    /// Nodes that somebody empties: they take no new pods.
    cordoned: BTreeSet<NodeName>,
    /// What its nodes have besides the usual.
    more: Vec<(ResourceName, i64)>,
    /// The zones of its nodes, if they have any.
    zones: [Option<&'static str>; NODES],
    /// Its nodes show their GPUs one by one, and each of its performers has one of them.
    shows_devices: bool,
}

/// How far the pods of performers come in a cluster that do not serve yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pods {
    /// They start.
    Start,
    /// Its admission allows none.
    AreRefused,
    /// Its scheduler is down.
    GetNoNode,
    /// None of its nodes gets one to start.
    StayDown,
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
    /// Writes that one commit of a preemption holds, when not as many as usual.
    one_commit: Option<usize>,
    /// Replicas that made room only after a start.
    finished: usize,
    /// Each round gives one turn only.
    short_turns: bool,
    /// There is always somebody who wants something.
    busy: bool,
    /// The start deadline of what is created at random.
    start_deadline: Option<Duration>,
    /// Performers do not serve as soon as they are made.
    slow_starts: bool,
    /// Servers that start always wait for those whom they know, and not only every second one.
    patient_starts: bool,
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

/// One that may use all clusters as well.
fn other_tenant() -> TenantId {
    TenantId::new("other").unwrap()
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
                hung: BTreeSet::new(),
                pods: Pods::Start,
                protocol: EXACT_REMOVES,
                cordoned: BTreeSet::new(),
                more: Vec::new(),
                // The same zones in all clusters.
                zones: [Some("z0"), Some("z1")],
                shows_devices: false,
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
            one_commit: None,
            finished: 0,
            short_turns: false,
            busy: false,
            start_deadline: None,
            slow_starts: false,
            patient_starts: false,
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
            let mut round = Round::new(wall, clock);
            self.core.finish_preemptions(&mut round);
            self.finished += round.preempted;
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
        self.core.look_for_inventories(round.instant);
        self.core.start_behind_victims(&mut round);
        self.core.retry_waiting(&mut round);
        self.core.settle_reservations(&mut round);
        self.core.advance_rolls(&mut round);
        self.core.write_followed(&mut round);
        self.core.write_known_texts(&mut round);
        if !self.busy {
            self.core.write_new_texts(&mut round);
        }
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
        .with_queue_policy(self.queue_policy)
        .with_answering(Duration::MAX);
        // Every second time the server is looked at when those that do not come back have been silent for long.
        self.core.knows_fleet = !self.patient_starts && self.term.is_multiple_of(2);
        if let Some(one_commit) = self.one_commit {
            self.core.preemption.writes = one_commit;
        }
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
        late_decisions::restarted();
        for member in &mut self.members {
            if member
                .session
                .take()
                .is_some_and(|session| session.inventory_sent)
            {
                late_decisions::lost(&member.name, self.wall);
            }
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
            start_deadline: self.start_deadline,
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

    /// Everything is connected and every message arrives, until nothing changes any more.
    fn settle(&mut self) {
        self.commit();
        for member in &mut self.members {
            member.refuses = false;
            member.hung.clear();
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
                core.write_old_texts(round);
            });
            self.check();
        }
    }
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
    let preempted = histories(110, |seed| history(seed, 120));
    let somebody = preempted.iter().any(|many| *many > 0);
    assert!(preempted.len() < 20 || somebody, "nobody ever makes room");
}
