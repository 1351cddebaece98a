//! Who has to go from one node, so that one more replica fits there.

use std::borrow::Cow;
use std::collections::BTreeSet;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, PlacementUid, Slot};
use hourglass_model::resources::ResourceVector;

use super::Unit;
use super::smallest::{self, Weight};
use crate::claims::Serving;
use crate::decide::Draft;
use crate::domains::DomainView;
use crate::scan::{Demands, Fit, Prepared, Spot};
use crate::score::{ScoreContext, Scores, scores};
use crate::state::{DeviceRoom, NodeState};

/// Who goes, and how good the node then is.
pub(super) struct Choice<'a> {
    pub(super) units: Vec<Unit<'a>>,
    /// Claims in them.
    pub(super) victims: usize,
    pub(super) scores: Scores,
    pub(super) fit: Fit,
}

impl Choice<'_> {
    /// Nodes are compared by this; smaller is better.
    pub(super) fn cost(&self) -> (usize, i32, i64, usize, Scores) {
        let highest = self.units.iter().map(|unit| unit.priority).max();
        (
            self.victims,
            highest.unwrap_or(i32::MIN),
            smallest::sum(self.units.iter().map(|unit| (unit.claims.len(), unit.priority))),
            self.units.iter().map(|unit| unit.serving).sum(),
            self.scores,
        )
    }
}

/// Thinking units of a node away.
pub(super) struct Trial<'t, 'a> {
    prepared: &'t Prepared<'a>,
    draft: &'t Draft<'a>,
    cluster: usize,
    node: &'a NodeState,
    units: Vec<Unit<'a>>,
    /// What each unit leaves on this node.
    freed: Vec<ResourceVector>,
    /// And of its devices.
    freed_devices: Vec<Vec<DeviceUse>>,
    /// Variants that pass the rules over facts.
    variants: Vec<usize>,
    view: &'t mut DomainView<'a>,
    demands: &'t mut Demands,
}

impl<'t, 'a> Trial<'t, 'a> {
    pub(super) fn new(
        prepared: &'t Prepared<'a>,
        draft: &'t Draft<'a>,
        (cluster, node): (usize, &'a NodeState),
        units: Vec<Unit<'a>>,
        view: &'t mut DomainView<'a>,
        demands: &'t mut Demands,
    ) -> Self {
        let spot = draft.spot(prepared, cluster, node);
        let eligible = prepared.eligible.get(cluster);
        let variants = eligible.map_or(0, |eligible| eligible.variants.len());
        let variants = (0..variants)
            .filter(|variant| prepared.fact_verdict(&spot, *variant, None).is_ok())
            .collect();
        let name = node.name();
        let freed = |unit: &Unit<'a>| {
            let mut freed = ResourceVector::new();
            for record in &unit.claims {
                let here = eligible.filter(|eligible| *eligible.name == record.claim.cluster);
                let left = here.and_then(|here| here.state.freed_by(&record.claim).remove(name));
                freed.add_saturating(&left.unwrap_or_default());
            }
            freed
        };
        let freed_devices = |unit: &Unit<'a>| {
            let mut freed = Vec::new();
            for record in unit.claims.iter().filter(|_| node.devices().is_some()) {
                let here = eligible.filter(|eligible| *eligible.name == record.claim.cluster);
                let left = here.map(|here| here.state.devices_freed_by(&record.claim, name));
                freed.extend(left.unwrap_or_default());
            }
            freed
        };
        Self {
            prepared,
            draft,
            cluster,
            node,
            freed_devices: units.iter().map(freed_devices).collect(),
            freed: units.iter().map(freed).collect(),
            units,
            variants,
            view,
            demands,
        }
    }

    /// The cheapest units to go, at most `most` claims.
    pub(super) fn choose(&mut self, most: Option<usize>) -> Option<Choice<'a>> {
        if self.variants.is_empty() {
            return None;
        }
        let all = self.allowed_prefix();
        self.fits(&all)?;
        let chosen = self.exact(most.unwrap_or(smallest::EXACT)).or_else(|| {
            let worthwhile = most.is_none_or(|most| most > smallest::EXACT);
            worthwhile.then(|| self.reprieved(all))
        })?;
        let (fit, scores) = self.fits(&chosen)?;
        let units: Vec<Unit<'a>> = chosen
            .iter()
            .filter_map(|at| self.units.get(*at).cloned())
            .collect();
        Some(Choice {
            victims: units.iter().map(|unit| unit.claims.len()).sum(),
            units,
            scores,
            fit,
        })
    }

    fn exact(&mut self, most: usize) -> Option<Vec<usize>> {
        let plain = !self.view.may_forbid();
        let weights: Vec<Weight<'a>> = self
            .units
            .iter()
            .zip(&self.freed)
            .enumerate()
            .map(|(at, (unit, freed))| {
                // Alike are those of which it cannot matter which one goes, but for the id.
                let alike = |(other, left): &(&Unit<'a>, &ResourceVector)| {
                    let bounded = |unit: &Unit<'a>| {
                        let mut claims = unit.claims.iter();
                        claims.any(|record| record.claim.owner.min_available.is_some())
                    };
                    // One that may serve is not as good to its placement as one that does.
                    let serves = |unit: &Unit<'a>| {
                        let record = unit.claims.first();
                        record.map(|record| self.prepared.state.serving(record))
                    };
                    (other.priority, other.serving) == (unit.priority, unit.serving)
                        && serves(other) == serves(unit)
                        && other.claims.len() == 1
                        && unit.claims.len() == 1
                        && *left == freed
                        && self.freed_devices.iter().all(Vec::is_empty)
                        && (other.placement == unit.placement || (plain && !bounded(other) && !bounded(unit)))
                };
                let before = self.units.iter().zip(&self.freed).take(at);
                let twin = before.enumerate().rfind(|(_, pair)| alike(pair));
                Weight {
                    size: unit.claims.len(),
                    priority: unit.priority,
                    serving: unit.serving,
                    ids: unit.claims.iter().map(|record| &record.claim.id).collect(),
                    twin: twin.map(|(at, _)| at),
                }
            })
            .collect();
        let most = most.min(smallest::EXACT);
        smallest::find(&weights, most, |chosen| {
            self.within_budgets(chosen) && self.fits(chosen).is_some()
        })
    }

    /// Everyone who may go, the least important first, as far as placements can spare them.
    fn allowed_prefix(&self) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for at in 0..self.units.len() {
            all.push(at);
            if !self.within_budgets(&all) {
                all.pop();
            }
        }
        all
    }

    /// Of all that may go the most important ones stay, as far as the replica still fits.
    fn reprieved(&mut self, all: Vec<usize>) -> Vec<usize> {
        let mut kept = all;
        for at in (0..self.units.len()).rev() {
            let Some(index) = kept.iter().position(|other| *other == at) else {
                continue;
            };
            kept.remove(index);
            if self.fits(&kept).is_none() {
                kept.insert(index, at);
            }
        }
        kept
    }

    /// Whether of every placement as many slots go on serving as must.
    fn within_budgets(&self, chosen: &[usize]) -> bool {
        let units = chosen.iter().filter_map(|at| self.units.get(*at));
        let ids: BTreeSet<&ClaimId> = units
            .clone()
            .flat_map(|unit| &unit.claims)
            .map(|record| &record.claim.id)
            .collect();
        units
            .clone()
            .all(|unit| keeps_enough(self.prepared, self.draft, unit, &ids))
    }

    /// Whether one more replica fits with these units gone, how, and how good the node then is.
    fn fits(&mut self, chosen: &[usize]) -> Option<(Fit, Scores)> {
        let spot = self.draft.spot(self.prepared, self.cluster, self.node);
        let (mut free, mut room) = (spot.free.into_owned(), spot.devices.into_owned());
        let freed = chosen
            .iter()
            .filter_map(|at| Some((self.freed.get(*at)?, self.freed_devices.get(*at)?)));
        for (freed, freed_devices) in freed {
            free.add_saturating(freed);
            if let Some(devices) = self.node.devices() {
                devices.give(&mut room, freed_devices, freed);
            }
        }
        let domains = !self.view.is_trivial();
        if domains {
            self.shift(chosen, false);
        }
        let verdict = self.verdict(&free, &room);
        if domains {
            self.shift(chosen, true);
        }
        verdict
    }

    fn verdict(&mut self, free: &ResourceVector, devices: &DeviceRoom) -> Option<(Fit, Scores)> {
        let quota = self.draft.spot(self.prepared, self.cluster, self.node).quota;
        let spot = Spot {
            cluster: self.cluster,
            node: self.node,
            free: Cow::Borrowed(free),
            devices: Cow::Borrowed(devices),
            quota,
        };
        if self
            .prepared
            .is_forbidden((self.cluster, self.node), self.view, None)
        {
            return None;
        }
        for variant in &self.variants {
            let Ok(demand) = self.prepared.room_verdict(&spot, *variant, self.demands, None) else {
                continue;
            };
            let fleet = self
                .draft
                .fleet_scores_in(self.view, self.prepared, self.cluster, self.node);
            let room = self.prepared.room_of(&spot, *variant, self.demands)?;
            let fit = Fit {
                variant: *variant,
                demand,
            };
            let packing = &self.prepared.state.packing;
            let values = scores(&ScoreContext { room, fleet, packing });
            return Some((fit, values));
        }
        None
    }

    fn shift(&mut self, chosen: &[usize], back: bool) {
        for unit in chosen.iter().filter_map(|at| self.units.get(*at)) {
            for record in &unit.claims {
                let site = self.prepared.state.ledger.site(&record.claim);
                let presence = record.presence();
                let by = if back { presence } else { presence.negated() };
                self.view.shift_other(&record.claim, &site, by);
            }
        }
    }
}

/// Whether of the placement of a unit as many slots go on serving as must, when these claims go besides those that the draft
/// has given up already. Nothing is lost of what certainly does not serve, however few others do.
fn keeps_enough(
    prepared: &Prepared<'_>,
    draft: &Draft<'_>,
    unit: &Unit<'_>,
    going: &BTreeSet<&ClaimId>,
) -> bool {
    let least = unit
        .claims
        .iter()
        .find_map(|record| record.claim.owner.min_available);
    let Some(least) = least.filter(|_| unit.serving > 0 && !prepared.nobody_has_to_serve) else {
        return true;
    };
    let kept = serving_slots(prepared, draft, unit.placement, going);
    kept >= usize::try_from(least).unwrap_or(usize::MAX)
}

/// Slots of a placement of which a claim that stays serves.
fn serving_slots(
    prepared: &Prepared<'_>,
    draft: &Draft<'_>,
    placement: &PlacementUid,
    going: &BTreeSet<&ClaimId>,
) -> usize {
    let records = prepared.state.ledger.of_placement(placement);
    let kept: BTreeSet<Slot> = records
        .filter(|record| record.is_live() && prepared.state.serving(record) == Serving::Yes)
        .map(|record| &record.claim.id)
        .filter(|id| !going.contains(id) && !draft.is_gone(id))
        .map(|id| id.slot)
        .collect();
    kept.len()
}
