//! Clusters that an answer leaves out: which of them may have what is asked for, and how many nodes are not counted for it.

use crate::decide;
use crate::scan::{Excluded, Prepared};

/// How many clusters are named.
const NAMED: usize = 3;

/// Clusters that a rule keeps out which can end, and that have nodes as asked or never said what they have, for people; empty where
/// there are none.
pub(super) fn able(prepared: &Prepared<'_>) -> String {
    let all = decide::left_out(prepared);
    let mut lines: Vec<String> = all.iter().take(NAMED).map(|one| line(one)).collect();
    match all.len().saturating_sub(lines.len()) {
        0 => {}
        1 => lines.push("so is 1 more cluster".to_owned()),
        more => lines.push(format!("so are {more} more clusters")),
    }
    lines.join("; ")
}

fn line(excluded: &Excluded<'_>) -> String {
    let context = &excluded.context;
    let mut line = format!(
        "cluster {} is left out: {}",
        context.name,
        excluded.rule.reason(context)
    );
    // Of one that has no inventory of its session yet, that is what was said.
    if !context.cluster.has_inventory() && excluded.rule.name() != "InventoryFreshness" {
        line.push_str(", and it is not known what it has");
    }
    line
}

/// The nodes of all clusters that are left out, by whatever rule: no figure counts them. Empty where there are none.
pub(super) fn not_counted(prepared: &Prepared<'_>) -> String {
    let excluded = prepared.excluded.iter();
    let nodes: usize = excluded
        .map(|excluded| excluded.context.cluster.nodes().len())
        .sum();
    match nodes {
        0 => String::new(),
        1 => "1 node in clusters that are left out".to_owned(),
        nodes => format!("{nodes} nodes in clusters that are left out"),
    }
}
