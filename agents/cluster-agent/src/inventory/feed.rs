//! The next message of the Inventory stream: a snapshot in chunks, then deltas. Pulled one at a time, when the server
//! has room, so nothing is built before it can be sent.

use std::collections::VecDeque;
use std::sync::Arc;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::inventory_message::Message;
use prost::Message as _;

use super::chunk::Chunk;
use super::index::Index;
use super::wire;
use crate::config::TenantNamespaces;

/// A delta of more nodes, or of more bytes, is sent as a new snapshot, which goes in chunks.
const MAX_DELTA_NODES: usize = 1024;
const MAX_DELTA_BYTES: usize = 1024 * 1024;

/// Where in the protocol the stream is.
#[derive(Debug, Default)]
pub struct Feed {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Begin,
    Snapshot {
        sequence: i64,
        rest: VecDeque<Arc<str>>,
        sent: usize,
        facts_sent: bool,
    },
    Deltas,
}

impl Feed {
    /// The next message is the begin of a new snapshot.
    pub fn restart(&mut self) {
        self.state = State::Begin;
    }

    /// The next message, or `None` while nothing has changed. Deltas hold what is beside the nodes only `with_facts`.
    pub fn next(
        &mut self,
        index: &mut Index,
        tenants: &TenantNamespaces,
        with_facts: bool,
    ) -> Option<Message> {
        match &mut self.state {
            State::Begin => Some(self.begin(index)),
            State::Snapshot {
                sequence,
                rest,
                sent,
                facts_sent,
            } => {
                if rest.is_empty() && *facts_sent {
                    let nodes = i32::try_from(*sent).unwrap_or(i32::MAX);
                    let end = pb::SnapshotEnd {
                        sequence: *sequence,
                        nodes,
                    };
                    self.state = State::Deltas;
                    return Some(Message::SnapshotEnd(end));
                }
                let facts = (!std::mem::replace(facts_sent, true)).then(|| wire::facts(index, tenants));
                let nodes = next_nodes(
                    rest,
                    index,
                    facts.as_ref().map_or(0, pb::ClusterFacts::encoded_len),
                );
                *sent += nodes.len();
                Some(Message::SnapshotChunk(pb::SnapshotChunk { nodes, facts }))
            }
            State::Deltas => self.delta(index, tenants, with_facts),
        }
    }

    fn begin(&mut self, index: &mut Index) -> Message {
        let (sequence, names) = index.begin_snapshot();
        self.state = State::Snapshot {
            sequence,
            rest: names.into(),
            sent: 0,
            facts_sent: false,
        };
        Message::SnapshotBegin(pb::SnapshotBegin { sequence })
    }

    fn delta(&mut self, index: &mut Index, tenants: &TenantNamespaces, with_facts: bool) -> Option<Message> {
        if index.unsent_nodes() > MAX_DELTA_NODES {
            return Some(self.begin(index));
        }
        let delta = index.take_delta(with_facts)?;
        let delta = wire::delta(delta, index, tenants);
        if delta.encoded_len() > MAX_DELTA_BYTES {
            // What was just taken is part of the snapshot.
            return Some(self.begin(index));
        }
        Some(Message::Delta(delta))
    }
}

/// As many of the nodes as fit beside `used` bytes. Nodes that are gone meanwhile are left out: the next delta says so.
fn next_nodes(rest: &mut VecDeque<Arc<str>>, index: &Index, used: usize) -> Vec<pb::NodeInventory> {
    let mut chunk = Chunk::new(used);
    while let Some(name) = rest.front() {
        if let Some(view) = index.node(name)
            && chunk.push(wire::node(view)).is_some()
        {
            break;
        }
        rest.pop_front();
    }
    chunk.into_items()
}

#[cfg(test)]
mod tests;
