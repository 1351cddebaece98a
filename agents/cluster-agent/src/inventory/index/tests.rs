use hourglass_model::resources::{CPU, PODS};
use proptest::prelude::*;

use super::*;
use crate::claim::{Tombstone, from_wire};

fn arc(text: &str) -> Arc<str> {
    text.into()
}

fn cpu(milli: i64) -> ResourceVector {
    [(CPU.clone(), milli), (PODS.clone(), 1)].into_iter().collect()
}

fn pod(node: Option<&str>, milli: i64, claim: Option<ClaimId>, revision: u64) -> PodFacts {
    PodFacts {
        node: node.map(arc),
        requests: cpu(milli),
        claim,
        ended: false,
        disruption: None,
        revision,
    }
}

fn node(allocatable: i64) -> NodeFacts {
    NodeFacts {
        uid: "u".into(),
        ready: true,
        allocatable: cpu(allocatable),
        ..NodeFacts::default()
    }
}

fn index_with_node() -> Index {
    let mut index = Index::new(100);
    index.put_node(&arc("n"), node(1000));
    index.begin_snapshot();
    index
}

fn used(index: &Index) -> i64 {
    index.node(&arc("n")).unwrap().used.get(&CPU)
}

#[test]
fn only_bound_pods_that_have_not_ended_are_used() {
    let mut index = index_with_node();
    index.put_pod(&arc("unbound"), pod(None, 1, None, 1));
    assert!(!index.has_unsent());
    index.put_pod(&arc("bound"), pod(Some("n"), 10, None, 2));
    index.put_pod(
        &arc("ended"),
        PodFacts {
            ended: true,
            ..pod(Some("n"), 100, None, 3)
        },
    );
    assert_eq!(used(&index), 10);
    index.put_pod(
        &arc("bound"),
        PodFacts {
            ended: true,
            ..pod(Some("n"), 10, None, 4)
        },
    );
    assert_eq!(used(&index), 0);
}

#[test]
fn claims_are_told_apart_on_the_node_they_are_bound_to() {
    let (first, second) = (from_wire("u", 0, 1).unwrap(), from_wire("u", 0, 2).unwrap());
    let mut index = index_with_node();
    index.put_pod(&arc("a"), pod(Some("n"), 10, Some(first.clone()), 1));
    index.put_pod(&arc("b"), pod(Some("n"), 20, Some(second.clone()), 2));
    index.put_pod(&arc("c"), pod(Some("n"), 5, None, 3));
    let view = index.node(&arc("n")).unwrap();
    assert_eq!(
        view.used,
        [(CPU.clone(), 35), (PODS.clone(), 3)].into_iter().collect()
    );
    assert_eq!(view.claims[&first], cpu(10));
    assert_eq!(view.claims[&second], cpu(20));
    assert_eq!(index.nodes_of(&first), BTreeSet::from([arc("n")]));
    assert_eq!(index.take_moved().claims, BTreeSet::from([first, second]));
}

#[test]
fn an_event_that_changes_nothing_for_a_decision_is_not_sent() {
    let mut index = index_with_node();
    index.put_pod(&arc("a"), pod(Some("n"), 10, None, 1));
    assert_eq!(index.take_delta(true).unwrap().nodes.len(), 1);
    index.put_pod(&arc("a"), pod(Some("n"), 10, None, 2));
    index.put_node(&arc("n"), node(1000));
    assert_eq!(index.take_delta(true), None);
}

#[test]
fn a_delta_holds_the_newest_state_of_each_changed_node_once() {
    let mut index = index_with_node();
    for revision in 0..50 {
        index.put_pod(
            &arc("a"),
            pod(Some("n"), i64::try_from(revision).unwrap(), None, revision),
        );
    }
    index.put_node(&arc("m"), node(1));
    index.remove_node(&arc("m"));
    let delta = index.take_delta(true).unwrap();
    assert_eq!(delta.nodes.len(), 1);
    assert_eq!(delta.nodes[0].used.get(&CPU), 49);
    assert_eq!(delta.removed, [arc("m")]);
}

#[test]
fn what_is_used_of_an_unknown_node_comes_with_the_node() {
    let mut index = index_with_node();
    index.put_pod(&arc("early"), pod(Some("late"), 7, None, 1));
    assert!(!index.has_unsent());
    index.put_node(&arc("late"), node(1));
    assert_eq!(index.take_delta(true).unwrap().nodes[0].used.get(&CPU), 7);
}

#[test]
fn the_sequence_that_reflects_now_is_the_next_one_while_something_is_unsent() {
    let mut index = index_with_node();
    let sent = index.sequence();
    assert_eq!(index.sequence_reflecting_now(), sent);
    index.put_pod(&arc("a"), pod(Some("n"), 10, None, 1));
    assert_eq!(index.sequence_reflecting_now(), sent + 1);
    assert_eq!(index.take_delta(true).unwrap().sequence, sent + 1);
    assert_eq!(index.sequence_reflecting_now(), sent + 1);
    index.remove_pod(&arc("a"));
    assert_eq!(
        index.begin_snapshot().0,
        sent + 2,
        "a snapshot reflects it as well"
    );
    assert_eq!(index.sequence_reflecting_now(), sent + 2);
}

#[test]
fn a_relist_after_a_gap_is_one_difference() {
    let mut index = index_with_node();
    for uid in ["a", "b", "c"] {
        index.put_pod(&arc(uid), pod(Some("n"), 10, None, 1));
    }
    index.take_delta(true);
    index.begin_pods();
    index.put_pod(&arc("b"), pod(Some("n"), 10, None, 1));
    index.put_pod(&arc("d"), pod(Some("n"), 100, None, 5));
    index.finish_pods();
    let delta = index.take_delta(true).unwrap();
    assert_eq!(
        delta.nodes[0].used,
        [(CPU.clone(), 110), (PODS.clone(), 2)].into_iter().collect()
    );
    assert_eq!(index.take_delta(true), None);
}

#[test]
fn pods_that_a_list_has_shown_to_be_gone_do_not_come_back_through_a_late_watch() {
    let claim = from_wire("u", 0, 3).unwrap();
    let newer = from_wire("u", 0, 4).unwrap();
    let mut index = index_with_node();
    index.put_pod(
        &arc("old"),
        pod(Some("n"), 10, Some(from_wire("u", 0, 2).unwrap()), 50),
    );
    index.put_pod(&arc("other"), pod(Some("n"), 1, Some(newer), 60));
    assert!(index.any_covered_by(&Tombstone::up_to(claim.clone())));
    assert_eq!(index.bury(&Tombstone::up_to(claim.clone()), 100), 0);
    assert!(!index.any_covered_by(&Tombstone::up_to(claim.clone())));
    assert_eq!(used(&index), 1);
    index.put_pod(&arc("late"), pod(Some("n"), 10, Some(claim.clone()), 90));
    assert_eq!(used(&index), 1, "history");
    index.put_pod(&arc("new"), pod(Some("n"), 1000, Some(claim.clone()), 101));
    assert_eq!(used(&index), 1001, "made after the list");
    assert_eq!(index.bury(&Tombstone::up_to(claim.clone()), 100), 1);
    assert_eq!(used(&index), 1001);
}

#[test]
fn everything_beside_nodes_is_sent_when_it_changes() {
    let mut index = index_with_node();
    index.begin_classes();
    index.put_class("kata", ClassFacts::default());
    index.finish_classes();
    assert!(index.take_delta(true).unwrap().facts_changed);
    index.put_class("kata", ClassFacts::default());
    index.set_kubernetes_version(String::new());
    assert!(!index.has_unsent());
    index.remove_class("kata");
    assert!(index.take_delta(true).unwrap().facts_changed);
}

/// What a watch can deliver, over few names so that events meet.
#[derive(Debug, Clone)]
enum Step {
    Node(u8, i64),
    NoNode(u8),
    Pod {
        uid: u8,
        node: Option<u8>,
        milli: i64,
        claim: Option<u8>,
        ended: bool,
    },
    NoPod(u8),
    /// The watch ended; the list shows these only.
    Relist {
        nodes: u8,
        pods: u8,
    },
    /// A relist that broke off after its first objects.
    BrokenRelist,
    Send,
    Snapshot,
}

fn step() -> impl Strategy<Value = Step> {
    let pod = (
        0_u8..8,
        prop::option::of(0_u8..4),
        1_i64..100,
        prop::option::of(0_u8..3),
        any::<bool>(),
    );
    prop_oneof![
        2 => (0_u8..4, 1_i64..5).prop_map(|(node, size)| Step::Node(node, size)),
        1 => (0_u8..4).prop_map(Step::NoNode),
        8 => pod.prop_map(|(uid, node, milli, claim, ended)| Step::Pod { uid, node, milli, claim, ended }),
        3 => (0_u8..8).prop_map(Step::NoPod),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(nodes, pods)| Step::Relist { nodes, pods }),
        1 => Just(Step::BrokenRelist),
        3 => Just(Step::Send),
        1 => Just(Step::Snapshot),
    ]
}

/// The cluster itself, from which everything can be computed anew.
#[derive(Default)]
struct Truth {
    nodes: BTreeMap<Arc<str>, NodeFacts>,
    pods: BTreeMap<Arc<str>, PodFacts>,
}

impl Truth {
    fn views(&self) -> BTreeMap<Arc<str>, NodeView> {
        self.nodes
            .iter()
            .map(|(name, facts)| {
                let mut view = NodeView {
                    name: Arc::clone(name),
                    facts: facts.clone(),
                    used: ResourceVector::new(),
                    claims: BTreeMap::new(),
                    devices: Vec::new(),
                    claimed_devices: BTreeMap::new(),
                };
                for pod in self
                    .pods
                    .values()
                    .filter(|pod| !pod.ended && pod.node.as_ref() == Some(name))
                {
                    view.used.add_saturating(&pod.requests);
                    if let Some(claim) = &pod.claim {
                        view.claims
                            .entry(claim.clone())
                            .or_default()
                            .add_saturating(&pod.requests);
                    }
                }
                (Arc::clone(name), view)
            })
            .collect()
    }
}

/// What the server makes of the messages.
#[derive(Default)]
struct Receiver {
    sequence: i64,
    nodes: BTreeMap<Arc<str>, NodeView>,
}

impl Receiver {
    fn take(&mut self, index: &mut Index) {
        let Some(delta) = index.take_delta(true) else {
            return;
        };
        assert_eq!(delta.sequence, self.sequence + 1, "no gap");
        self.sequence = delta.sequence;
        self.nodes
            .extend(delta.nodes.into_iter().map(|view| (Arc::clone(&view.name), view)));
        for name in delta.removed {
            self.nodes.remove(&name);
        }
    }

    fn snapshot(&mut self, index: &mut Index) {
        let (sequence, names) = index.begin_snapshot();
        assert!(sequence > self.sequence);
        self.sequence = sequence;
        self.nodes = names
            .iter()
            .filter_map(|name| Some((Arc::clone(name), index.node(name)?)))
            .collect();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// After any history, with relists anywhere in it, what was sent is what is true.
    #[test]
    fn what_was_sent_equals_what_a_computation_from_scratch_says(steps in prop::collection::vec(step(), 1..120)) {
        let mut index = Index::new(0);
        let mut truth = Truth::default();
        let mut receiver = Receiver::default();
        receiver.snapshot(&mut index);
        for (revision, step) in steps.into_iter().enumerate() {
            let revision = u64::try_from(revision).unwrap() + 1;
            match step {
                Step::Node(name, size) => {
                    let name = arc(&format!("n{name}"));
                    truth.nodes.insert(Arc::clone(&name), node(size));
                    index.put_node(&name, node(size));
                }
                Step::NoNode(name) => {
                    let name = arc(&format!("n{name}"));
                    truth.nodes.remove(&name);
                    index.remove_node(&name);
                }
                Step::Pod { uid, node, milli, claim, ended } => {
                    let uid = arc(&format!("p{uid}"));
                    let node = node.map(|node| arc(&format!("n{node}")));
                    let claim = claim.map(|claim| from_wire("u", i32::from(claim), 1).unwrap());
                    let facts = PodFacts { node, requests: cpu(milli), claim, ended, disruption: None, revision };
                    truth.pods.insert(Arc::clone(&uid), facts.clone());
                    index.put_pod(&uid, facts);
                }
                Step::NoPod(uid) => {
                    let uid = arc(&format!("p{uid}"));
                    truth.pods.remove(&uid);
                    index.remove_pod(&uid);
                }
                Step::Relist { nodes, pods } => {
                    // What happened while no watch ran: some are gone, and nobody said so.
                    let mut place = 0_u32;
                    truth.nodes.retain(|_, _| { place += 1; nodes & (1 << (place % 8)) != 0 });
                    truth.pods.retain(|_, _| { place += 1; pods & (1 << (place % 8)) != 0 });
                    index.begin_nodes();
                    truth.nodes.iter().for_each(|(name, facts)| index.put_node(name, facts.clone()));
                    index.finish_nodes();
                    index.begin_pods();
                    truth.pods.iter().for_each(|(uid, facts)| index.put_pod(uid, facts.clone()));
                    index.finish_pods();
                }
                Step::BrokenRelist => {
                    index.begin_pods();
                    truth.pods.iter().take(2).for_each(|(uid, facts)| index.put_pod(uid, facts.clone()));
                    index.begin_pods();
                    truth.pods.iter().for_each(|(uid, facts)| index.put_pod(uid, facts.clone()));
                    index.finish_pods();
                }
                Step::Send => receiver.take(&mut index),
                Step::Snapshot => receiver.snapshot(&mut index),
            }
        }
        receiver.take(&mut index);
        prop_assert_eq!(&receiver.nodes, &truth.views());
        prop_assert!(!index.has_unsent());
        for claim in 0..3 {
            let claim = from_wire("u", claim, 1).unwrap();
            let nodes: BTreeSet<Arc<str>> = truth.pods.values()
                .filter(|pod| pod.claim.as_ref() == Some(&claim))
                .filter_map(|pod| pod.charged_to().cloned())
                .collect();
            prop_assert_eq!(index.nodes_of(&claim), nodes);
        }
    }
}

#[test]
fn what_is_beside_the_nodes_can_wait_without_holding_nodes_up() {
    let mut index = index_with_node();
    index.set_kubernetes_version("v1".to_owned());
    let sent = index.sequence();
    assert_eq!(index.take_delta(false), None);
    assert_eq!(
        index.sequence_reflecting_now(),
        sent,
        "a removal does not wait for it"
    );
    index.put_node(&arc("n"), node(2000));
    let nodes = index.take_delta(false).unwrap();
    assert!(!nodes.facts_changed && nodes.nodes.len() == 1);
    assert!(index.has_unsent_facts());
    assert!(index.take_delta(true).unwrap().facts_changed);
    assert!(!index.has_unsent());
}
