//! The verbs, one a file.

mod apply;
mod capacity;
mod check;
mod completion;
mod config;
mod cordon;
mod create;
mod delete;
mod describe;
mod evict;
mod explain;
mod get;
mod help;
mod label;
mod outcome;
mod placement_calls;
mod polling;
mod query;
mod rollout;
mod sections;
mod taint;
mod token;
mod version;
mod watch;

use crate::app::App;
use crate::args::Command;
use crate::errors::CliError;

pub use version::CLIENT as CLIENT_VERSION;

/// Does what was typed.
pub async fn run(app: &App, command: &Command) -> Result<(), CliError> {
    match command {
        Command::Apply(args) => Box::pin(apply::run(app, args)).await,
        Command::Create(args) => Box::pin(create::run(app, args)).await,
        Command::Get(args) => Box::pin(get::run(app, args)).await,
        Command::Describe(args) => Box::pin(describe::run(app, args)).await,
        Command::Watch(args) => Box::pin(watch::run(app, args)).await,
        Command::Delete(args) => Box::pin(delete::run(app, args)).await,
        Command::Explain(args) => Box::pin(explain::run(app, args)).await,
        Command::Capacity(args) => Box::pin(capacity::run(app, args)).await,
        Command::Rollout(args) => Box::pin(rollout::run(app, args)).await,
        Command::Evict(args) => Box::pin(evict::run(app, args)).await,
        Command::Cordon(args) => Box::pin(cordon::run(app, args, true)).await,
        Command::Uncordon(args) => Box::pin(cordon::run(app, args, false)).await,
        Command::Label(args) => Box::pin(label::run(app, args)).await,
        Command::Taint(args) => Box::pin(taint::run(app, args)).await,
        Command::Token(args) => Box::pin(token::run(app, args)).await,
        Command::Config(args) => config::run(app, args),
        Command::Check(args) => Box::pin(check::run(app, args)).await,
        Command::Version(args) => Box::pin(version::run(app, args)).await,
        Command::Completion(args) => completion::run(args),
        Command::Help(args) => help::run(args),
    }
}

/// Whether Ctrl-C is the way this one is meant to end.
pub fn ends_with_interrupt(command: &Command) -> bool {
    match command {
        Command::Watch(_) => true,
        Command::Get(args) => args.watch,
        _ => false,
    }
}
