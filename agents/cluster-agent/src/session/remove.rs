//! Remove: deletes what a tombstone covers, and waits until nothing of it is left.
//!
//! Only the objects of this placement and slot, up to the tombstone's epoch, are ever deleted; of an exact one only those
//! of that epoch. Asking for the deletion
//! is one step; waiting for it is another, during which the slot's next command may run.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt, TryStreamExt};
use hourglass_model::ids::ClaimId;
use hourglass_performer_api::{Performer, names};
use hourglass_proto::fleet::v1::ack::Outcome;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, ListParams, PartialObjectMeta, Preconditions, PropagationPolicy};
use kube::{Api, ResourceExt};

use super::answer::Answer;
use super::api_error::{ApiError, call};
use super::commands::CommandContext;
use crate::claim::{SlotKey, Tombstone, from_labels};
use crate::inventory::revision;
use crate::performers::ObjectName;

/// How long a removal is waited for before the server is told to ask again. Longer than the time that pods usually have to
/// end (30 s), and no longer than that: the server has only so many removals under way, and pods of a dead node never end.
const PATIENCE: Duration = Duration::from_secs(45);

/// Reason of the answer after that.
pub(super) const STILL_TERMINATING: &str = "STILL_TERMINATING";
/// The API server is asked at least this often, should a watch be behind.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);
/// The same once it takes longer than [`USUAL`]: hundreds of pods that do not end are not asked for by the second.
const LATE_LOOK_INTERVAL: Duration = Duration::from_secs(10);
/// Most removals have ended by then.
const USUAL: Duration = Duration::from_secs(10);
/// Between looks while the watches say that all is gone and the API server does not.
const SHORT_LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// After a sign of the watches: in a busy cluster they come by the hundred, and each removal looks at each.
const SETTLE: Duration = Duration::from_millis(20);

/// Namespaces that one removal lists side by side.
const LISTS_AT_ONCE: usize = 8;

/// A removal that was asked for.
#[derive(Debug)]
pub(super) struct Removal {
    tombstone: Tombstone,
    /// Names of Performers whose children must go.
    names: BTreeSet<ObjectName>,
    /// Where to look for its Performers.
    namespaces: BTreeSet<Arc<str>>,
}

/// Asks for the deletion. `performer`: namespace/name as far as the server knows it.
pub(super) async fn begin(
    context: &CommandContext,
    tombstone: Tombstone,
    performer: &str,
) -> Result<Removal, Answer> {
    context.standing.obey().await?;
    let _permit = context.permit().await?;
    let known = ObjectName::parse(performer);
    let mut removal = Removal {
        tombstone,
        names: BTreeSet::new(),
        namespaces: namespaces(context, known.as_ref()),
    };
    let objects = performers(context, &removal.tombstone, &removal.namespaces).await;
    for object in objects.map_err(ApiError::into_answer)? {
        let namespace = object.namespace().unwrap_or_default();
        let api: Api<Performer> = Api::namespaced(context.session.client.clone(), &namespace);
        let params = DeleteParams {
            preconditions: Some(Preconditions {
                uid: object.uid(),
                resource_version: None,
            }),
            propagation_policy: Some(PropagationPolicy::Background),
            ..DeleteParams::default()
        };
        match call(api.delete(&object.name_any(), &params)).await {
            Ok(_) => {}
            // Gone, or another object has the name by now: not what was meant.
            Err(error) if error.is_not_found() || error.is_conflict() => {}
            Err(error) => return Err(error.into_answer()),
        }
        removal
            .names
            .insert(ObjectName::new(&namespace, &object.name_any()));
    }
    if let Some(name) = known
        && !removal.names.contains(&name)
    {
        let api: Api<Performer> = Api::namespaced(context.session.client.clone(), &name.namespace);
        // The children of one that is gone already may still be there. One that is there, and was not deleted here,
        // belongs to somebody else.
        if call(api.get_metadata_opt(&name.name))
            .await
            .map_err(ApiError::into_answer)?
            .is_none()
        {
            removal.names.insert(name);
        }
    }
    Ok(removal)
}

impl Removal {
    /// Waits until object, Deployments and pods are gone and the inventory knows it.
    pub async fn settle(self, context: &CommandContext) -> Answer {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let mut problem = "it is still being deleted".to_owned();
        tokio::select! {
            () = context.stop.cancelled() => Answer::failed("SESSION_ENDED", problem),
            () = tokio::time::sleep_until(deadline) => Answer::failed(STILL_TERMINATING, problem.clone()),
            () = self.wait(context, &mut problem) => {
                context.session.performers.with(|index| index.buried(&self.tombstone));
                Answer::done(Outcome::Removed)
            }
        }
    }

    async fn wait(&self, context: &CommandContext, problem: &mut String) {
        let mut performers = context.session.performers.changes();
        let mut pods = context.session.inventory.changes();
        let begin = Instant::now();
        let mut last_look: Option<Instant> = None;
        loop {
            performers.mark_unchanged();
            pods.mark_unchanged();
            let seems_gone = self.seems_gone(context);
            let next_look = last_look.map(|last| {
                last + if seems_gone {
                    SHORT_LOOK_INTERVAL
                } else if begin.elapsed() < USUAL {
                    LOOK_INTERVAL
                } else {
                    LATE_LOOK_INTERVAL
                }
            });
            let now = Instant::now();
            if next_look.is_none_or(|next| next <= now) {
                match self.is_gone(context).await {
                    Ok(None) => return,
                    Ok(Some(left)) => *problem = left,
                    Err(error) => *problem = error.into_answer().message,
                }
                last_look = Some(Instant::now());
                continue;
            }
            let rest = next_look
                .map(|next| next.saturating_duration_since(now))
                .unwrap_or_default();
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = performers.changed(), if !seems_gone => tokio::time::sleep(SETTLE).await,
                _ = pods.changed(), if !seems_gone => tokio::time::sleep(SETTLE).await,
            }
        }
    }

    /// By what the watches have shown.
    fn seems_gone(&self, context: &CommandContext) -> bool {
        !context
            .session
            .performers
            .with(|index| index.any_covered_by(&self.tombstone))
            && !context
                .session
                .inventory
                .with(|index| index.any_covered_by(&self.tombstone))
    }

    /// By what the API server says now: `None`, or what is left.
    async fn is_gone(&self, context: &CommandContext) -> Result<Option<String>, ApiError> {
        if let Some(left) = performers(context, &self.tombstone, &self.namespaces)
            .await?
            .first()
        {
            return Ok(Some(format!("Performer {} is still there", left.name_any())));
        }
        if let Some(left) = self.deployments(context).await? {
            return Ok(Some(format!("Deployment {left} is still there")));
        }
        let api: Api<Pod> = Api::all(context.session.client.clone());
        let pods = call(api.list_metadata(&selecting(&self.tombstone.claim))).await?;
        if let Some(left) = pods
            .items
            .iter()
            .find(|pod| is_covered(&self.tombstone, pod.labels()))
        {
            return Ok(Some(format!("Pod {} is still there", left.name_any())));
        }
        let seen_at = revision(pods.metadata.resource_version.as_deref());
        let newer = context
            .session
            .inventory
            .change(|index| index.bury(&self.tombstone, seen_at));
        Ok((newer > 0).then(|| "there is a newer pod of it".to_owned()))
    }

    async fn deployments(&self, context: &CommandContext) -> Result<Option<String>, ApiError> {
        let namespaces: BTreeSet<&str> = self.names.iter().map(|name| &*name.namespace).collect();
        for namespace in namespaces {
            let names: Vec<&str> = self
                .names
                .iter()
                .filter(|name| &*name.namespace == namespace)
                .map(|name| &*name.name)
                .collect();
            let selector = format!("{} in ({})", names::PERFORMER_LABEL, names.join(","));
            let api: Api<Deployment> = Api::namespaced(context.session.client.clone(), namespace);
            let list = call(api.list_metadata(&ListParams::default().labels(&selector))).await?;
            if let Some(left) = list.items.first() {
                return Ok(Some(format!("{namespace}/{}", left.name_any())));
            }
        }
        Ok(None)
    }
}

/// Where a Performer of the fleet can be: in the namespaces that are open to tenants, and where the server saw it, which
/// may be one that was open once. There the API server may say no, and the removal has failed for all to see.
fn namespaces(context: &CommandContext, known: Option<&ObjectName>) -> BTreeSet<Arc<str>> {
    let open = context.session.fleet.tenants.namespaces();
    open.into_iter()
        .map(Arc::from)
        .chain(known.map(|name| Arc::clone(&name.namespace)))
        .collect()
}

/// The fleet's Performers that the tombstone covers.
async fn performers(
    context: &CommandContext,
    tombstone: &Tombstone,
    namespaces: &BTreeSet<Arc<str>>,
) -> Result<Vec<PartialObjectMeta<Performer>>, ApiError> {
    let lists = futures::stream::iter(namespaces.clone()).map(|namespace| {
        let api: Api<Performer> = Api::namespaced(context.session.client.clone(), &namespace);
        let params = selecting(&tombstone.claim);
        async move { call(api.list_metadata(&params)).await }
    });
    let lists: Vec<_> = lists.buffer_unordered(LISTS_AT_ONCE).try_collect().await?;
    let covered = lists.into_iter().flat_map(|list| list.items).filter(|object| {
        let labels = object.labels();
        names::is_of_fleet(labels) && is_covered(tombstone, labels)
    });
    Ok(covered.collect())
}

fn selecting(claim: &ClaimId) -> ListParams {
    ListParams::default().labels(&SlotKey::of(claim).label_selector())
}

fn is_covered(tombstone: &Tombstone, labels: &std::collections::BTreeMap<String, String>) -> bool {
    from_labels(labels).is_some_and(|other| tombstone.covers(&other))
}
