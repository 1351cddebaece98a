//! Nodes that a shape of request avoids for a while, because they refused it.
//!
//! An entry ends when the node changes and its backoff has passed; each further refusal doubles the backoff.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::request::ShapeId;

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug)]
struct Entry {
    until: Instant,
    refusals: u32,
    node_changed: bool,
    /// Its end was told: those that wait were tried again.
    end_told: bool,
}

/// What is avoided: shape of the request, cluster, node.
#[derive(Debug, Default)]
pub struct Avoided {
    entries: HashMap<(ShapeId, ClusterName, Option<NodeName>), Entry>,
}

impl Avoided {
    /// The node, or the whole cluster where the pin was no node, refused a request of this shape.
    pub fn refused(&mut self, shape: ShapeId, cluster: ClusterName, node: Option<NodeName>, now: Instant) {
        let entry = self.entries.entry((shape, cluster, node)).or_insert(Entry {
            until: now,
            refusals: 0,
            end_told: false,
            node_changed: false,
        });
        let factor = 1_u32.checked_shl(entry.refusals.min(8)).unwrap_or(u32::MAX);
        entry.until = now + FIRST.saturating_mul(factor).min(LONGEST);
        entry.refusals = entry.refusals.saturating_add(1);
        entry.node_changed = false;
        entry.end_told = false;
    }

    /// The node is not as it was when it refused.
    pub fn node_changed(&mut self, cluster: &ClusterName, node: &NodeName) {
        for ((_, at, name), entry) in &mut self.entries {
            if at == cluster && name.as_ref().is_none_or(|name| name == node) {
                entry.node_changed = true;
            }
        }
    }

    /// Nodes and whole clusters that a request of this shape avoids now.
    #[must_use]
    pub fn for_shape(&self, shape: ShapeId, now: Instant) -> BTreeSet<(ClusterName, Option<NodeName>)> {
        self.entries
            .iter()
            .filter(|((of, ..), entry)| *of == shape && is_avoided(entry, now))
            .map(|((_, cluster, node), _)| (cluster.clone(), node.clone()))
            .collect()
    }

    /// True once for each entry that has ended: something that waited may fit now. Entries that have been over for long
    /// are forgotten, and with them the count of refusals.
    pub fn expire(&mut self, now: Instant) -> bool {
        let mut ended = false;
        for entry in self.entries.values_mut() {
            if !entry.end_told && !is_avoided(entry, now) {
                entry.end_told = true;
                ended = true;
            }
        }
        self.entries
            .retain(|_, entry| is_avoided(entry, now) || now < entry.until + LONGEST);
        ended
    }
}

/// The longest that an unchanged node is avoided: a node can become good again without its facts changing.
const UNCHANGED_LIMIT: u32 = 6;

fn is_avoided(entry: &Entry, now: Instant) -> bool {
    let unchanged_longer = if entry.node_changed {
        Duration::ZERO
    } else {
        FIRST * UNCHANGED_LIMIT
    };
    now < entry.until + unchanged_longer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (ClusterName, NodeName) {
        (ClusterName::new("a").unwrap(), NodeName::new("n1").unwrap())
    }

    #[test]
    fn a_changed_node_is_tried_again_after_its_backoff_and_not_before() {
        let mut avoided = Avoided::default();
        let (cluster, node) = names();
        let now = Instant::now();
        avoided.refused(ShapeId(7), cluster.clone(), Some(node.clone()), now);
        avoided.node_changed(&cluster, &node);
        assert_eq!(avoided.for_shape(ShapeId(7), now + FIRST / 2).len(), 1);
        assert_eq!(avoided.for_shape(ShapeId(7), now + FIRST).len(), 0);
        assert_eq!(
            avoided.for_shape(ShapeId(8), now).len(),
            0,
            "another shape is not concerned"
        );
    }

    #[test]
    fn an_unchanged_node_is_avoided_longer_but_not_for_ever() {
        let mut avoided = Avoided::default();
        let (cluster, node) = names();
        let now = Instant::now();
        avoided.refused(ShapeId(7), cluster, Some(node), now);
        assert_eq!(avoided.for_shape(ShapeId(7), now + FIRST).len(), 1);
        assert_eq!(
            avoided
                .for_shape(ShapeId(7), now + FIRST * (UNCHANGED_LIMIT + 1))
                .len(),
            0
        );
    }

    #[test]
    fn the_end_of_an_entry_is_told_once() {
        let mut avoided = Avoided::default();
        let (cluster, node) = names();
        let now = Instant::now();
        avoided.refused(ShapeId(7), cluster.clone(), Some(node.clone()), now);
        avoided.node_changed(&cluster, &node);
        assert!(!avoided.expire(now));
        assert!(avoided.expire(now + FIRST));
        assert!(!avoided.expire(now + FIRST));
    }

    #[test]
    fn each_refusal_doubles_the_backoff() {
        let mut avoided = Avoided::default();
        let (cluster, node) = names();
        let now = Instant::now();
        avoided.refused(ShapeId(7), cluster.clone(), Some(node.clone()), now);
        avoided.refused(ShapeId(7), cluster.clone(), Some(node.clone()), now);
        avoided.node_changed(&cluster, &node);
        assert_eq!(avoided.for_shape(ShapeId(7), now + FIRST).len(), 1);
        assert_eq!(avoided.for_shape(ShapeId(7), now + FIRST * 2).len(), 0);
    }
}
