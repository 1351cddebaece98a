//! The services through a real TLS connection. The decision loop is not part of the edge: where a test needs its
//! answers it starts a real one; elsewhere the queue just ends.

use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tasks::{OnEnd, Tasks};
use hourglass_runtime::tls::{
    ClientCredential, ClientTls, ClusterIdentity, HandshakeLimits, Listener, TlsAcceptor, endpoint,
    install_crypto_provider, new_csr,
};
use hourglass_store::Store;
use hourglass_store::redb::{RedbOptions, RedbStore};
use prometheus_client::registry::Registry;
use proto::agent_service_client::AgentServiceClient;
use proto::fleet_service_client::FleetServiceClient;
use proto::placement_service_client::PlacementServiceClient;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use super::*;
use crate::edge::clock;
use crate::edge::convert::token::{JoinToken, record_in};
use crate::edge::testing::fields;
use crate::metrics::LoopMetrics;
use crate::pki::placement_seal::PlacementSeal;
use crate::records::JoinTokenRecord;
use crate::scheduler::clusters::LivenessPolicy;
use crate::scheduler::command::{Command, SessionGrant};
use crate::scheduler::core::Core;
use crate::scheduler::port::{CreateJoinToken, Scheduler};
use crate::scheduler::run::DecisionLoop;

const ADMIN_TOKEN: &str = "hga_0123456789";
const DRAIN: Duration = Duration::from_secs(10);

struct Server {
    address: SocketAddr,
    authority: Authority,
    scheduler: Scheduler,
    commands: Option<mpsc::Receiver<Command>>,
    tasks: Tasks,
    stop: CancellationToken,
    directory: TempDir,
}

impl Server {
    async fn start() -> Self {
        install_crypto_provider();
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_create(&directory.path().join("pki"), SystemTime::now()).unwrap();
        let (sender, commands) = mpsc::channel(16);
        let tasks = Tasks::new(CancellationToken::new());
        let now = SystemTime::now();
        let names = ["localhost".to_owned()];
        let issued = authority
            .issue_server_certificate(&names, Duration::from_secs(3600), now)
            .unwrap();
        let acceptor = TlsAcceptor::new(issued.credential(now).unwrap(), Some(authority.bundle())).unwrap();
        let address = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind_tls(address, acceptor, HandshakeLimits::default())
            .await
            .unwrap();
        let address = listener.local_address();
        let scheduler = Scheduler::new(sender);
        let context = context(
            directory.path(),
            authority.clone(),
            scheduler.clone(),
            tasks.clone(),
        );
        let stop = tasks.shutdown_token().child_token();
        tasks.spawn("api", OnEnd::Finish, serve(context, listener, stop.clone()));
        Self {
            address,
            authority,
            scheduler,
            commands: Some(commands),
            tasks,
            stop,
            directory,
        }
    }

    async fn channel(&self, credential: Option<ClientCredential>) -> Channel {
        let tls = ClientTls {
            ca_pem: Some(self.authority.bundle_pem()),
            credential,
            server_name: Some("localhost".to_owned()),
        };
        let uri = format!("https://{}", self.address);
        endpoint(&uri, &tls).unwrap().connect().await.unwrap()
    }

    /// The decision loop has ended.
    fn end_loop(&mut self) {
        self.commands = None;
    }

    /// Lets a real decision loop answer, which knows `tokens`.
    async fn admit_with(&mut self, tokens: Vec<JoinTokenRecord>) {
        let store = RedbStore::open(&self.directory.path().join("loop"), &RedbOptions::default()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let leadership = store.acquire_leadership().await.unwrap();
        let sequence = store.read_commit_sequence().await.unwrap();
        let hour = Duration::from_secs(3600);
        let policy = LivenessPolicy {
            suspect_after: hour,
            unreachable_after: 2 * hour,
        };
        let seal = PlacementSeal::load_or_create(&self.directory.path().join("seal")).unwrap();
        let core = Core::new(
            SessionGrant {
                incarnation: 1,
                term: 1,
            },
            policy,
            seal,
        );
        let metrics = LoopMetrics::register(&mut Registry::default());
        let commands = self.commands.take().unwrap();
        let decisions = DecisionLoop::new(core, store, leadership, sequence, commands, metrics);
        self.tasks
            .spawn("loop", OnEnd::Finish, decisions.run(self.tasks.shutdown_token()));
        for record in tokens {
            self.scheduler
                .create_join_token(CreateJoinToken { record })
                .await
                .unwrap();
        }
    }

    async fn stop(self) {
        drop(self.commands);
        self.tasks.drain(DRAIN).await.unwrap();
    }
}

/// An authority of somebody else, by which agents are to trust the server too.
fn elsewhere(directory: &Path) -> Authority {
    Authority::open_or_create(&directory.join("elsewhere"), SystemTime::now()).unwrap()
}

fn context(directory: &Path, authority: Authority, scheduler: Scheduler, tasks: Tasks) -> EdgeContext {
    let store = RedbStore::open(&directory.join("store"), &RedbOptions::default()).unwrap();
    EdgeContext {
        scheduler: scheduler.clone(),
        store: Arc::new(store),
        seal: PlacementSeal::load_or_create(&directory.join("seal")).unwrap(),
        authority,
        extra_trust_pem: elsewhere(directory).bundle_pem(),
        admin_token_sha256: hex::encode(Sha256::digest(ADMIN_TOKEN)),
        agent_certificate_lifetime: Duration::from_secs(24 * 3600),
        plaintext: false,
        sessions: SessionContext {
            scheduler,
            shutdown: tasks.shutdown_token(),
            tasks,
            heartbeat_interval: Duration::from_secs(5),
            lease_length: Duration::from_secs(15),
        },
    }
}

fn authorised<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value: MetadataValue<_> = format!("Bearer {ADMIN_TOKEN}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

fn reason(status: &Status) -> String {
    status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone())
        .unwrap_or_default()
}

fn outcome<T>(answer: Result<T, Status>) -> (Code, String) {
    match answer {
        Ok(_) => (Code::Ok, String::new()),
        Err(status) => (status.code(), reason(&status)),
    }
}

fn identity() -> ClusterIdentity {
    ClusterIdentity::new("eu-1", "uid-1").unwrap()
}

fn join_token(cluster: &str) -> (JoinToken, JoinTokenRecord) {
    let token = clock::join_token();
    let request = proto::CreateJoinTokenRequest {
        cluster: cluster.to_owned(),
        ..proto::CreateJoinTokenRequest::default()
    };
    let record = record_in(request, &token, clock::now()).unwrap();
    (token, record)
}

fn enroll(token: &JoinToken, csr_pem: &str) -> proto::EnrollRequest {
    proto::EnrollRequest {
        join_token: token.reveal(),
        csr_pem: csr_pem.to_owned(),
        cluster: "eu-1".to_owned(),
        cluster_uid: "uid-1".to_owned(),
        labels: [].into(),
    }
}

#[tokio::test]
async fn clients_need_the_token_and_every_answer_says_the_version() {
    let mut server = Server::start().await;
    server.end_loop();
    let channel = server.channel(None).await;
    let mut fleet = FleetServiceClient::new(channel.clone());
    let mut placements = PlacementServiceClient::new(channel);

    let refused = fleet.get_fleet(proto::GetFleetRequest {}).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unauthenticated, "CREDENTIALS_MISSING")
    );
    assert_eq!(refused.metadata().get("hourglass-version").unwrap(), VERSION);
    let refused = placements
        .list_placements(proto::ListPlacementsRequest::default())
        .await;
    assert_eq!(
        outcome(refused),
        (Code::Unauthenticated, "CREDENTIALS_MISSING".to_owned())
    );

    // Behind the token the call is checked, and goes to a loop that has ended: outcome unknown, try again.
    let invalid = placements
        .list_placements(authorised(proto::ListPlacementsRequest::default()))
        .await;
    assert_eq!(
        outcome(invalid),
        (Code::InvalidArgument, "INVALID_FIELDS".to_owned())
    );
    let unavailable = fleet
        .get_fleet(authorised(proto::GetFleetRequest {}))
        .await
        .unwrap_err();
    assert_eq!(
        (unavailable.code(), reason(&unavailable).as_str()),
        (Code::Unavailable, "SERVICE_UNAVAILABLE")
    );
    assert!(unavailable.get_error_details().retry_info().is_some());
    server.stop().await;
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_by_name() {
    let mut server = Server::start().await;
    server.end_loop();
    let mut placements = PlacementServiceClient::new(server.channel(None).await);
    let request = proto::ListPlacementsRequest {
        parent: "x".repeat(MAX_MESSAGE_BYTES + 1),
        ..proto::ListPlacementsRequest::default()
    };
    let refused = placements.list_placements(authorised(request)).await;
    assert_eq!(
        outcome(refused),
        (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned())
    );
    server.stop().await;
}

#[tokio::test]
async fn a_count_that_gets_no_turn_is_refused_before_its_caller_stops_listening() {
    let mut server = Server::start().await;
    // Nobody answers them: the loop does not run here.
    let spec = proto::PlacementSpec {
        performer: Some(proto::PerformerSpec {
            avs_address: format!("0x{}", "0".repeat(40)),
            image: "example.org/performer:1".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let question = proto::ComputeCapacityRequest {
        parent: "tenants/default".to_owned(),
        placement: Some(proto::Placement {
            spec: Some(spec),
            ..Default::default()
        }),
        limit: 0,
    };
    let mut clients: Vec<_> = Vec::new();
    for _ in 0..5 {
        clients.push(PlacementServiceClient::new(server.channel(None).await));
    }
    let mut last = clients.pop().unwrap();
    let others = clients.into_iter().map(|mut client| {
        let request = authorised(question.clone());
        tokio::spawn(async move { client.compute_capacity(request).await })
    });
    let others: Vec<_> = others.collect();
    // From then on nobody has a turn: one of them has it until its question is answered.
    let commands = server.commands.as_mut().unwrap();
    let asked = tokio::time::timeout(Duration::from_secs(10), commands.recv()).await;
    let _unanswered = asked.expect("in time").expect("one of them asks");
    let mut request = authorised(question);
    request.set_timeout(Duration::from_secs(2));
    assert_eq!(
        outcome(last.compute_capacity(request).await),
        (Code::ResourceExhausted, "LIMIT_REACHED".to_owned())
    );
    others.iter().for_each(tokio::task::JoinHandle::abort);
    server.stop().await;
}

#[tokio::test]
async fn health_and_reflection_are_open_and_health_changes_when_the_server_stops() {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_check_response::ServingStatus;
    use tonic_health::pb::health_client::HealthClient;
    use tonic_reflection::pb::v1::ServerReflectionRequest;
    use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
    use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
    use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

    let server = Server::start().await;
    let channel = server.channel(None).await;
    let mut health = HealthClient::new(channel.clone());
    for name in HEALTH_NAMES {
        let request = HealthCheckRequest {
            service: (*name).to_owned(),
        };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{name}");
    }

    let list = MessageRequest::ListServices(String::new());
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(list),
    };
    let questions = futures::stream::iter([question]);
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(questions)
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(services)) = answer else {
        panic!("{answer:?}")
    };
    let services: Vec<_> = services.service.into_iter().map(|service| service.name).collect();
    for name in HEALTH_NAMES.iter().filter(|name| !name.is_empty()) {
        assert!(
            services.iter().any(|service| service == name),
            "{name} is missing in {services:?}"
        );
    }

    // Whoever watches the health of the server hears that it stops, before it is gone.
    let request = HealthCheckRequest {
        service: String::new(),
    };
    let mut watched = health.watch(request).await.unwrap().into_inner();
    assert_eq!(
        watched.message().await.unwrap().unwrap().status(),
        ServingStatus::Serving
    );
    server.stop.cancel();
    assert_eq!(
        watched.message().await.unwrap().unwrap().status(),
        ServingStatus::NotServing
    );
    drop((watched, health));
    server.stop().await;
}

#[tokio::test]
async fn a_join_token_gives_a_certificate_that_the_next_connection_is_known_by() {
    let mut server = Server::start().await;
    let (token, record) = join_token("eu-1");
    server.admit_with(vec![record]).await;
    let (csr_pem, key_pem) = new_csr(&identity()).unwrap();
    let mut stranger = AgentServiceClient::new(server.channel(None).await);
    let given = stranger
        .enroll(enroll(&token, &csr_pem))
        .await
        .unwrap()
        .into_inner();
    // Both authorities by which the server may show itself: its own, and that of a certificate from files.
    let trusted = [
        server.authority.bundle_pem(),
        elsewhere(server.directory.path()).bundle_pem(),
    ]
    .concat();
    assert_eq!(given.ca_pem, trusted);
    assert!(given.renew_after.unwrap().seconds < given.expire_time.unwrap().seconds);

    let credential = ClientCredential {
        chain_pem: given.certificate_chain_pem,
        key_pem,
    };
    let mut agent = AgentServiceClient::new(server.channel(Some(credential)).await);
    let (csr_pem, _) = new_csr(&identity()).unwrap();
    let renewed = agent
        .renew_certificate(proto::RenewCertificateRequest { csr_pem })
        .await
        .unwrap();
    assert!(
        renewed
            .into_inner()
            .certificate_chain_pem
            .contains("BEGIN CERTIFICATE")
    );

    // The certificate is for an agent, and no administrator's token.
    let mut fleet = FleetServiceClient::new(server.channel(None).await);
    assert_eq!(
        outcome(fleet.get_fleet(proto::GetFleetRequest {}).await).0,
        Code::Unauthenticated
    );
    server.stop().await;
}

#[tokio::test]
async fn without_a_certificate_an_agent_can_only_enrol() {
    let server = Server::start().await;
    let mut stranger = AgentServiceClient::new(server.channel(None).await);
    let missing = (Code::Unauthenticated, "CREDENTIALS_MISSING".to_owned());
    let (csr_pem, _) = new_csr(&identity()).unwrap();
    let renew = stranger
        .renew_certificate(proto::RenewCertificateRequest { csr_pem })
        .await;
    assert_eq!(outcome(renew), missing);
    let control = stranger
        .control(futures::stream::pending::<proto::AgentMessage>())
        .await;
    assert_eq!(outcome(control), missing);
    let inventory = stranger
        .inventory(futures::stream::pending::<proto::InventoryMessage>())
        .await;
    assert_eq!(outcome(inventory), missing);
    server.stop().await;
}

#[tokio::test]
async fn a_request_that_cannot_be_signed_uses_up_no_token() {
    let mut server = Server::start().await;
    let (token, record) = join_token("eu-1");
    server.admit_with(vec![record]).await;
    let mut agent = AgentServiceClient::new(server.channel(None).await);
    let (other, _) = new_csr(&ClusterIdentity::new("us-1", "uid-1").unwrap()).unwrap();
    let (good, _) = new_csr(&identity()).unwrap();
    for csr_pem in [other.as_str(), "not a request", &good[..good.len() / 2]] {
        let refused = agent.enroll(enroll(&token, csr_pem)).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(reason(&refused), "CERTIFICATE_REQUEST_INVALID");
        assert_eq!(fields(&refused)[0], "csrPem");
    }
    assert_eq!(
        outcome(agent.enroll(enroll(&token, &good)).await).0,
        Code::Ok,
        "its one use is still there"
    );
    server.stop().await;
}

#[tokio::test]
async fn tokens_that_do_not_admit_give_no_certificate_and_say_why() {
    let mut server = Server::start().await;
    let (foreign, foreign_record) = join_token("us-1");
    let (expired, mut expired_record) = join_token("eu-1");
    expired_record.expire_time = expired_record.create_time;
    let (used, mut used_record) = join_token("eu-1");
    used_record.uses_left = 0;
    let (unknown, _) = join_token("eu-1");
    server
        .admit_with(vec![foreign_record, expired_record, used_record])
        .await;
    let mut agent = AgentServiceClient::new(server.channel(None).await);
    let (csr_pem, _) = new_csr(&identity()).unwrap();
    for (token, code, expected) in [
        (foreign, Code::PermissionDenied, "JOIN_TOKEN_FOR_OTHER_CLUSTER"),
        (expired, Code::Unauthenticated, "JOIN_TOKEN_EXPIRED"),
        (used, Code::Unauthenticated, "JOIN_TOKEN_USED"),
        (unknown, Code::Unauthenticated, "JOIN_TOKEN_INVALID"),
    ] {
        assert_eq!(
            outcome(agent.enroll(enroll(&token, &csr_pem)).await),
            (code, expected.to_owned())
        );
    }
    let mut nonsense = enroll(&join_token("eu-1").0, &csr_pem);
    nonsense.join_token = "let me in".to_owned();
    let invalid = (Code::Unauthenticated, "JOIN_TOKEN_INVALID".to_owned());
    assert_eq!(outcome(agent.enroll(nonsense).await), invalid);
    server.stop().await;
}

#[tokio::test]
async fn a_bad_request_to_enrol_names_every_field() {
    let server = Server::start().await;
    let mut agent = AgentServiceClient::new(server.channel(None).await);
    let request = proto::EnrollRequest {
        cluster: "EU".to_owned(),
        cluster_uid: "a b".to_owned(),
        labels: [("bad key".to_owned(), String::new())].into(),
        ..proto::EnrollRequest::default()
    };
    let refused = agent.enroll(request).await.unwrap_err();
    assert_eq!(
        fields(&refused),
        ["cluster", "clusterUid", "labels[bad key]", "csrPem"]
    );
    server.stop().await;
}
