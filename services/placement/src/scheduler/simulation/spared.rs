//! Who makes room is looked at again whenever that can have changed: more serve, fewer have to, or somebody is less important
//! than before. And nobody makes room who has to go on serving, whatever else happens in the same round.

use hourglass_model::ids::Slot;
use hourglass_model::placement::{Disruption, PlacementSpec};

use super::asking::id;
use super::rolling::{carry_out, change, ripen_all, update};
use super::*;
use crate::records::placement::Reason;
use crate::scheduler::port::{EvictReplica, ExplainSubject};
use crate::scheduler::rollout::Limits;

/// Of `replicas` at least so many go on serving.
fn wish(priority: i32, gpus: i64, replicas: i32, least: Option<&str>) -> PlacementSpec {
    PlacementSpec {
        priority: Some(priority),
        disruption: least.map(|least| Disruption {
            min_available: Some(least.to_owned()),
        }),
        ..spec(gpus, replicas, false)
    }
}

/// A full world: `web` has three replicas on nodes of their own, and another one that is more important has the fourth.
fn full_of_web(least: &str) -> World {
    let mut world = World::new(3);
    world.connect_all();
    world.ask("top", wish(30, GPUS, 1, None));
    world.ask("web", wish(0, GPUS, 3, Some(least)));
    world.pump();
    world
}

impl World {
    fn of(&self, name: &str) -> PlacementRecord {
        self.core.placement(&tenant(), &id(name)).unwrap().clone()
    }

    fn wants(&mut self, name: &str, spec: PlacementSpec, field: &str) {
        let input = change(&id(name), spec, &[field]);
        update(self, &input);
    }

    /// All that is said of why a placement waits: in its condition, to who reads it, and to who asks for an explanation.
    fn said_of(&self, name: &str) -> [String; 3] {
        let record = self.of(name);
        let condition = record.condition(crate::records::placement::ConditionKind::Scheduled);
        let notes = self.core.waiting_notes(&[record.uid.clone()].into());
        let subject = ExplainSubject::Existing(tenant(), id(name));
        [
            condition.unwrap().message.clone(),
            notes[&record.uid].message(""),
            self.core.explain(&subject).unwrap().explanation.summary,
        ]
    }

    /// One of the performers begins to serve or stops.
    fn flip(&mut self) {
        let keys: Vec<_> = self
            .members
            .iter()
            .enumerate()
            .flat_map(|(at, member)| member.performers.keys().map(move |key| (at, key.clone())))
            .collect();
        if keys.is_empty() {
            return;
        }
        let (at, key) = keys[self.rng.random_range(0..keys.len())].clone();
        let ready = self.rng.random_bool(0.7);
        let performer = self.members[at].performers.get_mut(&key).unwrap();
        performer.ready = ready;
        if ready {
            self.ever_ready.insert(key);
        }
        self.report_all(at, false);
    }
}

#[test]
fn what_keeps_others_where_they_are_is_told_by_its_name() {
    let mut world = full_of_web("3");
    world.ask("high", wish(10, GPUS, 1, None));
    assert_eq!(world.state("high"), PlacementState::Pending);
    for said in world.said_of("high") {
        assert!(said.contains("disruption.minAvailable"), "{said}");
    }
    world.ask("equal", wish(0, GPUS, 1, None));
    for said in world.said_of("equal") {
        assert!(!said.contains("disruption.minAvailable"), "{said}");
    }
}

#[test]
fn room_is_made_as_soon_as_fewer_have_to_serve() {
    let mut world = full_of_web("3");
    world.ask("high", wish(10, GPUS, 1, None));
    assert_eq!(world.state("high"), PlacementState::Pending);
    world.wants("web", wish(0, GPUS, 3, Some("2")), "spec.disruption");
    assert!(world.is_placed("high"));
    world.settle();
    world.check_settled();
}

/// A whole node, for want of another resource than GPUs: whoever wants those is tried again whatever happens.
fn node_of_cpu(priority: i32) -> PlacementSpec {
    let mut wish = wish(priority, 1, 1, None);
    let compute = serde_json::json!({"requests": {"cpu": "64"}});
    wish.compute = Some(serde_json::from_value(compute).unwrap());
    wish
}

#[test]
fn room_is_made_as_soon_as_somebody_is_less_important() {
    let mut world = World::new(3);
    world.connect_all();
    for number in 0..CLUSTERS * NODES {
        world.ask(&format!("full-{number}"), node_of_cpu(0));
    }
    world.pump();
    world.ask("high", node_of_cpu(0));
    assert_eq!(
        world.state("high"),
        PlacementState::Pending,
        "nobody is less important"
    );
    world.wants("full-1", node_of_cpu(-5), "spec.priority");
    assert!(world.is_placed("high"));
    assert_eq!(world.scheduled("full-1"), Reason::Preempted);
}

#[test]
fn what_goes_in_the_same_round_does_not_count_as_serving() {
    let mut world = full_of_web("2");
    world.slow_starts = true;
    world.remove("top");
    world.pump();
    world.pump();
    let record = world.of("web");
    let place = record.slots[0].assignment.clone().unwrap();
    let mut high = wish(10, GPUS, 1, None);
    high.node_rules.get_or_insert_default().hostnames = vec![place.charged_node.to_string()];
    high.cluster_rules.get_or_insert_default().include = vec![place.cluster.to_string()];
    let refused = PerformerReport {
        message: "no room".to_owned(),
        ..not_ready(&record.uid, Slot(1), record.slots[1].epoch)
    };
    let cluster = record.slots[1].assignment.as_ref().unwrap().cluster.clone();
    // The round is open until both have happened.
    world.plan.more = 1;
    world.refuse_place(&cluster, refused);
    let input = creation(id("high"), high);
    world.round(false, |core, round| core.create_placement(&input, None, round));
    assert!(!world.is_placed("high"), "two are left that serve, and two must");
    assert!(world.of("web").slots[0].assignment.is_some());
    // The third one serves at its new place.
    carry_out(&mut world);
    ripen_all(&mut world);
    assert!(world.is_placed("high"));
    let attempts = world.of("web").slots[0].attempts.clone();
    assert_eq!(attempts.last().unwrap().reason, Reason::Preempted);
}

/// What the server had heard to serve after the last step, by placement.
#[derive(Default)]
struct Spared {
    before: BTreeMap<PlacementUid, BTreeSet<(Slot, Epoch)>>,
    /// Replicas that served and made room.
    gone: usize,
}

impl Spared {
    /// Of a placement of which a replica that served has made room, as many serve as must.
    fn check(&mut self, world: &World) {
        let mut now = BTreeMap::new();
        for record in world
            .core
            .placements()
            .filter(|record| record.delete_time.is_none())
        {
            let before = self.before.remove(&record.uid).unwrap_or_default();
            let ended = record
                .slots
                .iter()
                .flat_map(|slot| slot.attempts.iter().map(move |attempt| (slot.slot, attempt)))
                .filter(|(_, attempt)| attempt.reason == Reason::Preempted)
                .map(|(slot, attempt)| (slot, attempt.epoch));
            let gone = ended.filter(|place| before.contains(place) && really_serves(world, record, *place));
            let gone = gone.count();
            let serve = record.slots.iter().filter(|slot| slot.serves()).count();
            let least = Limits::of(&record.request().unwrap()).min_available;
            let bound = record.spec.disruption.is_some();
            assert!(
                gone == 0 || !bound || serve >= least,
                "{}: {gone} made room, {serve} serve, and {least} must",
                record.name()
            );
            self.gone += gone;
            let places = record.slots.iter().flat_map(|slot| {
                let serving = slot.places().filter(|(_, place)| place.observed.serves());
                serving.map(move |(epoch, _)| (slot.slot, epoch))
            });
            now.insert(record.uid.clone(), places.collect());
        }
        self.before = now;
    }
}

fn really_serves(world: &World, record: &PlacementRecord, (slot, epoch): (Slot, Epoch)) -> bool {
    let key = (SlotKey::of(&record.uid, slot), epoch);
    let mut members = world.members.iter();
    members.any(|member| {
        member
            .performers
            .get(&key)
            .is_some_and(|performer| performer.ready)
    })
}

impl World {
    fn spared_step(&mut self) {
        self.plan_round();
        let index = self.rng.random_range(0..CLUSTERS);
        match self.rng.random_range(0..100) {
            0..14 if self.core.placements().count() < 8 => {
                self.created += 1;
                let name = format!("p{}", self.created);
                let priority = [0, 0, 5, 10][self.rng.random_range(0..4)];
                let least = [None, Some("1"), Some("50%")][self.rng.random_range(0..3)];
                let (gpus, replicas) = (self.rng.random_range(1..=4), self.rng.random_range(1..=3));
                let input = creation(id(&name), wish(priority, gpus, replicas, least));
                let answer = self.round(false, |core, round| core.create_placement(&input, None, round));
                if let Some(answer) = answer {
                    answer.unwrap();
                    self.answered(Answer::Created(id(&name)));
                }
            }
            14..18 => self.delete(false),
            18..20 => self.restart(),
            20..23 => self.disconnect(index),
            23..33 => {
                if self.members[index].session.is_none() {
                    self.connect(index);
                    // While it is late, nobody makes room for anybody.
                    self.send_inventory(index);
                }
            }
            33..37 => {
                let records: Vec<_> = self.core.placements().cloned().collect();
                if let Some(record) = records.get(self.rng.random_range(0..records.len().max(1))) {
                    let priority = Some(self.rng.random_range(-5..12));
                    let spec = PlacementSpec {
                        priority,
                        ..record.spec.clone()
                    };
                    let input = change(&record.id, spec, &["spec.priority"]);
                    let _ = self.round(false, |core, round| core.update_placement(&input, None, round));
                }
            }
            37..41 => {
                let records: Vec<_> = self.core.placements().cloned().collect();
                if let Some(record) = records.get(self.rng.random_range(0..records.len().max(1)))
                    && let Some(slot) = record.slots.first()
                {
                    let input = EvictReplica {
                        tenant: tenant(),
                        id: record.id.clone(),
                        slot: slot.slot,
                        epoch: slot.epoch,
                        reason: "by the simulation".to_owned(),
                        request_id: None,
                        traceparent: None,
                    };
                    let _ = self.round(false, |core, round| core.evict_replica(&input, None, round));
                }
            }
            41..60 => self.flip(),
            60..84 => {
                self.obey(index, false);
            }
            84..94 => self.send_inventory(index),
            94..98 => self.report_all(index, false),
            _ => self.report_all(index, true),
        }
        self.check();
    }
}

/// How many have made room that served.
fn history(seed: u64) -> usize {
    let mut world = World::new(70_000 + seed);
    world.slow_starts = true;
    world.connect_all();
    let mut spared = Spared::default();
    for _ in 0..160 {
        world.spared_step();
        if world.open.is_none() {
            spared.check(&world);
        }
    }
    world.commit();
    world.slow_starts = false;
    ripen_all(&mut world);
    world.settle();
    world.check_settled();
    spared.gone
}

#[test]
fn no_history_moves_what_has_to_serve_or_forgets_who_waits_for_it() {
    let gone = histories(25, history);
    let somebody = gone.iter().any(|many| *many > 0);
    assert!(gone.len() < 20 || somebody, "nobody who serves ever makes room");
}
