//! What a performer may need to find where it runs: ServiceAccounts, what quotas leave and what LimitRanges give, per
//! namespace that is open to a tenant, and PriorityClasses. Pure; of Secrets and ConfigMaps it holds the names that the owner declared.
//!
//! None of it is waited for: of a namespace that the agent may not look into, nothing is told, and nothing is judged by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hourglass_model::pod::ContainerDefaults;

use crate::config::{Declared, DeclaredNames};
use crate::mirror::Mirror;

use super::quota::Headroom;

/// More ServiceAccounts than this in a namespace are not told; then nothing is told of the namespace.
pub(super) const MAX_ACCOUNTS: usize = 1000;
/// More PriorityClasses than this are not told.
pub(super) const MAX_PRIORITY_CLASSES: usize = 500;

/// One namespace.
#[derive(Debug, Default)]
pub struct NamespaceFacts {
    accounts: Mirror<String, ()>,
    quotas: Mirror<String, Headroom>,
    limit_ranges: Mirror<String, ContainerDefaults>,
    declared: DeclaredNames,
}

impl NamespaceFacts {
    /// ServiceAccounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = &String> {
        self.accounts.iter().map(|(name, ())| name)
    }

    /// What each ResourceQuota leaves.
    pub fn quotas(&self) -> impl Iterator<Item = (&String, &Headroom)> {
        self.quotas.iter()
    }

    /// What each LimitRange gives containers; none while they are not known: an agent that may not read them tells all the
    /// rest.
    pub fn limit_ranges(&self) -> Option<impl Iterator<Item = (&String, &ContainerDefaults)>> {
        self.limit_ranges.is_synced().then(|| self.limit_ranges.iter())
    }

    /// What the owner declared.
    pub fn declared(&self) -> &DeclaredNames {
        &self.declared
    }

    fn is_known(&self) -> bool {
        self.accounts.is_synced() && self.quotas.is_synced() && self.accounts.iter().count() <= MAX_ACCOUNTS
    }
}

/// All namespaces that are open to tenants.
#[derive(Debug, Default)]
pub struct Namespaces {
    by_name: BTreeMap<Arc<str>, NamespaceFacts>,
    priority_classes: Mirror<String, ()>,
    changed: bool,
}

/// An event of a watch, whatever it watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// A list begins.
    Begin,
    /// An object is new or changed.
    Put(String, T),
    /// An object is gone.
    Remove(String),
    /// The list is complete.
    Finish,
}

impl Namespaces {
    /// These namespaces are open, with what was declared of them.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, declared: &Declared) -> Self {
        let facts = |name: &str| NamespaceFacts {
            declared: declared.of(name),
            ..NamespaceFacts::default()
        };
        Self {
            by_name: names.into_iter().map(|name| (name.into(), facts(name))).collect(),
            ..Self::default()
        }
    }

    /// Names of the namespaces that are open.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_name.keys()
    }

    /// The namespaces of which everything is known.
    pub fn known(&self) -> impl Iterator<Item = (&Arc<str>, &NamespaceFacts)> {
        self.by_name.iter().filter(|(_, facts)| facts.is_known())
    }

    /// PriorityClasses; none while they are not known, or when there are too many.
    pub fn priority_classes(&self) -> impl Iterator<Item = &String> {
        let told =
            self.priority_classes.is_synced() && self.priority_classes.iter().count() <= MAX_PRIORITY_CLASSES;
        let classes = self.priority_classes.iter().map(|(name, ())| name);
        classes.filter(move |_| told)
    }

    /// Something about the ServiceAccounts of a namespace.
    pub fn account(&mut self, namespace: &str, change: Change<()>) {
        if let Some(facts) = self.by_name.get_mut(namespace) {
            let before = facts.is_known();
            let changed = apply(&mut facts.accounts, change);
            self.changed |= (changed && facts.is_known()) || facts.is_known() != before;
        }
    }

    /// Something about the ResourceQuotas of a namespace.
    pub fn quota(&mut self, namespace: &str, change: Change<Headroom>) {
        if let Some(facts) = self.by_name.get_mut(namespace) {
            let before = facts.is_known();
            let changed = apply(&mut facts.quotas, change);
            self.changed |= (changed && facts.is_known()) || facts.is_known() != before;
        }
    }

    /// Something about the LimitRanges of a namespace.
    pub fn limit_range(&mut self, namespace: &str, change: Change<ContainerDefaults>) {
        if let Some(facts) = self.by_name.get_mut(namespace) {
            let before = facts.limit_ranges.is_synced();
            let changed = apply(&mut facts.limit_ranges, change);
            self.changed |= facts.is_known() && (changed || facts.limit_ranges.is_synced() != before);
        }
    }

    /// Something about PriorityClasses.
    pub fn priority_class(&mut self, change: Change<()>) {
        let before = self.priority_classes.is_synced();
        let changed = apply(&mut self.priority_classes, change);
        self.changed |= changed || self.priority_classes.is_synced() != before;
    }

    /// Whether anything that is told has changed since the last call.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

/// Whether the change has changed anything.
fn apply<T: PartialEq>(objects: &mut Mirror<String, T>, change: Change<T>) -> bool {
    match change {
        Change::Begin => {
            objects.begin_relist();
            false
        }
        Change::Put(name, value) => {
            let same = objects.get(&name) == Some(&value);
            objects.upsert(name, value);
            !same
        }
        Change::Remove(name) => objects.remove(&name).is_some(),
        Change::Finish => !objects.finish_relist().is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_model::resources::CPU;

    fn cpu(milli: i64) -> Headroom {
        Headroom {
            requests: [(CPU.clone(), milli)].into_iter().collect(),
            ..Headroom::default()
        }
    }

    fn list<T: Clone>(objects: &[(&str, T)]) -> Vec<Change<T>> {
        let put = |(name, value): &(&str, T)| Change::Put((*name).to_owned(), value.clone());
        let objects = objects.iter().map(put);
        [Change::Begin]
            .into_iter()
            .chain(objects)
            .chain([Change::Finish])
            .collect()
    }

    fn listed(accounts: &[&str]) -> Namespaces {
        let mut namespaces = Namespaces::new(["ns"], &Declared::default());
        let accounts: Vec<(&str, ())> = accounts.iter().map(|name| (*name, ())).collect();
        for change in list(&accounts) {
            namespaces.account("ns", change);
        }
        assert_eq!(namespaces.known().count(), 0, "its quotas are not known yet");
        assert!(!namespaces.take_changed());
        for change in list(&[("q", cpu(1))]) {
            namespaces.quota("ns", change);
        }
        namespaces
    }

    #[test]
    fn a_namespace_is_told_when_everything_of_it_is_known() {
        let mut namespaces = listed(&["default", "runner"]);
        assert!(namespaces.take_changed());
        let (name, facts) = namespaces.known().next().unwrap();
        assert_eq!(&**name, "ns");
        assert!(facts.accounts().eq(["default", "runner"]));
        assert_eq!(facts.quotas().next().unwrap().1, &cpu(1));
    }

    #[test]
    fn only_what_changes_something_is_a_change() {
        let mut namespaces = listed(&["default"]);
        namespaces.take_changed();
        namespaces.account("ns", Change::Put("default".into(), ()));
        namespaces.quota("ns", Change::Put("q".into(), cpu(1)));
        namespaces.quota("ns", Change::Remove("another".into()));
        namespaces.account("closed", Change::Put("x".into(), ()));
        for change in list(&[("default", ())]) {
            namespaces.account("ns", change);
        }
        assert!(!namespaces.take_changed());
        namespaces.quota("ns", Change::Put("q".into(), cpu(2)));
        assert!(namespaces.take_changed());
        namespaces.account("ns", Change::Remove("default".into()));
        assert!(namespaces.take_changed());
    }

    #[test]
    fn limit_ranges_are_told_once_they_are_known_and_nothing_else_waits_for_them() {
        let mut namespaces = listed(&["default"]);
        namespaces.take_changed();
        let told = |namespaces: &Namespaces| {
            let (_, facts) = namespaces.known().next().unwrap();
            facts.limit_ranges().map(Iterator::count)
        };
        assert_eq!(told(&namespaces), None);
        namespaces.limit_range("ns", Change::Begin);
        assert!(!namespaces.take_changed());
        namespaces.limit_range("ns", Change::Finish);
        assert!(namespaces.take_changed(), "that there are none is news");
        assert_eq!(told(&namespaces), Some(0));
        let defaults = ContainerDefaults::new(cpu(1).requests, cpu(2).requests);
        namespaces.limit_range("ns", Change::Put("r".into(), defaults.clone()));
        assert!(namespaces.take_changed());
        assert_eq!(told(&namespaces), Some(1));
        namespaces.limit_range("ns", Change::Put("r".into(), defaults));
        assert!(!namespaces.take_changed());
        namespaces.limit_range("ns", Change::Remove("r".into()));
        assert!(namespaces.take_changed());
    }

    #[test]
    fn more_accounts_than_can_be_told_make_the_namespace_unknown() {
        let names: Vec<String> = (0..=MAX_ACCOUNTS).map(|number| format!("a{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut namespaces = listed(&names);
        assert_eq!(namespaces.known().count(), 0);
        namespaces.take_changed();
        namespaces.account("ns", Change::Remove("a0".into()));
        assert_eq!(namespaces.known().count(), 1);
        assert!(namespaces.take_changed());
    }

    #[test]
    fn priority_classes_are_none_before_they_are_known() {
        let mut namespaces = Namespaces::default();
        namespaces.priority_class(Change::Begin);
        namespaces.priority_class(Change::Put("high".into(), ()));
        assert_eq!(namespaces.priority_classes().count(), 0);
        namespaces.priority_class(Change::Finish);
        assert!(namespaces.take_changed());
        assert!(namespaces.priority_classes().eq(["high"]));
    }
}
