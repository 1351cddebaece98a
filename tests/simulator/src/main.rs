//! `hourglass-sim`: runs scenarios, records decisions and replays them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use hourglass_simulator::SimulationError;
use hourglass_simulator::difference::differences;
use hourglass_simulator::replay::Replay;
use hourglass_simulator::run::run;
use hourglass_simulator::scenario::Scenario;

/// Decisions of the placement engine without a server.
#[derive(Debug, Parser)]
#[command(name = "hourglass-sim", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios and say where they do not hold.
    Run {
        /// Scenario files (YAML).
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Print what came of every placement as well.
        #[arg(long)]
        verbose: bool,
    },
    /// Write one decision of a scenario, with all that it depends on, as a replay file.
    Record {
        /// Scenario file (YAML).
        file: PathBuf,
        /// Name of the placement.
        #[arg(long)]
        placement: String,
        /// Where to write; standard output unless given.
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Decide again what replay files hold, and say where the answer differs.
    Replay {
        /// Replay files (JSON).
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    let result = match Args::parse().command {
        Command::Run { files, verbose } => scenarios(&files, verbose),
        Command::Record {
            file,
            placement,
            output,
        } => record(&file, &placement, output.as_deref()),
        Command::Replay { files } => replays(&files),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            complain(&format!("error: {error}"));
            ExitCode::from(2)
        }
    }
}

fn scenarios(files: &[PathBuf], verbose: bool) -> Result<bool, SimulationError> {
    let mut holds = true;
    for file in files {
        let placed = run(&Scenario::read(file)?)?;
        for placement in &placed {
            let name = format!("{}: {}", file.display(), placement.name);
            if verbose {
                let outcome = serde_saphyr::to_string(&placement.outcome)
                    .map_err(|error| form(file, &error.to_string()))?;
                say(&format!("{name}\n{outcome}"));
            }
            for difference in &placement.differences {
                holds = false;
                complain(&format!("{name}: {difference}"));
            }
        }
        let failed = placed
            .iter()
            .filter(|placement| !placement.differences.is_empty())
            .count();
        say(&format!(
            "{}: {} of {} placements as expected",
            file.display(),
            placed.len() - failed,
            placed.len()
        ));
    }
    Ok(holds)
}

fn record(file: &Path, placement: &str, output: Option<&Path>) -> Result<bool, SimulationError> {
    let placed = run(&Scenario::read(file)?)?;
    let found = placed
        .into_iter()
        .filter(|step| step.name == placement)
        .find_map(|step| step.replay)
        .ok_or_else(|| form(file, &format!("decides no placement {placement:?}")))?;
    let text = serde_json::to_string_pretty(&found).map_err(|error| form(file, &error.to_string()))?;
    match output {
        Some(path) => std::fs::write(path, text + "\n").map_err(|source| SimulationError::Read {
            path: path.display().to_string(),
            source,
        })?,
        None => say(&text),
    }
    Ok(true)
}

fn replays(files: &[PathBuf]) -> Result<bool, SimulationError> {
    let mut same = true;
    for file in files {
        let replay = Replay::read(file)?;
        let again = replay.decide()?;
        if again == replay.decision {
            say(&format!("{}: the same decision", file.display()));
        } else {
            same = false;
            complain(&format!("{}: another decision", file.display()));
            let lines =
                differences(&replay.decision, &again).map_err(|error| form(file, &error.to_string()))?;
            for line in lines {
                complain(&format!("  {line}"));
            }
        }
    }
    Ok(same)
}

fn form(file: &Path, message: &str) -> SimulationError {
    SimulationError::Form {
        path: file.display().to_string(),
        message: message.to_owned(),
    }
}

/// A closed pipe is no failure of ours: whoever reads has had enough.
fn say(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(0);
    }
}

fn complain(line: &str) {
    if writeln!(std::io::stderr(), "{line}").is_err() {
        std::process::exit(2);
    }
}
