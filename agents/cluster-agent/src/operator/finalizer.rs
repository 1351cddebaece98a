//! The finalizer: present from the first reconciliation, and removed only when nothing of the Performer is left.

use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Service};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::jiff::Timestamp;
use kube::api::{ListParams, Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, ResourceExt};
use serde_json::json;
use std::time::Duration;

use super::apply::{Child, apply, delete};
use super::children::{Identity, controller_uid};
use super::context::Context;
use super::error::{ReconcileError, is_not_found};
use super::gate::Gate;
use super::observed::{Observed, version_of_pod};
use super::report::report;
use super::service;
use super::spec_hash::SpecHash;
use super::status::{View, status};

/// How soon to look again at what should be gone; events usually say so earlier.
const CONFIRM_AGAIN: Duration = Duration::from_secs(2);

/// Whether the Performer carries the finalizer.
pub(crate) fn is_set(performer: &Performer) -> bool {
    performer
        .finalizers()
        .iter()
        .any(|finalizer| finalizer == names::FINALIZER)
}

/// The Performer with the finalizer, which is added where it is missing.
pub(crate) async fn ensure(
    context: &Context,
    performer: &Performer,
) -> Result<Option<Performer>, ReconcileError> {
    if is_set(performer) {
        return Ok(None);
    }
    let mut finalizers = performer.finalizers().to_vec();
    finalizers.push(names::FINALIZER.to_owned());
    write(context, performer, &finalizers).await
}

/// Takes a Performer that is being deleted apart: out of its Service first, then its pods, and when those are certainly
/// gone, the rest and the finalizer.
pub(crate) async fn terminate(
    context: &Context,
    performer: &Performer,
    owner: &Identity,
) -> Result<Action, ReconcileError> {
    if !is_set(performer) {
        context.forget(performer);
        return Ok(Action::await_change());
    }
    let observed = Observed::of(&context.caches, owner);
    report_terminating(context, performer, owner, &observed).await?;
    leave_service(context, performer, owner, &observed).await?;
    for deployment in observed.deployments.values() {
        if deployment.metadata.deletion_timestamp.is_none() {
            delete(&context.client, &**deployment).await?;
        }
    }
    if !observed.deployments.is_empty() || !observed.pods.is_empty() {
        return Ok(Action::requeue(
            context.config.resync.min(Duration::from_secs(30)),
        ));
    }
    // The caches may lag behind what was created a moment ago: the last word is the API server's.
    if anything_left(context, owner).await? || !delete_rest(context, owner).await? {
        return Ok(Action::requeue(CONFIRM_AGAIN));
    }
    let others: Vec<String> = performer
        .finalizers()
        .iter()
        .filter(|finalizer| *finalizer != names::FINALIZER)
        .cloned()
        .collect();
    write(context, performer, &others).await?;
    context.forget(performer);
    Ok(Action::await_change())
}

async fn report_terminating(
    context: &Context,
    performer: &Performer,
    owner: &Identity,
    observed: &Observed,
) -> Result<(), ReconcileError> {
    let old = context.written.latest(performer);
    let wanted = SpecHash::of(performer).map_err(ReconcileError::json("the spec"))?;
    let view = View {
        name: &owner.name,
        namespace: &owner.namespace,
        generation: performer.metadata.generation,
        dns_domain: &context.config.dns_domain,
        wanted: &wanted,
        target: None,
        port: performer.spec.config.grpc_port,
        replicas: 0,
        hold: None,
        gate: Gate::Absent,
        trouble: None,
        pods: &observed.pods,
        terminating: true,
    };
    report(
        context,
        performer,
        owner,
        &old,
        &status(&view, &old, Timestamp::now()),
    )
    .await
}

/// The Service stops to send anything to the pods before they are told to end.
async fn leave_service(
    context: &Context,
    performer: &Performer,
    owner: &Identity,
    observed: &Observed,
) -> Result<(), ReconcileError> {
    let Some(current) = observed.service.as_deref() else {
        return Ok(());
    };
    let is_ours = controller_uid(&current.metadata) == Some(owner.uid.as_str());
    if !is_ours || current.metadata.deletion_timestamp.is_some() || service::target_of(current).is_none() {
        return Ok(());
    }
    let ports = current.spec.as_ref().and_then(|spec| spec.ports.as_ref());
    let port = ports
        .and_then(|ports| ports.first())
        .map_or(performer.spec.config.grpc_port, |port| port.port);
    let nowhere = service::service(performer, owner, None, port);
    apply(&context.client, nowhere, Some(current), |_| true)
        .await
        .map(drop)
}

/// Whether the API server still has a Deployment or a pod of the Performer.
async fn anything_left(context: &Context, owner: &Identity) -> Result<bool, ReconcileError> {
    let labelled = ListParams::default().labels(&format!("{}={}", names::PERFORMER_LABEL, owner.name));
    let deployments: Api<Deployment> = Api::namespaced(context.client.clone(), &owner.namespace);
    let deployments = deployments
        .list(&labelled)
        .await
        .map_err(ReconcileError::api("list Deployments"))?;
    let ours = |metadata: &_| controller_uid(metadata) == Some(owner.uid.as_str());
    if deployments.iter().any(|deployment| ours(&deployment.metadata)) {
        return Ok(true);
    }
    let pods: Api<Pod> = Api::namespaced(context.client.clone(), &owner.namespace);
    let pods = pods
        .list(&labelled)
        .await
        .map_err(ReconcileError::api("list pods"))?;
    Ok(pods.iter().any(|pod| version_of_pod(pod, &owner.name).is_some()))
}

/// Deletes Service and NetworkPolicy; whether both are gone.
async fn delete_rest(context: &Context, owner: &Identity) -> Result<bool, ReconcileError> {
    let service_gone = delete_named::<Service>(context, owner).await?;
    let policy_gone = delete_named::<NetworkPolicy>(context, owner).await?;
    Ok(service_gone && policy_gone)
}

async fn delete_named<K: Child>(context: &Context, owner: &Identity) -> Result<bool, ReconcileError> {
    let name = names::service_name(&owner.name);
    let api: Api<K> = Api::namespaced(context.client.clone(), &owner.namespace);
    let read = || async {
        let found = api
            .get_opt(&name)
            .await
            .map_err(ReconcileError::api(format!("read {} {name}", K::kind(&()))))?;
        Ok::<_, ReconcileError>(found.filter(|one| controller_uid(one.meta()) == Some(owner.uid.as_str())))
    };
    let Some(found) = read().await? else {
        return Ok(true);
    };
    delete(&context.client, &found).await?;
    Ok(read().await?.is_none())
}

/// Writes the list of finalizers, unless the object has changed since it was read. `None` when it is gone already.
async fn write(
    context: &Context,
    performer: &Performer,
    finalizers: &[String],
) -> Result<Option<Performer>, ReconcileError> {
    let namespace = performer.namespace().unwrap_or_default();
    let api: Api<Performer> = Api::namespaced(context.client.clone(), &namespace);
    let patch = json!({"metadata": {
        "resourceVersion": performer.resource_version(),
        "finalizers": finalizers,
    }});
    let params = PatchParams {
        field_manager: Some(names::OPERATOR_FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    match api
        .patch(&performer.name_any(), &params, &Patch::Merge(&patch))
        .await
    {
        Ok(performer) => Ok(Some(performer)),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(ReconcileError::api("write the finalizers")(error)),
    }
}
