//! Rules about other placements and other replicas.

use std::collections::BTreeSet;

use hourglass_engine::ClaimRecord;
use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::labels::LabelSelector;
use hourglass_model::placement::Topology;
use hourglass_model::request::SpreadConstraint;

use super::rules::Rule;
use super::{At, Clique, World, is_live};

impl World<'_> {
    /// The NVLink clique of a node.
    fn clique(&self, at: At) -> Option<Clique> {
        let label = self
            .node(at)
            .labels
            .get("nvidia.com/gpu.clique")
            .map(str::to_owned);
        let shown = || {
            let mut sources = self.read(at).sources.iter();
            sources.find_map(|source| source.clique.clone())
        };
        label.or_else(shown).map(|clique| (at.0, clique))
    }

    /// The clique that all replicas are in, once one of them has a place.
    pub fn only_clique(&self) -> Option<Clique> {
        let own = self.fleet.claims.iter().filter(|record| {
            is_live(record)
                && record.claim.owner.placement == *self.placement
                && !self.gone.contains(&record.claim.id)
        });
        let mut own = own.filter_map(|record| {
            let cluster = self
                .fleet
                .clusters
                .iter()
                .position(|found| found.name == record.claim.cluster)?;
            let mut nodes = self.fleet.clusters[cluster].nodes.iter();
            let node = nodes.position(|found| found.name == record.claim.node)?;
            self.clique((cluster, node))
        });
        let first = self.placed.first();
        own.next().or_else(|| self.clique(first?.at))
    }

    fn clique_passes(&self, at: At) -> bool {
        if !self.request.gpu.as_ref().is_some_and(|gpu| gpu.same_clique) {
            return true;
        }
        let Some(here) = self.clique(at) else { return false };
        !self.barred.contains(&here) && self.only_clique().is_none_or(|only| only == here)
    }

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
                node.labels.get("topology.kubernetes.io/zone").map(str::to_owned)
            }
            Topology::Node => Some(format!("{cluster}/{node}")),
        }
    }

    pub fn domain_of(&self, topology: Topology, at: At) -> Option<String> {
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

    pub fn matching(
        &self,
        selector: &LabelSelector,
        topology: Topology,
        live_only: bool,
    ) -> Vec<Option<String>> {
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
                let first = all.iter().all(Option::is_none) && term.selector.matches(&self.request.labels);
                first || all.contains(&Some(here))
            })
    }

    pub fn anti_affinity_passes(&self, at: At) -> bool {
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
    pub fn excess(&self, constraint: &SpreadConstraint, at: At) -> (Option<i64>, i64) {
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
        // A node that has no domain in one of the constraints that must hold counts for none of them.
        let required = || self.request.spread.iter().filter(|other| other.is_required());
        let whole = |at: &At| {
            !constraint.is_required() || required().all(|other| self.domain_of(other.topology, *at).is_some())
        };
        let eligible: BTreeSet<String> = self
            .candidates()
            .into_iter()
            .filter(|at| {
                let ways = self.ways(&self.cluster(*at).facts, at.0);
                whole(at) && ways.iter().any(|way| self.selects(*at, way))
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

    /// The first rule about others that turns the node away.
    pub fn broken_by_others(&self, at: At) -> Option<Rule> {
        if !self.clique_passes(at) {
            Some("SameClique")
        } else if !self.affinity_passes(at) {
            Some("Affinity")
        } else if !self.anti_affinity_passes(at) {
            Some("AntiAffinity")
        } else if !self.spread_passes(at) {
            Some("Spread")
        } else {
            None
        }
    }
}
