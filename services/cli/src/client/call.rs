//! Calls: metadata on every one, and repetition while the server is unavailable.
//!
//! Every call of this program is safe to repeat: it reads, or it carries a request id.

use std::error::Error;
use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use hourglass_proto::fleet::v1::fleet_service_client::FleetServiceClient;
use hourglass_proto::fleet::v1::placement_service_client::PlacementServiceClient;
use hourglass_runtime::backoff::Backoff;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataMap, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use super::{CallTrace, ConnectFailure, RETRY_DELAYS};
use crate::context::{Target, Trust};
use crate::errors::CliError;

/// The server's own version, in the metadata of each of its answers.
const VERSION_KEY: &str = "hourglass-version";

/// The services on one connection.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Placements.
    pub placements: PlacementServiceClient<Channel>,
    /// Clusters, nodes, tokens, the fleet.
    pub fleet: FleetServiceClient<Channel>,
    /// grpc.health.v1.
    pub health: HealthClient<Channel>,
}

/// How long to go on trying.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// One call, its repetitions included, while the server answers that it is unavailable.
    pub call: Duration,
    /// While there is no answer from it at all.
    pub contact: Duration,
}

/// A connected server.
#[derive(Debug)]
pub struct Session {
    clients: Clients,
    target: Target,
    authorization: Option<MetadataValue<Ascii>>,
    trace: CallTrace,
    patience: Patience,
    verbose: bool,
    server_version: OnceLock<String>,
}

impl Session {
    /// Takes a channel into use.
    pub fn new(
        channel: Channel,
        target: Target,
        trace: CallTrace,
        patience: Patience,
        verbose: bool,
    ) -> Result<Self, CliError> {
        let authorization = match &target.credential {
            Some(credential) => {
                let mut value: MetadataValue<Ascii> = format!("Bearer {}", credential.token.expose())
                    .parse()
                    .map_err(|_| crate::context::ContextError::BadToken {
                        origin: credential.origin.clone(),
                    })?;
                // Marks it for HTTP/2 as never to be indexed, and for Debug as never to be shown.
                value.set_sensitive(true);
                Some(value)
            }
            None => None,
        };
        let clients = Clients {
            placements: PlacementServiceClient::new(channel.clone()),
            fleet: FleetServiceClient::new(channel.clone()),
            health: HealthClient::new(channel),
        };
        Ok(Self {
            clients,
            target,
            authorization,
            trace,
            patience,
            verbose,
            server_version: OnceLock::new(),
        })
    }

    /// The tenant that short names belong to.
    pub fn tenant(&self) -> &str {
        &self.target.tenant
    }

    /// How long one call may take.
    pub fn timeout(&self) -> Duration {
        self.patience.call
    }

    /// Version that the server gave in its answers so far.
    pub fn server_version(&self) -> Option<&str> {
        self.server_version.get().map(String::as_str)
    }

    /// The services, for calls that are not repeated here.
    pub fn clients(&self) -> Clients {
        self.clients.clone()
    }

    /// A request with credential and trace context.
    pub fn request<M>(&self, message: M) -> Request<M> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        if let Some(authorization) = &self.authorization {
            metadata.insert("authorization", authorization.clone());
        }
        if let Ok(traceparent) = self.trace.next_traceparent().parse() {
            metadata.insert("traceparent", traceparent);
        }
        request
    }

    /// Keeps what the metadata of an answer says about the server.
    pub fn note_metadata(&self, metadata: &MetadataMap) {
        if let Some(version) = metadata.get(VERSION_KEY).and_then(|value| value.to_str().ok()) {
            self.server_version.get_or_init(|| version.to_owned());
        }
    }

    /// One call, repeated with growing, jittered delays (or the server's own RetryInfo) while the server is
    /// unavailable and time is left. `doing` names it in an error, as in "get placement/foo".
    pub async fn call<M, T, F, Fut>(&self, doing: &str, message: M, send: F) -> Result<T, CliError>
    where
        M: Clone,
        F: Fn(Clients, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        self.call_with_metadata(doing, message, send)
            .await
            .map(|(answer, _)| answer)
    }

    /// Like [`Session::call`], with the metadata of the answer.
    pub async fn call_with_metadata<M, T, F, Fut>(
        &self,
        doing: &str,
        message: M,
        send: F,
    ) -> Result<(T, MetadataMap), CliError>
    where
        M: Clone,
        F: Fn(Clients, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let started = Instant::now();
        let deadline = started + self.patience.call;
        let mut delays = Backoff::new(RETRY_DELAYS);
        loop {
            let mut request = self.request(message.clone());
            request.set_timeout(deadline.saturating_duration_since(Instant::now()));
            let status = match Box::pin(send(self.clients.clone(), request)).await {
                Ok(response) => {
                    self.note_metadata(response.metadata());
                    let metadata = response.metadata().clone();
                    return Ok((response.into_inner(), metadata));
                }
                Err(status) => status,
            };
            self.note_metadata(status.metadata());
            let again = Instant::now() + retry_delay(&status, &mut delays);
            let (may_pass, until) = match self.no_answer(&status) {
                Some(failure) => (failure.may_pass(), deadline.min(started + self.patience.contact)),
                None => (status.code() == Code::Unavailable, deadline),
            };
            if !may_pass || again >= until {
                return Err(self.refused(doing, status));
            }
            if self.verbose {
                crate::console::note(&format!("{doing}: {}; trying again", status.message()));
            }
            tokio::time::sleep_until(again).await;
        }
    }

    /// Why there was no answer, when the status was made on this side of the wire: such a one has a source,
    /// and one that a server sent has none.
    fn no_answer(&self, status: &Status) -> Option<ConnectFailure> {
        status
            .source()
            .map(|source| ConnectFailure::new(&self.target, source))
    }

    /// The error for a status: a broken connection is told apart from an answer.
    pub fn refused(&self, doing: &str, status: Status) -> CliError {
        if let Some(failure) = self.no_answer(&status) {
            return Box::new(failure).into();
        }
        CliError::Refused {
            doing: doing.to_owned(),
            status: Box::new(status),
            trace_id: self.trace.trace_id().to_owned(),
        }
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.target.trust != Trust::Plaintext
    }
}

fn retry_delay(status: &Status, delays: &mut Backoff) -> Duration {
    let own = delays.next_delay();
    match status
        .get_details_retry_info()
        .and_then(|retry| retry.retry_delay)
    {
        // Jitter on top, so that all who were told the same do not come at once.
        Some(asked) => asked + own.min(asked / 4),
        None => own,
    }
}
