//! Rules about other pods: spread, affinity, anti-affinity, and that of those who stand there already.
//!
//! Ours count the replicas of a tenant's placements over all clusters, Kubernetes pods of a namespace in one. Where each pod is a
//! placement and there is one cluster they mean the same, so there the same nodes must pass. Our side is the engine itself:
//! a pod that no placement owns counts in none of our rules, so the way through the API cannot ask this.
//!
//! What differs on purpose is in no case (`docs/placements.md` says it): several affinity terms at once, and counted pods on nodes
//! that the request does not select.

pub mod case;
mod ours;
mod theirs;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::kubernetes::Verdict;
use super::run::Tally;
use case::DomainCase;
use ours::{Ours, feasible};
pub(super) use theirs::Theirs;

/// A node of which the two sides say different things.
#[derive(Debug, Clone)]
pub struct DomainDifference {
    /// The node.
    pub node: String,
    /// What we say.
    pub ours: String,
    /// What the real scheduler says.
    pub theirs: String,
    /// The case.
    pub case: DomainCase,
}

/// Compares a batch of cases. Those whose pod we refuse whatever the fleet are left out: they contradict themselves.
pub(super) async fn batch(
    real: &Theirs,
    cases: Vec<DomainCase>,
    tally: &mut Tally,
    differences: &mut Vec<DomainDifference>,
) -> Result<()> {
    let mut asked = Vec::new();
    let mut ours = BTreeMap::new();
    for case in cases {
        match feasible(&case).with_context(|| format!("case {}: {case:?}", case.seed))? {
            Ours::Nodes(nodes) => {
                ours.insert(case.seed, nodes);
                asked.push(case);
            }
            Ours::Refused(_) => tally.refused += 1,
        }
    }
    real.populate(&asked).await?;
    let theirs = real.verdicts(&asked).await?;
    for case in &asked {
        tally.cases += 1;
        for node in &case.nodes {
            let passes = ours
                .get(&case.seed)
                .is_some_and(|nodes| nodes.contains(&node.name));
            let verdict = theirs.get(&node.name).context("a node without an answer")?;
            tally.nodes += 1;
            if passes == (*verdict == Verdict::Bound) {
                tally.feasible += u64::from(passes);
                tally.rejected += u64::from(!passes);
            } else {
                differences.push(DomainDifference {
                    node: node.name.clone(),
                    ours: if passes { "feasible" } else { "rejected" }.to_owned(),
                    theirs: format!("{verdict:?}"),
                    case: case.clone(),
                });
            }
        }
    }
    real.clear(&asked).await
}
