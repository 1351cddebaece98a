//! What a request costs on nodes of one kind and state, by their free cpu: a step function, kept for the requests that
//! come again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hourglass_model::request::ShapeId;

use super::bands::same_until;
use crate::hash::NumberMap;
use crate::index::scarce::ScarceId;
use crate::state::class::KindId;

/// Most steps that are kept, of all tables together.
const MOST_KEPT: usize = 1 << 20;

/// Free cpu over which a request costs the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CostStep {
    pub(crate) cost: i64,
    /// Milli-cores, from here
    pub(crate) from: i64,
    /// up to before here.
    pub(crate) until: i64,
}

/// All that the steps of a request depend on at one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct StepsKey {
    pub(crate) shape: ShapeId,
    pub(crate) kind: KindId,
    pub(crate) state: ScarceId,
    /// What a replica takes of cpu,
    pub(crate) cpu_milli: i64,
    /// and of everything else, added up.
    pub(crate) others: i64,
}

#[derive(Debug)]
struct Table {
    steps: Arc<[CostStep]>,
    /// Nothing is known of more free cpu.
    until: i64,
}

/// Steps that were computed already.
#[derive(Debug, Default)]
pub(crate) struct StepTables(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    tables: NumberMap<StepsKey, Table>,
    steps: usize,
}

impl StepTables {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, if they were computed already.
    pub(crate) fn known(&self, key: &StepsKey, most: i64) -> Option<Arc<[CostStep]>> {
        let kept = self.lock();
        let table = kept.tables.get(key).filter(|table| table.until > most)?;
        Some(Arc::clone(&table.steps))
    }

    /// The steps up to at least `most` free milli-cores, the cheapest first, then by free cpu; `cost` says what one amount
    /// of free cpu costs.
    pub(crate) fn get(&self, key: StepsKey, most: i64, cost: impl FnMut(i64) -> i64) -> Arc<[CostStep]> {
        if let Some(known) = self.known(&key, most) {
            return known;
        }
        let (steps, until) = compute(key.cpu_milli, most, cost);
        let steps: Arc<[CostStep]> = steps.into();
        let mut kept = self.lock();
        if kept.steps.saturating_add(steps.len()) > MOST_KEPT {
            kept.tables.clear();
            kept.steps = 0;
        }
        kept.steps += steps.len();
        let table = Table {
            steps: Arc::clone(&steps),
            until,
        };
        if let Some(before) = kept.tables.insert(key, table) {
            kept.steps = kept.steps.saturating_sub(before.steps.len());
        }
        steps
    }
}

/// The steps, and the free cpu from which on nothing is known.
pub(crate) fn compute(cpu_milli: i64, most: i64, mut cost: impl FnMut(i64) -> i64) -> (Vec<CostStep>, i64) {
    // Nothing asked is never too much, however far below zero a node is.
    let mut from = if cpu_milli > 0 { cpu_milli } else { i64::MIN };
    let mut steps: Vec<CostStep> = Vec::new();
    loop {
        let (cost, until) = (cost(from), same_until(from, cpu_milli));
        match steps.last_mut().filter(|last| last.cost == cost) {
            Some(last) => last.until = until,
            None => steps.push(CostStep { cost, from, until }),
        }
        from = until;
        if from > most || from == i64::MAX {
            break;
        }
    }
    steps.sort_by_key(|step| (step.cost, step.from));
    (steps, from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packing::bands::before_and_after;

    #[test]
    fn steps_cover_all_amounts_and_say_what_each_costs() {
        let cost = |demand: i64| {
            move |cpu: i64| {
                let (before, after) = before_and_after(cpu, demand);
                (before / 7_000 + after / 3_000) % 5
            }
        };
        for demand in [0, 1, 250, 3_900, 12_345] {
            let (mut steps, until) = compute(demand, 200_000, cost(demand));
            assert!(until > 200_000);
            assert!(steps.is_sorted_by_key(|step| (step.cost, step.from)));
            steps.sort_by_key(|step| step.from);
            assert!(steps.windows(2).all(|pair| pair[0].until == pair[1].from));
            assert!(
                steps.windows(2).all(|pair| pair[0].cost != pair[1].cost),
                "neighbours differ"
            );
            for cpu in (demand..200_000).step_by(50) {
                let step = steps.iter().find(|step| step.from <= cpu && cpu < step.until);
                assert_eq!(
                    step.map(|step| step.cost),
                    Some(cost(demand)(cpu)),
                    "{cpu} of {demand}"
                );
            }
        }
    }

    #[test]
    fn more_free_cpu_than_before_is_looked_at_anew() {
        let tables = StepTables::default();
        let key = StepsKey {
            shape: ShapeId(1),
            kind: KindId(0),
            state: ScarceId(0),
            cpu_milli: 500,
            others: 0,
        };
        let most = |steps: &[CostStep]| steps.iter().map(|step| step.until).max();
        let small = tables.get(key, 1_000, |cpu| cpu);
        assert!(most(&small) < Some(32_000));
        assert!(
            Arc::ptr_eq(&small, &tables.get(key, 700, |_| 0)),
            "it is remembered"
        );
        assert!(most(&tables.get(key, 64_000, |cpu| cpu)) > Some(64_000));
    }
}
