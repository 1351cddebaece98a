//! Required anti-affinity, in both directions: the domain of the node holds no present claim that the request keeps away
//! from, and none whose owner keeps the request away.

use super::{DomainContext, DomainRule};
use crate::domains::view::{Keeper, Term};
use crate::domains::{DomainChange, domain_text, selector_text};

fn is_met(term: &Term<'_>, context: &DomainContext<'_>) -> bool {
    term.here(&context.site).is_some_and(|here| here.present > 0)
}

fn met<'a>(context: &DomainContext<'a>) -> Option<&'a Term<'a>> {
    let mut terms = context.view.anti_affinity.iter();
    terms.find(|term| is_met(term, context))
}

fn keeper<'a>(context: &DomainContext<'a>) -> Option<&'a Keeper<'a>> {
    context
        .view
        .keepers
        .iter()
        .find(|keeper| keeper.here(&context.site) > 0)
}

/// The domain, for people; a node without one is never turned away.
fn domain(context: &DomainContext<'_>, topology: hourglass_model::placement::Topology) -> String {
    domain_text(&context.site, topology).unwrap_or_default()
}

/// Required anti-affinity, in both directions.
pub(super) struct AntiAffinity;

impl DomainRule for AntiAffinity {
    fn name(&self) -> &'static str {
        "AntiAffinity"
    }

    fn passes(&self, context: &DomainContext<'_>) -> bool {
        met(context).is_none() && keeper(context).is_none()
    }

    fn shortfall(&self, context: &DomainContext<'_>) -> String {
        if let Some(term) = met(context) {
            let number = term.here(&context.site).map_or(0, |here| here.present);
            let word = if number == 1 { "replica" } else { "replicas" };
            return format!(
                "{number} {word} with {} in {}",
                selector_text(term.selector),
                domain(context, term.topology)
            );
        }
        let Some(keeper) = keeper(context) else {
            return String::new();
        };
        format!(
            "a placement in {} keeps away those with {}",
            domain(context, keeper.key.topology),
            selector_text(&keeper.key.selector)
        )
    }

    fn remedy(&self, context: &DomainContext<'_>) -> Option<(String, DomainChange)> {
        let view = context.view;
        let terms = view.anti_affinity.iter().enumerate();
        let terms = terms.filter(|(_, term)| is_met(term, context)).map(|(at, term)| {
            let text = format!(
                "no placement with {} is left in {}",
                selector_text(term.selector),
                domain(context, term.topology)
            );
            (text, DomainChange::Left(at))
        });
        let keepers = view.keepers.iter().enumerate();
        let keepers = keepers.filter(|(_, keeper)| keeper.here(&context.site) > 0);
        let keepers = keepers.map(|(at, keeper)| {
            let text = format!(
                "no placement is left in {} that keeps away those with {}",
                domain(context, keeper.key.topology),
                selector_text(&keeper.key.selector)
            );
            (text, DomainChange::KeeperLeft(at))
        });
        let mut reasons = terms.chain(keepers);
        let only = reasons.next()?;
        (reasons.next().is_none() && view.minds_nobody_leaving()).then_some(only)
    }
}
