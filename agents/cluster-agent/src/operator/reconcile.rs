//! One pass over one Performer: look, decide, do, report.

use std::time::Duration;

use hourglass_performer_api::{Performer, PerformerStatus, names};
use hourglass_runtime::trace_context::{Traceparent, set_parent};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use kube::runtime::controller::Action;
use tracing::{Instrument, debug, info_span};

use super::apply::{apply, delete};
use super::children::{Identity, controller_uid};
use super::context::Context;
use super::deployment::{self, Settings};
use super::error::ReconcileError;
use super::observed::Observed;
use super::placement_service::{Membership, placement_service, placement_uid};
use super::pods::Trouble;
use super::report::report;
use super::rollout::{Hold, Plan, Situation, Step, Wanted, plan};
use super::spec_hash::SpecHash;
use super::status::{View, status};
use super::{finalizer, hardware, network_policy, pod_template, service};

/// Brings the cluster one pass closer to what the Performer asks for.
pub(crate) async fn reconcile(context: &Context, performer: &Performer) -> Result<Action, ReconcileError> {
    context.caches.synced().await;
    let owner = Identity::of(performer)?;
    if performer.metadata.deletion_timestamp.is_some() {
        return finalizer::terminate(context, performer, &owner).await;
    }
    let updated = if names::validate_performer_name(&owner.name).is_ok() {
        finalizer::ensure(context, performer).await?
    } else {
        None
    };
    let pass = Pass::look(context, updated.as_ref().unwrap_or(performer), owner)?;
    pass.run().await
}

/// What one pass works with.
struct Pass<'a> {
    context: &'a Context,
    performer: &'a Performer,
    owner: Identity,
    wanted: SpecHash,
    observed: Observed,
    old_status: PerformerStatus,
    now: Timestamp,
}

/// What a pass came to.
#[derive(Default)]
struct Outcome {
    hold: Option<Hold>,
    /// Why the wanted version cannot even be made.
    trouble: Option<Trouble>,
    /// What the Service points at now.
    target: Option<SpecHash>,
    wake_after: Option<Duration>,
    error: Option<ReconcileError>,
}

impl<'a> Pass<'a> {
    fn look(context: &'a Context, performer: &'a Performer, owner: Identity) -> Result<Self, ReconcileError> {
        Ok(Self {
            wanted: SpecHash::of(performer).map_err(ReconcileError::json("the spec"))?,
            observed: Observed::of(&context.caches, &owner),
            old_status: context.written.latest(performer),
            now: Timestamp::now(),
            context,
            performer,
            owner,
        })
    }

    async fn run(self) -> Result<Action, ReconcileError> {
        let mut outcome = Outcome {
            target: self.observed.target(),
            ..Outcome::default()
        };
        match self.template().await {
            Ok(template) => self.carry_out(&template, &mut outcome).await,
            Err(trouble) => outcome.trouble = Some(trouble),
        }
        self.report(&outcome).await?;
        if outcome.error.is_none()
            && let Err(error) = self.placement_service().await
        {
            outcome.error = Some(error);
        }
        match outcome.error {
            Some(error) => Err(error),
            None => {
                self.context.retries.succeeded(self.performer);
                let resync = self.context.config.resync;
                Ok(Action::requeue(
                    outcome.wake_after.map_or(resync, |delay| delay.min(resync)),
                ))
            }
        }
    }

    /// The pods of the wanted version. As long as none of them has a node, they follow the spec's hardware and the
    /// cluster's; from then on they stay what they are.
    async fn template(&self) -> Result<PodTemplateSpec, Trouble> {
        names::validate_performer_name(&self.owner.name).map_err(|error| Trouble {
            reason: "InvalidName".to_owned(),
            message: error.to_string(),
            lasting: true,
        })?;
        let asks_for_hardware = self.performer.spec.hardware_requirements.is_some();
        let settled = self.observed.is_settled(&self.wanted);
        self.context
            .waits_for_hardware(self.performer, asks_for_hardware && !settled);
        let existing = self.observed.deployments.get(&self.wanted);
        if let Some(template) = existing.and_then(|one| deployment::rendered_template(one))
            && (settled || !asks_for_hardware)
        {
            return Ok(template);
        }
        let spec = if asks_for_hardware {
            hardware::resolve(&self.performer.spec, &self.context.hardware().await)?
        } else {
            self.performer.spec.clone()
        };
        let defaults = &self.context.config.probes;
        Ok(pod_template::pod_template(
            self.performer,
            &spec,
            &self.wanted,
            defaults,
        ))
    }

    /// Decides and does, until something fails.
    async fn carry_out(&self, template: &PodTemplateSpec, outcome: &mut Outcome) {
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
            outcome.trouble = trouble_of(&error);
            outcome.error = Some(error);
        }
    }

    fn plan(&self, service: Option<SpecHash>) -> Plan {
        let update = self.performer.spec.update.clone().unwrap_or_default();
        plan(&Situation {
            wanted: Wanted {
                hash: self.wanted.clone(),
                replicas: self.replicas(),
                strategy: update.strategy,
                staged: update.staged,
            },
            versions: self.observed.versions(),
            service,
            drain: self.context.config.drain,
            now: self.now,
        })
    }

    /// A Performer that the fleet placed is one replica: capacity was claimed for exactly that.
    fn replicas(&self) -> i32 {
        let managed_by = self.performer.labels().get(names::MANAGED_BY_LABEL);
        let by_fleet = managed_by.is_some_and(|manager| manager == names::MANAGED_BY_FLEET);
        if by_fleet { 1 } else { self.performer.spec.replicas }
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
                    Some(_) => applying.await.map(drop),
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

    async fn placement_service(&self) -> Result<(), ReconcileError> {
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
        let port = self.performer.spec.config.grpc_port;
        let wanted = placement_service(&membership, namespace, &members, port)?;
        let key = kube::runtime::reflector::ObjectRef::new(&membership.service).within(namespace);
        let current = self.context.caches.services.get(&key);
        let is_ours = |metadata: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta| {
            let labels = metadata.labels.as_ref();
            labels.and_then(|labels| labels.get(names::PLACEMENT_UID_LABEL))
                == Some(&membership.placement_uid)
        };
        debug_assert_eq!(
            placement_uid(self.performer).as_ref(),
            Some(&membership.placement_uid)
        );
        apply(&self.context.client, wanted, current.as_deref(), is_ours)
            .await
            .map(drop)
    }

    async fn report(&self, outcome: &Outcome) -> Result<(), ReconcileError> {
        let waiting = self.observed.trouble(&self.wanted);
        let view = View {
            name: &self.owner.name,
            namespace: &self.owner.namespace,
            generation: self.performer.metadata.generation,
            dns_domain: &self.context.config.dns_domain,
            wanted: &self.wanted,
            target: outcome.target.as_ref(),
            port: outcome
                .target
                .as_ref()
                .map_or(self.performer.spec.config.grpc_port, |hash| self.port_of(hash)),
            replicas: self.replicas(),
            hold: outcome.hold,
            trouble: outcome.trouble.clone().or(waiting),
            pods: &self.observed.pods,
            terminating: false,
        };
        let new = status(&view, &self.old_status, self.now);
        report(self.context, self.performer, &self.owner, &self.old_status, &new).await
    }

    /// The port of a version; for the wanted one and for what has none, the spec's.
    fn port_of(&self, hash: &SpecHash) -> i32 {
        let deployment = self
            .observed
            .deployments
            .get(hash)
            .filter(|_| *hash != self.wanted);
        let template = deployment
            .and_then(|deployment| deployment.spec.as_ref())
            .map(|spec| &spec.template);
        template
            .and_then(pod_template::grpc_port)
            .unwrap_or(self.performer.spec.config.grpc_port)
    }

    fn progress_deadline_seconds(&self) -> i32 {
        let update = self.performer.spec.update.as_ref();
        let given = update.and_then(|update| update.progress_deadline_seconds);
        given.unwrap_or(self.context.config.progress_deadline_seconds)
    }

    fn owns(&self, metadata: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta) -> bool {
        controller_uid(metadata) == Some(self.owner.uid.as_str())
    }

    /// The making of a version, as a part of the trace that asked for it.
    fn deploy_span(&self, hash: &SpecHash) -> tracing::Span {
        let span = info_span!(
            "operator.deploy",
            performer = %self.owner.name,
            namespace = %self.owner.namespace,
            version = %hash,
        );
        let parent = self.performer.annotations().get(names::TRACEPARENT_ANNOTATION);
        if let Some(parent) = parent.and_then(|parent| parent.parse::<Traceparent>().ok()) {
            set_parent(&span, &parent);
        }
        span
    }
}

/// What an error means to the owner of the Performer; `None` for what passes by itself.
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
        ReconcileError::Api { .. } | ReconcileError::Json { .. } | ReconcileError::Incomplete(..) => {
            return None;
        }
    };
    Some(Trouble {
        reason,
        message: error.to_string(),
        lasting,
    })
}
