//! One member cluster.

use std::collections::BTreeMap;
use std::fmt;

use hourglass_model::ids::{ClaimId, Namespace, NodeName, Sequence, TenantId};
use hourglass_model::labels::{Labels, Taint};
use hourglass_model::node::RuntimeClassFacts;
use hourglass_model::resources::ResourceVector;
use serde::{Deserialize, Serialize};

use super::node::NodeState;
use crate::claims::Ledger;

/// What people set on a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterSettings {
    /// Labels, for cluster selectors; `topology.kubernetes.io/region` is the region.
    pub labels: Labels,
    /// Taints, for cluster tolerations.
    pub taints: Vec<Taint>,
    /// Takes no new placements.
    pub cordoned: bool,
}

/// What the sessions have found about a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Health {
    /// Enrolled, nothing heard yet.
    #[default]
    Joining,
    /// Its agent is here.
    Ready,
    /// Its agent is late.
    Suspect,
    /// Its agent is gone.
    Unreachable,
    /// It is on its way out.
    Leaving,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Joining => "JOINING",
            Self::Ready => "READY",
            Self::Suspect => "SUSPECT",
            Self::Unreachable => "UNREACHABLE",
            Self::Leaving => "LEAVING",
        })
    }
}

/// What an agent says about its cluster as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClusterFacts {
    /// Version of the API server.
    pub kubernetes_version: String,
    /// RuntimeClasses.
    pub runtime_classes: Vec<RuntimeClassFacts>,
    /// Namespaces that the agent's own configuration opens to a tenant; the first is the default.
    pub tenants: BTreeMap<TenantId, Vec<Namespace>>,
}

impl ClusterFacts {
    /// A RuntimeClass by name.
    #[must_use]
    pub fn runtime_class(&self, name: &str) -> Option<&RuntimeClassFacts> {
        self.runtime_classes.iter().find(|class| class.name == name)
    }

    /// The namespace in which a tenant's performers run: the wanted one if it is open to the tenant, else the
    /// tenant's default when none is wanted.
    #[must_use]
    pub fn namespace(&self, tenant: &TenantId, wanted: Option<&Namespace>) -> Option<&Namespace> {
        let open = self.tenants.get(tenant)?;
        match wanted {
            Some(wanted) => open.iter().find(|namespace| *namespace == wanted),
            None => open.first(),
        }
    }
}

/// Inventory that was applied last: in which session, and up to where. A later session's inventory is always newer,
/// whatever its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) session: u64,
    pub(crate) sequence: Sequence,
}

/// A snapshot on its way, beside what is in force.
#[derive(Debug, Clone)]
pub(super) struct Building {
    pub(super) sequence: Sequence,
    pub(super) nodes: BTreeMap<NodeName, NodeState>,
    pub(super) facts: Option<ClusterFacts>,
}

/// One cluster: settings, health, inventory.
#[derive(Debug, Clone, Default)]
pub struct ClusterState {
    pub(super) settings: ClusterSettings,
    pub(super) health: Health,
    /// Counts sessions of this life of the state.
    pub(super) session: u64,
    /// A complete inventory has come in this session, and no delta is missing since.
    pub(super) fresh: bool,
    pub(super) applied: Option<Position>,
    pub(super) building: Option<Building>,
    pub(super) facts: ClusterFacts,
    pub(super) nodes: BTreeMap<NodeName, NodeState>,
    /// Where the pods of each claim are bound, and what they take there.
    pub(super) observed: BTreeMap<ClaimId, BTreeMap<NodeName, ResourceVector>>,
}

impl ClusterState {
    /// What people set.
    #[must_use]
    pub fn settings(&self) -> &ClusterSettings {
        &self.settings
    }

    /// What the sessions have found.
    #[must_use]
    pub fn health(&self) -> Health {
        self.health
    }

    /// Whether a complete inventory has come in the present session.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Whether any inventory was ever applied in this life of the state.
    #[must_use]
    pub fn has_inventory(&self) -> bool {
        self.applied.is_some()
    }

    /// Up to where inventory is applied.
    #[must_use]
    pub fn sequence(&self) -> Option<Sequence> {
        self.applied.map(|position| position.sequence)
    }

    /// What its agent says about it as a whole.
    #[must_use]
    pub fn facts(&self) -> &ClusterFacts {
        &self.facts
    }

    /// Its nodes, by name.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &NodeState> {
        self.nodes.values()
    }

    /// One of its nodes.
    #[must_use]
    pub fn node(&self, name: &NodeName) -> Option<&NodeState> {
        self.nodes.get(name)
    }

    /// Nodes on which pods of this claim are bound, and what they take there.
    pub fn observed(&self, claim: &ClaimId) -> impl Iterator<Item = (&NodeName, &ResourceVector)> {
        self.observed.get(claim).into_iter().flatten()
    }

    pub(crate) fn position(&self) -> Option<Position> {
        self.applied
    }

    pub(crate) fn session(&self) -> u64 {
        self.session
    }

    /// Computes what is charged to one node anew: what its pods use, and what claims on it hold beyond that.
    pub(crate) fn recharge(
        &mut self,
        ledger: &Ledger,
        cluster: &hourglass_model::ids::ClusterName,
        node: &NodeName,
    ) {
        let Some(state) = self.nodes.get_mut(node) else {
            return;
        };
        let mut charge: Option<ResourceVector> = None;
        for record in ledger.on_node(cluster, node) {
            let observed = self.observed.get(&record.claim.id);
            charge
                .get_or_insert_with(|| state.used())
                .add_saturating(&record.claim.unseen(observed));
        }
        state.set_charge(charge.as_ref());
    }

    /// Takes a node's observed claims into the index, or out of it.
    pub(super) fn index_observed(&mut self, node: &NodeState) {
        for seen in node.claims() {
            let nodes = self.observed.entry(seen.claim.clone()).or_default();
            // An agent that lists a claim twice means the sum.
            nodes
                .entry(node.name().clone())
                .or_default()
                .add_saturating(&seen.bound);
        }
    }

    pub(super) fn unindex_observed(&mut self, node: &NodeState) {
        for seen in node.claims() {
            if let Some(nodes) = self.observed.get_mut(&seen.claim) {
                nodes.remove(node.name());
                if nodes.is_empty() {
                    self.observed.remove(&seen.claim);
                }
            }
        }
    }
}
