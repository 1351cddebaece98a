//! One pass over one Performer: look, decide, do, report.

pub(crate) mod passing;
mod steps;

use std::time::Duration;

use hourglass_performer_api::{Performer, PerformerStatus, names};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::jiff::Timestamp;
use kube::runtime::controller::Action;
use kube::{Resource, ResourceExt};

use super::children::Identity;
use super::context::Context;
use super::deployment;
use super::error::ReconcileError;
use super::events::{self, Transition};
use super::gate::{Gate, WAITING_FOR_NODES};
use super::observed::Observed;
use super::pods::Trouble;
use super::report::report;
use super::rollout::{Hold, Plan, Situation, Wanted, plan};
use super::spec_hash::SpecHash;
use super::status::{View, status};
use super::{device_claims, finalizer, hardware, pod_template};

/// Brings the cluster one pass closer to what the Performer asks for.
pub(crate) async fn reconcile(context: &Context, performer: &Performer) -> Result<Action, ReconcileError> {
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
        match self.template() {
            Ok(template) => self.carry_out(&template, &mut outcome).await,
            Err(trouble) => outcome.trouble = Some(trouble),
        }
        if let Err(error) = self.lift_gates().await {
            outcome.error = outcome.error.or(Some(error));
        }
        self.report(&outcome).await?;
        if outcome.error.is_none()
            && let Err(error) = self.placement_service().await
        {
            // It is not this Performer's state that suffers, so its status is silent; somebody must still hear of it.
            let failure = Transition {
                warning: true,
                reason: "PlacementServiceFailed".to_owned(),
                note: error.plain(),
            };
            let about = self.performer.object_ref(&());
            events::publish(&self.context.recorder, &about, vec![failure]).await;
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
    fn template(&self) -> Result<PodTemplateSpec, Trouble> {
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
        let rendered = existing.and_then(|one| deployment::rendered_template(one));
        if let Some(template) = &rendered
            && (settled || !asks_for_hardware)
        {
            return Ok(template.clone());
        }
        let spec = if asks_for_hardware {
            let cluster = self.context.known_hardware().ok_or_else(|| Trouble {
                reason: WAITING_FOR_NODES.to_owned(),
                message: "the nodes of the cluster, and so its hardware, are not known yet".to_owned(),
                lasting: false,
            })?;
            hardware::resolve(&self.performer.spec, &cluster)?
        } else {
            self.performer.spec.clone()
        };
        let defaults = &self.context.config.probes;
        let mut template = pod_template::pod_template(self.performer, &spec, &self.wanted, defaults);
        if let Some(pods) = &mut template.spec {
            pods.scheduling_gates = Gate::of(self.performer).gates(rendered.as_ref());
        }
        Ok(template)
    }

    fn plan(&self, service: Option<SpecHash>) -> Plan {
        let update = self.performer.spec.update.clone().unwrap_or_default();
        plan(&Situation {
            wanted: Wanted {
                hash: self.wanted.clone(),
                replicas: self.replicas(),
                strategy: device_claims::strategy(&self.performer.spec, update.strategy, self.is_of_fleet()),
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
        if self.is_of_fleet() {
            1
        } else {
            self.performer.spec.replicas
        }
    }

    fn is_of_fleet(&self) -> bool {
        names::is_of_fleet(self.performer.labels())
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
            gate: Gate::of(self.performer),
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
}
