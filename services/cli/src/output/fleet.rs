//! The fleet on one page.

use hourglass_proto::fleet::v1::Fleet;

use super::quantity::amount;
use super::{Column, Paint, Screen, Table, clean, gpus};

/// Totals: clusters, nodes, placements, GPUs, TEE slots, resources.
pub fn fleet(fleet: &Fleet, screen: &Screen) -> String {
    let mut text = String::new();
    let mut line = |title: &str, value: String| {
        let title = screen.paint(Paint::Title, &format!("{title:<13}"));
        text.push_str(&format!("{title} {value}\n"));
    };
    line("Clusters:", by_state(fleet.clusters_by_state.iter()));
    line(
        "Nodes:",
        format!("{} ready of {}", fleet.nodes_ready, fleet.nodes),
    );
    line("Placements:", by_state(fleet.placements_by_state.iter()));
    let inventory = if fleet.inventory_complete {
        screen.paint(Paint::Good, "complete")
    } else {
        screen.paint(Paint::Warn, "not complete yet: clusters are still reporting")
    };
    line(
        "Inventory:",
        format!("{inventory} (snapshot {})", fleet.snapshot_id),
    );
    if fleet.recovering {
        let held = format!("under way; {} replicas are held back", fleet.replicas_held);
        line("Recovery:", screen.paint(Paint::Warn, &held));
    }
    if !fleet.behind.is_empty() {
        line("Store:", screen.paint(Paint::Bad, &clean(&fleet.behind)));
    }
    for table in [gpus::table(&fleet.gpus), tees(fleet), resources(fleet)]
        .into_iter()
        .flatten()
    {
        text.push('\n');
        text.push_str(&table.render(screen));
    }
    text
}

fn by_state<'a>(states: impl Iterator<Item = (&'a String, &'a i32)>) -> String {
    let counted: Vec<(&String, &i32)> = states.filter(|(_, count)| **count != 0).collect();
    let total: i64 = counted.iter().map(|(_, count)| i64::from(**count)).sum();
    let parts: Vec<String> = counted
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        format!("{total} ({})", parts.join(", "))
    }
}

fn tees(fleet: &Fleet) -> Option<Table> {
    let mut table = Table::new(vec![
        Column::whole("TEE KIND"),
        Column::whole("SLOTS FREE"),
        Column::whole("SLOTS TOTAL"),
    ]);
    for tee in &fleet.tees {
        table.push(vec![
            tee.kind.as_str().into(),
            tee.slots_free.to_string().into(),
            tee.slots_total.to_string().into(),
        ]);
    }
    (!fleet.tees.is_empty()).then_some(table)
}

fn resources(fleet: &Fleet) -> Option<Table> {
    let mut table = Table::new(vec![
        Column::cut("RESOURCE"),
        Column::whole("FREE"),
        Column::whole("ALLOCATABLE"),
        Column::whole("LARGEST FREE ON A NODE"),
    ]);
    for total in &fleet.resources {
        let name = total.resource.as_str();
        table.push(vec![
            name.into(),
            amount(name, total.free).into(),
            amount(name, total.allocatable).into(),
            amount(name, total.largest_free_on_a_node).into(),
        ]);
    }
    (!fleet.resources.is_empty()).then_some(table)
}
