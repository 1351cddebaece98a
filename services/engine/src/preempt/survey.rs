//! Nodes on which room can be made, those first on which it can be cheapest. Each is looked at once for all replicas of a
//! decision: what one of them changes is looked at again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use hourglass_model::resources::ResourceVector;

use super::frontier::{At, Frontier, Standing};
use super::lack::{Lack, NOBODY};
use super::leavers::Leavers;
use super::node::Choice;
use super::reckon::{Reckoned, There, reckon};
use super::{Room, Unit, units_on};
use crate::decide::{Draft, Place};
use crate::scan::{Demands, Prepared};
use crate::state::{DeviceHold, NodeState};

/// A node, who may go from it, and who leaves it anyway.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    /// Place of the cluster among the eligible ones.
    pub(super) cluster: usize,
    pub(super) node: &'a NodeState,
    /// They have gone in all that is said of the node here.
    pub(super) leavers: Leavers<'a>,
    /// By priority.
    pub(super) units: Vec<Unit<'a>>,
    /// What each unit leaves on this node.
    pub(super) freed: Vec<ResourceVector>,
    /// And of its devices.
    pub(super) freed_devices: Vec<Vec<DeviceHold>>,
    /// Variants that pass the rules over facts.
    pub(super) variants: Vec<usize>,
    pub(super) lack: Lack,
    /// Whether nothing but what is lacking decides who has to go, as far as there are no rules over other placements.
    pub(super) lack_is_exact: bool,
}

/// A node that was looked at.
struct Seen<'a> {
    /// What it costs at least.
    reckoned: Reckoned,
    candidate: Candidate<'a>,
    /// What was chosen, where that stays so.
    choice: Option<Choice<'a>>,
}

impl<'a> Candidate<'a> {
    /// None when nobody may go or leaves anyway, or nobody's going would help.
    fn of(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (cluster, node): (usize, &'a NodeState),
        demands: &mut Demands,
    ) -> Option<(Reckoned, Self)> {
        #[cfg(test)]
        LOOKED_AT.set(LOOKED_AT.get() + 1);
        let eligible = prepared.eligible.get(cluster)?;
        let leavers = Leavers::on(prepared, draft, (cluster, node));
        let spot = leavers.leave(draft.spot(prepared, cluster, node));
        let variants: Vec<usize> = (0..eligible.variants.len())
            .filter(|variant| prepared.fact_verdict(&spot, *variant, None).is_ok())
            .collect();
        if variants.is_empty() {
            return None;
        }
        let units = units_on(prepared, draft, cluster, node);
        if units.is_empty() && leavers.is_empty() {
            return None;
        }
        let here = |unit: &Unit<'a>| {
            let claims = unit.claims.iter().copied();
            let here = claims.filter(|record| record.claim.cluster == *eligible.name);
            here.collect::<Vec<_>>()
        };
        let freed: Vec<ResourceVector> = units
            .iter()
            .map(|unit| {
                let mut freed = ResourceVector::new();
                for record in here(unit) {
                    freed.add_saturating(&eligible.state.freed_on(&record.claim, node.name()));
                }
                freed
            })
            .collect();
        let demand = prepared.least_demand((cluster, node), &variants, demands);
        let lack = Lack::new(&spot.free, &demand, &freed);
        let bound = if leavers.is_empty() || !lack.is_met_by(&[]) {
            lack.bound(&units)?
        } else {
            NOBODY
        };
        let there = There {
            units: &units,
            freed: &freed,
            variants: &variants,
            own_slots: draft.own_slots_at(cluster, node),
        };
        let reckoned = reckon(prepared, &spot, there, (bound, &demand), demands);
        let freed_devices = units
            .iter()
            .map(|unit| {
                let shown = here(unit).into_iter().filter(|_| node.devices().is_some());
                shown
                    .flat_map(|record| eligible.state.devices_freed_by(&record.claim, node.name()))
                    .collect()
            })
            .collect();
        let only_way =
            prepared.request.gpu.is_none() || prepared.only_gpus((cluster, node), &variants).is_some();
        let sound = |freed: &ResourceVector| freed.iter().all(|(_, amount)| amount >= 0);
        let lack_is_exact =
            variants.len() == 1 && only_way && node.devices().is_none() && freed.iter().all(sound);
        let candidate = Self {
            lack_is_exact,
            cluster,
            node,
            leavers,
            units,
            freed,
            freed_devices,
            variants,
            lack,
        };
        Some((reckoned, candidate))
    }
}

/// The nodes.
#[derive(Default)]
pub(crate) struct Survey<'a> {
    /// Those that were looked at and on which room can be made.
    seen: BTreeMap<At<'a>, Seen<'a>>,
    /// Of these, by what they cost at least.
    order: BTreeSet<Standing<'a>>,
    /// Those that were not.
    frontier: Option<Frontier<'a>>,
    /// Those to be looked at again.
    stale: Vec<(usize, &'a NodeState)>,
    demands: Demands,
    /// What the fits of choices that stay name by its place.
    chosen_demands: Demands,
}

impl<'a> Survey<'a> {
    /// `nodes` are all that have anyone who may go or leaves anyway, with the places of their clusters among the eligible ones.
    pub(crate) fn of(nodes: impl Iterator<Item = (usize, &'a NodeState)>) -> Self {
        Self {
            stale: nodes.collect(),
            ..Self::default()
        }
    }

    /// The nodes of a frontier, and these, of which it does not say the truth.
    pub(crate) fn over(frontier: Frontier<'a>, nodes: Vec<(usize, &'a NodeState)>) -> Self {
        Self {
            frontier: Some(frontier),
            stale: nodes,
            ..Self::default()
        }
    }

    /// The demands that choices name. To be given back with [`Self::keep_demands`], with others behind them.
    pub(super) fn take_demands(&mut self) -> Demands {
        std::mem::take(&mut self.chosen_demands)
    }

    /// See [`Self::take_demands`].
    pub(super) fn keep_demands(&mut self, demands: Demands) {
        self.chosen_demands = demands;
    }

    /// Looks again at what has changed.
    pub(super) fn refresh(&mut self, prepared: &Prepared<'a>, draft: &Draft<'a>) {
        for node in std::mem::take(&mut self.stale) {
            self.look(prepared, draft, node);
        }
    }

    /// Looks at a node; says what it costs there at least, if room can be made.
    fn look(
        &mut self,
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (cluster, node): (usize, &'a NodeState),
    ) -> Option<Reckoned> {
        let at = (prepared.eligible.get(cluster)?.name, node.rank());
        let found = Candidate::of(prepared, draft, (cluster, node), &mut self.demands);
        let reckoned = found.as_ref().map(|(reckoned, _)| *reckoned);
        let found = found.map(|(reckoned, candidate)| Seen {
            reckoned,
            candidate,
            choice: None,
        });
        let before = match found {
            Some(found) => self.seen.insert(at, found),
            None => self.seen.remove(&at),
        };
        if let Some(before) = before {
            self.order.remove(&(before.reckoned, at));
        }
        self.order.extend(reckoned.map(|reckoned| (reckoned, at)));
        reckoned
    }

    /// Those that make this room are to go, and a replica takes the place: what is true of these nodes is to be found anew. The
    /// draft says so already.
    pub(crate) fn carried_out(&mut self, prepared: &Prepared<'a>, room: &Room<'a>) {
        self.taken(&room.place);
        for record in room.going() {
            let claim = &record.claim;
            let mut clusters = prepared.eligible.iter().enumerate();
            let known = clusters.find(|(_, eligible)| *eligible.name == claim.cluster);
            let Some((cluster, eligible)) = known else {
                continue;
            };
            let seen = eligible.state.observed(&claim.id).map(|(node, _)| node);
            let nodes = seen.chain([&claim.node]);
            let nodes = nodes.filter_map(|node| eligible.state.node(node));
            self.stale.extend(nodes.map(|node| (cluster, node)));
        }
    }

    /// A replica takes a place.
    pub(crate) fn taken(&mut self, place: &Place<'a>) {
        self.stale.push((place.index, place.node));
    }

    /// The next node after `last` by what it costs at least, unless that is no less than `limit`.
    pub(super) fn next(
        &mut self,
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (last, limit): (Option<&Standing<'a>>, Option<&Standing<'a>>),
    ) -> Option<(Standing<'a>, &Candidate<'a>, Option<&Choice<'a>>)> {
        let from = last.map_or(Unbounded, Excluded);
        let standing = loop {
            let next = self.order.range((from, Unbounded)).next().copied();
            let closed = self.frontier.as_ref().and_then(Frontier::least);
            let closed = closed.filter(|closed| next.is_none_or(|next| **closed <= next));
            let standing = closed.copied().or(next)?;
            if limit.is_some_and(|limit| standing >= *limit) {
                return None;
            }
            match closed.is_some() {
                true => self.open(prepared, draft),
                false => break standing,
            }
        };
        let seen = self.seen.get(&standing.1)?;
        Some((standing, &seen.candidate, seen.choice.as_ref()))
    }

    /// What was chosen on a node stays the choice there until it is looked at again: its cost is known.
    pub(super) fn chosen(&mut self, (reckoned, at): Standing<'a>, choice: Choice<'a>) {
        let Some(seen) = self.seen.get_mut(&at) else {
            return;
        };
        self.order.remove(&(reckoned, at));
        seen.reckoned = choice.cost();
        self.order.insert((seen.reckoned, at));
        seen.choice = Some(choice);
    }

    /// Nothing can be chosen on a node until it is looked at again.
    pub(super) fn forget(&mut self, standing: &Standing<'a>) {
        self.order.remove(standing);
    }

    fn open(&mut self, prepared: &Prepared<'a>, draft: &Draft<'a>) {
        let Some(frontier) = &mut self.frontier else {
            return;
        };
        let bound = frontier.least().copied();
        let Some((cluster, slot)) = frontier.open() else {
            return;
        };
        let Some(eligible) = prepared.eligible.get(cluster) else {
            return;
        };
        let node = eligible.state.node_at(slot);
        if let Some(node) = node.filter(|node| !self.seen.contains_key(&(eligible.name, node.rank()))) {
            let reckoned = self.look(prepared, draft, (cluster, node));
            debug_assert!(
                reckoned.is_none_or(|reckoned| bound.is_none_or(|(bound, _)| bound <= reckoned)),
                "{bound:?} is no bound of {reckoned:?}"
            );
        }
    }
}

#[cfg(test)]
thread_local! {
    static LOOKED_AT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// How many nodes were looked at so far, by this thread.
#[cfg(test)]
pub(super) fn looked_at() -> usize {
    LOOKED_AT.get()
}
