//! AgentService on the wire. Who calls is settled here; what the streams say is the business of `sessions/`.

use hourglass_proto::fleet::v1 as proto;
use proto::agent_service_server::AgentService;
use tonic::{Request, Response, Status, Streaming};

use super::auth::AgentAuthentication;
use super::enroll::Enrolment;
use crate::sessions::control::{self, ControlStream, SessionContext};
use crate::sessions::inventory::{self, InventoryStream};

/// Serves agents.
#[derive(Clone, Debug)]
pub struct AgentEdge {
    /// Gives certificates.
    pub enrolment: Enrolment,
    /// How agents prove who they are.
    pub authentication: AgentAuthentication,
    /// What the streams need.
    pub sessions: SessionContext,
}

#[tonic::async_trait]
impl AgentService for AgentEdge {
    async fn enroll(
        &self,
        request: Request<proto::EnrollRequest>,
    ) -> Result<Response<proto::EnrollResponse>, Status> {
        self.enrolment
            .enroll(request.into_inner())
            .await
            .map(Response::new)
    }

    async fn renew_certificate(
        &self,
        request: Request<proto::RenewCertificateRequest>,
    ) -> Result<Response<proto::RenewCertificateResponse>, Status> {
        let agent = self.authentication.identify(&request)?;
        self.enrolment
            .renew(agent, request.get_ref())
            .await
            .map(Response::new)
    }

    type ControlStream = ControlStream;

    async fn control(
        &self,
        request: Request<Streaming<proto::AgentMessage>>,
    ) -> Result<Response<Self::ControlStream>, Status> {
        let agent = self.authentication.identify(&request)?;
        control::serve(&self.sessions, agent, request.into_inner())
            .await
            .map(Response::new)
    }

    type InventoryStream = InventoryStream;

    async fn inventory(
        &self,
        request: Request<Streaming<proto::InventoryMessage>>,
    ) -> Result<Response<Self::InventoryStream>, Status> {
        let agent = self.authentication.identify(&request)?;
        let stream = inventory::serve(&self.sessions, agent, request.into_inner());
        Ok(Response::new(stream))
    }
}
