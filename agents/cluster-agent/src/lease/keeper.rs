//! Reads and writes the Lease as decided.

use std::time::{Duration, Instant};

use hourglass_runtime::backoff::{Backoff, BackoffPolicy};
use hourglass_runtime::error_chain;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::Api;
use kube::api::PostParams;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::record::{Decision, Failure, LEASE_DURATION, Observed, Record, decide, remains_holder};
use super::{LEASE_NAME, LeaseState};

/// Between renewals, and between looks at another holder's Lease.
const RENEW_INTERVAL: Duration = Duration::from_secs(4);
/// How long the API server may take for one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// After a failed call.
const RETRY: BackoffPolicy = BackoffPolicy {
    initial: Duration::from_millis(500),
    max: Duration::from_secs(4),
};

/// The Lease cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Two agents go by one name.
    #[error(
        "another agent holds Lease {namespace}/{LEASE_NAME} under the same name {identity:?}; give each agent its own --lease-identity"
    )]
    SharedIdentity {
        /// Namespace of the Lease.
        namespace: String,
        /// The name.
        identity: String,
    },
}

/// Competes for the Lease and tells whether it is held.
#[derive(Debug)]
pub struct LeaseKeeper {
    api: Api<Lease>,
    namespace: String,
    identity: String,
    observed: Observed,
    held: Option<Held>,
    /// Who was last said to work instead of this agent.
    stands_by_for: Option<String>,
}

/// Our hold of the Lease.
#[derive(Debug, Clone, Copy)]
struct Held {
    transitions: i32,
    /// When the last write that was accepted was sent.
    renewed: Instant,
}

impl LeaseKeeper {
    /// For the agent named `identity`.
    pub fn new(client: &kube::Client, namespace: &str, identity: &str) -> Self {
        Self {
            api: Api::namespaced(client.clone(), namespace),
            namespace: namespace.to_owned(),
            identity: identity.to_owned(),
            observed: Observed::default(),
            held: None,
            stands_by_for: None,
        }
    }

    /// Works until `stop`, then gives the Lease back, so that the next agent need not wait.
    ///
    /// # Errors
    /// When two agents go by one name.
    pub async fn run(
        mut self,
        state: watch::Sender<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), LeaseError> {
        let mut backoff = Backoff::new(RETRY);
        loop {
            if stop.is_cancelled() {
                break;
            }
            // Not cut off by `stop`: a write whose answer is not waited for may still happen, after the Lease was given
            // back.
            let step = tokio::time::timeout(CALL_TIMEOUT, self.step()).await;
            let pause = match step {
                Ok(Ok(())) => {
                    backoff.reset();
                    self.publish(&state);
                    RENEW_INTERVAL
                }
                Ok(Err(StepError::SharedIdentity)) => {
                    return Err(LeaseError::SharedIdentity {
                        namespace: self.namespace,
                        identity: self.identity,
                    });
                }
                Ok(Err(StepError::Api(error))) => {
                    tracing::warn!(
                        error = error_chain(&error),
                        holding = self.held.is_some(),
                        "cannot work with the Lease; trying again"
                    );
                    self.after(Failure::of(&error), &state);
                    backoff.next_delay()
                }
                Err(_) => {
                    tracing::warn!(
                        holding = self.held.is_some(),
                        "no answer about the Lease; trying again"
                    );
                    self.after(Failure::NoAnswer, &state);
                    backoff.next_delay()
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.give_back().await;
        Ok(())
    }

    fn after(&mut self, failure: Failure, state: &watch::Sender<LeaseState>) {
        if let Some(held) = self.held
            && !remains_holder(failure, held.renewed, Instant::now())
        {
            tracing::warn!(
                since = ?held.renewed.elapsed(),
                "the API server does not let this agent renew the Lease, and may let another one take it: this agent stands by"
            );
            self.held = None;
            self.publish(state);
        }
    }

    fn publish(&self, state: &watch::Sender<LeaseState>) {
        let now = match self.held {
            Some(Held { transitions, .. }) => LeaseState::Held { transitions },
            None => LeaseState::Waiting,
        };
        state.send_if_modified(|known| {
            let changed = *known != now;
            *known = now;
            changed
        });
    }

    async fn step(&mut self) -> Result<(), StepError> {
        let sent = Instant::now();
        let current = self.api.get_opt(LEASE_NAME).await?;
        let record = current.as_ref().map(record);
        if let Some(record) = &record {
            self.observed.note(record.clone(), Instant::now());
        }
        match decide(
            &self.identity,
            self.held.map(|held| held.transitions),
            record.as_ref(),
            &self.observed,
            Instant::now(),
        ) {
            Decision::Create => {
                let metadata = ObjectMeta {
                    name: Some(LEASE_NAME.to_owned()),
                    ..ObjectMeta::default()
                };
                let lease = self.lease(metadata, None, 1);
                self.api.create(&PostParams::default(), &lease).await?;
                self.took(1, sent);
            }
            Decision::Take { transitions } => {
                // Until the write is known to have happened, nothing is held: else its lost answer would look like a
                // second agent under our name.
                self.held = None;
                self.write(current, transitions).await?;
                self.took(transitions, sent);
            }
            Decision::Renew => {
                let transitions = self.held.map_or(0, |held| held.transitions);
                self.write(current, transitions).await?;
                self.held = Some(Held {
                    transitions,
                    renewed: sent,
                });
            }
            Decision::Wait => self.stand_by_for(record.map(|record| record.holder).unwrap_or_default()),
            Decision::Lost => {
                let holder = record.map(|record| record.holder).unwrap_or_default();
                tracing::warn!(holder, "lost the Lease to another agent");
                self.held = None;
            }
            Decision::SharedIdentity => return Err(StepError::SharedIdentity),
        }
        Ok(())
    }

    /// Says it once per holder.
    fn stand_by_for(&mut self, holder: String) {
        if self.stands_by_for.as_ref() != Some(&holder) {
            tracing::info!(
                holder,
                identity = self.identity,
                "another agent holds the Lease: this one stands by"
            );
            self.stands_by_for = Some(holder);
        }
    }

    fn took(&mut self, transitions: i32, renewed: Instant) {
        tracing::info!(
            identity = self.identity,
            transitions,
            "holding the Lease: this agent works"
        );
        self.held = Some(Held { transitions, renewed });
        self.stands_by_for = None;
    }

    /// Bound to what was read, so that of two agents only one can win.
    async fn write(&self, current: Option<Lease>, transitions: i32) -> Result<(), StepError> {
        let current = current.unwrap_or_default();
        let since = current
            .spec
            .filter(|_| self.held.is_some())
            .and_then(|spec| spec.acquire_time);
        let lease = self.lease(current.metadata, since, transitions);
        self.api
            .replace(LEASE_NAME, &PostParams::default(), &lease)
            .await?;
        Ok(())
    }

    /// `since`: when it was taken, if not now.
    fn lease(&self, metadata: ObjectMeta, since: Option<MicroTime>, transitions: i32) -> Lease {
        let now = MicroTime(jiff::Timestamp::now());
        Lease {
            metadata: ObjectMeta {
                managed_fields: None,
                ..metadata
            },
            spec: Some(LeaseSpec {
                holder_identity: Some(self.identity.clone()),
                lease_duration_seconds: i32::try_from(LEASE_DURATION.as_secs()).ok(),
                lease_transitions: Some(transitions),
                acquire_time: Some(since.unwrap_or_else(|| now.clone())),
                renew_time: Some(now),
                ..LeaseSpec::default()
            }),
        }
    }

    async fn give_back(&mut self) {
        let Some(Held { transitions, .. }) = self.held.take() else {
            return;
        };
        let release = async {
            let Some(current) = self.api.get_opt(LEASE_NAME).await? else {
                return Ok(());
            };
            let seen = record(&current);
            if seen.holder != self.identity || seen.transitions != transitions {
                return Ok(());
            }
            let mut lease = self.lease(current.metadata, None, transitions);
            if let Some(spec) = &mut lease.spec {
                spec.holder_identity = Some(String::new());
            }
            self.api
                .replace(LEASE_NAME, &PostParams::default(), &lease)
                .await
                .map(drop)
        };
        match tokio::time::timeout(CALL_TIMEOUT, release).await {
            Ok(Ok(())) => tracing::info!("gave the Lease back"),
            Ok(Err(error)) => tracing::warn!(%error, "could not give the Lease back; it runs out by itself"),
            Err(_) => tracing::warn!("could not give the Lease back in time; it runs out by itself"),
        }
    }
}

enum StepError {
    SharedIdentity,
    Api(kube::Error),
}

impl From<kube::Error> for StepError {
    fn from(error: kube::Error) -> Self {
        Self::Api(error)
    }
}

fn record(lease: &Lease) -> Record {
    let spec = lease.spec.clone().unwrap_or_default();
    Record {
        holder: spec.holder_identity.unwrap_or_default(),
        transitions: spec.lease_transitions.unwrap_or_default(),
        version: lease.metadata.resource_version.clone().unwrap_or_default(),
        duration: spec
            .lease_duration_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map(Duration::from_secs),
    }
}
