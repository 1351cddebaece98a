//! The command line of the demo.

use std::path::PathBuf;

use clap::Parser;

/// Starts three clusters, the placement service and three agents on this machine, places performers, and shows where
/// they went and why. Needs Go and make the first time, to build the Kubernetes components.
#[derive(Debug, Parser)]
#[command(name = "hourglass-demo", version, max_term_width = 100)]
pub struct Args {
    /// End when everything was shown; exit code 0 only if every step held
    #[arg(long)]
    pub once: bool,

    /// Placements of the measurement, spread over the clusters
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub placements: u16,

    /// File for the figures
    #[arg(long, default_value = "target/demo/summary.json", value_name = "FILE")]
    pub summary: PathBuf,
}
