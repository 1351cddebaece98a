//! The steps in which free cpu is looked at. They are the same for every state of a fleet, so that an index may be ordered
//! by them: between two neighbouring breakpoints nothing of packing changes.

use std::sync::LazyLock;

/// Breakpoints below the regular steps: what small requests are told apart by.
const SMALL: [i64; 5] = [0, 250, 500, 1_000, 2_000];
/// Least regular step, milli-cores.
const STEP: i64 = 4_000;
/// A step is at least this part of where it begins.
const PART: i64 = 32;
/// The last breakpoint is the first beyond this, milli-cores; no node has so many.
const LARGEST: i64 = 8_000_000;

static BREAKPOINTS: LazyLock<Vec<i64>> = LazyLock::new(|| {
    let mut points = SMALL.to_vec();
    let mut next = STEP;
    while next <= LARGEST {
        points.push(next);
        next += STEP.max(next / PART / STEP * STEP);
    }
    points
});

/// All breakpoints in milli-cores, rising: whatever has free cpu from one of them up to the next counts the same. Free cpu
/// *before and after* a request are looked at, so between neighbours of these points and of these points plus the
/// request's cpu, the cost of a request is constant.
#[must_use]
pub fn cpu_breakpoints() -> &'static [i64] {
    &BREAKPOINTS
}

/// The breakpoint at or below free cpu; 0 also for less than nothing.
#[must_use]
pub fn cpu_band(cpu_milli: i64) -> i64 {
    let points = cpu_breakpoints();
    let above = points.partition_point(|point| *point <= cpu_milli);
    above
        .checked_sub(1)
        .and_then(|at| points.get(at))
        .copied()
        .unwrap_or(0)
}

/// The bands of free cpu before and after a request: what the cost of the request depends on.
pub(crate) fn before_and_after(cpu_milli: i64, demand_milli: i64) -> (i64, i64) {
    (
        cpu_band(cpu_milli),
        cpu_band(cpu_milli.saturating_sub(demand_milli)),
    )
}

/// The least free cpu above this at which a request's bands before and after are others.
pub(crate) fn same_until(cpu_milli: i64, demand_milli: i64) -> i64 {
    let next = |cpu: i64| {
        let points = cpu_breakpoints();
        // Below nothing counts as nothing.
        let above = points.partition_point(|point| *point <= cpu.max(0));
        points.get(above).copied()
    };
    let after = next(cpu_milli.saturating_sub(demand_milli));
    let after = after.map(|point| point.saturating_add(demand_milli));
    let both = [next(cpu_milli), after].into_iter().flatten();
    both.min().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakpoints_rise_and_are_few() {
        let points = cpu_breakpoints();
        assert!(points.windows(2).all(|pair| pair[0] < pair[1]), "{points:?}");
        assert_eq!(points.first(), Some(&0));
        // A node of 128 cores is looked at in steps of 4.
        assert_eq!(points.iter().filter(|point| **point <= 128_000).count(), 37);
        assert!(points.len() < 250, "{}", points.len());
    }

    #[test]
    fn bands_change_exactly_where_it_is_said() {
        for demand in [0, 1, 249, 3_152, 4_000, 64_000] {
            for cpu in (-500..140_000)
                .step_by(499)
                .filter(|cpu| *cpu >= demand || demand == 0)
            {
                let (here, until) = (before_and_after(cpu, demand), same_until(cpu, demand));
                assert!(until > cpu);
                assert_eq!(before_and_after(until - 1, demand), here, "{cpu} {demand}");
                assert_ne!(before_and_after(until, demand), here, "{cpu} {demand}");
            }
        }
        assert_eq!(same_until(i64::MAX, 1), i64::MAX);
    }

    #[test]
    fn a_band_is_the_largest_breakpoint_that_is_free() {
        let cases = [
            (-5, 0),
            (0, 0),
            (249, 0),
            (250, 250),
            (3_999, 2_000),
            (4_000, 4_000),
            (95_999, 92_000),
        ];
        for (cpu, band) in cases {
            assert_eq!(cpu_band(cpu), band, "{cpu}");
        }
        assert_eq!(Some(&cpu_band(i64::MAX)), cpu_breakpoints().last());
    }
}
