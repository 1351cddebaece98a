//! Which server's word counts: that of the newest life of the store, and in it of the newest leader.

use std::fmt;

use hourglass_model::ids::{Incarnation, Term};
use serde::{Deserialize, Serialize};

/// Place of a leader in the order of all leaders. Zero is before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Order {
    /// Life of the store; rises with a restore or a migration. Compared first.
    pub incarnation: Incarnation,
    /// Leader within that life.
    pub term: Term,
}

impl Order {
    /// The order of these numbers, as the wire has them.
    pub fn new(incarnation: u64, term: u64) -> Self {
        Self {
            incarnation: Incarnation(incarnation),
            term: Term(term),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "incarnation {} term {}", self.incarnation, self.term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_incarnation_wins_over_any_term() {
        assert!(Order::new(2, 1) > Order::new(1, 99));
        assert!(Order::new(2, 2) > Order::new(2, 1));
        assert_eq!(Order::default(), Order::new(0, 0));
    }
}
