//! The histories of updates while time passes: waits come to their end (`queueTimeout`), replicas are not ready in time
//! (`startDeadline`), clusters and their schedulers refuse some that do not serve, or give them no node, and agents are silent for longer than their
//! clusters are trusted.
//!
//! What must hold beside the rules of every history of updates: nothing of this ever takes away what serves, or has served and
//! is well, be it heard of or not (`availability`).

use rand::Rng;

use super::histories::covers;
use super::rollout_histories::Rolling;
use super::*;
use crate::scheduler::timers::after;

/// `wish`, now and then with a bound of how long it waits, and of how long it may take to start; so large that some wait.
pub(super) fn with_deadlines(rng: &mut impl Rng, wish: PlacementSpec) -> PlacementSpec {
    let wait = Duration::from_secs(rng.random_range(1..=30));
    // Not so short that one is given up in the course of a history.
    let start = Duration::from_secs(rng.random_range(50..=90));
    PlacementSpec {
        compute: spec(rng.random_range(2..=4), 1, false).compute,
        queue_timeout: rng.random_bool(0.6).then_some(wait),
        start_deadline: rng.random_bool(0.6).then_some(start),
        ..wish
    }
}

/// What came up in a history.
#[derive(Default)]
struct Seen {
    /// Steps in which some replica of a placement had waited for too long, while another one served.
    overdue_beside_one_that_serves: usize,
    /// The same, in a cluster of which nothing was heard.
    and_silent: usize,
    /// Places that were refused.
    refused: usize,
    /// Places that their clusters made no pod for.
    not_made: usize,
    /// Places that were not ready in time.
    late: usize,
    /// Placements that have waited for too long.
    stopped: usize,
}

impl Seen {
    fn look(&mut self, world: &World) {
        for record in world.core.placements() {
            let since = record.waiting_since.filter(|_| record.waits());
            let overdue = since
                .zip(record.spec.queue_timeout)
                .is_some_and(|(since, length)| after(since, length) <= world.wall);
            let started: Vec<_> = record.places().filter(|(.., at)| at.observed.started).collect();
            if overdue && !started.is_empty() {
                self.overdue_beside_one_that_serves += 1;
                self.and_silent += usize::from(started.iter().all(|(.., at)| at.observed.silent));
            }
        }
    }

    fn look_back(&mut self, world: &World) {
        for record in world.core.placements() {
            let attempts = || record.slots.iter().flat_map(|slot| &slot.attempts);
            let ended_by = |reason| attempts().filter(|attempt| attempt.reason == reason).count();
            self.refused += ended_by(Reason::NodeRejected);
            self.not_made += ended_by(Reason::ApplyRefused);
            self.late += ended_by(Reason::StartDeadlineExceeded);
            let stopped = record.stopped.as_ref();
            self.stopped +=
                usize::from(stopped.is_some_and(|stopped| stopped.reason == Reason::QueueTimeout));
        }
    }
}

impl World {
    /// Agents that are connected are heard of meanwhile; what is due is done.
    pub(super) fn time_passes(&mut self) {
        let length = Duration::from_secs(self.rng.random_range(1..=10));
        self.later(length);
        for member in &self.members {
            let cluster = self.core.clusters().get(&member.name);
            if let Some(session) = cluster.and_then(|cluster| cluster.session.as_ref()) {
                session.last_seen.touch(self.clock);
            }
        }
        self.round(false, |core, round| {
            core.judge_clusters(round);
            core.due_orders(round);
            core.end_avoidances(round.instant);
            core.fire_timers(round);
        });
    }

    /// What a cluster does with pods that do not serve yet changes.
    fn pods_come_far_or_not(&mut self) {
        let index = self.rng.random_range(0..CLUSTERS);
        let all = [Pods::Start, Pods::AreRefused, Pods::GetNoNode, Pods::StayDown];
        self.members[index].pods = all[self.rng.random_range(0..all.len())];
    }

    /// The scheduler of a cluster refuses one that does not serve; earlier agents say that of one that does, too, when what is to
    /// follow it in its cluster finds no room.
    pub(super) fn refuse_one(&mut self) {
        let index = self.rng.random_range(0..CLUSTERS);
        let member = &self.members[index];
        let Some(session) = &member.session else { return };
        let id = session.id.clone();
        let of_any = self.rng.random_bool(0.4);
        let refused = member.performers.iter();
        let refused: Vec<_> = refused
            .filter(|(_, performer)| of_any || !performer.ready)
            .map(|((key, epoch), performer)| (key.clone(), *epoch, performer.gate, performer.ready))
            .collect();
        if refused.is_empty() {
            return;
        }
        let (key, epoch, gate, ready) = refused[self.rng.random_range(0..refused.len())].clone();
        let is_gated = gate == PodGate::Closed;
        let report = PerformerReport {
            phase: if ready { Phase::Upgrading } else { Phase::Starting },
            ready: ready && !is_gated,
            reason: "UNSCHEDULABLE".to_owned(),
            message: "0/2 nodes are available".to_owned(),
            rejected: !is_gated,
            gate: match gate {
                PodGate::Absent => Gate::Unknown,
                // What is behind its gate is refused by a quota, not by the scheduler.
                PodGate::Closed => Gate::Denied,
                PodGate::Lifted => Gate::Lifted,
            },
            ..not_ready(&key.placement_uid, key.slot, epoch)
        };
        self.say(&id, &report);
    }
}

/// The history of this seed, at rest, and what came up in it.
fn timed(seed: u64) -> Seen {
    let mut rolling = Rolling::new(seed);
    rolling.timed = true;
    let mut seen = Seen::default();
    for _ in 0..200 {
        match rolling.world.rng.random_range(0..100) {
            0..20 => rolling.world.time_passes(),
            20..23 => rolling.world.refuse_one(),
            23..27 => rolling.world.pods_come_far_or_not(),
            _ => rolling.step(),
        }
        rolling.world.check();
        rolling.check();
        seen.look(&rolling.world);
    }
    seen.look_back(&rolling.world);
    for member in &mut rolling.world.members {
        member.pods = Pods::Start;
    }
    rolling.settle();
    rolling.check_settled();
    seen
}

#[test]
fn no_deadline_and_no_refusal_takes_away_what_serves() {
    let all = histories(45, timed);
    covers(&all, 5, "a wait ends beside one that serves", |seen| {
        seen.overdue_beside_one_that_serves
    });
    covers(&all, 5, "one of these is silent", |seen| seen.and_silent);
    covers(&all, 2, "something is refused", |seen| seen.refused);
    covers(&all, 5, "something is refused by a cluster", |seen| seen.not_made);
    covers(&all, 3, "something is late", |seen| seen.late);
    covers(&all, 2, "something waits for too long", |seen| seen.stopped);
}
