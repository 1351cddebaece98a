//! Whose condition does not say at length yet why it waits, and whose text is looked at again.
//!
//! ```text
//!  a new reason ──▶ new ──▶ written ──▶ old ──▶ written again, when by then it says something else, and so on
//!                   soon                after AGAIN, a few at a time
//! ```
//! Why at length goes over all nodes of the fleet, and its numbers move with every inventory. So a decision writes its reason
//! alone; the text follows when there is time for it (`allowance`), and is kept current in the same way, so that who watches
//! reads it too.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use hourglass_model::ids::PlacementUid;

/// A text is written again no sooner than this.
pub const AGAIN: Duration = Duration::from_secs(30);

/// Those that wait, by when the text of each is looked at. In memory only: after a start all are new.
#[derive(Debug, Default)]
pub struct Texts {
    new: Moments,
    old: Moments,
}

impl Texts {
    /// Its reason is another one now.
    pub fn began(&mut self, uid: &PlacementUid, now: Instant) {
        self.old.set(uid, None);
        self.new.set(uid, Some(now));
    }

    /// It goes on waiting, for the same reason.
    pub fn waits(&mut self, uid: &PlacementUid, now: Instant) {
        if !self.new.has(uid) && !self.old.has(uid) {
            self.new.set(uid, Some(now));
        }
    }

    /// Its text is that of now.
    pub fn written(&mut self, uid: &PlacementUid, now: Instant) {
        self.new.set(uid, None);
        self.old.set(uid, Some(now + AGAIN));
    }

    /// It waits no more.
    pub fn ended(&mut self, uid: &PlacementUid) {
        self.new.set(uid, None);
        self.old.set(uid, None);
    }

    /// Only its reason is written.
    #[must_use]
    pub fn is_new(&self, uid: &PlacementUid) -> bool {
        self.new.has(uid)
    }

    /// The first of those that have no text yet.
    #[must_use]
    pub fn first_new(&self) -> Option<&PlacementUid> {
        self.new.first().map(|(_, uid)| uid)
    }

    /// The first of those whose text is to be looked at again by now.
    #[must_use]
    pub fn first_due(&self, now: Instant) -> Option<&PlacementUid> {
        let first = self.old.first().filter(|(at, _)| *at <= now);
        first.map(|(_, uid)| uid)
    }
}

/// A moment for each of some.
#[derive(Debug, Default)]
struct Moments {
    order: BTreeSet<(Instant, PlacementUid)>,
    of: HashMap<PlacementUid, Instant>,
}

impl Moments {
    fn set(&mut self, uid: &PlacementUid, at: Option<Instant>) {
        if let Some(before) = self.of.remove(uid) {
            self.order.remove(&(before, uid.clone()));
        }
        if let Some(at) = at {
            self.of.insert(uid.clone(), at);
            self.order.insert((at, uid.clone()));
        }
    }

    fn has(&self, uid: &PlacementUid) -> bool {
        self.of.contains_key(uid)
    }

    fn first(&self) -> Option<&(Instant, PlacementUid)> {
        self.order.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(text: &str) -> PlacementUid {
        PlacementUid::new(text).unwrap()
    }

    #[test]
    fn a_new_reason_goes_before_what_is_written_already() {
        let now = Instant::now();
        let mut texts = Texts::default();
        texts.began(&uid("one"), now);
        texts.began(&uid("two"), now + Duration::from_secs(1));
        assert_eq!(texts.first_new(), Some(&uid("one")));
        texts.written(&uid("one"), now);
        assert!(!texts.is_new(&uid("one")));
        assert_eq!(texts.first_new(), Some(&uid("two")));
        assert_eq!(texts.first_due(now), None);
        assert_eq!(texts.first_due(now + AGAIN), Some(&uid("one")));
        texts.waits(&uid("one"), now + AGAIN);
        assert!(!texts.is_new(&uid("one")), "the same reason has its moment");
        texts.began(&uid("one"), now + AGAIN);
        assert!(texts.is_new(&uid("one")));
        assert_eq!(texts.first_due(now + AGAIN * 2), None);
    }

    #[test]
    fn nothing_is_kept_of_what_waits_no_more() {
        let now = Instant::now();
        let mut texts = Texts::default();
        texts.waits(&uid("one"), now);
        texts.began(&uid("two"), now);
        texts.written(&uid("two"), now);
        texts.ended(&uid("one"));
        texts.ended(&uid("two"));
        assert!(texts.new.order.is_empty() && texts.new.of.is_empty());
        assert!(texts.old.order.is_empty() && texts.old.of.is_empty());
    }
}
