//! A client of the gRPC API, as an executor has one.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use hourglass_proto::fleet::v1::fleet_service_client::FleetServiceClient;
use hourglass_proto::fleet::v1::placement_service_client::PlacementServiceClient;
use hourglass_proto::fleet::v1::{
    Cluster, CreateJoinTokenRequest, CreatePlacementRequest, DeletePlacementRequest, GetClusterRequest,
    GetPlacementRequest, Placement, PlacementView, UpdateClusterRequest, WatchPlacementsRequest, cluster,
    placement,
};
use hourglass_runtime::tls::client::{ClientTls, endpoint};
use hourglass_runtime::trace_context;
use hourglass_testbed::wait_until;
use pbjson_types::FieldMask;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::server::Server;

/// Longer than any call takes on a busy machine.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Adds the bearer token and the trace context to each call.
#[derive(Clone, Debug)]
pub struct Credential(MetadataValue<Ascii>);

impl Credential {
    /// A bearer token.
    ///
    /// # Errors
    /// When no header can carry it.
    pub fn bearer(token: &str) -> Result<Self> {
        Ok(Self(
            format!("Bearer {token}")
                .parse()
                .context("the token fits into no header")?,
        ))
    }
}

impl Interceptor for Credential {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        trace_context::inject(request.metadata_mut());
        Ok(request)
    }
}

/// A channel that says who calls.
pub type Calls = InterceptedService<Channel, Credential>;

/// Both services of one server. It works as long as the async runtime in which it was made.
#[derive(Clone, Debug)]
pub struct Api {
    /// Placements.
    pub placements: PlacementServiceClient<Calls>,
    /// Clusters, nodes, join tokens.
    pub fleet: FleetServiceClient<Calls>,
}

impl Api {
    /// Connects as the administrator. A server that restarts is connected again by the next call.
    ///
    /// # Errors
    /// When the server's files cannot be read.
    pub fn of(server: &Server) -> Result<Self> {
        let ca_pem = server.ca_pem().context("cannot read the server's CA")?;
        let token = server
            .admin_token()
            .context("cannot read the administrator's token")?;
        Self::connect(&server.url(), &ca_pem, &token)
    }

    /// The same from parts.
    ///
    /// # Errors
    /// When they make no connection.
    pub fn connect(url: &str, ca_pem: &str, token: &str) -> Result<Self> {
        let channel = channel(url, ca_pem)?;
        let credential = Credential::bearer(token)?;
        Ok(Self {
            placements: PlacementServiceClient::with_interceptor(channel.clone(), credential.clone()),
            fleet: FleetServiceClient::with_interceptor(channel, credential),
        })
    }

    /// Creates a placement.
    ///
    /// # Errors
    /// The server's.
    pub async fn create(&self, request: CreatePlacementRequest) -> Result<Placement, Status> {
        // Boxed: the future holds the whole request, and all futures around it would grow with it.
        let mut client = self.placements.clone();
        Ok(Box::pin(client.create_placement(request)).await?.into_inner())
    }

    /// A placement by its full name.
    ///
    /// # Errors
    /// The server's.
    pub async fn get(&self, name: &str) -> Result<Placement, Status> {
        let request = GetPlacementRequest {
            name: name.to_owned(),
            view: PlacementView::Full.into(),
        };
        Ok(self.placements.clone().get_placement(request).await?.into_inner())
    }

    /// Asks for the deletion of a placement.
    ///
    /// # Errors
    /// The server's.
    pub async fn delete(&self, name: &str) -> Result<Placement, Status> {
        let request = DeletePlacementRequest {
            name: name.to_owned(),
            ..DeletePlacementRequest::default()
        };
        Ok(self
            .placements
            .clone()
            .delete_placement(request)
            .await?
            .into_inner())
    }

    /// Waits for a state.
    ///
    /// # Errors
    /// When `limit` passes; says how the placement was then.
    pub async fn in_state(&self, name: &str, state: placement::State, limit: Duration) -> Result<Placement> {
        let what = format!("{name} is {}", state.as_str_name());
        self.until(&what, name, limit, |placement| placement.state() == state)
            .await
    }

    /// Waits until `holds` of a placement.
    ///
    /// # Errors
    /// When `limit` passes; says how the placement was then.
    pub async fn until(
        &self,
        what: &str,
        name: &str,
        limit: Duration,
        holds: impl Fn(&Placement) -> bool,
    ) -> Result<Placement> {
        let found = wait_until(what, limit, async || {
            let placement = self.get(name).await.map_err(|status| status.to_string())?;
            if holds(&placement) {
                Ok(placement)
            } else {
                Err(story(&placement))
            }
        });
        Ok(found.await?)
    }

    /// Waits for READY as an executor does: by the watch, not by asking again and again.
    ///
    /// # Errors
    /// When `limit` passes or the watch ends.
    pub async fn ready_by_watch(&self, name: &str, limit: Duration) -> Result<Placement> {
        let (parent, _) = name
            .split_once("/placements/")
            .context("not the name of a placement")?;
        let request = WatchPlacementsRequest {
            parent: parent.to_owned(),
            ..WatchPlacementsRequest::default()
        };
        let ready = async {
            let mut changes = self
                .placements
                .clone()
                .watch_placements(request)
                .await?
                .into_inner();
            while let Some(change) = changes.message().await? {
                if let Some(found) = change.placement
                    && found.name == name
                    && found.state() == placement::State::Ready
                {
                    return Ok(found);
                }
            }
            bail!("the watch ended before {name} was READY")
        };
        match tokio::time::timeout(limit, ready).await {
            Ok(found) => found,
            Err(_) => bail!(
                "not READY within {} s: {}",
                limit.as_secs(),
                story(&self.get(name).await?)
            ),
        }
    }

    /// Waits until a placement is gone.
    ///
    /// # Errors
    /// When `limit` passes.
    pub async fn gone(&self, name: &str, limit: Duration) -> Result<()> {
        let what = format!("{name} is gone");
        let gone = wait_until(&what, limit, async || match self.get(name).await {
            Err(status) if status.code() == Code::NotFound => Ok(()),
            Err(status) => Err(status.to_string()),
            Ok(placement) => Err(story(&placement)),
        });
        Ok(gone.await?)
    }

    /// A cluster by its bare name.
    ///
    /// # Errors
    /// The server's.
    pub async fn cluster(&self, cluster: &str) -> Result<Cluster, Status> {
        let request = GetClusterRequest {
            name: format!("clusters/{cluster}"),
        };
        Ok(self.fleet.clone().get_cluster(request).await?.into_inner())
    }

    /// Waits for a state of a cluster.
    ///
    /// # Errors
    /// When `limit` passes.
    pub async fn cluster_in_state(
        &self,
        cluster: &str,
        state: cluster::State,
        limit: Duration,
    ) -> Result<Cluster> {
        let what = format!("cluster {cluster} is {}", state.as_str_name());
        let found = wait_until(&what, limit, async || {
            let found = self.cluster(cluster).await.map_err(|status| status.to_string())?;
            if found.state() == state {
                Ok(found)
            } else {
                Err(format!("it is {}", found.state().as_str_name()))
            }
        });
        Ok(found.await?)
    }

    /// Lets a cluster take new placements, or no more.
    ///
    /// # Errors
    /// The server's.
    pub async fn set_cordoned(&self, cluster: &str, cordoned: bool) -> Result<Cluster, Status> {
        let request = UpdateClusterRequest {
            cluster: Some(Cluster {
                name: format!("clusters/{cluster}"),
                cordoned,
                ..Cluster::default()
            }),
            update_mask: Some(FieldMask {
                paths: vec!["cordoned".to_owned()],
            }),
            ..UpdateClusterRequest::default()
        };
        Ok(self.fleet.clone().update_cluster(request).await?.into_inner())
    }

    /// A join token for a cluster; the secret.
    ///
    /// # Errors
    /// The server's.
    pub async fn join_token(&self, cluster: &str) -> Result<String, Status> {
        let request = CreateJoinTokenRequest {
            cluster: cluster.to_owned(),
            ..CreateJoinTokenRequest::default()
        };
        Ok(self
            .fleet
            .clone()
            .create_join_token(request)
            .await?
            .into_inner()
            .token)
    }
}

/// A lazily connected channel to a server, without a credential.
///
/// # Errors
/// When URL or CA are none.
pub fn channel(url: &str, ca_pem: &str) -> Result<Channel> {
    let tls = ClientTls {
        ca_pem: Some(ca_pem.to_owned()),
        ..ClientTls::default()
    };
    Ok(endpoint(url, &tls)?.timeout(CALL_LIMIT).connect_lazy())
}

/// How a placement is, in a few lines: for messages of failed waits.
#[must_use]
pub fn story(placement: &Placement) -> String {
    let mut text = format!("{} is {}", placement.name, placement.state().as_str_name());
    for condition in &placement.conditions {
        text.push_str(&format!(
            "\n  {}={} {}: {}",
            condition.r#type().as_str_name(),
            condition.status().as_str_name(),
            condition.reason().as_str_name(),
            condition.message
        ));
    }
    for assignment in &placement.assignments {
        text.push_str(&format!(
            "\n  slot {} epoch {} on {}/{}: {} ready={} {}",
            assignment.slot,
            assignment.epoch,
            assignment.cluster,
            assignment.node,
            assignment.phase().as_str_name(),
            assignment.ready,
            assignment.message
        ));
    }
    text
}
