//! The steps of a scenario, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::{
    Avoid, ClaimPhase, DecideInput, Dispatch, FleetState, Owner, SlotWanted, capacity, decide, explain,
    invariants,
};
use hourglass_model::ids::{ClaimId, ClusterName, Epoch, NodeName, PlacementUid, Sequence, Slot, TenantId};
use hourglass_model::labels::Labels;
use hourglass_model::placement::PlacementSpec;
use hourglass_model::request::{CanonicalRequest, canonicalise};

use crate::SimulationError;
use crate::fleet;
use crate::outcome::{Expectation, of_decision};
use crate::replay::Replay;
use crate::scenario::{CapacityStep, PlaceStep, ReserveStep, Scenario, Step};

/// Most replicas that a scenario counts.
const MOST_COUNTED: usize = 10_000;

/// What one step came to that asks for something.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Name of the placement, or of what is counted.
    pub name: String,
    /// What came of it.
    pub outcome: Expectation,
    /// Where that is not what the scenario expects; invariants that do not hold are told here too.
    pub differences: Vec<String>,
    /// The decision with all that it depends on; none when the request was refused.
    pub replay: Option<Replay>,
}

/// Runs all steps.
///
/// # Errors
/// When the scenario says something impossible.
pub fn run(scenario: &Scenario) -> Result<Vec<Placed>, SimulationError> {
    let mut simulation = Simulation {
        fleet: fleet::build(&scenario.fleet)?,
        placements: BTreeMap::new(),
    };
    let mut placed = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        placed.extend(simulation.step(step, &format!("steps[{index}]"))?);
    }
    Ok(placed)
}

struct Simulation {
    fleet: FleetState,
    placements: BTreeMap<String, PlacementUid>,
}

impl Simulation {
    fn step(&mut self, step: &Step, at: &str) -> Result<Option<Placed>, SimulationError> {
        match step {
            Step::Place(place) => return self.place(place, at).map(Some),
            Step::Remove(name) => self.remove(name, at)?,
            Step::Cordon(name) => self.set_cordoned(&fleet::cluster(name, at)?, true, at)?,
            Step::Uncordon(name) => self.set_cordoned(&fleet::cluster(name, at)?, false, at)?,
            Step::SetNodes(set) => {
                let nodes = fleet::node_facts(&set.nodes, &format!("{at}.nodes"))?;
                fleet::change(
                    &mut self.fleet,
                    &fleet::cluster(&set.cluster, at)?,
                    nodes,
                    Vec::new(),
                )?;
            }
            Step::LoseNodes(lost) => {
                let names: Result<Vec<NodeName>, _> =
                    lost.names.iter().map(|name| fleet::node(name, at)).collect();
                fleet::change(
                    &mut self.fleet,
                    &fleet::cluster(&lost.cluster, at)?,
                    Vec::new(),
                    names?,
                )?;
            }
            Step::Breaks(replica) => self.breaks(replica, at)?,
            Step::Reserve(reserve) => self.reserve(reserve, at)?,
            Step::Capacity(count) => return self.capacity(count, at).map(Some),
            Step::Unreserve(name) => {
                let uid = PlacementUid::new(name).map_err(|error| SimulationError::invalid(at, error))?;
                if !self.fleet.unreserve(&uid) {
                    return Err(SimulationError::invalid(
                        at,
                        format!("nothing is kept for {name}"),
                    ));
                }
            }
        }
        Ok(None)
    }

    /// Keeps nodes for a placement; other nodes than those expected are an impossible step.
    fn reserve(&mut self, step: &ReserveStep, at: &str) -> Result<(), SimulationError> {
        let request = valid(&step.spec, &step.labels, at)?;
        let tenant = TenantId::new(&step.tenant).map_err(|error| SimulationError::invalid(at, error))?;
        let uid = PlacementUid::new(&step.name).map_err(|error| SimulationError::invalid(at, error))?;
        let slots = slots(request.replicas);
        let avoid = Avoid::new();
        let input = DecideInput {
            tenant: &tenant,
            placement: Some(&uid),
            slots: &slots,
            avoid: &avoid,
            preempt: false,
            explain: false,
        };
        let kept = self.fleet.reserve(&uid, &request, &input);
        let kept: BTreeSet<String> = kept
            .into_iter()
            .map(|(cluster, node)| format!("{cluster}/{node}"))
            .collect();
        if kept == step.nodes {
            Ok(())
        } else {
            let message = format!("expected {:?} to be kept, got {kept:?}", step.nodes);
            Err(SimulationError::invalid(at, message))
        }
    }

    /// Counts how many more fit, node by node.
    fn capacity(&self, step: &CapacityStep, at: &str) -> Result<Placed, SimulationError> {
        let request = valid(&step.spec, &step.labels, at)?;
        let tenant = TenantId::new(&step.tenant).map_err(|error| SimulationError::invalid(at, error))?;
        let input = DecideInput {
            tenant: &tenant,
            placement: None,
            slots: &slots(1),
            avoid: &Avoid::new(),
            preempt: false,
            explain: true,
        };
        let before = self.fleet.dump();
        let answer = capacity(&self.fleet, &request, &input, MOST_COUNTED);
        let nodes = answer.clusters.iter().flat_map(|cluster| {
            let nodes = cluster.nodes.iter();
            nodes.map(|node| (format!("{}/{}", cluster.cluster, node.node), node.total))
        });
        let fits: BTreeMap<String, usize> = nodes.collect();
        let next = answer.next.map(|next| next.summary);
        let mut differences = Vec::new();
        if fits != step.fits || answer.total != step.fits.values().sum::<usize>() {
            differences.push(format!("fits: expected {:?}, got {fits:?}", step.fits));
        }
        if step.next.is_some() && step.next != next {
            differences.push(format!("next: expected {:?}, got {next:?}", step.next));
        }
        if self.fleet.dump() != before {
            differences.push("the fleet is changed by counting".to_owned());
        }
        Ok(Placed {
            name: step.name.clone(),
            outcome: Expectation {
                placed: fits
                    .iter()
                    .map(|(node, total)| format!("{node}: {total}"))
                    .collect(),
                summary: next,
                ..Expectation::default()
            },
            differences,
            replay: None,
        })
    }

    fn place(&mut self, step: &PlaceStep, at: &str) -> Result<Placed, SimulationError> {
        let spec = with_performer(&step.spec);
        let request = match canonicalise(&spec, &step.labels) {
            Ok(request) => request,
            Err(violations) => {
                let outcome = Expectation {
                    invalid: Some(violations.into_iter().map(|violation| violation.path).collect()),
                    ..Expectation::default()
                };
                return Ok(Placed {
                    name: step.name.clone(),
                    differences: step.expect.differences(&outcome),
                    outcome,
                    replay: None,
                });
            }
        };
        let tenant = TenantId::new(&step.tenant).map_err(|error| SimulationError::invalid(at, error))?;
        let slots = slots(request.replicas);
        let avoid = avoided(&step.avoid, at)?;
        let uid = PlacementUid::new(&step.name).map_err(|error| SimulationError::invalid(at, error))?;
        let input = DecideInput {
            tenant: &tenant,
            placement: Some(&uid),
            slots: &slots,
            avoid: &avoid,
            preempt: true,
            explain: true,
        };
        let decision = decide(&self.fleet, &request, &input);
        let explanation = explain(&self.fleet, &request, &input);
        let outcome = of_decision(&decision, &explanation);
        let mut differences = step.expect.differences(&outcome);
        let breaches = invariants::check_decision(&self.fleet, &tenant, &request, &decision);
        differences.extend(breaches.iter().map(ToString::to_string));
        let replay = Replay {
            tenant: tenant.clone(),
            placement: Some(uid.clone()),
            labels: step.labels.clone(),
            spec,
            slots,
            avoid: avoid
                .iter()
                .map(|((cluster, node), note)| (cluster.clone(), node.clone(), note.why.clone()))
                .collect(),
            fleet: self.fleet.dump(),
            decision: decision.clone(),
        };
        let owner = Owner::new(&tenant, &uid, &request);
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            let id = claim.id.clone();
            self.fleet
                .claim(claim)
                .and_then(|()| self.fleet.committed(&id))
                .and_then(|()| self.fleet.set_serving(&id, true))
                .map_err(|error| SimulationError::invalid(at, error))?;
        }
        for victim in &decision.victims {
            self.end(&victim.claim, &victim.cluster, at)?;
        }
        self.placements.insert(step.name.clone(), uid);
        differences.extend(invariants::check(&self.fleet).iter().map(ToString::to_string));
        Ok(Placed {
            name: step.name.clone(),
            outcome,
            differences,
            replay: Some(replay),
        })
    }

    /// Its cluster says that a replica does not serve.
    fn breaks(&mut self, replica: &str, at: &str) -> Result<(), SimulationError> {
        let live = self.fleet.claims().filter(|record| record.is_live());
        let mut ids = live.map(|record| record.claim.id.clone());
        let found = ids.find(|id| format!("{}/{}", id.placement, id.slot) == replica);
        drop(ids);
        let id =
            found.ok_or_else(|| SimulationError::invalid(at, format!("no replica {replica} has a place")))?;
        self.fleet
            .set_serving(&id, false)
            .map_err(|error| SimulationError::invalid(at, error))
    }

    fn remove(&mut self, name: &str, at: &str) -> Result<(), SimulationError> {
        let uid = self
            .placements
            .remove(name)
            .ok_or_else(|| SimulationError::invalid(at, format!("no placement {name} was placed before")))?;
        let held: Vec<_> = self
            .fleet
            .claims()
            .filter(|record| record.claim.id.placement == uid && record.phase == ClaimPhase::Committed)
            .map(|record| (record.claim.id.clone(), record.claim.cluster.clone()))
            .collect();
        for (id, cluster) in held {
            self.end(&id, &cluster, at)?;
        }
        Ok(())
    }

    /// Releases a claim; its cluster confirms at once that nothing of it is left.
    fn end(&mut self, id: &ClaimId, cluster: &ClusterName, at: &str) -> Result<(), SimulationError> {
        let seen = self.sequence(cluster);
        self.fleet
            .release(id, Dispatch::Perhaps)
            .and_then(|_| self.fleet.removal_acknowledged(id, seen))
            .map(|_| ())
            .map_err(|error| SimulationError::invalid(at, error))
    }

    fn sequence(&self, cluster: &ClusterName) -> Sequence {
        let state = self.fleet.cluster(cluster);
        state
            .and_then(hourglass_engine::ClusterState::sequence)
            .unwrap_or_default()
    }

    fn set_cordoned(&mut self, name: &ClusterName, cordoned: bool, at: &str) -> Result<(), SimulationError> {
        let cluster = self
            .fleet
            .cluster(name)
            .ok_or_else(|| SimulationError::invalid(at, format!("no cluster {name} in the fleet")))?;
        let mut settings = cluster.settings().clone();
        settings.cordoned = cordoned;
        self.fleet.put_cluster(name.clone(), settings);
        Ok(())
    }
}

fn slots(replicas: u32) -> Vec<SlotWanted> {
    let slot = |slot| SlotWanted {
        slot: Slot(slot),
        epoch: Epoch(1),
    };
    (0..replicas).map(slot).collect()
}

/// What refused a request: clusters, or nodes of them.
fn avoided(refused: &BTreeMap<String, String>, at: &str) -> Result<Avoid, SimulationError> {
    let place = |text: &String| match text.split_once('/') {
        Some((cluster, node)) => Ok((fleet::cluster(cluster, at)?, Some(fleet::node(node, at)?))),
        None => Ok((fleet::cluster(text, at)?, None)),
    };
    refused
        .iter()
        .map(|(text, why)| Ok((place(text)?, why.clone().into())))
        .collect()
}

/// The request; one that is not valid makes the step impossible.
fn valid(spec: &PlacementSpec, labels: &Labels, at: &str) -> Result<CanonicalRequest, SimulationError> {
    canonicalise(&with_performer(spec), labels).map_err(|violations| {
        let first = violations.first();
        let path = first.map_or("spec", |violation| violation.path.as_str());
        SimulationError::invalid(at, format!("{path} is not valid"))
    })
}

/// The request with a performer, which scenarios may leave out.
fn with_performer(spec: &PlacementSpec) -> PlacementSpec {
    let mut spec = spec.clone();
    if spec.performer.image.is_empty() {
        spec.performer.image = "performer".to_owned();
        spec.performer.avs_address = format!("0x{}", "0".repeat(40));
    }
    spec
}
