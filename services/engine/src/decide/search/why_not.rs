//! Why not all replicas fit, in one word, found through the index: the same word as that of an explanation.

use std::sync::Arc;

use hourglass_model::request::Prerequisites;

use super::lane::{Lane, Seen, Sieve};
use super::open::{self, Plan};
use super::{Group, Search, Seated};
use crate::decide::{NoFitReason, Tally, WhyNot, kept_out, missing_product, reason};
use crate::hints;
use crate::index::cell::EntryKey;
use crate::scan::{self, Prepared, Rejection};

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// The reason after `fit` replicas have found a place, and what can help.
    pub(in crate::decide) fn why_not(&mut self, fit: usize) -> WhyNot {
        let reason = self.reason(fit);
        let mut hints = hints::roughly(&self.prepared, &self.draft, self.known.has_quotas);
        if !hints.anything {
            self.learn_demands();
            hints.freed = hints::freed_of(&self.demands);
        }
        (reason, hints)
    }

    /// What is demanded of nodes that pass the rules over facts, be they turned away by others. Requests for GPUs do not come
    /// here, and without GPUs a variant takes the same of every node.
    fn learn_demands(&mut self) {
        for way in &self.known.ways {
            let Some(sample) = self.enter_sample(way) else {
                continue;
            };
            for (key, group) in &way.groups {
                let Some(kind) = group.kinds.values().next() else {
                    continue;
                };
                let _known = self.only_way(&Plan {
                    first: [0; 5],
                    variant: key.variant,
                    node: &kind.node,
                    sample,
                    clusters: &way.clusters,
                    classes: None,
                    zones: None,
                });
            }
        }
        let alone: Vec<Seated> = self.alone.iter().copied().collect();
        for at in alone {
            let Some(cluster) = self.enter(at.cluster) else {
                continue;
            };
            let Some(eligible) = self.prepared.eligible.get(cluster) else {
                continue;
            };
            let Some(node) = eligible.state.node_at(at.slot) else {
                continue;
            };
            let variants = eligible.variants.len();
            let spot = self.draft.spot(&self.prepared, cluster, node);
            for variant in 0..variants {
                // The demand stays known; what room there is does not matter.
                let _room = self.prepared.room_of(&spot, variant, &mut self.demands);
            }
        }
    }

    fn reason(&mut self, fit: usize) -> NoFitReason {
        if fit == 0 && (missing_product(&self.prepared).is_some() || !self.has_eligible()) {
            // No node matters, so that going over the clusters tells.
            return reason(&self.all_clusters(), 0, Tally::default()).0;
        }
        if self.is_avoided_only() {
            NoFitReason::Avoided
        } else if self.known.has_quotas && self.any_node(|rejection| rejection.name() == "NamespaceQuota") {
            NoFitReason::NamespaceQuota
        } else if self.has_reservations() && self.any_node(|rejection| rejection.name() == "Reserved") {
            NoFitReason::Reserved
        } else if fit > 0 && self.prepared.request.gang {
            NoFitReason::GangDoesNotFit
        } else if self.has_nodes() && !self.any_node(Rejection::is_room) {
            if self.any_by_others() {
                NoFitReason::PlacementRules
            } else {
                self.kept_out().unwrap_or(NoFitReason::RulesExcludeAllNodes)
            }
        } else {
            NoFitReason::NoCapacity
        }
    }

    /// What keeps out clusters that may have such nodes. Mostly there is nothing that a rule over clusters which can end would judge,
    /// and no cluster has to be looked at, or there are a few clusters that are shut.
    fn kept_out(&self) -> Option<NoFitReason> {
        let Prepared { request, input, .. } = &self.prepared;
        if self.known.has_quotas
            || !input.avoid.is_empty()
            || request.prerequisites != Prerequisites::default()
        {
            return kept_out(&self.all_clusters());
        }
        let shut = self.known.shut.iter();
        let shut = shut.filter_map(|name| self.state.clusters.get_key_value(name));
        kept_out(&scan::prepare_some(
            self.prepared.state,
            request,
            input,
            shut,
            None,
        ))
    }

    /// What the rules over clusters say of each of them.
    fn all_clusters(&self) -> Prepared<'a> {
        let Prepared {
            state,
            request,
            input,
            ..
        } = self.prepared;
        scan::prepare(state, request, &input, None)
    }

    /// Whether any node is kept free for anybody.
    fn has_reservations(&self) -> bool {
        self.state.reserved.iter().next().is_some()
    }

    /// Whether any cluster may take the request now.
    fn has_eligible(&mut self) -> bool {
        let ways = self.known.ways.iter();
        let mut clusters = ways.flat_map(|way| way.clusters.iter());
        clusters.any(|cluster| self.enter(cluster).is_some())
    }

    fn has_nodes(&mut self) -> bool {
        let ways = self.known.ways.iter();
        let mut clusters = ways.flat_map(|way| way.clusters.iter());
        clusters.any(|cluster| {
            let place = self.enter(cluster);
            let eligible = place.and_then(|place| self.prepared.eligible.get(place));
            eligible.is_some_and(|eligible| eligible.state.nodes().len() > 0)
        })
    }

    /// Whether rules about others turn the next replica away from any node that passes by its facts. Where they leave no
    /// domain, the search has opened and closed nothing: so all that pass are looked at.
    fn any_by_others(&mut self) -> bool {
        if self.any_alone(&Rejection::is_domain) {
            return true;
        }
        let index = &self.state.index;
        let ways = self.known.ways.iter();
        ways.flat_map(|way| way.groups.values().map(move |group| (way, group)))
            .any(|(way, group)| {
                let sieve = Sieve {
                    index,
                    clusters: Arc::clone(&way.clusters),
                    classes: None,
                    zones: None,
                    memory: i64::MIN,
                };
                self.any_of_group(group, &sieve, &Rejection::is_domain)
            })
    }

    /// Whether any node that passes by its facts, and is where rules about others allow it, turns the next replica away in such
    /// a way.
    fn any_node(&mut self, such: impl Fn(Rejection) -> bool) -> bool {
        self.begin();
        if self.any_alone(&such) {
            return true;
        }
        let index = &self.state.index;
        std::mem::take(&mut self.closed).into_iter().any(|closed| {
            let sieve = Sieve {
                index,
                clusters: Arc::clone(&closed.part.clusters),
                classes: closed.part.classes.clone(),
                zones: closed
                    .part
                    .zones
                    .clone()
                    .map(|zones| (self.state.classes.zones(), zones)),
                memory: i64::MIN,
            };
            self.any_of_group(closed.group, &sieve, &such)
        })
    }

    /// The same of the nodes that are looked at by themselves.
    fn any_alone(&mut self, such: &impl Fn(Rejection) -> bool) -> bool {
        let alone: Vec<Seated> = self.alone.iter().copied().collect();
        let mut alone = alone.into_iter();
        alone.any(|at| self.rejection(at).is_some_and(such))
    }

    /// The same of the nodes of a group that the sieve lets through.
    fn any_of_group(&mut self, group: &Group, sieve: &Sieve<'k>, such: &impl Fn(Rejection) -> bool) -> bool {
        let everything = EntryKey::first_of_cpu(i64::MIN)..EntryKey::first_of_cpu(i64::MAX);
        let classes = sieve.classes.as_ref();
        let kinds = group.kinds.keys();
        let mut cells = kinds.flat_map(|kind| {
            let cells = open::cells(sieve.index, *kind, &sieve.clusters, classes);
            cells.into_iter().map(|(state, cell)| ((*kind, state), cell))
        });
        cells.any(|cell| {
            let mut lane = Lane::new(sieve.clone(), cell, everything.clone());
            let found = lane.next(|entry| {
                let at = Seated {
                    cluster: entry.key.cluster(),
                    slot: entry.slot,
                };
                if self.enter(at.cluster).is_none() {
                    return Seen::ClusterUnfit;
                }
                match self.rejection(at) {
                    Some(rejection) if such(rejection) => Seen::Fit(()),
                    _ => Seen::Unfit,
                }
            });
            found.is_some()
        })
    }

    /// Whether a node turns the next replica away by nothing but an earlier refusal.
    fn is_avoided_only(&mut self) -> bool {
        let avoid = self.prepared.input.avoid;
        let nodes = avoid
            .keys()
            .filter_map(|(cluster, node)| Some((cluster, node.as_ref()?)));
        let nodes: Vec<Seated> = nodes
            .filter_map(|(cluster, node)| {
                let known = self.state.cluster(cluster)?;
                let cluster = known.ix();
                Some(Seated {
                    cluster,
                    slot: known.slot(node)?,
                })
            })
            .collect();
        nodes.into_iter().any(|at| {
            self.rejection(at)
                .is_some_and(|rejection| rejection.name() == "NodeAvoided")
        })
    }

    /// Why a node of an eligible cluster turns the next replica away.
    fn rejection(&mut self, at: Seated) -> Option<Rejection> {
        let cluster = self.enter(at.cluster)?;
        let node = self.prepared.eligible.get(cluster)?.state.node_at(at.slot)?;
        let spot = self.draft.spot(&self.prepared, cluster, node);
        let verdict = self
            .prepared
            .evaluate(&spot, Some(&self.draft.domains), &mut self.demands, None);
        verdict.err()
    }
}
