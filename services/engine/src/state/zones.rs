//! Zones of classes, by small numbers: what other placements make of zones is true of all classes in one.

use std::sync::Arc;

use super::class::{ClassId, KindId, NodeClass};
use crate::hash::{NumberMap, NumberSet, TextMap};

/// Number of a zone; never used again for another. Classes without a zone have one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct ZoneIx(u32);

/// All zones that classes have been in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zones {
    names: Vec<Option<Arc<str>>>,
    by_name: TextMap<Option<Arc<str>>, ZoneIx>,
    /// By number of the class.
    of_classes: Vec<ZoneIx>,
    of_kinds: NumberMap<KindId, NumberSet<ZoneIx>>,
}

impl Zones {
    /// The class that comes next is of this kind, in this zone.
    pub(super) fn enter(&mut self, kind: KindId, zone: Option<&str>) {
        let name: Option<Arc<str>> = zone.map(Arc::from);
        let ix = match self.by_name.get(&name) {
            Some(ix) => *ix,
            None => {
                let ix = ZoneIx(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
                self.names.push(name.clone());
                self.by_name.insert(name, ix);
                ix
            }
        };
        self.of_classes.push(ix);
        self.of_kinds.entry(kind).or_default().insert(ix);
    }

    /// Only these classes are left.
    pub(super) fn keep<'c>(&mut self, classes: impl Iterator<Item = &'c NodeClass>) {
        self.of_kinds.clear();
        for class in classes {
            if let Some(ix) = self.of(class.id) {
                self.of_kinds.entry(class.kind.id).or_default().insert(ix);
            }
        }
    }

    /// The zone of a class.
    pub(crate) fn of(&self, class: ClassId) -> Option<ZoneIx> {
        self.of_classes.get(usize::try_from(class.0).ok()?).copied()
    }

    /// All that there are, and some that are gone.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ZoneIx> {
        (0..self.names.len()).filter_map(|at| u32::try_from(at).ok().map(ZoneIx))
    }

    /// Zones in which a kind has classes, or had.
    pub(crate) fn of_kind(&self, kind: KindId) -> impl Iterator<Item = ZoneIx> {
        self.of_kinds.get(&kind).into_iter().flatten().copied()
    }

    /// Name of a zone; none where nodes name none.
    pub(crate) fn name(&self, zone: ZoneIx) -> Option<&str> {
        let at = usize::try_from(zone.0).ok()?;
        self.names.get(at)?.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_one_zone_share_its_number() {
        let mut zones = Zones::default();
        zones.enter(KindId(0), Some("a"));
        zones.enter(KindId(0), None);
        zones.enter(KindId(1), Some("b"));
        zones.enter(KindId(1), Some("a"));
        let of = |class| zones.of(ClassId(class)).expect("known");
        assert_eq!(of(0), of(3));
        assert_ne!(of(0), of(2));
        assert_eq!((zones.name(of(0)), zones.name(of(1))), (Some("a"), None));
        let mut of_kind: Vec<ZoneIx> = zones.of_kind(KindId(1)).collect();
        of_kind.sort_unstable();
        assert_eq!(of_kind, [of(0), of(2)]);
        assert_eq!(zones.of(ClassId(4)), None);
    }
}
