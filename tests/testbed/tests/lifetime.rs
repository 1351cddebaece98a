//! Nothing outlives its owner, and owners do not disturb each other.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod common;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use common::{LIMIT, assert_no_process_mentions, processes_mentioning};
use hourglass_testbed::{ClusterOptions, Error, Fleet, Profile};
use k8s_openapi::api::core::v1::Node;
use kube::{Api, api::ListParams};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Five components, each with its watcher.
const PROCESSES_PER_CLUSTER: usize = 10;

fn up(dir: &Path, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hourglass-testbed"))
        .arg("up")
        .arg("--dir")
        .arg(dir)
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The first line of stdout, within the limit.
fn first_line(up: &mut Child) -> String {
    let stdout = up.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        sender.send(line).unwrap();
    });
    receiver
        .recv_timeout(LIMIT)
        .expect("the clusters are ready in time")
}

fn signal(process: &Child, signal: Signal) {
    kill(Pid::from_raw(process.id().cast_signed()), signal).unwrap();
}

fn ended(process: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_killed_up_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut up = up(dir.path(), &["--profile", "sgx"]);
    let line = first_line(&mut up);
    assert!(
        line.starts_with("ready: 1 clusters: sgx=") && line.ends_with("/sgx/kubeconfig\n"),
        "{line}"
    );
    assert!(
        processes_mentioning(dir.path()).len() > PROCESSES_PER_CLUSTER,
        "the components run"
    );
    signal(&up, Signal::SIGKILL);
    ended(&mut up);
    assert_no_process_mentions(dir.path());
}

#[test]
fn an_up_killed_while_it_starts_leaves_no_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut up = up(dir.path(), &["--profile", "sgx", "--clusters", "2"]);
    let deadline = Instant::now() + LIMIT;
    while !processes_mentioning(dir.path())
        .iter()
        .any(|cmdline| cmdline.contains("kube-apiserver "))
    {
        assert!(Instant::now() < deadline, "no API server was started");
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(&up, Signal::SIGKILL);
    ended(&mut up);
    assert_no_process_mentions(dir.path());
}

#[test]
fn up_can_be_interrupted_while_it_starts() {
    let dir = tempfile::tempdir().unwrap();
    let mut up = up(dir.path(), &["--profile", "sgx"]);
    let deadline = Instant::now() + LIMIT;
    while !processes_mentioning(dir.path())
        .iter()
        .any(|cmdline| cmdline.contains("etcd "))
    {
        assert!(Instant::now() < deadline, "nothing was started");
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(&up, Signal::SIGINT);
    assert!(ended(&mut up).success());
    assert_no_process_mentions(dir.path());
}

#[test]
fn up_ends_well_on_sigterm_and_its_folder_can_be_used_again() {
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let mut running = up(dir.path(), &["--profile", "cpu-only"]);
        first_line(&mut running);
        let mut second = up(dir.path(), &["--profile", "cpu-only"]);
        assert!(!ended(&mut second).success(), "a folder serves one run at a time");
        signal(&running, Signal::SIGTERM);
        assert!(ended(&mut running).success());
        assert_no_process_mentions(dir.path());
        assert!(dir.path().join("cpu-only/logs/kube-apiserver.log").exists());
    }
}

#[tokio::test]
async fn fleets_started_at_the_same_time_do_not_collide() {
    let start = |profile: &str| {
        Fleet::builder()
            .cluster("same-name", Profile::builtin(profile).unwrap())
            .start()
    };
    let (one, other) = tokio::join!(start("sgx"), start("a100-pool"));
    let (one, other) = (one.unwrap(), other.unwrap());
    let nodes = async |fleet: &Fleet| {
        let client = fleet.cluster("same-name").unwrap().client().await.unwrap();
        Api::<Node>::all(client)
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
            .len()
    };
    assert_eq!(nodes(&one).await, 3);
    assert_eq!(nodes(&other).await, 4);
    let (one_cluster, other_cluster) = (
        one.cluster("same-name").unwrap(),
        other.cluster("same-name").unwrap(),
    );
    assert_ne!(one_cluster.uid(), other_cluster.uid());
    assert!(one.cluster("another").is_err());
    let dir = one.dir().to_owned();
    drop(one);
    assert_no_process_mentions(&dir);
    assert!(!dir.exists(), "a temporary folder goes with its fleet");
    other
        .check()
        .expect("the end of one fleet does not touch another");
}

#[tokio::test]
async fn a_cluster_that_does_not_start_says_why_and_leaves_its_logs_only() {
    let options = ClusterOptions {
        apiserver_flags: vec!["--no-such-flag".into()],
        ..ClusterOptions::default()
    };
    let profile = Profile::builtin("sgx").unwrap();
    let error = Fleet::builder()
        .cluster_with("broken", profile, options)
        .start()
        .await
        .unwrap_err();
    let Error::Start {
        cluster,
        logs,
        source,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(cluster, "broken");
    assert!(
        source.to_string().contains("unknown flag: --no-such-flag"),
        "{source}"
    );
    assert_no_process_mentions(logs.parent().unwrap());
    assert!(logs.join("kube-apiserver.log").exists());
    std::fs::remove_dir_all(logs.ancestors().nth(2).unwrap()).unwrap();
}
