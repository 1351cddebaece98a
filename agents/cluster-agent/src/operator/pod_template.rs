//! From the spec of a Performer to the pods of one of its versions.
//!
//! The spec comes in resolved: hardware has become resources, node rules and a RuntimeClass already (see
//! [`super::hardware`]), so nothing here depends on what the cluster has.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, PerformerConfig, PerformerScheduling, PerformerSpec, names};
use k8s_openapi::api::core::v1::{Container, ContainerPort, EnvVar, EnvVarSource, PodSpec, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;

use super::children::identifying_labels;
use super::config::ProbeDefaults;
use super::device_claims;
use super::probes;
use super::spec_hash::{COPIED_LABELS, SpecHash};

/// The template of the version `hash` of `performer`, whose spec was resolved to `spec`.
pub(crate) fn pod_template(
    performer: &Performer,
    spec: &PerformerSpec,
    hash: &SpecHash,
    defaults: &ProbeDefaults,
) -> PodTemplateSpec {
    let trace_context = performer
        .metadata
        .annotations
        .as_ref()
        .and_then(|all| all.get(names::TRACEPARENT_ANNOTATION));
    let scheduling = spec.scheduling.clone().unwrap_or_default();
    let security = spec.security_context.clone().unwrap_or_default();
    let PerformerScheduling {
        node_selector,
        tolerations,
        affinity,
        runtime_class,
        priority_class_name,
    } = scheduling;
    let mut pods = PodSpec {
        containers: vec![Container {
            security_context: security.container,
            ..container(spec, trace_context.map(String::as_str), defaults)
        }],
        service_account_name: spec.config.service_account_name.clone(),
        image_pull_secrets: non_empty(spec.image_pull_secrets.clone()),
        security_context: security.pod,
        node_selector: Some(node_selector).filter(|labels| !labels.is_empty()),
        tolerations: non_empty(tolerations),
        affinity,
        runtime_class_name: runtime_class,
        priority_class_name,
        ..PodSpec::default()
    };
    device_claims::add_to_pods(&mut pods, spec, &performer.name_any(), hash);
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(pod_labels(performer, hash)),
            ..ObjectMeta::default()
        }),
        spec: Some(pods),
    }
}

/// Labels of a version's pods: whose they are, of which version, and for which slot of which placement.
fn pod_labels(performer: &Performer, hash: &SpecHash) -> BTreeMap<String, String> {
    let mut labels = identifying_labels(performer);
    labels.insert(names::SPEC_HASH_LABEL.to_owned(), hash.to_string());
    let own = performer.metadata.labels.as_ref();
    for key in COPIED_LABELS {
        if let Some(value) = own.and_then(|own| own.get(key)) {
            labels.insert(key.to_owned(), value.clone());
        }
    }
    labels
}

fn container(spec: &PerformerSpec, trace_context: Option<&str>, defaults: &ProbeDefaults) -> Container {
    let config = &spec.config;
    let (liveness, readiness) = probes::probes(spec.probes.as_ref(), config.grpc_port, defaults);
    Container {
        name: names::CONTAINER_NAME.to_owned(),
        image: Some(spec.image.clone()),
        image_pull_policy: Some(spec.image_pull_policy.as_str().to_owned()),
        command: non_empty(config.command.clone()),
        args: non_empty(config.args.clone()),
        env: non_empty(environment(config, trace_context)),
        ports: Some(vec![ContainerPort {
            name: Some(names::GRPC_PORT_NAME.to_owned()),
            container_port: config.grpc_port,
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        }]),
        resources: spec.resources.clone(),
        liveness_probe: Some(liveness),
        readiness_probe: Some(readiness),
        ..Container::default()
    }
}

/// All variables in the order of their names, so that the same spec always gives the same pod. A variable that the
/// spec itself sets wins over the trace context.
fn environment(config: &PerformerConfig, trace_context: Option<&str>) -> Vec<EnvVar> {
    let plain = |name: &str, value: &str| EnvVar {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        value_from: None,
    };
    let mut variables = BTreeMap::new();
    if let Some(trace_context) = trace_context {
        variables.insert(
            names::TRACEPARENT_ENV,
            plain(names::TRACEPARENT_ENV, trace_context),
        );
    }
    for (name, value) in &config.environment {
        variables.insert(name.as_str(), plain(name, value));
    }
    for from in &config.environment_from {
        let source = EnvVarSource {
            secret_key_ref: from.value_from.secret_key_ref.clone(),
            config_map_key_ref: from.value_from.config_map_key_ref.clone(),
            ..EnvVarSource::default()
        };
        let variable = EnvVar {
            name: from.name.clone(),
            value: None,
            value_from: Some(source),
        };
        variables.insert(from.name.as_str(), variable);
    }
    variables.into_values().collect()
}

fn non_empty<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// The gRPC port that a version's pods listen on.
pub(crate) fn grpc_port(template: &PodTemplateSpec) -> Option<i32> {
    let containers = template.spec.iter().flat_map(|spec| &spec.containers);
    let mut ports = containers
        .filter(|container| container.name == names::CONTAINER_NAME)
        .flat_map(|c| &c.ports)
        .flatten();
    ports
        .find(|port| port.name.as_deref() == Some(names::GRPC_PORT_NAME))
        .map(|port| port.container_port)
}

#[cfg(test)]
mod tests;
