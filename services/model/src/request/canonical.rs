//! The one function that says what a request means.

use super::check::{Report, given};
use super::lifecycle::DEFAULT_START_DEADLINE;
use super::types::{CanonicalRequest, ShapeId};
use super::{
    compute, contradictions, domains, lifecycle, overrides, performer, preferences, prerequisites, rules,
};
use crate::Violation;
use crate::hash::short_digest;
use crate::ids::Namespace;
use crate::labels::Labels;
use crate::performer::{NodeSelector, PerformerScheduling, PerformerSpec, Toleration};
use crate::placement::{NodeRules, PinScope, PlacementSpec};
use crate::render::merge_terms;

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

/// Most and least that `spec.priority` may be.
pub const MAX_PRIORITY: i32 = 1_000_000_000;

/// Turns a request of a placement with these labels into its canonical form. Pure: the same text always means the same.
/// The labels are taken as they are: whoever took them in has checked them.
///
/// # Errors
/// With everything that is wrong, not only the first thing; contradictions name both fields.
pub fn canonicalise(spec: &PlacementSpec, labels: &Labels) -> Result<CanonicalRequest, Vec<Violation>> {
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
    let pin = rules::pin(spec.pin, scheduling, "spec.pin", &mut report);
    let alternatives: usize = nodes
        .affinity
        .iter()
        .map(|selector| selector.terms.len().max(1))
        .product();
    if pin.scope == PinScope::Cluster && alternatives.saturating_mul(nodes.hostnames.len()) > rules::MAX_TERMS
    {
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
    report.range("spec.priority", spec.priority, -MAX_PRIORITY..=MAX_PRIORITY);
    let cluster_preferences =
        preferences::read(&spec.cluster_preferences, "spec.clusterPreferences", &mut report);
    let spread = domains::spread(&spec.spread, "spec.spread", &mut report);
    let affinity = domains::terms(&spec.affinity, "spec.affinity", &mut report);
    let anti_affinity = domains::terms(&spec.anti_affinity, "spec.antiAffinity", &mut report);
    let update = lifecycle::update(spec.update.as_ref(), "spec.update", &mut report);
    let failover = lifecycle::failover(spec.failover.as_ref(), "spec.failover", &mut report);
    let disruption = lifecycle::disruption(spec.disruption.as_ref(), "spec.disruption", &mut report);
    lifecycle::times(spec, &mut report);
    let cluster_overrides = overrides::read(
        &spec.cluster_overrides,
        &spec.performer.image,
        "spec.clusterOverrides",
        &mut report,
    );
    // An entry that could not be read is left out, and the numbers of the others would be wrong.
    let whole = (spread.len(), affinity.len(), anti_affinity.len())
        == (spec.spread.len(), spec.affinity.len(), spec.anti_affinity.len());
    if whole {
        let rules = contradictions::Rules {
            labels,
            replicas,
            spread: &spread,
            affinity: &affinity,
            anti_affinity: &anti_affinity,
            clusters: &clusters,
            preferences: &cluster_preferences,
            disruption,
            update,
            pin: &pin,
            same_clique: needs.gpu.as_ref().is_some_and(|gpu| gpu.same_clique),
        };
        contradictions::check(&rules, &mut report);
    }
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
        pin: pin.scope,
        labels: labels.clone(),
        cluster_preferences,
        spread,
        affinity,
        anti_affinity,
        priority: spec.priority.unwrap_or(0),
        preemption: spec.preemption.unwrap_or_default(),
        strategy: spec.strategy.unwrap_or_default(),
        prerequisites: prerequisites::read(&spec.performer, &cluster_overrides),
        disruption,
        update,
        failover,
        start_deadline: spec.start_deadline.unwrap_or(DEFAULT_START_DEADLINE),
        queue_timeout: spec.queue_timeout,
        expire_time: spec.expire_time,
        cluster_overrides,
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
    Ok(request.reshaped())
}

impl CanonicalRequest {
    /// The same with the shape of what it is by now: whoever has changed anything of it needs that before it meets the fleet,
    /// where answers are kept by shape.
    #[must_use]
    pub fn reshaped(mut self) -> Self {
        self.shape = shape(&self);
        self
    }
}

/// The performer with the rules of all parts in its `scheduling`.
fn merged_performer(spec: &PlacementSpec, selector: &Labels) -> PerformerSpec {
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
    merge_node_affinity(scheduling, rules);
    if *scheduling == Default::default() {
        performer.scheduling = None;
    }
    performer
}

/// The cluster's own scheduler is bound by the same rules, and likes the same nodes where it is the one who picks.
fn merge_node_affinity(scheduling: &mut PerformerScheduling, rules: &NodeRules) {
    if rules.required_node_affinity.is_none() && rules.preferred_node_affinity.is_empty() {
        return;
    }
    let affinity = scheduling
        .affinity
        .get_or_insert_default()
        .node_affinity
        .get_or_insert_default();
    if let Some(required) = &rules.required_node_affinity {
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
    affinity
        .preferred_during_scheduling_ignored_during_execution
        .extend(rules.preferred_node_affinity.iter().cloned());
}

/// Two requests have the same shape exactly if no cluster and no node can tell them apart; how many replicas there are,
/// and whether as a gang, is no part of it. The placement's own labels count where its own rules select by labels.
/// Only compared within one process, so the debug form is stable enough.
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
        labels,
        cluster_preferences,
        spread,
        affinity,
        anti_affinity,
        priority,
        preemption,
        strategy,
        prerequisites,
        ..
    } = request;
    let selects = !(affinity.is_empty() && anti_affinity.is_empty())
        || spread.iter().any(|constraint| constraint.selector.is_some());
    let labels = selects.then_some(labels);
    let needs = (base, gpu, tee, runtime_class, namespace, prerequisites);
    let rules = (nodes, clusters, pin, cluster_preferences);
    let others = (labels, spread, affinity, anti_affinity);
    let taste = (priority, preemption, strategy);
    ShapeId(short_digest(
        format!("{needs:?}{rules:?}{others:?}{taste:?}").as_bytes(),
    ))
}
