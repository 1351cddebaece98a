//! How much looking for the cheapest victims one decision may cost. It is counted in tries and not in time, so that the same
//! state always gives the same answer.

/// Sets of victims that are looked at for one decision, in all its replicas together.
const DECISION: usize = 50_000;
/// Of them, on one node.
const NODE: usize = 5_000;

/// What is left of them.
#[derive(Debug)]
pub(crate) struct Tries {
    /// For the whole decision.
    left: usize,
    /// Of that, for the next replica.
    share: usize,
}

impl Default for Tries {
    fn default() -> Self {
        Self::of(DECISION)
    }
}

impl Tries {
    pub(super) fn of(left: usize) -> Self {
        Self { left, share: 0 }
    }

    /// So many replicas still want a place: each gets the same part, and what the ones before it left over.
    pub(super) fn share_among(&mut self, replicas: usize) {
        self.share = self.left / replicas.max(1);
    }

    pub(super) fn spend(&mut self, tries: usize) {
        self.left = self.left.saturating_sub(tries);
        self.share = self.share.saturating_sub(tries);
    }

    /// Whether nothing more is compared for this replica.
    pub(super) fn are_spent(&self) -> bool {
        self.share == 0
    }

    /// How many may be spent on the next node.
    pub(super) fn for_a_node(&self) -> usize {
        self.share.min(NODE)
    }

    #[cfg(test)]
    pub(super) fn spent(&self) -> usize {
        DECISION.saturating_sub(self.left)
    }
}

#[cfg(test)]
mod tests;
