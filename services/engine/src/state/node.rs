//! One node, with what follows from its facts and what is charged to it.

use hourglass_model::node::{DerivedFacts, NodeFacts};
use hourglass_model::resources::ResourceVector;

/// A node of a cluster.
#[derive(Debug, Clone)]
pub struct NodeState {
    facts: NodeFacts,
    derived: DerivedFacts,
    charge: ResourceVector,
    free: ResourceVector,
}

impl NodeState {
    /// A node that is charged with what its pods use.
    pub(super) fn new(facts: NodeFacts) -> Self {
        let derived = DerivedFacts::of(&facts);
        let charge = facts.used.clone();
        let free = facts.allocatable.saturating_sub(&charge);
        Self {
            facts,
            derived,
            charge,
            free,
        }
    }

    pub(super) fn set_charge(&mut self, charge: ResourceVector) {
        self.free = self.facts.allocatable.saturating_sub(&charge);
        self.charge = charge;
    }

    /// As its cluster reported it.
    #[must_use]
    pub fn facts(&self) -> &NodeFacts {
        &self.facts
    }

    /// What follows from that.
    #[must_use]
    pub fn derived(&self) -> &DerivedFacts {
        &self.derived
    }

    /// What is in use or promised.
    #[must_use]
    pub fn charge(&self) -> &ResourceVector {
        &self.charge
    }

    /// Allocatable less charge; below zero where local pods or a shrunken node took more than there is.
    #[must_use]
    pub fn free(&self) -> &ResourceVector {
        &self.free
    }
}
