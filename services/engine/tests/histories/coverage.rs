//! What the histories have reached.

use std::collections::BTreeMap;

/// How often things happened that the histories are about.
#[derive(Debug, Default)]
pub struct Coverage(BTreeMap<&'static str, usize>);

impl Coverage {
    pub fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    pub fn all(&self) -> Vec<(&'static str, usize)> {
        const EXPECTED: [&str; 40] = [
            "placed",
            "share of a device",
            "whole device",
            "gang placed",
            "gang refused",
            "no fit",
            "commit failed",
            "commit unknown",
            "commit learned",
            "applied",
            "bound",
            "bound elsewhere",
            "other devices",
            "has what another asks for by name",
            "pod died",
            "local pod",
            "charged elsewhere",
            "released",
            "ended at once",
            "ended by inventory",
            "ended by acknowledgement",
            "session lost",
            "leader changed",
            "node changed",
            "victim",
            "gang of victims",
            "waited for its victims",
            "counts on one that leaves anyway",
            "kept apart",
            "kept for another",
            "over quota",
            "came to fit",
            "woken in vain",
            "not woken",
            "reserved",
            "learnt",
            "read again",
            "serves",
            "does not serve",
            "one of those that must serve moved",
        ];
        EXPECTED
            .iter()
            .map(|what| (*what, self.0.get(what).copied().unwrap_or_default()))
            .collect()
    }
}
