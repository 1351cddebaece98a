//! What only one agent of a cluster does: the operator's work and the sessions, each time that it holds the Lease.

use std::time::Duration;

use hourglass_runtime::readiness::Gate;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::fleet::{FleetError, FleetPart};
use crate::lease::LeaseState;
use crate::metrics::Metrics;
use crate::operator::{self, OperatorConfig, OperatorError};
use crate::session::Holder;

/// How long the operator may take to finish what it is at.
const OPERATOR_GRACE: Duration = Duration::from_secs(5);

/// The work cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LeadError {
    /// The operator.
    #[error("the operator failed: {0}")]
    Operator(#[from] OperatorError),
    /// Our part in the fleet.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A task panicked.
    #[error("a task broke off: {0}")]
    Task(#[from] JoinError),
}

/// What the holder of the Lease does.
#[derive(Clone)]
pub struct Work {
    /// The cluster's API server.
    pub client: kube::Client,
    /// Settings of the operator.
    pub operator: OperatorConfig,
    /// Our part in a fleet, unless the agent stands alone.
    pub fleet: Option<FleetPart>,
    /// Name of this agent as holder.
    pub identity: String,
    /// Open while this agent stands by, and while the operator knows what exists.
    pub operator_gate: Gate,
    /// Open while this agent stands by, and once a session was established.
    pub session_gate: Gate,
    /// Metrics of the process.
    pub metrics: Metrics,
}

impl Work {
    /// Works whenever the Lease is held, until `stop`.
    ///
    /// # Errors
    /// When the work cannot go on.
    pub async fn run(
        self,
        mut lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), LeadError> {
        loop {
            let transitions = tokio::select! {
                // First, always: the Lease is still held when the work has just ended because of `stop`.
                biased;
                () = stop.cancelled() => return Ok(()),
                held = self.held(&mut lease) => match held {
                    Some(transitions) => transitions,
                    None => return Ok(()),
                },
            };
            self.metrics.set_holds_lease(true);
            let hold = stop.child_token();
            let work = self.clone().hold(transitions, hold.clone());
            tokio::pin!(work);
            let end = tokio::select! {
                end = &mut work => end,
                () = lost(&mut lease, transitions) => {
                    hold.cancel();
                    work.await
                }
            };
            self.metrics.set_holds_lease(false);
            end?;
        }
    }

    /// Waits for the Lease. Who stands by is ready: it does what it is there for.
    async fn held(&self, lease: &mut watch::Receiver<LeaseState>) -> Option<i32> {
        loop {
            match *lease.borrow_and_update() {
                LeaseState::Held { transitions } => {
                    self.session_gate.set(self.fleet.is_none());
                    return Some(transitions);
                }
                LeaseState::Waiting => {
                    self.operator_gate.open();
                    self.session_gate.open();
                }
                LeaseState::Unknown => {}
            }
            lease.changed().await.ok()?;
        }
    }

    async fn hold(self, transitions: i32, stop: CancellationToken) -> Result<(), LeadError> {
        let mut tasks: JoinSet<Result<(), LeadError>> = JoinSet::new();
        let (client, config, operator_stop) = (self.client, self.operator, stop.clone());
        let (ready_sender, ready) = watch::channel(false);
        let gate = self.operator_gate.clone();
        tasks.spawn(async move {
            let running = operator::run(client, config, ready_sender, operator_stop.clone());
            tokio::select! {
                ((), end) = async { tokio::join!(follow(ready, gate), running) } => Ok(end?),
                // Every pass may be cut off: the next one finds what it has done.
                () = grace(operator_stop) => {
                    tracing::warn!(grace = ?OPERATOR_GRACE, "the operator does not end; it is cut off");
                    Ok(())
                }
            }
        });
        if let Some(fleet) = self.fleet {
            let holder = Holder {
                identity: self.identity,
                transitions,
            };
            let fleet_stop = stop.clone();
            tasks.spawn(async move { Ok(fleet.run(holder, fleet_stop).await?) });
        }
        // One cannot go on without the other: the first to end ends both.
        let mut end = Ok(());
        while let Some(task) = tasks.join_next().await {
            stop.cancel();
            end = end.and(task.map_err(LeadError::from).flatten());
        }
        end
    }
}

/// Ends a while after `stop`.
async fn grace(stop: CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(OPERATOR_GRACE).await;
}

/// Opens and closes the gate with `ready`, until the sender is gone.
async fn follow(mut ready: watch::Receiver<bool>, gate: Gate) {
    loop {
        gate.set(*ready.borrow_and_update());
        if ready.changed().await.is_err() {
            return;
        }
    }
}

async fn lost(lease: &mut watch::Receiver<LeaseState>, transitions: i32) {
    while *lease.borrow_and_update() == (LeaseState::Held { transitions }) {
        if lease.changed().await.is_err() {
            return;
        }
    }
}
