//! All services behind one port.

use std::sync::Arc;
use std::time::Duration;

use hourglass_proto::FILE_DESCRIPTOR_SET;
use hourglass_proto::fleet::v1::agent_service_server::AgentServiceServer;
use hourglass_proto::fleet::v1::fleet_service_server::FleetServiceServer;
use hourglass_proto::fleet::v1::placement_service_server::PlacementServiceServer;
use hourglass_runtime::grpc_server::grpc_server;
use hourglass_runtime::tls::{Authority, Listener};
use hourglass_store::Store;
use tokio_util::sync::CancellationToken;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::Router;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::layer::util::{Identity, Stack};

use super::agent_service::AgentEdge;
use super::auth::{AgentAuthentication, Credentials, InvalidHash, RequireBearer};
use super::enroll::Enrolment;
use super::fleet_service::FleetEdge;
use super::layers::{EdgeLayer, MAX_CONCURRENT_CALLS, MAX_MESSAGE_BYTES};
use super::placement_service::PlacementEdge;
use super::watch::{WatchLimits, Watches};
use crate::pki::placement_seal::PlacementSeal;
use crate::scheduler::port::Scheduler;
use crate::sessions::control::SessionContext;

/// Response metadata says this version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `grpc.health.v1` is asked for: the server as a whole, and each service.
const HEALTH_NAMES: &[&str] = &[
    "",
    "hourglass.fleet.v1.PlacementService",
    "hourglass.fleet.v1.FleetService",
    "hourglass.fleet.v1.AgentService",
];

/// What the edge needs of the server.
#[derive(Clone)]
pub struct EdgeContext {
    /// The decision loop.
    pub scheduler: Scheduler,
    /// What watches read.
    pub store: Arc<dyn Store>,
    /// Derives join tokens of calls that can be repeated.
    pub seal: PlacementSeal,
    /// Signs agents' certificates.
    pub authority: Authority,
    /// CA certificates beside the authority's own that agents are to trust the server by, PEM; may be empty.
    pub extra_trust_pem: String,
    /// SHA-256 of the administrator's token, hex.
    pub admin_token_sha256: String,
    /// How long agents' certificates last.
    pub agent_certificate_lifetime: Duration,
    /// There is no TLS, so agents say themselves who they are; only on a loopback address.
    pub plaintext: bool,
    /// What the agents' streams need; watches run as its tasks.
    pub sessions: SessionContext,
}

/// The edge cannot be put together, or has failed.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The hash of the administrator's token is none.
    #[error("the administrator's token: {0}")]
    AdminToken(#[from] InvalidHash),
    /// The descriptors for reflection are damaged, which only a broken build can bring about.
    #[error("gRPC reflection cannot be served: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// Serving failed.
    #[error("the API cannot be served: {0}")]
    Serve(#[from] tonic::transport::Error),
}

/// Serves the API on `listener` until `stop`; then the health service says so, calls under way end, and so does this.
///
/// # Errors
/// [`EdgeError`].
pub async fn serve(
    context: EdgeContext,
    listener: Listener,
    stop: CancellationToken,
) -> Result<(), EdgeError> {
    let (router, health) = router(context)?;
    set_serving(&health, true).await;
    let stopping = async move {
        stop.cancelled().await;
        set_serving(&health, false).await;
    };
    router.serve_with_incoming_shutdown(listener, stopping).await?;
    Ok(())
}

async fn set_serving(health: &HealthReporter, serving: bool) {
    let status = if serving {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    };
    for name in HEALTH_NAMES {
        health.set_service_status(*name, status).await;
    }
}

/// Puts the services together.
fn router(context: EdgeContext) -> Result<(Router<Stack<EdgeLayer, Identity>>, HealthReporter), EdgeError> {
    let EdgeContext {
        scheduler,
        store,
        seal,
        authority,
        sessions,
        ..
    } = context;
    let credentials = Credentials::from_sha256_hex(&context.admin_token_sha256)?;
    let admin = RequireBearer::new(Arc::new(credentials));
    let watches = Watches::new(store, sessions.tasks.clone(), WatchLimits::default());
    let placements = PlacementServiceServer::new(PlacementEdge {
        scheduler: scheduler.clone(),
        watches,
    })
    .max_decoding_message_size(MAX_MESSAGE_BYTES)
    .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let fleet = FleetServiceServer::new(FleetEdge {
        scheduler: scheduler.clone(),
        seal,
    })
    .max_decoding_message_size(MAX_MESSAGE_BYTES)
    .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let authentication = if context.plaintext {
        AgentAuthentication::Metadata
    } else {
        AgentAuthentication::Certificates
    };
    let enrolment = Enrolment::new(
        scheduler,
        authority,
        context.extra_trust_pem,
        context.agent_certificate_lifetime,
    );
    let agents = AgentServiceServer::new(AgentEdge {
        enrolment,
        authentication,
        sessions,
    })
    .max_decoding_message_size(MAX_MESSAGE_BYTES)
    .max_encoding_message_size(MAX_MESSAGE_BYTES);
    let (health, health_service) = tonic_health::server::health_reporter();
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()?;
    let router = grpc_server()
        .layer(EdgeLayer::new(VERSION, MAX_CONCURRENT_CALLS))
        .add_service(health_service)
        .add_service(reflection)
        .add_service(InterceptedService::new(placements, admin.clone()))
        .add_service(InterceptedService::new(fleet, admin))
        .add_service(agents);
    Ok((router, health))
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
