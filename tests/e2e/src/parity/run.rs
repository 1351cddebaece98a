//! Batches of cases through both sides, and where they differ.

use std::time::Duration;

use anyhow::{Context, Result};
use hourglass_testbed::Profile;
use tokio::time::Instant;

use super::case::Case;
use super::domains::case::DomainCase;
use super::domains::{self, DomainDifference};
use super::kubernetes::{Real, Verdict as Theirs, no_other_nodes};
use super::ours::{self, Verdict as Ours};
use crate::api::Api;
use crate::fleet::{Fleet, FleetBuilder};

/// Cases whose nodes are in the cluster at the same time.
const BATCH: u64 = 40;
/// A scheduler that had not seen a node yet tries again within this time.
const SETTLE: Duration = Duration::from_secs(20);

/// A node of which the two sides say different things.
#[derive(Debug, Clone)]
pub struct Difference {
    /// Seed of the case.
    pub seed: u64,
    /// The node.
    pub node: String,
    /// What we say.
    pub ours: String,
    /// What the real scheduler says.
    pub theirs: String,
    /// The case.
    pub case: Case,
}

/// What was compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases.
    pub cases: u64,
    /// Nodes asked about.
    pub nodes: u64,
    /// Of them such that both say yes.
    pub feasible: u64,
    /// Of them such that both say no.
    pub rejected: u64,
    /// Cases that were not asked, because the request contradicts itself.
    pub refused: u64,
}

/// Both sides, ready.
#[derive(Debug)]
pub struct Parity {
    real: Real,
    domains: domains::Theirs,
    api: Api,
}

impl Parity {
    /// The fleet that is needed: one cluster without nodes.
    ///
    /// # Errors
    /// Never with the profiles of the testbed; the error is passed on rather than assumed away.
    pub fn fleet() -> Result<FleetBuilder> {
        let profile = Profile::builtin("cpu-only")?
            .with_count("cpu", 0)
            .with_count("infra", 0);
        Ok(Fleet::builder().cluster("parity", profile))
    }

    /// Takes the only cluster of a fleet, which must have no nodes.
    ///
    /// # Errors
    /// When it has nodes, or cannot be prepared.
    pub async fn new(fleet: &Fleet) -> Result<Self> {
        let cluster = fleet
            .clusters()
            .clusters()
            .next()
            .context("the fleet has no cluster")?;
        let client = cluster.client().await?;
        no_other_nodes(&client).await?;
        Ok(Self {
            real: Real::prepare(&client).await?,
            domains: domains::Theirs::prepare(&client).await?,
            api: fleet.api()?,
        })
    }

    /// Compares the cases of the seeds from `first` on; `progress` is told how many are done.
    ///
    /// # Errors
    /// When one of the sides cannot be asked. A difference is no error.
    pub async fn compare(
        &self,
        first: u64,
        cases: u64,
        mut progress: impl FnMut(Tally),
    ) -> Result<(Tally, Vec<Difference>)> {
        let mut tally = Tally::default();
        let mut differences = Vec::new();
        let mut seed = first;
        while seed < first + cases {
            let end = (seed + BATCH).min(first + cases);
            let batch: Vec<Case> = (seed..end)
                .map(|seed| Case::of(seed, &format!("s{seed}")))
                .collect();
            self.batch(&batch, &mut tally, &mut differences)
                .await
                .with_context(|| format!("cases {seed} to {end}"))?;
            progress(tally);
            seed = end;
        }
        Ok((tally, differences))
    }

    /// The same for cases of rules about other pods.
    ///
    /// # Errors
    /// When one of the sides cannot be asked, or ours contradicts itself. A difference is no error.
    pub async fn compare_domains(
        &self,
        first: u64,
        cases: u64,
        mut progress: impl FnMut(Tally),
    ) -> Result<(Tally, Vec<DomainDifference>)> {
        let mut tally = Tally::default();
        let mut differences = Vec::new();
        let mut seed = first;
        while seed < first + cases {
            let end = (seed + BATCH).min(first + cases);
            let batch = (seed..end).map(|seed| DomainCase::of(seed, &format!("d{seed}")));
            domains::batch(&self.domains, batch.collect(), &mut tally, &mut differences)
                .await
                .with_context(|| format!("cases {seed} to {end} of rules about other pods"))?;
            progress(tally);
            seed = end;
        }
        Ok((tally, differences))
    }

    async fn batch(
        &self,
        cases: &[Case],
        tally: &mut Tally,
        differences: &mut Vec<Difference>,
    ) -> Result<()> {
        self.real.populate(cases).await?;
        ours::seen(&self.api, cases).await?;
        let ours = ours::verdicts(&self.api, cases).await?;
        let mut theirs = self.real.verdicts(cases).await?;
        let differs = |theirs: &std::collections::BTreeMap<String, Theirs>| {
            ours.iter().any(|(node, ours)| !same(ours, theirs.get(node)))
        };
        // The scheduler may have looked before it saw the node; it looks again when it does.
        let limit = Instant::now() + SETTLE;
        while differs(&theirs) && Instant::now() < limit {
            tokio::time::sleep(Duration::from_secs(1)).await;
            theirs.extend(self.real.answers().await?);
        }
        for case in cases {
            tally.cases += 1;
            for node in &case.nodes {
                let ours = ours
                    .get(&node.name)
                    .with_context(|| format!("no answer of ours for {}", node.name))?;
                let theirs = theirs.get(&node.name);
                tally.nodes += 1;
                if same(ours, theirs) {
                    tally.feasible += u64::from(*ours == Ours::Feasible);
                    tally.rejected += u64::from(*ours != Ours::Feasible);
                } else {
                    differences.push(Difference {
                        seed: case.seed,
                        node: node.name.clone(),
                        ours: format!("{ours:?}"),
                        theirs: format!("{theirs:?}"),
                        case: case.clone(),
                    });
                }
            }
        }
        self.real.clear(cases).await
    }
}

fn same(ours: &Ours, theirs: Option<&Theirs>) -> bool {
    match theirs {
        Some(Theirs::Bound) => *ours == Ours::Feasible,
        Some(Theirs::Refused(_)) => *ours != Ours::Feasible,
        None => false,
    }
}
