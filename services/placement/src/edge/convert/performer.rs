//! The Performer specification.

use hourglass_model::performer as model;
use hourglass_proto::fleet::v1 as proto;

use super::json_value::{object_in, object_out};
use super::optional;
use super::scheduling::{affinity_in, affinity_out, tolerations_in, tolerations_out};
use crate::edge::violations::Violations;

pub(super) fn performer_in(
    path: &str,
    spec: proto::PerformerSpec,
    violations: &mut Violations,
) -> model::PerformerSpec {
    model::PerformerSpec {
        avs_address: spec.avs_address,
        image: spec.image,
        image_pull_policy: optional(spec.image_pull_policy),
        version: optional(spec.version),
        image_pull_secrets: spec
            .image_pull_secrets
            .into_iter()
            .map(|one| model::LocalObjectReference { name: one.name })
            .collect(),
        resources: spec.resources.map(|one| model::ResourceRequirements {
            limits: one.limits,
            requests: one.requests,
        }),
        config: spec.config.map(config_in),
        scheduling: spec
            .scheduling
            .map(|one| scheduling_in(&format!("{path}.scheduling"), one, violations)),
        hardware_requirements: spec.hardware_requirements.map(hardware_in),
        // Replicas, updates and devices of a performer in the fleet are matters of its placement.
        replicas: None,
        update: None,
        resource_claims: Vec::new(),
        security_context: spec
            .security_context
            .map(|one| security_in(&format!("{path}.securityContext"), one, violations)),
        probes: spec.probes.map(probes_in),
        network_policy: spec.network_policy.map(|one| model::NetworkPolicy {
            from: one
                .from
                .into_iter()
                .enumerate()
                .map(|(index, peer)| {
                    object_in(&format!("{path}.networkPolicy.from[{index}]"), peer, violations)
                })
                .collect(),
        }),
    }
}

pub(super) fn performer_out(spec: &model::PerformerSpec) -> proto::PerformerSpec {
    proto::PerformerSpec {
        avs_address: spec.avs_address.clone(),
        image: spec.image.clone(),
        image_pull_policy: spec.image_pull_policy.clone().unwrap_or_default(),
        version: spec.version.clone().unwrap_or_default(),
        image_pull_secrets: spec
            .image_pull_secrets
            .iter()
            .map(|one| proto::LocalObjectReference {
                name: one.name.clone(),
            })
            .collect(),
        resources: spec.resources.as_ref().map(|one| proto::ResourceRequirements {
            limits: one.limits.clone(),
            requests: one.requests.clone(),
        }),
        config: spec.config.as_ref().map(config_out),
        scheduling: spec.scheduling.as_ref().map(scheduling_out),
        hardware_requirements: spec.hardware_requirements.as_ref().map(hardware_out),
        security_context: spec
            .security_context
            .as_ref()
            .map(|one| proto::PerformerSecurityContext {
                pod: one.pod.as_ref().map(object_out),
                container: one.container.as_ref().map(object_out),
            }),
        probes: spec.probes.as_ref().map(probes_out),
        network_policy: spec
            .network_policy
            .as_ref()
            .map(|one| proto::PerformerNetworkPolicy {
                from: one.from.iter().map(object_out).collect(),
            }),
    }
}

fn config_in(config: proto::PerformerConfig) -> model::PerformerConfig {
    model::PerformerConfig {
        grpc_port: config.grpc_port,
        environment: config.environment,
        environment_from: config
            .environment_from
            .into_iter()
            .map(|one| model::EnvironmentFrom {
                name: one.name,
                value_from: one.value_from.map(source_in),
            })
            .collect(),
        args: config.args,
        command: config.command,
        service_account_name: optional(config.service_account_name),
    }
}

fn config_out(config: &model::PerformerConfig) -> proto::PerformerConfig {
    proto::PerformerConfig {
        grpc_port: config.grpc_port,
        environment: config.environment.clone(),
        environment_from: config
            .environment_from
            .iter()
            .map(|one| proto::EnvironmentFrom {
                name: one.name.clone(),
                value_from: one.value_from.as_ref().map(source_out),
            })
            .collect(),
        args: config.args.clone(),
        command: config.command.clone(),
        service_account_name: config.service_account_name.clone().unwrap_or_default(),
    }
}

fn source_in(source: proto::EnvironmentSource) -> model::EnvironmentSource {
    let key = |one: proto::KeySelector| model::KeySelector {
        name: one.name,
        key: one.key,
        optional: one.optional,
    };
    model::EnvironmentSource {
        secret_key_ref: source.secret_key_ref.map(key),
        config_map_key_ref: source.config_map_key_ref.map(key),
    }
}

fn source_out(source: &model::EnvironmentSource) -> proto::EnvironmentSource {
    let key = |one: &model::KeySelector| proto::KeySelector {
        name: one.name.clone(),
        key: one.key.clone(),
        optional: one.optional,
    };
    proto::EnvironmentSource {
        secret_key_ref: source.secret_key_ref.as_ref().map(key),
        config_map_key_ref: source.config_map_key_ref.as_ref().map(key),
    }
}

fn scheduling_in(
    path: &str,
    scheduling: proto::PerformerScheduling,
    violations: &mut Violations,
) -> model::PerformerScheduling {
    model::PerformerScheduling {
        node_selector: scheduling.node_selector,
        tolerations: tolerations_in(scheduling.tolerations),
        affinity: scheduling
            .affinity
            .map(|one| affinity_in(&format!("{path}.affinity"), one, violations)),
        runtime_class: optional(scheduling.runtime_class),
        priority_class_name: optional(scheduling.priority_class_name),
    }
}

fn scheduling_out(scheduling: &model::PerformerScheduling) -> proto::PerformerScheduling {
    proto::PerformerScheduling {
        node_selector: scheduling.node_selector.clone(),
        tolerations: tolerations_out(&scheduling.tolerations),
        affinity: scheduling.affinity.as_ref().map(affinity_out),
        runtime_class: scheduling.runtime_class.clone().unwrap_or_default(),
        priority_class_name: scheduling.priority_class_name.clone().unwrap_or_default(),
    }
}

fn hardware_in(hardware: proto::HardwareRequirements) -> model::HardwareRequirements {
    model::HardwareRequirements {
        gpu_type: optional(hardware.gpu_type),
        gpu_count: Some(hardware.gpu_count).filter(|count| *count != 0),
        tee_required: hardware.tee_required,
        tee_type: optional(hardware.tee_type),
        custom_labels: hardware.custom_labels,
    }
}

fn hardware_out(hardware: &model::HardwareRequirements) -> proto::HardwareRequirements {
    proto::HardwareRequirements {
        gpu_type: hardware.gpu_type.clone().unwrap_or_default(),
        gpu_count: hardware.gpu_count.unwrap_or_default(),
        tee_required: hardware.tee_required,
        tee_type: hardware.tee_type.clone().unwrap_or_default(),
        custom_labels: hardware.custom_labels.clone(),
    }
}

fn security_in(
    path: &str,
    security: proto::PerformerSecurityContext,
    violations: &mut Violations,
) -> model::SecurityContext {
    model::SecurityContext {
        pod: security
            .pod
            .map(|one| object_in(&format!("{path}.pod"), one, violations)),
        container: security
            .container
            .map(|one| object_in(&format!("{path}.container"), one, violations)),
    }
}

fn probes_in(probes: proto::PerformerProbes) -> model::Probes {
    let times = |one: proto::ProbeTimes| model::ProbeTimes {
        initial_delay_seconds: one.initial_delay_seconds,
        period_seconds: one.period_seconds,
        timeout_seconds: one.timeout_seconds,
        failure_threshold: one.failure_threshold,
    };
    model::Probes {
        kind: optional(probes.kind),
        liveness: probes.liveness.map(times),
        readiness: probes.readiness.map(times),
    }
}

fn probes_out(probes: &model::Probes) -> proto::PerformerProbes {
    let times = |one: &model::ProbeTimes| proto::ProbeTimes {
        initial_delay_seconds: one.initial_delay_seconds,
        period_seconds: one.period_seconds,
        timeout_seconds: one.timeout_seconds,
        failure_threshold: one.failure_threshold,
    };
    proto::PerformerProbes {
        kind: probes.kind.clone().unwrap_or_default(),
        liveness: probes.liveness.as_ref().map(times),
        readiness: probes.readiness.as_ref().map(times),
    }
}
