//! `hourglass-openb`: packs a GPU trace with the placement engine; its last line is the result as JSON.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use hourglass_openb::run::{Outcome, Progress, run};
use hourglass_openb::summary::summary;
use hourglass_openb::{published, read};

/// Packs a GPU trace with the placement engine; the last line is the result as JSON.
#[derive(Debug, Parser)]
#[command(name = "hourglass-openb", version)]
struct Args {
    /// List of nodes (openb_node_list_gpu_node.csv).
    #[arg(long)]
    nodes: PathBuf,
    /// List of pods (openb_pod_list_*.csv); published results beside it are shown with the own.
    #[arg(long)]
    pods: PathBuf,
    /// How many orders of arrival, each by its own seed.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1000))]
    seeds: u64,
    /// Split the nodes at random into so many clusters.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    clusters: u16,
}

fn main() -> ExitCode {
    match measure(&Args::parse()) {
        Ok(line) if writeln!(std::io::stdout(), "{line}").is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("error: {error}\n"));
            ExitCode::from(2)
        }
    }
}

fn measure(args: &Args) -> Result<String, Box<dyn std::error::Error>> {
    let nodes = read::nodes(&args.nodes)?;
    let pods = read::pods(&args.pods, &nodes)?;
    let published = published::mean(&args.pods)?;
    let watched = std::io::stderr().is_terminal();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for seed in 0..args.seeds {
        let head = format!("seed {} of {}", seed + 1, args.seeds);
        let report = |progress: Progress| {
            if watched {
                let Progress {
                    arrived_percent,
                    allocated_percent,
                } = progress;
                complain(&format!(
                    "\r{head}: {arrived_percent} % arrived, {allocated_percent} % allocated"
                ));
            }
        };
        let outcome = run(&nodes, &pods, seed, usize::from(args.clusters), report)?;
        if watched {
            complain(&format!(
                "\r{head}: {:.2} % allocated            \n",
                outcome.percent()
            ));
        }
        outcomes.push(outcome);
    }
    Ok(summary(&outcomes, published).to_string())
}

/// Nobody may be there to read it, which changes nothing.
fn complain(text: &str) {
    let mut out = std::io::stderr();
    if out.write_all(text.as_bytes()).is_ok() {
        out.flush().unwrap_or_default();
    }
}
