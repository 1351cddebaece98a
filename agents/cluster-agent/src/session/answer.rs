//! The answer to a command.

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;

/// Longest message of an answer, in bytes.
const MAX_MESSAGE: usize = 2048;

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    /// The outcome.
    pub outcome: Outcome,
    /// UPPER_SNAKE; empty where everything went well.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

impl Answer {
    /// It was done.
    pub fn done(outcome: Outcome) -> Self {
        Self {
            outcome,
            reason: "",
            message: String::new(),
        }
    }

    /// It was not done, because it comes from somebody or something older.
    pub fn stale(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Stale,
            reason,
            message: message.into(),
        }
    }

    /// It will not be done without a change.
    pub fn refused(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Refused,
            reason,
            message: message.into(),
        }
    }

    /// It could not be done now.
    pub fn failed(reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failed,
            reason,
            message: message.into(),
        }
    }

    /// As the wire has it, for the command with this header.
    pub fn into_ack(self, header: &pb::CommandHeader, inventory_sequence: i64) -> pb::Ack {
        let mut message = self.message;
        if message.len() > MAX_MESSAGE {
            let end = (0..=MAX_MESSAGE)
                .rev()
                .find(|end| message.is_char_boundary(*end))
                .unwrap_or_default();
            message.truncate(end);
        }
        pb::Ack {
            command_id: header.command_id.clone(),
            placement_uid: header.placement_uid.clone(),
            slot: header.slot,
            epoch: header.epoch,
            outcome: self.outcome.into(),
            reason: self.reason.to_owned(),
            message,
            inventory_sequence,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ack_names_its_command_and_its_message_is_bounded() {
        let header = pb::CommandHeader {
            command_id: "c".into(),
            placement_uid: "u".into(),
            slot: 1,
            epoch: 2,
            ..pb::CommandHeader::default()
        };
        let ack = Answer::refused("INVALID", "é".repeat(5000)).into_ack(&header, 7);
        assert_eq!(
            (
                ack.command_id.as_str(),
                ack.placement_uid.as_str(),
                ack.slot,
                ack.epoch
            ),
            ("c", "u", 1, 2)
        );
        assert_eq!((ack.outcome(), ack.inventory_sequence), (Outcome::Refused, 7));
        assert_eq!(ack.message.len(), MAX_MESSAGE);
    }

    #[test]
    fn every_reason_that_a_replica_can_show_is_documented() {
        let page = include_str!("../../../../docs/conditions.md");
        let sources = [
            include_str!("api_error.rs"),
            include_str!("apply.rs"),
            include_str!("command.rs"),
            include_str!("commands.rs"),
            include_str!("standing.rs"),
        ];
        let mut seen = 0;
        for source in sources {
            // Stale answers are no reason of a replica: the order is of somebody who is obeyed no more.
            let given = ["Answer::refused(", "Answer::failed("];
            for call in given.iter().flat_map(|call| source.split(call).skip(1)) {
                let Some((reason, _)) = call
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'))
                else {
                    continue;
                };
                assert!(page.contains(&format!("`{reason}`")), "{reason}");
                seen += 1;
            }
        }
        assert!(seen > 12, "{seen}");
    }
}
