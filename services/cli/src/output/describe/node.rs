//! The whole story of a node.

use hourglass_proto::fleet::v1::Node;

use super::super::nodes::taints;
use super::super::{Screen, gpus};
use super::cluster::resources;
use super::{Story, devices, pairs};
use crate::names::cluster_and_node;

/// What it is and what is free on it.
pub fn node(node: &Node, screen: &Screen) -> String {
    let (cluster, name) = cluster_and_node(&node.name);
    let mut story = Story::new(screen);
    story.line("Name", name);
    story.line("Cluster", cluster);
    story.line("Ready", if node.ready { "yes" } else { "no" });
    story.line(
        "Schedulable",
        if node.unschedulable {
            "no (cordoned in its cluster)"
        } else {
            "yes"
        },
    );
    story.lines("GPU product", gpus::products(node));
    story.lines("TEE kinds", &node.tee_kinds);
    story.line("Placed", &format!("{} assignments", node.assignments));
    story.lines(
        "Taints",
        taints(node).split(',').filter(|taint| !taint.is_empty()),
    );
    story.lines("Labels", pairs(&node.labels));
    let body = gpus::table(&node.gpus).map(|table| table.render(&story.indented()));
    story.section("GPUs", &body.unwrap_or_default());
    let body = devices::section(node, &story.indented());
    story.section("Devices", &body);
    let body = resources(&node.resources, &story.indented());
    story.section("Resources", &body);
    story.end()
}
