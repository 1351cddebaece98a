//! What has happened in the fleet since the turns were last given out, folded together so that it stays small whatever
//! happens: the fleet's own changes, and what only the loop knows.

use std::collections::BTreeSet;

use hourglass_engine::ChangeKind;
use hourglass_model::resources::ResourceName;

use super::failure::Failure;

/// Different kinds that are told apart; with more of them, everything counts as changed.
const KINDS: usize = 256;

/// A set of happenings.
#[derive(Clone, Debug, Default)]
pub struct Happened {
    /// After which any placement may fit.
    anything: bool,
    /// A node or cluster is not avoided any more.
    avoidance_ended: bool,
    /// One of a kind: whose cluster it was plays no part.
    changes: Vec<ChangeKind>,
}

impl Happened {
    /// Something after which any placement may fit.
    #[must_use]
    pub fn anything() -> Self {
        Self {
            anything: true,
            ..Self::default()
        }
    }

    /// A node or cluster is not avoided any more.
    #[must_use]
    pub fn avoidance_ended() -> Self {
        Self {
            avoidance_ended: true,
            ..Self::default()
        }
    }

    /// Nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.anything && !self.avoidance_ended && self.changes.is_empty()
    }

    /// More than claims that came or went, which every decision brings.
    #[must_use]
    pub fn is_more_than_claims(&self) -> bool {
        let claims = |change: &ChangeKind| matches!(change, ChangeKind::ClaimsChanged { .. });
        self.anything || self.avoidance_ended || !self.changes.iter().all(claims)
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: Self) {
        self.anything |= other.anything;
        self.avoidance_ended |= other.avoidance_ended;
        for change in other.changes {
            self.add(change);
        }
    }

    /// Whether any of it can help one that was answered with `failure`.
    #[must_use]
    pub fn helps(&self, failure: &Failure) -> bool {
        self.anything
            || (self.avoidance_ended && failure.avoids)
            || self.changes.iter().any(|change| failure.hints.wakes(change))
    }

    /// The same, as exactly as it is known: claims that come or go, which every decision brings, help those alone whose rules look
    /// at them, or for whom others make room.
    #[must_use]
    pub fn surely_concerns(&self, failure: &Failure) -> bool {
        let by = |change: &ChangeKind| match change {
            ChangeKind::ClaimsChanged {
                tenant,
                lowest_priority,
            } => {
                let below = failure.hints.claims_below;
                failure.hints.claims_of.as_ref() == Some(tenant)
                    || below.is_some_and(|below| *lowest_priority < below)
            }
            other => failure.hints.wakes(other),
        };
        self.anything || (self.avoidance_ended && failure.avoids) || self.changes.iter().any(by)
    }

    /// The lowest priority of the claims that came or went.
    #[must_use]
    pub fn lowest_claim(&self) -> Option<i32> {
        let claims = self.changes.iter().filter_map(|change| match change {
            ChangeKind::ClaimsChanged { lowest_priority, .. } => Some(*lowest_priority),
            _ => None,
        });
        claims.min()
    }

    fn add(&mut self, change: ChangeKind) {
        if self.anything || self.changes.iter_mut().any(|known| fold(known, &change)) {
            return;
        }
        if matches!(change, ChangeKind::ClusterChanged { .. }) || self.changes.len() >= KINDS {
            *self = Self::anything();
            return;
        }
        self.changes.push(change);
    }
}

impl FromIterator<ChangeKind> for Happened {
    fn from_iter<I: IntoIterator<Item = ChangeKind>>(changes: I) -> Self {
        let mut happened = Self::default();
        for change in changes {
            happened.add(change);
        }
        happened
    }
}

/// Puts a change into one of its kind that helps the same placements with it; false when they are too different.
fn fold(known: &mut ChangeKind, change: &ChangeKind) -> bool {
    use ChangeKind::{
        CapacityFreed, ClaimsChanged, NodesChanged, NodesRemoved, PodsChanged, ReservationEnded,
    };
    let merge = |known: &mut BTreeSet<ResourceName>, more: &BTreeSet<ResourceName>| {
        known.extend(more.iter().cloned());
    };
    match (known, change) {
        // Any of the resources helps, so those of two changes help as those of one.
        (CapacityFreed { resources: known, .. }, CapacityFreed { resources, .. }) => merge(known, resources),
        // A node helps if it has all that is asked for: those of two are not those of one.
        (NodesChanged { resources: known, .. }, NodesChanged { resources, .. }) if *known == *resources => {}
        (
            ClaimsChanged {
                tenant: of,
                lowest_priority: known,
            },
            ClaimsChanged {
                tenant,
                lowest_priority,
            },
        ) if *of == *tenant => *known = (*known).min(*lowest_priority),
        (NodesRemoved { .. }, NodesRemoved { .. })
        | (PodsChanged { .. }, PodsChanged { .. })
        | (ReservationEnded, ReservationEnded) => {}
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hourglass_engine::{NoFit, NoFitReason, RetryHints};
    use hourglass_model::ids::{ClusterName, SnapshotId, TenantId};

    use super::*;

    fn resources(names: &[&str]) -> BTreeSet<ResourceName> {
        names
            .iter()
            .map(|name| ResourceName::new(*name).unwrap())
            .collect()
    }

    fn cluster(name: &str) -> ClusterName {
        ClusterName::new(name).unwrap()
    }

    fn freed(at: &str, names: &[&str]) -> ChangeKind {
        ChangeKind::CapacityFreed {
            cluster: cluster(at),
            resources: resources(names),
        }
    }

    fn changed(at: &str, names: &[&str]) -> ChangeKind {
        ChangeKind::NodesChanged {
            cluster: cluster(at),
            resources: resources(names),
        }
    }

    fn failure(hints: RetryHints, avoids: bool) -> Arc<Failure> {
        let no_fit = NoFit {
            reason: NoFitReason::NoCapacity,
            slots: Vec::new(),
            fit: 0,
            explanation: None,
            hints,
        };
        Arc::new(Failure::of(&no_fit, SnapshotId(1), avoids))
    }

    fn hints() -> RetryHints {
        RetryHints {
            anything: false,
            freed: BTreeSet::new(),
            nodes_with: resources(&["cpu"]),
            claims_of: None,
            claims_below: None,
            reservations: false,
        }
    }

    #[test]
    fn folded_together_changes_help_whom_they_help_one_by_one() {
        let tenant = |name: &str| TenantId::new(name).unwrap();
        let claims = |of: &str, lowest_priority| ChangeKind::ClaimsChanged {
            tenant: tenant(of),
            lowest_priority,
        };
        let all = [
            freed("a", &["cpu"]),
            freed("b", &["memory"]),
            changed("a", &["cpu"]),
            changed("a", &["cpu", "memory"]),
            changed("b", &["cpu"]),
            claims("x", 5),
            claims("x", -5),
            claims("y", 7),
            ChangeKind::NodesRemoved {
                cluster: cluster("a"),
            },
            ChangeKind::PodsChanged {
                cluster: cluster("b"),
            },
            ChangeKind::ReservationEnded,
        ];
        let waiting = [
            RetryHints {
                freed: resources(&["memory"]),
                ..hints()
            },
            RetryHints {
                nodes_with: resources(&["memory", "cpu"]),
                ..hints()
            },
            RetryHints {
                nodes_with: resources(&["gpu"]),
                ..hints()
            },
            RetryHints {
                claims_of: Some(tenant("y")),
                ..hints()
            },
            RetryHints {
                claims_below: Some(0),
                nodes_with: resources(&["gpu"]),
                ..hints()
            },
            RetryHints {
                reservations: true,
                nodes_with: resources(&["gpu"]),
                ..hints()
            },
        ];
        // Every set of changes: as bits of a number.
        for set in 0..1_u32 << all.len() {
            let some: Vec<ChangeKind> = (0..all.len())
                .filter(|at| set & (1 << at) != 0)
                .map(|at| all[at].clone())
                .collect();
            let folded: Happened = some.iter().cloned().collect();
            assert!(folded.changes.len() <= some.len());
            for hints in &waiting {
                let one_by_one = some.iter().any(|change| hints.wakes(change));
                assert_eq!(
                    folded.helps(&failure(hints.clone(), false)),
                    one_by_one,
                    "{some:?} for {hints:?}"
                );
            }
        }
    }

    #[test]
    fn a_change_of_a_cluster_helps_everybody_and_so_do_too_many_kinds() {
        let nobody = failure(
            RetryHints {
                nodes_with: resources(&["gpu"]),
                ..hints()
            },
            false,
        );
        let whole: Happened = [ChangeKind::ClusterChanged {
            cluster: cluster("a"),
        }]
        .into_iter()
        .collect();
        assert!(whole.helps(&nobody));
        let kinds = |count: usize| -> Happened {
            (0..count)
                .map(|number| changed("a", &[&format!("example.org/r{number}")]))
                .collect()
        };
        assert!(!kinds(KINDS).helps(&nobody));
        assert!(kinds(KINDS + 1).helps(&nobody));
        assert!(kinds(KINDS + 1).changes.is_empty(), "nothing more is kept");
    }

    #[test]
    fn the_end_of_an_avoidance_helps_those_that_avoided_something() {
        let ended = Happened::avoidance_ended();
        assert!(ended.helps(&failure(hints(), true)));
        assert!(!ended.helps(&failure(hints(), false)));
    }

    #[test]
    fn claims_concern_those_whose_rules_look_at_them_and_those_for_whom_others_make_room() {
        let claims: Happened = [ChangeKind::ClaimsChanged {
            tenant: TenantId::new("x").unwrap(),
            lowest_priority: 0,
        }]
        .into_iter()
        .collect();
        let anything = RetryHints {
            anything: true,
            ..hints()
        };
        let concerns = |hints: RetryHints| claims.surely_concerns(&failure(hints, false));
        assert!(claims.helps(&failure(anything.clone(), false)));
        assert!(!concerns(anything.clone()));
        let of = |tenant: &str| RetryHints {
            claims_of: Some(TenantId::new(tenant).unwrap()),
            ..anything.clone()
        };
        assert!(concerns(of("x")) && !concerns(of("y")));
        let below = |priority| RetryHints {
            claims_below: Some(priority),
            ..anything.clone()
        };
        assert!(concerns(below(1)) && !concerns(below(0)));
        let freed: Happened = [freed("a", &["cpu"])].into_iter().collect();
        assert!(freed.surely_concerns(&failure(anything, false)));
    }

    #[test]
    fn what_every_decision_brings_is_told_apart() {
        let claims = ChangeKind::ClaimsChanged {
            tenant: TenantId::new("x").unwrap(),
            lowest_priority: 0,
        };
        let mut happened: Happened = [claims].into_iter().collect();
        assert!(!happened.is_empty() && !happened.is_more_than_claims());
        happened.extend([freed("a", &["cpu"])].into_iter().collect());
        assert!(happened.is_more_than_claims());
        assert!(!Happened::default().is_more_than_claims());
    }
}
