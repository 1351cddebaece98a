//! One thing that could be different about where other placements are, to see whether that would be enough.

use super::counts::Presence;
use super::{DomainView, Site};

/// The change, as seen from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DomainChange {
    /// A placement that this required affinity term selects runs in the domain of the node.
    Joined(usize),
    /// None that this required anti-affinity term selects is left in the domain of the node.
    Left(usize),
    /// None that keeps the request away for the reason of this keeper is left there.
    KeeperLeft(usize),
    /// The `maxSkew` of this required constraint is larger by so much.
    Loosened(usize, i64),
}

impl DomainView<'_> {
    /// Counts as if a change had been made. Terms, keepers and constraints are meant by their place.
    pub(crate) fn change(&mut self, site: &Site<'_>, change: DomainChange) {
        self.only_placed = false;
        match change {
            DomainChange::Joined(at) => {
                if let Some(term) = self.affinity.get_mut(at) {
                    term.shift(site, Presence::LIVE);
                }
            }
            DomainChange::Left(at) => {
                if let Some(term) = self.anti_affinity.get_mut(at)
                    && let Some(here) = term.here(site)
                {
                    term.shift(site, here.negated());
                }
            }
            DomainChange::KeeperLeft(at) => {
                if let Some(keeper) = self.keepers.get_mut(at) {
                    keeper.leave(site);
                }
            }
            DomainChange::Loosened(at, by) => {
                if let Some(spread) = self.spread.get_mut(at) {
                    spread.loosen(by);
                }
            }
        }
    }

    /// Whether another placement may come without any rule of the request minding.
    pub(crate) fn minds_nobody_coming(&self) -> bool {
        self.anti_affinity.is_empty() && self.spreads_own_only()
    }

    /// Whether another placement may leave without any rule of the request minding.
    pub(crate) fn minds_nobody_leaving(&self) -> bool {
        self.affinity.is_empty() && self.spreads_own_only()
    }

    fn spreads_own_only(&self) -> bool {
        self.spread.iter().all(|spread| spread.rule.selector.is_none())
    }
}
