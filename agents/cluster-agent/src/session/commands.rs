//! Runs the commands of a session: slots at the same time, the commands of one slot in order, a bounded number of
//! them talking to the API server.

use std::sync::Arc;
use std::time::Duration;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

use super::answer::Answer;
use super::command::{Command, Task};
use super::lanes::Lanes;
use super::remove::{self, Removal};
use super::standing::Standing;
use super::{SessionContext, adopt, apply, lift_gate};
use crate::claim::{SlotKey, Tombstone};

/// Commands that talk to the API server at the same time.
const AT_ONCE: usize = 32;
/// Commands that are taken and not answered, those that wait for a deletion included. More are told to come again.
const MAX_TAKEN: usize = 2048;
/// At the end of a session calls to the API server are waited for this long, so that none of them lands in the next.
const DRAIN_DEADLINE: Duration = Duration::from_secs(20);

/// What the commands of one session share.
pub(super) struct CommandContext {
    /// What all sessions share.
    pub session: SessionContext,
    /// Whose commands count.
    pub standing: Standing,
    /// Cancelled when the session ends.
    pub stop: CancellationToken,
    calls: Semaphore,
}

impl CommandContext {
    /// Of a new session.
    pub fn new(session: SessionContext, standing: Standing, stop: CancellationToken) -> Self {
        Self {
            session,
            standing,
            stop,
            calls: Semaphore::new(AT_ONCE),
        }
    }

    /// Leave to talk to the API server.
    ///
    /// # Errors
    /// The answer when the session has ended meanwhile.
    pub async fn permit(&self) -> Result<SemaphorePermit<'_>, Answer> {
        let ended = || Answer::failed("SESSION_ENDED", "the session ended before the command began");
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(ended()),
            permit = self.calls.acquire() => permit.map_err(|_| ended()),
        }
    }
}

/// The commands of one session.
pub(super) struct Commands {
    context: Arc<CommandContext>,
    lanes: Lanes<Command>,
    tasks: JoinSet<Step>,
    taken: usize,
}

/// A step of a command is over.
#[derive(Debug)]
struct Step {
    command: Command,
    span: Span,
    result: StepResult,
    /// Whether the next command of the slot may run now.
    leaves_lane: bool,
}

#[derive(Debug)]
enum StepResult {
    Answered(Answer),
    Waits(Removal),
}

impl Commands {
    /// None yet.
    pub fn new(context: Arc<CommandContext>) -> Self {
        Self {
            context,
            lanes: Lanes::default(),
            tasks: JoinSet::new(),
            taken: 0,
        }
    }

    /// Takes a command. Returns the answer where there is one already.
    pub fn take(&mut self, task: Task) -> Option<pb::Ack> {
        let kind = task.kind();
        let command = match Command::new(task) {
            Ok(command) => command,
            Err(invalid) => {
                let (header, answer) = *invalid;
                return Some(self.ack(kind, &header, answer));
            }
        };
        if let Err(answer) = self.context.standing.check(&command.header) {
            return Some(self.ack(kind, &command.header, answer));
        }
        if self.taken >= MAX_TAKEN {
            let answer = Answer::failed("BUSY", format!("{MAX_TAKEN} commands are being carried out"));
            return Some(self.ack(kind, &command.header, answer));
        }
        self.taken += 1;
        self.context.session.metrics.set_commands_running(self.taken);
        if let Some(command) = self.lanes.enter(SlotKey::of(&command.claim), command) {
            self.run(command);
        }
        None
    }

    /// Whether anything is being carried out.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Waits for a step to be over; the answer, if that was the last one. To be called while there is something.
    ///
    /// # Errors
    /// When a task panicked.
    pub async fn step(&mut self) -> Result<Option<pb::Ack>, JoinError> {
        match self.tasks.join_next().await {
            Some(step) => Ok(self.after(step?)),
            None => Ok(None),
        }
    }

    /// Ends everything that only waits, and waits for what talks to the API server.
    pub async fn drain(mut self) {
        self.context.stop.cancel();
        self.lanes.clear();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(DRAIN_DEADLINE, all).await.is_err() {
            tracing::warn!(
                left = self.tasks.len(),
                "commands of the ended session do not end; cutting them off"
            );
            self.tasks.shutdown().await;
        }
        self.context.session.metrics.set_commands_running(0);
    }

    fn run(&mut self, command: Command) {
        let context = Arc::clone(&self.context);
        let span = command.span();
        let inside = span.clone();
        let work = async move {
            let result = carry_out(&context, &command).await;
            Step {
                command,
                span,
                result,
                leaves_lane: true,
            }
        };
        self.tasks.spawn(work.instrument(inside));
    }

    fn after(&mut self, step: Step) -> Option<pb::Ack> {
        if step.leaves_lane
            && let Some(next) = self.lanes.leave(&SlotKey::of(&step.command.claim))
        {
            self.run(next);
        }
        match step.result {
            StepResult::Answered(answer) => {
                self.taken = self.taken.saturating_sub(1);
                self.context.session.metrics.set_commands_running(self.taken);
                let _entered = step.span.enter();
                Some(self.ack(step.command.task.kind(), &step.command.header, answer))
            }
            StepResult::Waits(removal) => {
                let context = Arc::clone(&self.context);
                let (command, span) = (step.command, step.span);
                let inside = span.clone();
                let work = async move {
                    let result = StepResult::Answered(removal.settle(&context).await);
                    Step {
                        command,
                        span,
                        result,
                        leaves_lane: false,
                    }
                };
                self.tasks.spawn(work.instrument(inside));
                None
            }
        }
    }

    fn ack(&self, kind: &'static str, header: &pb::CommandHeader, answer: Answer) -> pb::Ack {
        let sequence = self
            .context
            .session
            .inventory
            .with(|index| index.sequence_reflecting_now());
        self.context
            .session
            .metrics
            .command_answered(kind, answer.outcome);
        log(kind, header, &answer);
        answer.into_ack(header, sequence)
    }
}

/// One line for what was done; what was not done is told to whoever looks for why. Placement and trace are those of the
/// command's span.
fn log(kind: &'static str, header: &pb::CommandHeader, answer: &Answer) {
    let pb::CommandHeader {
        placement_uid,
        slot,
        epoch,
        ..
    } = header;
    let Answer {
        outcome,
        reason,
        message,
    } = answer;
    match outcome {
        Outcome::Applied | Outcome::Removed | Outcome::Adopted | Outcome::Lifted => {
            tracing::info!(placement_uid, slot, epoch, "{kind} done");
        }
        // Pods may take their time.
        Outcome::Failed if *reason == remove::STILL_TERMINATING => {
            tracing::info!(placement_uid, slot, epoch, "{kind} goes on: {message}");
        }
        Outcome::Unspecified | Outcome::Stale | Outcome::Refused | Outcome::Failed => {
            tracing::warn!(
                placement_uid,
                slot,
                epoch,
                outcome = outcome.as_str_name(),
                reason,
                "{kind} not done: {message}"
            );
        }
    }
}

async fn carry_out(context: &CommandContext, command: &Command) -> StepResult {
    let Command { header, claim, task } = command;
    match task {
        Task::Apply(command) => StepResult::Answered(apply::apply(context, header, claim, command).await),
        Task::Adopt(command) => {
            StepResult::Answered(adopt::adopt(context, header, claim, &command.performer).await)
        }
        Task::LiftGate(_) => StepResult::Answered(lift_gate::lift_gate(context, header, claim).await),
        Task::Remove(command) => {
            let tombstone = Tombstone {
                claim: claim.clone(),
                exact: command.exact,
            };
            match remove::begin(context, tombstone, &command.performer).await {
                Ok(removal) => StepResult::Waits(removal),
                Err(answer) => StepResult::Answered(answer),
            }
        }
    }
}
