//! What runs, told to the server at the begin of a session, in messages of bounded size that are built one at a time.

use std::collections::VecDeque;

use hourglass_proto::fleet::v1 as pb;

use super::facts::{ManagedFacts, ObjectName, PerformerFacts};
use super::index::PerformerIndex;
use crate::claim::{wire_epoch, wire_slot};
use crate::inventory::Chunk;

/// What is still to be told.
#[derive(Debug)]
pub struct Running {
    rest: Option<VecDeque<ObjectName>>,
}

impl Running {
    /// All managed objects that are known now.
    pub fn begin(index: &PerformerIndex) -> Self {
        Self {
            rest: Some(index.managed().map(|(name, ..)| name.clone()).collect()),
        }
    }

    /// Whether the last message was given out.
    pub fn is_done(&self) -> bool {
        self.rest.is_none()
    }

    /// The next message; the last one says so. What was removed meanwhile is left out.
    pub fn next(&mut self, index: &PerformerIndex) -> Option<pb::RunningPerformers> {
        let rest = self.rest.as_mut()?;
        let mut chunk = Chunk::new(0);
        while let Some(name) = rest.front() {
            if let Some(facts) = index.get(name)
                && let Some(managed) = &facts.managed
                && chunk.push(wire(name, managed, facts)).is_some()
            {
                break;
            }
            rest.pop_front();
        }
        let complete = rest.is_empty();
        if complete {
            self.rest = None;
        }
        Some(pb::RunningPerformers {
            performers: chunk.into_items(),
            complete,
        })
    }
}

fn wire(name: &ObjectName, managed: &ManagedFacts, facts: &PerformerFacts) -> pb::ManagedPerformer {
    pb::ManagedPerformer {
        placement_uid: managed.claim.placement.to_string(),
        slot: wire_slot(managed.claim.slot),
        epoch: wire_epoch(managed.claim.epoch),
        content_hash: managed.content_hash.clone(),
        performer: name.to_string(),
        signed_placement: managed.signed_placement.to_vec(),
        incarnation: managed.order.incarnation.0,
        term: managed.order.term.0,
        terminating: facts.terminating,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::facts::StatusFacts;
    use super::*;
    use crate::claim::from_wire;
    use crate::order::Order;

    fn index(objects: i32, signed_bytes: usize) -> PerformerIndex {
        let mut index = PerformerIndex::new(["ns"]);
        for slot in 0..objects {
            let managed = ManagedFacts {
                claim: from_wire("u", slot, 1).unwrap(),
                tenant: "t".into(),
                placement: "tenants/t/placements/p".into(),
                content_hash: "h".into(),
                signed_placement: vec![7; signed_bytes].into(),
                order: Order::new(1, 2),
                traceparent: None,
                pinned_to: Some("n1".into()),
                gated: false,
            };
            let facts = PerformerFacts {
                managed: Some(managed),
                terminating: false,
                status: StatusFacts::default(),
            };
            index.put(ObjectName::new("ns", &format!("p-{slot}")), facts, Instant::now());
        }
        index
    }

    fn all(index: &PerformerIndex) -> Vec<pb::RunningPerformers> {
        let mut running = Running::begin(index);
        let mut messages = Vec::new();
        while let Some(message) = running.next(index) {
            messages.push(message);
        }
        assert!(running.is_done());
        messages
    }

    #[test]
    fn everything_that_runs_is_told_once_and_only_the_last_message_is_complete() {
        let messages = all(&index(100, 4000));
        assert!(messages.len() > 5, "{} messages", messages.len());
        let (last, others) = messages.split_last().unwrap();
        assert!(last.complete && others.iter().all(|message| !message.complete));
        let slots: Vec<i32> = messages
            .iter()
            .flat_map(|message| &message.performers)
            .map(|one| one.slot)
            .collect();
        let mut sorted = slots.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_cluster_without_performers_says_so() {
        let messages = all(&PerformerIndex::new(["ns"]));
        assert_eq!(
            messages,
            [pb::RunningPerformers {
                performers: Vec::new(),
                complete: true
            }]
        );
    }
}
