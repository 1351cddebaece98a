//! FleetService on the wire: validate, call the port, convert, nothing else.

use hourglass_engine::ClusterState;
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::resource_name::{ClusterScope, format_cluster, parse_cluster};
use hourglass_proto::fleet::v1 as proto;
use proto::fleet_service_server::FleetService;
use tonic::{Request, Response, Status};

use super::clock;
use super::convert::cluster::{cluster_out, update_in};
use super::convert::fleet::{AssignmentCounts, fleet_out};
use super::convert::node::node_out;
use super::convert::orphan::{OrphanKey, orphans_of};
use super::convert::placement_in::request_id_in;
use super::convert::token::{join_token_out, record_in};
use super::errors::invalid;
use super::filter::{CLUSTER, Filter, NODE, NodeOf};
use super::names;
use super::paging::{Listing, PageRequest, SortKey};
use super::violations::Violations;
use crate::pki::placement_seal::PlacementSeal;
use crate::records::JoinTokenRecord;
use crate::scheduler::clusters::Cluster;
use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, CreateJoinToken, RevokeJoinToken, Scheduler};

/// Serves people and tools that look after clusters.
#[derive(Clone, Debug)]
pub struct FleetEdge {
    /// The decision loop.
    pub scheduler: Scheduler,
    /// Derives the join token of a call that can be repeated.
    pub seal: PlacementSeal,
}

/// The clusters of a scope; NOT_FOUND when it names one that is not there.
fn clusters_of<'a>(core: &'a Core, scope: &ClusterScope) -> Result<Vec<&'a Cluster>, CallError> {
    match scope {
        ClusterScope::All => Ok(core.clusters().iter().collect()),
        ClusterScope::One(name) => {
            let cluster = core
                .clusters()
                .get(name)
                .ok_or_else(|| CallError::NotFound(format_cluster(name)))?;
            Ok(vec![cluster])
        }
    }
}

/// A node with its place in a listing.
struct ShownNode {
    cluster: ClusterName,
    node: NodeName,
    message: proto::Node,
}

impl ShownNode {
    fn of(core: &Core, NodeOf { cluster, node }: NodeOf<'_>, counts: &AssignmentCounts<'_>) -> Self {
        let name = node.name().clone();
        let message = node_out(core, cluster, node, counts.on_node(cluster, &name));
        Self {
            cluster: cluster.clone(),
            node: name,
            message,
        }
    }

    fn sort_key(&self) -> SortKey<'_> {
        SortKey::by_name(self.cluster.as_str(), self.node.as_str())
    }
}

fn shown_cluster(core: &Core, name: &ClusterName) -> Result<proto::Cluster, CallError> {
    let cluster = core
        .clusters()
        .get(name)
        .ok_or_else(|| CallError::NotFound(format_cluster(name)))?;
    Ok(cluster_out(
        core,
        cluster,
        AssignmentCounts::of(core).in_cluster(name),
    ))
}

#[tonic::async_trait]
impl FleetService for FleetEdge {
    async fn list_clusters(
        &self,
        request: Request<proto::ListClustersRequest>,
    ) -> Result<Response<proto::ListClustersResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let filter = violations.check("filter", Filter::parse(&request.filter, &CLUSTER));
        let listing = Listing {
            method: "ListClusters",
            filter: &request.filter,
            page_size: request.page_size,
            page_token: &request.page_token,
            ..Listing::default()
        };
        let page = PageRequest::read(&listing, &mut violations);
        let filter = violations.finish(filter).map_err(invalid)?;
        let wanted = page.clone();
        let selection = self
            .scheduler
            .query(move |core| {
                let counts = AssignmentCounts::of(core);
                let matching = core.clusters().iter().filter(|cluster| filter.matches(*cluster));
                wanted
                    .select(matching, |cluster| {
                        SortKey::by_name("", cluster.record.name.as_str())
                    })
                    .map(|cluster| {
                        let name = cluster.record.name.clone();
                        let assignments = counts.in_cluster(&name);
                        (name, cluster_out(core, cluster, assignments))
                    })
            })
            .await?;
        let (clusters, next_page_token) = page.fill(
            &selection,
            |(name, _)| SortKey::by_name("", name.as_str()),
            |(_, cluster)| cluster.clone(),
        );
        Ok(Response::new(proto::ListClustersResponse {
            clusters,
            next_page_token,
        }))
    }

    async fn get_cluster(
        &self,
        request: Request<proto::GetClusterRequest>,
    ) -> Result<Response<proto::Cluster>, Status> {
        let mut violations = Violations::new();
        let name = violations.check("name", parse_cluster(&request.get_ref().name));
        let name = violations.finish(name).map_err(invalid)?;
        let cluster = self
            .scheduler
            .query(move |core| shown_cluster(core, &name))
            .await?;
        Ok(Response::new(cluster?))
    }

    async fn update_cluster(
        &self,
        request: Request<proto::UpdateClusterRequest>,
    ) -> Result<Response<proto::Cluster>, Status> {
        let input = update_in(request.into_inner()).map_err(invalid)?;
        let updated = self.scheduler.update_cluster(input).await?;
        let name = updated.name;
        let cluster = self
            .scheduler
            .query(move |core| shown_cluster(core, &name))
            .await?;
        Ok(Response::new(cluster?))
    }

    async fn list_nodes(
        &self,
        request: Request<proto::ListNodesRequest>,
    ) -> Result<Response<proto::ListNodesResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let scope = violations.check("parent", ClusterScope::parse(&request.parent));
        let filter = violations.check("filter", Filter::parse(&request.filter, &NODE));
        let listing = Listing {
            method: "ListNodes",
            parent: &request.parent,
            filter: &request.filter,
            page_size: request.page_size,
            page_token: &request.page_token,
            ..Listing::default()
        };
        let page = PageRequest::read(&listing, &mut violations);
        let (scope, filter) = violations.finish(scope.zip(filter)).map_err(invalid)?;
        let wanted = page.clone();
        let selection = self
            .scheduler
            .query(move |core| {
                let counts = AssignmentCounts::of(core);
                let clusters = clusters_of(core, &scope)?;
                let nodes = clusters.into_iter().flat_map(|cluster| {
                    let name = &cluster.record.name;
                    let state = core.fleet().cluster(name).into_iter();
                    state
                        .flat_map(ClusterState::nodes)
                        .map(move |node| NodeOf { cluster: name, node })
                });
                let matching = nodes.filter(|node| filter.matches(node));
                let selection = wanted.select(matching, |node| {
                    SortKey::by_name(node.cluster.as_str(), node.node.name().as_str())
                });
                Ok(selection.map(|node| ShownNode::of(core, node, &counts)))
            })
            .await
            .and_then(std::convert::identity)?;
        let (nodes, next_page_token) =
            page.fill(&selection, ShownNode::sort_key, |node| node.message.clone());
        Ok(Response::new(proto::ListNodesResponse {
            nodes,
            next_page_token,
        }))
    }

    async fn create_join_token(
        &self,
        request: Request<proto::CreateJoinTokenRequest>,
    ) -> Result<Response<proto::JoinToken>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let request_id = request_id_in(request.request_id.clone(), &mut violations);
        violations.finish(Some(())).map_err(invalid)?;
        let token = request_id.map_or_else(clock::join_token, |request_id| {
            clock::join_token_for(&self.seal, &request_id)
        });
        let record = record_in(request, &token, clock::now()).map_err(invalid)?;
        let record = self
            .scheduler
            .create_join_token(CreateJoinToken { record })
            .await?;
        Ok(Response::new(join_token_out(&record, Some(&token))))
    }

    async fn list_join_tokens(
        &self,
        request: Request<proto::ListJoinTokensRequest>,
    ) -> Result<Response<proto::ListJoinTokensResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let listing = Listing {
            method: "ListJoinTokens",
            page_size: request.page_size,
            page_token: &request.page_token,
            ..Listing::default()
        };
        let page = PageRequest::read(&listing, &mut violations);
        violations.finish(Some(())).map_err(invalid)?;
        let wanted = page.clone();
        let selection = self
            .scheduler
            .query(move |core| {
                let tokens = core.join_tokens();
                wanted
                    .select(tokens, |token| SortKey::by_name("", &token.id))
                    .map(JoinTokenRecord::clone)
            })
            .await?;
        let (join_tokens, next_page_token) = page.fill(
            &selection,
            |token| SortKey::by_name("", &token.id),
            |token| join_token_out(token, None),
        );
        Ok(Response::new(proto::ListJoinTokensResponse {
            join_tokens,
            next_page_token,
        }))
    }

    async fn revoke_join_token(
        &self,
        request: Request<proto::RevokeJoinTokenRequest>,
    ) -> Result<Response<proto::JoinToken>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let id = violations.check("name", names::join_token(&request.name));
        let request_id = request_id_in(request.request_id, &mut violations);
        let id = violations.finish(id).map_err(invalid)?;
        let record = self
            .scheduler
            .revoke_join_token(RevokeJoinToken { id, request_id })
            .await?;
        Ok(Response::new(join_token_out(&record, None)))
    }

    async fn list_orphans(
        &self,
        request: Request<proto::ListOrphansRequest>,
    ) -> Result<Response<proto::ListOrphansResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let scope = violations.check("parent", ClusterScope::parse(&request.parent));
        let listing = Listing {
            method: "ListOrphans",
            parent: &request.parent,
            page_size: request.page_size,
            page_token: &request.page_token,
            ..Listing::default()
        };
        let page = PageRequest::read(&listing, &mut violations);
        let scope = violations.finish(scope).map_err(invalid)?;
        let wanted = page.clone();
        let selection = self
            .scheduler
            .query(move |core| {
                let orphans = clusters_of(core, &scope)?.into_iter().flat_map(orphans_of);
                Ok(wanted.select(orphans, OrphanKey::sort_key))
            })
            .await
            .and_then(std::convert::identity)?;
        let (orphans, next_page_token) =
            page.fill(&selection, OrphanKey::sort_key, |one| one.message.clone());
        Ok(Response::new(proto::ListOrphansResponse {
            orphans,
            next_page_token,
        }))
    }

    async fn get_fleet(&self, _: Request<proto::GetFleetRequest>) -> Result<Response<proto::Fleet>, Status> {
        self.scheduler
            .query(fleet_out)
            .await
            .map(Response::new)
            .map_err(Status::from)
    }
}
