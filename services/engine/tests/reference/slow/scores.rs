//! How good a node is.

use hourglass_engine::ClaimRecord;
use hourglass_engine::state::ClusterDump;
use hourglass_model::placement::Strategy;
use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};

use super::devices::Room;
use super::facts::Way;
use super::gpus::Kind;
use super::{Placed, World, is_live};
use crate::packing;

impl World<'_> {
    fn tier(&self, cluster: &ClusterDump) -> usize {
        let liked = self.request.cluster_preferences.iter().position(|preference| {
            preference.clusters.contains(&cluster.name)
                || preference
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.matches(&cluster.settings.labels))
        });
        liked.unwrap_or(self.request.cluster_preferences.len())
    }

    /// Smaller is better, compared in order.
    pub fn scores(
        &self,
        way: &Way<'_>,
        placed: &Placed,
        gpu_left: i64,
        (free, room): (&ResourceVector, &Room<'_>),
    ) -> Vec<i64> {
        let Placed {
            at, vector, devices, ..
        } = placed;
        let at = *at;
        let (request, cluster, node) = (self.request, self.cluster(at), self.node(at));
        let int = |number: usize| i64::try_from(number).expect("small");
        let soft = node.taints.iter().filter(|taint| {
            !taint.repels()
                && !way
                    .tolerations
                    .iter()
                    .any(|toleration| toleration.tolerates(taint))
        });
        let preferred = request
            .nodes
            .preferred
            .iter()
            .filter(|wish| !wish.matches(&node.labels, node.name.as_str()));
        let mut missed: i64 = preferred.map(|wish| i64::from(wish.weight)).sum();
        for term in &request.affinity {
            let here = self.domain_of(term.topology, at);
            let met = here.is_some() && self.matching(&term.selector, term.topology, true).contains(&here);
            missed += if met { 0 } else { term.weight.map_or(0, i64::from) };
        }
        for term in &request.anti_affinity {
            let here = self.domain_of(term.topology, at);
            let kept = here.is_some()
                && !self
                    .matching(&term.selector, term.topology, false)
                    .contains(&here);
            missed += if kept { 0 } else { term.weight.map_or(0, i64::from) };
        }
        let wished = request
            .spread
            .iter()
            .filter(|constraint| !constraint.is_required());
        let excess: i64 = wished
            .map(|constraint| {
                let (here, worst) = self.excess(constraint, at);
                here.unwrap_or(worst)
            })
            .sum();
        let super::Read { derived, sources } = self.read(at);
        let confidential = sources.iter().any(|source| source.confidential);
        let confidential = confidential || derived.gpu.as_ref().is_some_and(|gpu| gpu.confidential);
        let rarity =
            4 * i64::from((derived.gpu.is_some() || !node.devices.is_empty()) && request.gpu.is_none())
                + 2 * i64::from(confidential && !request.gpu.as_ref().is_some_and(|gpu| gpu.confidential))
                + int(derived
                    .tee_kinds
                    .iter()
                    .filter(|kind| Some(*kind) != way.kind.as_ref())
                    .count());
        let mut scores = vec![int(self.tier(cluster)), int(soft.count()), missed, excess, rarity];
        let in_cluster = |record: &&ClaimRecord| record.claim.cluster == cluster.name;
        let cluster_claims = int(self.fleet.claims.iter().filter(in_cluster).count());
        match request.strategy {
            Strategy::Pack => {
                scores.push(packing::cost(
                    self.learnt,
                    sources,
                    (free, room),
                    (vector, devices),
                ));
                scores.extend([gpu_left, free.get(&CPU) - vector.get(&CPU)]);
            }
            Strategy::Spread => {
                let own = |record: &&ClaimRecord| {
                    is_live(record)
                        && record.claim.owner.placement == *self.placement
                        && !self.gone.contains(&record.claim.id)
                };
                let own_claims = self.fleet.claims.iter().filter(own).filter(in_cluster);
                let on_node = own_claims
                    .clone()
                    .filter(|record| record.claim.node == node.name)
                    .count();
                let decided_here = self.placed.iter().filter(|placed| placed.at.0 == at.0).count();
                let decided_on = self.placed.iter().filter(|placed| placed.at == at).count();
                scores.push(int(own_claims.count() + decided_here));
                scores.push(int(on_node + decided_on));
                let sixteenths = |taken: i64, all: i64| {
                    if all <= 0 {
                        0
                    } else {
                        i64::try_from(i128::from(taken.max(0)) * 16 / i128::from(all)).expect("small")
                    }
                };
                let load = |resource: &ResourceName| {
                    let all = node.allocatable.get(resource);
                    sixteenths(all - free.get(resource) + vector.get(resource), all)
                };
                let counted = sources.iter().filter_map(|source| match source.kind.clone() {
                    Kind::Whole(resource) | Kind::Slices { resource, .. } | Kind::Mig { resource, .. } => {
                        Some(resource)
                    }
                    Kind::Nothing | Kind::Devices { .. } => None,
                });
                let mut after = room.clone();
                after.take(devices);
                let (taken, all) = after.load();
                let loads = [CPU.clone(), MEMORY.clone()].into_iter().chain(counted);
                let loads = loads.map(|resource| load(&resource));
                scores.push(loads.chain([sixteenths(taken, all)]).max().unwrap_or(0));
            }
        }
        scores.push(cluster_claims);
        scores
    }
}
