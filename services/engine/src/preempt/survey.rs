//! Nodes on which room can be made, those first on which it can be cheapest. Looked over once for all replicas of a decision:
//! what one of them changes is looked at again.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::NodeName;
use hourglass_model::resources::ResourceVector;

use super::lack::{Bound, Lack};
use super::{Unit, units_on};
use crate::decide::Draft;
use crate::scan::{Demands, Prepared};
use crate::state::NodeState;

/// A node and who may go from it.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    /// Place of the cluster among the eligible ones.
    pub(super) cluster: usize,
    pub(super) node: &'a NodeState,
    /// By priority.
    pub(super) units: Vec<Unit<'a>>,
    /// What each unit leaves on this node.
    pub(super) freed: Vec<ResourceVector>,
    /// And of its devices.
    pub(super) freed_devices: Vec<Vec<DeviceUse>>,
    /// Variants that pass the rules over facts.
    pub(super) variants: Vec<usize>,
    pub(super) lack: Lack,
}

impl<'a> Candidate<'a> {
    /// None when nobody may go, or nobody's going would help.
    fn of(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        (cluster, node): (usize, &'a NodeState),
        demands: &mut Demands,
    ) -> Option<(Bound, Self)> {
        let eligible = prepared.eligible.get(cluster)?;
        let units = units_on(prepared, draft, cluster, node);
        if units.is_empty() {
            return None;
        }
        let spot = draft.spot(prepared, cluster, node);
        let variants: Vec<usize> = (0..eligible.variants.len())
            .filter(|variant| prepared.fact_verdict(&spot, *variant, None).is_ok())
            .collect();
        if variants.is_empty() {
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
        let bound = lack.bound(&units)?;
        let freed_devices = units
            .iter()
            .map(|unit| {
                let shown = here(unit).into_iter().filter(|_| node.devices().is_some());
                shown
                    .flat_map(|record| eligible.state.devices_freed_by(&record.claim, node.name()))
                    .collect()
            })
            .collect();
        let candidate = Self {
            cluster,
            node,
            units,
            freed,
            freed_devices,
            variants,
            lack,
        };
        Some((bound, candidate))
    }
}

/// The nodes.
#[derive(Debug, Default)]
pub(crate) struct Survey<'a> {
    /// In the order in which they were given.
    candidates: Vec<Option<(Bound, Candidate<'a>)>>,
    /// By what they cost at least.
    order: BTreeSet<(Bound, usize)>,
    places: BTreeMap<(usize, &'a NodeName), usize>,
    /// Those to be looked at again.
    stale: BTreeSet<usize>,
}

impl<'a> Survey<'a> {
    /// `nodes` are all that have anyone who may go, with the places of their clusters among the eligible ones, by the names
    /// of cluster and node: of equals the first one is taken.
    pub(crate) fn of(
        prepared: &Prepared<'a>,
        draft: &Draft<'a>,
        nodes: impl Iterator<Item = (usize, &'a NodeState)>,
    ) -> Self {
        let mut survey = Self::default();
        let mut demands = Demands::default();
        for (cluster, node) in nodes {
            let Some((bound, candidate)) = Candidate::of(prepared, draft, (cluster, node), &mut demands)
            else {
                continue;
            };
            let at = survey.candidates.len();
            survey.places.insert((cluster, node.name()), at);
            survey.order.insert((bound, at));
            survey.candidates.push(Some((bound, candidate)));
        }
        survey
    }

    /// Looks again at what has changed. What others took since only makes a node dearer, so that it stands in its order.
    pub(super) fn refresh(&mut self, prepared: &Prepared<'a>, draft: &Draft<'a>) {
        let mut demands = Demands::default();
        for at in std::mem::take(&mut self.stale) {
            let Some(entry) = self.candidates.get_mut(at) else {
                continue;
            };
            let Some((bound, old)) = entry.take() else {
                continue;
            };
            self.order.remove(&(bound, at));
            *entry = Candidate::of(prepared, draft, (old.cluster, old.node), &mut demands);
            if let Some((bound, _)) = entry {
                self.order.insert((*bound, at));
            }
        }
    }

    /// These go: what is true of the nodes where they are is to be found anew.
    pub(super) fn gone(&mut self, prepared: &Prepared<'a>, units: &[Unit<'a>]) {
        for record in units.iter().flat_map(|unit| &unit.claims) {
            let claim = &record.claim;
            let mut clusters = prepared.eligible.iter();
            let Some(cluster) = clusters.position(|eligible| *eligible.name == claim.cluster) else {
                continue;
            };
            let state = prepared.eligible.get(cluster).map(|eligible| eligible.state);
            let seen = state.into_iter().flat_map(|state| state.observed(&claim.id));
            let nodes = seen.map(|(node, _)| node).chain([&claim.node]);
            let places = nodes.filter_map(|node| self.places.get(&(cluster, node)));
            self.stale.extend(places.copied());
        }
    }

    /// The nodes with what they cost at least, the lowest first, and their places among those given.
    pub(super) fn by_bound(&self) -> impl Iterator<Item = (Bound, usize, &Candidate<'a>)> {
        self.order.iter().filter_map(|(bound, at)| {
            let (_, candidate) = self.candidates.get(*at)?.as_ref()?;
            Some((*bound, *at, candidate))
        })
    }
}
