//! Required spread: with one more replica the domain of the node is at most `maxSkew` above the least one.
//!
//! Which domains there are, Kubernetes' rules say (`filter::node::selects`), over the nodes of clusters that may take the request: a
//! cluster as a whole that may not (by its rules, taints, health, quotas) would keep the others down for as long as that lasts,
//! and has no counterpart in Kubernetes. What is counted in a domain is every placement that the selector matches, on
//! whichever of its nodes; Kubernetes leaves out pods on nodes of the domain that the request does not mean. Counters are kept
//! by selector and domain, whoever asks; and it is the domain that is to be evenly used.

use super::{DomainContext, DomainRule};
use crate::domains::spread::Spread as Constraint;
use crate::domains::{DomainChange, domain_text, topology_word};

fn broken<'a>(context: &DomainContext<'a>) -> Option<&'a Constraint<'a>> {
    let breaks = |spread: &&Constraint<'_>| spread.excess(&context.site) != Some(0);
    context.view.spread.iter().find(breaks)
}

/// Required spread: with one more replica the domain of the node is at most `maxSkew` above the least one.
pub(super) struct Spread;

impl DomainRule for Spread {
    fn name(&self) -> &'static str {
        "Spread"
    }

    fn passes(&self, context: &DomainContext<'_>) -> bool {
        broken(context).is_none()
    }

    fn shortfall(&self, context: &DomainContext<'_>) -> String {
        let Some(spread) = broken(context) else {
            return String::new();
        };
        let topology = spread.rule.topology;
        match domain_text(&context.site, topology) {
            Err(missing) => format!("{missing}, which spread[{}] needs", spread.index),
            Ok(domain) => {
                let count = context
                    .site
                    .domain(topology)
                    .map_or(0, |domain| spread.count(domain));
                let word = topology_word(topology);
                format!(
                    "{domain} holds {count}, the {word} with fewest {}, and maxSkew is {}",
                    spread.least(),
                    spread.rule.max_skew
                )
            }
        }
    }

    fn remedy(&self, context: &DomainContext<'_>) -> Option<(String, DomainChange)> {
        let spreads = context.view.spread.iter().enumerate();
        let mut broken = spreads.filter(|(_, spread)| spread.excess(&context.site) != Some(0));
        let (at, spread) = broken.next()?;
        if broken.next().is_some() {
            return None;
        }
        let excess = spread.excess(&context.site)?;
        let text = format!(
            "spread[{}].maxSkew is {}",
            spread.index,
            i64::from(spread.rule.max_skew) + excess
        );
        Some((text, DomainChange::Loosened(at, excess)))
    }
}
