use std::collections::BTreeMap;

use hourglass_model::resources::{CPU, ResourceVector};

use super::super::chunk::CHUNK_BYTES;
use super::super::facts::NodeFacts;
use super::*;

fn node(label_bytes: usize) -> NodeFacts {
    NodeFacts {
        labels: BTreeMap::from([("l".to_owned(), "x".repeat(label_bytes))]),
        allocatable: ResourceVector::from_iter([(CPU.clone(), 1)]),
        ..NodeFacts::default()
    }
}

fn index(nodes: usize, label_bytes: usize) -> Index {
    let mut index = Index::new(0);
    for number in 0..nodes {
        index.put_node(&format!("n{number:05}").into(), node(label_bytes));
    }
    index
}

/// What the server makes of the messages, as the protocol says.
#[derive(Default)]
struct Server {
    sequence: i64,
    nodes: BTreeMap<String, pb::NodeInventory>,
    staged: Option<BTreeMap<String, pb::NodeInventory>>,
    facts: Option<pb::ClusterFacts>,
}

impl Server {
    fn take(&mut self, message: Message) {
        match message {
            Message::SnapshotBegin(begin) => {
                assert!(begin.sequence > self.sequence);
                self.sequence = begin.sequence;
                self.staged = Some(BTreeMap::new());
            }
            Message::SnapshotChunk(chunk) => {
                assert!(
                    chunk.encoded_len() <= CHUNK_BYTES,
                    "{} bytes",
                    chunk.encoded_len()
                );
                self.facts = chunk.facts.or(self.facts.take());
                let staged = self.staged.as_mut().unwrap();
                staged.extend(chunk.nodes.into_iter().map(|node| (node.name.clone(), node)));
            }
            Message::SnapshotEnd(end) => {
                self.nodes = self.staged.take().unwrap();
                assert_eq!(
                    (end.sequence, usize::try_from(end.nodes).unwrap()),
                    (self.sequence, self.nodes.len())
                );
            }
            Message::Delta(delta) => {
                assert_eq!(delta.sequence, self.sequence + 1);
                self.sequence = delta.sequence;
                self.nodes
                    .extend(delta.nodes.into_iter().map(|node| (node.name.clone(), node)));
                delta
                    .removed_nodes
                    .iter()
                    .for_each(|name| drop(self.nodes.remove(name)));
            }
        }
    }

    fn take_all(&mut self, feed: &mut Feed, index: &mut Index) -> usize {
        let tenants = TenantNamespaces::default();
        std::iter::from_fn(|| feed.next(index, &tenants, true))
            .map(|message| self.take(message))
            .count()
    }
}

fn expected(index: &Index) -> BTreeMap<String, pb::NodeInventory> {
    index
        .node_names()
        .map(|name| (name.to_string(), wire::node(index.node(name).unwrap())))
        .collect()
}

#[test]
fn a_snapshot_comes_in_chunks_and_swaps_in_whole() {
    let mut index = index(500, 1000);
    let (mut feed, mut server) = (Feed::default(), Server::default());
    let messages = server.take_all(&mut feed, &mut index);
    assert!(messages > 8, "{messages}");
    assert_eq!(server.nodes, expected(&index));
    assert!(server.facts.is_some());
}

#[test]
fn an_empty_cluster_has_a_snapshot_too() {
    let mut index = index(0, 0);
    let (mut feed, mut server) = (Feed::default(), Server::default());
    assert_eq!(server.take_all(&mut feed, &mut index), 3);
    assert!(server.staged.is_none() && server.facts.is_some());
}

#[test]
fn what_changes_while_a_snapshot_is_sent_is_right_in_the_end() {
    let mut index = index(300, 1000);
    let (mut feed, mut server) = (Feed::default(), Server::default());
    let tenants = TenantNamespaces::default();
    for _ in 0..4 {
        server.take(feed.next(&mut index, &tenants, true).unwrap());
    }
    index.remove_node(&"n00001".into());
    index.remove_node(&"n00299".into());
    index.put_node(&"n00002".into(), node(3));
    index.put_node(&"n00298".into(), node(4));
    index.put_node(&"zzz".into(), node(5));
    server.take_all(&mut feed, &mut index);
    assert_eq!(server.nodes, expected(&index));
    assert_eq!(server.sequence, index.sequence());
}

#[test]
fn a_resync_begins_again_with_a_higher_sequence() {
    let mut index = index(3, 10);
    let (mut feed, mut server) = (Feed::default(), Server::default());
    server.take_all(&mut feed, &mut index);
    let before = server.sequence;
    feed.restart();
    assert_eq!(server.take_all(&mut feed, &mut index), 3);
    assert!(server.sequence > before);
    assert_eq!(server.nodes, expected(&index));
}

#[test]
fn a_change_of_too_much_comes_as_a_snapshot() {
    let mut index = index(2000, 10);
    let (mut feed, mut server) = (Feed::default(), Server::default());
    server.take_all(&mut feed, &mut index);
    for number in 0..2000 {
        index.put_node(&format!("n{number:05}").into(), node(20));
    }
    let tenants = TenantNamespaces::default();
    let first = feed.next(&mut index, &tenants, true).unwrap();
    assert!(matches!(first, Message::SnapshotBegin(_)), "{first:?}");
    server.take(first);
    server.take_all(&mut feed, &mut index);
    assert_eq!(server.nodes, expected(&index));

    // Few nodes, but large ones.
    for number in 0..900 {
        index.put_node(&format!("n{number:05}").into(), node(2000));
    }
    let first = feed.next(&mut index, &tenants, true).unwrap();
    assert!(matches!(first, Message::SnapshotBegin(_)), "{first:?}");
    server.take(first);
    server.take_all(&mut feed, &mut index);
    assert_eq!(server.nodes, expected(&index));
}
