//! What is decided while a cluster is late, compared at that moment with the same decision over what the cluster had when it was
//! last heard: nobody is moved, nothing is spread worse and nothing goes below its preferences that the cluster would have
//! spared. And every decision keeps the rules about other placements, also over zones of which a restarted server knows only
//! what it has stored.
//!
//! Which cluster is late, and who has waited for long enough, is known here from what happened in the world, not from the loop.

use std::cell::RefCell;

use hourglass_engine::invariants::check_decision;
use hourglass_engine::{Avoid, DecideInput, Decision, FleetDump, FleetState, Health, SlotWanted, decide};
use hourglass_model::placement::{Preemption, Topology};
use hourglass_model::request::{CanonicalRequest, SpreadConstraint, tier};

use super::*;
use crate::scheduler::handlers::successor::Wanted;
use crate::scheduler::timers::after;

/// What comes at the bounds may fall to either side.
const MARGIN: Duration = Duration::from_secs(1);

/// What happened in the world that is watched.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// When each cluster that is away was last heard with its inventory in force.
    lost: BTreeMap<ClusterName, Timestamp>,
    /// Since when each placement waits for late clusters.
    put_off: BTreeMap<PlacementUid, Timestamp>,
    /// Decisions that were looked at.
    pub(super) decisions: usize,
    /// Those that were made while a cluster was late, by one that may wait for it.
    pub(super) while_late: usize,
    /// Those that were put off.
    pub(super) waits: usize,
    /// Those of them that would have been others without the cluster.
    pub(super) spared: usize,
}

thread_local! {
    static WATCH: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// Everything that is decided by this thread from now on is looked at.
pub(super) fn watch() {
    WATCH.set(Some(Seen::default()));
}

/// What was seen since.
pub(super) fn unwatch() -> Seen {
    WATCH.take().unwrap_or_default()
}

fn note(what: impl FnOnce(&mut Seen)) {
    WATCH.with_borrow_mut(|watch| watch.as_mut().map(what));
}

/// The session of a cluster that had its inventory in force ends.
pub(super) fn lost(cluster: &ClusterName, now: Timestamp) {
    note(|seen| {
        seen.lost.entry(cluster.clone()).or_insert(now);
    });
}

/// It is about to say what it has.
pub(super) fn is_back(cluster: &ClusterName) {
    note(|seen| {
        seen.lost.remove(cluster);
    });
}

/// Who waits since when is no part of what is stored.
pub(super) fn restarted() {
    note(|seen| seen.put_off.clear());
}

/// A decision about replicas without a place has been made.
pub(in crate::scheduler) fn decided(
    core: &Core,
    record: &PlacementRecord,
    request: &CanonicalRequest,
    wanted: &[SlotWanted],
    decision: &Decision,
    round: &Round,
) {
    let Some(mut seen) = WATCH.with_borrow(Clone::clone) else {
        return;
    };
    let avoid = core.avoided_as(record, record.generation_tried(), request.shape, round.instant);
    let look = Look {
        core,
        record,
        request,
        wanted,
        avoid: &avoid,
        decision,
    };
    look.keeps_the_rules(core.fleet());
    seen.decisions += 1;
    let limit = policy().suspect_after - MARGIN;
    let waits = no_fit(decision) == Some(hourglass_engine::NoFitReason::WaitingForInventory);
    let since = seen.put_off.get(&record.uid).copied();
    let has_waited = since.is_some_and(|since| after(since, limit) <= round.now);
    if waits {
        seen.put_off.entry(record.uid.clone()).or_insert(round.now);
        seen.waits += 1;
    } else {
        seen.put_off.remove(&record.uid);
    }
    let late = seen.late(round.now);
    if !late.is_empty() && !has_waited {
        seen.while_late += 1;
        let known = as_last_heard(core, &late);
        let best = look.best(&known);
        look.spares_whom_it_could(&best);
        look.is_where_it_prefers(&best);
        look.is_spread(&known);
        if waits && !best.placed.is_empty() && best.victims.is_empty() {
            seen.spared += 1;
        }
    }
    WATCH.set(Some(seen));
}

/// A decision about the successor of a replica that serves, or has served, has been made.
pub(in crate::scheduler) fn successor_decided(
    core: &Core,
    (record, request): (&PlacementRecord, &CanonicalRequest),
    wanted: &Wanted<'_>,
    decision: &Decision,
    round: &Round,
) {
    let Some(mut seen) = WATCH.with_borrow(Clone::clone) else {
        return;
    };
    seen.decisions += 1;
    let late = seen.late(round.now);
    let placed = decision.placed.first();
    // Where it was it goes whatever others have.
    let elsewhere =
        placed.filter(|at| (&at.cluster, &at.node) != (&wanted.of.cluster, &wanted.of.charged_node));
    if elsewhere.is_some() && !late.is_empty() {
        seen.while_late += 1;
        let mut avoid = core.avoided_as(record, wanted.generation, request.shape, round.instant);
        if wanted.elsewhere {
            let left = (wanted.of.cluster.clone(), wanted.of.node.clone());
            avoid.insert(left, "it is left".to_owned().into());
        }
        let look = Look {
            core,
            record,
            request,
            wanted: &[wanted.slot],
            avoid: &avoid,
            decision,
        };
        let best = look.best(&as_last_heard(core, &late));
        look.is_where_it_prefers(&best);
    }
    WATCH.set(Some(seen));
}

impl Seen {
    /// Clusters that have been away for so short a time that they are waited for.
    fn late(&self, now: Timestamp) -> BTreeSet<ClusterName> {
        let limit = policy().suspect_after - MARGIN;
        let late = self.lost.iter().filter(|(_, since)| after(**since, limit) > now);
        late.map(|(name, _)| name.clone()).collect()
    }
}

fn no_fit(decision: &Decision) -> Option<hourglass_engine::NoFitReason> {
    decision.no_fit.as_ref().map(|no_fit| no_fit.reason)
}

/// The fleet as it would be if these clusters had not gone.
fn as_last_heard(core: &Core, late: &BTreeSet<ClusterName>) -> FleetDump {
    let mut dump = core.fleet().dump();
    for cluster in dump.clusters.iter_mut().filter(|one| late.contains(&one.name)) {
        assert!(
            cluster.applied.is_some(),
            "places are given before {} has said what it has",
            cluster.name
        );
        cluster.fresh = true;
        cluster.health = Health::Ready;
    }
    dump
}

/// A decision and what it is about.
struct Look<'a> {
    core: &'a Core,
    record: &'a PlacementRecord,
    request: &'a CanonicalRequest,
    wanted: &'a [SlotWanted],
    avoid: &'a Avoid,
    decision: &'a Decision,
}

impl Look<'_> {
    fn name(&self) -> String {
        self.record.name()
    }

    fn keeps_the_rules(&self, fleet: &FleetState) {
        let waits_for = || self.decision.placed.iter().flat_map(|placed| &placed.waits_for);
        let victims = || self.decision.victims.iter().map(|victim| &victim.claim);
        if waits_for().any(|claim| !victims().any(|victim| victim == claim)) {
            // It takes the room of one that this round has released already.
            return;
        }
        let breaches = check_decision(fleet, &self.record.tenant, self.request, self.decision);
        assert_eq!(breaches, [], "{}: {:?}", self.name(), self.decision);
    }

    /// The same decision over this fleet.
    fn best(&self, known: &FleetDump) -> Decision {
        let fleet = FleetState::from_dump(known.clone());
        let input = DecideInput {
            tenant: &self.record.tenant,
            placement: Some(&self.record.uid),
            slots: self.wanted,
            avoid: self.avoid,
            preempt: self.request.preemption == Preemption::LowerPriority,
            explain: false,
        };
        decide(&fleet, self.request, &input)
    }

    /// Nobody is moved who would stay where he is with the late clusters.
    fn spares_whom_it_could(&self, best: &Decision) {
        let (ours, theirs) = (self.decision, best);
        assert!(
            ours.victims.len() <= theirs.victims.len() || ours.placed.len() > theirs.placed.len(),
            "{} moves {:?} while a cluster is late with which it would be {theirs:?}",
            self.name(),
            ours.victims
        );
    }

    /// Nothing goes where it is liked less than where it would be with the late clusters.
    fn is_where_it_prefers(&self, best: &Decision) {
        let tiers = |decision: &Decision| {
            let placed = decision.placed.iter().map(|placed| {
                let cluster = self.core.fleet().cluster(&placed.cluster).unwrap();
                let preferences = &self.request.cluster_preferences;
                tier(preferences, &placed.cluster, &cluster.settings().labels)
            });
            let mut tiers: Vec<usize> = placed.collect();
            tiers.sort_unstable();
            tiers
        };
        let (ours, theirs) = (tiers(self.decision), tiers(best));
        assert!(
            ours.iter().zip(&theirs).all(|(ours, theirs)| ours <= theirs),
            "{} goes to {:?} while a cluster is late with which it would be {best:?}",
            self.name(),
            self.decision.placed
        );
    }

    /// What must be spread is spread over the late clusters as well.
    fn is_spread(&self, known: &FleetDump) {
        let binding = self.request.spread.iter().filter(|spread| spread.is_required());
        for constraint in binding.filter(|_| self.decision.victims.is_empty()) {
            self.is_spread_by(known, constraint);
        }
    }

    fn is_spread_by(&self, known: &FleetDump, constraint: &SpreadConstraint) {
        let there =
            |cluster: &ClusterName, node: &NodeName| domain(known, constraint.topology, cluster, node);
        let counts_own = match &constraint.selector {
            Some(selector) => selector.matches(&self.request.labels),
            None => true,
        };
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        let ready = known.clusters.iter().filter(|cluster| cluster.fresh);
        for cluster in ready.filter(|cluster| cluster.health == Health::Ready) {
            for node in &cluster.nodes {
                counts.extend(there(&cluster.name, &node.name).map(|domain| (domain, 0)));
            }
        }
        for claim in known.claims.iter().filter(|claim| claim.is_live()) {
            let (claim, owner) = (&claim.claim, &claim.claim.owner);
            let counted = match &constraint.selector {
                Some(selector) => owner.tenant == self.record.tenant && selector.matches(&owner.labels),
                None => owner.placement == self.record.uid,
            };
            let here = there(&claim.cluster, &claim.node).filter(|_| counted);
            if let Some(count) = here.and_then(|here| counts.get_mut(&here)) {
                *count += 1;
            }
        }
        for placed in &self.decision.placed {
            let least = counts.values().min().copied().unwrap_or_default();
            let here = there(&placed.cluster, &placed.node).and_then(|here| counts.get_mut(&here));
            let count = here.expect("it is in a domain of its constraint");
            *count += i64::from(counts_own);
            assert!(
                *count - least <= i64::from(constraint.max_skew),
                "{} is spread over {:?} like this while a cluster is late: {counts:?}",
                self.name(),
                constraint.topology
            );
        }
    }
}

/// The domain of a node by what is known of it.
fn domain(known: &FleetDump, topology: Topology, cluster: &ClusterName, node: &NodeName) -> Option<String> {
    let cluster = known.clusters.iter().find(|one| one.name == *cluster)?;
    let of_node = || cluster.nodes.iter().find(|one| one.name == *node);
    match topology {
        Topology::Cluster => Some(cluster.name.to_string()),
        Topology::Region => {
            let labels = &cluster.settings.labels;
            labels.get("topology.kubernetes.io/region").cloned()
        }
        Topology::Zone => of_node()?
            .labels
            .get("topology.kubernetes.io/zone")
            .map(str::to_owned),
        Topology::Node => Some(format!("{}/{node}", cluster.name)),
    }
}
