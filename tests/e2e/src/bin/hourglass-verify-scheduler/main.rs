//! `hourglass-verify-scheduler`: asks our engine and the real kube-scheduler the same questions, and compares.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use hourglass_e2e::parity::{Parity, Tally};

/// Starts a real Kubernetes control plane, the placement service and an agent, makes nodes and pods from seeds, and asks
/// both schedulers which nodes can take a pod. Exit code 0 only if they agree on every node.
#[derive(Debug, Parser)]
#[command(name = "hourglass-verify-scheduler", version, max_term_width = 100)]
struct Args {
    /// Cases to compare, of rules over nodes and as many of rules about other pods; each has two to five nodes
    #[arg(long, default_value_t = 1000)]
    cases: u64,
    /// Seed of the first case; the others follow
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match verify(&Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

async fn verify(args: &Args) -> Result<bool> {
    let fleet = Parity::fleet()?.start().await?;
    let parity = Parity::new(&fleet).await?;
    let begin = Instant::now();
    let report = |tally: Tally| {
        say(&format!(
            "{:>6} cases, {:>6} nodes: {} feasible, {} rejected by both; {} s",
            tally.cases,
            tally.nodes,
            tally.feasible,
            tally.rejected,
            begin.elapsed().as_secs()
        ));
    };
    let (of_nodes, differences) = parity.compare(args.seed, args.cases, report).await?;
    for difference in &differences {
        say(&format!(
            "case {} node {}:\n  ours:   {}\n  theirs: {}\n  {:?}",
            difference.seed, difference.node, difference.ours, difference.theirs, difference.case
        ));
    }
    let (of_pods, others) = parity.compare_domains(args.seed, args.cases, report).await?;
    for difference in &others {
        say(&format!(
            "case {} node {}:\n  ours:   {}\n  theirs: {}\n  {:?}",
            difference.case.seed, difference.node, difference.ours, difference.theirs, difference.case
        ));
    }
    for (rules, tally, differences) in [
        ("over nodes", of_nodes, differences.len()),
        ("about other pods", of_pods, others.len()),
    ] {
        say(&format!(
            "rules {rules}: {} cases, {} nodes, {differences} differences (seeds {} to {}; {} that contradict themselves not asked)",
            tally.cases,
            tally.nodes,
            args.seed,
            args.seed + args.cases.saturating_sub(1),
            tally.refused,
        ));
    }
    fleet.stop().await;
    Ok(differences.is_empty() && others.is_empty())
}

/// A closed pipe ends the program: nobody reads any more.
fn say(line: &str) {
    if writeln!(std::io::stdout(), "{line}").is_err() {
        std::process::exit(1);
    }
}
