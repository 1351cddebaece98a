//! Nodes in tables.

use hourglass_proto::fleet::v1::Node;

use super::clusters::free;
use super::{Cell, Column, Columns, Listable, Paint, Screen, gpus};
use crate::args::ResourceKind;
use crate::names::cluster_and_node;

impl Listable for Node {
    const KIND: ResourceKind = ResourceKind::Node;
    const LIST_KEY: &'static str = "nodes";

    fn columns(which: Columns) -> Vec<Column> {
        // Who asks for the wide table gets all of it.
        let optional = if which.wide {
            Column::whole
        } else {
            Column::optional
        };
        let mut columns = vec![
            Column::whole("CLUSTER"),
            Column::whole("NAME"),
            Column::whole("STATUS"),
            Column::cut("GPU PRODUCT"),
            Column::whole("GPU FREE"),
            Column::cut("TEE"),
            optional("CPU FREE"),
            optional("PLACED"),
        ];
        if which.wide {
            columns.extend([Column::whole("MEMORY FREE"), Column::cut("TAINTS")]);
        }
        columns
    }

    fn cells(&self, which: Columns, _screen: &Screen) -> Vec<Cell> {
        let (cluster, node) = cluster_and_node(&self.name);
        let mut cells: Vec<Cell> = vec![
            cluster.into(),
            node.into(),
            status(self),
            or_dash(&gpus::products(self).join(",")).into(),
            gpus::free(&self.gpus).into(),
            or_dash(&self.tee_kinds.join(",")).into(),
            free(&self.resources, "cpu").into(),
            self.assignments.to_string().into(),
        ];
        if which.wide {
            cells.extend([free(&self.resources, "memory").into(), taints(self).into()]);
        }
        cells
    }

    fn short_name(&self) -> String {
        let (cluster, node) = cluster_and_node(&self.name);
        format!("{cluster}/{node}")
    }
}

/// As kubectl says it, but in fewer letters: cordoned means that it takes no new pods.
pub fn status(node: &Node) -> Cell {
    match (node.ready, node.unschedulable) {
        (true, false) => Cell::painted("Ready", Paint::Good),
        (true, true) => Cell::painted("Ready,Cordoned", Paint::Warn),
        (false, false) => Cell::painted("NotReady", Paint::Bad),
        (false, true) => Cell::painted("NotReady,Cordoned", Paint::Bad),
    }
}

/// `key=value:effect`, several with commas.
pub fn taints(node: &Node) -> String {
    node.taints
        .iter()
        .map(|taint| match taint.value.as_str() {
            "" => format!("{}:{}", taint.key, taint.effect),
            value => format!("{}={value}:{}", taint.key, taint.effect),
        })
        .collect::<Vec<_>>()
        .join(",")
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}
