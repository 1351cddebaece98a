//! Fetching ahead. What a report changes lies all over the memory of a large fleet, and every first look at a piece of it
//! waits for as long as hundreds of instructions take. Looks that do not depend on each other wait together: whoever is
//! about to change several nodes looks at a piece of each first, then at what those lead to, and finds it near when it goes
//! on with one after the other.

use std::hint::black_box;

/// Looks at something of every piece; what it is does not matter.
pub(crate) fn fetch(pieces: impl Iterator<Item = u64>) {
    black_box(pieces.fold(0, |all, piece| all ^ piece));
}
