//! How many more of a placement fit, where, and what stops the next one.

use hourglass_proto::fleet::v1::ComputeCapacityResponse;
use hourglass_proto::fleet::v1::compute_capacity_response::Bound;

use super::{Column, Paint, Screen, Table, clean, explanation};

/// Replicas that a server counts at most.
const MOST_LIMIT: i32 = 10_000;

/// The number first, then where, then why it ends there.
pub fn capacity(title: &str, answer: &ComputeCapacityResponse, wide: bool, screen: &Screen) -> String {
    let paint = if answer.total > 0 {
        Paint::Good
    } else {
        Paint::Warn
    };
    let number = match (answer.total, answer.limited) {
        (0, _) => "no more".to_owned(),
        (total, true) => format!("at least {total} more"),
        (total, false) => format!("{total} more"),
    };
    let verb = if answer.total == 1 { "fits" } else { "fit" };
    let mut text = format!(
        "{}: {} {verb} now\n",
        screen.paint(Paint::Title, &clean(title)),
        screen.paint(paint, &number)
    );
    if !answer.clusters.is_empty() {
        text.push('\n');
        text.push_str(&places(answer, wide).render(screen));
    }
    match &answer.explanation {
        None => text.push_str(&format!("\n{}; more may fit.\n", why_it_ended(answer))),
        Some(next) if wide => {
            text.push_str(&format!("\nThe next one {}", explanation(next, false, screen)));
        }
        Some(next) => text.push_str(&format!("\nThe next one: {}\n", clean(&next.summary))),
    }
    text
}

/// What ended the count before its end, and what would let it go on.
fn why_it_ended(answer: &ComputeCapacityResponse) -> &'static str {
    match answer.limited_by() {
        Bound::Limit if answer.total < MOST_LIMIT => "Counting ended at the limit (--limit counts further)",
        Bound::Limit => "Counting ended at the highest limit",
        Bound::Time => "Counting ended with its time (a longer --timeout counts further, for up to a minute)",
        Bound::Unspecified => "Counting ended before the end",
    }
}

/// Clusters, or with `wide` their nodes.
fn places(answer: &ComputeCapacityResponse, wide: bool) -> Table {
    if !wide {
        let mut table = Table::new(vec![
            Column::whole("CLUSTER"),
            Column::whole("MORE"),
            Column::whole("NODES"),
        ]);
        for cluster in &answer.clusters {
            table.push(vec![
                cluster.cluster.as_str().into(),
                cluster.replicas.to_string().into(),
                cluster.nodes.len().to_string().into(),
            ]);
        }
        return table;
    }
    let mut table = Table::new(vec![
        Column::whole("CLUSTER"),
        Column::whole("NODE"),
        Column::whole("MORE"),
    ]);
    for cluster in &answer.clusters {
        let mut named = 0;
        for node in &cluster.nodes {
            named += node.replicas;
            table.push(vec![
                cluster.cluster.as_str().into(),
                node.node.as_str().into(),
                node.replicas.to_string().into(),
            ]);
        }
        let others = cluster.replicas - named;
        if others > 0 {
            table.push(vec![
                cluster.cluster.as_str().into(),
                "(other nodes)".into(),
                others.to_string().into(),
            ]);
        }
    }
    table
}
