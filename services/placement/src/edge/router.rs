//! All services behind one port.

use std::sync::Arc;
use std::time::Duration;

use hourglass_proto::FILE_DESCRIPTOR_SET;
use hourglass_proto::fleet::v1::agent_service_server::AgentServiceServer;
use hourglass_proto::fleet::v1::fleet_service_server::FleetServiceServer;
use hourglass_proto::fleet::v1::placement_service_server::PlacementServiceServer;
use hourglass_runtime::grpc_server::grpc_server;
use hourglass_runtime::tls::Authority;
use hourglass_store::Store;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::Router;
use tonic_health::server::HealthReporter;
use tower::layer::util::{Identity, Stack};

use super::agent_service::AgentEdge;
use super::auth::{AgentAuthentication, Credentials, RequireBearer};
use super::enroll::Enrolment;
use super::fleet_service::FleetEdge;
use super::layers::{EdgeLayer, MAX_CONCURRENT_CALLS, MAX_MESSAGE_BYTES};
use super::placement_service::PlacementEdge;
use super::watch::{WatchLimits, Watches};
use crate::sessions::control::SessionContext;

/// A server with everything in it but its listener.
pub type EdgeRouter = Router<Stack<EdgeLayer, Identity>>;

/// What the edge is made of.
pub struct EdgeParts {
    /// Version of this server.
    pub version: &'static str,
    /// What watches read.
    pub store: Arc<dyn Store>,
    /// What callers are checked against.
    pub credentials: Credentials,
    /// How agents prove who they are.
    pub agent_authentication: AgentAuthentication,
    /// Signs agents' certificates.
    pub authority: Authority,
    /// How long these last.
    pub agent_certificate_lifetime: Duration,
    /// Decision loop, tasks and times of the agents' streams.
    pub sessions: SessionContext,
    /// Bounds of watches.
    pub watch_limits: WatchLimits,
}

/// The edge, ready to be served.
pub struct Edge {
    /// All services.
    pub router: EdgeRouter,
    /// Says of each service whether it serves; not yet, at first.
    health: HealthReporter,
}

type PlacementServer = PlacementServiceServer<PlacementEdge>;
type FleetServer = FleetServiceServer<FleetEdge>;
type AgentServer = AgentServiceServer<AgentEdge>;

impl Edge {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the descriptors for reflection are damaged, which only a broken build can bring about.
    pub async fn new(parts: EdgeParts) -> Result<Self, tonic_reflection::server::Error> {
        let scheduler = parts.sessions.scheduler.clone();
        let watches = Watches::new(parts.store, parts.sessions.tasks.clone(), parts.watch_limits);
        let admin = RequireBearer::new(Arc::new(parts.credentials));
        let placements = PlacementServer::new(PlacementEdge {
            scheduler: scheduler.clone(),
            watches,
        })
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let fleet = FleetServer::new(FleetEdge {
            scheduler: scheduler.clone(),
        })
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let agents = AgentServer::new(AgentEdge {
            enrolment: Enrolment::new(scheduler, parts.authority, parts.agent_certificate_lifetime),
            authentication: parts.agent_authentication,
            sessions: parts.sessions,
        })
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let (health, health_service) = tonic_health::server::health_reporter();
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
        let edge = Self {
            router: grpc_server()
                .layer(EdgeLayer::new(parts.version, MAX_CONCURRENT_CALLS))
                .add_service(health_service)
                .add_service(reflection.build_v1()?)
                .add_service(InterceptedService::new(placements, admin.clone()))
                .add_service(InterceptedService::new(fleet, admin))
                .add_service(agents),
            health,
        };
        edge.set_serving(false).await;
        Ok(edge)
    }

    /// Where `set_serving` can still be called from once the router is being served.
    pub fn split(self) -> (EdgeRouter, ServingSwitch) {
        (self.router, ServingSwitch(self.health))
    }

    async fn set_serving(&self, serving: bool) {
        ServingSwitch(self.health.clone()).set(serving).await;
    }
}

/// What `grpc.health.v1` says of all services.
#[derive(Clone, Debug)]
pub struct ServingSwitch(HealthReporter);

impl ServingSwitch {
    /// SERVING or NOT_SERVING, for each service and for the server as a whole.
    pub async fn set(&self, serving: bool) {
        use tonic_health::ServingStatus;
        let status = if serving {
            ServingStatus::Serving
        } else {
            ServingStatus::NotServing
        };
        for service in [
            "",
            "hourglass.fleet.v1.PlacementService",
            "hourglass.fleet.v1.FleetService",
            "hourglass.fleet.v1.AgentService",
        ] {
            self.0.set_service_status(service, status).await;
        }
    }
}

#[cfg(test)]
#[path = "router_tests.rs"]
mod tests;
