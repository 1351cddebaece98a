//! A change of a record, as a watcher with a filter sees it. Pure.

use hourglass_proto::fleet::v1::watch_placements_response::Type;

use crate::edge::filter::Filter;
use crate::records::PlacementRecord;

/// What to tell, in order: usually nothing or one thing; two when a name went over to another placement.
pub(super) fn events_of(
    filter: &Filter,
    old: Option<PlacementRecord>,
    new: Option<PlacementRecord>,
) -> Vec<(Type, PlacementRecord)> {
    let seen = |record: &PlacementRecord| filter.matches(record);
    match (old, new) {
        (Some(old), Some(new)) if old.uid == new.uid => match (seen(&old), seen(&new)) {
            (false, false) => Vec::new(),
            (false, true) => vec![(Type::Added, new)],
            (true, true) => vec![(Type::Modified, new)],
            // It left the filter; the new value shows why.
            (true, false) => vec![(Type::Deleted, new)],
        },
        (old, new) => {
            let gone = old.filter(seen).map(|old| (Type::Deleted, old));
            let came = new.filter(seen).map(|new| (Type::Added, new));
            gone.into_iter().chain(came).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::filter::PLACEMENT;
    use crate::edge::testing::record;
    use crate::records::placement::PlacementState;

    fn filter() -> Filter {
        Filter::parse("state = READY", &PLACEMENT).unwrap()
    }

    fn with(uid: &str, state: PlacementState) -> Option<PlacementRecord> {
        Some(PlacementRecord {
            state,
            ..record("default", "web", uid)
        })
    }

    fn kinds(old: Option<PlacementRecord>, new: Option<PlacementRecord>) -> Vec<Type> {
        events_of(&filter(), old, new)
            .into_iter()
            .map(|(kind, _)| kind)
            .collect()
    }

    #[test]
    fn entering_changing_and_leaving_the_filter_are_told_apart() {
        let (ready, pending) = (PlacementState::Ready, PlacementState::Pending);
        assert_eq!(kinds(None, with("a", ready)), [Type::Added]);
        assert_eq!(kinds(with("a", pending), with("a", ready)), [Type::Added]);
        assert_eq!(kinds(with("a", ready), with("a", ready)), [Type::Modified]);
        assert_eq!(kinds(with("a", ready), with("a", pending)), [Type::Deleted]);
        assert_eq!(kinds(with("a", ready), None), [Type::Deleted]);
        assert_eq!(kinds(with("a", pending), None), []);
        assert_eq!(kinds(None, with("a", pending)), []);
    }

    #[test]
    fn a_name_that_went_to_another_placement_is_gone_and_came() {
        let ready = PlacementState::Ready;
        assert_eq!(
            kinds(with("a", ready), with("b", ready)),
            [Type::Deleted, Type::Added]
        );
    }

    #[test]
    fn what_left_the_filter_shows_its_new_value_and_what_is_gone_its_last() {
        let (ready, pending) = (PlacementState::Ready, PlacementState::Pending);
        let left = events_of(&filter(), with("a", ready), with("a", pending));
        assert_eq!(left[0].1.state, pending);
        let gone = events_of(&filter(), with("a", ready), None);
        assert_eq!(gone[0].1.state, ready);
    }
}
