//! One node, in few bytes: what it shares with others is kept once, in its class.

use std::sync::{Arc, LazyLock};

use hourglass_model::ids::NodeName;
use hourglass_model::labels::{LabelSource, Labels, NodeLabels, Taint};
use hourglass_model::node::{DerivedFacts, NodeFacts, ObservedClaim};
use hourglass_model::resources::{CPU, MEMORY, PODS, ResourceName, ResourceVector};

use super::amounts::Amounts;
use super::class::{ClassId, NodeClass, NodeKind};
use super::classes::Classes;
use super::devices::{DeviceHold, DeviceRoom, NodeDevices};
use super::layout::Layout;
use super::nodes::NodeRank;
use crate::index::Seat;

/// Name of nodes that stand for others. No rule calls it, or the rule's request is not searched for by class.
pub(crate) static NOBODY: LazyLock<NodeName> = LazyLock::new(NodeName::of_no_node);

/// Values of the labels that the class leaves out, in the order of its keys; `None` for the name of the node, which is what
/// most of them repeat.
type OwnValues = Box<[Option<Box<str>>]>;

/// What a node of a class with these labels says for itself.
fn own_values(class: &NodeClass, labels: &NodeLabels, name: &NodeName) -> Option<OwnValues> {
    let mut own: Option<OwnValues> = None;
    for (at, place) in class.own_places.iter().enumerate() {
        let value = labels.value_at(*place);
        if let Some(value) = value.filter(|value| *value != name.as_str()) {
            let own = own.get_or_insert_with(|| vec![None; class.own_places.len()].into_boxed_slice());
            if let Some(kept) = own.get_mut(at) {
                *kept = Some(Box::from(value));
            }
        }
    }
    own
}

/// A uid; nearly all are UUIDs, and these take half the room as numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Uid {
    Number(u128),
    Text(Box<str>),
}

impl Uid {
    fn new(text: &str) -> Self {
        Self::number(text).map_or_else(|| Self::Text(Box::from(text)), Self::Number)
    }

    /// The number of a UUID in the one form in which [`Self::text`] writes it.
    fn number(text: &str) -> Option<u128> {
        if text.len() != 36 {
            return None;
        }
        let mut number = 0_u128;
        for (at, byte) in text.bytes().enumerate() {
            let digit = match byte {
                b'-' if matches!(at, 8 | 13 | 18 | 23) => continue,
                _ if matches!(at, 8 | 13 | 18 | 23) => return None,
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            number = number << 4 | u128::from(digit);
        }
        Some(number)
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Number(number) => {
                let digits = format!("{number:032x}");
                let part = |from, to| digits.get(from..to).unwrap_or_default();
                let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
                parts.join("-")
            }
        }
    }
}

/// A node of a cluster.
#[derive(Debug, Clone)]
pub struct NodeState {
    name: NodeName,
    uid: Uid,
    class: Arc<NodeClass>,
    /// `None` where all of them are the name.
    own: Option<OwnValues>,
    layout: Arc<Layout>,
    used: Amounts,
    /// `None` while it is what is used.
    charge: Option<Box<Amounts>>,
    claims: Box<[ObservedClaim]>,
    rank: NodeRank,
    seat: Option<Seat>,
    /// Only for nodes that show their GPUs one by one.
    devices: Option<Box<(NodeDevices, DeviceRoom)>>,
}

impl NodeState {
    /// A node that is charged with what its pods use. `old` is the same node as it was before, if it was there.
    pub(super) fn new(facts: NodeFacts, old: Option<&Self>, classes: &mut Classes) -> Self {
        let (class, layout) = classes.intern(&facts, old);
        let NodeFacts {
            name,
            uid,
            labels,
            used,
            claims,
            devices,
            ..
        } = facts;
        let own = own_values(&class, &labels, &name);
        let devices = NodeDevices::of(devices, &class.kind.facts.derived);
        let devices = devices.map(|devices| {
            let room = devices.room(&[], &used);
            Box::new((devices, room))
        });
        let used = Amounts::of(&used, &layout);
        Self {
            devices,
            uid: Uid::new(&uid),
            class,
            own,
            name,
            layout,
            used,
            charge: None,
            claims: claims.into_boxed_slice(),
            rank: NodeRank::default(),
            seat: None,
        }
    }

    /// A node that stands for all nodes of a class that no rule calls by name: [`NOBODY`] is its name and the value of each
    /// label that nodes of the class have for themselves.
    pub(crate) fn representative(class: &Arc<NodeClass>) -> Self {
        let none = ResourceVector::new();
        Self {
            uid: Uid::Number(0),
            class: Arc::clone(class),
            own: None,
            name: NOBODY.clone(),
            used: Amounts::of(&none, &none),
            layout: Arc::new(Layout::new(none)),
            charge: None,
            claims: Box::default(),
            devices: None,
            rank: NodeRank::default(),
            seat: None,
        }
    }

    /// A node that stands for all nodes of a kind, where only that matters.
    pub(crate) fn of_kind(kind: &Arc<NodeKind>) -> Self {
        let class = Arc::new(NodeClass {
            id: ClassId(u32::MAX),
            kind: Arc::clone(kind),
            labels: Box::default(),
            own_keys: Box::default(),
            sample: NodeLabels::default(),
            own_places: Box::default(),
            own_keys_then: 0,
        });
        Self::representative(&class)
    }

    /// The same node with other devices.
    pub(crate) fn with_devices(mut self, devices: Option<&(NodeDevices, DeviceRoom)>) -> Self {
        self.devices = devices.map(|devices| Box::new(devices.clone()));
        self
    }

    /// Something from all over the node itself, for [`crate::near`].
    pub(super) fn glance(&self) -> u64 {
        let uid = match &self.uid {
            Uid::Number(_) => 0,
            Uid::Text(_) => 1,
        };
        let seat = self.seat.as_ref().map_or(0, Seat::glance);
        uid ^ seat ^ self.used.glance() ^ self.rank.0
    }

    /// Something of what it leads to.
    pub(super) fn glance_beyond(&self) -> u64 {
        let name = self.name.as_str().as_bytes().last().copied();
        u64::from(name.unwrap_or_default()) ^ self.class.glance()
    }

    /// Stands in the place of `old` from now on.
    pub(super) fn take_over(&mut self, old: &mut Self) {
        // The same text; the old one is the one that others share.
        std::mem::swap(&mut self.name, &mut old.name);
        self.rank = old.rank;
        self.seat = old.seat;
    }

    pub(crate) fn rank(&self) -> NodeRank {
        self.rank
    }

    pub(super) fn set_rank(&mut self, rank: NodeRank) {
        self.rank = rank;
    }

    pub(crate) fn seat(&self) -> Option<&Seat> {
        self.seat.as_ref()
    }

    pub(crate) fn set_seat(&mut self, seat: Seat) {
        self.seat = Some(seat);
    }

    pub(crate) fn class(&self) -> &Arc<NodeClass> {
        &self.class
    }

    /// GPUs that it shows one by one, if it does.
    #[must_use]
    pub fn devices(&self) -> Option<&NodeDevices> {
        self.devices.as_ref().map(|both| &both.0)
    }

    /// How much of them is taken.
    #[must_use]
    pub fn device_room(&self) -> &DeviceRoom {
        static EMPTY: DeviceRoom = DeviceRoom::EMPTY;
        self.devices.as_ref().map_or(&EMPTY, |both| &both.1)
    }

    /// Sets what is charged beyond what its pods use, `None` for nothing; and what claims on it hold of its devices.
    pub(super) fn set_charge(&mut self, charge: Option<Amounts>, holds: &[DeviceHold]) {
        if let Some(both) = &mut self.devices {
            let charged = charge.as_ref().unwrap_or(&self.used);
            both.1 = both.0.room(holds, &charged.vector(&self.layout));
        }
        self.charge = charge.filter(|charge| *charge != self.used).map(Box::new);
    }

    /// What its bound pods request, to be added to.
    pub(super) fn used_amounts(&self) -> &Amounts {
        &self.used
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &NodeName {
        &self.name
    }

    /// As its cluster reported it, put together anew: for answers, not for loops.
    #[must_use]
    pub fn facts(&self) -> NodeFacts {
        NodeFacts {
            name: self.name.clone(),
            uid: self.uid.text(),
            labels: self.labels().into(),
            taints: self.taints().to_vec(),
            unschedulable: self.unschedulable(),
            ready: self.ready(),
            allocatable: ResourceVector::clone(&self.layout),
            used: self.used(),
            claims: self.claims.to_vec(),
            devices: self.devices().map(|own| own.facts().to_vec()).unwrap_or_default(),
        }
    }

    /// Whether both have the same facts; charges apart.
    #[must_use]
    pub(super) fn same_facts(&self, other: &Self) -> bool {
        self.name == other.name
            && self.uid == other.uid
            && self.has_layout_of(other)
            && self.used == other.used
            && self.claims == other.claims
            && self.is_kind_of(other)
            && self.devices() == other.devices()
            && self.has_labels_of(other)
    }

    /// Whether both offer the same.
    pub(crate) fn has_layout_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.layout, &other.layout) || self.layout == other.layout
    }

    fn is_kind_of(&self, other: &Self) -> bool {
        let (own, others) = (&self.class.kind, &other.class.kind);
        Arc::ptr_eq(own, others) || own.facts == others.facts
    }

    fn has_labels_of(&self, other: &Self) -> bool {
        let mut own = 0..self.class.own_keys.len();
        let same =
            Arc::ptr_eq(&self.class, &other.class) && own.all(|at| self.own_value(at) == other.own_value(at));
        same || self.labels() == other.labels()
    }

    /// Whether both have the same facts but for what is in use and by whom.
    pub(crate) fn same_but_use(&self, other: &Self) -> bool {
        let same_devices = match (self.devices(), other.devices()) {
            (Some(own), Some(others)) => own.same_but_use(others),
            (own, others) => own.is_none() && others.is_none(),
        };
        self.has_layout_of(other) && same_devices && self.is_kind_of(other) && self.has_labels_of(other)
    }

    /// The value of the label at a place of the class's own keys.
    fn own_value(&self, at: usize) -> &str {
        let own = self.own.as_ref().and_then(|own| own.get(at)?.as_deref());
        own.unwrap_or(self.name.as_str())
    }

    /// Its labels, put together anew; [`Self::label`] finds one without that.
    #[must_use]
    pub fn labels(&self) -> Labels {
        let shared = self.class.labels.iter();
        let shared = shared.map(|(key, value)| (key.to_string(), value.to_string()));
        shared
            .chain(
                self.own_labels()
                    .map(|(key, value)| (key.to_owned(), value.to_owned())),
            )
            .collect()
    }

    /// One of its labels.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        self.class.label(key).or_else(|| {
            let at = self.class.own_keys.iter().position(|own| **own == *key)?;
            Some(self.own_value(at))
        })
    }

    /// Labels that this node does not share with others.
    pub(crate) fn own_labels(&self) -> impl Iterator<Item = (&str, &str)> {
        let keys = self.class.own_keys.iter().enumerate();
        keys.map(|(at, key)| (&**key, self.own_value(at)))
    }

    /// Its taints.
    #[must_use]
    pub fn taints(&self) -> &[Taint] {
        &self.class.kind.facts.taints
    }

    /// `spec.unschedulable`.
    #[must_use]
    pub fn unschedulable(&self) -> bool {
        self.class.kind.facts.unschedulable
    }

    /// Whether its condition `Ready` is true.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.class.kind.facts.ready
    }

    /// What pods may take.
    #[must_use]
    pub fn allocatable(&self) -> &ResourceVector {
        &self.layout
    }

    pub(crate) fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// What its bound pods request.
    #[must_use]
    pub fn used(&self) -> ResourceVector {
        self.used.vector(&self.layout)
    }

    /// The part of that which belongs to performers of the fleet.
    #[must_use]
    pub fn claims(&self) -> &[ObservedClaim] {
        &self.claims
    }

    /// What follows from its facts.
    #[must_use]
    pub fn derived(&self) -> &DerivedFacts {
        &self.class.kind.facts.derived
    }

    /// What is in use or promised.
    #[must_use]
    pub fn charge(&self) -> ResourceVector {
        self.charged().vector(&self.layout)
    }

    fn charged(&self) -> &Amounts {
        self.charge.as_deref().unwrap_or(&self.used)
    }

    /// Allocatable less charge; below zero where local pods or a shrunken node took more than there is.
    #[must_use]
    pub fn free(&self) -> ResourceVector {
        self.charged().left_of(&self.layout)
    }

    /// What is free of one resource.
    #[must_use]
    pub fn free_of(&self, resource: &ResourceName) -> i64 {
        match self.layout.position(resource) {
            Some(at) => self.free_at(at),
            None => 0i64.saturating_sub(self.charged().of_other(resource)),
        }
    }

    /// Whether more is charged than there is of any resource.
    pub(crate) fn is_overcharged(&self) -> bool {
        let mut places = 0..self.layout.len();
        places.any(|at| self.free_at(at) < 0) || self.charged().takes_others()
    }

    /// What is free of the resource at a place of the layout.
    pub(crate) fn free_at(&self, at: usize) -> i64 {
        let all = self.layout.at(at).map_or(0, |(_, amount)| amount);
        all.saturating_sub(self.charged().at(at))
    }

    /// Free milli-cores.
    pub(crate) fn free_cpu(&self) -> i64 {
        let at = self.layout.cpu();
        at.map_or_else(|| self.free_of(&CPU), |at| self.free_at(at))
    }

    /// Free bytes.
    pub(crate) fn free_memory(&self) -> i64 {
        let at = self.layout.memory();
        at.map_or_else(|| self.free_of(&MEMORY), |at| self.free_at(at))
    }

    /// Pods that can be added.
    pub(crate) fn free_pods(&self) -> i64 {
        let at = self.layout.pods();
        at.map_or_else(|| self.free_of(&PODS), |at| self.free_at(at))
    }

    /// Resources of which more is free than on `before`, if that is told by places alone.
    pub(crate) fn more_free_than<'s>(
        &'s self,
        before: &'s Self,
    ) -> Option<impl Iterator<Item = &'s ResourceName>> {
        let plain = |node: &Self| node.devices.is_none() && node.charged().is_regular();
        (plain(self) && plain(before) && self.has_layout_of(before)).then(|| {
            let places = self.layout.iter().enumerate();
            places
                .filter(|(at, _)| self.free_at(*at) > before.free_at(*at))
                .map(|(_, (name, _))| name)
        })
    }
}

impl LabelSource for NodeState {
    fn label(&self, key: &str) -> Option<&str> {
        Self::label(self, key)
    }
}
