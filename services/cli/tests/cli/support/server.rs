//! The test server: its own runtime, its own port, gone when it is dropped.

use std::net::SocketAddr;
use std::sync::Arc;

use hourglass_proto::fleet::v1::fleet_service_server::FleetServiceServer;
use hourglass_proto::fleet::v1::placement_service_server::PlacementServiceServer;
use http::{HeaderValue, Response};
use tokio::runtime::Runtime;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tower::util::MapResponseLayer;

use super::fleet_service::FleetOf;
use super::placement_service::Placements;
use super::state::{Call, State};

/// How the server is.
#[derive(Default)]
pub struct Options {
    pub identity: Option<Identity>,
    pub token: Option<String>,
}

pub struct TestServer {
    pub state: Arc<State>,
    pub address: SocketAddr,
    encrypted: bool,
    // Dropped last: it ends everything that runs on it.
    _runtime: Runtime,
}

impl TestServer {
    /// Plain text, no credential.
    pub fn start() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let state = Arc::new(State::new(options.token));
        let encrypted = options.identity.is_some();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let (placements, fleet) = (Placements(Arc::clone(&state)), FleetOf(Arc::clone(&state)));
        runtime.spawn(async move {
            let (health, health_service) = tonic_health::server::health_reporter();
            health
                .set_service_status("", tonic_health::ServingStatus::Serving)
                .await;
            let version = MapResponseLayer::new(|mut response: Response<tonic::body::Body>| {
                response
                    .headers_mut()
                    .insert("hourglass-version", HeaderValue::from_static("0.1.9"));
                response
            });
            let mut server = Server::builder();
            if let Some(identity) = options.identity {
                server = server
                    .tls_config(ServerTlsConfig::new().identity(identity))
                    .unwrap();
            }
            server
                .layer(version)
                .add_service(health_service)
                .add_service(PlacementServiceServer::new(placements))
                .add_service(FleetServiceServer::new(fleet))
                .serve_with_incoming(TcpListenerStream::new(listener))
                .await
                .unwrap();
        });
        Self {
            state,
            address,
            encrypted,
            _runtime: runtime,
        }
    }

    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.address.port())
    }

    /// The calls of a method so far.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.state
            .lock()
            .calls
            .iter()
            .filter(|call| call.method == method)
            .cloned()
            .collect()
    }
}
