//! Where the uids of new placements come from: chance in service, a seed in simulations, so that a history runs the same again.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::{Builder, Uuid};

/// Random uids (version 4, [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)).
#[derive(Debug)]
pub struct NewUids(StdRng);

impl NewUids {
    /// Nobody can tell the next one.
    #[must_use]
    pub fn random() -> Self {
        Self(StdRng::from_seed(rand::rng().random()))
    }

    /// The same seed gives the same ones.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// One that was not there before.
    pub fn next_uid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.0.random()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ten(mut from: NewUids) -> BTreeSet<Uuid> {
        (0..10).map(|_| from.next_uid()).collect()
    }

    #[test]
    fn uids_differ_and_only_a_seed_gives_them_again() {
        assert_eq!(ten(NewUids::random()).union(&ten(NewUids::random())).count(), 20);
        assert_eq!(ten(NewUids::seeded(1)), ten(NewUids::seeded(1)));
        assert_eq!(
            ten(NewUids::seeded(1))
                .intersection(&ten(NewUids::seeded(2)))
                .count(),
            0
        );
        assert_eq!(NewUids::random().next_uid().get_version_num(), 4);
    }
}
