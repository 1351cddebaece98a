//! What the peer makes of the Inventory stream, exactly as the protocol says; every breach of it is noted.

use std::collections::BTreeMap;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::inventory_message::Message;
use prost::Message as _;

/// The inventory of one session.
#[derive(Debug, Default, Clone)]
pub struct Mirror {
    /// Sequence of the newest complete state.
    pub sequence: i64,
    /// Nodes by name.
    pub nodes: BTreeMap<String, pb::NodeInventory>,
    /// Everything else.
    pub facts: pb::ClusterFacts,
    /// Complete snapshots so far.
    pub snapshots: u32,
    /// Messages so far.
    pub messages: u64,
    /// What must not happen.
    pub breaches: Vec<String>,
    staged: Option<(i64, BTreeMap<String, pb::NodeInventory>)>,
}

impl Mirror {
    /// Takes the next message.
    pub fn take(&mut self, message: pb::InventoryMessage) {
        self.messages += 1;
        match message.message {
            Some(Message::SnapshotBegin(begin)) => {
                self.require(
                    begin.sequence > self.sequence,
                    "a snapshot's sequence does not rise",
                );
                self.staged = Some((begin.sequence, BTreeMap::new()));
            }
            Some(Message::SnapshotChunk(chunk)) => {
                self.require(chunk.encoded_len() <= 64 * 1024, "a chunk is larger than 64 KiB");
                if let Some(facts) = chunk.facts {
                    self.facts = facts;
                }
                match &mut self.staged {
                    Some((_, nodes)) => {
                        nodes.extend(chunk.nodes.into_iter().map(|node| (node.name.clone(), node)));
                    }
                    None => self.breaches.push("a chunk outside of a snapshot".to_owned()),
                }
            }
            Some(Message::SnapshotEnd(end)) => match self.staged.take() {
                Some((sequence, nodes)) => {
                    self.require(end.sequence == sequence, "a snapshot ends with another sequence");
                    let count = usize::try_from(end.nodes).unwrap_or_default();
                    self.require(
                        count == nodes.len(),
                        "a snapshot ends with another number of nodes",
                    );
                    self.sequence = sequence;
                    self.nodes = nodes;
                    self.snapshots += 1;
                }
                None => self.breaches.push("an end outside of a snapshot".to_owned()),
            },
            Some(Message::Delta(delta)) => {
                self.require(self.staged.is_none(), "a delta within a snapshot");
                self.require(delta.sequence == self.sequence + 1, "a gap between deltas");
                self.sequence = delta.sequence;
                self.nodes
                    .extend(delta.nodes.into_iter().map(|node| (node.name.clone(), node)));
                for name in delta.removed_nodes {
                    self.nodes.remove(&name);
                }
                if let Some(facts) = delta.facts {
                    self.facts = facts;
                }
            }
            None => self.breaches.push("an empty message".to_owned()),
        }
    }

    /// What the pods of a claim take, over all nodes.
    pub fn bound(&self, uid: &str, resource: &str) -> i64 {
        let claims = self.nodes.values().flat_map(|node| &node.claims);
        claims
            .filter(|claim| claim.placement_uid == uid)
            .filter_map(|claim| claim.bound.get(resource))
            .sum()
    }

    /// What all pods take, over all nodes.
    pub fn used(&self, resource: &str) -> i64 {
        self.nodes
            .values()
            .filter_map(|node| node.used.get(resource))
            .sum()
    }

    fn require(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.breaches.push(otherwise.to_owned());
        }
    }
}
