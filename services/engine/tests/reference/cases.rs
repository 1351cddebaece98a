//! Small fleets, requests and histories, made so that they shrink to what a difference is about.

mod clusters;
mod crowds;
mod gpus;
mod nodes;
mod requests;
mod wishes;

use hourglass_model::labels::{Taint, TaintEffect};
use hourglass_model::resources::{ResourceName, ResourceVector};
use proptest::prelude::*;

use clusters::SettingsCase;
pub use clusters::{ClusterCase, FactsCase};
pub use crowds::{fleet as crowded_fleet, steps as crowded_steps};
pub use nodes::NodeCase;
pub use requests::RequestCase;

const ZONES: [&str; 2] = ["a", "b"];
const REGIONS: [&str; 2] = ["r0", "r1"];
const PROVIDERS: [&str; 2] = ["near", "far"];
const APPS: [&str; 3] = ["web", "db", "job"];
const TOPOLOGIES: [&str; 4] = ["CLUSTER", "REGION", "ZONE", "NODE"];
/// Both are open in every cluster that opens any.
const NAMESPACES: [&str; 2] = ["performers", "lab"];
const TDX_LABEL: &str = "feature.node.kubernetes.io/cpu-security.tdx.enabled";
const SGX_LABEL: &str = "intel.feature.node.kubernetes.io/sgx";

/// What becomes of the session with a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// It ends.
    Ends,
    /// A new one begins, and nothing has come in it.
    Begins,
    /// A new one begins, with a whole inventory.
    Reports,
}

/// How a pod is seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Not bound yet: only its devices are given.
    pub unbound: bool,
    /// With other devices than decided where nothing tells them apart.
    pub others: bool,
    /// With other devices although they have names: somebody has meddled.
    pub astray: bool,
    /// On another node than decided, by its place among those of the cluster.
    pub elsewhere: Option<prop::sample::Index>,
}

/// Something that happens.
#[derive(Debug, Clone)]
pub enum Step {
    Place(RequestCase),
    /// A placement wants so many replicas more; whether the commit succeeded may not be known for a while.
    Grow(prop::sample::Index, u32, bool),
    /// A placement's claims are released and confirmed.
    Remove(prop::sample::Index),
    /// They are released, and the cluster has not confirmed it.
    Release(prop::sample::Index),
    /// A node changes or comes.
    Node(prop::sample::Index, usize, NodeCase),
    /// A node goes.
    Lose(prop::sample::Index, usize),
    /// A pod of a claim is seen.
    Observe(prop::sample::Index, Seen),
    /// It becomes known whether commits succeeded of which that was not known.
    Settle(bool),
    /// A cluster says of a claim whether it serves.
    Serve(prop::sample::Index, bool),
    /// People set something else on a cluster.
    Settings(prop::sample::Index, SettingsCase),
    /// A cluster says something else of itself.
    Facts(prop::sample::Index, FactsCase),
    /// The session with a cluster ends or begins.
    Session(prop::sample::Index, Session),
    /// A cluster is late, or is there again.
    Health(prop::sample::Index, bool),
    /// Requests arrive and are learnt from, so many times.
    Learn(RequestCase, u32),
    /// Nodes are kept for somebody.
    Reserve(usize, RequestCase),
    /// Nobody keeps nodes any more.
    Unreserve(usize),
    /// The state is written down and read again.
    Reload,
}

fn maybe<S: Strategy>(one_in: u32, value: S) -> impl Strategy<Value = Option<S::Value>>
where
    S::Value: Clone,
{
    prop::option::weighted(1.0 / f64::from(one_in), value)
}

/// True once in so many times.
fn seldom(one_in: u32) -> impl Strategy<Value = bool> {
    prop::bool::weighted(1.0 / f64::from(one_in))
}

/// A fleet of up to three clusters.
pub fn fleet() -> impl Strategy<Value = Vec<ClusterCase>> {
    prop_oneof![
        1 => Just(Vec::new()),
        30 => prop::collection::vec(clusters::cluster(), 1..4),
    ]
}

/// How a pod is seen, once in so many times elsewhere.
fn seen(elsewhere: u32) -> impl Strategy<Value = Seen> {
    (
        prop::bool::weighted(0.2),
        any::<bool>(),
        seldom(8),
        maybe(elsewhere, any::<prop::sample::Index>()),
    )
        .prop_map(|(unbound, others, astray, elsewhere)| Seen {
            unbound,
            others,
            astray,
            elsewhere,
        })
}

/// What happens, mostly placing.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let session = prop::sample::select(vec![
        Session::Ends,
        Session::Begins,
        Session::Reports,
        Session::Reports,
        Session::Reports,
        Session::Reports,
        Session::Reports,
    ]);
    let clusters = prop_oneof![
        2 => (index(), clusters::settings()).prop_map(|(cluster, settings)| Step::Settings(cluster, settings)),
        2 => (index(), clusters::facts()).prop_map(|(cluster, facts)| Step::Facts(cluster, facts)),
        2 => (index(), session).prop_map(|(cluster, session)| Step::Session(cluster, session)),
        1 => (index(), prop::bool::weighted(0.85)).prop_map(|(cluster, there)| Step::Health(cluster, there)),
    ];
    let step = prop_oneof![
        24 => requests::request().prop_map(Step::Place),
        4 => (index(), 1..=3_u32, seldom(12))
            .prop_map(|(placement, more, unsure)| Step::Grow(placement, more, unsure)),
        2 => index().prop_map(Step::Remove),
        2 => index().prop_map(Step::Release),
        2 => (index(), 0..5_usize, nodes::node()).prop_map(|(cluster, at, node)| Step::Node(cluster, at, node)),
        2 => (index(), 0..5_usize).prop_map(|(cluster, at)| Step::Lose(cluster, at)),
        4 => (index(), seen(8)).prop_map(|(claim, seen)| Step::Observe(claim, seen)),
        1 => any::<bool>().prop_map(Step::Settle),
        6 => (index(), prop::bool::weighted(0.7)).prop_map(|(claim, serves)| Step::Serve(claim, serves)),
        2 => (requests::request(), prop::sample::select(vec![1_u32, 7, 33, 90]))
            .prop_map(|(case, times)| Step::Learn(case, times)),
        2 => (0..2_usize, requests::request()).prop_map(|(who, case)| Step::Reserve(who, case)),
        3 => clusters,
        2 => prop_oneof![(0..2_usize).prop_map(Step::Unreserve), Just(Step::Reload)],
    ];
    prop::collection::vec(step, 1..26)
}

fn vector(entries: &[(&str, i64)]) -> ResourceVector {
    entries
        .iter()
        .map(|(name, amount)| (ResourceName::new(name).expect("valid"), *amount))
        .collect()
}

/// A taint of a node or a cluster: its effect, and whether requests may tolerate it.
type TaintCase = (usize, bool);

fn taint_of((effect, special): TaintCase) -> Taint {
    const EFFECTS: [TaintEffect; 3] = [
        TaintEffect::NoSchedule,
        TaintEffect::PreferNoSchedule,
        TaintEffect::NoExecute,
    ];
    Taint {
        key: if special { "special" } else { "dedicated" }.to_owned(),
        value: String::new(),
        effect: EFFECTS[effect],
    }
}
