//! Required affinity: the domain of the node holds at least one live claim that the term selects.
//!
//! Of several terms each is met by itself, as Kubernetes' API says it ("the lists of nodes corresponding to each
//! podAffinityTerm are intersected"). Its scheduler counts only pods that match the selectors of all terms at once, so that "near
//! the database and near the cache" is never met there unless one pod is both; that is not followed.

use super::{DomainContext, DomainRule};
use crate::domains::view::Term;
use crate::domains::{DomainChange, domain_text, selector_text};

/// As in Kubernetes, the first of a group that selects itself may go into any domain; those of the group that stand in none are
/// nobody's company.
fn is_met(term: &Term<'_>, context: &DomainContext<'_>) -> bool {
    let Some(here) = term.here(&context.site) else {
        return false;
    };
    here.live > 0 || (term.own && term.anywhere().live == 0)
}

fn unmet<'a>(context: &DomainContext<'a>) -> Option<&'a Term<'a>> {
    context.view.affinity.iter().find(|term| !is_met(term, context))
}

/// Required affinity: the domain of the node holds at least one live claim that the term selects.
pub(super) struct Affinity;

impl DomainRule for Affinity {
    fn name(&self) -> &'static str {
        "Affinity"
    }

    fn passes(&self, context: &DomainContext<'_>) -> bool {
        unmet(context).is_none()
    }

    fn shortfall(&self, context: &DomainContext<'_>) -> String {
        let Some(term) = unmet(context) else {
            return String::new();
        };
        match domain_text(&context.site, term.topology) {
            Ok(domain) => format!(
                "no placement with {} is in {domain}",
                selector_text(term.selector)
            ),
            Err(missing) => format!("{missing}, which affinity[{}] needs", term.index),
        }
    }

    fn remedy(&self, context: &DomainContext<'_>) -> Option<(String, DomainChange)> {
        let terms = context.view.affinity.iter().enumerate();
        let mut unmet = terms.filter(|(_, term)| !is_met(term, context));
        let (at, term) = unmet.next()?;
        if unmet.next().is_some() || !context.view.minds_nobody_coming() {
            return None;
        }
        let domain = domain_text(&context.site, term.topology).ok()?;
        let text = format!(
            "a placement with {} runs in {domain}",
            selector_text(term.selector)
        );
        Some((text, DomainChange::Joined(at)))
    }
}
