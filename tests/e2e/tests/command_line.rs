//! The command line against the real server: what it says, and its exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::process::Stdio;
use std::time::Duration;

use common::{LIMIT, create_ready, delete};
use hourglass_e2e::{Cli, CliOutput, Fleet, FleetBuilder, Profile, request, shared::Shared};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};

static FLEET: Shared = Shared::new();

const OK: i32 = 0;
const FAULT: i32 = 1;
const USAGE: i32 = 2;
const NOT_FOUND: i32 = 3;
const WAIT_FAILED: i32 = 4;
const UNREACHABLE: i32 = 5;
const DENIED: i32 = 6;
const CONFLICT: i32 = 7;
const INVALID: i32 = 8;

fn describe() -> anyhow::Result<FleetBuilder> {
    Ok(Fleet::builder()
        .cluster("one", Profile::builtin("cpu-only")?)
        .label("one", "tier=gold"))
}

async fn fleet() -> &'static Fleet {
    FLEET.fleet(describe).await.unwrap()
}

/// Runs it and expects this exit code.
async fn run(cli: &Cli, args: &[&str], code: i32) -> CliOutput {
    let output = cli.run(args).await.unwrap();
    assert_eq!(
        output.code,
        code,
        "hourglass {}\n{}\n{}",
        args.join(" "),
        output.stdout,
        output.stderr
    );
    output
}

/// Writes a manifest; its path.
fn manifest(fleet: &Fleet, file: &str, text: &str) -> String {
    let path = fleet.dir().join(file);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn document(name: &str, cpu: &str) -> String {
    format!(
        "name: {name}\nspec:\n  performer:\n    avsAddress: \"{}\"\n    image: {}\n  compute:\n    requests:\n      cpu: {cpu}\n",
        request::AVS_ADDRESS,
        request::IMAGE
    )
}

#[tokio::test]
async fn apply_makes_what_a_manifest_says_and_saying_it_again_changes_nothing() {
    let fleet = fleet().await;
    let cli = fleet.cli();
    let two = format!(
        "{}---\n{}",
        document("applied-a", "\"1\""),
        document("applied-b", "500m")
    );
    let file = manifest(fleet, "two.yaml", &two);
    let dry = run(cli, &["apply", "-f", &file, "--dry-run"], OK).await;
    assert!(
        dry.stdout.contains("applied-a") && dry.stdout.contains("would be created on one/"),
        "{}",
        dry.stdout
    );
    run(cli, &["get", "placement", "applied-a"], NOT_FOUND).await;

    let first = run(cli, &["apply", "-f", &file, "--wait"], OK).await;
    assert!(
        first.stdout.contains("placement/applied-a created"),
        "{}",
        first.stdout
    );
    let again = run(cli, &["apply", "-f", &file], OK).await;
    assert_eq!(again.stdout.matches("unchanged").count(), 2, "{}", again.stdout);

    let json = run(cli, &["get", "placements", "applied-a", "-o", "json"], OK).await;
    let found: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(found["name"], request::name("applied-a"));
    assert_eq!(found["state"], "READY");
    let names = run(cli, &["get", "placements", "-o", "name"], OK).await;
    assert!(
        names.stdout.lines().any(|line| line.ends_with("/applied-b")),
        "{}",
        names.stdout
    );
    let yaml = run(cli, &["get", "pl/applied-b", "-o", "yaml"], OK).await;
    assert!(yaml.stdout.contains("cpu: 500m"), "{}", yaml.stdout);

    run(cli, &["delete", "-f", &file, "--wait"], OK).await;
    run(cli, &["get", "placement", "applied-b"], NOT_FOUND).await;
    // The server still remembers the first call, but this is another one.
    let anew = run(cli, &["apply", "-f", &file, "--fail-fast"], OK).await;
    assert_eq!(anew.stdout.matches("created").count(), 2, "{}", anew.stdout);
    run(cli, &["delete", "-f", &file, "--wait"], OK).await;
    run(cli, &["delete", "placement", "applied-b"], NOT_FOUND).await;
    run(
        cli,
        &["delete", "placement", "applied-b", "--ignore-not-found"],
        OK,
    )
    .await;
}

#[tokio::test]
async fn a_manifest_that_is_wrong_is_told_with_its_place_and_nothing_is_sent() {
    let fleet = fleet().await;
    let cli = fleet.cli();
    let file = manifest(
        fleet,
        "typo.yaml",
        &document("typo", "\"1\"").replace("compute:", "compuet:"),
    );
    let told = run(cli, &["apply", "-f", &file], INVALID).await.stderr;
    assert!(
        told.contains("compuet") && told.contains("did you mean \"compute\"?"),
        "{told}"
    );
    let file = manifest(fleet, "quantity.yaml", &document("quantity", "minus"));
    let told = run(cli, &["apply", "-f", &file], INVALID).await.stderr;
    assert!(told.contains("compute.requests"), "{told}");
    run(cli, &["get", "placement", "typo"], NOT_FOUND).await;
    run(cli, &["get", "placement", "quantity"], NOT_FOUND).await;
    let anonymous = document("x", "\"1\"").replace("name: x\n", "");
    let file = manifest(fleet, "anonymous.yaml", &anonymous);
    let told = run(cli, &["create", "placement", "-f", &file], USAGE)
        .await
        .stderr;
    assert!(told.contains("--request-id"), "{told}");
}

#[tokio::test]
async fn what_does_not_fit_waits_or_fails_as_asked() {
    let fleet = fleet().await;
    let cli = fleet.cli();
    let file = manifest(fleet, "big.yaml", &document("big", "\"5000\""));
    let told = run(cli, &["apply", "-f", &file, "--fail-fast"], CONFLICT)
        .await
        .stderr;
    assert!(told.contains("cpu"), "{told}");
    let told = run(
        cli,
        &["apply", "-f", &file, "--wait", "--timeout", "2s"],
        WAIT_FAILED,
    )
    .await;
    assert!(
        format!("{}{}", told.stdout, told.stderr).contains("PENDING"),
        "{told:?}"
    );
    let why = run(cli, &["explain", "placement", "big"], OK).await.stdout;
    assert!(why.contains("cpu") && why.contains("5000"), "{why}");
    let why = run(cli, &["explain", "-f", &file], OK).await.stdout;
    assert!(why.contains("does not fit"), "{why}");
    run(cli, &["delete", "placement", "big", "--wait"], OK).await;
}

#[tokio::test]
async fn a_watch_shows_each_change_as_it_happens() {
    let fleet = fleet().await;
    let api = fleet.api().unwrap();
    let mut child = fleet
        .cli()
        .command(&["watch", "placements", "-o", "json"])
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let _lifeline = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = create_ready(&api, "seen-by-watch", request::small()).await;
    let seen = async {
        let mut states = Vec::new();
        loop {
            let line = lines.next_line().await.unwrap().unwrap();
            let change: Value = serde_json::from_str(&line).unwrap();
            if change["placement"]["name"] == ready.name.as_str() {
                states.push(
                    change["placement"]["state"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                );
                if states.last().is_some_and(|state| state == "READY") {
                    return states;
                }
            }
        }
    };
    let states = tokio::time::timeout(LIMIT, seen).await.unwrap();
    assert!(!states.is_empty());
    child.kill().await.unwrap();
    delete(&api, &ready).await;
}

#[tokio::test]
async fn clusters_nodes_and_fleet_are_shown_and_join_tokens_are_managed() {
    let fleet = fleet().await;
    let cli = fleet.cli();
    let clusters = run(cli, &["get", "clusters", "-l", "tier=gold"], OK).await.stdout;
    assert!(
        clusters.contains("one") && clusters.contains("READY"),
        "{clusters}"
    );
    let nodes = run(cli, &["get", "nodes", "--cluster", "one"], OK).await.stdout;
    assert!(nodes.contains("cpu-0"), "{nodes}");
    let totals = run(cli, &["get", "fleet", "-o", "json"], OK).await.stdout;
    let totals: Value = serde_json::from_str(&totals).unwrap();
    assert_eq!(totals["inventoryComplete"], true, "{totals}");
    let story = run(cli, &["describe", "cluster", "one"], OK).await.stdout;
    assert!(story.contains(fleet.cluster("one").unwrap().uid()), "{story}");
    run(cli, &["get", "cluster", "none"], NOT_FOUND).await;
    run(cli, &["get", "placemnets"], USAGE).await;

    let secret = run(cli, &["token", "create", "--cluster", "later", "--ttl", "1h"], OK)
        .await
        .stdout;
    assert!(secret.starts_with("hgj_"), "table prints the secret alone");
    let listed = run(cli, &["token", "list"], OK).await.stdout;
    let id = secret.split('_').nth(1).unwrap();
    assert!(listed.contains(id) && !listed.contains(secret.trim()), "{listed}");
    run(cli, &["token", "revoke", id], OK).await;
    run(cli, &["token", "revoke", "0000000000000000"], NOT_FOUND).await;
}

#[tokio::test]
async fn connection_faults_have_their_own_codes_and_remedies() {
    let fleet = fleet().await;
    let cli = fleet.cli();
    let version = run(cli, &["version"], OK).await.stdout;
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    let told = run(cli, &["--token", "hga_wrong", "get", "placements"], DENIED)
        .await
        .stderr;
    assert!(told.contains("token") && !told.contains("hga_wrong"), "{told}");
    let nobody = [
        "--server",
        "https://127.0.0.1:9",
        "--timeout",
        "2s",
        "get",
        "placements",
    ];
    let told = run(cli, &nobody, UNREACHABLE).await.stderr;
    assert!(told.contains("127.0.0.1:9"), "{told}");
    let told = run(cli, &["--context", "none", "get", "placements"], USAGE)
        .await
        .stderr;
    assert!(told.contains("demo"), "the contexts that there are: {told}");

    let check = run(cli, &["check"], OK).await.stdout;
    assert!(check.to_lowercase().contains("certificate"), "{check}");
    assert!(
        check.lines().all(|line| line.starts_with("ok")),
        "nothing is wrong with a fresh fleet:\n{check}"
    );
    let check = run(
        cli,
        &["--server", "https://127.0.0.1:9", "--timeout", "2s", "check"],
        FAULT,
    )
    .await;
    assert!(
        format!("{}{}", check.stdout, check.stderr).contains("127.0.0.1:9"),
        "{check:?}"
    );
    let view = run(cli, &["config", "view"], OK).await.stdout;
    assert!(view.contains("demo") && !view.contains("hga_"), "{view}");
}

#[tokio::test]
async fn a_cordoned_cluster_takes_nothing_new_until_it_is_uncordoned() {
    // A fleet of its own, because the others need the cluster.
    let fleet = describe().unwrap().start().await.unwrap();
    let (cli, api) = (fleet.cli(), fleet.api().unwrap());
    create_ready(&api, "runs-on", request::small()).await;
    run(cli, &["cordon", "cluster", "one"], OK).await;
    assert!(
        run(cli, &["get", "clusters"], OK)
            .await
            .stdout
            .contains("CORDONED")
    );
    let file = manifest(&fleet, "waits.yaml", &document("waits", "100m"));
    run(cli, &["apply", "-f", &file], OK).await;
    let why = run(cli, &["explain", "placement", "waits"], OK).await.stdout;
    assert!(why.to_lowercase().contains("cordon"), "{why}");
    let found = run(cli, &["get", "placement", "runs-on"], OK).await.stdout;
    assert!(found.contains("READY"), "what runs stays: {found}");
    run(cli, &["uncordon", "cluster/one"], OK).await;
    api.ready_by_watch(&request::name("waits"), Duration::from_secs(60))
        .await
        .unwrap();
    fleet.stop().await;
}
