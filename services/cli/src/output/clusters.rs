//! Clusters in tables.

use hourglass_proto::fleet::v1::{Cluster, ResourceTotal};

use super::quantity::free_of;
use super::states::cluster_cell;
use super::{Cell, Column, Columns, Listable, Screen, age, gpus};
use crate::args::ResourceKind;
use crate::names::id_of;

impl Listable for Cluster {
    const KIND: ResourceKind = ResourceKind::Cluster;
    const LIST_KEY: &'static str = "clusters";

    fn columns(which: Columns) -> Vec<Column> {
        // Who asks for the wide table gets all of it.
        let optional = if which.wide {
            Column::whole
        } else {
            Column::optional
        };
        let mut columns = vec![
            Column::whole("NAME"),
            Column::whole("STATE"),
            Column::whole("NODES"),
            Column::whole("GPU FREE"),
            optional("CPU FREE"),
            optional("PLACED"),
            Column::whole("HEARD"),
            optional("AGE"),
        ];
        if which.wide {
            columns.extend([
                Column::whole("MEMORY FREE"),
                Column::whole("ORPHANS"),
                Column::whole("AGENT"),
                Column::whole("KUBERNETES"),
                Column::cut("LABELS"),
            ]);
        }
        columns
    }

    fn cells(&self, which: Columns, screen: &Screen) -> Vec<Cell> {
        let agent = self.agent.as_ref();
        let mut cells: Vec<Cell> = vec![
            id_of(&self.name).into(),
            cluster_cell(self.state(), self.cordoned),
            format!("{}/{}", self.nodes_ready, self.nodes).into(),
            gpus::free(&self.gpus).into(),
            free(&self.resources, "cpu").into(),
            self.assignments.to_string().into(),
            age(
                agent.and_then(|agent| agent.last_report_time.as_ref()),
                screen.now,
            )
            .into(),
            age(self.create_time.as_ref(), screen.now).into(),
        ];
        if which.wide {
            cells.extend([
                free(&self.resources, "memory").into(),
                self.orphans.to_string().into(),
                agent
                    .map(|agent| agent.version.as_str())
                    .unwrap_or_default()
                    .into(),
                agent
                    .map(|agent| agent.kubernetes_version.as_str())
                    .unwrap_or_default()
                    .into(),
                labels(self.labels.iter()).into(),
            ]);
        }
        cells
    }

    fn short_name(&self) -> String {
        id_of(&self.name).to_owned()
    }
}

/// `free/all` of one resource; `-` when there is none.
pub fn free(resources: &[ResourceTotal], name: &str) -> String {
    resources.iter().find(|total| total.resource == name).map_or_else(
        || "-".to_owned(),
        |total| free_of(name, total.free, total.allocatable),
    )
}

/// `a=b,c=d`
pub fn labels<'a>(labels: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    labels
        .map(|(key, value)| format!("{key}={value}"))
        .collect::<Vec<_>>()
        .join(",")
}
