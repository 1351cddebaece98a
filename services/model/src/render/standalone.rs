//! A Performer that nobody placed: its `hardwareRequirements` become resources, affinity and RuntimeClass by what its own
//! cluster has, and the cluster's scheduler picks the node.

use std::collections::{BTreeMap, BTreeSet};

use super::affinity::{label_term, require};
use super::offer::{NodeOffer, RuntimeClassGrant, TeeGrant};
use super::resolve::add_resources;
use crate::Violation;
use crate::gpu::{PRODUCT_LABELS, Product, base_name};
use crate::performer::PerformerSpec;
use crate::render::{CountedGpus, GpuGrant};
use crate::request::check::{Report, given};
use crate::request::{GpuAmount, GpuRequest, TeeRequest, compute, rules};
use crate::resources::{AMD_GPU, NVIDIA_GPU, ResourceVector};
use crate::tee::TeeKind;

/// What the operator has seen in its cluster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClusterHardware {
    /// Product labels of its nodes, key and value.
    pub gpu_products: BTreeSet<(String, String)>,
    /// TEE kinds of its nodes.
    pub tee_kinds: BTreeSet<TeeKind>,
    /// Overhead of its RuntimeClasses by name.
    pub runtime_classes: BTreeMap<String, ResourceVector>,
}

/// The concrete spec of a standalone performer. Hardware that the cluster does not have yet is still asked for, so that
/// the pod waits for it and says so.
///
/// # Errors
/// With everything in resources, rules and hardware that makes no sense; paths begin with `spec.`.
pub fn render_standalone(
    spec: &PerformerSpec,
    cluster: &ClusterHardware,
) -> Result<PerformerSpec, Vec<Violation>> {
    let mut report = Report::default();
    let hardware = spec.hardware_requirements.as_ref();
    let paths = compute::Paths {
        performer: "spec",
        compute: "spec.compute",
    };
    let needs = compute::read(spec.resources.as_ref(), hardware, None, paths, &mut report);
    let nodes = rules::nodes(
        spec.scheduling.as_ref(),
        hardware.map(|hardware| &hardware.custom_labels),
        None,
        rules::Paths {
            scheduling: "spec.scheduling",
            custom_labels: "spec.hardwareRequirements.customLabels",
            node_rules: "spec.nodeRules",
        },
        &mut report,
    );
    if !report.violations.is_empty() {
        return Err(report.violations);
    }
    let mut rendered = spec.clone();
    rendered.hardware_requirements = None;
    rendered.resources = Some(needs.resources)
        .filter(|resources| !(resources.requests.is_empty() && resources.limits.is_empty()));
    if !nodes.selector.is_empty() {
        rendered.scheduling_mut().node_selector = nodes.selector;
    }
    let mut offer = NodeOffer::default();
    if let Some(gpu) = &needs.gpu {
        offer.gpu = gpu_grant(gpu, cluster);
        require_product(&mut rendered, gpu, cluster);
    }
    let explicit = spec
        .scheduling
        .as_ref()
        .and_then(|scheduling| given(scheduling.runtime_class.as_ref()));
    let kind = needs.tee.as_ref().map(|tee| (tee, pick_kind(tee, cluster)));
    let implied = kind
        .as_ref()
        .and_then(|(_, kind)| kind.as_ref()?.runtime_class(needs.gpu.is_some()));
    offer.runtime_class = explicit.or(implied).map(|name| RuntimeClassGrant {
        name: name.to_owned(),
        overhead: cluster.runtime_classes.get(name).cloned().unwrap_or_default(),
    });
    if let Some((tee, kind)) = kind {
        require_tee(&mut rendered, tee, kind.as_ref());
        offer.tee = kind.map(|kind| TeeGrant {
            kind,
            slots: tee.slots,
        });
    }
    add_resources(&mut rendered, &offer.granted());
    if let Some(class) = offer.runtime_class {
        rendered.scheduling_mut().runtime_class = Some(class.name);
    }
    Ok(rendered)
}

/// Product labels of the cluster that the request takes, as whole GPUs.
fn matching<'a>(
    gpu: &'a GpuRequest,
    cluster: &'a ClusterHardware,
) -> impl Iterator<Item = &'a (String, String)> {
    cluster.gpu_products.iter().filter(|(_, value)| {
        base_name(value) == value.as_str()
            && Product::parse(value).is_ok_and(|have| gpu.products.iter().any(|wanted| have.matches(wanted)))
    })
}

fn gpu_grant(gpu: &GpuRequest, cluster: &ClusterHardware) -> Option<GpuGrant> {
    let GpuAmount::Whole(units) = gpu.amount else {
        return None;
    };
    let amd = matching(gpu, cluster).all(|(key, _)| key.starts_with("amd.com/"))
        && matching(gpu, cluster).count() > 0;
    let usual = if amd { AMD_GPU.clone() } else { NVIDIA_GPU.clone() };
    let resource = gpu.resource.clone().unwrap_or(usual);
    Some(GpuGrant::Counted(CountedGpus {
        resource,
        units: i64::from(units),
        product_label: None,
    }))
}

fn require_product(spec: &mut PerformerSpec, gpu: &GpuRequest, cluster: &ClusterHardware) {
    if gpu.products.is_empty() {
        return;
    }
    let mut by_label: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, value) in matching(gpu, cluster) {
        by_label.entry(key).or_default().push(value.clone());
    }
    if by_label.is_empty() {
        let asked = gpu
            .products
            .iter()
            .map(|product| product.name().to_owned())
            .collect();
        by_label.insert(PRODUCT_LABELS[0], asked);
    }
    require(
        spec,
        by_label
            .into_iter()
            .map(|(key, values)| label_term(key, values))
            .collect(),
    );
}

/// The kind to use: the first one wanted that the cluster has, else the first one wanted, else the first one it has.
fn pick_kind(tee: &TeeRequest, cluster: &ClusterHardware) -> Option<TeeKind> {
    let wanted = tee.kinds.iter();
    wanted
        .clone()
        .find(|kind| cluster.tee_kinds.contains(kind))
        .or_else(|| tee.kinds.first())
        .or_else(|| cluster.tee_kinds.first())
        .cloned()
}

fn require_tee(spec: &mut PerformerSpec, tee: &TeeRequest, kind: Option<&TeeKind>) {
    let kinds: Vec<TeeKind> = match kind {
        Some(kind) => vec![kind.clone()],
        None if tee.kinds.is_empty() => TeeKind::COUNTED.to_vec(),
        None => tee.kinds.clone(),
    };
    let labels = kinds.iter().flat_map(TeeKind::labels);
    require(
        spec,
        labels
            .map(|label| label_term(&label, vec!["true".to_owned()]))
            .collect(),
    );
}
