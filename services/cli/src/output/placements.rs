//! Placements in tables.

use std::collections::BTreeSet;

use hourglass_proto::fleet::v1::condition::Status;
use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Condition, Placement};

use super::states::placement_cell;
use super::{Cell, Column, Columns, Listable, Screen, age, condition_reason, needs};
use crate::args::ResourceKind;
use crate::names::{id_of, tenant_of};

impl Listable for Placement {
    const KIND: ResourceKind = ResourceKind::Placement;
    const LIST_KEY: &'static str = "placements";

    fn columns(which: Columns) -> Vec<Column> {
        // Who asks for the wide table gets all of it.
        let optional = if which.wide {
            Column::cut
        } else {
            Column::cut_or_left_out
        };
        let mut columns = Vec::new();
        if which.tenant {
            columns.push(Column::whole("TENANT"));
        }
        columns.extend([
            Column::whole("NAME"),
            Column::whole("STATE"),
            Column::whole("READY"),
            optional("CLUSTER"),
            optional("NODE"),
            Column::cut("REASON"),
            Column::whole("AGE"),
        ]);
        if which.wide {
            columns.extend([
                Column::cut("NEEDS"),
                Column::cut("ENDPOINT"),
                Column::cut("IMAGE"),
                Column::whole("UID"),
            ]);
        }
        columns
    }

    fn cells(&self, which: Columns, screen: &Screen) -> Vec<Cell> {
        let mut cells = Vec::new();
        if which.tenant {
            cells.push(tenant_of(&self.name).into());
        }
        let ready = self
            .assignments
            .iter()
            .filter(|assignment| assignment.ready)
            .count();
        let reason = blocking_condition(self).map(|condition| condition_reason(condition.reason()));
        cells.extend([
            id_of(&self.name).into(),
            placement_cell(self.state()),
            format!("{ready}/{}", replicas(self)).into(),
            one_or_count(
                self.assignments
                    .iter()
                    .map(|assignment| assignment.cluster.as_str()),
                "clusters",
            )
            .into(),
            one_or_count(
                self.assignments.iter().map(|assignment| assignment.node.as_str()),
                "nodes",
            )
            .into(),
            reason.unwrap_or_default().into(),
            age(self.create_time.as_ref(), screen.now).into(),
        ]);
        if which.wide {
            let endpoints = self
                .assignments
                .iter()
                .flat_map(|assignment| &assignment.endpoints);
            let image = self
                .spec
                .as_ref()
                .and_then(|spec| spec.performer.as_ref())
                .map(|performer| &performer.image);
            cells.extend([
                self.spec.as_ref().map(needs::summary).unwrap_or_default().into(),
                one_or_count(endpoints.map(|endpoint| endpoint.address.as_str()), "endpoints").into(),
                image.cloned().unwrap_or_default().into(),
                self.uid.as_str().into(),
            ]);
        }
        cells
    }

    fn short_name(&self) -> String {
        id_of(&self.name).to_owned()
    }
}

/// How many replicas are asked for.
pub fn replicas(placement: &Placement) -> i32 {
    placement
        .spec
        .as_ref()
        .and_then(|spec| spec.replicas)
        .unwrap_or(1)
}

/// The condition that stands between the placement and READY: the first that is not TRUE.
pub fn blocking_condition(placement: &Placement) -> Option<&Condition> {
    if placement.state() == State::Ready {
        return None;
    }
    placement
        .conditions
        .iter()
        .find(|condition| matches!(condition.status(), Status::False | Status::Unknown))
}

/// Where the replicas are or would be, as `cluster/node, cluster/node (+2 more)`.
pub fn decided_where(placement: &Placement) -> String {
    const SHOWN: usize = 3;
    let places: Vec<String> = placement
        .assignments
        .iter()
        // One that waits again is listed for what became of it before.
        .filter(|assignment| !assignment.cluster.is_empty())
        .map(|assignment| match assignment.node.as_str() {
            "" => assignment.cluster.clone(),
            node => format!("{}/{node}", assignment.cluster),
        })
        .collect();
    match places.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} (+{more} more)", places[..SHOWN].join(", ")),
        _ => places.join(", "),
    }
}

fn one_or_count<'a>(values: impl Iterator<Item = &'a str>, what: &str) -> String {
    let distinct: BTreeSet<&str> = values.filter(|value| !value.is_empty()).collect();
    match distinct.len() {
        0 => "-".to_owned(),
        1 => distinct.into_iter().collect(),
        n => format!("{n} {what}"),
    }
}
