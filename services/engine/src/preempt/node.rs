//! Who has to go from one node, so that one more replica fits there.

use std::borrow::Cow;
use std::collections::BTreeSet;

use hourglass_model::ids::{ClaimId, PlacementUid, Slot};
use hourglass_model::placement::Strategy;
use hourglass_model::resources::ResourceVector;

use super::reckon::Reckoned;
use super::smallest::{self, Weight};
use super::survey::Candidate;
use super::{Tries, Unit};
use crate::claims::{ClaimRecord, Serving};
use crate::decide::Draft;
use crate::domains::DomainView;
use crate::scan::{Demands, Fit, Prepared, Spot};
use crate::score::{ScoreContext, Scores, scores};
use crate::state::DeviceRoom;

/// Who goes, and how good the node then is.
#[derive(Clone)]
pub(super) struct Choice<'a> {
    pub(super) units: Vec<Unit<'a>>,
    /// Claims in them.
    pub(super) victims: usize,
    pub(super) scores: Scores,
    pub(super) fit: Fit,
}

impl Choice<'_> {
    /// Nodes are compared by this; smaller is better.
    pub(super) fn cost(&self) -> Reckoned {
        let highest = self.units.iter().map(|unit| unit.priority).max();
        let claims = (
            self.victims,
            highest.unwrap_or(i32::MIN),
            smallest::sum(self.units.iter().map(|unit| (unit.claims.len(), unit.priority))),
        );
        Reckoned {
            bound: claims,
            serving: self.units.iter().map(|unit| unit.serving).sum(),
            scores: self.scores,
        }
    }
}

/// A unit, what it leaves, whether it serves, and whether no rule keeps it where it is.
type Seen<'t, 'a> = (&'t Unit<'a>, &'t ResourceVector, Option<Serving>, bool);

/// Thinking units of a node away.
pub(super) struct Trial<'t, 'a> {
    prepared: &'t Prepared<'a>,
    draft: &'t Draft<'a>,
    at: &'t Candidate<'a>,
    /// Whether any of the placements has replicas that must go on serving.
    any_must_serve: bool,
    /// Whether whatever leaves what is lacking is enough, once it is known that all are.
    lack_decides: bool,
    /// Not all sets were tried that may have been enough.
    gave_up: bool,
    view: &'t mut DomainView<'a>,
    demands: &'t mut Demands,
    tries: &'t mut Tries,
}

impl<'t, 'a> Trial<'t, 'a> {
    pub(super) fn new(
        prepared: &'t Prepared<'a>,
        draft: &'t Draft<'a>,
        at: &'t Candidate<'a>,
        (view, demands): (&'t mut DomainView<'a>, &'t mut Demands),
        tries: &'t mut Tries,
    ) -> Self {
        Self {
            prepared,
            draft,
            at,
            any_must_serve: at.units.iter().any(|unit| must_serve(prepared, unit).is_some()),
            lack_decides: at.lack_is_exact && !view.may_forbid(),
            gave_up: false,
            view,
            demands,
            tries,
        }
    }

    /// Whether what was chosen stays the choice as long as the node is as it is, whatever others do.
    pub(super) fn lasts(&self) -> bool {
        let bounded = self.prepared.eligible.get(self.at.cluster);
        self.view.is_trivial()
            && !self.any_must_serve
            && bounded.is_some_and(|eligible| eligible.quota.is_empty())
            && self.prepared.request.strategy == Strategy::Pack
            && !self.gave_up
    }

    /// The cheapest units to go, at most `most` claims: none, where those that leave anyway leave enough.
    pub(super) fn choose(&mut self, most: Option<usize>) -> Option<Choice<'a>> {
        let domains = !self.view.is_trivial();
        if domains {
            self.shift_leavers(false);
        }
        let choice = self.nobody().or_else(|| self.some(most));
        if domains {
            self.shift_leavers(true);
        }
        choice
    }

    fn nobody(&mut self) -> Option<Choice<'a>> {
        if self.at.leavers.is_empty() {
            return None;
        }
        let (fit, scores) = self.fits(&[])?;
        Some(Choice {
            units: Vec::new(),
            victims: 0,
            scores,
            fit,
        })
    }

    fn some(&mut self, most: Option<usize>) -> Option<Choice<'a>> {
        let all = self.allowed_prefix();
        self.fits(&all)?;
        let chosen = self.exact(most.unwrap_or(smallest::EXACT)).or_else(|| {
            let worthwhile = most.is_none_or(|most| most > smallest::EXACT);
            worthwhile.then(|| self.reprieved(all))
        })?;
        let (fit, scores) = self.fits(&chosen)?;
        let units: Vec<Unit<'a>> = chosen
            .iter()
            .filter_map(|at| self.at.units.get(*at).cloned())
            .collect();
        Some(Choice {
            victims: units.iter().map(|unit| unit.claims.len()).sum(),
            units,
            scores,
            fit,
        })
    }

    fn exact(&mut self, most: usize) -> Option<Vec<usize>> {
        let most = most.min(smallest::EXACT);
        let (at, allowed) = (self.at, self.tries.for_a_node());
        if !at.lack.may_do(at.lack.missing(), 0, most) {
            return None;
        }
        let weights = self.weights();
        let (chosen, tries) = smallest::find(&weights, &at.lack, (most, allowed), |chosen| {
            self.within_budgets(chosen) && self.is_enough(chosen)
        });
        self.tries.spend(tries);
        self.gave_up = tries >= allowed;
        chosen
    }

    fn weights(&self) -> Vec<Weight<'a>> {
        let plain = !self.view.may_forbid();
        let counted = self.at.freed_devices.iter().all(Vec::is_empty);
        // One that may serve is not as good to its placement as one that does.
        let serves = |unit: &Unit<'a>| {
            let record = unit.claims.first();
            record.map(|record| self.prepared.state.serving(record))
        };
        let units: Vec<Seen<'_, 'a>> = self
            .at
            .units
            .iter()
            .zip(&self.at.freed)
            .map(|(unit, freed)| {
                let free_to_go = plain && must_serve(self.prepared, unit).is_none();
                (unit, freed, serves(unit), free_to_go)
            })
            .collect();
        let weight = |(at, (unit, freed, serves, free_to_go)): (usize, &Seen<'_, 'a>)| {
            let before = units.get(..at).unwrap_or_default().iter().enumerate().rev();
            // They are sorted by this.
            let mut near = before.take_while(|(_, (other, ..))| {
                (other.priority, other.serving) == (unit.priority, unit.serving)
            });
            // Alike are those of which it cannot matter which one goes, but for the id.
            let twin = near.find(|(_, (other, left, served, may_go))| {
                counted
                    && served == serves
                    && other.claims.len() == 1
                    && unit.claims.len() == 1
                    && left == freed
                    && ((*free_to_go && *may_go) || other.placement == unit.placement)
            });
            Weight {
                size: unit.claims.len(),
                priority: unit.priority,
                serving: unit.serving,
                ids: unit.claims.iter().map(|record| &record.claim.id).collect(),
                twin: twin.map(|(at, _)| at),
            }
        };
        units.iter().enumerate().map(weight).collect()
    }

    /// Everyone who may go, the least important first, as far as placements can spare them.
    fn allowed_prefix(&self) -> Vec<usize> {
        if !self.any_must_serve {
            return (0..self.at.units.len()).collect();
        }
        let mut all: Vec<usize> = Vec::new();
        for at in 0..self.at.units.len() {
            all.push(at);
            if !self.within_budgets(&all) {
                all.pop();
            }
        }
        all
    }

    /// Of all that may go the most important ones stay, as far as the replica still fits.
    fn reprieved(&mut self, all: Vec<usize>) -> Vec<usize> {
        if self.lack_decides {
            let (kept, tries) = self.at.lack.reprieved(all);
            self.tries.spend(tries);
            return kept;
        }
        let mut kept = all;
        for at in (0..self.at.units.len()).rev() {
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
        if !self.any_must_serve {
            return true;
        }
        let units = chosen.iter().filter_map(|at| self.at.units.get(*at));
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
        if !self.at.lack.is_met_by(chosen) {
            return None;
        }
        self.tries.spend(1);
        self.fits_without(chosen)
    }

    /// Whether these units, which leave what is lacking, are enough. All together are.
    fn is_enough(&mut self, chosen: &[usize]) -> bool {
        debug_assert!(
            !self.lack_decides || self.fits_without(chosen).is_some(),
            "what is lacking decides"
        );
        self.lack_decides || self.fits_without(chosen).is_some()
    }

    fn fits_without(&mut self, chosen: &[usize]) -> Option<(Fit, Scores)> {
        let spot = self.draft.spot(self.prepared, self.at.cluster, self.at.node);
        let spot = self.at.leavers.leave(spot);
        let (mut free, mut room) = (spot.free.into_owned(), spot.devices.into_owned());
        let freed = chosen
            .iter()
            .filter_map(|at| Some((self.at.freed.get(*at)?, self.at.freed_devices.get(*at)?)));
        for (freed, freed_devices) in freed {
            free.add_saturating(freed);
            if let Some(devices) = self.at.node.devices() {
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
        let quota = self
            .draft
            .spot(self.prepared, self.at.cluster, self.at.node)
            .quota;
        let spot = Spot {
            cluster: self.at.cluster,
            node: self.at.node,
            free: Cow::Borrowed(free),
            devices: Cow::Borrowed(devices),
            quota,
        };
        if self
            .prepared
            .is_forbidden((self.at.cluster, self.at.node), self.view, None)
        {
            return None;
        }
        for variant in &self.at.variants {
            let Ok(demand) = self.prepared.room_verdict(&spot, *variant, self.demands, None) else {
                continue;
            };
            let fleet = self
                .draft
                .fleet_scores_in(self.view, self.prepared, self.at.cluster, self.at.node);
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
        let at = self.at;
        for unit in chosen.iter().filter_map(|chosen| at.units.get(*chosen)) {
            unit.claims.iter().for_each(|record| self.shift_one(record, back));
        }
    }

    fn shift_leavers(&mut self, back: bool) {
        let leavers = self.at.leavers.records().iter();
        leavers.for_each(|record| self.shift_one(record, back));
    }

    fn shift_one(&mut self, record: &ClaimRecord, back: bool) {
        let site = self.prepared.state.ledger.site(&record.claim);
        let presence = record.presence();
        let by = if back { presence } else { presence.negated() };
        self.view.shift_other(&record.claim, &site, by);
    }
}

/// How many slots of the placement of a unit must go on serving, where losing the unit can make a difference.
fn must_serve(prepared: &Prepared<'_>, unit: &Unit<'_>) -> Option<u32> {
    let mut claims = unit.claims.iter();
    let least = claims.find_map(|record| record.claim.owner.min_available);
    least.filter(|_| unit.serving > 0 && !prepared.nobody_has_to_serve)
}

/// Whether of the placement of a unit as many slots go on serving as must, when these claims go besides those that the draft
/// has given up already. Nothing is lost of what certainly does not serve, however few others do.
fn keeps_enough(
    prepared: &Prepared<'_>,
    draft: &Draft<'_>,
    unit: &Unit<'_>,
    going: &BTreeSet<&ClaimId>,
) -> bool {
    let Some(least) = must_serve(prepared, unit) else {
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
