//! What a changed wish means for the pods that are there. Pure.

use std::collections::BTreeSet;

use hourglass_model::ids::Generation;
use hourglass_model::placement::PlacementSpec;

use crate::records::{AssignmentRecord, PlacementRecord};

/// Which of the places of a placement have to be replaced for another wish.
///
/// Each is judged by the spec that it carries, not by what was wished last: whoever goes back to an earlier spec finds what was
/// never replaced as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    rolls: bool,
    carriers: BTreeSet<Generation>,
}

impl Effect {
    /// That of `wish` on `record`. `spec_of` gives the specs that are kept; of a place whose spec is not, nobody knows that it is
    /// as it should be.
    #[must_use]
    pub fn of<'a>(
        record: &PlacementRecord,
        wish: &PlacementSpec,
        spec_of: impl Fn(Generation) -> Option<&'a PlacementSpec>,
    ) -> Self {
        let generations: BTreeSet<Generation> = record.generations().collect();
        let carries = |generation: &Generation| {
            let spec = spec_of(*generation);
            spec.is_some_and(|spec| !pods_differ(spec, wish))
        };
        Self {
            rolls: pods_differ(&record.spec, wish),
            carriers: generations.into_iter().filter(carries).collect(),
        }
    }

    /// Pods are to be others than those that were wished last.
    #[must_use]
    pub fn rolls(&self) -> bool {
        self.rolls
    }

    /// The place is to go for another one.
    #[must_use]
    pub fn replaces(&self, assignment: &AssignmentRecord) -> bool {
        !self.carries(assignment.generation)
    }

    /// What is of this generation is as it is wanted.
    #[must_use]
    pub fn carries(&self, generation: Generation) -> bool {
        self.carriers.contains(&generation)
    }
}

/// Whether pods would be others, or might have to be elsewhere. Wishes about the choice among places that fit, and what the
/// server alone goes by, change nothing for a replica that has its place.
pub(in crate::scheduler) fn pods_differ(before: &PlacementSpec, after: &PlacementSpec) -> bool {
    let none = PlacementSpec::default();
    let pods = |spec: &PlacementSpec| with_pods_of(&none, spec);
    pods(before) != pods(after)
}

/// `wish` for pods of another spec: all that pods do not see is as it is wanted.
pub(in crate::scheduler) fn with_pods_of(wish: &PlacementSpec, pods: &PlacementSpec) -> PlacementSpec {
    PlacementSpec {
        replicas: wish.replicas,
        gang: wish.gang,
        cluster_preferences: wish.cluster_preferences.clone(),
        priority: wish.priority,
        preemption: wish.preemption,
        strategy: wish.strategy,
        failover: wish.failover.clone(),
        update: wish.update.clone(),
        disruption: wish.disruption.clone(),
        start_deadline: wish.start_deadline,
        queue_timeout: wish.queue_timeout,
        expire_time: wish.expire_time,
        ..pods.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use hourglass_model::placement::{Disruption, UpdatePolicy};
    use jiff::Timestamp;

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn spec(image: &str) -> PlacementSpec {
        let value = serde_json::json!({"performer": {"image": image}, "replicas": 2});
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_only_the_server_goes_by_replaces_nothing() {
        let before = spec("a:1");
        let after = PlacementSpec {
            priority: Some(7),
            start_deadline: Some(Duration::from_secs(5)),
            queue_timeout: Some(Duration::from_secs(5)),
            expire_time: Some(Timestamp::MAX),
            update: Some(UpdatePolicy::default()),
            disruption: Some(Disruption::default()),
            replicas: Some(9),
            ..before.clone()
        };
        assert!(!pods_differ(&before, &after));
        assert!(pods_differ(&before, &spec("a:2")));
        let rules = PlacementSpec {
            node_rules: Some(Default::default()),
            ..before.clone()
        };
        assert!(pods_differ(&before, &rules));
    }

    #[test]
    fn a_place_is_judged_by_what_it_carries_and_not_by_what_was_wished_last() {
        let mut rolling = record("default", "web", "uid-1");
        rolling.generation = Generation(3);
        rolling.spec = spec("a:3");
        rolling.slots = (0..3)
            .map(|number| slot(number, "c1", "n1", Observed::default()))
            .collect();
        for (slot, generation) in rolling.slots.iter_mut().zip(1..) {
            slot.assignment.as_mut().unwrap().generation = Generation(generation);
        }
        // Of the first one nobody knows the spec any more.
        let kept: BTreeMap<_, _> = [(2, "a:2"), (3, "a:3")]
            .map(|(generation, image)| (Generation(generation), spec(image)))
            .into();
        let replaced = |image: &str| -> (bool, Vec<bool>) {
            let effect = Effect::of(&rolling, &spec(image), |generation| kept.get(&generation));
            let places = rolling.places().map(|(.., at)| effect.replaces(at));
            (effect.rolls(), places.collect())
        };
        assert_eq!(replaced("a:1"), (true, vec![true, true, true]));
        assert_eq!(replaced("a:2"), (true, vec![true, false, true]));
        assert_eq!(replaced("a:3"), (false, vec![true, true, false]));
    }
}
