//! Who may go from one node, as far as the state alone tells.

use std::collections::BTreeMap;

use hourglass_model::ids::{ClaimId, ClusterName, PlacementUid};
use hourglass_model::resources::ResourceVector;

use super::summary::{Amounts, Leaving, Summary};
use super::tree::{Columns, Entry, Tree};
use crate::claims::{ClaimRecord, Serving, is_movable};
use crate::index::Seated;
use crate::state::{ClusterState, FleetState, NodeState};

/// Puts into a tree what is true of a node now.
pub(super) fn look(
    tree: &mut Tree,
    state: &FleetState,
    at: Seated,
    cluster: Option<(&ClusterName, &ClusterState)>,
) {
    let found = cluster.and_then(|(name, cluster)| {
        let node = cluster.node_at(at.slot)?;
        let there = records(state, name, node, tree.most());
        if there.is_empty() {
            return None;
        }
        let class = node.class();
        let columns = tree.columns(class.kind.id, node);
        let leaving = leaving(&there, columns, |record| {
            cluster.freed_on(&record.claim, node.name())
        });
        let free = columns.amounts(|resource| node.free_of(resource));
        let entry = Entry {
            summary: Summary::of(free, node.rank(), &leaving)?,
            slot: at.slot,
            class: class.id,
        };
        Some((class.kind.id, entry))
    });
    tree.put(at, found);
}

/// Claims that are charged to a node or whose pods are there, and that may go.
fn records<'s>(
    state: &'s FleetState,
    cluster: &ClusterName,
    node: &NodeState,
    most: i32,
) -> Vec<&'s ClaimRecord> {
    let ledger = &state.ledger;
    let seen = node.claims().iter().filter_map(|seen| ledger.get(&seen.claim));
    let all = ledger.on_node(cluster, node.name()).chain(seen);
    let may_go = |record: &&ClaimRecord| {
        let claim = &record.claim;
        is_movable(record) && claim.owner.priority <= most && claim.cluster == *cluster
    };
    let there: BTreeMap<&ClaimId, &ClaimRecord> = all
        .filter(may_go)
        .map(|record| (&record.claim.id, record))
        .collect();
    there.into_values().collect()
}

/// What goes together, and what it leaves. What of a gang is elsewhere is not looked at: it only makes its going dearer.
fn leaving(
    records: &[&ClaimRecord],
    columns: &Columns,
    freed: impl Fn(&ClaimRecord) -> ResourceVector,
) -> Vec<Leaving> {
    let mut gangs: BTreeMap<&PlacementUid, Leaving> = BTreeMap::new();
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let owner = &record.claim.owner;
        let freed = freed(record);
        let freed: Amounts = columns.amounts(|resource| freed.get(resource));
        if !owner.gang {
            all.push(Leaving {
                priority: owner.priority,
                idle: record.serving == Serving::No,
                gang: false,
                freed,
            });
            continue;
        }
        let unit = gangs.entry(&owner.placement).or_insert(Leaving {
            priority: owner.priority,
            idle: true,
            gang: true,
            freed: Amounts::default(),
        });
        for (all, one) in unit.freed.iter_mut().zip(freed) {
            *all = all.saturating_add(one);
        }
    }
    all.extend(gangs.into_values());
    all
}
