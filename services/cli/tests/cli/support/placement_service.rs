//! PlacementService in memory. A placement becomes READY soon after it is made, unless it asks for more than 8
//! GPUs (it waits) or its image is called broken (it fails); a deleted one is soon gone.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hourglass_proto::fleet::v1::placement_service_server::PlacementService;
use hourglass_proto::fleet::v1::watch_placements_response::Type;
use hourglass_proto::fleet::v1::{placement::State as Stage, *};
use tokio_stream::Stream;
use tonic::{Code, Request, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::state::{State, page, passes};

const SOON: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub struct Placements(pub Arc<State>);

fn not_found(name: &str) -> Status {
    let mut details = ErrorDetails::new();
    details
        .set_error_info("PLACEMENT_NOT_FOUND", "hourglass.eigenlayer.io", [])
        .set_resource_info("hourglass.fleet.v1.Placement", name, "", "");
    Status::with_error_details(Code::NotFound, "there is no such placement", details)
}

fn already_exists(reason: &str, message: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, "hourglass.eigenlayer.io", []);
    Status::with_error_details(Code::AlreadyExists, message, details)
}

fn invalid(spec: &PlacementSpec) -> Option<Status> {
    let mut details = ErrorDetails::new();
    let gpu = spec.compute.as_ref().and_then(|compute| compute.gpu.as_ref());
    if gpu.is_some_and(|gpu| gpu.count > 0 && gpu.share_milli > 0) {
        details.add_bad_request_violation("spec.compute.gpu", "count and shareMilli are both given");
    }
    if spec
        .performer
        .as_ref()
        .is_none_or(|performer| performer.image.is_empty())
    {
        details.add_bad_request_violation("spec.performer.image", "is required");
    }
    details.has_bad_request_violations().then(|| {
        details.set_error_info("INVALID_FIELDS", "hourglass.eigenlayer.io", []);
        Status::with_error_details(Code::InvalidArgument, "the placement is invalid", details)
    })
}

/// What becomes of a placement when it is decided.
fn decide(mut placement: Placement) -> Placement {
    let spec = placement.spec.clone().unwrap_or_default();
    let gpus = spec
        .compute
        .and_then(|compute| compute.gpu)
        .map_or(0, |gpu| gpu.count);
    placement.generation = 1;
    placement.observed_generation = 1;
    let condition = |status: condition::Status, reason: condition::Reason, message: &str| Condition {
        r#type: condition::Type::Scheduled.into(),
        status: status.into(),
        reason: reason.into(),
        message: message.to_owned(),
        last_transition_time: None,
    };
    if gpus > 8 {
        placement.set_state(Stage::Pending);
        placement.conditions = vec![condition(
            condition::Status::False,
            condition::Reason::NoCapacity,
            "no node has 9 free GPUs",
        )];
    } else {
        placement.set_state(Stage::Assigned);
        // Two of one placement fit.
        let replicas = spec.replicas.unwrap_or(1);
        placement.conditions = vec![if replicas > 2 {
            condition(
                condition::Status::False,
                condition::Reason::RulesExcludeAllNodes,
                "2 replicas fit",
            )
        } else {
            condition(condition::Status::True, condition::Reason::Decided, "")
        }];
        let placed = (0..replicas.min(2)).map(|slot| Assignment {
            slot,
            cluster: "east".to_owned(),
            node: format!("gpu-{}", slot + 1),
            performer: "performers/x-1".to_owned(),
            epoch: 1,
            ..Assignment::default()
        });
        placement.assignments = placed.collect();
    }
    placement
}

fn settle(mut placement: Placement) -> Placement {
    if placement.state() != Stage::Assigned {
        return placement;
    }
    let image = placement
        .spec
        .clone()
        .and_then(|spec| spec.performer)
        .unwrap_or_default()
        .image;
    if image.contains("broken") {
        placement.set_state(Stage::Failed);
        placement.conditions.push(Condition {
            r#type: condition::Type::Serving.into(),
            status: condition::Status::False.into(),
            reason: condition::Reason::WaitingForPerformer.into(),
            message: "the image does not start".to_owned(),
            last_transition_time: None,
        });
    } else {
        let decided = placement.conditions[0].status() == condition::Status::True;
        placement.set_state(if decided { Stage::Ready } else { Stage::Degraded });
        placement.assignments.iter_mut().for_each(|one| one.ready = true);
    }
    placement
}

#[tonic::async_trait]
impl PlacementService for Placements {
    async fn create_placement(
        &self,
        request: Request<CreatePlacementRequest>,
    ) -> Result<Response<Placement>, Status> {
        self.0
            .admit(&request, "CreatePlacement", request.get_ref().request_id.clone())?;
        let request = request.into_inner();
        let call = request.clone();
        let mut placement = request.placement.unwrap_or_default();
        if let Some(status) = placement.spec.as_ref().and_then(invalid) {
            return Err(status);
        }
        let mut memory = self.0.lock();
        if let Some((asked, answer)) = memory.answers.get(&request.request_id) {
            return if *asked == call {
                Ok(Response::new(answer.clone()))
            } else {
                Err(already_exists(
                    "REQUEST_ID_REUSED",
                    "the request id was used for another call",
                ))
            };
        }
        memory.uids += 1;
        let id = match request.placement_id.as_str() {
            "" => format!("made-{}", memory.uids),
            id => id.to_owned(),
        };
        placement.name = format!("{}/placements/{id}", request.parent);
        placement.uid = format!("uid-{}", memory.uids);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        let seconds = i64::try_from(now.as_secs()).unwrap();
        placement.create_time = Some(pbjson_types::Timestamp { seconds, nanos: 0 });
        if memory.placements.contains_key(&placement.name) {
            return Err(already_exists(
                "RESOURCE_ALREADY_EXISTS",
                "a placement of this name is there",
            ));
        }
        let decided = decide(placement);
        if request.validate_only {
            return Ok(Response::new(decided));
        }
        if request.fail_fast && decided.state() == Stage::Pending {
            return Err(Status::failed_precondition("it does not fit now"));
        }
        if !request.request_id.is_empty() {
            memory.answers.insert(request.request_id, (call, decided.clone()));
        }
        drop(memory);
        self.0.put(decided.clone());
        let (state, later) = (Arc::clone(&self.0), settle(decided.clone()));
        tokio::spawn(async move {
            tokio::time::sleep(SOON).await;
            let still_there = state.lock().placements.contains_key(&later.name);
            if still_there {
                state.put(later);
            }
        });
        Ok(Response::new(decided))
    }

    async fn update_placement(
        &self,
        request: Request<UpdatePlacementRequest>,
    ) -> Result<Response<Placement>, Status> {
        self.0
            .admit(&request, "UpdatePlacement", request.get_ref().request_id.clone())?;
        let request = request.into_inner();
        let wanted = request.placement.unwrap_or_default();
        let found = self.0.lock().placements.get(&wanted.name).cloned();
        let before = found.ok_or_else(|| not_found(&wanted.name))?;
        if let Some(status) = wanted.spec.as_ref().and_then(invalid) {
            return Err(status);
        }
        let image = |placement: &Placement| {
            let spec = placement.spec.clone().unwrap_or_default();
            spec.performer.unwrap_or_default().image
        };
        let change = FieldChange {
            path: "spec.performer.image".to_owned(),
            before: format!("{:?}", image(&before)),
            after: format!("{:?}", image(&wanted)),
        };
        let mut changed = Placement {
            labels: wanted.labels,
            annotations: wanted.annotations,
            spec: wanted.spec,
            generation: before.generation + 1,
            observed_generation: before.generation + 1,
            ..before
        };
        if request.validate_only {
            changed.update_plan = Some(UpdatePlan {
                changes: vec![change],
                moves: Vec::new(),
            });
        } else {
            self.0.put(changed.clone());
        }
        Ok(Response::new(changed))
    }

    async fn rollback_placement(
        &self,
        request: Request<RollbackPlacementRequest>,
    ) -> Result<Response<Placement>, Status> {
        self.0.admit(
            &request,
            "RollbackPlacement",
            request.get_ref().revision.to_string(),
        )?;
        let request = request.into_inner();
        let found = self.0.lock().placements.get(&request.name).cloned();
        let before = found.ok_or_else(|| not_found(&request.name))?;
        let changed = Placement {
            generation: before.generation + 1,
            ..before
        };
        self.0.put(changed.clone());
        Ok(Response::new(changed))
    }

    async fn list_placement_revisions(
        &self,
        request: Request<ListPlacementRevisionsRequest>,
    ) -> Result<Response<ListPlacementRevisionsResponse>, Status> {
        self.0.admit(
            &request,
            "ListPlacementRevisions",
            request.get_ref().parent.clone(),
        )?;
        let name = request.into_inner().parent;
        let found = self.0.lock().placements.get(&name).cloned();
        let there = found.ok_or_else(|| not_found(&name))?;
        let revision = |number: i64| PlacementRevision {
            revision: number,
            spec: there.spec.clone(),
            create_time: there.create_time,
            current: number == there.generation,
        };
        Ok(Response::new(ListPlacementRevisionsResponse {
            revisions: (1..=there.generation).rev().map(revision).collect(),
        }))
    }

    async fn evict_replica(
        &self,
        request: Request<EvictReplicaRequest>,
    ) -> Result<Response<Placement>, Status> {
        let asked = request.get_ref();
        let what = format!("{}@{} {}", asked.slot, asked.epoch, asked.reason);
        self.0.admit(&request, "EvictReplica", what)?;
        let name = request.into_inner().name;
        let found = self.0.lock().placements.get(&name).cloned();
        found.map(Response::new).ok_or_else(|| not_found(&name))
    }

    async fn get_placement(
        &self,
        request: Request<GetPlacementRequest>,
    ) -> Result<Response<Placement>, Status> {
        self.0
            .admit(&request, "GetPlacement", request.get_ref().name.clone())?;
        let name = request.into_inner().name;
        let found = self.0.lock().placements.get(&name).cloned();
        found.map(Response::new).ok_or_else(|| not_found(&name))
    }

    async fn list_placements(
        &self,
        request: Request<ListPlacementsRequest>,
    ) -> Result<Response<ListPlacementsResponse>, Status> {
        let asked = request.get_ref();
        self.0.admit(
            &request,
            "ListPlacements",
            format!("{} {}", asked.page_size, asked.filter),
        )?;
        let request = request.into_inner();
        let found: Vec<Placement> = self
            .0
            .lock()
            .placements
            .values()
            .filter(|placement| within(&placement.name, &request.parent))
            .filter(|placement| passes(&request.filter, &placement.name, &placement.labels))
            .cloned()
            .collect();
        let (placements, next_page_token) = page(&found, request.page_size, &request.page_token);
        Ok(Response::new(ListPlacementsResponse {
            placements,
            next_page_token,
        }))
    }

    async fn delete_placement(
        &self,
        request: Request<DeletePlacementRequest>,
    ) -> Result<Response<Placement>, Status> {
        self.0
            .admit(&request, "DeletePlacement", request.get_ref().request_id.clone())?;
        let request = request.into_inner();
        let found = self.0.lock().placements.get(&request.name).cloned();
        let Some(mut placement) = found else {
            if request.allow_missing {
                return Ok(Response::new(Placement {
                    name: request.name,
                    ..Placement::default()
                }));
            }
            return Err(not_found(&request.name));
        };
        placement.set_state(Stage::Deleting);
        self.0.put(placement.clone());
        let (state, name) = (Arc::clone(&self.0), request.name);
        tokio::spawn(async move {
            tokio::time::sleep(SOON).await;
            state.remove(&name);
        });
        Ok(Response::new(placement))
    }

    type WatchPlacementsStream = Pin<Box<dyn Stream<Item = Result<WatchPlacementsResponse, Status>> + Send>>;

    async fn watch_placements(
        &self,
        request: Request<WatchPlacementsRequest>,
    ) -> Result<Response<Self::WatchPlacementsStream>, Status> {
        let asked = request.get_ref();
        self.0.admit(
            &request,
            "WatchPlacements",
            format!("{}|{}", asked.resume_token, asked.filter),
        )?;
        let request = request.into_inner();
        let state = Arc::clone(&self.0);
        let (first, position, breaks) = {
            let memory = state.lock();
            let position = match request.resume_token.as_str() {
                "" => memory.changes.len(),
                token => token
                    .parse()
                    .map_err(|_| Status::invalid_argument("no such token"))?,
            };
            if !request.resume_token.is_empty() && position < memory.compacted {
                return Err(Status::out_of_range("the token is too old"));
            }
            let mut first = Vec::new();
            if request.resume_token.is_empty() {
                let token = position.to_string();
                let there = memory
                    .placements
                    .values()
                    .filter(|placement| within(&placement.name, &request.parent));
                first.extend(there.map(|placement| WatchPlacementsResponse {
                    r#type: Type::Added.into(),
                    placement: Some(placement.clone()),
                    resume_token: token.clone(),
                }));
                first.push(WatchPlacementsResponse {
                    r#type: Type::Bookmark.into(),
                    placement: None,
                    resume_token: token,
                });
            }
            (first, position, memory.breaks)
        };
        let filter = request.filter;
        let wanted = move |event: &WatchPlacementsResponse| {
            event
                .placement
                .as_ref()
                .is_none_or(|placement| passes(&filter, &placement.name, &placement.labels))
        };
        let (sender, receiver) = tokio::sync::mpsc::channel(16);
        tokio::spawn(async move {
            let mut position = position;
            for event in first.into_iter().filter(&wanted) {
                if sender.send(Ok(event)).await.is_err() {
                    return;
                }
            }
            loop {
                let changed = state.changed.notified();
                let (news, cut) = {
                    let memory = state.lock();
                    (memory.changes[position..].to_vec(), memory.breaks > breaks)
                };
                position += news.len();
                for event in news.into_iter().filter(&wanted) {
                    if sender.send(Ok(event)).await.is_err() {
                        return;
                    }
                }
                if cut {
                    // Nobody may be listening any more; then there is nobody to tell.
                    drop(
                        sender
                            .send(Err(Status::unavailable("the server is going away")))
                            .await,
                    );
                    return;
                }
                tokio::select! {
                    () = changed => {}
                    () = sender.closed() => return,
                    // A change between the look and the wait is seen here.
                    () = tokio::time::sleep(SOON) => {}
                }
            }
        });
        Ok(Response::new(Box::pin(
            tokio_stream::wrappers::ReceiverStream::new(receiver),
        )))
    }

    async fn explain_placement(
        &self,
        request: Request<ExplainPlacementRequest>,
    ) -> Result<Response<Explanation>, Status> {
        self.0
            .admit(&request, "ExplainPlacement", request.get_ref().parent.clone())?;
        let subject = request.into_inner().subject.unwrap();
        let placement = match subject {
            explain_placement_request::Subject::Name(name) => self
                .0
                .lock()
                .placements
                .get(&name)
                .cloned()
                .ok_or_else(|| not_found(&name))?,
            explain_placement_request::Subject::Placement(placement) => decide(placement),
        };
        let fits = i32::from(placement.state() != Stage::Pending);
        Ok(Response::new(Explanation {
            snapshot_id: 7,
            replicas_wanted: 1,
            replicas_that_fit: fits,
            clusters: vec![ClusterExplanation {
                cluster: "east".to_owned(),
                eligible: true,
                nodes_seen: 3,
                nodes_feasible: fits,
                rejections: vec![RuleRejection {
                    rule: "Resources".to_owned(),
                    nodes: 3 - fits,
                    samples: vec![RejectionSample {
                        node: "gpu-0".to_owned(),
                        shortfall: "needs 9 nvidia.com/gpu, 5 free".to_owned(),
                    }],
                }],
                ..ClusterExplanation::default()
            }],
            ..Explanation::default()
        }))
    }

    /// East has room for 11 GPUs on two nodes, and west for 2.
    async fn compute_capacity(
        &self,
        request: Request<ComputeCapacityRequest>,
    ) -> Result<Response<ComputeCapacityResponse>, Status> {
        use compute_capacity_response::{Bound, Cluster, Node};
        let asked = request.get_ref();
        let note = format!("{} limit {}", asked.parent, asked.limit);
        self.0.admit(&request, "ComputeCapacity", note)?;
        let request = request.into_inner();
        let spec = request.placement.unwrap().spec.unwrap_or_default();
        if let Some(status) = invalid(&spec) {
            return Err(status);
        }
        let gpus = spec
            .compute
            .and_then(|compute| compute.gpu)
            .map_or(1, |gpu| gpu.count);
        let mut left = if request.limit == 0 { 1_000 } else { request.limit };
        let mut clusters = Vec::new();
        for (cluster, nodes) in [
            ("east", vec![("gpu-1", 8), ("gpu-2", 3)]),
            ("west", vec![("gpu-9", 2)]),
        ] {
            let mut taken = Vec::new();
            for (node, free) in nodes {
                let replicas = (free / gpus).min(left);
                left -= replicas;
                if replicas > 0 {
                    let node = node.to_owned();
                    taken.push(Node { node, replicas });
                }
            }
            let replicas: i32 = taken.iter().map(|node| node.replicas).sum();
            if replicas > 0 {
                clusters.push(Cluster {
                    cluster: cluster.to_owned(),
                    replicas,
                    nodes: taken,
                });
            }
        }
        // It takes long to count what asks for one GPU.
        let late = gpus == 1 && left > 0;
        let limited = late || left == 0;
        let limited_by = match (limited, late) {
            (_, true) => Bound::Time,
            (true, false) => Bound::Limit,
            (false, false) => Bound::Unspecified,
        };
        Ok(Response::new(ComputeCapacityResponse {
            total: clusters.iter().map(|cluster| cluster.replicas).sum(),
            limited,
            limited_by: limited_by.into(),
            snapshot_id: 1,
            clusters,
            explanation: (!limited).then(|| Explanation {
                replicas_wanted: 1,
                summary: format!("no node has room: gpu-1 needs {gpus} nvidia.com/gpu, 0 free"),
                would_fit_if: "cluster east had one more GPU".to_owned(),
                ..Explanation::default()
            }),
        }))
    }
}

fn within(name: &str, parent: &str) -> bool {
    parent == "tenants/-" || name.starts_with(&format!("{parent}/"))
}
