//! Nodes that a request calls by name, or by a label that each node has for itself. Whatever it says of them it does not
//! say of other nodes of their class, so each of them is judged alone.

use hourglass_model::labels::{NodeSelectorTerm, Operator, Requirement};
use hourglass_model::request::CanonicalRequest;

use crate::filter::Variant;
use crate::state::node::NOBODY;

/// What a request calls nodes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mentions {
    /// Names, and values of labels.
    pub(crate) values: Vec<String>,
    /// It compares such labels as numbers, or calls [`NOBODY`]: then there is no telling which nodes it means.
    pub(crate) unbounded: bool,
}

impl Mentions {
    /// Reads them from a request; `is_own` says of which labels each node has its own.
    pub(crate) fn of<'a>(
        request: &CanonicalRequest,
        variants: impl Iterator<Item = &'a Variant<'a>>,
        is_own: impl Fn(&str) -> bool,
    ) -> Self {
        let mut mentions = Self::default();
        let nodes = &request.nodes;
        mentions
            .values
            .extend(nodes.hostnames.iter().map(ToString::to_string));
        let classes = variants.filter_map(|variant| variant.class);
        let selectors = std::iter::once(&nodes.selector).chain(classes.map(|class| &class.node_selector));
        for (key, value) in selectors.flatten() {
            if is_own(key) {
                mentions.values.push(value.clone());
            }
        }
        let required = nodes.affinity.iter().flat_map(|selector| &selector.terms);
        let preferred = nodes.preferred.iter().map(|wish| &wish.term);
        for term in required.chain(preferred) {
            mentions.read(term, &is_own);
        }
        mentions.values.sort_unstable();
        mentions.values.dedup();
        mentions.unbounded |= mentions.values.iter().any(|value| value == NOBODY.as_str());
        mentions
    }

    /// Whether it calls no node so: then what holds for a class holds for each of its nodes.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && !self.unbounded
    }

    fn read(&mut self, term: &NodeSelectorTerm, is_own: &impl Fn(&str) -> bool) {
        let own = term.expressions.iter().filter(|one| is_own(&one.key));
        for Requirement { operator, values, .. } in own.chain(&term.fields) {
            match operator {
                Operator::In | Operator::NotIn => self.values.extend(values.iter().cloned()),
                Operator::Exists | Operator::DoesNotExist => {}
                Operator::Gt | Operator::Lt => self.unbounded = true,
            }
        }
    }
}
