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

/// Label `state`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
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
            "Placements that wait until those of lower priority have left their places",
            metrics.behind_victims.clone(),
        );
        registry.register(
            "preempted_replicas",
            "Replicas that were moved for a higher priority",
            metrics.preempted.clone(),
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
    }
}

fn set(gauge: &Gauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}
