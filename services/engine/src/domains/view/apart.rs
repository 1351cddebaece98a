//! Who keeps a replica away for as long as their pods are there.

use super::DomainView;
use crate::claims::Claim;
use crate::domains::Site;

impl DomainView<'_> {
    /// Whether a claim of another placement, which stands at `stands`, and the request may not be together where a replica is to
    /// be. That lasts until the claim has ended; to affinity and spread it is nothing any more once it is released.
    pub(crate) fn keeps_apart(&self, claim: &Claim, stands: &Site<'_>, replica: &Site<'_>) -> bool {
        let owner = &claim.owner;
        if owner.tenant != *self.input.tenant {
            return false;
        }
        let together = |topology| {
            let domain = replica.domain(topology);
            domain.is_some() && domain == stands.domain(topology)
        };
        let mut terms = self.anti_affinity.iter();
        let mut keepers = self.keepers.iter();
        terms.any(|term| together(term.topology) && term.selector.matches(&owner.labels))
            || keepers
                .any(|keeper| together(keeper.key.topology) && owner.anti_affinity.contains(&keeper.key))
    }
}
