//! The loop itself: take commands, decide, commit, tell.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hourglass_store::{CommitError, CommitSequence, Leadership, Store, StoreError};
use jiff::Timestamp;
use rand::RngExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, info, info_span};

use super::changes::{ChangeError, Changes};
use super::command::{Command, SessionEvent};
use super::core::Core;
use super::memory::FLEET_SCOPE;
use super::port::{CallError, Reply};
use super::round::Round;
use super::sweep;
use super::time_budget::TimeBudget;
use crate::metrics::LoopMetrics;
use crate::records::{RecordError, RequestRecord, decode, keys};

/// Commands that may wait; the edge and the sessions are slowed beyond.
pub const QUEUE: usize = 4096;
/// Commands that one round takes at most.
const ROUND_COMMANDS: usize = 512;
/// How often liveness, retries and sweeps are looked at.
const TICK: Duration = Duration::from_millis(500);

/// Turns of those that wait take no longer than this out of one round, and what the last of them takes.
const TURNS_TIME: Duration = Duration::from_millis(20);

/// What a round begins with.
enum Wake {
    /// The clock.
    Tick,
    /// Somebody wants something.
    Command(Command),
    /// Nobody wants anything, and placements that wait have a turn, or are to say why they wait.
    Turns,
}

/// Why the loop ended; the process ends with it and reads again what is durable.
#[derive(Debug, thiserror::Error)]
pub enum LoopError {
    /// A commit failed or its outcome is unknown.
    #[error("a commit failed: {0}")]
    Commit(#[from] CommitError),
    /// The store cannot be read.
    #[error("the store cannot be read: {0}")]
    Store(#[from] StoreError),
    /// A change has no durable form.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// A stored record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Somebody else leads.
    #[error("this server is not the leader any more")]
    LeadershipLost,
}

/// Owns the state and the right to commit.
pub struct DecisionLoop {
    core: Core,
    store: Arc<dyn Store>,
    leadership: Leadership,
    sequence: CommitSequence,
    commands: mpsc::Receiver<Command>,
    metrics: LoopMetrics,
}

impl DecisionLoop {
    /// A loop over `core`, which holds what the store holds as of commit `sequence`.
    #[must_use]
    pub fn new(
        core: Core,
        store: Arc<dyn Store>,
        leadership: Leadership,
        sequence: CommitSequence,
        commands: mpsc::Receiver<Command>,
        metrics: LoopMetrics,
    ) -> Self {
        Self {
            core,
            store,
            leadership,
            sequence,
            commands,
            metrics,
        }
    }

    /// Runs until `stop`, until all senders are gone, or until something is wrong.
    ///
    /// # Errors
    /// [`LoopError`]: nothing that was not durable was told to anybody.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), LoopError> {
        let store = Arc::clone(&self.store);
        let leadership = self.leadership;
        let lost = store.leadership_lost(&leadership);
        tokio::pin!(lost);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let rolls = self.core.knows_fleet() && self.core.rolls.are_due();
            let writes = !self.core.followed.is_empty();
            let has_turns = self.core.has_turns() || rolls || writes || self.core.has_texts(Instant::now());
            let wake = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = &mut lost => return Err(LoopError::LeadershipLost),
                _ = tick.tick() => Wake::Tick,
                command = self.commands.recv() => match command {
                    Some(command) => Wake::Command(command),
                    None => break,
                },
                () = std::future::ready(()), if has_turns => Wake::Turns,
            };
            self.round(wake).await?;
        }
        info!("decision loop ends");
        Ok(())
    }

    async fn round(&mut self, wake: Wake) -> Result<(), LoopError> {
        let started = Instant::now();
        let mut round = Round::new(Timestamp::now(), started).with_turns_time(TimeBudget::of(TURNS_TIME));
        self.core.finish_preemptions(&mut round);
        let mut next = None;
        let ticks = matches!(wake, Wake::Tick);
        match wake {
            Wake::Command(command) => next = Some(command),
            Wake::Tick => self.tick(&mut round).await?,
            Wake::Turns => {}
        }
        let mut taken = 0;
        while let Some(command) = next.take().or_else(|| self.commands.try_recv().ok()) {
            self.handle(command, &mut round).await?;
            taken += 1;
            if taken >= ROUND_COMMANDS || round.is_full() {
                break;
            }
        }
        self.core.look_for_inventories(round.instant);
        self.core.start_behind_victims(&mut round);
        self.core.retry_waiting(&mut round);
        self.core.settle_reservations(&mut round);
        self.core.advance_rolls(&mut round);
        self.core.write_followed(&mut round);
        self.core.write_known_texts(&mut round);
        if ticks || taken == 0 {
            self.core.write_new_texts(&mut round);
        }
        if ticks {
            self.core.write_old_texts(&mut round);
        }
        self.commit(&mut round).await?;
        self.core.settle_claims(&mut round);
        let to_dispatch = std::mem::take(&mut round.to_dispatch);
        self.metrics.preempted(round.preempted);
        self.metrics.replaced(&round.replacements);
        round.committed(&self.core);
        for name in to_dispatch {
            self.core.dispatch(&name);
        }
        self.metrics.round(taken, started.elapsed());
        Ok(())
    }

    /// Everything of the round becomes durable, or the loop ends.
    async fn commit(&mut self, round: &mut Round) -> Result<(), LoopError> {
        self.core.persist(round)?;
        let batches = std::mem::take(&mut round.changes).into_batches(self.sequence.next());
        if batches.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        let span = info_span!(parent: None, "commit_batch", batches = batches.len());
        async {
            let mut pending = Vec::with_capacity(batches.len());
            for batch in batches {
                self.sequence = batch.sequence();
                pending.push(self.store.submit(&self.leadership, batch).await?);
            }
            for answer in pending {
                answer.await?;
            }
            Ok::<_, LoopError>(())
        }
        .instrument(span)
        .await?;
        self.metrics.commit(started.elapsed());
        Ok(())
    }

    async fn tick(&mut self, round: &mut Round) -> Result<(), LoopError> {
        self.core.judge_clusters(round);
        self.core.due_orders(round);
        self.core.end_avoidances(round.instant);
        self.core.fire_timers(round);
        sweep::forgotten_requests(self.store.as_ref(), round).await?;
        self.metrics.state(&self.core);
        Ok(())
    }

    async fn handle(&mut self, command: Command, round: &mut Round) -> Result<(), LoopError> {
        match command {
            Command::CreatePlacement(input, reply) => {
                let tenant = input.tenant.as_str();
                let remembered = self
                    .remembered(tenant, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.create_placement(&input, remembered, round)
                });
            }
            Command::DeletePlacement(input, reply) => {
                let tenant = input.tenant.as_str();
                let remembered = self
                    .remembered(tenant, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.delete_placement(&input, remembered, round)
                });
            }
            Command::UpdatePlacement(input, reply) => {
                let tenant = input.tenant.as_str();
                let remembered = self
                    .remembered(tenant, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.update_placement(&input, remembered, round)
                });
            }
            Command::RollbackPlacement(input, reply) => {
                let tenant = input.tenant.as_str();
                let remembered = self
                    .remembered(tenant, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.rollback_placement(&input, remembered, round)
                });
            }
            Command::EvictReplica(input, reply) => {
                let tenant = input.tenant.as_str();
                let remembered = self
                    .remembered(tenant, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.evict_replica(&input, remembered, round)
                });
            }
            Command::UpdateCluster(input, reply) => {
                let remembered = self
                    .remembered(FLEET_SCOPE, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.update_cluster(input, remembered, round)
                });
            }
            Command::CreateJoinToken(input, reply) => {
                answer(round, reply, |round| self.core.create_join_token(input, round));
            }
            Command::RevokeJoinToken(input, reply) => {
                let remembered = self
                    .remembered(FLEET_SCOPE, input.request_id.as_deref(), &round.changes)
                    .await?;
                answer(round, reply, |round| {
                    self.core.revoke_join_token(&input, remembered, round)
                });
            }
            Command::AdmitCluster(input, reply) => {
                answer(round, reply, |round| self.core.admit_cluster(&input, round));
            }
            Command::CertificateRenewed(input, reply) => {
                answer(round, reply, |round| self.core.certificate_renewed(&input, round));
            }
            Command::OpenSession(input, reply) => {
                answer(round, reply, |round| self.core.open_session(*input, round));
            }
            Command::EndRecovery(reply) => answer(round, reply, |round| self.core.end_recovery(round)),
            Command::Session(id, event) => self.session(&id, event, round),
            Command::Inventory(id, event, reply) => self.inventory(&id, event, reply, round),
            Command::Query(question) => round.after_commit(move |core| question(core)),
        }
        Ok(())
    }

    fn session(&mut self, id: &super::command::SessionId, event: SessionEvent, round: &mut Round) {
        match event {
            SessionEvent::Running { performers, complete } => {
                self.core.session_running(id, performers, complete, round);
            }
            SessionEvent::Report(report) => self.core.reported(id, report, round),
            SessionEvent::Acknowledged(answer) => {
                let jitter = rand::rng().random();
                self.core.acknowledged(id, &answer, jitter, round);
            }
            SessionEvent::Closed => self.core.close_session(id, round),
        }
    }

    fn inventory(
        &mut self,
        id: &super::command::SessionId,
        event: super::command::InventoryEvent,
        reply: oneshot::Sender<super::command::InventoryVerdict>,
        round: &mut Round,
    ) {
        let verdict = self.core.inventory(id, event, round);
        round.after_commit(move |_| {
            if reply.send(verdict).is_err() {
                debug!("the inventory stream ended before its verdict");
            }
        });
    }

    /// What an earlier call with this request_id did: one of this round, which is not durable yet, or a stored one.
    async fn remembered(
        &self,
        scope: &str,
        request_id: Option<&str>,
        changes: &Changes,
    ) -> Result<Option<RequestRecord>, LoopError> {
        let Some(request_id) = request_id else {
            return Ok(None);
        };
        let key = keys::request(scope, request_id).map_err(ChangeError::from)?;
        if let Some(write) = changes.pending(key.as_str()) {
            return Ok(write
                .value
                .as_deref()
                .map(|value| decode(key.as_str(), value))
                .transpose()?);
        }
        let stored = self.store.get(&key).await?;
        Ok(stored
            .map(|stored| decode(key.as_str(), &stored.value))
            .transpose()?)
    }
}

/// Decides now, answers after the commit.
fn answer<T: Send + 'static>(
    round: &mut Round,
    reply: Reply<T>,
    decide: impl FnOnce(&mut Round) -> Result<T, CallError>,
) {
    let result = decide(round);
    // A caller that has gone misses nothing: it repeats with the same request_id.
    round.after_commit(move |_| drop(reply.send(result)));
}
