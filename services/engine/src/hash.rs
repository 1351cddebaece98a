//! Hash tables whose hashing costs little. In what order they give their entries never shows in an answer.

use std::collections::{HashMap, HashSet};

use foldhash::fast::{FixedState, RandomState};

/// By numbers of our own, which nobody outside chooses.
pub(crate) type NumberMap<K, V> = HashMap<K, V, FixedState>;
/// Of numbers of our own.
pub(crate) type NumberSet<K> = HashSet<K, FixedState>;
/// By texts that clusters and tenants choose, so hashed with a seed that they do not know.
pub(crate) type TextMap<K, V> = HashMap<K, V, RandomState>;
/// Of such texts.
pub(crate) type TextSet<K> = HashSet<K, RandomState>;
