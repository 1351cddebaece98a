//! Values by selector, found by the labels that the selector matches without trying every selector.

use std::sync::Arc;

use hourglass_model::labels::{LabelSelector, Labels, Operator};

use super::Counted;
use crate::hash::TextMap;

/// Values by selector and topology.
#[derive(Debug, Clone)]
pub(super) struct SelectorMap<T> {
    entries: TextMap<Arc<Counted>, T>,
    /// Selectors that ask for one of some values of a label, under each of these.
    by_label: TextMap<String, TextMap<String, Vec<Arc<Counted>>>>,
    /// The others.
    general: Vec<Arc<Counted>>,
}

impl<T> Default for SelectorMap<T> {
    fn default() -> Self {
        Self {
            entries: TextMap::default(),
            by_label: TextMap::default(),
            general: Vec::new(),
        }
    }
}

impl<T> SelectorMap<T> {
    pub(super) fn get(&self, key: &Counted) -> Option<&T> {
        self.entries.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &Counted) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Counted, &T)> {
        self.entries.iter().map(|(key, value)| (key.as_ref(), value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn insert(&mut self, key: &Counted, value: T) {
        let shared = Arc::new(key.clone());
        if self.entries.insert(Arc::clone(&shared), value).is_some() {
            return;
        }
        match anchor(&key.selector) {
            None => self.general.push(shared),
            Some((label, values)) => {
                let by_value = self.by_label.entry(label.to_owned()).or_default();
                for value in values {
                    let keys = by_value.entry(value.clone()).or_default();
                    if !keys.contains(&shared) {
                        keys.push(Arc::clone(&shared));
                    }
                }
            }
        }
    }

    pub(super) fn remove(&mut self, key: &Counted) {
        if self.entries.remove(key).is_none() {
            return;
        }
        match anchor(&key.selector) {
            None => self.general.retain(|other| **other != *key),
            Some((label, values)) => {
                let Some(by_value) = self.by_label.get_mut(label) else {
                    return;
                };
                for value in values {
                    if let Some(keys) = by_value.get_mut(value) {
                        keys.retain(|other| **other != *key);
                        if keys.is_empty() {
                            by_value.remove(value);
                        }
                    }
                }
                if by_value.is_empty() {
                    self.by_label.remove(label);
                }
            }
        }
    }

    /// Keys whose selector matches these labels.
    pub(super) fn matching(&self, labels: &Labels) -> Vec<Arc<Counted>> {
        let anchored = labels
            .iter()
            .filter_map(|(label, value)| self.by_label.get(label)?.get(value))
            .flatten();
        anchored
            .chain(&self.general)
            .filter(|key| key.selector.matches(labels))
            .cloned()
            .collect()
    }
}

/// The first requirement that a label has one of some values.
fn anchor(selector: &LabelSelector) -> Option<(&str, &[String])> {
    let requirement = selector
        .requirements
        .iter()
        .find(|requirement| requirement.operator == Operator::In && !requirement.values.is_empty())?;
    Some((&requirement.key, &requirement.values))
}
