//! Clients that do it wrong, and the server's own conditions to run: against the real server, without clusters.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::time::{Duration, Instant};

use common::solo::Solo;
use common::{LIMIT, create, reason};
use hourglass_e2e::api::{Credential, channel};
use hourglass_e2e::binaries::Binaries;
use hourglass_e2e::server::{Server, ServerOptions};
use hourglass_e2e::{Api, request};
use hourglass_proto::fleet::v1::placement_service_client::PlacementServiceClient;
use hourglass_proto::fleet::v1::{ListPlacementsRequest, WatchPlacementsRequest};
use hourglass_runtime::tls::{Authority, ClientTls, endpoint};
use tokio::process::Command;
use tonic::Code;

#[tokio::test]
async fn a_call_without_or_with_a_wrong_token_is_unauthenticated() {
    let solo = Solo::start(&[]).await;
    let ca = solo.server.ca_pem().unwrap();
    let request = ListPlacementsRequest {
        parent: "tenants/default".into(),
        ..Default::default()
    };
    let mut bare = PlacementServiceClient::new(channel(&solo.server.url(), &ca).unwrap());
    let status = bare.list_placements(request.clone()).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_MISSING")
    );
    let wrong = Api::connect(&solo.server.url(), &ca, "hga_wrong").unwrap();
    let status = wrong
        .placements
        .clone()
        .list_placements(request)
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_INVALID")
    );
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_believed() {
    let solo = Solo::start(&[]).await;
    let stranger = tempfile::tempdir().unwrap();
    let now = std::time::SystemTime::now();
    let other = Authority::open_or_create(stranger.path(), now)
        .unwrap()
        .bundle_pem();
    let api = Api::connect(&solo.server.url(), &other, "hga_secret").unwrap();
    let status = api.get(&request::name("x")).await.unwrap_err();
    assert_eq!(
        status.code(),
        Code::Unavailable,
        "no connection, so the token was not sent: {status}"
    );

    let ca = stranger.path().join("other.pem");
    std::fs::write(&ca, other).unwrap();
    let output = solo
        .cli
        .run(&["--ca-file", ca.to_str().unwrap(), "get", "placements"])
        .await
        .unwrap();
    assert_eq!(output.code, 5, "{}", output.stderr);
    assert!(
        output.stderr.contains("not from a trusted authority"),
        "{}",
        output.stderr
    );
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_and_the_connection_lives_on() {
    let solo = Solo::start(&[]).await;
    let api = solo.api();
    let mut call = request::create("huge", request::small()).unwrap();
    call.placement
        .as_mut()
        .unwrap()
        .annotations
        .insert("a".into(), "x".repeat(5 * 1024 * 1024));
    let status = api.create(call).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"),
        "{status}"
    );
    assert_eq!(
        api.get(&request::name("huge")).await.unwrap_err().code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn a_watch_that_is_not_read_is_ended_and_delays_nobody() {
    const PLACEMENTS: usize = 300;
    /// The server gives up on a client after 30 s.
    const STALL: Duration = Duration::from_secs(33);
    let solo = Solo::start(&[]).await;
    let api = solo.api();
    for number in 0..PLACEMENTS {
        let mut call = request::create(&format!("bulk-{number}"), request::small()).unwrap();
        call.placement
            .as_mut()
            .unwrap()
            .annotations
            .insert("example.com/bulk".into(), "x".repeat(12 * 1024));
        api.create(call).await.unwrap();
    }
    // A small window, so that what is not read stays with the server.
    let tls = ClientTls {
        ca_pem: Some(solo.server.ca_pem().unwrap()),
        ..Default::default()
    };
    let narrow = endpoint(&solo.server.url(), &tls)
        .unwrap()
        .initial_stream_window_size(65_535)
        .connect_lazy();
    let credential = Credential::bearer(&solo.server.admin_token().unwrap()).unwrap();
    let request = WatchPlacementsRequest {
        parent: "tenants/default".into(),
        ..Default::default()
    };
    let mut idle = PlacementServiceClient::with_interceptor(narrow, credential)
        .watch_placements(request.clone())
        .await
        .unwrap()
        .into_inner();

    let mut read = api
        .placements
        .clone()
        .watch_placements(request)
        .await
        .unwrap()
        .into_inner();
    for _ in 0..=PLACEMENTS {
        tokio::time::timeout(LIMIT, read.message())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }
    // For as long as the server waits for the idle one, nobody else does.
    let begin = Instant::now();
    let mut number = 0;
    while begin.elapsed() < STALL {
        number += 1;
        let created = create(&api, &format!("after-{number}"), request::small()).await;
        // Bookmarks have no placement, and the others may change meanwhile.
        let seen = async {
            while read
                .message()
                .await
                .unwrap()
                .unwrap()
                .placement
                .is_none_or(|found| found.name != created.name)
            {}
        };
        tokio::time::timeout(LIMIT, seen)
            .await
            .expect("the other watch goes on");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }

    let mut received = 0;
    let end = loop {
        match tokio::time::timeout(LIMIT, idle.message()).await.unwrap() {
            Ok(Some(_)) => received += 1,
            Ok(None) => panic!("the watch ended without a reason after {received} messages"),
            Err(status) => break status,
        }
    };
    assert_eq!(
        (end.code(), reason(&end).as_str()),
        (Code::Unavailable, "CLIENT_TOO_SLOW"),
        "{end}"
    );
    assert!(received < PLACEMENTS, "all {received} were buffered");
}

#[tokio::test]
async fn a_second_server_on_the_same_state_directory_refuses_to_start() {
    let solo = Solo::start(&[]).await;
    let binaries = Binaries::find().unwrap();
    let second = Server::new(&binaries.server, solo.dir.path(), &ServerOptions::default()).unwrap();
    let told = second.start_refused().await.unwrap();
    assert!(
        told.contains("is in use by process") && told.contains("use another directory"),
        "{told}"
    );
    // The same command typed twice: the directory is what is wrong, not the addresses that are taken with it.
    let twin = Command::new(&binaries.server)
        .arg(format!("--listen={}", solo.server.address()))
        .arg(format!("--admin-address={}", solo.server.admin_address()))
        .arg("--state-dir")
        .arg(solo.server.state_dir())
        .kill_on_drop(true)
        .output();
    let twin = tokio::time::timeout(LIMIT, twin).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&twin.stderr);
    assert!(!twin.status.success(), "{told}");
    assert!(told.contains("is in use by process"), "{told}");
    assert!(
        solo.api().get(&request::name("x")).await.unwrap_err().code() == Code::NotFound,
        "the first one serves on"
    );
}

#[tokio::test]
async fn a_log_for_people_tells_of_which_placement_and_trace_it_speaks() {
    let solo = Solo::start(&["--log-format=human"]).await;
    let created = create(&solo.api(), "told", request::small()).await;
    let trace = created.traceparent.split('-').nth(1).unwrap();
    let log = std::fs::read_to_string(solo.server.log()).unwrap();
    let told = log
        .lines()
        .any(|line| line.contains("CREATED") && line.contains(&created.name) && line.contains(trace));
    assert!(told, "{trace} of {}: {log}", created.name);
}

#[tokio::test]
async fn plain_text_is_refused_where_others_could_listen() {
    let binaries = Binaries::find().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(&binaries.server)
        .args([
            "--listen=0.0.0.0:0",
            "--admin-address=127.0.0.1:0",
            "--insecure-plaintext",
            "--state-dir",
        ])
        .arg(dir.path().join("state"))
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(LIMIT, output).await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("--insecure-plaintext") && told.contains("loopback"),
        "{told}"
    );
    assert!(!dir.path().join("state").exists(), "nothing was made");
}

#[tokio::test]
async fn a_damaged_store_is_refused_with_what_to_do() {
    let solo = Solo::start(&[]).await;
    create(&solo.api(), "kept", request::small()).await;
    solo.server.stop().await;
    let store = solo.server.state_dir().join("store");
    let file = std::fs::read_dir(&store)
        .unwrap()
        .flatten()
        .max_by_key(|entry| entry.metadata().unwrap().len())
        .unwrap()
        .path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[..4096].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let told = solo.server.start_refused().await.unwrap();
    assert!(told.contains("backup"), "{told}");
}

#[tokio::test]
async fn secrets_are_private_files_and_in_no_log() {
    use std::os::unix::fs::PermissionsExt as _;
    let solo = Solo::start(&["--log-level=debug"]).await;
    let join = solo.api().join_token("east").await.unwrap();
    let token = solo.server.admin_token().unwrap();
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(solo.server.admin_token_file()), 0o600);
    assert_eq!(mode(solo.server.state_dir().join("pki/ca.key")), 0o600);
    solo.server.stop().await;
    let log = std::fs::read_to_string(solo.server.log()).unwrap();
    let (_, join_secret) = join.rsplit_once('_').unwrap();
    for secret in [token.as_str(), join_secret, "PRIVATE KEY"] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
