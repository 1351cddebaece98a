//! The protocol over small fleets, made up and (with OPENB_DIR) cut from the trace.

#![expect(clippy::print_stderr, reason = "says what was skipped")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hourglass_openb::published;
use hourglass_openb::read::{self, Gpus, Node, Pod};
use hourglass_openb::run::{Outcome, run};

fn node(number: usize, gpus: u16, model: &str) -> Node {
    Node {
        name: format!("node-{number:03}"),
        cpu_milli: i64::from(gpus) * 12_000,
        memory_mib: i64::from(gpus) * 65_536,
        gpus,
        model: model.to_owned(),
    }
}

fn pod(gpus: Gpus, cpu_milli: i64, models: &[&str]) -> Pod {
    Pod {
        cpu_milli,
        memory_mib: 8_192,
        gpus,
        models: models
            .iter()
            .map(|model| (*model).to_owned())
            .collect::<BTreeSet<_>>(),
    }
}

fn made_up() -> (Vec<Node>, Vec<Pod>) {
    let nodes = (0..24).map(|at| {
        if at % 3 == 0 {
            node(at, 2, "T4")
        } else {
            node(at, 8, "A100")
        }
    });
    let pods = [
        pod(Gpus::Share(300), 3_000, &[]),
        pod(Gpus::Share(500), 6_000, &["T4"]),
        pod(Gpus::Whole(1), 8_000, &[]),
        pod(Gpus::Whole(1), 8_000, &["T4"]),
        pod(Gpus::Whole(8), 64_000, &[]),
        pod(Gpus::None, 4_000, &[]),
    ];
    (nodes.collect(), pods.to_vec())
}

fn once(nodes: &[Node], pods: &[Pod], seed: u64, clusters: usize) -> Outcome {
    run(nodes, pods, seed, clusters, |_| {}).expect("the engine takes it")
}

#[test]
fn a_seed_says_the_same_again_and_another_something_else() {
    let (nodes, pods) = made_up();
    let allocated = |seed| once(&nodes, &pods, seed, 1).allocated_milli;
    assert_eq!(allocated(3), allocated(3));
    let all: BTreeSet<i64> = (0..8).map(allocated).collect();
    assert!(all.len() > 1, "{all:?}");
}

#[test]
fn what_is_allocated_is_at_most_what_there_is_and_most_of_it() {
    let (nodes, pods) = made_up();
    for (seed, clusters) in [(0, 1), (1, 1), (0, 5), (1, 24)] {
        let outcome = once(&nodes, &pods, seed, clusters);
        assert_eq!(outcome.capacity_milli, 144_000);
        assert!((75.0..=100.0).contains(&outcome.percent()), "{outcome:?}");
    }
}

#[test]
fn pods_that_are_allowed_nowhere_with_room_take_nothing() {
    let nodes = [node(0, 2, "T4"), node(1, 8, "A100")];
    let pods = [pod(Gpus::Whole(1), 1_000, &["T4"])];
    assert_eq!(once(&nodes, &pods, 0, 2).allocated_milli, 2_000);
}

/// The folder with the trace, where OPENB_DIR says where it is.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OPENB_DIR").map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "skipped: OPENB_DIR names no folder with the openb trace; get it from \
             https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023"
        );
    }
    folder
}

/// Nodes and pods of a list.
fn trace(folder: &Path, list: &str) -> (Vec<Node>, Vec<Pod>) {
    let nodes = read::nodes(&folder.join("openb_node_list_gpu_node.csv")).expect("nodes of the trace");
    let pods = read::pods(&path(folder, list), &nodes).expect("pods of the trace");
    (nodes, pods)
}

fn path(folder: &Path, list: &str) -> PathBuf {
    folder.join(format!("openb_pod_list_{list}.csv"))
}

/// Every tenth node of the trace, so that it is quick without optimisation as well. The bounds are far below what is
/// reached: they hold that packing works at all.
#[test]
fn a_tenth_of_the_trace_packs_in_one_pool_and_in_many_clusters() {
    let Some(folder) = folder() else { return };
    let (nodes, pods) = trace(&folder, "gpuspec10");
    let nodes: Vec<Node> = nodes.into_iter().step_by(10).collect();
    let pods: Vec<Pod> = pods.into_iter().step_by(10).collect();
    let pool = once(&nodes, &pods, 0, 1);
    let split = once(&nodes, &pods, 0, 10);
    assert!(pool.percent() > 88.0, "{pool:?}");
    assert!(split.percent() > pool.percent() - 2.0, "{pool:?} {split:?}");
}

/// What one seed of a whole list reaches, and the published mean of ten. None without the trace, without what was published,
/// and without optimisation, where it takes minutes.
fn whole(list: &str, clusters: usize) -> Option<(f64, f64)> {
    let folder = folder()?;
    if cfg!(debug_assertions) {
        eprintln!("skipped: whole lists are packed by `make verify-packing`, with optimisation");
        return None;
    }
    let Some(published) = published::mean(&path(&folder, list)).expect("published results") else {
        eprintln!("skipped: nothing was published of {list} beside the lists of OPENB_DIR");
        return None;
    };
    let (nodes, pods) = trace(&folder, list);
    let percent = once(&nodes, &pods, 0, clusters).percent();
    eprintln!("{list}, {clusters} clusters: {percent:.2} % allocated, {published:.2} % published");
    Some((percent, published))
}

// A seed says the same each time, so no margin is left: `make openb` shows the mean of ten.

/// One pool packs better than this and than was published, and clusters lose next to nothing against it.
fn packs_better(list: &str, least: f64) {
    let Some((pool, published)) = whole(list, 1) else {
        return;
    };
    assert!(pool > published.max(least), "{pool} of {published}");
    for clusters in [10, 50, 100] {
        let (split, _) = whole(list, clusters).expect("the same list");
        assert!(
            split > pool - 0.5,
            "{split} in {clusters} clusters, {pool} in one"
        );
    }
}

#[test]
fn the_trace_packs_better_than_was_published_in_one_pool_and_in_many_clusters() {
    packs_better("default", 0.0);
}

#[test]
fn many_shares_pack_better_than_was_published_in_one_pool_and_in_many_clusters() {
    packs_better("gpushare40", 0.0);
}

#[test]
fn many_whole_gpus_pack_better_than_was_published_in_one_pool_and_in_many_clusters() {
    packs_better("multigpu20", 0.0);
}

/// Where pods are restricted to models the goal is clearly above what was published.
#[test]
fn pods_restricted_to_models_pack_clearly_better_in_one_pool_and_in_many_clusters() {
    packs_better("gpuspec10", 94.9);
}
