//! Telling spread constraints which domains have a node that the request may take by its facts, by classes instead of
//! nodes.

use hourglass_model::placement::Topology;

use super::Search;
use super::outlook;
use crate::domains::{Site, ZONE_LABEL, region};
use crate::hash::NumberSet;
use crate::index::ClusterIx;
use crate::state::class::KindId;
use crate::state::node::NOBODY;

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Tells them all; returns whether classes say enough. They do not where each node is a domain, or where the request
    /// calls nodes by name.
    pub(super) fn tell_eligible(&mut self) -> bool {
        let by_node = self
            .draft
            .domains
            .spreads()
            .any(|spread| spread.rule.topology == Topology::Node);
        if by_node || !self.known.mentions.values.is_empty() {
            return false;
        }
        let known = self.known;
        let kinds: Vec<NumberSet<KindId>> = known
            .ways
            .iter()
            .map(|way| {
                way.groups
                    .values()
                    .flat_map(|group| group.kinds.keys().copied())
                    .collect()
            })
            .collect();
        let mut told: NumberSet<(ClusterIx, Option<&str>)> = NumberSet::default();
        for (id, ix) in self.state.index.members() {
            let Some(class) = self.state.classes.get(id) else {
                continue;
            };
            let zone = class.label(ZONE_LABEL);
            if told.contains(&(ix, zone)) {
                continue;
            }
            let passes = known.ways.iter().zip(&kinds).any(|(way, kinds)| {
                way.clusters.contains(ix) && kinds.contains(&class.kind.id) && way.passes(known, class)
            });
            if !passes || self.enter(ix).is_none() {
                continue;
            }
            told.insert((ix, zone));
            if let Some((name, cluster)) = outlook::cluster(self.state, ix) {
                self.draft.domains.make_eligible(&Site {
                    cluster: name,
                    region: region(cluster),
                    zone,
                    clique: None,
                    node: &NOBODY,
                });
            }
        }
        true
    }
}
