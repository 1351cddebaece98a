//! PlacementService on the wire: validate, call the port, convert, nothing else.

use std::collections::HashSet;
use std::time::Instant;

use hourglass_model::Violation;
use hourglass_model::ids::{PlacementId, TenantId};
use hourglass_model::resource_name::{PlacementName, TenantScope};
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::trace_context::{Traceparent, current_traceparent};
use proto::placement_service_server::PlacementService;
use tonic::{Request, Response, Status};

use super::convert::capacity::{capacity_in, capacity_out, count_until};
use super::convert::explanation::explained_out;
use super::convert::placement_in::{create_in, delete_in, explain_in};
use super::convert::placement_out::{ObserveTimes, add_queued, add_victims, add_waiting, placement_out};
use super::convert::timestamp::duration;
use super::convert::update_in::{evict_in, rollback_in, update_in};
use super::convert::update_out::{plan_out, revisions_out};
use super::errors::invalid;
use super::filter::{Filter, PLACEMENT};
use super::paging::{Listing, PageRequest, SortKey};
use super::violations::Violations;
use super::watch::{WatchStream, Watches};
use crate::dispatch::SlotKey;
use crate::records::PlacementRecord;
use crate::scheduler::core::Core;
use crate::scheduler::port::{CallError, ExplainSubject, PlacementAnswer, Scheduler, UpdateAnswer};
use crate::scheduler::queue::WaitingNote;
use crate::scheduler::queued_orders::QueuedNote;
use crate::scheduler::victims::VictimNote;

/// Serves clients that ask for placements.
#[derive(Clone)]
pub struct PlacementEdge {
    /// The decision loop.
    pub scheduler: Scheduler,
    /// Serves watches.
    pub watches: Watches,
}

/// A placement with what is known of it in memory only.
struct Shown {
    record: PlacementRecord,
    observe_times: ObserveTimes,
    waiting: Option<WaitingNote>,
    queued: Option<QueuedNote>,
    victims: Vec<VictimNote>,
}

impl Shown {
    fn of(core: &Core, record: &PlacementRecord) -> Self {
        let time = |slot: &crate::records::SlotRecord| {
            let key = SlotKey::of(&record.uid, slot.slot);
            core.observe_time(&key, slot.epoch).map(|time| (slot.slot, time))
        };
        Self {
            record: record.clone(),
            observe_times: record.slots.iter().filter_map(time).collect(),
            waiting: None,
            queued: core.queued_orders(record),
            victims: core.victims_on_their_way(record),
        }
    }

    fn message(&self) -> proto::Placement {
        let mut message = placement_out(&self.record, &self.observe_times, None);
        if let Some(note) = &self.waiting {
            add_waiting(&mut message, note);
        }
        if let Some(note) = &self.queued {
            add_queued(&mut message, note);
        }
        add_victims(&mut message, &self.victims);
        message
    }
}

/// One placement as it is now.
fn shown(core: &Core, tenant: &TenantId, id: &PlacementId) -> Option<Shown> {
    let record = core.placement(tenant, id)?;
    let mut notes = core.waiting_notes(&HashSet::from([record.uid.clone()]));
    Some(Shown {
        waiting: notes.remove(&record.uid),
        ..Shown::of(core, record)
    })
}

fn sort_key(record: &PlacementRecord) -> SortKey<'_> {
    SortKey {
        create_nanos: record.create_time.as_nanosecond(),
        scope: record.tenant.as_str(),
        id: record.id.as_str(),
    }
}

/// The context that work for this call belongs to: our own span of it, or where spans are off the caller's.
fn traceparent<T>(request: &Request<T>) -> Option<String> {
    current_traceparent()
        .or_else(|| Traceparent::from_metadata(request.metadata()))
        .map(String::from)
}

/// A placement as a call left it.
fn answered(answer: &PlacementAnswer) -> proto::Placement {
    let mut message = placement_out(&answer.record, &ObserveTimes::new(), None);
    if let Some(note) = &answer.waiting {
        add_waiting(&mut message, note);
    }
    add_victims(&mut message, &answer.victims);
    message
}

/// A placement as a change left it, or would.
fn updated(answer: &UpdateAnswer) -> proto::Placement {
    proto::Placement {
        update_plan: answer.plan.as_ref().map(plan_out),
        ..answered(&answer.placement)
    }
}

#[tonic::async_trait]
impl PlacementService for PlacementEdge {
    async fn create_placement(
        &self,
        request: Request<proto::CreatePlacementRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let traceparent = traceparent(&request);
        let input = create_in(request.into_inner(), traceparent).map_err(invalid)?;
        let answer = self.scheduler.create_placement(input).await?;
        Ok(Response::new(answered(&answer)))
    }

    async fn update_placement(
        &self,
        request: Request<proto::UpdatePlacementRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let traceparent = traceparent(&request);
        let input = update_in(request.into_inner(), traceparent).map_err(invalid)?;
        let answer = self.scheduler.update_placement(input).await?;
        Ok(Response::new(updated(&answer)))
    }

    async fn rollback_placement(
        &self,
        request: Request<proto::RollbackPlacementRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let traceparent = traceparent(&request);
        let input = rollback_in(request.into_inner(), traceparent).map_err(invalid)?;
        let answer = self.scheduler.rollback_placement(input).await?;
        Ok(Response::new(updated(&answer)))
    }

    async fn list_placement_revisions(
        &self,
        request: Request<proto::ListPlacementRevisionsRequest>,
    ) -> Result<Response<proto::ListPlacementRevisionsResponse>, Status> {
        let mut violations = Violations::new();
        let name = violations.check("parent", PlacementName::parse(&request.get_ref().parent));
        let name = violations.finish(name).map_err(invalid)?;
        let PlacementName { tenant, placement } = name.clone();
        let revisions = self
            .scheduler
            .query(move |core| {
                let record = core.placement(&tenant, &placement)?;
                Some(revisions_out(record, core.earlier_revisions(record)))
            })
            .await?
            .ok_or_else(|| CallError::NotFound(name.to_string()))?;
        Ok(Response::new(revisions))
    }

    async fn evict_replica(
        &self,
        request: Request<proto::EvictReplicaRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let traceparent = traceparent(&request);
        let input = evict_in(request.into_inner(), traceparent).map_err(invalid)?;
        let answer = self.scheduler.evict_replica(input).await?;
        Ok(Response::new(answered(&answer)))
    }

    async fn get_placement(
        &self,
        request: Request<proto::GetPlacementRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let name = violations.check("name", PlacementName::parse(&request.name));
        let view = violations.check("view", view_in(request.view));
        let (name, view) = violations.finish(name.zip(view)).map_err(invalid)?;
        let PlacementName { tenant, placement } = name.clone();
        let shown = self
            .scheduler
            .query(move |core| shown(core, &tenant, &placement))
            .await?
            .ok_or_else(|| CallError::NotFound(name.to_string()))?;
        let mut message = shown.message();
        if view == proto::PlacementView::Full {
            message.explanation = Some(
                self.explain(ExplainSubject::Existing(name.tenant, name.placement))
                    .await?,
            );
        }
        Ok(Response::new(message))
    }

    async fn list_placements(
        &self,
        request: Request<proto::ListPlacementsRequest>,
    ) -> Result<Response<proto::ListPlacementsResponse>, Status> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let scope = violations.check("parent", TenantScope::parse(&request.parent));
        let filter = violations.check("filter", Filter::parse(&request.filter, &PLACEMENT));
        let listing = Listing {
            method: "ListPlacements",
            parent: &request.parent,
            filter: &request.filter,
            order_by: &request.order_by,
            page_size: request.page_size,
            page_token: &request.page_token,
        };
        let page = PageRequest::read(&listing, &mut violations);
        let (scope, filter) = violations.finish(scope.zip(filter)).map_err(invalid)?;
        let wanted = page.clone();
        let selection = self
            .scheduler
            .query(move |core| {
                let matching = core
                    .placements()
                    .filter(|record| scope.covers(&record.tenant) && filter.matches(*record));
                let mut waits = HashSet::new();
                let selection = wanted.select(matching, |record| sort_key(record)).map(|record| {
                    if record.waits() {
                        waits.insert(record.uid.clone());
                    }
                    Shown::of(core, record)
                });
                let mut notes = core.waiting_notes(&waits);
                selection.map(|shown| Shown {
                    waiting: notes.remove(&shown.record.uid),
                    ..shown
                })
            })
            .await?;
        let (placements, next_page_token) =
            page.fill(&selection, |shown| sort_key(&shown.record), Shown::message);
        Ok(Response::new(proto::ListPlacementsResponse {
            placements,
            next_page_token,
        }))
    }

    async fn delete_placement(
        &self,
        request: Request<proto::DeletePlacementRequest>,
    ) -> Result<Response<proto::Placement>, Status> {
        let traceparent = traceparent(&request);
        let request = request.into_inner();
        let allow_missing = request.allow_missing;
        let input = delete_in(request, traceparent).map_err(invalid)?;
        match self.scheduler.delete_placement(input).await {
            Ok(record) => Ok(Response::new(placement_out(&record, &ObserveTimes::new(), None))),
            // What was asked for holds already.
            Err(CallError::NotFound(name)) if allow_missing => Ok(Response::new(proto::Placement {
                name,
                state: proto::placement::State::Deleting.into(),
                ..proto::Placement::default()
            })),
            Err(error) => Err(error.into()),
        }
    }

    type WatchPlacementsStream = WatchStream;

    async fn watch_placements(
        &self,
        request: Request<proto::WatchPlacementsRequest>,
    ) -> Result<Response<Self::WatchPlacementsStream>, Status> {
        self.watches.serve(request.get_ref()).await.map(Response::new)
    }

    async fn explain_placement(
        &self,
        request: Request<proto::ExplainPlacementRequest>,
    ) -> Result<Response<proto::Explanation>, Status> {
        let subject = explain_in(request.into_inner()).map_err(invalid)?;
        self.explain(subject).await.map(Response::new)
    }

    async fn compute_capacity(
        &self,
        request: Request<proto::ComputeCapacityRequest>,
    ) -> Result<Response<proto::ComputeCapacityResponse>, Status> {
        let begin = Instant::now();
        let until = count_until(request.extensions().get(), begin.into());
        let question = capacity_in(request.into_inner()).map_err(invalid)?;
        let answer = self.scheduler.capacity(question, until).await?;
        let mut message = capacity_out(&answer);
        if let Some(explanation) = &mut message.explanation {
            explanation.duration = Some(duration(begin.elapsed()));
        }
        Ok(Response::new(message))
    }
}

impl PlacementEdge {
    async fn explain(&self, subject: ExplainSubject) -> Result<proto::Explanation, Status> {
        let begin = Instant::now();
        let explained = self.scheduler.explain(subject).await?;
        let mut message = explained_out(&explained);
        message.duration = Some(duration(begin.elapsed()));
        Ok(message)
    }
}

fn view_in(view: i32) -> Result<proto::PlacementView, Violation> {
    proto::PlacementView::try_from(view).map_err(|_| Violation::new("view", "must be BASIC or FULL"))
}
