//! The one index of Performers of the process, shared by the watch that writes it and the session that reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures::future::join_all;
use hourglass_model::ids::ClaimId;
use hourglass_performer_api::Performer;
use hourglass_runtime::trace_context::Traceparent;
use kube::api::ApiResource;
use kube::core::DynamicObject;
use kube::runtime::watcher::Event;
use kube::{Api, ResourceExt};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::facts::{ObjectName, PerformerFacts};
use super::index::PerformerIndex;
use super::timeline::Timelines;
use crate::inventory::{Inventory, follow};
use crate::metrics::Metrics;

/// The index, the open spans, and a sign whenever something changed.
#[derive(Debug)]
pub struct Performers {
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    index: PerformerIndex,
    timelines: Timelines,
}

impl Performers {
    /// Of these namespaces, of which nothing is known yet.
    pub fn new(namespaces: &[String]) -> Self {
        let state = State {
            index: PerformerIndex::new(namespaces.iter().map(String::as_str)),
            timelines: Timelines::default(),
        };
        Self {
            state: Mutex::new(state),
            changes: watch::Sender::new(0),
        }
    }

    /// Reads or takes from the index.
    pub fn with<T>(&self, read: impl FnOnce(&mut PerformerIndex) -> T) -> T {
        read(&mut self.lock().index)
    }

    /// Resolves whenever something changed since the last look.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// An Apply of this claim has succeeded; `apply` is its span.
    pub fn applied(&self, claim: &ClaimId, placement: &str, apply: Option<&Traceparent>) {
        let mut state = self.lock();
        state.index.applied(claim);
        if let Some(apply) = apply {
            state.timelines.applied(claim, placement, apply);
            // The watch may have been faster than the answer.
            let State { index, timelines } = &mut *state;
            index
                .objects_of(claim)
                .for_each(|facts| timelines.observed(claim, facts));
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each method of the index leaves it whole, so also a poisoned lock guards a whole index.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn event(&self, namespace: &str, event: Event<DynamicObject>) {
        self.change(|state| match event {
            Event::Init => state.index.begin(namespace),
            Event::Apply(object) | Event::InitApply(object) => {
                let facts = PerformerFacts::read(&object);
                if let Some(managed) = &facts.managed {
                    state.timelines.observed(&managed.claim, &facts);
                }
                state.index.put(name(&object), facts, Instant::now());
            }
            Event::Delete(object) => {
                if let Some(managed) = PerformerFacts::read(&object).managed {
                    state.timelines.ended(&managed.claim);
                }
                state.index.remove(&name(&object));
            }
            Event::InitDone => {
                state.index.finish(namespace);
                let State { index, timelines } = state;
                timelines.keep(|claim| index.objects_of(claim).next().is_some());
            }
        });
    }
}

/// Keeps the index up to date until `stop`: objects from a watch of Performers per namespace, and where their pods are from the
/// inventory.
pub async fn watch(
    client: kube::Client,
    performers: Arc<Performers>,
    inventory: Arc<Inventory>,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let kind = ApiResource::erase::<Performer>(&());
    let namespaces: Vec<Arc<str>> = performers.with(|index| index.namespaces().cloned().collect());
    let objects = join_all(namespaces.iter().map(|namespace| {
        let api = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, &kind);
        follow(api, "performers", &metrics, |event| {
            performers.event(namespace, event);
        })
    }));
    let pods = async {
        let mut changes = inventory.changes();
        while changes.changed().await.is_ok() {
            let moved = inventory.with(crate::inventory::Index::take_moved);
            if !moved.is_empty() {
                performers.change(|state| {
                    moved
                        .claims
                        .iter()
                        .for_each(|claim| state.index.pods_moved(claim));
                    state.index.nodes_moved(&moved.nodes);
                });
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        _ = async { tokio::join!(objects, pods) } => {}
    }
}

fn name(object: &DynamicObject) -> ObjectName {
    ObjectName::new(&object.namespace().unwrap_or_default(), &object.name_any())
}
