//! The server's side of `AgentService`, with a real CA and mutual TLS; what happens in a session is up to the test.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_message::Message;
use hourglass_proto::fleet::v1::agent_service_server::{AgentService, AgentServiceServer};
use hourglass_runtime::grpc_server::grpc_server;
use hourglass_runtime::tls::{
    Authority, ClusterIdentity, HandshakeLimits, Listener, PeerInfo, TlsAcceptor, peer_identity,
};
use hourglass_testbed::wait_until;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::LIMIT;
use super::mirror::Mirror;
use super::session::Session;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A running peer; dropping it ends it.
pub struct Peer {
    pub authority: Authority,
    state: Arc<State>,
    address: SocketAddr,
    sessions: tokio::sync::Mutex<mpsc::UnboundedReceiver<Session>>,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
    plaintext: bool,
    _directory: tempfile::TempDir,
}

/// What the service shares with the tests.
pub struct State {
    authority: Authority,
    tokens: Mutex<BTreeMap<String, Token>>,
    options: Mutex<Options>,
    enrolments: Mutex<Vec<ClusterIdentity>>,
    renewals: Mutex<Vec<ClusterIdentity>>,
    mirrors: Mutex<BTreeMap<String, Arc<Mutex<Mirror>>>>,
    sessions: mpsc::UnboundedSender<Session>,
}

struct Token {
    cluster: String,
    uses: u32,
}

/// How the peer behaves where it acts by itself.
#[derive(Debug, Clone)]
pub struct Options {
    /// Lifetime of the certificates that it gives.
    pub lifetime: Duration,
    /// When to renew them; by default after two thirds.
    pub renew_after: Option<Duration>,
    /// Answers Hello with this error.
    pub refuse: Option<Status>,
    /// Reads the Control stream beyond Hello.
    pub read_control: bool,
    /// What it does with the Inventory stream beyond its first message.
    pub inventory: Taking,
    /// Answers heartbeats.
    pub grant_leases: bool,
}

/// How the Inventory stream is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// Four messages ahead, and one more for each one taken.
    All,
    /// So many messages, and no more.
    Only(u32),
    /// Credits without end, but nothing is read.
    Nothing,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lifetime: DAY,
            renew_after: None,
            refuse: None,
            read_control: true,
            inventory: Taking::All,
            grant_leases: true,
        }
    }
}

impl Peer {
    /// Starts a peer with TLS on a free port.
    pub async fn start() -> Self {
        Self::start_with(false).await
    }

    /// Starts a peer without TLS, which believes what agents say of themselves.
    pub async fn start_plaintext() -> Self {
        Self::start_with(true).await
    }

    async fn start_with(plaintext: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_create(directory.path(), SystemTime::now()).unwrap();
        let (sender, sessions) = mpsc::unbounded_channel();
        let state = Arc::new(State {
            authority: authority.clone(),
            tokens: Mutex::default(),
            options: Mutex::default(),
            enrolments: Mutex::default(),
            renewals: Mutex::default(),
            mirrors: Mutex::default(),
            sessions: sender,
        });
        let mut peer = Self {
            authority,
            state,
            address: ([127, 0, 0, 1], 0).into(),
            sessions: tokio::sync::Mutex::new(sessions),
            stop: CancellationToken::new(),
            server: None,
            plaintext,
            _directory: directory,
        };
        peer.listen().await;
        peer
    }

    /// Ends every connection and listens again, on the same port: a restart of the server.
    pub async fn restart(&mut self) {
        self.end().await;
        self.listen().await;
    }

    /// Ends every connection and does not listen.
    pub async fn end(&mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            // Open streams would keep a graceful end waiting: a crash is what is meant.
            server.abort();
            drop(server.await);
        }
    }

    /// Listens, on the port that it had before.
    pub async fn listen(&mut self) {
        let now = SystemTime::now();
        let certificate = self
            .authority
            .issue_server_certificate(&["127.0.0.1".to_owned()], DAY, now)
            .unwrap();
        let acceptor = TlsAcceptor::new(
            certificate.credential(now).unwrap(),
            Some(self.authority.bundle()),
        )
        .unwrap();
        let bind = async || {
            let bound = if self.plaintext {
                Listener::bind_plaintext(self.address).await
            } else {
                Listener::bind_tls(self.address, acceptor.clone(), HandshakeLimits::default()).await
            };
            bound.map_err(|error| error.to_string())
        };
        // The port may still be in the hands of the connections that were just cut.
        let listener = wait_until("the peer's port", LIMIT, bind).await.unwrap();
        self.address = listener.local_address();
        self.stop = CancellationToken::new();
        let service = Service {
            state: Arc::clone(&self.state),
            stop: self.stop.clone(),
        };
        let server = grpc_server().add_service(AgentServiceServer::new(service));
        self.server = Some(tokio::spawn(async move {
            server.serve_with_incoming(listener).await.unwrap();
        }));
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!(
            "{}://{}",
            if self.plaintext { "http" } else { "https" },
            self.address
        )
    }

    /// A new join token for one use.
    pub fn token(&self, cluster: &str) -> String {
        let mut tokens = self.state.tokens.lock().unwrap();
        let token = format!("token-{}-{cluster}", tokens.len());
        tokens.insert(
            token.clone(),
            Token {
                cluster: cluster.to_owned(),
                uses: 1,
            },
        );
        token
    }

    /// Changes how it behaves, for what comes next.
    pub fn behave(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.state.options.lock().unwrap());
    }

    /// Who has enrolled so far.
    pub fn enrolments(&self) -> usize {
        self.state.enrolments.lock().unwrap().len()
    }

    /// How many certificates were renewed so far.
    pub fn renewals(&self) -> usize {
        self.state.renewals.lock().unwrap().len()
    }

    /// The next session: an agent has said Hello.
    pub async fn session(&self) -> Session {
        let next = async { self.sessions.lock().await.recv().await.unwrap() };
        tokio::time::timeout(LIMIT, next)
            .await
            .expect("an agent says Hello")
    }

    /// A session that has begun meanwhile, if any.
    pub async fn waiting_session(&self) -> Option<Session> {
        self.sessions.lock().await.try_recv().ok()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

struct Service {
    state: Arc<State>,
    stop: CancellationToken,
}

impl Service {
    fn identity<T>(&self, request: &Request<T>) -> Result<ClusterIdentity, Status> {
        let peer = request
            .extensions()
            .get::<PeerInfo>()
            .expect("the listener tells the peer");
        if !peer.tls {
            return Ok(ClusterIdentity::new("nobody", "nobody").unwrap());
        }
        peer_identity(peer.certificates.as_deref())
            .map(|peer| peer.identity)
            .map_err(|error| Status::unauthenticated(error.to_string()))
    }

    fn sign(
        &self,
        csr: &str,
        identity: &ClusterIdentity,
    ) -> Result<(String, SystemTime, SystemTime), Status> {
        let options = self.state.options.lock().unwrap().clone();
        let now = SystemTime::now();
        let signed = self
            .state
            .authority
            .sign_csr(csr, identity, options.lifetime, now)
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let renew_after = options
            .renew_after
            .map_or(signed.renew_after, |after| now + after);
        Ok((signed.chain_pem, renew_after, signed.not_after))
    }
}

fn timestamp(time: SystemTime) -> Option<pbjson_types::Timestamp> {
    let time = jiff::Timestamp::try_from(time).unwrap();
    Some(pbjson_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    })
}

#[tonic::async_trait]
impl AgentService for Service {
    type ControlStream = ReceiverStream<Result<pb::ServerMessage, Status>>;
    type InventoryStream = ReceiverStream<Result<pb::InventoryCredit, Status>>;

    async fn enroll(
        &self,
        request: Request<pb::EnrollRequest>,
    ) -> Result<Response<pb::EnrollResponse>, Status> {
        let request = request.into_inner();
        let identity = ClusterIdentity::new(request.cluster, request.cluster_uid)
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        {
            let mut tokens = self.state.tokens.lock().unwrap();
            let token = tokens
                .get_mut(&request.join_token)
                .ok_or_else(|| Status::unauthenticated("the join token is not known"))?;
            if token.cluster != identity.cluster() {
                return Err(Status::permission_denied("the join token is for another cluster"));
            }
            if token.uses == 0 {
                return Err(Status::unauthenticated("the join token was used"));
            }
            token.uses -= 1;
        }
        assert_eq!(request.labels.get("tier").map(String::as_str), Some("test"));
        let (chain, renew_after, expire) = self.sign(&request.csr_pem, &identity)?;
        self.state.enrolments.lock().unwrap().push(identity);
        Ok(Response::new(pb::EnrollResponse {
            certificate_chain_pem: chain,
            ca_pem: self.state.authority.bundle_pem(),
            renew_after: timestamp(renew_after),
            expire_time: timestamp(expire),
        }))
    }

    async fn renew_certificate(
        &self,
        request: Request<pb::RenewCertificateRequest>,
    ) -> Result<Response<pb::RenewCertificateResponse>, Status> {
        let identity = self.identity(&request)?;
        let (chain, renew_after, expire) = self.sign(&request.get_ref().csr_pem, &identity)?;
        self.state.renewals.lock().unwrap().push(identity);
        Ok(Response::new(pb::RenewCertificateResponse {
            certificate_chain_pem: chain,
            ca_pem: self.state.authority.bundle_pem(),
            renew_after: timestamp(renew_after),
            expire_time: timestamp(expire),
        }))
    }

    async fn control(
        &self,
        request: Request<Streaming<pb::AgentMessage>>,
    ) -> Result<Response<Self::ControlStream>, Status> {
        let identity = self.identity(&request)?;
        let options = self.state.options.lock().unwrap().clone();
        if let Some(status) = options.refuse {
            return Err(status);
        }
        let mut inbound = request.into_inner();
        let Some(Message::Hello(hello)) = inbound.message().await?.and_then(|first| first.message) else {
            return Err(Status::invalid_argument("the first message is no Hello"));
        };
        let (outbound, messages) = mpsc::channel(64);
        let session = Session::new(hello, identity, outbound);
        let log = session.log();
        let mirror = Arc::new(Mutex::new(Mirror::default()));
        self.state
            .mirrors
            .lock()
            .unwrap()
            .insert(session.id.clone(), Arc::clone(&mirror));
        session.set_mirror(mirror);
        if options.read_control {
            log.read(inbound, options.grant_leases, self.stop.clone());
        } else {
            log.hold(inbound);
        }
        drop(self.state.sessions.send(session));
        Ok(Response::new(ReceiverStream::new(messages)))
    }

    async fn inventory(
        &self,
        request: Request<Streaming<pb::InventoryMessage>>,
    ) -> Result<Response<Self::InventoryStream>, Status> {
        self.identity(&request)?;
        let taking = self.state.options.lock().unwrap().inventory;
        let mut inbound = request.into_inner();
        let first = inbound
            .message()
            .await?
            .ok_or_else(|| Status::invalid_argument("nothing came"))?;
        let mirror = self.state.mirrors.lock().unwrap().get(&first.session_id).cloned();
        let mirror = mirror.ok_or_else(|| Status::not_found("no such session"))?;
        mirror.lock().unwrap().take(first);
        let (outbound, credits) = mpsc::channel(16);
        let stop = self.stop.clone();
        tokio::spawn(async move {
            let grant = |messages, applied_sequence| pb::InventoryCredit {
                messages,
                applied_sequence,
                resync: false,
            };
            let first = match taking {
                Taking::All => 4,
                Taking::Only(messages) => messages,
                Taking::Nothing => 1_000_000,
            };
            drop(outbound.send(Ok(grant(first, 0))).await);
            if taking == Taking::Nothing {
                stop.cancelled().await;
                drop(inbound);
                return;
            }
            loop {
                let message = tokio::select! {
                    () = stop.cancelled() => return,
                    message = inbound.message() => message,
                };
                let Ok(Some(message)) = message else { return };
                let sequence = {
                    let mut mirror = mirror.lock().unwrap();
                    mirror.take(message);
                    mirror.sequence
                };
                if taking == Taking::All && outbound.send(Ok(grant(1, sequence))).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(credits)))
    }
}
