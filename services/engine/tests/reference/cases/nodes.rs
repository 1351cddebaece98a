//! Nodes in small numbers.

use hourglass_model::ids::NodeName;
use hourglass_model::labels::Labels;
use hourglass_model::node::NodeFacts;
use hourglass_model::resources::ResourceName;
use proptest::prelude::*;

use super::gpus::{self, GpuCase};
use super::{SGX_LABEL, TDX_LABEL, TaintCase, ZONES, maybe, taint_of, vector};

/// One node in small numbers.
#[derive(Debug, Clone, Default)]
pub struct NodeCase {
    pub(super) cpu: i64,
    pub(super) memory: i64,
    pub(super) pods: i64,
    pub(super) used: i64,
    pub(super) zone: Option<usize>,
    pub(super) gpu: Option<GpuCase>,
    pub(super) clique: Option<usize>,
    /// TDX keys, and SGX enclaves.
    pub(super) tdx: Option<i64>,
    pub(super) sgx: Option<i64>,
    pub(super) taint: Option<TaintCase>,
    pub(super) unschedulable: bool,
    pub(super) ready: bool,
}

pub(super) fn node() -> impl Strategy<Value = NodeCase> {
    (
        (
            prop::sample::select(vec![0_i64, 2, 4, 8, 8, 16, 16, 16]),
            2..=12_i64,
            1..=8_i64,
            0..=2_i64,
        ),
        prop::option::weighted(0.8, 0..ZONES.len()),
        (
            prop::option::weighted(0.75, gpus::on_a_node()),
            prop::option::weighted(0.7, 0..2_usize),
        ),
        (maybe(5, 0..=2_i64), maybe(7, 0..=2_i64)),
        maybe(8, (0..3_usize, any::<bool>())),
        prop::bool::weighted(0.05),
        prop::bool::weighted(0.95),
    )
        .prop_map(
            |(size, zone, (gpu, clique), (tdx, sgx), taint, unschedulable, ready)| {
                let (cpu, memory, pods, used) = size;
                NodeCase {
                    cpu,
                    memory,
                    pods,
                    used,
                    zone,
                    gpu,
                    clique,
                    tdx,
                    sgx,
                    taint,
                    unschedulable,
                    ready,
                }
            },
        )
}

impl NodeCase {
    /// The node as an agent reports it, with nothing of ours on it.
    pub fn facts(&self, name: &str) -> NodeFacts {
        let mut labels = Labels::new();
        labels.insert("kubernetes.io/hostname".to_owned(), name.to_owned());
        if let Some(zone) = self.zone {
            labels.insert("topology.kubernetes.io/zone".to_owned(), ZONES[zone].to_owned());
        }
        let mut allocatable = vector(&[
            ("cpu", self.cpu * 500),
            ("memory", self.memory << 30),
            ("pods", self.pods),
        ]);
        for (slots, label, resource) in [
            (self.tdx, TDX_LABEL, "tdx.intel.com/keys"),
            (self.sgx, SGX_LABEL, "sgx.intel.com/enclave"),
        ] {
            if let Some(slots) = slots {
                labels.insert(label.to_owned(), "true".to_owned());
                allocatable.set(ResourceName::new(resource).expect("valid"), slots);
            }
        }
        let mut facts = NodeFacts {
            name: NodeName::new(name).expect("valid"),
            uid: name.to_owned(),
            taints: self.taint.into_iter().map(taint_of).collect(),
            unschedulable: self.unschedulable,
            ready: self.ready,
            used: vector(&[("cpu", self.used * 250), ("pods", self.used)]),
            labels: labels.into(),
            allocatable,
            claims: Vec::new(),
            devices: Vec::new(),
        };
        if let Some(gpu) = &self.gpu {
            gpu.put_on(&mut facts, self.clique);
        }
        facts
    }
}
