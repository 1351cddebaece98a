//! The specification of a placement. What it asks for is judged by `hourglass_model::request`, not here.

use hourglass_model::placement as model;
use hourglass_proto::fleet::v1 as proto;

use super::optional;
use super::performer::{performer_in, performer_out};
use super::scheduling::{
    label_selector_in, label_selector_out, node_selector_in, node_selector_out, tolerations_in,
    tolerations_out,
};
use crate::edge::violations::Violations;

/// The specification in a message; `path` is where it stands there.
pub fn spec_in(path: &str, spec: proto::PlacementSpec, violations: &mut Violations) -> model::PlacementSpec {
    model::PlacementSpec {
        performer: performer_in(
            &format!("{path}.performer"),
            spec.performer.unwrap_or_default(),
            violations,
        ),
        compute: spec.compute.map(compute_in),
        node_rules: spec.node_rules.map(|rules| model::NodeRules {
            node_selector: rules.node_selector,
            required_node_affinity: rules.required_node_affinity.map(node_selector_in),
            tolerations: tolerations_in(rules.tolerations),
            hostnames: rules.hostnames,
            ..model::NodeRules::default()
        }),
        cluster_rules: spec.cluster_rules.map(|rules| model::ClusterRules {
            selector: rules.selector.map(label_selector_in),
            include: rules.include,
            exclude: rules.exclude,
            tolerations: tolerations_in(rules.tolerations),
            regions: rules.regions,
            ..model::ClusterRules::default()
        }),
        replicas: spec.replicas,
        gang: spec.gang,
        namespace: optional(spec.namespace),
        ..model::PlacementSpec::default()
    }
}

/// The message of a specification.
pub fn spec_out(spec: &model::PlacementSpec) -> proto::PlacementSpec {
    proto::PlacementSpec {
        performer: Some(performer_out(&spec.performer)),
        compute: spec.compute.as_ref().map(compute_out),
        node_rules: spec.node_rules.as_ref().map(|rules| proto::NodeRules {
            node_selector: rules.node_selector.clone(),
            required_node_affinity: rules.required_node_affinity.as_ref().map(node_selector_out),
            tolerations: tolerations_out(&rules.tolerations),
            hostnames: rules.hostnames.clone(),
        }),
        cluster_rules: spec.cluster_rules.as_ref().map(|rules| proto::ClusterRules {
            selector: rules.selector.as_ref().map(label_selector_out),
            include: rules.include.clone(),
            exclude: rules.exclude.clone(),
            tolerations: tolerations_out(&rules.tolerations),
            regions: rules.regions.clone(),
        }),
        replicas: spec.replicas,
        gang: spec.gang,
        namespace: spec.namespace.clone().unwrap_or_default(),
    }
}

fn compute_in(compute: proto::Compute) -> model::Compute {
    model::Compute {
        requests: compute.requests,
        gpu: compute.gpu.map(|gpu| model::Gpu {
            count: gpu.count,
            share_milli: gpu.share_milli,
            products: gpu.products,
            min_memory_mib: gpu.min_memory_mib,
            min_compute_capability: optional(gpu.min_compute_capability),
            confidential: gpu.confidential,
            ..model::Gpu::default()
        }),
        tee: compute.tee.map(|tee| model::Tee {
            kinds: tee.kinds,
            slots: tee.slots,
        }),
    }
}

fn compute_out(compute: &model::Compute) -> proto::Compute {
    proto::Compute {
        requests: compute.requests.clone(),
        gpu: compute.gpu.as_ref().map(|gpu| proto::Gpu {
            count: gpu.count,
            share_milli: gpu.share_milli,
            products: gpu.products.clone(),
            min_memory_mib: gpu.min_memory_mib,
            min_compute_capability: gpu.min_compute_capability.clone().unwrap_or_default(),
            confidential: gpu.confidential,
        }),
        tee: compute.tee.as_ref().map(|tee| proto::Tee {
            kinds: tee.kinds.clone(),
            slots: tee.slots,
        }),
    }
}
