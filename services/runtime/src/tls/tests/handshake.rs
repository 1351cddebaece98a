//! Handshakes between our listener and our client endpoint, with the gRPC health service behind it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::{DAY, identity, new_authority, now};
use crate::grpc_server::grpc_server;
use crate::tls::{
    Authority, CaBundle, ClientCredential, ClientTls, HandshakeLimits, Listener, PeerInfo, TlsAcceptor,
    endpoint, keep_server_certificate_fresh, new_csr, peer_identity,
};

const DEADLINE: Duration = Duration::from_secs(20);
/// Response metadata by which the test server says who called.
const WHO: &str = "x-peer";

struct Server {
    address: SocketAddr,
    acceptor: TlsAcceptor,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Server {
    async fn start(authority: &Authority, limits: HandshakeLimits) -> Self {
        Self::start_with(authority, Some(authority.bundle()), limits).await
    }

    async fn start_with(authority: &Authority, client_ca: Option<CaBundle>, limits: HandshakeLimits) -> Self {
        let issued = authority
            .issue_server_certificate(&["127.0.0.1".into()], DAY, now())
            .unwrap();
        let acceptor = TlsAcceptor::new(issued.credential(now()).unwrap(), client_ca).unwrap();
        let loopback = ([127, 0, 0, 1], 0).into();
        let listener = Listener::bind_tls(loopback, acceptor.clone(), limits)
            .await
            .unwrap();
        Self::serve(listener, acceptor)
    }

    fn serve(listener: Listener, acceptor: TlsAcceptor) -> Self {
        let address = listener.local_address();
        let stop = CancellationToken::new();
        let (_, health) = tonic_health::server::health_reporter();
        let server = grpc_server().add_service(InterceptedService::new(health, say_who));
        let task =
            tokio::spawn(server.serve_with_incoming_shutdown(listener, stop.clone().cancelled_owned()));
        Self {
            address,
            acceptor,
            stop,
            task,
        }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(DEADLINE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
    }

    async fn connect(&self, tls: &ClientTls) -> Result<Channel, tonic::transport::Error> {
        let uri = format!("https://{}", self.address);
        tokio::time::timeout(DEADLINE, endpoint(&uri, tls).unwrap().connect())
            .await
            .unwrap()
    }
}

/// Refuses every call with a message that says who the caller is.
#[expect(
    clippy::needless_pass_by_value,
    reason = "tonic's Interceptor trait fixes the type"
)]
fn say_who(request: Request<()>) -> Result<Request<()>, Status> {
    let peer = request
        .extensions()
        .get::<PeerInfo>()
        .expect("every connection has it");
    assert!(peer.address.ip().is_loopback());
    let who = match peer_identity(peer.certificates.as_deref()) {
        Ok(peer) => peer.identity.to_string(),
        Err(error) => error.to_string(),
    };
    let mut status = Status::permission_denied(who);
    status.metadata_mut().insert(WHO, "told".parse().unwrap());
    Err(status)
}

/// Who the server takes this client for.
async fn who(channel: Channel) -> Result<String, Status> {
    let call = async {
        HealthClient::new(channel)
            .check(HealthCheckRequest::default())
            .await
    };
    let status = tokio::time::timeout(DEADLINE, call).await.unwrap().unwrap_err();
    if status.metadata().contains_key(WHO) {
        Ok(status.message().to_owned())
    } else {
        Err(status)
    }
}

fn anonymous(authority: &Authority) -> ClientTls {
    ClientTls {
        ca_pem: Some(authority.bundle_pem()),
        ..ClientTls::default()
    }
}

/// A client that trusts `authority` and has a certificate of `signer`.
fn agent(authority: &Authority, signer: &Authority, cluster: &str) -> ClientTls {
    let identity = identity(cluster);
    let (request, key_pem) = new_csr(&identity).unwrap();
    let signed = signer.sign_csr(&request, &identity, DAY, now()).unwrap();
    let credential = ClientCredential {
        chain_pem: signed.chain_pem,
        key_pem,
    };
    ClientTls {
        credential: Some(credential),
        ..anonymous(authority)
    }
}

#[tokio::test]
async fn a_client_with_a_certificate_is_known_by_its_cluster() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let channel = server.connect(&agent(&authority, &authority, "a")).await.unwrap();
    assert_eq!(who(channel).await.unwrap(), identity("a").uri());
    server.stop().await;
}

#[tokio::test]
async fn a_client_without_a_certificate_is_anonymous() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let channel = server.connect(&anonymous(&authority)).await.unwrap();
    assert!(who(channel).await.unwrap().contains("no client certificate"));
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_of_another_ca_is_refused_on_both_sides() {
    let (_directory, authority) = new_authority();
    let (_other_directory, other) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;

    let error = server.connect(&anonymous(&other)).await.unwrap_err();
    let error = crate::error_chain::error_chain(&error);
    assert!(error.contains("invalid peer certificate"), "{error}");

    // The client of TLS 1.3 learns only from its first read that its certificate was refused.
    let refused = match server.connect(&agent(&authority, &other, "a")).await {
        Ok(channel) => who(channel).await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    server.stop().await;
}

#[tokio::test]
async fn a_client_certificate_that_ended_is_refused() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let identity = identity("a");
    let (request, key_pem) = new_csr(&identity).unwrap();
    let past = now() - DAY * 3;
    let signed = authority.sign_csr(&request, &identity, DAY, past).unwrap();
    let credential = ClientCredential {
        chain_pem: signed.chain_pem,
        key_pem,
    };
    let tls = ClientTls {
        credential: Some(credential),
        ..anonymous(&authority)
    };
    let refused = match server.connect(&tls).await {
        Ok(channel) => who(channel).await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    server.stop().await;
}

#[tokio::test]
async fn the_server_name_is_verified() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let elsewhere = ClientTls {
        server_name: Some("placement.example".into()),
        ..anonymous(&authority)
    };
    assert!(server.connect(&elsewhere).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn certificates_published_at_run_time_hold_for_new_connections_and_leave_old_ones() {
    let (_directory, authority) = new_authority();
    let (_other_directory, other) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let old = server.connect(&agent(&authority, &authority, "a")).await.unwrap();
    assert_eq!(who(old.clone()).await.unwrap(), identity("a").uri());

    let issued = other
        .issue_server_certificate(&["127.0.0.1".into()], DAY, now())
        .unwrap();
    server
        .acceptor
        .publish(Some(issued.credential(now()).unwrap()), Some(other.bundle()))
        .unwrap();

    assert!(
        server.connect(&anonymous(&authority)).await.is_err(),
        "the old certificate is still served"
    );
    let new = server.connect(&agent(&other, &other, "b")).await.unwrap();
    assert_eq!(who(new).await.unwrap(), identity("b").uri());
    assert_eq!(
        who(old).await.unwrap(),
        identity("a").uri(),
        "a running connection goes on"
    );
    server.stop().await;
}

#[tokio::test]
async fn clients_of_the_old_and_the_new_ca_are_known_during_a_rotation() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let old_agent = agent(&authority, &authority, "old");
    authority.rotate(now()).unwrap();
    server.acceptor.publish_client_ca(authority.bundle()).unwrap();
    let new_agent = agent(&authority, &authority, "new");
    for (tls, cluster) in [(old_agent, "old"), (new_agent, "new")] {
        let channel = server.connect(&tls).await.unwrap();
        assert_eq!(who(channel).await.unwrap(), identity(cluster).uri());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_slow_handshake_holds_up_nobody() {
    let (_directory, authority) = new_authority();
    // Longer than the test waits: whoever is served was not waiting for a slow one.
    let limits = HandshakeLimits {
        timeout: DEADLINE * 100,
        concurrent: 64,
    };
    let server = Server::start(&authority, limits).await;
    let mut slow = Vec::new();
    for _ in 0..16 {
        slow.push(TcpStream::connect(server.address).await.unwrap());
    }
    let channel = server.connect(&anonymous(&authority)).await.unwrap();
    who(channel).await.unwrap();
    drop(slow);
    server.stop().await;
}

#[tokio::test]
async fn a_handshake_is_dropped_at_its_deadline() {
    let (_directory, authority) = new_authority();
    let limits = HandshakeLimits {
        timeout: Duration::from_millis(200),
        concurrent: 64,
    };
    let server = Server::start(&authority, limits).await;
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let mut byte = [0];
    let read = tokio::io::AsyncReadExt::read(&mut slow, &mut byte);
    // Closed by the server: the end of the stream, or a reset.
    let read = tokio::time::timeout(DEADLINE, read)
        .await
        .expect("the server drops it");
    assert!(matches!(read, Ok(0) | Err(_)));
    server.stop().await;
}

#[tokio::test]
async fn unfinished_handshakes_are_bounded_and_others_wait_their_turn() {
    let (_directory, authority) = new_authority();
    let limits = HandshakeLimits {
        timeout: DEADLINE * 100,
        concurrent: 2,
    };
    let server = Server::start(&authority, limits).await;
    // The kernel hands connections over in their order, so these two take both places.
    let slow = [
        TcpStream::connect(server.address).await.unwrap(),
        TcpStream::connect(server.address).await.unwrap(),
    ];
    let tls = anonymous(&authority);
    let channel = {
        let mut third = std::pin::pin!(server.connect(&tls));
        let early = tokio::time::timeout(Duration::from_millis(500), &mut third).await;
        assert!(early.is_err(), "a third handshake ran beside two");
        drop(slow);
        third.await.unwrap()
    };
    who(channel).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_speaks_no_tls_does_not_disturb_the_server() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let plain = endpoint(&format!("http://{}", server.address), &ClientTls::default()).unwrap();
    let outcome = match tokio::time::timeout(DEADLINE, plain.connect()).await.unwrap() {
        Ok(channel) => who(channel).await.map(drop).map_err(drop),
        Err(_) => Err(()),
    };
    assert!(outcome.is_err());
    who(server.connect(&anonymous(&authority)).await.unwrap())
        .await
        .unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_plaintext_listener_serves_anonymous_clients() {
    let (_directory, authority) = new_authority();
    let issued = authority
        .issue_server_certificate(&["127.0.0.1".into()], DAY, now())
        .unwrap();
    let unused = TlsAcceptor::new(issued.credential(now()).unwrap(), None).unwrap();
    let listener = Listener::bind_plaintext(([127, 0, 0, 1], 0).into())
        .await
        .unwrap();
    let server = Server::serve(listener, unused);
    let plain = endpoint(&format!("http://{}", server.address), &ClientTls::default()).unwrap();
    assert!(
        who(plain.connect().await.unwrap())
            .await
            .unwrap()
            .contains("no client certificate")
    );
    server.stop().await;
}

#[tokio::test]
async fn without_a_client_ca_no_certificate_is_asked_for() {
    let (_directory, authority) = new_authority();
    let server = Server::start_with(&authority, None, HandshakeLimits::default()).await;
    let channel = server.connect(&agent(&authority, &authority, "a")).await.unwrap();
    assert!(who(channel).await.unwrap().contains("no client certificate"));
    server.stop().await;
}

#[tokio::test]
async fn a_certificate_of_our_own_is_renewed_before_it_ends() {
    let (_directory, authority) = new_authority();
    let server = Server::start(&authority, HandshakeLimits::default()).await;
    let names = vec!["127.0.0.1".to_owned()];
    let short = Duration::from_secs(6);
    let current = authority.issue_server_certificate(&names, short, now()).unwrap();
    server
        .acceptor
        .publish_credential(current.credential(now()).unwrap())
        .unwrap();
    let first_end = server.acceptor.not_after();
    let stop = CancellationToken::new();
    let renewal = keep_server_certificate_fresh(
        authority.clone(),
        server.acceptor.clone(),
        names,
        short,
        current,
        stop.clone(),
    );
    let renewal = tokio::spawn(renewal);
    tokio::time::timeout(DEADLINE, async {
        while server.acceptor.not_after() <= first_end {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
    who(server.connect(&anonymous(&authority)).await.unwrap())
        .await
        .unwrap();
    stop.cancel();
    tokio::time::timeout(DEADLINE, renewal).await.unwrap().unwrap();
    server.stop().await;
}
