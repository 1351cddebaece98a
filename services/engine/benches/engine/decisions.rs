//! How long decisions take while the fleet churns: the claims of each are taken, and those of older ones given back.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use hourglass_engine::{Decision, Dispatch, FleetState, Owner, decide, decide_by_scan};
use hourglass_model::ids::{ClaimId, PlacementUid, TenantId};

use crate::asking::{Question, Way};
use crate::fleet;
use crate::mix::{self, Sample};
use crate::report::Report;
use crate::rng::Rng;

/// Placements that live at a time.
const LIVING: usize = 2_000;
/// The fleet whose decisions are told by what was asked, too.
const BY_KIND: (usize, usize) = (100, 5_000);
/// Requests of the mix; they come again and again.
const SHAPES: usize = 400;

struct Churn {
    state: FleetState,
    tenant: TenantId,
    samples: Vec<Sample>,
    rng: Rng,
    living: VecDeque<Vec<ClaimId>>,
    number: usize,
}

impl Churn {
    fn next(&mut self) -> usize {
        self.rng.below(self.samples.len())
    }

    /// Decides and times it.
    fn decide(&self, sample: usize, way: Way) -> (Duration, Decision) {
        Question::new(&self.tenant).ask(&self.state, &self.samples[sample].request, way)
    }

    /// Takes the claims, and gives back the oldest.
    fn take(&mut self, sample: usize, decision: &Decision) -> Duration {
        self.number += 1;
        let uid = PlacementUid::new(format!("p{}", self.number)).expect("a uid");
        let owner = Owner::new(&self.tenant, &uid, &self.samples[sample].request);
        let begun = Instant::now();
        let mut ids = Vec::new();
        for slot in &decision.placed {
            let claim = slot.claim(&owner);
            ids.push(claim.id.clone());
            self.state.claim(claim).expect("new");
        }
        for id in &ids {
            self.state.committed(id).expect("known");
        }
        self.living.push_back(ids);
        if self.living.len() > LIVING {
            for id in self.living.pop_front().into_iter().flatten() {
                self.state.release(&id, Dispatch::Never).expect("known");
            }
        }
        begun.elapsed()
    }
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

pub fn percentile(sorted: &[Duration], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let at = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len());
    micros(sorted[at - 1])
}

/// What decisions of a fleet cost, in microseconds.
pub struct Cost {
    pub p50: f64,
    pub p99: f64,
    pub mean: f64,
    /// The median of each kind of request that found its places.
    pub by_kind: BTreeMap<&'static str, f64>,
    /// Of each request how long its decisions took; none of one that did not always find its places.
    pub by_request: Vec<Option<Vec<Duration>>>,
}

/// What the decisions of those requests cost that found their places in both fleets.
pub fn of_both(one: &Cost, other: &Cost) -> Option<[(f64, f64, f64); 2]> {
    let pairs = one.by_request.iter().zip(&other.by_request);
    let pairs = pairs.filter_map(|pair| Some((pair.0.as_ref()?, pair.1.as_ref()?)));
    let (one, other): (Vec<&Vec<Duration>>, Vec<&Vec<Duration>>) = pairs.unzip();
    let cost = |times: Vec<&Vec<Duration>>| {
        let mut times: Vec<Duration> = times.into_iter().flatten().copied().collect();
        times.sort_unstable();
        let total: Duration = times.iter().sum();
        #[expect(clippy::cast_precision_loss)]
        let mean = micros(total) / times.len() as f64;
        (!times.is_empty()).then(|| (percentile(&times, 0.5), percentile(&times, 0.99), mean))
    };
    Some([cost(one)?, cost(other)?])
}

/// One fleet.
pub fn measure(report: &mut Report, clusters: usize, nodes: usize, full: usize, quick: bool) -> Cost {
    let state = fleet::fleet(clusters, nodes, full, &mut Rng::new(7));
    // Every fleet is asked the same, in the same order.
    let mut mix = Rng::new(8);
    let mut samples: Vec<Sample> = (0..SHAPES).map(|_| mix::draw(&mut mix)).collect();
    if let Ok(kind) = std::env::var("BENCH_KIND") {
        samples.retain(|sample| sample.what == kind);
    }
    let mut churn = Churn {
        state,
        tenant: fleet::tenant(),
        samples,
        rng: mix,
        living: VecDeque::new(),
        number: 0,
    };
    // Everything has been asked once before.
    for sample in 0..churn.samples.len() {
        let (_, decision) = churn.decide(sample, decide);
        churn.take(sample, &decision);
    }
    let rounds = if quick { 3_000 } else { 20_000 };
    let mut times = Vec::with_capacity(rounds);
    let mut kinds = Kinds::default();
    let mut by_request: Vec<Option<Vec<Duration>>> = vec![Some(Vec::new()); churn.samples.len()];
    let (mut missed, mut claimed, mut slots) = (0usize, Duration::ZERO, 0usize);
    for _ in 0..rounds {
        let sample = churn.next();
        let (time, decision) = churn.decide(sample, decide);
        missed += usize::from(decision.no_fit.is_some());
        match (&mut by_request[sample], &decision.no_fit) {
            (Some(times), None) => times.push(time),
            (known, _) => *known = None,
        }
        slots += decision.placed.len();
        claimed += churn.take(sample, &decision);
        times.push(time);
        kinds.add(churn.samples[sample].what, time, &decision);
        kinds.all.push((time, churn.samples[sample].what));
    }
    let scans = (2_000_000 / (clusters * nodes)).clamp(4, 200);
    let mut scanned: Vec<Duration> = Vec::new();
    let mut same: Vec<Duration> = Vec::new();
    for _ in 0..scans {
        let sample = churn.next();
        let (time, by_scan) = churn.decide(sample, decide_by_scan);
        scanned.push(time);
        let (time, by_index) = churn.decide(sample, decide);
        same.push(time);
        let why = |decision: &Decision| decision.no_fit.as_ref().map(|no_fit| no_fit.reason);
        assert!(
            by_scan.placed == by_index.placed,
            "both ways take the same places"
        );
        assert!(why(&by_scan) == why(&by_index), "both ways give the same reason");
        churn.take(sample, &by_index);
    }
    times.sort_unstable();
    scanned.sort_unstable();
    let name = |what: &str| format!("decide {clusters}x{nodes} {full}% full, {what}");
    report.row(
        &name("p50"),
        percentile(&times, 0.5),
        "us",
        Some(percentile(&scanned, 0.5)),
    );
    // There are too few scans for a percentile this high: it is that of the slowest.
    for (word, part) in [("p99", 0.99), ("p99.9", 0.999)] {
        let slowest = percentile(&scanned, part);
        report.row(&name(word), percentile(&times, part), "us", Some(slowest));
    }
    let total: Duration = times.iter().sum();
    let scan_total: Duration = scanned.iter().sum();
    #[expect(clippy::cast_precision_loss)]
    {
        report.row(
            &name("decisions/s"),
            rounds as f64 / total.as_secs_f64(),
            "1/s",
            Some(scanned.len() as f64 / scan_total.as_secs_f64()),
        );
        report.row(
            &name("without a place"),
            missed as f64 * 100.0 / rounds as f64,
            "%",
            None,
        );
        report.row(
            &name("claims taken and given back"),
            micros(claimed) / slots.max(1) as f64,
            "us/slot",
            None,
        );
    }
    let by_kind = kinds.medians();
    kinds.tell_slowest(report, &name);
    if (clusters, nodes) == BY_KIND || std::env::var_os("BENCH_BY_REQUEST").is_some() {
        kinds.tell(report, &name);
    }
    Cost {
        p50: percentile(&times, 0.5),
        p99: percentile(&times, 0.99),
        #[expect(clippy::cast_precision_loss)]
        mean: micros(total) / rounds as f64,
        by_kind,
        by_request,
    }
}

/// Decisions by what was asked.
#[derive(Default)]
struct Kinds {
    all: Vec<(Duration, &'static str)>,
    by_kind: BTreeMap<String, Vec<Duration>>,
    placed: BTreeMap<&'static str, Vec<Duration>>,
}

impl Kinds {
    fn add(&mut self, what: &'static str, time: Duration, decision: &Decision) {
        if decision.no_fit.is_none() {
            self.placed.entry(what).or_default().push(time);
        }
        let mut add = |what: String, time: Duration| self.by_kind.entry(what).or_default().push(time);
        add(what.to_owned(), time);
        if decision.no_fit.is_some() {
            add("(all that find no place)".to_owned(), time);
        }
        // One decision of a gang is one of many places.
        let slots = u32::try_from(decision.placed.len()).expect("few");
        if slots > 1 {
            add(format!("{what}, by place"), time / slots);
        }
    }

    /// Of each kind of which enough have found their places to speak of.
    fn medians(&mut self) -> BTreeMap<&'static str, f64> {
        let enough = self.placed.iter_mut().filter(|(_, times)| times.len() >= 20);
        let medians = enough.map(|(what, times)| {
            times.sort_unstable();
            (*what, percentile(times, 0.5))
        });
        medians.collect()
    }

    /// What the slowest hundredth asked for, which the 99th percentile of all is the fastest of.
    #[expect(clippy::cast_precision_loss)]
    fn tell_slowest(&mut self, report: &mut Report, name: &dyn Fn(&str) -> String) {
        self.all.sort_unstable_by(|one, other| other.cmp(one));
        let slowest = &self.all[..self.all.len().div_ceil(100)];
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, what) in slowest {
            *counts.entry(what).or_default() += 1;
        }
        let mut counts: Vec<(usize, &str)> = counts.into_iter().map(|(what, count)| (count, what)).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        for (count, what) in counts.into_iter().take(6) {
            let part = count as f64 * 100.0 / slowest.len() as f64;
            report.row(
                &name(&format!("of the slowest hundredth: {what}")),
                part,
                "%",
                None,
            );
        }
    }

    fn tell(self, report: &mut Report, name: &dyn Fn(&str) -> String) {
        for (what, mut times) in self.by_kind {
            times.sort_unstable();
            for (word, part) in [("p50", 0.5), ("p99", 0.99)] {
                report.row(
                    &name(&format!("{what}: {word}")),
                    percentile(&times, part),
                    "us",
                    None,
                );
            }
        }
    }
}
