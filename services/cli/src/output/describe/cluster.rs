//! The whole story of a cluster.

use hourglass_proto::fleet::v1::{AgentInfo, Cluster, ResourceTotal};

use super::super::quantity::amount;
use super::super::states::{cluster_state, condition_cell};
use super::super::{Column, Screen, Table, exact, gpus, time};
use super::{Story, pairs, with_age};
use crate::names::id_of;

/// What it is, what is free, who speaks for it.
pub fn cluster(cluster: &Cluster, screen: &Screen) -> String {
    let mut story = Story::new(screen);
    story.line("Name", id_of(&cluster.name));
    story.line("UID", &cluster.uid);
    story.line("State", cluster_state(cluster.state()));
    story.line(
        "Cordoned",
        if cluster.cordoned {
            "yes: takes no new placements"
        } else {
            "no"
        },
    );
    story.line("Joined", &with_age(cluster.create_time.as_ref(), screen));
    story.lines("Labels", pairs(&cluster.labels));
    story.lines(
        "Taints",
        cluster
            .taints
            .iter()
            .map(|taint| format!("{}={}:{}", taint.key, taint.value, taint.effect)),
    );
    story.line(
        "Nodes",
        &format!("{} ready of {}", cluster.nodes_ready, cluster.nodes),
    );
    story.line("Placed", &format!("{} assignments", cluster.assignments));
    if cluster.orphans > 0 {
        story.line(
            "Orphans",
            &format!(
                "{} (hourglass get orphans --cluster {})",
                cluster.orphans,
                id_of(&cluster.name)
            ),
        );
    }
    who_speaks(&mut story, cluster.agent.as_ref(), screen);
    let body = gpus::table(&cluster.gpus).map(|table| table.render(&story.indented()));
    story.section("GPUs", &body.unwrap_or_default());
    let body = resources(&cluster.resources, &story.indented());
    story.section("Resources", &body);
    let body = conditions(cluster, &story.indented());
    story.section("Conditions", &body);
    story.end()
}

/// The agent. Without one the server still has a message for it, with nothing in it that was ever said.
fn who_speaks(story: &mut Story<'_>, agent: Option<&AgentInfo>, screen: &Screen) {
    let connected = agent.filter(|agent| agent.connected_since.is_some());
    if let Some(agent) = connected {
        story.line(
            "Agent",
            &format!("version {}, protocol {}", agent.version, agent.protocol_version),
        );
        story.line("Kubernetes", &agent.kubernetes_version);
        story.line("Connected", &with_age(agent.connected_since.as_ref(), screen));
    } else {
        story.line("Agent", "no agent is connected");
    }
    let Some(agent) = agent else { return };
    story.line("Last heard", &with_age(agent.last_report_time.as_ref(), screen));
    match (connected, agent.inventory_sequence) {
        (None, _) => {}
        (Some(_), 0) => story.line("Inventory", "none received yet"),
        (Some(_), sequence) => story.line("Inventory", &format!("sequence {sequence}")),
    }
    let end = agent.certificate_expire_time.as_ref();
    if end.is_some() {
        story.line(
            "Certificate",
            &format!("ends {} ({})", exact(end), time::until(end, screen.now)),
        );
    }
}

/// The table of free and allocatable amounts; empty when there is nothing.
pub fn resources(totals: &[ResourceTotal], screen: &Screen) -> String {
    if totals.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::whole("RESOURCE"),
        Column::whole("FREE"),
        Column::whole("ALLOCATABLE"),
        Column::whole("LARGEST FREE ON A NODE"),
    ]);
    for total in totals {
        let name = total.resource.as_str();
        table.push(vec![
            name.into(),
            amount(name, total.free).into(),
            amount(name, total.allocatable).into(),
            amount(name, total.largest_free_on_a_node).into(),
        ]);
    }
    table.render(screen)
}

fn conditions(cluster: &Cluster, screen: &Screen) -> String {
    if cluster.conditions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::whole("TYPE"),
        Column::whole("STATUS"),
        Column::whole("REASON"),
        Column::whole("SINCE"),
        Column::wrapped("MESSAGE"),
    ]);
    for condition in &cluster.conditions {
        table.push(vec![
            condition.r#type.as_str().into(),
            condition_cell(condition.status()),
            condition.reason.as_str().into(),
            time::age(condition.last_transition_time.as_ref(), screen.now).into(),
            condition.message.as_str().into(),
        ]);
    }
    table.render(screen)
}
