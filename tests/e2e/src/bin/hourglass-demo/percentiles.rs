//! Percentiles by nearest rank.

use std::time::Duration;

use serde::Serialize;

/// Of durations, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half are not longer.
    pub p50: f64,
    /// 90 of 100 are not longer.
    pub p90: f64,
    /// 99 of 100 are not longer.
    pub p99: f64,
    /// The longest.
    pub max: f64,
    /// How many were measured.
    pub count: usize,
}

impl Percentiles {
    /// `None` when nothing was measured.
    pub fn of(durations: &[Duration]) -> Option<Self> {
        let mut sorted = durations.to_vec();
        sorted.sort_unstable();
        let ms = |duration: &Duration| (duration.as_secs_f64() * 1e4).round() / 10.0;
        // Nearest rank: the smallest value that is not exceeded by more than the rest.
        let rank = |percent: usize| {
            sorted
                .get((sorted.len() * percent).div_ceil(100).saturating_sub(1))
                .map(ms)
        };
        Some(Self {
            p50: rank(50)?,
            p90: rank(90)?,
            p99: rank(99)?,
            max: ms(sorted.last()?),
            count: sorted.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        let found = Percentiles::of(&hundred).unwrap();
        assert_eq!(
            (found.p50, found.p90, found.p99, found.max, found.count),
            (50.0, 90.0, 99.0, 100.0, 100)
        );
        assert_eq!(Percentiles::of(&[Duration::from_micros(1540)]).unwrap().p99, 1.5);
        assert_eq!(Percentiles::of(&[]), None);
    }
}
