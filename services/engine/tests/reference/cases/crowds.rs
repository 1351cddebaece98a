//! Small fleets of like nodes, full of small replicas of low priority, and large ones that want their room: what goes, who
//! stays, and which of many equal nodes is taken.

use proptest::prelude::*;

use super::gpus::{DeviceCase, GpuCase, GpuWish};
use super::requests::{self, RequestCase};
use super::{APPS, ClusterCase, NodeCase, Step, ZONES, clusters, maybe, nodes, seen, seldom};

/// Kinds of GPUs of a node: none, counted, or shown one by one in two products.
fn gpus() -> impl Strategy<Value = Option<GpuCase>> {
    let device = (
        prop::sample::select(vec![0_usize, 0, 1]),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.4),
    );
    let device = device.prop_map(|(product, shareable, named)| DeviceCase::free(product, shareable, named));
    let shown = prop::collection::vec(device, 2..5).prop_map(|devices| GpuCase::Shown {
        devices,
        reversed: false,
        other_vendor: false,
        counter: None,
    });
    prop_oneof![
        3 => Just(None),
        2 => (0..2_usize, 1..=4_i64).prop_map(|(product, count)| Some(GpuCase::Whole(product, count, false))),
        3 => shown.prop_map(Some),
    ]
}

fn node() -> impl Strategy<Value = NodeCase> {
    let clique = prop::option::weighted(0.7, 0..2_usize);
    (3..=8_i64, 0..ZONES.len(), gpus(), clique).prop_map(|(cpu, zone, gpu, clique)| NodeCase {
        cpu,
        memory: 12,
        pods: 12,
        zone: Some(zone),
        gpu,
        clique,
        ready: true,
        ..NodeCase::default()
    })
}

/// One or two clusters, each with one or two kinds of nodes, in zones and cliques of their own.
pub fn fleet() -> impl Strategy<Value = Vec<ClusterCase>> {
    let place = (
        0..ZONES.len(),
        prop::option::weighted(0.8, 0..2_usize),
        any::<bool>(),
    );
    let nodes = (node(), node(), prop::collection::vec(place, 1..4)).prop_map(|(one, other, places)| {
        let placed = places.into_iter().map(|(zone, clique, same)| NodeCase {
            zone: Some(zone),
            clique,
            ..if same { one.clone() } else { other.clone() }
        });
        placed.collect()
    });
    let cluster = nodes.prop_map(|nodes| ClusterCase {
        settings: clusters::SettingsCase::default(),
        facts: clusters::FactsCase::default(),
        silent: false,
        nodes,
    });
    prop::collection::vec(cluster, 1..3)
}

/// One of many: small, of low priority.
fn member() -> impl Strategy<Value = RequestCase> {
    let gpu = prop_oneof![
        2 => Just(GpuWish::whole(1, None, false)),
        1 => (0..2_usize).prop_map(|product| GpuWish::whole(1, Some(product), false)),
        1 => prop::sample::select(vec![400_i64, 500, 750]).prop_map(GpuWish::share),
    ];
    (
        (1..=2_i64, prop::option::weighted(0.4, gpu), 0..APPS.len()),
        (
            prop::sample::select(vec![1_i64, 1, 1, 2, 3]),
            prop::bool::weighted(0.25),
            prop::sample::select(vec![0_i64, 0, 1, 2, 3]),
        ),
        (prop::bool::weighted(0.7), any::<bool>(), maybe(4, 1..=2_i64)),
        (requests::terms(12), seldom(4), seldom(15)),
    )
        .prop_map(|(size, group, taste, others)| RequestCase {
            cpu: size.0,
            gpu: size.1,
            app: size.2,
            replicas: group.0,
            gang: group.1,
            priority: group.2,
            never_preempts: taste.0,
            spread_strategy: taste.1,
            min_available: taste.2,
            anti_affinity: others.0,
            second_tenant: others.1,
            unsure: others.2,
            ..RequestCase::default()
        })
}

/// One that wants the room of several.
fn large() -> impl Strategy<Value = RequestCase> {
    let product = prop::option::weighted(0.3, 0..2_usize);
    let gpu = (1..=3_i64, product, seldom(3))
        .prop_map(|(count, product, same_clique)| GpuWish::whole(count, product, same_clique));
    (
        (1..=7_i64, prop::option::weighted(0.4, gpu), 0..APPS.len()),
        (
            prop::sample::select(vec![1_i64, 1, 1, 2, 3]),
            prop::bool::weighted(0.3),
            2..=5_i64,
        ),
        (requests::spreads(), requests::terms(12), requests::terms(6)),
        (any::<bool>(), seldom(5), maybe(20, 0..2_usize)),
    )
        .prop_map(|(size, group, others, whose)| RequestCase {
            cpu: size.0,
            gpu: size.1,
            app: size.2,
            replicas: group.0,
            gang: group.1,
            priority: group.2,
            spread: others.0,
            affinity: others.1,
            anti_affinity: others.2,
            spread_strategy: whose.0,
            second_tenant: whose.1,
            keeper: whose.2,
            ..RequestCase::default()
        })
}

/// Many small ones come, then large ones among them.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let step = prop_oneof![
        10 => member().prop_map(Step::Place),
        8 => large().prop_map(Step::Place),
        2 => (index(), 1..=2_u32, seldom(6)).prop_map(|(placement, more, unsure)| Step::Grow(placement, more, unsure)),
        1 => index().prop_map(Step::Remove),
        2 => index().prop_map(Step::Release),
        1 => (index(), 0..4_usize, nodes::node()).prop_map(|(cluster, at, node)| Step::Node(cluster, at, node)),
        5 => (index(), seen(5)).prop_map(|(claim, seen)| Step::Observe(claim, seen)),
        8 => (index(), prop::bool::weighted(0.7)).prop_map(|(claim, serves)| Step::Serve(claim, serves)),
        1 => any::<bool>().prop_map(Step::Settle),
        1 => (index(), prop::bool::weighted(0.7)).prop_map(|(cluster, there)| Step::Health(cluster, there)),
        2 => (0..2_usize, large()).prop_map(|(who, case)| Step::Reserve(who, case)),
        1 => (0..2_usize).prop_map(Step::Unreserve),
        1 => Just(Step::Reload),
    ];
    let crowd = prop::collection::vec(member().prop_map(Step::Place), 2..12);
    (crowd, prop::collection::vec(step, 2..16)).prop_map(|(mut crowd, steps)| {
        crowd.extend(steps);
        crowd
    })
}
