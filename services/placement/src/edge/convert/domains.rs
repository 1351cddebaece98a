//! Spread constraints, affinity and anti-affinity between placements.

use hourglass_model::placement as model;
use hourglass_proto::fleet::v1 as proto;
use proto::spread_constraint::{Topology, WhenUnsatisfiable};

use super::lifecycle::enum_in;
use super::scheduling::{label_selector_in, label_selector_out};
use crate::edge::violations::Violations;

pub(super) fn spread_in(
    path: &str,
    all: Vec<proto::SpreadConstraint>,
    violations: &mut Violations,
) -> Vec<model::SpreadConstraint> {
    let mut one = |(index, one): (usize, proto::SpreadConstraint)| model::SpreadConstraint {
        max_skew: one.max_skew,
        min_domains: one.min_domains,
        topology: topology_in(&format!("{path}[{index}]"), one.topology, violations),
        when_unsatisfiable: enum_in(
            &format!("{path}[{index}].whenUnsatisfiable"),
            one.when_unsatisfiable,
            violations,
        )
        .and_then(|when| match when {
            WhenUnsatisfiable::Unspecified => None,
            WhenUnsatisfiable::DoNotSchedule => Some(model::WhenUnsatisfiable::DoNotSchedule),
            WhenUnsatisfiable::ScheduleAnyway => Some(model::WhenUnsatisfiable::ScheduleAnyway),
        }),
        selector: one.selector.map(label_selector_in),
    };
    all.into_iter().enumerate().map(&mut one).collect()
}

pub(super) fn spread_out(one: &model::SpreadConstraint) -> proto::SpreadConstraint {
    let when = match one.when_unsatisfiable {
        None => WhenUnsatisfiable::Unspecified,
        Some(model::WhenUnsatisfiable::DoNotSchedule) => WhenUnsatisfiable::DoNotSchedule,
        Some(model::WhenUnsatisfiable::ScheduleAnyway) => WhenUnsatisfiable::ScheduleAnyway,
    };
    proto::SpreadConstraint {
        max_skew: one.max_skew,
        min_domains: one.min_domains,
        topology: topology_out(one.topology).into(),
        when_unsatisfiable: when.into(),
        selector: one.selector.as_ref().map(label_selector_out),
    }
}

pub(super) fn terms_in(
    path: &str,
    all: Vec<proto::PlacementTerm>,
    violations: &mut Violations,
) -> Vec<model::PlacementTerm> {
    let mut one = |(index, one): (usize, proto::PlacementTerm)| model::PlacementTerm {
        selector: one.selector.map(label_selector_in),
        topology: topology_in(&format!("{path}[{index}]"), one.topology, violations),
        weight: one.weight,
    };
    all.into_iter().enumerate().map(&mut one).collect()
}

pub(super) fn term_out(one: &model::PlacementTerm) -> proto::PlacementTerm {
    proto::PlacementTerm {
        selector: one.selector.as_ref().map(label_selector_out),
        topology: topology_out(one.topology).into(),
        weight: one.weight,
    }
}

fn topology_in(path: &str, number: i32, violations: &mut Violations) -> Option<model::Topology> {
    match enum_in(&format!("{path}.topology"), number, violations)? {
        Topology::Unspecified => None,
        Topology::Cluster => Some(model::Topology::Cluster),
        Topology::Region => Some(model::Topology::Region),
        Topology::Zone => Some(model::Topology::Zone),
        Topology::Node => Some(model::Topology::Node),
    }
}

fn topology_out(topology: Option<model::Topology>) -> Topology {
    match topology {
        None => Topology::Unspecified,
        Some(model::Topology::Cluster) => Topology::Cluster,
        Some(model::Topology::Region) => Topology::Region,
        Some(model::Topology::Zone) => Topology::Zone,
        Some(model::Topology::Node) => Topology::Node,
    }
}
