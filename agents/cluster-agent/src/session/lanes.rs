//! Commands for one slot run one after another, in the order they came; slots do not wait for each other.

use std::collections::{HashMap, VecDeque};

use crate::claim::SlotKey;

/// One lane per slot that has something running.
#[derive(Debug)]
pub(super) struct Lanes<T> {
    waiting: HashMap<SlotKey, VecDeque<T>>,
}

impl<T> Default for Lanes<T> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
        }
    }
}

impl<T> Lanes<T> {
    /// The item, if its lane is free: it runs now. Else it waits.
    pub fn enter(&mut self, lane: SlotKey, item: T) -> Option<T> {
        match self.waiting.get_mut(&lane) {
            Some(waiting) => {
                waiting.push_back(item);
                None
            }
            None => {
                self.waiting.insert(lane, VecDeque::new());
                Some(item)
            }
        }
    }

    /// What ran in the lane is over. Returns the next item, which runs now.
    pub fn leave(&mut self, lane: &SlotKey) -> Option<T> {
        let next = self.waiting.get_mut(lane)?.pop_front();
        if next.is_none() {
            self.waiting.remove(lane);
        }
        next
    }

    /// Takes out everything that waits.
    pub fn clear(&mut self) {
        self.waiting.values_mut().for_each(VecDeque::clear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::from_wire;
    use proptest::prelude::*;

    fn lane(slot: u8) -> SlotKey {
        SlotKey::of(&from_wire("u", i32::from(slot), 1).unwrap())
    }

    proptest! {
        /// Whatever the order of arrivals and ends: one at a time per lane, in order, and nothing is lost.
        #[test]
        fn each_lane_runs_its_items_in_order_one_at_a_time(steps in prop::collection::vec((0_u8..4, any::<bool>()), 0..200)) {
            let mut lanes = Lanes::default();
            let mut entered: HashMap<u8, Vec<usize>> = HashMap::new();
            let mut ran: HashMap<u8, Vec<usize>> = HashMap::new();
            let mut running: HashMap<u8, usize> = HashMap::new();
            for (number, (slot, arrives)) in steps.into_iter().enumerate() {
                if arrives {
                    entered.entry(slot).or_default().push(number);
                    if let Some(item) = lanes.enter(lane(slot), number) {
                        prop_assert!(running.insert(slot, item).is_none());
                    }
                } else if let Some(item) = running.remove(&slot) {
                    ran.entry(slot).or_default().push(item);
                    if let Some(next) = lanes.leave(&lane(slot)) {
                        running.insert(slot, next);
                    }
                }
            }
            for slot in 0..4 {
                while let Some(item) = running.remove(&slot) {
                    ran.entry(slot).or_default().push(item);
                    running.extend(lanes.leave(&lane(slot)).map(|next| (slot, next)));
                }
            }
            prop_assert_eq!(entered, ran);
            prop_assert!(lanes.waiting.is_empty());
        }
    }
}
