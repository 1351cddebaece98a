//! What goes out next on the Control stream: heartbeats first, then what runs, then answers, then reports.

use std::collections::VecDeque;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::agent_message::Message;

/// Answers that may wait to be sent. While there are more, nothing is read from the server.
const MAX_ACKS: usize = 4096;

/// Answers that wait, and the heartbeat's count. What runs and what is to be reported is not copied here: it is asked
/// for when it can be sent.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    acks: VecDeque<pb::Ack>,
    heartbeats: u64,
}

/// Sources of messages, asked in the order of their importance.
pub(super) struct Sources<R, S> {
    /// Whether a heartbeat is due; the inventory sequence it tells.
    pub heartbeat: Option<i64>,
    /// What runs, as long as it is not all told.
    pub running: R,
    /// The next report.
    pub report: S,
}

impl Outbox {
    /// An answer waits.
    pub fn push(&mut self, ack: pb::Ack) {
        self.acks.push_back(ack);
    }

    /// Whether more can be taken from the server.
    pub fn has_room(&self) -> bool {
        self.acks.len() < MAX_ACKS
    }

    /// Whether an answer waits.
    pub fn has_acks(&self) -> bool {
        !self.acks.is_empty()
    }

    /// The most important message that there is.
    pub fn next<R, S>(&mut self, sources: Sources<R, S>) -> Option<Message>
    where
        R: FnOnce() -> Option<pb::RunningPerformers>,
        S: FnOnce() -> Option<pb::Report>,
    {
        if let Some(inventory_sequence) = sources.heartbeat {
            self.heartbeats += 1;
            return Some(Message::Heartbeat(pb::Heartbeat {
                sequence: self.heartbeats,
                inventory_sequence,
            }));
        }
        (sources.running)()
            .map(Message::Running)
            .or_else(|| self.acks.pop_front().map(Message::Ack))
            .or_else(|| (sources.report)().map(Message::Report))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(outbox: &mut Outbox, heartbeat: bool, running: bool, report: bool) -> Option<Message> {
        outbox.next(Sources {
            heartbeat: heartbeat.then_some(9),
            running: || running.then(pb::RunningPerformers::default),
            report: || report.then(pb::Report::default),
        })
    }

    #[test]
    fn the_most_important_goes_first() {
        let mut outbox = Outbox::default();
        outbox.push(pb::Ack::default());
        assert!(
            matches!(next(&mut outbox, true, true, true), Some(Message::Heartbeat(beat)) if beat.sequence == 1)
        );
        assert!(matches!(
            next(&mut outbox, false, true, true),
            Some(Message::Running(_))
        ));
        assert!(matches!(
            next(&mut outbox, false, false, true),
            Some(Message::Ack(_))
        ));
        assert!(matches!(
            next(&mut outbox, false, false, true),
            Some(Message::Report(_))
        ));
        assert_eq!(next(&mut outbox, false, false, false), None);
        assert!(
            matches!(next(&mut outbox, true, false, false), Some(Message::Heartbeat(beat)) if beat.sequence == 2)
        );
    }

    #[test]
    fn answers_are_bounded() {
        let mut outbox = Outbox::default();
        while outbox.has_room() {
            outbox.push(pb::Ack::default());
        }
        assert_eq!(outbox.acks.len(), MAX_ACKS);
    }
}
