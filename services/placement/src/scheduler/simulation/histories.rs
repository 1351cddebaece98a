//! Runs random histories by their seeds. `HOURGLASS_SIMULATIONS` gives the number, `HOURGLASS_SIMULATION_SEED` the first seed:
//! with the seed that a failure names and the number 1 the same history runs again, by itself.

use std::panic::{RefUnwindSafe, catch_unwind};

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|why| panic!("{variable}={text}: {why}")),
    )
}

/// What the histories come to; so many, unless the environment says otherwise.
pub(super) fn histories<T>(usual: u64, history: impl Fn(u64) -> T + RefUnwindSafe) -> Vec<T> {
    let first = number("HOURGLASS_SIMULATION_SEED").unwrap_or(0);
    let many = number("HOURGLASS_SIMULATIONS").unwrap_or(usual);
    let run = |seed| {
        catch_unwind(|| history(seed))
            .unwrap_or_else(|_| panic!("history with seed {seed} breaks a rule; the panic above says which"))
    };
    (first..first + many).map(run).collect()
}

/// Something comes up in these histories, so often each: in about one of `in_one_of`. It is missed by chance in hardly one of
/// three thousand runs of eight times as many histories; a run of fewer says nothing of it.
pub(super) fn covers<T>(all: &[T], in_one_of: usize, what: &str, often: impl Fn(&T) -> usize) {
    let histories = all.iter().filter(|history| often(history) > 0).count();
    assert!(
        all.len() < 8 * in_one_of || histories > 0,
        "in none of {} histories {what}",
        all.len()
    );
}
