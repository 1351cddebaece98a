//! The four counters that order everything: revisions, commit sequences, terms and incarnations.

use std::fmt;

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u64);

        impl $name {
            /// Where counting begins: before the first one that was ever given out.
            pub const ZERO: Self = Self(0);

            /// Wraps a number, for instance one that was read back from a command or a token.
            pub const fn new(value: u64) -> Self {
                Self(value)
            }

            /// The bare number.
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The one after this. Counting to the end of a `u64` takes longer than anything here lives.
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter! {
    /// One for each committed batch, store-wide and rising. Revisions may skip numbers (an etcd that others
    /// use as well counts their writes too), so only their order means something.
    Revision
}

counter! {
    /// The leader's own count of its batches, moved from n − 1 to n by the batch with number n in the same
    /// transaction as its writes. It is what makes an unknown outcome knowable: read it and see.
    CommitSequence
}

counter! {
    /// One for each leadership, rising over the whole life of the store. Agents obey no lower one.
    Term
}

counter! {
    /// One for each life of the data: raised when a store was restored from a backup or moved to another
    /// backend, because revisions and terms may then run again over numbers that were given out before.
    Incarnation
}
