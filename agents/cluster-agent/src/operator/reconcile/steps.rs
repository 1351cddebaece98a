//! The part of a pass that changes the cluster.

use hourglass_performer_api::{Performer, names};
use hourglass_runtime::trace_context::set_parent_text;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;
use kube::runtime::reflector::ObjectRef;
use tracing::{Instrument, Span, debug, info_span};

use super::{Outcome, Pass, passing};
use crate::operator::apply::{apply, delete};
use crate::operator::children::controller_uid;
use crate::operator::deployment::{self, Settings};
use crate::operator::error::ReconcileError;
use crate::operator::gate::{self, Gate};
use crate::operator::placement_service::{Membership, placement_service};
use crate::operator::pods::Trouble;
use crate::operator::rollout::Step;
use crate::operator::spec_hash::SpecHash;
use crate::operator::{device_claims, network_policy, service};

impl Pass<'_> {
    /// Decides and does, until something fails.
    pub(super) async fn carry_out(&self, template: &PodTemplateSpec, outcome: &mut Outcome) {
        let plan = self.plan(outcome.target.clone());
        outcome.hold = plan.hold;
        outcome.wake_after = plan.wake_after;
        // First of all: no pod runs unprotected, not even for a moment.
        let mut result = self.network_policy().await;
        for step in &plan.steps {
            if result.is_err() {
                break;
            }
            result = self.step(step, template).await;
            if let (Ok(()), Step::PointService { target }) = (&result, step) {
                outcome.target.clone_from(target);
            }
        }
        if let Err(error) = result {
            outcome.trouble = trouble_of(&error).or_else(|| self.passing_trouble(&error));
            outcome.error = Some(error);
        }
    }

    /// What is said of an error that passes by itself: nothing, where there are pods that speak for themselves.
    fn passing_trouble(&self, error: &ReconcileError) -> Option<Trouble> {
        let pods = self.observed.pods.get(&self.wanted);
        if pods.is_some_and(|pods| !pods.is_empty()) {
            return None;
        }
        let failures = self.context.retries.failures(self.performer);
        passing::trouble(error, &self.old_status, failures)
    }

    /// Pods that wait although nothing is to be waited for any more. One that is made later comes with an event.
    pub(super) async fn lift_gates(&self) -> Result<(), ReconcileError> {
        if Gate::of(self.performer) == Gate::Closed {
            return Ok(());
        }
        let pods = self.observed.pods.values().flatten();
        for pod in pods.filter(|pod| pod.gated && !pod.leaving) {
            gate::lift(&self.context.client, &self.owner.namespace, pod).await?;
        }
        Ok(())
    }

    async fn step(&self, step: &Step, template: &PodTemplateSpec) -> Result<(), ReconcileError> {
        let client = &self.context.client;
        match step {
            Step::Apply {
                hash,
                replicas,
                draining_since,
            } => {
                let current = self
                    .observed
                    .deployments
                    .get(hash)
                    .map(|deployment| &**deployment);
                let own = if *hash == self.wanted {
                    Some(template.clone())
                } else {
                    None
                };
                let Some(template) = own.or_else(|| current.and_then(deployment::rendered_template)) else {
                    // Somebody took our annotation away; what runs is left running as it is.
                    debug!(version = %hash, "an earlier version has lost its template and is not written any more");
                    return Ok(());
                };
                let settings = Settings {
                    replicas: *replicas,
                    draining_since: *draining_since,
                    progress_deadline_seconds: self.progress_deadline_seconds(),
                };
                let wanted = deployment::deployment(self.performer, &self.owner, hash, template, settings)?;
                let applying = apply(client, wanted, current, |metadata| self.owns(metadata));
                match current {
                    Some(deployment) => {
                        applying.await?;
                        self.device_claims(hash, deployment).await
                    }
                    // Its event brings the next pass, which knows its uid.
                    None => applying.instrument(self.deploy_span(hash)).await.map(drop),
                }
            }
            Step::PointService { target } => {
                let port = target
                    .as_ref()
                    .map_or(self.performer.spec.config.grpc_port, |hash| self.port_of(hash));
                let wanted = service::service(self.performer, &self.owner, target.as_ref(), port);
                let current = self.observed.service.as_deref();
                apply(client, wanted, current, |metadata| self.owns(metadata))
                    .await
                    .map(drop)
            }
            Step::Delete { hash } => match self.observed.deployments.get(hash) {
                Some(deployment) => delete(client, &**deployment).await,
                None => Ok(()),
            },
        }
    }

    /// The devices of the wanted version: those of an earlier one are there, and its spec is not known any more.
    async fn device_claims(&self, hash: &SpecHash, deployment: &Deployment) -> Result<(), ReconcileError> {
        if *hash != self.wanted || self.performer.spec.resource_claims.is_empty() {
            return Ok(());
        }
        for template in device_claims::templates(self.performer, &self.owner, hash, deployment)? {
            let is_ours =
                |metadata: &ObjectMeta| controller_uid(metadata) == deployment.metadata.uid.as_deref();
            apply(&self.context.client, template, None, is_ours).await?;
        }
        Ok(())
    }

    async fn network_policy(&self) -> Result<(), ReconcileError> {
        let client = &self.context.client;
        let current = self.observed.policy.as_deref();
        match (&self.performer.spec.network_policy, current) {
            (Some(policy), current) => {
                let wanted = network_policy::network_policy(self.performer, &self.owner, policy);
                apply(client, wanted, current, |metadata| self.owns(metadata))
                    .await
                    .map(drop)
            }
            (None, Some(current)) if self.owns(&current.metadata) => delete(client, current).await,
            (None, _) => Ok(()),
        }
    }

    pub(super) async fn placement_service(&self) -> Result<(), ReconcileError> {
        let Some(membership) = Membership::of(self.performer) else {
            return Ok(());
        };
        let namespace = &self.owner.namespace;
        let placement = (namespace.clone(), membership.placement_uid.clone());
        let cached = self.context.caches.members.of(&placement);
        let mut members: Vec<&Performer> = cached.iter().map(|member| &**member).collect();
        if !members.iter().any(|member| member.uid() == self.performer.uid()) {
            members.push(self.performer);
        }
        let wanted = placement_service(&membership, namespace, &members)?;
        let key = ObjectRef::new(&membership.service).within(namespace);
        let current = self.context.caches.services.get(&key);
        let is_ours = |metadata: &ObjectMeta| {
            let labels = metadata.labels.as_ref();
            labels.and_then(|labels| labels.get(names::PLACEMENT_UID_LABEL))
                == Some(&membership.placement_uid)
        };
        apply(&self.context.client, wanted, current.as_deref(), is_ours)
            .await
            .map(drop)
    }

    fn progress_deadline_seconds(&self) -> i32 {
        let update = self.performer.spec.update.as_ref();
        let given = update.and_then(|update| update.progress_deadline_seconds);
        given.unwrap_or(self.context.config.progress_deadline_seconds)
    }

    fn owns(&self, metadata: &ObjectMeta) -> bool {
        controller_uid(metadata) == Some(self.owner.uid.as_str())
    }

    /// The making of a version, as a part of the trace that asked for it.
    fn deploy_span(&self, hash: &SpecHash) -> Span {
        let span = info_span!(
            "operator.deploy",
            performer = %self.owner.name,
            namespace = %self.owner.namespace,
            version = %hash,
        );
        let parent = self.performer.annotations().get(names::TRACEPARENT_ANNOTATION);
        set_parent_text(&span, parent.map(String::as_str));
        span
    }
}

/// What an error means to the owner of the Performer; `None` for what passes by itself (see [`passing`]).
fn trouble_of(error: &ReconcileError) -> Option<Trouble> {
    let (reason, lasting) = match error {
        ReconcileError::NameTaken { .. } => ("NameTaken".to_owned(), false),
        ReconcileError::Api {
            source: kube::Error::Api(answer),
            ..
        } => match answer.code {
            // Conflicts and overload pass.
            409 | 429 | 500.. => return None,
            code => (answer.reason.clone(), code == 422),
        },
        ReconcileError::Api { .. }
        | ReconcileError::Json { .. }
        | ReconcileError::TimedOut(_)
        | ReconcileError::Incomplete(..) => return None,
    };
    Some(Trouble {
        reason,
        message: error.plain(),
        lasting,
    })
}
