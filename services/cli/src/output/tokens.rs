//! Join tokens in tables; the secret is never among the columns.

use hourglass_proto::fleet::v1::JoinToken;

use super::clusters::labels;
use super::time::until;
use super::{Cell, Column, Columns, Listable, Paint, Screen, age};
use crate::args::ResourceKind;
use crate::names::id_of;

impl Listable for JoinToken {
    const KIND: ResourceKind = ResourceKind::JoinToken;
    const LIST_KEY: &'static str = "joinTokens";
    const NAME_COLUMN: &'static str = "ID";

    fn columns(_which: Columns) -> Vec<Column> {
        vec![
            Column::whole("ID"),
            Column::whole("CLUSTER"),
            Column::whole("STATUS"),
            Column::whole("USES LEFT"),
            Column::whole("EXPIRES"),
            Column::cut_or_left_out("LABELS"),
            Column::optional("AGE"),
        ]
    }

    fn cells(&self, _which: Columns, screen: &Screen) -> Vec<Cell> {
        let expired = self
            .expire_time
            .as_ref()
            .is_some_and(|end| end.seconds <= screen.now.as_second());
        let status = if self.revoked {
            Cell::painted("revoked", Paint::Dim)
        } else if expired {
            Cell::painted("expired", Paint::Dim)
        } else if self.uses_left <= 0 {
            Cell::painted("used", Paint::Dim)
        } else {
            Cell::painted("usable", Paint::Good)
        };
        vec![
            id_of(&self.name).into(),
            self.cluster.as_str().into(),
            status,
            self.uses_left.to_string().into(),
            until(self.expire_time.as_ref(), screen.now).into(),
            labels(self.labels.iter()).into(),
            age(self.create_time.as_ref(), screen.now).into(),
        ]
    }

    fn short_name(&self) -> String {
        id_of(&self.name).to_owned()
    }
}
