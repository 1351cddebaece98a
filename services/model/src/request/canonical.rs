//! The one function that says what a request means.

use super::check::{Report, given};
use super::types::{CanonicalRequest, PinScope, ShapeId};
use super::{compute, performer, rules};
use crate::hash::short_digest;
use crate::ids::Namespace;
use crate::performer::{NodeSelector, PerformerSpec, Toleration};
use crate::placement::PlacementSpec;
use crate::render::merge_terms;
use crate::{Violation, labels};

/// Most replicas of one placement.
/// All slots of a placement are one stored value of at most 1 MiB, with their attempts and messages.
pub const MAX_REPLICAS: i32 = 128;
/// Largest spec as JSON, bytes: it travels in commands, is written with each change of status, and stands, signed, in an
/// annotation of each Performer, all of whose annotations Kubernetes bounds at 256 KiB together
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/>).
pub const MAX_SPEC_BYTES: usize = 64 * 1024;
/// Largest concrete performer as JSON, bytes: merging rules multiplies their terms, and one object must stay well below
/// what an API server stores.
pub const MAX_PERFORMER_BYTES: usize = 256 * 1024;

/// Turns a request into its canonical form. Pure: the same text always means the same.
///
/// # Errors
/// With everything that is wrong, not only the first thing; contradictions name both fields.
pub fn canonicalise(spec: &PlacementSpec) -> Result<CanonicalRequest, Vec<Violation>> {
    let mut report = Report::default();
    report.size("spec", spec, MAX_SPEC_BYTES);
    performer::check(&spec.performer, "spec.performer", &mut report);
    let hardware = spec.performer.hardware_requirements.as_ref();
    let needs = compute::read(
        spec.performer.resources.as_ref(),
        hardware,
        spec.compute.as_ref(),
        compute::Paths {
            performer: "spec.performer",
            compute: "spec.compute",
        },
        &mut report,
    );
    let scheduling = spec.performer.scheduling.as_ref();
    let nodes = rules::nodes(
        scheduling,
        hardware.map(|hardware| &hardware.custom_labels),
        spec.node_rules.as_ref(),
        rules::Paths {
            scheduling: "spec.performer.scheduling",
            custom_labels: "spec.performer.hardwareRequirements.customLabels",
            node_rules: "spec.nodeRules",
        },
        &mut report,
    );
    let clusters = rules::clusters(spec.cluster_rules.as_ref(), "spec.clusterRules", &mut report);
    let pin = rules::pin(scheduling);
    let alternatives: usize = nodes
        .affinity
        .iter()
        .map(|selector| selector.terms.len().max(1))
        .product();
    if pin == PinScope::Cluster && alternatives.saturating_mul(nodes.hostnames.len()) > rules::MAX_TERMS {
        report.add(
            "spec.nodeRules.hostnames",
            format!(
                "unfolds to too many terms together with node affinity: at most {}",
                rules::MAX_TERMS
            ),
        );
    }
    report.range("spec.replicas", spec.replicas, 1..=MAX_REPLICAS);
    let replicas = u32::try_from(spec.replicas.unwrap_or(1)).unwrap_or(1);
    let namespace = given(spec.namespace.as_ref());
    let namespace = namespace.and_then(|text| report.id("spec.namespace", Namespace::new(text)));
    if !report.violations.is_empty() {
        return Err(report.violations);
    }
    let runtime_class = scheduling.and_then(|scheduling| given(scheduling.runtime_class.as_ref()));
    let mut request = CanonicalRequest {
        performer: merged_performer(spec, &nodes.selector),
        base: needs.base,
        gpu: needs.gpu,
        tee: needs.tee,
        runtime_class: runtime_class.map(ToOwned::to_owned),
        nodes,
        clusters,
        replicas,
        gang: spec.gang,
        namespace,
        pin,
        shape: ShapeId(0),
    };
    let resources = needs.resources;
    if !(resources.requests.is_empty() && resources.limits.is_empty()) {
        request.performer.resources = Some(resources);
    }
    report.size("spec", &request.performer, MAX_PERFORMER_BYTES);
    if !report.violations.is_empty() {
        return Err(report.violations);
    }
    request.shape = shape(&request);
    Ok(request)
}

/// The performer with the rules of all parts in its `scheduling`.
fn merged_performer(spec: &PlacementSpec, selector: &labels::Labels) -> PerformerSpec {
    let mut performer = spec.performer.clone();
    performer.hardware_requirements = None;
    performer.resources = None;
    let Some(rules) = &spec.node_rules else {
        if !selector.is_empty() {
            performer.scheduling_mut().node_selector = selector.clone();
        }
        return performer;
    };
    let scheduling = performer.scheduling_mut();
    scheduling.node_selector.clone_from(selector);
    let extra: Vec<Toleration> = rules
        .tolerations
        .iter()
        .filter(|toleration| !scheduling.tolerations.contains(toleration))
        .cloned()
        .collect();
    scheduling.tolerations.extend(extra);
    if let Some(required) = &rules.required_node_affinity {
        let affinity = scheduling
            .affinity
            .get_or_insert_default()
            .node_affinity
            .get_or_insert_default();
        let own = affinity
            .required_during_scheduling_ignored_during_execution
            .take();
        let terms = match own {
            Some(own) => merge_terms(&own.node_selector_terms, &required.node_selector_terms),
            None => required.node_selector_terms.clone(),
        };
        affinity.required_during_scheduling_ignored_during_execution = Some(NodeSelector {
            node_selector_terms: terms,
        });
    }
    if *scheduling == Default::default() {
        performer.scheduling = None;
    }
    performer
}

/// Two requests have the same shape exactly if no cluster and no node can tell them apart. Only compared within one
/// process, so the debug form is stable enough.
fn shape(request: &CanonicalRequest) -> ShapeId {
    let CanonicalRequest {
        base,
        gpu,
        tee,
        runtime_class,
        nodes,
        clusters,
        namespace,
        pin,
        ..
    } = request;
    let parts = (base, gpu, tee, runtime_class, nodes, clusters, namespace, pin);
    ShapeId(short_digest(format!("{parts:?}").as_bytes()))
}
