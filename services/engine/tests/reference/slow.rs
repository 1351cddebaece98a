//! The reference: a decision computed in the plainest way from the fleet as data. It keeps nothing between questions,
//! shares no code with the engine, and goes over everything each time.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::decide::Avoid;
use hourglass_engine::state::ClusterDump;
use hourglass_engine::{ClaimPhase, ClaimRecord, ClusterFacts, FleetDump, Health};
use hourglass_model::ids::{ClaimId, ClusterName, NodeName, PlacementUid, TenantId};
use hourglass_model::labels::{LabelSelector, Labels, Toleration};
use hourglass_model::node::{DerivedFacts, NodeFacts, RuntimeClassFacts};
use hourglass_model::placement::{Strategy, Topology};
use hourglass_model::render::{CountedGpus, GpuGrant, NodeOffer, RuntimeClassGrant, TeeGrant, claim_vector};
use hourglass_model::request::{CanonicalRequest, GpuAmount, SpreadConstraint};
use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};
use hourglass_model::tee::TeeKind;

/// A node by cluster and place in the cluster's list.
pub type At = (usize, usize);

/// A replica that has a place.
#[derive(Debug, Clone)]
pub struct Placed {
    pub at: At,
    pub vector: ResourceVector,
}

/// A fleet with what a decision has changed so far.
#[derive(Debug, Clone)]
pub struct World<'a> {
    pub fleet: &'a FleetDump,
    pub request: &'a CanonicalRequest,
    pub tenant: &'a TenantId,
    pub placement: &'a PlacementUid,
    pub avoid: &'a Avoid,
    pub placed: Vec<Placed>,
    pub gone: BTreeSet<ClaimId>,
}

/// One way in which a cluster could meet the request.
struct Way<'a> {
    kind: Option<TeeKind>,
    class_name: Option<&'a str>,
    class: Option<&'a RuntimeClassFacts>,
    tolerations: Vec<Toleration>,
}

fn is_live(record: &ClaimRecord) -> bool {
    !matches!(record.phase, ClaimPhase::Released { .. })
}

impl<'a> World<'a> {
    pub fn cluster(&self, at: At) -> &'a ClusterDump {
        &self.fleet.clusters[at.0]
    }

    pub fn node(&self, at: At) -> &'a NodeFacts {
        &self.fleet.clusters[at.0].nodes[at.1]
    }

    /// Every node of every cluster that may take the request, in the order of names.
    pub fn candidates(&self) -> Vec<At> {
        let mut all = Vec::new();
        for (index, cluster) in self.fleet.clusters.iter().enumerate() {
            if self.may_take(cluster) {
                all.extend((0..cluster.nodes.len()).map(|node| (index, node)));
            }
        }
        all
    }

    fn may_take(&self, cluster: &ClusterDump) -> bool {
        let rules = &self.request.clusters;
        let labels = &cluster.settings.labels;
        let labelled = |key: &str, values: &BTreeSet<String>| {
            values.is_empty() || labels.get(key).is_some_and(|value| values.contains(value))
        };
        let untolerated = cluster.settings.taints.iter().any(|taint| {
            taint.repels()
                && !rules
                    .tolerations
                    .iter()
                    .any(|toleration| toleration.tolerates(taint))
        });
        rules.selector.matches(labels)
            && (rules.include.is_empty() || rules.include.contains(&cluster.name))
            && !rules.exclude.contains(&cluster.name)
            && labelled("topology.kubernetes.io/region", &rules.regions)
            && labelled("topology.kubernetes.io/zone", &rules.zones)
            && labelled("hourglass.eigenlayer.io/provider", &rules.providers)
            && !untolerated
            && !cluster.settings.cordoned
            && cluster.health == Health::Ready
            && cluster.fresh
            && !self.avoid.contains_key(&(cluster.name.clone(), None))
            && cluster
                .facts
                .namespace(self.tenant, self.request.namespace.as_ref())
                .is_some()
    }

    // What is free.

    fn bound_on(&self, at: At, claim: &ClaimId) -> ResourceVector {
        let mut bound = ResourceVector::new();
        for seen in self.node(at).claims.iter().filter(|seen| seen.claim == *claim) {
            bound.add_saturating(&seen.bound);
        }
        bound
    }

    /// What of a claim no pod shows yet: its node's pods count, or all of the cluster's where the node is not pinned.
    fn unseen(&self, cluster: usize, record: &ClaimRecord) -> ResourceVector {
        let claim = &record.claim;
        let mut rest = claim.vector.clone();
        for (index, node) in self.fleet.clusters[cluster].nodes.iter().enumerate() {
            if !claim.pinned || node.name == claim.node {
                rest = rest.saturating_sub(&self.bound_on((cluster, index), &claim.id));
            }
        }
        rest.clamp_zero()
    }

    pub fn free(&self, at: At) -> ResourceVector {
        let (cluster, node) = (self.cluster(at), self.node(at));
        let mut free = node.allocatable.saturating_sub(&node.used);
        for record in &self.fleet.claims {
            let claim = &record.claim;
            if claim.cluster != cluster.name {
                continue;
            }
            let gone = self.gone.contains(&claim.id);
            if gone {
                free.add_saturating(&self.bound_on(at, &claim.id));
            } else if claim.node == node.name {
                free = free.saturating_sub(&self.unseen(at.0, record));
            }
        }
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            free = free.saturating_sub(&placed.vector);
        }
        free
    }

    // Rules over facts.

    fn ways(&self, facts: &'a ClusterFacts, nodes: &[NodeFacts]) -> Vec<Way<'a>> {
        let kinds: Vec<Option<TeeKind>> = match &self.request.tee {
            None => vec![None],
            Some(tee) if !tee.kinds.is_empty() => tee.kinds.iter().cloned().map(Some).collect(),
            Some(_) => {
                let present: BTreeSet<TeeKind> = nodes
                    .iter()
                    .flat_map(|node| DerivedFacts::of(node).tee_kinds)
                    .collect();
                if present.is_empty() {
                    TeeKind::COUNTED.into_iter().map(Some).collect()
                } else {
                    present.into_iter().map(Some).collect()
                }
            }
        };
        let with_gpu = self.request.gpu.is_some();
        let way = |kind: Option<TeeKind>| {
            let implied = kind.as_ref().and_then(|kind| kind.runtime_class(with_gpu));
            let class_name = self.request.runtime_class.as_deref().or(implied);
            // Names that a kind implies are constants, so both live as long as the fleet.
            let class =
                class_name.and_then(|name| facts.runtime_classes.iter().find(|class| class.name == name));
            let mut tolerations = self.request.nodes.tolerations.clone();
            tolerations.extend(class.into_iter().flat_map(|class| class.tolerations.clone()));
            Way {
                kind,
                class_name,
                class,
                tolerations,
            }
        };
        kinds.into_iter().map(way).collect()
    }

    fn gpu_units(&self, at: At) -> Option<(ResourceName, i64)> {
        let wanted = self.request.gpu.as_ref()?;
        let gpu = DerivedFacts::of(self.node(at)).gpu?;
        match wanted.amount {
            GpuAmount::Whole(count) => {
                let whole = gpu.whole?;
                let allowed = wanted.resource.as_ref().is_none_or(|resource| *resource == whole);
                allowed.then_some((whole, i64::from(count)))
            }
            GpuAmount::ShareMilli(milli) => gpu
                .sharing
                .map(|sharing| (sharing.resource.clone(), sharing.slices(milli))),
        }
    }

    fn facts_pass(&self, at: At, way: &Way<'_>) -> bool {
        let (request, node) = (self.request, self.node(at));
        let name = node.name.as_str();
        let tolerated = |taint| {
            way.tolerations
                .iter()
                .any(|toleration| toleration.tolerates(taint))
        };
        let cordon = hourglass_model::labels::Taint {
            key: "node.kubernetes.io/unschedulable".to_owned(),
            value: String::new(),
            effect: hourglass_model::labels::TaintEffect::NoSchedule,
        };
        let derived = DerivedFacts::of(node);
        let carries = |labels: &Labels| {
            labels
                .iter()
                .all(|(key, value)| node.labels.get(key) == Some(value))
        };
        let gpu_passes = request.gpu.as_ref().is_none_or(|wanted| {
            derived.gpu.as_ref().is_some_and(|gpu| {
                let product = wanted.products.is_empty()
                    || gpu
                        .product
                        .as_ref()
                        .is_some_and(|have| wanted.products.iter().any(|one| have.matches(one)));
                let memory = wanted
                    .min_memory_mib
                    .is_none_or(|least| gpu.memory_mib.is_some_and(|have| have >= least));
                let capability = wanted
                    .min_compute_capability
                    .is_none_or(|least| gpu.compute_capability.is_some_and(|have| have >= least));
                product
                    && memory
                    && capability
                    && (!wanted.confidential || gpu.confidential)
                    && self.gpu_units(at).is_some()
            })
        });
        node.ready
            && (!node.unschedulable || tolerated(&cordon))
            && (request.nodes.hostnames.is_empty() || request.nodes.hostnames.contains(&node.name))
            && carries(&request.nodes.selector)
            && request
                .nodes
                .affinity
                .iter()
                .all(|selector| selector.matches(&node.labels, name))
            && !node
                .taints
                .iter()
                .any(|taint| taint.repels() && !tolerated(taint))
            && gpu_passes
            && way
                .kind
                .as_ref()
                .is_none_or(|kind| derived.tee_kinds.contains(kind))
            && (way.class_name.is_none() || way.class.is_some_and(|class| carries(&class.node_selector)))
    }

    fn offer(&self, at: At, way: &Way<'_>) -> NodeOffer {
        let tee = self.request.tee.as_ref().zip(way.kind.clone());
        NodeOffer {
            gpu: self.gpu_units(at).map(|(resource, units)| {
                GpuGrant::Counted(CountedGpus {
                    resource,
                    units,
                    product_label: None,
                })
            }),
            tee: tee.map(|(tee, kind)| {
                let slots = if kind.slot_resource().is_some() {
                    tee.slots
                } else {
                    0
                };
                TeeGrant { kind, slots }
            }),
            runtime_class: way.class.map(|class| RuntimeClassGrant {
                name: class.name.clone(),
                overhead: class.overhead.clone(),
            }),
        }
    }

    // Rules about other placements.

    fn domain(&self, topology: Topology, cluster: &ClusterName, node: &NodeName) -> Option<String> {
        let found = self.fleet.clusters.iter().find(|found| found.name == *cluster);
        match topology {
            Topology::Cluster => Some(cluster.to_string()),
            Topology::Region => found?
                .settings
                .labels
                .get("topology.kubernetes.io/region")
                .cloned(),
            Topology::Zone => {
                let node = found?.nodes.iter().find(|found| found.name == *node)?;
                node.labels.get("topology.kubernetes.io/zone").cloned()
            }
            Topology::Node => Some(format!("{cluster}/{node}")),
        }
    }

    fn domain_of(&self, topology: Topology, at: At) -> Option<String> {
        self.domain(topology, &self.cluster(at).name, &self.node(at).name)
    }

    /// Domains in which claims that `selected` names stand, once for each claim.
    fn domains_of(
        &self,
        topology: Topology,
        live_only: bool,
        selected: impl Fn(&ClaimRecord) -> bool,
    ) -> Vec<Option<String>> {
        let claims = self.fleet.claims.iter().filter(|record| {
            !self.gone.contains(&record.claim.id)
                && record.claim.owner.tenant == *self.tenant
                && (!live_only || is_live(record))
                && selected(record)
        });
        claims
            .map(|record| self.domain(topology, &record.claim.cluster, &record.claim.node))
            .collect()
    }

    fn own_domains(&self, topology: Topology) -> Vec<Option<String>> {
        self.placed
            .iter()
            .map(|placed| self.domain_of(topology, placed.at))
            .collect()
    }

    fn matching(&self, selector: &LabelSelector, topology: Topology, live_only: bool) -> Vec<Option<String>> {
        let mut domains = self.domains_of(topology, live_only, |record| {
            selector.matches(&record.claim.owner.labels)
        });
        if selector.matches(&self.request.labels) {
            domains.extend(self.own_domains(topology));
        }
        domains
    }

    fn affinity_passes(&self, at: At) -> bool {
        self.request
            .affinity
            .iter()
            .filter(|term| term.weight.is_none())
            .all(|term| {
                let Some(here) = self.domain_of(term.topology, at) else {
                    return false;
                };
                let all = self.matching(&term.selector, term.topology, true);
                all.contains(&Some(here)) || (all.is_empty() && term.selector.matches(&self.request.labels))
            })
    }

    fn anti_affinity_passes(&self, at: At) -> bool {
        let mine = self
            .request
            .anti_affinity
            .iter()
            .filter(|term| term.weight.is_none())
            .all(|term| {
                let here = self.domain_of(term.topology, at);
                here.is_none()
                    || !self
                        .matching(&term.selector, term.topology, false)
                        .contains(&here)
            });
        let theirs = [
            Topology::Cluster,
            Topology::Region,
            Topology::Zone,
            Topology::Node,
        ]
        .into_iter()
        .all(|topology| {
            let here = self.domain_of(topology, at);
            let keeps_away = |record: &ClaimRecord| {
                let mut terms = record.claim.owner.anti_affinity.iter();
                terms.any(|term| term.topology == topology && term.selector.matches(&self.request.labels))
            };
            here.is_none() || !self.domains_of(topology, false, keeps_away).contains(&here)
        });
        mine && theirs
    }

    /// Whether a replica of the request counts for its own constraint.
    fn counts_itself(&self, constraint: &SpreadConstraint) -> bool {
        constraint
            .selector
            .as_ref()
            .is_none_or(|selector| selector.matches(&self.request.labels))
    }

    /// By how much one more replica here would break the constraint; none where the node stands in no domain. The second
    /// figure is that of the worst domain.
    fn excess(&self, constraint: &SpreadConstraint, at: At) -> (Option<i64>, i64) {
        let topology = constraint.topology;
        let mut counted = match &constraint.selector {
            Some(selector) => self.domains_of(topology, true, |record| {
                selector.matches(&record.claim.owner.labels)
            }),
            None => self.domains_of(topology, true, |record| {
                record.claim.owner.placement == *self.placement
            }),
        };
        let own = i64::from(self.counts_itself(constraint));
        if own > 0 {
            counted.extend(self.own_domains(topology));
        }
        let count = |domain: &String| {
            let here = counted.iter().filter(|other| other.as_ref() == Some(domain));
            i64::try_from(here.count()).expect("small")
        };
        let eligible: BTreeSet<String> = self
            .candidates()
            .into_iter()
            .filter(|at| {
                let cluster = self.cluster(*at);
                self.ways(&cluster.facts, &cluster.nodes)
                    .iter()
                    .any(|way| self.facts_pass(*at, way))
            })
            .filter_map(|at| self.domain_of(topology, at))
            .collect();
        let few = constraint
            .min_domains
            .is_some_and(|least| eligible.len() < least as usize);
        let least = if few {
            0
        } else {
            eligible.iter().map(count).min().unwrap_or(0)
        };
        let skew = i64::from(constraint.max_skew);
        let over = |number: i64| (number + own - least - skew).max(0);
        let here = self.domain_of(topology, at).map(|domain| over(count(&domain)));
        (here, over(eligible.iter().map(count).max().unwrap_or(0)))
    }

    fn spread_passes(&self, at: At) -> bool {
        let required = self
            .request
            .spread
            .iter()
            .filter(|constraint| constraint.is_required());
        required
            .into_iter()
            .all(|constraint| self.excess(constraint, at).0 == Some(0))
    }

    // The verdict, and how good it is.

    fn is_avoided(&self, at: At) -> bool {
        let (cluster, node) = (&self.cluster(at).name, &self.node(at).name);
        self.avoid.contains_key(&(cluster.clone(), None))
            || self.avoid.contains_key(&(cluster.clone(), Some(node.clone())))
    }

    /// What one replica takes here and the scores of the node, if it can take one.
    pub fn verdict(&self, at: At) -> Option<(ResourceVector, Vec<i64>)> {
        let cluster = self.cluster(at);
        if !(self.affinity_passes(at) && self.anti_affinity_passes(at) && self.spread_passes(at))
            || self.is_avoided(at)
        {
            return None;
        }
        let free = self.free(at);
        for way in self.ways(&cluster.facts, &cluster.nodes) {
            if !self.facts_pass(at, &way) {
                continue;
            }
            let vector = claim_vector(self.request, &self.offer(at, &way));
            if vector
                .iter()
                .all(|(resource, amount)| amount <= 0 || amount <= free.get(resource))
            {
                let scores = self.scores(at, &way, &vector, &free);
                return Some((vector, scores));
            }
        }
        None
    }

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

    fn scores(&self, at: At, way: &Way<'_>, vector: &ResourceVector, free: &ResourceVector) -> Vec<i64> {
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
        let derived = DerivedFacts::of(node);
        let confidential = derived.gpu.as_ref().is_some_and(|gpu| gpu.confidential);
        let rarity = 4 * i64::from(derived.gpu.is_some() && request.gpu.is_none())
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
                let gpu_left = self
                    .gpu_units(at)
                    .map_or(0, |(resource, units)| free.get(&resource) - units);
                scores.push(crate::packing::cost(self.fleet, node, free, vector));
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
                let gpu = derived.gpu.as_ref();
                let gpu = gpu.and_then(|gpu| {
                    gpu.whole
                        .clone()
                        .or(gpu.sharing.as_ref().map(|shared| shared.resource.clone()))
                });
                let load = |resource: &ResourceName| {
                    let all = node.allocatable.get(resource);
                    let taken = (all - free.get(resource) + vector.get(resource)).max(0);
                    if all <= 0 {
                        0
                    } else {
                        i64::try_from(i128::from(taken) * 16 / i128::from(all)).expect("small")
                    }
                };
                let loads = [Some(CPU.clone()), Some(MEMORY.clone()), gpu]
                    .into_iter()
                    .flatten();
                scores.push(loads.map(|resource| load(&resource)).max().unwrap_or(0));
            }
        }
        scores.push(cluster_claims);
        scores
    }

    /// The best node for one more replica.
    pub fn best(&self) -> Option<Placed> {
        let mut best: Option<(Vec<i64>, Placed)> = None;
        for at in self.candidates() {
            if let Some((vector, scores)) = self.verdict(at)
                && best.as_ref().is_none_or(|(other, _)| scores < *other)
            {
                best = Some((scores, Placed { at, vector }));
            }
        }
        best.map(|(_, placed)| placed)
    }

    /// Slots of a placement that have a claim in force.
    pub fn kept_slots(&self, placement: &PlacementUid, waiting: &BTreeMap<ClaimId, bool>) -> usize {
        let kept: BTreeSet<_> = self
            .fleet
            .claims
            .iter()
            .filter(|record| record.claim.id.placement == *placement && is_live(record))
            .filter(|record| !waiting.get(&record.claim.id).copied().unwrap_or(false))
            .filter(|record| !self.gone.contains(&record.claim.id))
            .map(|record| record.claim.id.slot)
            .collect();
        kept.len()
    }
}
