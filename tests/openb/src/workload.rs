//! What arrives, in which order.

use crate::read::Pod;
use crate::rng::Rng;

/// Requested GPUs in percent of capacity at which the list is long enough.
const INFLATED_PERCENT: i64 = 130;

/// The pods of the list, then random ones of it until together they ask for enough GPUs, shuffled. `capacity_milli` is that
/// of the fleet; the list must ask for some GPU.
#[must_use]
pub fn arrivals<'p>(pods: &'p [Pod], capacity_milli: i64, rng: &mut Rng) -> Vec<&'p Pod> {
    let mut arrivals: Vec<&Pod> = pods.iter().collect();
    let mut requested: i64 = pods.iter().map(|pod| pod.gpus.milli()).sum();
    if requested == 0 {
        return arrivals;
    }
    while requested * 100 < capacity_milli * INFLATED_PERCENT {
        let Some(pod) = pods.get(rng.below(pods.len())) else {
            break;
        };
        requested += pod.gpus.milli();
        arrivals.push(pod);
    }
    for at in (1..arrivals.len()).rev() {
        arrivals.swap(at, rng.below(at + 1));
    }
    arrivals
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::read::Gpus;

    fn pod(gpus: Gpus) -> Pod {
        Pod {
            cpu_milli: 1,
            memory_mib: 1,
            gpus,
            models: BTreeSet::new(),
        }
    }

    #[test]
    fn the_whole_list_arrives_and_more_of_it_up_to_130_percent() {
        let pods: Vec<Pod> = (1..=20).map(|count| pod(Gpus::Whole(count))).collect();
        let arrivals = arrivals(&pods, 1_000_000, &mut Rng::new(1, 0));
        let milli: i64 = arrivals.iter().map(|pod| pod.gpus.milli()).sum();
        assert!((1_300_000..1_320_000).contains(&milli), "{milli}");
        assert!(pods.iter().all(|pod| arrivals.contains(&pod)));
    }

    #[test]
    fn the_seed_decides_the_order() {
        let pods: Vec<Pod> = (1..=20).map(|count| pod(Gpus::Whole(count))).collect();
        let of = |seed| arrivals(&pods, 1_000_000, &mut Rng::new(seed, 0));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
