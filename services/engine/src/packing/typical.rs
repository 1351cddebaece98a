//! The histogram of typical requests. It begins with a guess and learns from what arrives, the latest counting most; time
//! plays no part, only the number of requests.

use hourglass_model::request::{CanonicalRequest, GpuAmount, GpuRequest};
use hourglass_model::resources::CPU;
use serde::{Deserialize, Serialize};

/// What one replica counts; fractions of it are left by decay.
const UNIT: u64 = 1024;
/// Replicas from one step to the next.
const STEP: u64 = 256;
/// Replicas from one step to the next until the first full step: a new fleet learns fast.
const FIRST_STEPS: u64 = 32;
/// What is left of a count after each full step, in 1024ths: half after 4,096 replicas.
const KEEP: u64 = 981;
/// Most different requests that are remembered.
const MAX_REQUESTS: usize = 512;
/// The most frequent requests that are in force make up this part of all, in percent.
const TOP_PERCENT: u64 = 95;
/// The guess counts as so many replicas.
const PRIOR: u64 = 32;

/// What packing looks at in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypicalRequest {
    /// Milli-cores.
    pub cpu_milli: i64,
    /// GPUs; without the resource that they are counted in, and without clique.
    pub gpu: GpuRequest,
}

impl TypicalRequest {
    /// What packing looks at in a request; `None` for one without GPUs.
    #[must_use]
    pub fn of(request: &CanonicalRequest) -> Option<Self> {
        let gpu = request.gpu.as_ref()?;
        Some(Self {
            cpu_milli: request.base.get(&CPU).max(0),
            gpu: GpuRequest {
                resource: None,
                same_clique: false,
                ..gpu.clone()
            },
        })
    }

    /// Thousandths of GPUs that it takes; MIG devices count as GPUs.
    #[must_use]
    pub fn milli(&self) -> i64 {
        match self.gpu.amount {
            GpuAmount::Whole(count) => i64::from(count) * 1000,
            GpuAmount::ShareMilli(milli) => i64::from(milli),
        }
    }

    fn plain(cpu_milli: i64, amount: GpuAmount) -> Self {
        Self {
            cpu_milli,
            gpu: GpuRequest {
                amount,
                resource: None,
                products: Vec::new(),
                min_memory_mib: None,
                min_compute_capability: None,
                confidential: false,
                mig_profile: None,
                same_clique: false,
            },
        }
    }
}

/// How often each request was seen, of late more than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Typical {
    /// In the order in which they were first seen.
    counts: Vec<(TypicalRequest, u64)>,
    seen: u64,
    /// Number seen at which the next step is due.
    step_at: u64,
}

impl Default for Typical {
    /// The guess: mostly single GPUs, some shares, some nodes' worth. It asks for little cpu, so that before anything is
    /// known about that only GPUs count.
    fn default() -> Self {
        let guess = [
            (1_000, GpuAmount::Whole(1), 4),
            (500, GpuAmount::ShareMilli(500), 1),
            (250, GpuAmount::ShareMilli(250), 1),
            (2_000, GpuAmount::Whole(2), 1),
            (4_000, GpuAmount::Whole(4), 1),
            (8_000, GpuAmount::Whole(8), 1),
        ];
        let parts: u64 = guess.iter().map(|(_, _, part)| *part).sum();
        let counts = guess.map(|(cpu, amount, part)| {
            let count = PRIOR * UNIT * part / parts;
            (TypicalRequest::plain(cpu, amount), count)
        });
        Self {
            counts: counts.to_vec(),
            seen: 0,
            step_at: FIRST_STEPS,
        }
    }
}

impl Typical {
    /// Counts replicas of a request; returns whether a step is due.
    pub(super) fn count(&mut self, request: &TypicalRequest, replicas: u32) -> bool {
        let added = UNIT.saturating_mul(u64::from(replicas));
        self.seen = self.seen.saturating_add(u64::from(replicas));
        if let Some((_, count)) = self.counts.iter_mut().find(|(other, _)| other == request) {
            *count = count.saturating_add(added);
        } else {
            if self.counts.len() >= MAX_REQUESTS {
                self.drop_rarest();
            }
            self.counts.push((request.clone(), added));
        }
        self.seen >= self.step_at
    }

    fn drop_rarest(&mut self) {
        let counted = self.counts.iter().enumerate();
        let rarest = counted.min_by_key(|(_, (_, count))| *count).map(|(at, _)| at);
        if let Some(at) = rarest {
            self.counts.remove(at);
        }
    }

    /// Ends a step: from the first full one on, what was counted so far fades.
    pub(super) fn decay(&mut self) {
        if self.seen < STEP {
            self.step_at = self.seen.saturating_add(FIRST_STEPS);
            return;
        }
        for (_, count) in &mut self.counts {
            *count = count.saturating_mul(KEEP) / 1024;
        }
        self.counts.retain(|(_, count)| *count > 0);
        self.step_at = self.seen.saturating_add(STEP);
    }

    /// Everything that is remembered.
    pub(super) fn all(&self) -> impl Iterator<Item = (&TypicalRequest, u64)> {
        self.counts.iter().map(|(request, count)| (request, *count))
    }

    /// The most frequent requests, which together make up most of all; the older first where they are as frequent.
    pub(super) fn top(&self) -> Vec<(&TypicalRequest, u64)> {
        let mut sorted: Vec<(&TypicalRequest, u64)> = self.all().collect();
        sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let all: u64 = sorted.iter().map(|(_, count)| *count).sum();
        let enough = all.saturating_mul(TOP_PERCENT) / 100;
        let mut sum = 0_u64;
        sorted
            .into_iter()
            .take_while(|(_, count)| {
                let before = sum;
                sum = sum.saturating_add(*count);
                before < enough
            })
            .collect()
    }
}
