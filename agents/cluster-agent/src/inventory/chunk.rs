//! Cuts lists into messages of bounded size.

use prost::Message;

/// Size of a chunk, encoded: small enough that a chunk never holds up the messages behind it.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;

/// Room for the frame around the items.
const FRAME_BYTES: usize = 1024;
/// Tag and length in front of each item.
const ITEM_OVERHEAD_BYTES: usize = 6;

/// Collects items until the chunk is full.
#[derive(Debug)]
pub(crate) struct Chunk<T> {
    items: Vec<T>,
    bytes: usize,
}

impl<T: Message> Chunk<T> {
    /// An empty chunk in which `used` bytes are taken by something else.
    pub fn new(used: usize) -> Self {
        Self {
            items: Vec::new(),
            bytes: FRAME_BYTES + used,
        }
    }

    /// Adds the item, or gives it back where there is no room. The first item always has room: one that is too large
    /// for any chunk travels alone.
    pub fn push(&mut self, item: T) -> Option<T> {
        let bytes = item.encoded_len() + ITEM_OVERHEAD_BYTES;
        if !self.items.is_empty() && self.bytes + bytes > CHUNK_BYTES {
            return Some(item);
        }
        self.bytes += bytes;
        self.items.push(item);
        None
    }

    /// The items.
    pub fn into_items(self) -> Vec<T> {
        self.items
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_proto::fleet::v1::{NodeInventory, SnapshotChunk};

    fn node(bytes: usize) -> NodeInventory {
        NodeInventory {
            name: "n".repeat(bytes),
            ..NodeInventory::default()
        }
    }

    fn chunks(sizes: &[usize]) -> Vec<Vec<usize>> {
        let mut full = Vec::new();
        let mut current = Chunk::new(0);
        let take = |chunk: Chunk<NodeInventory>| {
            let nodes = chunk.into_items();
            let sizes: Vec<usize> = nodes.iter().map(|node| node.name.len()).collect();
            if sizes.len() > 1 {
                assert!(SnapshotChunk { nodes, facts: None }.encoded_len() <= CHUNK_BYTES);
            }
            sizes
        };
        for size in sizes {
            if let Some(node) = current.push(node(*size)) {
                full.push(take(std::mem::replace(&mut current, Chunk::new(0))));
                assert!(current.push(node).is_none(), "the first item always has room");
            }
        }
        full.push(take(current));
        full
    }

    #[test]
    fn chunks_keep_all_items_in_order_and_stay_within_the_limit() {
        let sizes = [100, 40_000, 30_000, 10, 63_000, 1, 1, 50_000];
        let chunks = chunks(&sizes);
        assert_eq!(chunks.concat(), sizes);
        assert!(chunks.len() > 2);
    }

    #[test]
    fn an_item_larger_than_a_chunk_travels_alone() {
        assert_eq!(chunks(&[10, 100_000, 10]), [vec![10], vec![100_000], vec![10]]);
    }

    #[test]
    fn what_is_beside_the_items_takes_its_room() {
        let mut chunk = Chunk::new(CHUNK_BYTES);
        assert!(chunk.push(node(10)).is_none());
        assert!(chunk.push(node(10)).is_some());
    }
}
