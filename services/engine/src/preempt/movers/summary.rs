//! What of a node could be free if some of those went who may go, in few numbers; and what of any of several nodes could.
//!
//! Everything here is a bound: that room can be made, and that it costs so little, is certain only once the node itself was
//! looked at.

use super::super::floor::Range;
use super::super::reckon::{Ask, InCluster, Reckoned};
use super::super::smallest::EXACT;
use crate::state::nodes::NodeRank;

/// Resources that are looked at: cpu, GPUs (or the first other extended resource), one more of these, memory.
pub(crate) const COLUMNS: usize = 4;
/// Columns of which the least is known too, for scores.
const TIGHT: usize = 2;
/// One gone, two, …, and more than are chosen exactly.
const ROWS: usize = EXACT + 1;

/// Amounts, by column.
pub(crate) type Amounts = [i64; COLUMNS];

/// One who may go, or all of a gang that are on the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaving {
    pub(super) priority: i32,
    /// It certainly does not serve; or some of a gang may not.
    pub(super) idle: bool,
    pub(super) gang: bool,
    pub(super) freed: Amounts,
}

/// The numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The lowest priority of those who may go.
    pub(super) lowest: i32,
    /// How many may be idle: of that priority, and of all.
    idle: [u8; 2],
    /// The first of the nodes by name.
    pub(in crate::preempt) first: NodeRank,
    /// The most that can be free.
    most: [Amounts; ROWS],
    /// The least that can be free of the first columns; with one gone, when it is of the lowest priority.
    pub(super) least: [[i64; TIGHT]; ROWS],
}

impl Summary {
    /// Of one node; none when nobody may go.
    pub(super) fn of(free: Amounts, rank: NodeRank, leaving: &[Leaving]) -> Option<Self> {
        let lowest = leaving.iter().map(|one| one.priority).min()?;
        let gangs = leaving.iter().any(|one| one.gang);
        let of_lowest = || leaving.iter().filter(|one| one.priority == lowest);
        let count = |idle: usize| {
            if gangs {
                u8::MAX
            } else {
                u8::try_from(idle).unwrap_or(u8::MAX)
            }
        };
        let mut summary = Self {
            lowest,
            idle: [
                count(of_lowest().filter(|one| one.idle).count()),
                count(leaving.iter().filter(|one| one.idle).count()),
            ],
            first: rank,
            most: [free; ROWS],
            least: [[0; TIGHT]; ROWS],
        };
        for (column, free) in free.into_iter().enumerate() {
            let freed = |one: &Leaving| one.freed.get(column).copied().unwrap_or_default();
            let mut all: Vec<i64> = leaving.iter().map(freed).collect();
            all.sort_unstable();
            for (row, most) in summary.most.iter_mut().enumerate() {
                let gone = if row < EXACT { row + 1 } else { all.len() };
                if let Some(most) = most.get_mut(column) {
                    *most = free.saturating_add(largest(&all, gone));
                }
            }
            let mut first: Vec<i64> = of_lowest().map(freed).collect();
            first.sort_unstable();
            for (row, least) in summary.least.iter_mut().enumerate() {
                let Some(least) = least.get_mut(column) else { break };
                // Of a gang one is enough for many.
                let all = if row == 0 && !gangs { &first } else { &all };
                *least = free.saturating_add(smallest(all, if gangs { 1 } else { row + 1 }));
            }
        }
        Some(summary)
    }

    /// Of these nodes and others together.
    pub(in crate::preempt) fn join(&mut self, other: &Self) {
        self.lowest = self.lowest.min(other.lowest);
        self.first = self.first.min(other.first);
        for (own, others) in self.idle.iter_mut().zip(other.idle) {
            *own = (*own).max(others);
        }
        let most = self.most.as_flattened_mut().iter_mut();
        for (own, others) in most.zip(other.most.as_flattened()) {
            *own = (*own).max(*others);
        }
        let least = self.least.as_flattened_mut().iter_mut();
        for (own, others) in least.zip(other.least.as_flattened()) {
            *own = (*own).min(*others);
        }
    }

    /// What it costs at least to make room for what is asked; none when all who may go would not be enough.
    pub(crate) fn bound(&self, ask: &Ask, there: InCluster) -> Option<Reckoned> {
        let row = self.row(&ask.demand)?;
        let gone = row + 1;
        let all = i64::try_from(gone).unwrap_or(i64::MAX);
        let [of_lowest, of_all] = self.idle.map(usize::from);
        let idle = if gone == 1 { of_lowest } else { of_all };
        let ranges = self.ranges(row)?;
        Some(Reckoned {
            bound: (gone, self.lowest, i64::from(self.lowest).saturating_mul(all)),
            serving: gone.saturating_sub(idle),
            scores: ask.scores(ranges, self.most.get(row)?, there),
        })
    }

    /// What may be free of cpu and of what the second column counts, with one more gone than the row says.
    pub(in crate::preempt) fn ranges(&self, row: usize) -> Option<[Range; 2]> {
        let [least_cpu, least_scarce] = *self.least.get(row)?;
        let [most_cpu, most_scarce, ..] = *self.most.get(row)?;
        Some([(least_cpu, most_cpu), (least_scarce, most_scarce)])
    }

    /// How many have to go at least to make room for what is asked, less one.
    pub(in crate::preempt) fn row(&self, demand: &Amounts) -> Option<usize> {
        let enough = |free: &Amounts| {
            let mut both = free.iter().zip(demand);
            both.all(|(free, demand)| *demand <= 0 || free >= demand)
        };
        self.most.iter().position(enough)
    }
}

/// The sum of the first of these sorted amounts, and of all below nothing.
pub(in crate::preempt) fn smallest(sorted: &[i64], number: usize) -> i64 {
    let counted = sorted.iter().enumerate();
    let counted = counted.filter(|(at, one)| *at < number || **one < 0);
    counted.fold(0_i64, |sum, (_, one)| sum.saturating_add(*one))
}

/// The sum of the last of these sorted amounts, of those above nothing.
pub(in crate::preempt) fn largest(sorted: &[i64], number: usize) -> i64 {
    let last = sorted.iter().rev().take(number).map(|one| (*one).max(0));
    last.fold(0, i64::saturating_add)
}
