//! What the operator knows of one scope (a namespace, or all of them): local copies of Performers and their children,
//! kept by watches, and the stream of Performers that something happened to.

use std::fmt;
use std::sync::Arc;

use futures::stream::{BoxStream, SelectAll, StreamExt};
use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, PodSpec, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::{ObjectRef, Store, reflector, store};
use kube::runtime::watcher::{self, Event};
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;
use tracing::warn;

use super::apply::Child;
use super::children::managed_selector;
use super::index::Index;
use super::placement_service::placement_uid;

/// A Performer by name and namespace.
pub(crate) type PerformerRef = ObjectRef<Performer>;

/// A placement in a namespace.
pub(crate) type PlacementRef = (String, String);

/// The kinds that are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchedKind {
    /// Performers.
    Performers,
    /// Deployments.
    Deployments,
    /// Pods.
    Pods,
    /// Services.
    Services,
    /// NetworkPolicies.
    NetworkPolicies,
}

impl WatchedKind {
    const ALL: [Self; 5] = [
        Self::Performers,
        Self::Deployments,
        Self::Pods,
        Self::Services,
        Self::NetworkPolicies,
    ];
}

impl fmt::Display for WatchedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The local copies.
#[derive(Clone)]
pub(crate) struct Caches {
    pub(crate) performers: Store<Performer>,
    pub(crate) members: Index<Performer, PlacementRef>,
    pub(crate) deployments: Index<Deployment, PerformerRef>,
    pub(crate) pods: Index<Pod, PerformerRef>,
    pub(crate) services: Store<Service>,
    pub(crate) policies: Store<NetworkPolicy>,
    /// How many kinds have not been listed yet.
    missing: Arc<watch::Sender<usize>>,
}

/// Performers to look at, as things happen.
pub(crate) type Touched = SelectAll<BoxStream<'static, PerformerRef>>;

impl Caches {
    /// Opens the watches of a scope. Nothing happens until the stream is polled, and nothing any more once it is
    /// dropped.
    pub(crate) fn open(client: &Client, namespace: Option<&str>) -> (Self, Touched) {
        let (performers, performers_writer) = store::<Performer>();
        let (services, services_writer) = store::<Service>();
        let (policies, policies_writer) = store::<NetworkPolicy>();
        let caches = Self {
            performers,
            members: Index::new(|performer| Some((performer.namespace()?, placement_uid(performer)?))),
            deployments: Index::new(performer_of),
            pods: Index::new(performer_of),
            services,
            policies,
            missing: Arc::new(watch::Sender::new(WatchedKind::ALL.len())),
        };
        let ours = watcher::Config::default().labels(&managed_selector());
        let pods =
            watcher::Config::default().labels(&format!("{}={}", names::APP_LABEL, names::APP_LABEL_VALUE));
        let mut touched = SelectAll::new();

        let (members, events) = (
            caches.members.clone(),
            events(client, namespace, watcher::Config::default()),
        );
        let events = reflector(performers_writer, events);
        touched.push(caches.touched(WatchedKind::Performers, events, move |event| {
            let itself = match &event {
                Event::Apply(performer) | Event::InitApply(performer) => {
                    Some(PerformerRef::from_obj(performer))
                }
                Event::Delete(_) | Event::Init | Event::InitDone => None,
            };
            members.handle(event);
            itself.into_iter().collect()
        }));

        let (deployments, events) = (
            caches.deployments.clone(),
            self::events(client, namespace, ours.clone()),
        );
        touched.push(caches.touched(WatchedKind::Deployments, events, move |event| {
            deployments.handle(event).into_iter().collect()
        }));

        let (index, events) = (caches.pods.clone(), self::events(client, namespace, pods));
        // Pods are many, and of their spec (environment included) nothing but the gates is needed here.
        let events = events.modify(|pod: &mut Pod| {
            let gates = pod.spec.take().and_then(|spec| spec.scheduling_gates);
            pod.spec = gates.filter(|gates| !gates.is_empty()).map(|gates| PodSpec {
                scheduling_gates: Some(gates),
                ..PodSpec::default()
            });
        });
        touched.push(caches.touched(WatchedKind::Pods, events, move |event| {
            index.handle(event).into_iter().collect()
        }));

        let (members, events) = (
            caches.members.clone(),
            self::events(client, namespace, ours.clone()),
        );
        let events = reflector(services_writer, events);
        touched.push(
            caches.touched(WatchedKind::Services, events, move |event: Event<Service>| {
                let Some(service) = changed(event) else {
                    return Vec::new();
                };
                match (
                    performer_of(&service),
                    service.namespace(),
                    placement_uid(&service),
                ) {
                    (Some(performer), ..) => vec![performer],
                    (None, Some(namespace), Some(uid)) => members
                        .of(&(namespace, uid))
                        .iter()
                        .map(|member| PerformerRef::from_obj(&**member))
                        .collect(),
                    _ => Vec::new(),
                }
            }),
        );

        let events = reflector(policies_writer, self::events(client, namespace, ours));
        touched.push(caches.touched(
            WatchedKind::NetworkPolicies,
            events,
            |event: Event<NetworkPolicy>| {
                changed(event)
                    .as_ref()
                    .and_then(performer_of)
                    .into_iter()
                    .collect()
            },
        ));
        (caches, touched)
    }

    /// Resolves when every kind has been listed once: before that, absence means nothing.
    pub(crate) async fn synced(&self) {
        let mut missing = self.missing.subscribe();
        // The sender lives as long as `self`.
        missing.wait_for(|missing| *missing == 0).await.ok();
    }

    /// From the events of one kind to the Performers that they concern.
    fn touched<K: Child + Send + Sync + 'static>(
        &self,
        kind: WatchedKind,
        events: impl futures::Stream<Item = watcher::Result<Event<K>>> + Send + 'static,
        mut concerned: impl FnMut(Event<K>) -> Vec<PerformerRef> + Send + 'static,
    ) -> BoxStream<'static, PerformerRef> {
        let missing = Arc::clone(&self.missing);
        let everybody = self.performers.clone();
        let mut listed = false;
        let stream = events.map(move |event| match event {
            Ok(event) => {
                let list = matches!(event, Event::InitDone);
                let again = list && std::mem::replace(&mut listed, true);
                let mut performers = concerned(event);
                if again {
                    // A new list does not say what is gone: what was deleted while the watch was cut shows only in
                    // that it is not there any more, so everybody is looked at.
                    performers.extend(
                        everybody
                            .state()
                            .iter()
                            .map(|performer| PerformerRef::from_obj(&**performer)),
                    );
                } else if list {
                    missing.send_modify(|missing| *missing = missing.saturating_sub(1));
                }
                performers
            }
            Err(error) => {
                warn!(%kind, %error, "a watch failed; it is tried again with backoff");
                Vec::new()
            }
        });
        stream.flat_map(futures::stream::iter).boxed()
    }
}

/// Watch events without what nobody reads.
fn events<K: Child + Send + Sync + 'static>(
    client: &Client,
    namespace: Option<&str>,
    config: watcher::Config,
) -> impl futures::Stream<Item = watcher::Result<Event<K>>> + Send + use<K> {
    let api: Api<K> = match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    };
    watcher::watcher(api, config)
        .default_backoff()
        .modify(|object| object.meta_mut().managed_fields = None)
}

fn changed<K>(event: Event<K>) -> Option<K> {
    match event {
        Event::Apply(object) | Event::InitApply(object) | Event::Delete(object) => Some(object),
        Event::Init | Event::InitDone => None,
    }
}

/// The Performer that a child names in its label.
fn performer_of(child: &impl ResourceExt) -> Option<PerformerRef> {
    let name = child.labels().get(names::PERFORMER_LABEL)?;
    Some(PerformerRef::new(name).within(&child.namespace()?))
}
