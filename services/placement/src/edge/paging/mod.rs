//! Pages of a listing (AIP-158, AIP-132).
//!
//! A page continues after a key, not after a number of items: what is created or deleted between two pages neither
//! repeats nor hides another item. A token is bound to the request it came from, and to nothing on the server.

mod order;
mod request;
mod token;

pub use order::{Order, SortKey};
pub use request::{Listing, PageRequest, Selection};
pub use token::{Binding, binding};

/// Items on a page unless the request says otherwise.
pub const DEFAULT_PAGE_SIZE: usize = 100;
/// Most items on a page; a request for more gets this many.
pub const MAX_PAGE_SIZE: usize = 1000;
/// A page ends early once its items are this large, so that the message with it stays below the limit of 4 MiB.
pub const MAX_PAGE_BYTES: usize = 3_500_000;
