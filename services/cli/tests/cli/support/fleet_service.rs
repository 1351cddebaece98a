//! FleetService in memory.

use std::sync::Arc;

use hourglass_proto::fleet::v1::fleet_service_server::FleetService;
use hourglass_proto::fleet::v1::*;
use tonic::{Request, Response, Status};

use super::state::{State, page, passes};

#[derive(Debug, Clone)]
pub struct FleetOf(pub Arc<State>);

#[tonic::async_trait]
impl FleetService for FleetOf {
    async fn list_clusters(
        &self,
        request: Request<ListClustersRequest>,
    ) -> Result<Response<ListClustersResponse>, Status> {
        self.0
            .admit(&request, "ListClusters", request.get_ref().filter.clone())?;
        let request = request.into_inner();
        let mut found = self.0.lock().clusters.clone();
        found.retain(|cluster| passes(&request.filter, &cluster.name, &cluster.labels));
        let (clusters, next_page_token) = page(&found, request.page_size, &request.page_token);
        Ok(Response::new(ListClustersResponse {
            clusters,
            next_page_token,
        }))
    }

    async fn get_cluster(&self, request: Request<GetClusterRequest>) -> Result<Response<Cluster>, Status> {
        self.0.admit(&request, "GetCluster", String::new())?;
        let name = request.into_inner().name;
        let found = self
            .0
            .lock()
            .clusters
            .iter()
            .find(|cluster| cluster.name == name)
            .cloned();
        found
            .map(Response::new)
            .ok_or_else(|| Status::not_found("there is no such cluster"))
    }

    async fn update_cluster(
        &self,
        request: Request<UpdateClusterRequest>,
    ) -> Result<Response<Cluster>, Status> {
        self.0
            .admit(&request, "UpdateCluster", request.get_ref().request_id.clone())?;
        let request = request.into_inner();
        let wanted = request.cluster.unwrap();
        let mut memory = self.0.lock();
        let cluster = memory
            .clusters
            .iter_mut()
            .find(|cluster| cluster.name == wanted.name)
            .unwrap();
        for path in request.update_mask.unwrap().paths {
            match path.as_str() {
                "cordoned" => cluster.cordoned = wanted.cordoned,
                "labels" => cluster.labels.clone_from(&wanted.labels),
                "taints" => cluster.taints.clone_from(&wanted.taints),
                other => return Err(Status::invalid_argument(format!("no field {other}"))),
            }
        }
        Ok(Response::new(cluster.clone()))
    }

    async fn list_nodes(
        &self,
        request: Request<ListNodesRequest>,
    ) -> Result<Response<ListNodesResponse>, Status> {
        self.0
            .admit(&request, "ListNodes", request.get_ref().parent.clone())?;
        let request = request.into_inner();
        let mut found = self.0.lock().nodes.clone();
        found.retain(|node| {
            (request.parent == "clusters/-" || node.name.starts_with(&format!("{}/", request.parent)))
                && passes(&request.filter, &node.name, &node.labels)
        });
        let (nodes, next_page_token) = page(&found, request.page_size, &request.page_token);
        Ok(Response::new(ListNodesResponse {
            nodes,
            next_page_token,
        }))
    }

    async fn create_join_token(
        &self,
        request: Request<CreateJoinTokenRequest>,
    ) -> Result<Response<JoinToken>, Status> {
        self.0
            .admit(&request, "CreateJoinToken", request.get_ref().request_id.clone())?;
        let request = request.into_inner();
        let mut memory = self.0.lock();
        let made = JoinToken {
            name: format!("joinTokens/t{}", memory.tokens.len() + 1),
            cluster: request.cluster,
            uses_left: request.uses.unwrap_or(1),
            labels: request.labels,
            expire_time: Some(pbjson_types::Timestamp {
                seconds: 4_000_000_000 + request.ttl.map_or(3_600, |ttl| ttl.seconds),
                nanos: 0,
            }),
            ..JoinToken::default()
        };
        memory.tokens.push(made.clone());
        Ok(Response::new(JoinToken {
            token: "hgj_the-secret".to_owned(),
            ..made
        }))
    }

    async fn list_join_tokens(
        &self,
        request: Request<ListJoinTokensRequest>,
    ) -> Result<Response<ListJoinTokensResponse>, Status> {
        self.0.admit(&request, "ListJoinTokens", String::new())?;
        let request = request.into_inner();
        let (join_tokens, next_page_token) =
            page(&self.0.lock().tokens, request.page_size, &request.page_token);
        Ok(Response::new(ListJoinTokensResponse {
            join_tokens,
            next_page_token,
        }))
    }

    async fn revoke_join_token(
        &self,
        request: Request<RevokeJoinTokenRequest>,
    ) -> Result<Response<JoinToken>, Status> {
        let request_id = request.get_ref().request_id.clone();
        self.0.admit(&request, "RevokeJoinToken", request_id)?;
        let name = request.into_inner().name;
        let mut memory = self.0.lock();
        let token = memory.tokens.iter_mut().find(|token| token.name == name);
        let token = token.ok_or_else(|| Status::not_found("there is no such token"))?;
        token.revoked = true;
        Ok(Response::new(token.clone()))
    }

    async fn list_orphans(
        &self,
        request: Request<ListOrphansRequest>,
    ) -> Result<Response<ListOrphansResponse>, Status> {
        self.0
            .admit(&request, "ListOrphans", request.get_ref().parent.clone())?;
        let request = request.into_inner();
        let (orphans, next_page_token) = page(&self.0.lock().orphans, request.page_size, &request.page_token);
        Ok(Response::new(ListOrphansResponse {
            orphans,
            next_page_token,
        }))
    }

    async fn get_fleet(&self, request: Request<GetFleetRequest>) -> Result<Response<Fleet>, Status> {
        self.0.admit(&request, "GetFleet", String::new())?;
        let memory = self.0.lock();
        let ready = memory.nodes.iter().filter(|node| node.ready).count();
        Ok(Response::new(Fleet {
            nodes: i32::try_from(memory.nodes.len()).unwrap(),
            nodes_ready: i32::try_from(ready).unwrap(),
            inventory_complete: true,
            ..memory.fleet.clone()
        }))
    }
}
