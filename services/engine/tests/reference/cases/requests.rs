//! Requests in small numbers.

use hourglass_engine::decide::Avoid;
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::gpus::{self, GpuWish};
use super::wishes::{self, ClusterWish, Needs, NodeWish, TeeWish};
use super::{APPS, TOPOLOGIES, maybe, seldom};

/// Topology, maxSkew, minDomains, whether it is required, and whose placements it counts.
pub(super) type SpreadCase = (usize, i64, Option<i64>, bool, Option<usize>);
/// App, topology, and a weight where it is a wish.
pub(super) type TermCase = (usize, usize, Option<i64>);

/// A request in small numbers.
#[derive(Debug, Clone, Default)]
pub struct RequestCase {
    pub(super) cpu: i64,
    pub(super) memory: i64,
    pub(super) gpu: Option<GpuWish>,
    pub(super) tee: Option<TeeWish>,
    /// It states limits of cpu, and of memory.
    pub(super) limited: [bool; 2],
    pub(super) app: usize,
    pub(super) replicas: i64,
    pub(super) gang: bool,
    pub(super) priority: i64,
    pub(super) never_preempts: bool,
    pub(super) spread_strategy: bool,
    pub(super) gold_first: bool,
    pub(super) min_available: Option<i64>,
    pub(super) nodes: NodeWish,
    pub(super) clusters: ClusterWish,
    pub(super) needs: Needs,
    pub(super) spread: Vec<SpreadCase>,
    pub(super) affinity: Vec<TermCase>,
    pub(super) anti_affinity: Vec<TermCase>,
    /// Cluster, and node unless all of it.
    pub(super) avoid: Option<(usize, Option<usize>)>,
    /// Of the two tenants the second one asks.
    pub second_tenant: bool,
    /// It is one of those for whom nodes may be kept.
    pub keeper: Option<usize>,
    /// Whether its commits succeeded is not known for a while.
    pub unsure: bool,
}

pub(super) fn terms(one_in: u32) -> impl Strategy<Value = Vec<TermCase>> {
    let term = (0..APPS.len(), 0..TOPOLOGIES.len(), prop::option::of(1..=100_i64));
    maybe(one_in, prop::collection::vec(term, 1..3)).prop_map(Option::unwrap_or_default)
}

pub(super) fn spreads() -> impl Strategy<Value = Vec<SpreadCase>> {
    let spread = (
        0..TOPOLOGIES.len(),
        1..=2_i64,
        prop::option::weighted(0.3, 1..=3_i64),
        prop::bool::weighted(0.7),
        prop::option::weighted(0.5, 0..APPS.len()),
    );
    maybe(4, prop::collection::vec(spread, 1..3)).prop_map(Option::unwrap_or_default)
}

pub(super) fn request() -> impl Strategy<Value = RequestCase> {
    (
        (
            0..=3_i64,
            0..=2_i64,
            prop::option::weighted(0.5, gpus::wished()),
            maybe(12, wishes::tee()),
            [seldom(4), seldom(4)],
        ),
        (
            0..APPS.len(),
            prop::sample::select(vec![1_i64, 1, 1, 1, 2, 3, 5]),
            prop::bool::weighted(0.3),
            0..=3_i64,
        ),
        (
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.3),
            prop::bool::weighted(0.25),
            maybe(5, 0..=2_i64),
        ),
        (wishes::nodes(), wishes::clusters(), wishes::needs()),
        (spreads(), terms(8), terms(5)),
        (
            maybe(8, (0..3_usize, prop::option::weighted(0.8, 0..3_usize))),
            seldom(6),
            maybe(10, 0..2_usize),
            seldom(30),
        ),
    )
        .prop_map(|(size, group, taste, rules, others, whose)| RequestCase {
            cpu: size.0,
            memory: size.1,
            gpu: size.2,
            tee: size.3,
            limited: size.4,
            app: group.0,
            replicas: group.1,
            gang: group.2,
            priority: group.3,
            never_preempts: taste.0,
            spread_strategy: taste.1,
            gold_first: taste.2,
            min_available: taste.3,
            nodes: rules.0,
            clusters: rules.1,
            needs: rules.2,
            spread: others.0,
            affinity: others.1,
            anti_affinity: others.2,
            avoid: whose.0,
            second_tenant: whose.1,
            keeper: whose.2,
            unsure: whose.3,
        })
}

impl RequestCase {
    pub fn avoid(&self) -> Avoid {
        let place = |(cluster, node): (usize, Option<usize>)| {
            let cluster = ClusterName::new(format!("c{cluster}")).expect("valid");
            (
                cluster,
                node.map(|node| NodeName::new(format!("n{node}")).expect("valid")),
            )
        };
        self.avoid
            .into_iter()
            .map(|avoided| (place(avoided), "it refused".to_owned().into()))
            .collect()
    }

    pub fn labels(&self) -> Labels {
        [("app".to_owned(), APPS[self.app].to_owned())].into()
    }

    /// As a client writes it.
    pub fn spec(&self) -> PlacementSpec {
        let mut requests = serde_json::Map::new();
        if self.cpu > 0 {
            requests.insert("cpu".to_owned(), format!("{}m", self.cpu * 500).into());
        }
        if self.memory > 0 {
            requests.insert("memory".to_owned(), format!("{}Gi", self.memory).into());
        }
        let mut spec = json!({
            "performer": {"avsAddress": format!("0x{}", "0".repeat(40)), "image": "performer"},
            "compute": {"requests": requests},
            "replicas": self.replicas,
            "gang": self.gang,
            "priority": self.priority,
            "preemption": if self.never_preempts { "NEVER" } else { "LOWER_PRIORITY" },
            "strategy": if self.spread_strategy { "SPREAD" } else { "PACK" },
            "nodeRules": self.nodes.json(),
            "clusterRules": self.clusters.json(),
        });
        let limits = [("cpu", "2500m", self.cpu), ("memory", "3Gi", self.memory)];
        for ((name, limit, asked), limited) in limits.into_iter().zip(self.limited) {
            if limited {
                // Without a request the limit is the request.
                let limit = if asked > 0 { limit } else { "1" };
                spec["performer"]["resources"]["limits"][name] = limit.into();
            }
        }
        if let Some(gpu) = &self.gpu {
            gpu.put_in(&mut spec["compute"]);
        }
        if let Some(tee) = &self.tee {
            spec["compute"]["tee"] = tee.json();
        }
        self.needs.put_in(&mut spec);
        if self.gold_first {
            spec["clusterPreferences"] = json!([{"selector": {"matchLabels": {"tier": "gold"}}}]);
        }
        spec["spread"] = self.spread.iter().map(spread).collect();
        spec["affinity"] = self.affinity.iter().map(term).collect();
        spec["antiAffinity"] = self.anti_affinity.iter().map(term).collect();
        if let Some(least) = self
            .min_available
            .filter(|least| *least <= self.replicas && !self.gang)
        {
            spec["disruption"] = json!({"minAvailable": least.to_string()});
        }
        serde_json::from_value(spec).expect("wire form")
    }
}

fn selector(app: usize) -> Value {
    json!({"matchLabels": {"app": APPS[app]}})
}

fn term((app, topology, weight): &TermCase) -> Value {
    let mut term = json!({"selector": selector(*app), "topology": TOPOLOGIES[*topology]});
    if let Some(weight) = weight {
        term["weight"] = (*weight).into();
    }
    term
}

fn spread((topology, max_skew, min_domains, required, app): &SpreadCase) -> Value {
    let when = if *required {
        "DO_NOT_SCHEDULE"
    } else {
        "SCHEDULE_ANYWAY"
    };
    let mut constraint =
        json!({"maxSkew": max_skew, "topology": TOPOLOGIES[*topology], "whenUnsatisfiable": when});
    if let Some(least) = min_domains.filter(|_| *required) {
        constraint["minDomains"] = least.into();
    }
    if let Some(app) = app {
        constraint["selector"] = selector(*app);
    }
    constraint
}
