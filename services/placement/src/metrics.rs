//! What the server counts. Labels are bounded: states and kinds, never names of tenants, placements or objects.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::scheduler::clusters::Liveness;
use crate::scheduler::core::Core;
use crate::scheduler::rollout::Replacements;

/// Label `state`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

/// Labels of replacements.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReplacementLabels {
    cause: &'static str,
    outcome: &'static str,
}

/// Metrics of the decision loop.
#[derive(Clone, Debug)]
pub struct LoopMetrics {
    commands: Counter<u64, AtomicU64>,
    round_seconds: Histogram,
    commit_seconds: Histogram,
    placements: Family<StateLabel, Gauge>,
    clusters: Family<StateLabel, Gauge>,
    orders_waiting: Gauge,
    orders_in_flight: Gauge,
    open_tombstones: Gauge,
    reservations: Gauge,
    waiting: Gauge,
    behind_victims: Gauge,
    preempted: Counter<u64, AtomicU64>,
    replacements: Family<ReplacementLabels, Counter<u64, AtomicU64>>,
    updates: Family<StateLabel, Gauge>,
    successors: Gauge,
    to_move: Gauge,
    recovering: Gauge,
}

impl LoopMetrics {
    /// Registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let registry = registry.sub_registry_with_prefix("hourglass_placement");
        let seconds = || Histogram::new(exponential_buckets(0.000_1, 2.0, 18));
        let metrics = Self {
            commands: Counter::default(),
            round_seconds: seconds(),
            commit_seconds: seconds(),
            placements: Family::default(),
            clusters: Family::default(),
            orders_waiting: Gauge::default(),
            orders_in_flight: Gauge::default(),
            open_tombstones: Gauge::default(),
            reservations: Gauge::default(),
            waiting: Gauge::default(),
            behind_victims: Gauge::default(),
            preempted: Counter::default(),
            replacements: Family::default(),
            updates: Family::default(),
            successors: Gauge::default(),
            to_move: Gauge::default(),
            recovering: Gauge::default(),
        };
        registry.register(
            "commands",
            "Commands that the decision loop took",
            metrics.commands.clone(),
        );
        registry.register_with_unit(
            "round_duration",
            "Time of one round of the decision loop, its commit included",
            Unit::Seconds,
            metrics.round_seconds.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "Time until a round was durable",
            Unit::Seconds,
            metrics.commit_seconds.clone(),
        );
        registry.register("placements", "Placements by state", metrics.placements.clone());
        registry.register("clusters", "Clusters by liveness", metrics.clusters.clone());
        registry.register(
            "orders_waiting",
            "Orders that wait to be sent",
            metrics.orders_waiting.clone(),
        );
        registry.register(
            "orders_in_flight",
            "Orders that wait for an answer",
            metrics.orders_in_flight.clone(),
        );
        registry.register(
            "open_tombstones",
            "Removals that are not confirmed",
            metrics.open_tombstones.clone(),
        );
        registry.register(
            "reservations",
            "Placements that have waited long and have nodes kept free",
            metrics.reservations.clone(),
        );
        registry.register(
            "waiting",
            "Placements that wait for a place",
            metrics.waiting.clone(),
        );
        registry.register(
            "behind_victims",
            "Placements that wait until those whose room they take have left it: others that make room or leave anyway, or their own earlier replicas",
            metrics.behind_victims.clone(),
        );
        registry.register(
            "preempted_replicas",
            "Replicas that were moved for a higher priority",
            metrics.preempted.clone(),
        );
        registry.register(
            "replacements",
            "Replicas that are replaced by an update, an eviction or a move off a node that is emptied, and what became of it: \
             begun with a successor, completed when that took over, given_up when that was dropped, withdrawn when the replica \
             was taken away before anything followed it",
            metrics.replacements.clone(),
        );
        registry.register(
            "updates",
            "Updates under way, rolling or blocked",
            metrics.updates.clone(),
        );
        registry.register(
            "successors",
            "Replicas that come up beside those that they are to follow",
            metrics.successors.clone(),
        );
        registry.register(
            "replicas_to_move",
            "Replicas that should not stay where they are, as their agents say",
            metrics.to_move.clone(),
        );
        registry.register(
            "recovering",
            "1 from a raised incarnation until the recovery is ended",
            metrics.recovering.clone(),
        );
        metrics
    }

    /// A round ended.
    pub fn round(&self, commands: usize, took: Duration) {
        self.commands.inc_by(u64::try_from(commands).unwrap_or(u64::MAX));
        self.round_seconds.observe(took.as_secs_f64());
    }

    /// A commit ended.
    pub fn commit(&self, took: Duration) {
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// So many replicas were moved for a higher priority.
    pub fn preempted(&self, replicas: usize) {
        self.preempted.inc_by(u64::try_from(replicas).unwrap_or(u64::MAX));
    }

    /// So many replicas were replaced.
    pub fn replaced(&self, replacements: &Replacements) {
        for (cause, outcome, number) in replacements.iter() {
            let labels = ReplacementLabels {
                cause,
                outcome: outcome.as_str(),
            };
            self.replacements.get_or_create(&labels).inc_by(number);
        }
    }

    /// The state as it is.
    pub fn state(&self, core: &Core) {
        self.recovering.set(i64::from(core.recovers()));
        use crate::records::placement::PlacementState as S;
        let states = [
            S::Pending,
            S::Assigned,
            S::Applied,
            S::Ready,
            S::Degraded,
            S::Failed,
            S::Deleting,
        ];
        for state in states {
            let number = core.placements().filter(|record| record.state == state).count();
            set(
                &self.placements.get_or_create(&StateLabel {
                    state: state.as_str(),
                }),
                number,
            );
        }
        let liveness = [
            (Liveness::Joining, "JOINING"),
            (Liveness::Ready, "READY"),
            (Liveness::Suspect, "SUSPECT"),
            (Liveness::Unreachable, "UNREACHABLE"),
        ];
        for (kind, state) in liveness {
            let number = core
                .clusters()
                .iter()
                .filter(|cluster| cluster.liveness == kind)
                .count();
            set(&self.clusters.get_or_create(&StateLabel { state }), number);
        }
        let (waiting, in_flight) = core
            .clusters()
            .iter()
            .map(|cluster| cluster.queue.depth())
            .fold((0, 0), |sum, depth| (sum.0 + depth.0, sum.1 + depth.1));
        set(&self.orders_waiting, waiting);
        set(&self.orders_in_flight, in_flight);
        set(&self.open_tombstones, core.open_tombstones());
        set(&self.reservations, core.reservations());
        set(&self.waiting, core.waiting());
        set(&self.behind_victims, core.behind_victims());
        self.rolls(core);
    }

    fn rolls(&self, core: &Core) {
        let (mut rolling, mut blocked, mut successors, mut to_move) = (0, 0, 0, 0);
        for record in core.placements().filter(|record| record.delete_time.is_none()) {
            match &record.roll {
                Some(roll) if roll.blocked.is_some() => blocked += 1,
                Some(_) => rolling += 1,
                None => {}
            }
            for slot in &record.slots {
                successors += usize::from(slot.successor.is_some());
                to_move += usize::from(slot.is_disturbed());
            }
        }
        for (state, number) in [("rolling", rolling), ("blocked", blocked)] {
            set(&self.updates.get_or_create(&StateLabel { state }), number);
        }
        set(&self.successors, successors);
        set(&self.to_move, to_move);
    }
}

fn set(gauge: &Gauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

#[cfg(test)]
#[path = "../../../tests/support/metrics_page.rs"]
mod metrics_page;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::placement_seal::PlacementSeal;
    use crate::records::placement::Reason;
    use crate::scheduler::clusters::LivenessPolicy;
    use crate::scheduler::command::SessionGrant;
    use crate::scheduler::rollout::Outcome;

    #[test]
    fn every_metric_stands_in_the_documentation_and_nothing_else_does() {
        let mut registry = Registry::default();
        let metrics = LoopMetrics::register(&mut registry);
        let grant = SessionGrant {
            incarnation: 1,
            term: 1,
        };
        let policy = LivenessPolicy {
            suspect_after: Duration::from_secs(15),
            unreachable_after: Duration::from_secs(60),
        };
        let keys = tempfile::tempdir().unwrap();
        let seal = PlacementSeal::load_or_create(keys.path()).unwrap();
        metrics.state(&Core::new(grant, policy, seal));
        let mut replaced = Replacements::default();
        for reason in [Reason::Superseded, Reason::Evicted, Reason::Drained] {
            for outcome in [
                Outcome::Begun,
                Outcome::Completed,
                Outcome::GivenUp,
                Outcome::Withdrawn,
            ] {
                replaced.count(reason, outcome);
            }
        }
        metrics.replaced(&replaced);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        metrics_page::check(&text, "hourglass_placement_");
    }

    #[test]
    fn replacements_are_labelled_by_cause_and_outcome_and_nothing_else() {
        let mut registry = Registry::default();
        let metrics = LoopMetrics::register(&mut registry);
        let mut replaced = Replacements::default();
        replaced.count(Reason::Drained, Outcome::Begun);
        replaced.count(Reason::Evicted, Outcome::Withdrawn);
        metrics.replaced(&replaced);
        metrics.replaced(&replaced);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        let name = "hourglass_placement_replacements_total";
        for line in [
            r#"{cause="move",outcome="begun"} 2"#,
            r#"{cause="eviction",outcome="withdrawn"} 2"#,
        ] {
            assert!(text.contains(&format!("{name}{line}")), "{text}");
        }
    }
}
