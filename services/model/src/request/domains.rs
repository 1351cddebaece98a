//! Spread constraints, affinity and anti-affinity between placements.

use super::check::Report;
use crate::labels::{LabelSelector, Labels};
use crate::placement::{self, Topology, WhenUnsatisfiable};

/// Most constraints or terms of one list.
pub const MAX_DOMAIN_RULES: usize = 16;
/// Largest skew and most domains that a constraint may name; no fleet has more nodes.
const MAX_DOMAINS: i32 = 1_000_000;

/// How evenly the placements of a selector are spread over the places of a topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpreadConstraint {
    /// Most by which a place's count may be above the least count, at least 1.
    pub max_skew: u32,
    /// With fewer eligible places than this, the least count is 0.
    pub min_domains: Option<u32>,
    /// What counts as one place.
    pub topology: Topology,
    /// Whether it binds.
    pub when_unsatisfiable: WhenUnsatisfiable,
    /// Over labels of the tenant's placements; `None` counts the replicas of this placement.
    pub selector: Option<LabelSelector>,
}

/// Other placements of the tenant, and what counts as near them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacementTerm {
    /// Over labels of the tenant's placements.
    pub selector: LabelSelector,
    /// What counts as near.
    pub topology: Topology,
    /// 1 to 100 makes it a wish; `None` must hold.
    pub weight: Option<u32>,
}

impl SpreadConstraint {
    /// Whether it keeps replicas from a place, instead of making that place less liked.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.when_unsatisfiable == WhenUnsatisfiable::DoNotSchedule
    }

    /// Whether replicas of a placement with these labels are counted by its own constraint.
    #[must_use]
    pub fn counts_own(&self, labels: &Labels) -> bool {
        self.selector
            .as_ref()
            .is_none_or(|selector| selector.matches(labels))
    }
}

impl PlacementTerm {
    /// Whether it must hold.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.weight.is_none()
    }
}

/// Reads the spread constraints.
pub(super) fn spread(
    wire: &[placement::SpreadConstraint],
    path: &str,
    report: &mut Report,
) -> Vec<SpreadConstraint> {
    report.entries(path, wire.len(), MAX_DOMAIN_RULES);
    let read = wire
        .iter()
        .enumerate()
        .map(|(index, wire)| constraint(wire, &format!("{path}[{index}]"), report));
    let all: Vec<Option<SpreadConstraint>> = read.collect();
    refuse_repeated(&all, path, report, |one, other| {
        one.topology == other.topology
            && match (&one.selector, &other.selector) {
                (None, None) => true,
                (Some(one), Some(other)) => one.same_as(other),
                _ => false,
            }
    });
    all.into_iter().flatten().collect()
}

fn constraint(
    wire: &placement::SpreadConstraint,
    path: &str,
    report: &mut Report,
) -> Option<SpreadConstraint> {
    if wire.max_skew.is_none() {
        report.add(
            format!("{path}.maxSkew"),
            "is required: the most by which one place may be above the least, at least 1",
        );
    }
    report.range(&format!("{path}.maxSkew"), wire.max_skew, 1..=MAX_DOMAINS);
    report.range(&format!("{path}.minDomains"), wire.min_domains, 1..=MAX_DOMAINS);
    let when = wire.when_unsatisfiable.unwrap_or_default();
    if wire.min_domains.is_some() && when == WhenUnsatisfiable::ScheduleAnyway {
        report.add(
            format!("{path}.minDomains"),
            format!(
                "contradicts {path}.whenUnsatisfiable, which is SCHEDULE_ANYWAY: it has a meaning only with DO_NOT_SCHEDULE"
            ),
        );
    }
    let selector = wire
        .selector
        .as_ref()
        .map(|wire| LabelSelector::read(wire, &format!("{path}.selector"), &mut report.violations));
    Some(SpreadConstraint {
        topology: topology(wire.topology, path, report)?,
        max_skew: u32::try_from(wire.max_skew?).ok()?,
        min_domains: wire.min_domains.and_then(|number| u32::try_from(number).ok()),
        when_unsatisfiable: when,
        selector,
    })
}

/// Reads terms of affinity or anti-affinity.
pub(super) fn terms(
    wire: &[placement::PlacementTerm],
    path: &str,
    report: &mut Report,
) -> Vec<PlacementTerm> {
    report.entries(path, wire.len(), MAX_DOMAIN_RULES);
    let read = wire
        .iter()
        .enumerate()
        .map(|(index, wire)| term(wire, &format!("{path}[{index}]"), report));
    let all: Vec<Option<PlacementTerm>> = read.collect();
    refuse_repeated(&all, path, report, |one, other| {
        one.topology == other.topology
            && one.is_required() == other.is_required()
            && one.selector.same_as(&other.selector)
    });
    all.into_iter().flatten().collect()
}

fn term(wire: &placement::PlacementTerm, path: &str, report: &mut Report) -> Option<PlacementTerm> {
    report.range(&format!("{path}.weight"), wire.weight, 1..=100);
    if wire.selector.is_none() {
        report.add(
            format!("{path}.selector"),
            "is required: which placements, by their labels; {} means every one of the tenant",
        );
    }
    let selector = wire
        .selector
        .as_ref()
        .map(|wire| LabelSelector::read(wire, &format!("{path}.selector"), &mut report.violations));
    let topology = topology(wire.topology, path, report);
    Some(PlacementTerm {
        selector: selector?,
        topology: topology?,
        weight: wire.weight.and_then(|weight| u32::try_from(weight).ok()),
    })
}

fn topology(topology: Option<Topology>, path: &str, report: &mut Report) -> Option<Topology> {
    if topology.is_none() {
        report.add(
            format!("{path}.topology"),
            "is required: use CLUSTER, REGION, ZONE or NODE",
        );
    }
    topology
}

/// Two entries that say the same thing are one too many: with different numbers they would be at odds.
fn refuse_repeated<T>(all: &[Option<T>], path: &str, report: &mut Report, same: impl Fn(&T, &T) -> bool) {
    for (index, one) in all.iter().enumerate() {
        let Some(one) = one else { continue };
        let earlier = all
            .iter()
            .take(index)
            .position(|other| other.as_ref().is_some_and(|other| same(one, other)));
        if let Some(earlier) = earlier {
            report.add(
                format!("{path}[{index}]"),
                format!("repeats {path}[{earlier}]: same topology and selector; keep one of them"),
            );
        }
    }
}
