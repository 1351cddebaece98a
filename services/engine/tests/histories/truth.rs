//! The check that histories are about, against what is really there.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::invariants::check_explanation;
use hourglass_engine::{Claim, ClaimPhase, Decision, FleetState};
use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid};
use hourglass_model::node::NodeFacts;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::ResourceVector;

use crate::devices::{PromisedDevices, SharedDevices, WholeDevices, is_device, read_back, together};
use crate::server::Sabotage;
use crate::steps::History;
use crate::world::Command;

/// Something of ours that may be on a node.
struct Ours {
    /// What it asks for.
    asked: ResourceVector,
    /// What it takes: of devices perhaps others.
    takes: ResourceVector,
}

impl Ours {
    fn without_pod(asked: ResourceVector) -> Self {
        Self {
            takes: asked.clone(),
            asked,
        }
    }
}

impl History {
    /// The check of all checks: what the applied inventory shows of others, and everything of ours that may be on the
    /// node or still get there, has room together with what was just decided.
    pub fn check_truth(&self, uid: &str, decision: &Decision) -> Result<(), String> {
        let mut more: BTreeMap<(&ClusterName, &NodeName), Vec<ResourceVector>> = BTreeMap::new();
        for slot in &decision.placed {
            let on_it = more.entry((&slot.cluster, &slot.node)).or_default();
            on_it.push(together(&slot.vector, &slot.offer.devices()));
        }
        for ((cluster, node), each) in more {
            let mut new = ResourceVector::new();
            each.iter().for_each(|one| new.add_saturating(one));
            let seen =
                applied(&self.server.state, cluster, node).ok_or("decided for a node that is not there")?;
            let foreign = self.foreign(cluster, &seen, decision);
            // Who makes room has ended before anything of this starts.
            let going = self.going(cluster, node, decision);
            let ours = self.ours(cluster, node).saturating_sub(&going);
            let total = foreign.saturating_add(&ours).saturating_add(&new);
            // A local pod may have won a race for something else; a decision answers for what it adds to.
            // Which devices pods get that ask for none by name, their clusters choose; they are counted below.
            let asked = total
                .iter()
                .filter(|(resource, _)| new.get(resource) > 0 && !is_device(resource));
            let asked: ResourceVector = asked
                .map(|(resource, amount)| (resource.clone(), amount))
                .collect();
            if let Some(shortage) = asked.first_shortage(&seen.allocatable) {
                return Err(format!(
                    "{uid} on {cluster}/{node}: {shortage}; others {foreign:?}, ours {ours:?}, new {new:?}"
                ));
            }
            let mut stay = self.may_exist(cluster, node);
            stay.retain(|id, _| !decision.going().contains(id));
            let devices = [
                check_devices::<WholeDevices<'_>>(&seen, &foreign, &stay, &each),
                check_devices::<SharedDevices<'_>>(&seen, &foreign, &stay, &each),
            ];
            for check in devices {
                check.map_err(|breach| {
                    format!(
                        "{uid} on {cluster}/{node}: {breach}; others {foreign:?}, ours {ours:?}, new {new:?}"
                    )
                })?;
            }
        }
        Ok(())
    }

    /// Slots of a gang are in force all together, or none of them is.
    pub fn check_gangs_are_whole(&self) -> Result<(), String> {
        let mut gangs: BTreeMap<&PlacementUid, (bool, bool)> = BTreeMap::new();
        for record in self
            .server
            .state
            .claims()
            .filter(|record| record.claim.owner.gang)
        {
            let (live, gone) = gangs.entry(&record.claim.id.placement).or_default();
            match record.phase {
                ClaimPhase::Released { .. } => *gone = true,
                ClaimPhase::Decided | ClaimPhase::Committed => *live = true,
            }
        }
        let slots = |uid: &PlacementUid| {
            let claims = self.server.state.claims();
            claims.filter(|record| record.claim.id.placement == *uid).count()
        };
        let broken = gangs.into_iter().find(|(uid, (live, gone))| {
            let wanted = self.server.replicas.get(*uid).copied().unwrap_or_default();
            *live && (*gone || slots(uid) != wanted)
        });
        broken.map_or(Ok(()), |(uid, _)| Err(format!("gang {uid} is in force in parts")))
    }

    /// An explanation speaks of every node, whether or not the request fits.
    pub fn check_explanation(&self, request: &CanonicalRequest, replicas: u32) -> Result<(), String> {
        let told = self.server.explain(request, replicas);
        let breaches = check_explanation(&self.server.state, &told);
        breaches.first().map_or(Ok(()), |breach| Err(breach.to_string()))
    }

    /// What the applied inventory shows on a node that is not pinned there by us.
    fn foreign(&self, cluster: &ClusterName, seen: &NodeFacts, decision: &Decision) -> ResourceVector {
        let mut used = seen.used.clone();
        let ours = self.may_exist(cluster, &seen.name);
        for claim in &seen.claims {
            // A pod of ours that was bound here against its pin goes with its claim.
            let goes = decision.going().contains(&claim.claim);
            if (goes || ours.contains_key(&claim.claim)) && self.sabotage != Some(Sabotage::ForeignPodsAsOurs)
            {
                used = used.saturating_sub(&claim.bound);
            }
        }
        used
    }

    fn going(&self, cluster: &ClusterName, node: &NodeName, decision: &Decision) -> ResourceVector {
        let mut sum = ResourceVector::new();
        let all = self.may_exist(cluster, node);
        for one in decision.going().into_iter().filter_map(|claim| all.get(claim)) {
            sum.add_saturating(&one.takes);
        }
        sum
    }

    fn ours(&self, cluster: &ClusterName, node: &NodeName) -> ResourceVector {
        let mut sum = ResourceVector::new();
        for one in self.may_exist(cluster, node).values() {
            sum.add_saturating(&one.takes);
        }
        if self.sabotage == Some(Sabotage::ForeignPodsAsOurs) {
            // Pods of ours are in `used` there as well; count only those that no pod stands for.
            sum = ResourceVector::new();
            let world = self.worlds.get(cluster).expect("known");
            for (id, one) in self.may_exist(cluster, node) {
                let bound = world.pods.iter().any(|pod| pod.owner.as_ref() == Some(&id));
                if !bound {
                    sum.add_saturating(&one.takes);
                }
            }
        }
        sum
    }

    /// Every slot epoch of ours that may be on a node now or later: durable, on its way, applied, or with a pod left.
    fn may_exist(&self, cluster: &ClusterName, node: &NodeName) -> BTreeMap<ClaimId, Ours> {
        let world = self.worlds.get(cluster).expect("known");
        let mut all = BTreeMap::new();
        for (id, durable) in &self.server.store {
            let claim = &durable.claim;
            if claim.pinned && !durable.released && claim.cluster == *cluster && claim.node == *node {
                let asked = together(&claim.vector, &claim.devices);
                all.insert(id.clone(), Ours::without_pod(asked));
            }
        }
        let objects = world.objects.iter();
        let coming = world.commands.iter().filter_map(|command| match command {
            Command::Apply(id, object) => Some((id, object)),
            Command::Remove(_) => None,
        });
        for (id, object) in objects.chain(coming) {
            if object.pin.as_ref() == Some(node) {
                all.insert(id.clone(), Ours::without_pod(object.vector.clone()));
            }
        }
        for pod in world.pods.iter().filter(|pod| pod.node == *node) {
            if let Some(id) = pod.owner.as_ref().filter(|_| pod.pin.as_ref() == Some(node)) {
                let (asked, takes) = (pod.asked.clone(), pod.vector.clone());
                all.insert(id.clone(), Ours { asked, takes });
            }
        }
        all
    }
}

/// All that is promised of devices of one sort finds room together, whoever of those that ask for none by name has which of them
/// meanwhile. A decision answers for the sorts that it takes of.
fn check_devices<'a, D: PromisedDevices<'a>>(
    seen: &'a NodeFacts,
    foreign: &'a ResourceVector,
    ours: &'a BTreeMap<ClaimId, Ours>,
    new: &'a [ResourceVector],
) -> Result<(), String> {
    if !new.iter().any(D::are_in) {
        return Ok(());
    }
    let mut devices = D::of(&seen.allocatable, foreign);
    for one in ours.values() {
        // Somebody else may have been faster.
        let _over = devices.promise(&one.asked);
    }
    let over = new.iter().find_map(|asked| devices.promise(asked));
    if let Some(name) = over {
        return Err(format!("more of {name} is promised by name than is left"));
    }
    let (promised, there) = devices.count();
    if promised > there {
        return Err(format!("{promised} of {there} {} are promised", D::COUNTED));
    }
    Ok(())
}

fn applied(state: &FleetState, cluster: &ClusterName, node: &NodeName) -> Option<NodeFacts> {
    state
        .cluster(cluster)?
        .node(node)
        .map(|node| read_back(node.facts()))
}

/// What is promised of nodes beyond what they have, by the engine's own figures: `cluster/node resource`. Claims that wait for
/// others to go may be left out: both are charged until then.
pub fn over_committed(state: &FleetState, with_waiting: bool) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, cluster) in state.clusters() {
        for node in cluster.nodes() {
            let mut waiting = ResourceVector::new();
            let on_it = |claim: &Claim| claim.cluster == *name && claim.node == *node.name();
            for claim in state.claims().map(|record| &record.claim) {
                if !with_waiting && on_it(claim) && state.is_waiting(&claim.id) {
                    waiting.add_saturating(&together(&claim.vector, &claim.devices));
                }
            }
            let facts = node.facts();
            let milli = node.device_room().charged().iter();
            let devices: Vec<DeviceUse> = facts
                .devices
                .iter()
                .zip(milli)
                .map(|(device, milli)| DeviceUse {
                    device: device.id.clone(),
                    milli: u16::try_from(*milli).expect("of a few claims"),
                })
                .collect();
            let charge = together(&node.charge(), &devices).saturating_sub(&waiting);
            let there = read_back(facts).allocatable;
            let short = charge.shortages(&there);
            all.extend(short.map(|short| format!("{name}/{} {}", node.name(), short.resource)));
        }
    }
    all
}
