//! The specification of a placement. What it asks for is judged by `hourglass_model::request`, not here.

use hourglass_model::placement as model;
use hourglass_proto::fleet::v1 as proto;

use super::performer::{performer_in, performer_out};
use super::scheduling::{
    label_selector_in, label_selector_out, node_selector_in, node_selector_out, preferred_in, preferred_out,
    tolerations_in, tolerations_out,
};
use super::timestamp::{duration, timestamp, timestamp_in};
use super::{domains, lifecycle, optional};
use crate::edge::violations::Violations;

/// The specification in a message; `path` is where it stands there.
pub fn spec_in(path: &str, spec: proto::PlacementSpec, violations: &mut Violations) -> model::PlacementSpec {
    let at = |field: &str| format!("{path}.{field}");
    model::PlacementSpec {
        performer: performer_in(&at("performer"), spec.performer.unwrap_or_default(), violations),
        compute: spec.compute.map(compute_in),
        node_rules: spec.node_rules.map(|rules| model::NodeRules {
            node_selector: rules.node_selector,
            required_node_affinity: rules.required_node_affinity.map(node_selector_in),
            tolerations: tolerations_in(rules.tolerations),
            hostnames: rules.hostnames,
            preferred_node_affinity: preferred_in(rules.preferred_node_affinity),
        }),
        cluster_rules: spec.cluster_rules.map(|rules| model::ClusterRules {
            selector: rules.selector.map(label_selector_in),
            include: rules.include,
            exclude: rules.exclude,
            tolerations: tolerations_in(rules.tolerations),
            regions: rules.regions,
            zones: rules.zones,
            providers: rules.providers,
        }),
        replicas: spec.replicas,
        gang: spec.gang,
        namespace: optional(spec.namespace),
        spread: domains::spread_in(&at("spread"), spec.spread, violations),
        affinity: domains::terms_in(&at("affinity"), spec.affinity, violations),
        anti_affinity: domains::terms_in(&at("antiAffinity"), spec.anti_affinity, violations),
        cluster_preferences: spec
            .cluster_preferences
            .into_iter()
            .map(|preference| model::ClusterPreference {
                selector: preference.selector.map(label_selector_in),
                clusters: preference.clusters,
            })
            .collect(),
        priority: spec.priority,
        preemption: lifecycle::preemption_in(&at("preemption"), spec.preemption, violations),
        strategy: lifecycle::strategy_in(&at("strategy"), spec.strategy, violations),
        pin: lifecycle::pin_in(&at("pin"), spec.pin, violations),
        failover: spec
            .failover
            .map(|failover| lifecycle::failover_in(&at("failover"), failover, violations)),
        update: spec
            .update
            .map(|update| lifecycle::update_in(&at("update"), update, violations)),
        disruption: spec.disruption.map(|disruption| model::Disruption {
            min_available: optional(disruption.min_available),
        }),
        start_deadline: lifecycle::duration_at(&at("startDeadline"), spec.start_deadline, violations),
        queue_timeout: lifecycle::duration_at(&at("queueTimeout"), spec.queue_timeout, violations),
        expire_time: spec
            .expire_time
            .and_then(|time| violations.check(at("expireTime"), timestamp_in(&time))),
        cluster_overrides: spec
            .cluster_overrides
            .into_iter()
            .map(lifecycle::override_in)
            .collect(),
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
            preferred_node_affinity: preferred_out(&rules.preferred_node_affinity),
        }),
        cluster_rules: spec.cluster_rules.as_ref().map(|rules| proto::ClusterRules {
            selector: rules.selector.as_ref().map(label_selector_out),
            include: rules.include.clone(),
            exclude: rules.exclude.clone(),
            tolerations: tolerations_out(&rules.tolerations),
            regions: rules.regions.clone(),
            zones: rules.zones.clone(),
            providers: rules.providers.clone(),
        }),
        replicas: spec.replicas,
        gang: spec.gang,
        namespace: spec.namespace.clone().unwrap_or_default(),
        spread: spec.spread.iter().map(domains::spread_out).collect(),
        affinity: spec.affinity.iter().map(domains::term_out).collect(),
        anti_affinity: spec.anti_affinity.iter().map(domains::term_out).collect(),
        cluster_preferences: spec
            .cluster_preferences
            .iter()
            .map(|preference| proto::ClusterPreference {
                selector: preference.selector.as_ref().map(label_selector_out),
                clusters: preference.clusters.clone(),
            })
            .collect(),
        priority: spec.priority,
        preemption: lifecycle::preemption_out(spec.preemption).into(),
        strategy: lifecycle::strategy_out(spec.strategy).into(),
        pin: lifecycle::pin_out(spec.pin).into(),
        failover: spec.failover.as_ref().map(lifecycle::failover_out),
        update: spec.update.as_ref().map(lifecycle::update_out),
        disruption: spec.disruption.as_ref().map(|disruption| proto::Disruption {
            min_available: disruption.min_available.clone().unwrap_or_default(),
        }),
        start_deadline: spec.start_deadline.map(duration),
        queue_timeout: spec.queue_timeout.map(duration),
        expire_time: spec.expire_time.map(timestamp),
        cluster_overrides: spec
            .cluster_overrides
            .iter()
            .map(lifecycle::override_out)
            .collect(),
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
            mig_profile: optional(gpu.mig_profile),
            same_clique: gpu.same_clique,
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
            mig_profile: gpu.mig_profile.clone().unwrap_or_default(),
            same_clique: gpu.same_clique,
        }),
        tee: compute.tee.as_ref().map(|tee| proto::Tee {
            kinds: tee.kinds.clone(),
            slots: tee.slots,
        }),
    }
}
