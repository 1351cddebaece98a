//! Who may join, and who may not: join tokens, certificates and the first words of an agent, against the real server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use common::solo::Solo;
use common::{LIMIT, reason};
use hourglass_e2e::{api, wait_until};
use hourglass_proto::fleet::v1::agent_message::Message as FromAgent;
use hourglass_proto::fleet::v1::agent_service_client::AgentServiceClient;
use hourglass_proto::fleet::v1::server_message::Message as FromServer;
use hourglass_proto::fleet::v1::{
    AgentMessage, CreateJoinTokenRequest, EnrollRequest, EnrollResponse, Heartbeat, Hello, InventoryMessage,
    JoinToken, ListJoinTokensRequest, Report, RevokeJoinTokenRequest, ServerMessage, SnapshotBegin, cluster,
    inventory_message,
};
use hourglass_runtime::secret::Secret;
use hourglass_runtime::tls::{ClientCredential, ClientTls, ClusterIdentity, endpoint, new_csr};
use tokio_stream::StreamExt as _;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

const UID: &str = "5f0e2a1c-0000-4000-8000-000000000001";
const OTHER_UID: &str = "5f0e2a1c-0000-4000-8000-000000000002";

async fn token(solo: &Solo, request: CreateJoinTokenRequest) -> JoinToken {
    solo.api()
        .fleet
        .clone()
        .create_join_token(request)
        .await
        .unwrap()
        .into_inner()
}

fn for_cluster(cluster: &str) -> CreateJoinTokenRequest {
    CreateJoinTokenRequest {
        cluster: cluster.to_owned(),
        ..Default::default()
    }
}

/// Enrols by hand; the key stays here.
async fn enrol(
    solo: &Solo,
    token: &str,
    cluster: &str,
    uid: &str,
) -> Result<(EnrollResponse, Secret<String>), Status> {
    let (csr_pem, key) = new_csr(&ClusterIdentity::new(cluster, uid).unwrap()).unwrap();
    let request = EnrollRequest {
        join_token: token.to_owned(),
        csr_pem,
        cluster: cluster.to_owned(),
        cluster_uid: uid.to_owned(),
        ..Default::default()
    };
    Ok((enrol_with(solo, request).await?, key))
}

async fn enrol_with(solo: &Solo, request: EnrollRequest) -> Result<EnrollResponse, Status> {
    let channel = api::channel(&solo.server.url(), &solo.server.ca_pem().unwrap()).unwrap();
    Ok(AgentServiceClient::new(channel)
        .enroll(request)
        .await?
        .into_inner())
}

/// A channel with the certificate that enrolment gave.
fn as_agent(solo: &Solo, enrolled: EnrollResponse, key_pem: Secret<String>) -> AgentServiceClient<Channel> {
    let tls = ClientTls {
        ca_pem: Some(enrolled.ca_pem),
        credential: Some(ClientCredential {
            chain_pem: enrolled.certificate_chain_pem,
            key_pem,
        }),
        server_name: None,
    };
    // Small, so that a stream that is not read is soon full.
    let endpoint = endpoint(&solo.server.url(), &tls)
        .unwrap()
        .initial_stream_window_size(65_535);
    AgentServiceClient::new(endpoint.connect_lazy())
}

fn heartbeat(sequence: u64) -> AgentMessage {
    let heartbeat = Heartbeat {
        sequence,
        ..Default::default()
    };
    AgentMessage {
        message: Some(FromAgent::Heartbeat(heartbeat)),
    }
}

/// The status with which a stream ends, all messages before it read.
async fn end_of<T>(mut stream: Streaming<T>) -> Status {
    let end = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("it ended without a word"),
                Err(status) => return status,
            }
        }
    };
    tokio::time::timeout(LIMIT, end).await.unwrap()
}

fn hello(cluster: &str, uid: &str, versions: &[u32]) -> AgentMessage {
    let hello = Hello {
        cluster: cluster.to_owned(),
        cluster_uid: uid.to_owned(),
        protocol_versions: versions.to_vec(),
        agent_version: "by-hand".to_owned(),
        ..Default::default()
    };
    AgentMessage {
        message: Some(FromAgent::Hello(hello)),
    }
}

/// Says Hello and returns the first answer.
async fn say(client: &AgentServiceClient<Channel>, hello: AgentMessage) -> Result<ServerMessage, Status> {
    let outbound = tokio_stream::once(hello).chain(tokio_stream::pending());
    let mut inbound = client.clone().control(outbound).await?.into_inner();
    inbound.message().await.map(|message| message.unwrap())
}

#[tokio::test]
async fn a_join_token_admits_its_cluster_once() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    let welcome = say(&as_agent(&solo, enrolled, key), hello("east", UID, &[1]))
        .await
        .unwrap();
    assert!(matches!(welcome.message, Some(FromServer::Welcome(welcome)) if welcome.protocol_version == 1));
    assert_eq!(solo.api().cluster("east").await.unwrap().uid, UID);

    let status = enrol(&solo, &token.token, "east", OTHER_UID).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "JOIN_TOKEN_USED")
    );
}

#[tokio::test]
async fn a_wrong_token_and_one_for_another_cluster_admit_nobody() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let mut forged = token.token.clone();
    forged.replace_range(forged.len() - 4.., "0000");
    for wrong in [forged.as_str(), "no-token", ""] {
        let status = enrol(&solo, wrong, "east", UID).await.unwrap_err();
        assert!(
            matches!(reason(&status).as_str(), "JOIN_TOKEN_INVALID" | "INVALID_FIELDS"),
            "{wrong:?} gives {status}"
        );
        assert!(
            !status.message().contains(&token.token[20..]),
            "the secret comes back in the error"
        );
    }
    let status = enrol(&solo, &token.token, "west", UID).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "JOIN_TOKEN_FOR_OTHER_CLUSTER")
    );
    enrol(&solo, &token.token, "east", UID).await.unwrap();
}

#[tokio::test]
async fn a_revoked_and_an_expired_token_admit_nobody() {
    let solo = Solo::start(&[]).await;
    let mut fleet = solo.api().fleet;
    let revoked = token(&solo, for_cluster("east")).await;
    fleet
        .revoke_join_token(RevokeJoinTokenRequest {
            name: revoked.name.clone(),
            ..Default::default()
        })
        .await
        .unwrap();
    let status = enrol(&solo, &revoked.token, "east", UID).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "JOIN_TOKEN_REVOKED")
    );

    let ttl = pbjson_types::Duration { seconds: 1, nanos: 0 };
    let short = token(
        &solo,
        CreateJoinTokenRequest {
            ttl: Some(ttl),
            ..for_cluster("east")
        },
    )
    .await;
    let end = short.expire_time.as_ref().unwrap().seconds;
    wait_until("the token has expired", LIMIT, async || {
        if jiff::Timestamp::now().as_second() > end {
            Ok(())
        } else {
            Err("not yet".to_owned())
        }
    })
    .await
    .unwrap();
    let status = enrol(&solo, &short.token, "east", UID).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "JOIN_TOKEN_EXPIRED")
    );

    let listed = fleet
        .list_join_tokens(ListJoinTokensRequest::default())
        .await
        .unwrap()
        .into_inner()
        .join_tokens;
    assert!(
        listed.iter().all(|token| token.token.is_empty()),
        "a secret is shown once only"
    );
    assert!(
        listed
            .iter()
            .any(|token| token.name == revoked.name && token.revoked)
    );
}

#[tokio::test]
async fn a_name_that_another_cluster_has_is_taken_over_only_on_purpose() {
    let solo = Solo::start(&[]).await;
    let first = token(&solo, for_cluster("east")).await;
    enrol(&solo, &first.token, "east", UID).await.unwrap();
    let second = token(&solo, for_cluster("east")).await;
    let status = enrol(&solo, &second.token, "east", OTHER_UID).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::AlreadyExists, "CLUSTER_NAME_TAKEN")
    );
    assert_eq!(solo.api().cluster("east").await.unwrap().uid, UID);

    let same = token(&solo, for_cluster("east")).await;
    enrol(&solo, &same.token, "east", UID).await.unwrap();
    let replacing = token(
        &solo,
        CreateJoinTokenRequest {
            replace_uid: true,
            ..for_cluster("east")
        },
    )
    .await;
    enrol(&solo, &replacing.token, "east", OTHER_UID).await.unwrap();
    assert_eq!(solo.api().cluster("east").await.unwrap().uid, OTHER_UID);
}

#[tokio::test]
async fn a_certificate_request_for_another_name_is_refused_and_uses_up_nothing() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (csr_pem, _) = new_csr(&ClusterIdentity::new("west", UID).unwrap()).unwrap();
    let request = |csr_pem: &str| EnrollRequest {
        join_token: token.token.clone(),
        csr_pem: csr_pem.to_owned(),
        cluster: "east".to_owned(),
        cluster_uid: UID.to_owned(),
        ..Default::default()
    };
    let status = enrol_with(&solo, request(&csr_pem)).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "CERTIFICATE_REQUEST_INVALID")
    );
    let status = enrol_with(&solo, request("no certificate request"))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    enrol(&solo, &token.token, "east", UID).await.unwrap();
}

#[tokio::test]
async fn an_agent_without_a_common_protocol_version_is_told_who_is_to_upgrade() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    let agent = as_agent(&solo, enrolled, key);
    let status = say(&agent, hello("east", UID, &[98, 99])).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::FailedPrecondition, "NO_COMMON_PROTOCOL")
    );
    assert!(
        status.message().contains("upgrade the placement service"),
        "{status}"
    );
    let status = say(&agent, hello("east", UID, &[])).await.unwrap_err();
    assert_eq!(reason(&status), "NO_COMMON_PROTOCOL");
    let welcome = say(&agent, hello("east", UID, &[99, 1])).await.unwrap();
    assert!(matches!(welcome.message, Some(FromServer::Welcome(welcome)) if welcome.protocol_version == 1));
}

#[tokio::test]
async fn an_agent_is_who_its_certificate_says() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    let status = say(&as_agent(&solo, enrolled, key), hello("west", UID, &[1]))
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "IDENTITY_MISMATCH")
    );

    let nobody =
        AgentServiceClient::new(api::channel(&solo.server.url(), &solo.server.ca_pem().unwrap()).unwrap());
    let status = say(&nobody, hello("east", UID, &[1])).await.unwrap_err();
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_MISSING")
    );
}

#[tokio::test]
async fn a_cluster_that_never_sent_an_inventory_is_joining_and_gets_nothing() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    say(&as_agent(&solo, enrolled, key), hello("east", UID, &[1]))
        .await
        .unwrap();
    assert_eq!(
        solo.api().cluster("east").await.unwrap().state(),
        cluster::State::Joining
    );
    let created = common::create(&solo.api(), "early", hourglass_e2e::request::small()).await;
    assert!(created.assignments.is_empty());
}

/// Says what does not belong into a session, and hears why that is over.
async fn told(messages: Vec<AgentMessage>) -> (Code, String) {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    let mut agent = as_agent(&solo, enrolled, key);
    let outbound = tokio_stream::iter(messages).chain(tokio_stream::pending());
    let status = match agent.control(outbound).await {
        Ok(stream) => end_of(stream.into_inner()).await,
        Err(status) => status,
    };
    (status.code(), reason(&status))
}

#[tokio::test]
async fn an_agent_hears_why_its_session_is_over() {
    let hello = || hello("east", UID, &[1]);
    assert_eq!(
        told(vec![heartbeat(1)]).await,
        (Code::InvalidArgument, "HELLO_MISSING".to_owned())
    );
    assert_eq!(
        told(vec![hello(), hello()]).await,
        (Code::InvalidArgument, "MESSAGE_INVALID".to_owned())
    );
    let report = Report {
        placement_uid: "No Uid".to_owned(),
        ..Default::default()
    };
    let report = AgentMessage {
        message: Some(FromAgent::Report(report)),
    };
    assert_eq!(
        told(vec![hello(), report]).await,
        (Code::InvalidArgument, "MESSAGE_INVALID".to_owned())
    );
    let long = Report {
        message: "x".repeat(8 * 1024 * 1024),
        ..Default::default()
    };
    let long = AgentMessage {
        message: Some(FromAgent::Report(long)),
    };
    assert_eq!(
        told(vec![hello(), long]).await,
        (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned())
    );
}

#[tokio::test]
async fn an_agent_that_stops_reading_is_cut_off_and_hears_why() {
    let solo = Solo::start(&[]).await;
    let token = token(&solo, for_cluster("east")).await;
    let (enrolled, key) = enrol(&solo, &token.token, "east", UID).await.unwrap();
    let mut agent = as_agent(&solo, enrolled, key);
    let beats =
        tokio_stream::iter(std::iter::once(hello("east", UID, &[1])).chain((1..50_000).map(heartbeat)));
    let mut control = agent
        .control(beats.chain(tokio_stream::pending()))
        .await
        .unwrap()
        .into_inner();
    let Some(FromServer::Welcome(welcome)) = control.message().await.unwrap().unwrap().message else {
        panic!("the first message is Welcome");
    };
    let begin = InventoryMessage {
        session_id: welcome.session_id,
        message: Some(inventory_message::Message::SnapshotBegin(SnapshotBegin::default())),
    };
    let begins = tokio_stream::iter(std::iter::repeat_n(begin, 50_000));
    let inventory = agent
        .inventory(begins.chain(tokio_stream::pending()))
        .await
        .unwrap()
        .into_inner();

    // The server says so in its log; only then does the agent read again.
    let cut_off = async || {
        let log = std::fs::read_to_string(solo.server.log()).unwrap();
        let lines = log
            .lines()
            .filter(|line| line.contains("stream ends") || line.contains("session ends"));
        if lines.count() >= 2 { Ok(()) } else { Err(log) }
    };
    wait_until("both streams are cut off", LIMIT, cut_off)
        .await
        .unwrap();
    for status in [end_of(control).await, end_of(inventory).await] {
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unavailable, "AGENT_TOO_SLOW"),
            "{status}"
        );
    }
}
