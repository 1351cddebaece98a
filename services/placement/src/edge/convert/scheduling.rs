//! Kubernetes' scheduling terms: tolerations, node selectors, affinity.

use hourglass_model::performer as model;
use hourglass_model::placement::LabelSelector;
use hourglass_proto::fleet::v1 as proto;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::optional;
use crate::edge::violations::Violations;

pub(super) fn tolerations_in(all: Vec<proto::Toleration>) -> Vec<model::Toleration> {
    all.into_iter()
        .map(|one| model::Toleration {
            key: optional(one.key),
            operator: optional(one.operator),
            value: optional(one.value),
            effect: optional(one.effect),
            toleration_seconds: one.toleration_seconds,
        })
        .collect()
}

pub(super) fn tolerations_out(all: &[model::Toleration]) -> Vec<proto::Toleration> {
    all.iter()
        .map(|one| proto::Toleration {
            key: one.key.clone().unwrap_or_default(),
            operator: one.operator.clone().unwrap_or_default(),
            value: one.value.clone().unwrap_or_default(),
            effect: one.effect.clone().unwrap_or_default(),
            toleration_seconds: one.toleration_seconds,
        })
        .collect()
}

pub(super) fn node_selector_in(selector: proto::NodeSelector) -> model::NodeSelector {
    model::NodeSelector {
        node_selector_terms: selector.node_selector_terms.into_iter().map(term_in).collect(),
    }
}

pub(super) fn node_selector_out(selector: &model::NodeSelector) -> proto::NodeSelector {
    proto::NodeSelector {
        node_selector_terms: selector.node_selector_terms.iter().map(term_out).collect(),
    }
}

fn term_in(term: proto::NodeSelectorTerm) -> model::NodeSelectorTerm {
    model::NodeSelectorTerm {
        match_expressions: term.match_expressions.into_iter().map(requirement_in).collect(),
        match_fields: term.match_fields.into_iter().map(requirement_in).collect(),
    }
}

fn term_out(term: &model::NodeSelectorTerm) -> proto::NodeSelectorTerm {
    proto::NodeSelectorTerm {
        match_expressions: term.match_expressions.iter().map(requirement_out).collect(),
        match_fields: term.match_fields.iter().map(requirement_out).collect(),
    }
}

fn requirement_in(one: proto::NodeSelectorRequirement) -> model::NodeSelectorRequirement {
    model::NodeSelectorRequirement {
        key: one.key,
        operator: one.operator,
        values: one.values,
    }
}

fn requirement_out(one: &model::NodeSelectorRequirement) -> proto::NodeSelectorRequirement {
    proto::NodeSelectorRequirement {
        key: one.key.clone(),
        operator: one.operator.clone(),
        values: one.values.clone(),
    }
}

pub(super) fn label_selector_in(selector: proto::LabelSelector) -> LabelSelector {
    let requirement = |one: proto::LabelSelectorRequirement| model::NodeSelectorRequirement {
        key: one.key,
        operator: one.operator,
        values: one.values,
    };
    LabelSelector {
        match_labels: selector.match_labels,
        match_expressions: selector.match_expressions.into_iter().map(requirement).collect(),
    }
}

pub(super) fn label_selector_out(selector: &LabelSelector) -> proto::LabelSelector {
    let requirement = |one: &model::NodeSelectorRequirement| proto::LabelSelectorRequirement {
        key: one.key.clone(),
        operator: one.operator.clone(),
        values: one.values.clone(),
    };
    proto::LabelSelector {
        match_labels: selector.match_labels.clone(),
        match_expressions: selector.match_expressions.iter().map(requirement).collect(),
    }
}

pub(super) fn affinity_in(
    path: &str,
    affinity: proto::Affinity,
    violations: &mut Violations,
) -> model::Affinity {
    model::Affinity {
        node_affinity: affinity.node_affinity.map(node_affinity_in),
        pod_affinity: affinity
            .pod_affinity
            .map(|affinity| pod_affinity_in(&format!("{path}.podAffinity"), &affinity, violations)),
        pod_anti_affinity: affinity
            .pod_anti_affinity
            .map(|affinity| pod_affinity_in(&format!("{path}.podAntiAffinity"), &affinity, violations)),
    }
}

pub(super) fn affinity_out(affinity: &model::Affinity) -> proto::Affinity {
    proto::Affinity {
        node_affinity: affinity.node_affinity.as_ref().map(node_affinity_out),
        pod_affinity: affinity.pod_affinity.as_ref().map(pod_affinity_out),
        pod_anti_affinity: affinity.pod_anti_affinity.as_ref().map(pod_affinity_out),
    }
}

fn node_affinity_in(affinity: proto::NodeAffinity) -> model::NodeAffinity {
    model::NodeAffinity {
        required_during_scheduling_ignored_during_execution: affinity
            .required_during_scheduling_ignored_during_execution
            .map(node_selector_in),
        preferred_during_scheduling_ignored_during_execution: preferred_in(
            affinity.preferred_during_scheduling_ignored_during_execution,
        ),
    }
}

fn node_affinity_out(affinity: &model::NodeAffinity) -> proto::NodeAffinity {
    proto::NodeAffinity {
        required_during_scheduling_ignored_during_execution: affinity
            .required_during_scheduling_ignored_during_execution
            .as_ref()
            .map(node_selector_out),
        preferred_during_scheduling_ignored_during_execution: preferred_out(
            &affinity.preferred_during_scheduling_ignored_during_execution,
        ),
    }
}

pub(super) fn preferred_in(
    terms: Vec<proto::PreferredSchedulingTerm>,
) -> Vec<model::PreferredSchedulingTerm> {
    terms
        .into_iter()
        .map(|one| model::PreferredSchedulingTerm {
            weight: one.weight,
            preference: one.preference.map(term_in).unwrap_or_default(),
        })
        .collect()
}

pub(super) fn preferred_out(terms: &[model::PreferredSchedulingTerm]) -> Vec<proto::PreferredSchedulingTerm> {
    terms
        .iter()
        .map(|one| proto::PreferredSchedulingTerm {
            weight: one.weight,
            preference: Some(term_out(&one.preference)),
        })
        .collect()
}

/// No decision reads the terms of pods: they are kept as the JSON that Kubernetes gets.
fn pod_affinity_in(
    path: &str,
    affinity: &proto::PodAffinity,
    violations: &mut Violations,
) -> model::PodAffinity {
    let required = &affinity.required_during_scheduling_ignored_during_execution;
    let preferred = &affinity.preferred_during_scheduling_ignored_during_execution;
    model::PodAffinity {
        required_during_scheduling_ignored_during_execution: terms_in(path, required, violations),
        preferred_during_scheduling_ignored_during_execution: terms_in(path, preferred, violations),
    }
}

fn terms_in<T: Serialize>(path: &str, terms: &[T], violations: &mut Violations) -> Vec<Value> {
    terms
        .iter()
        .filter_map(|term| violations.check(path, serde_json::to_value(term)))
        .collect()
}

fn pod_affinity_out(affinity: &model::PodAffinity) -> proto::PodAffinity {
    proto::PodAffinity {
        required_during_scheduling_ignored_during_execution: terms_out(
            &affinity.required_during_scheduling_ignored_during_execution,
        ),
        preferred_during_scheduling_ignored_during_execution: terms_out(
            &affinity.preferred_during_scheduling_ignored_during_execution,
        ),
    }
}

fn terms_out<T: DeserializeOwned>(terms: &[Value]) -> Vec<T> {
    terms
        .iter()
        .filter_map(|term| match T::deserialize(term) {
            Ok(term) => Some(term),
            Err(error) => {
                // It came in through this API, so it can be read unless a newer release wrote it.
                tracing::warn!(%error, "a stored pod affinity term cannot be shown");
                None
            }
        })
        .collect()
}
