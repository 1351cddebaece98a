//! Orphans in tables.

use hourglass_proto::fleet::v1::Orphan;

use super::{Cell, Column, Columns, Listable, Screen};
use crate::args::ResourceKind;

impl Listable for Orphan {
    const KIND: ResourceKind = ResourceKind::Orphan;
    const LIST_KEY: &'static str = "orphans";
    const NAME_COLUMN: &'static str = "PERFORMER";

    fn columns(_which: Columns) -> Vec<Column> {
        vec![
            Column::whole("CLUSTER"),
            Column::whole("PERFORMER"),
            Column::whole("SLOT"),
            Column::whole("EPOCH"),
            Column::cut("REASON"),
            Column::cut("PLACEMENT UID"),
        ]
    }

    fn cells(&self, _which: Columns, _screen: &Screen) -> Vec<Cell> {
        vec![
            self.cluster.as_str().into(),
            self.performer.as_str().into(),
            self.slot.to_string().into(),
            self.epoch.to_string().into(),
            self.reason.as_str().into(),
            self.placement_uid.as_str().into(),
        ]
    }

    fn short_name(&self) -> String {
        format!("{}/{}", self.cluster, self.performer)
    }
}
