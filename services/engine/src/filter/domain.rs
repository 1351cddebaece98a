//! Rules over the claims of other placements, and of the same one, in the domains of a node. They come after the rules over
//! facts and before those over room.

mod affinity;
mod anti_affinity;
mod same_clique;
mod spread;

use crate::domains::{DomainChange, DomainView, Site};

/// What a domain rule sees.
#[derive(Clone, Copy)]
pub(crate) struct DomainContext<'a> {
    /// Counters, as the decision has changed them so far.
    pub(crate) view: &'a DomainView<'a>,
    /// Where the node stands.
    pub(crate) site: Site<'a>,
}

impl DomainContext<'_> {
    /// Whether any rule turns the node away.
    pub(crate) fn any_fails(&self) -> bool {
        DOMAIN_RULES.iter().any(|rule| !rule.passes(self))
    }
}

/// One rule over domains.
pub(crate) trait DomainRule: Sync {
    /// Its name, in answers.
    fn name(&self) -> &'static str;
    /// Whether the node may take one more replica.
    fn passes(&self, context: &DomainContext<'_>) -> bool;
    /// Why not, for people.
    fn shortfall(&self, context: &DomainContext<'_>) -> String;
    /// What single change would lift the rule here, to follow "would fit if", and what then counts; none where several would be
    /// needed, or other rules of the request might mind.
    fn remedy(&self, context: &DomainContext<'_>) -> Option<(String, DomainChange)>;
}

/// All rules over domains, in their order.
pub(crate) static DOMAIN_RULES: [&dyn DomainRule; 4] = [
    &same_clique::SameClique,
    &affinity::Affinity,
    &anti_affinity::AntiAffinity,
    &spread::Spread,
];
