//! Going on from places that were found before.

use super::{Search, Seated};
use crate::decide::Place;
use crate::decide::resume::{NamedPlace, OneByOne, Start};

impl<'a: 'k, 'k> Search<'a, 'k> {
    /// Begins anew from a start; the places of it that can take a replica, at most so many, which have taken theirs.
    pub(in crate::decide) fn resume(&mut self, start: Start<'_>, most: usize) -> Vec<Place<'a>> {
        if !start.barred.is_empty() {
            self.begin_without(start.barred);
        }
        let mut places = Vec::new();
        for named in start.places.iter().take(most) {
            if let Some((at, place)) = self.place_at(named) {
                self.draft.take(&self.prepared, &place);
                self.alone.insert(at);
                self.rooms.forget();
                places.push(place);
            }
        }
        if !places.is_empty() {
            self.begin();
        }
        places
    }

    /// The place on a node, if it can take a replica.
    fn place_at(&mut self, named: &NamedPlace) -> Option<(Seated, Place<'a>)> {
        let state = self.state.cluster(&named.cluster)?;
        let at = Seated {
            cluster: state.ix(),
            slot: state.slot(&named.node)?,
        };
        let cluster = self.enter(at.cluster)?;
        let found = self.look_at(at, cluster)?;
        let what = (found.cluster, found.node, found.fit);
        let place = Place::of(&self.prepared, &self.draft, what, found.scores, &mut self.demands)?;
        Some((at, place))
    }
}

impl<'a: 'k, 'k> OneByOne<'a> for Search<'a, 'k> {
    fn best(&mut self) -> Option<Place<'a>> {
        Self::best(self)
    }

    fn take(&mut self, place: &Place<'a>) {
        Self::take(self, place);
    }
}
