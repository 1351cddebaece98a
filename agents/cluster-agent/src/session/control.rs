//! The loop of an established session. It never waits for one thing only: reading, sending, commands, reports and the
//! other side's silence are looked at together.

use std::time::{Duration, Instant};

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::server_message::Message;
use tokio::sync::watch;

use super::command::Task;
use super::commands::Commands;
use super::handshake::Control;
use super::liveness::Liveness;
use super::outbox::{Outbox, Sources};
use super::{SessionContext, SessionError};
use crate::performers::Running;

/// A sleep with nothing to wait for.
const IDLE: Duration = Duration::from_secs(3600);

/// The state of an established session.
pub(super) struct ControlLoop {
    context: SessionContext,
    control: Control,
    commands: Commands,
    liveness: Liveness,
    outbox: Outbox,
    running: Running,
    resync_inventory: watch::Sender<u64>,
}

impl ControlLoop {
    /// Of a session that was just welcomed: tells what runs, and reports all of it.
    pub fn new(
        context: SessionContext,
        control: Control,
        commands: Commands,
        resync_inventory: watch::Sender<u64>,
    ) -> Self {
        let liveness = Liveness::new(control.lease_length, control.heartbeat_interval, Instant::now());
        let running = context.performers.with(|index| {
            index.report_all();
            Running::begin(index)
        });
        Self {
            context,
            control,
            commands,
            liveness,
            outbox: Outbox::default(),
            running,
            resync_inventory,
        }
    }

    /// Runs until the session breaks.
    pub async fn run(&mut self) -> Result<(), SessionError> {
        let mut performers = self.context.performers.changes();
        let outbound = self.control.outbound.clone();
        loop {
            let now = Instant::now();
            self.liveness.check(now)?;
            let rejection = self.context.performers.with(|index| {
                index.expire(now);
                index.next_deadline()
            });
            let look = self.liveness.next_look(now).min(rejection.unwrap_or(now + IDLE));
            let has_something = self.has_something(now);
            tokio::select! {
                permit = outbound.reserve(), if has_something => {
                    let permit = permit.map_err(|_| SessionError::Ended)?;
                    if let Some(message) = next(
                        &self.context, &mut self.outbox, &mut self.running, &mut self.liveness,
                    ) {
                        permit.send(pb::AgentMessage { message: Some(message) });
                    }
                }
                step = self.commands.step(), if !self.commands.is_empty() => {
                    if let Some(ack) = step? {
                        self.outbox.push(ack);
                    }
                }
                message = self.control.inbound.message(), if self.outbox.has_room() => {
                    let message = message?.ok_or(SessionError::Ended)?;
                    self.liveness.heard(Instant::now());
                    self.handle(message);
                }
                changed = performers.changed(), if !has_something => {
                    if changed.is_err() {
                        return Ok(());
                    }
                }
                () = tokio::time::sleep_until(look.into()) => {}
            }
        }
    }

    /// The commands, to be drained.
    pub fn into_commands(self) -> Commands {
        self.commands
    }

    fn has_something(&self, now: Instant) -> bool {
        self.liveness.heartbeat_is_due(now)
            || !self.running.is_done()
            || self.outbox.has_acks()
            || self.context.performers.with(|index| index.has_unreported())
    }

    fn handle(&mut self, message: pb::ServerMessage) {
        let task = match message.message {
            Some(Message::Apply(apply)) => Task::Apply(Box::new(apply)),
            Some(Message::Remove(remove)) => Task::Remove(remove),
            Some(Message::Adopt(adopt)) => Task::Adopt(adopt),
            Some(Message::LiftGate(lift)) => Task::LiftGate(lift),
            Some(Message::Resync(resync)) => {
                self.resync(&resync);
                return;
            }
            // That it came is what it says.
            Some(Message::LeaseGrant(_)) => return,
            Some(Message::Welcome(_)) => {
                tracing::warn!("the server sent a second Welcome; it is ignored");
                return;
            }
            None => {
                tracing::warn!(
                    "the server sent a message of a kind that this agent does not know; it is ignored"
                );
                return;
            }
        };
        if let Some(ack) = self.commands.take(task) {
            self.outbox.push(ack);
        }
    }

    fn resync(&mut self, resync: &pb::Resync) {
        tracing::info!(
            inventory = resync.inventory,
            reports = resync.reports,
            reason = resync.reason,
            "resync asked for"
        );
        if resync.inventory {
            self.resync_inventory
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        if resync.reports {
            self.context
                .performers
                .with(crate::performers::PerformerIndex::report_all);
        }
    }
}

fn next(
    context: &SessionContext,
    outbox: &mut Outbox,
    running: &mut Running,
    liveness: &mut Liveness,
) -> Option<pb::agent_message::Message> {
    let now = Instant::now();
    let heartbeat = liveness.heartbeat_is_due(now).then(|| {
        liveness.heartbeat_sent(now);
        context.inventory.with(|index| index.sequence())
    });
    outbox.next(Sources {
        heartbeat,
        running: || context.performers.with(|index| running.next(index)),
        report: || {
            let report = context.performers.with(|index| {
                index.next_report(now, |claim, pinned_to| {
                    context
                        .inventory
                        .with(|inventory| inventory.whereabouts(claim, pinned_to))
                })
            })?;
            context.metrics.report_sent();
            Some(report.into_wire(jiff::Timestamp::now()))
        },
    })
}
