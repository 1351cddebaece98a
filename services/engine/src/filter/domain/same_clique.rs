//! `sameClique`: the GPUs of all replicas are in one NVLink clique.

use super::{DomainContext, DomainRule};
use crate::domains::{Clique, DomainChange};

/// `sameClique`: the GPUs of all replicas are in one NVLink clique.
pub(super) struct SameClique;

impl DomainRule for SameClique {
    fn name(&self) -> &'static str {
        "SameClique"
    }

    fn passes(&self, context: &DomainContext<'_>) -> bool {
        let Some(cliques) = &context.view.cliques else {
            return true;
        };
        let Some(clique) = Clique::of(&context.site) else {
            return false;
        };
        !cliques.barred.contains(&clique) && cliques.only.as_ref().is_none_or(|only| *only == clique)
    }

    fn shortfall(&self, context: &DomainContext<'_>) -> String {
        let Some(clique) = Clique::of(&context.site) else {
            return "it is in no NVLink clique".to_owned();
        };
        let only = context
            .view
            .cliques
            .as_ref()
            .and_then(|cliques| cliques.only.as_ref());
        match only {
            Some(only) => format!("it is in {clique}, other replicas are in {only}"),
            None => format!("{clique} cannot hold all replicas"),
        }
    }

    fn remedy(&self, _context: &DomainContext<'_>) -> Option<(String, DomainChange)> {
        None
    }
}
