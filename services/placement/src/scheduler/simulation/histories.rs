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
