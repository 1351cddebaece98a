//! How answers look: tables and stories for people, protobuf JSON and YAML for programs.

mod capacity;
mod clusters;
pub mod describe;
mod document;
mod explanation;
mod fit;
mod fleet;
mod gpus;
mod needs;
mod nodes;
mod orphans;
mod placements;
mod quantity;
mod revisions;
mod screen;
mod states;
mod table;
mod text;
mod time;
mod times;
mod tokens;

pub use capacity::capacity;
pub use document::{document, json, json_line};
pub use explanation::explanation;
pub use fleet::fleet;
pub use placements::{blocking_condition, decided_where, replicas};
pub use revisions::{plan, revisions};
pub use screen::{Paint, Screen};
pub use states::{condition_reason, placement_state};
pub use table::{Cell, Column, Layout, Table};
pub use text::clean;
pub use time::{age, exact};

use serde::Serialize;

use crate::args::ResourceKind;

/// Which columns a table has.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns {
    /// `-o wide`
    pub wide: bool,
    /// `-A`: the tenant comes first.
    pub tenant: bool,
    /// Several kinds at once: names are KIND/NAME, as in kubectl.
    pub kind: bool,
}

/// Something that lists are made of.
pub trait Listable: Serialize {
    /// Its kind, for `-o name` and messages.
    const KIND: ResourceKind;
    /// Key of the list in JSON and YAML, as the API's list answers have it.
    const LIST_KEY: &'static str;
    /// Title of the column with the name.
    const NAME_COLUMN: &'static str = "NAME";

    /// Columns of the table.
    fn columns(which: Columns) -> Vec<Column>;
    /// One row of the table.
    fn cells(&self, which: Columns, screen: &Screen) -> Vec<Cell>;
    /// What comes after `KIND/` in `-o name`; can be given back to the program.
    fn short_name(&self) -> String;
}

/// The table of some items.
pub fn table<T: Listable>(items: &[T], which: Columns, screen: &Screen) -> Table {
    let mut table = Table::new(T::columns(which));
    for item in items {
        table.push(item.cells(which, screen));
    }
    if which.kind {
        table.prefix(T::NAME_COLUMN, &format!("{}/", T::KIND));
    }
    table
}

/// `kind/name` lines.
pub fn names<T: Listable>(items: &[T]) -> String {
    items
        .iter()
        .map(|item| format!("{}/{}\n", T::KIND, item.short_name()))
        .collect()
}

#[cfg(test)]
mod tests;
