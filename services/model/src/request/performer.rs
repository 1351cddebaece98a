//! What is wrong with the performer itself, beside its resources and rules.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::Report;
use crate::performer::{LocalObjectReference, PerformerConfig, PerformerSpec, ProbeTimes};
use crate::{dns, image};

/// Longest list of arguments, variables and the like.
const MAX_ENTRIES: usize = 512;
/// Checks everything that no decision reads.
pub(super) fn check(spec: &PerformerSpec, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    if !is_address(&spec.avs_address) {
        report.add(
            at("avsAddress"),
            format!(
                "{:?} is not an address: it must be 0x and 40 hex digits",
                cut(&spec.avs_address)
            ),
        );
    }
    if let Err(error) = image::check(&spec.image) {
        report.add(at("image"), format!("{:?} {error}", cut(&spec.image)));
    }
    let policies = ["Always", "IfNotPresent", "Never"];
    report.word(
        &at("imagePullPolicy"),
        spec.image_pull_policy.as_deref(),
        &policies,
    );
    if spec.version.as_ref().is_some_and(|version| version.len() > 128) {
        report.add(at("version"), "is too long: at most 128 bytes");
    }
    check_pull_secrets(&spec.image_pull_secrets, &at("imagePullSecrets"), report);
    if let Some(config) = &spec.config {
        check_config(config, &at("config"), report);
    }
    if spec.replicas.is_some() {
        report.add(
            at("replicas"),
            "is for standalone performers only: use spec.replicas",
        );
    }
    if !spec.resource_claims.is_empty() {
        report.add(
            at("resourceClaims"),
            "is for standalone performers only: use spec.compute.gpu",
        );
    }
    if let Some(scheduling) = &spec.scheduling {
        report.object_name(
            &at("scheduling.runtimeClass"),
            scheduling.runtime_class.as_deref(),
        );
        report.object_name(
            &at("scheduling.priorityClassName"),
            scheduling.priority_class_name.as_deref(),
        );
    }
    check_extras(spec, path, report);
}

/// Checks names of Secrets with registry credentials.
pub(super) fn check_pull_secrets(secrets: &[LocalObjectReference], path: &str, report: &mut Report) {
    report.entries(path, secrets.len(), MAX_ENTRIES);
    for (index, secret) in secrets.iter().enumerate() {
        let path = format!("{path}[{index}].name");
        if secret.name.is_empty() {
            report.add(path, "is empty: give the name of a Secret");
        } else {
            report.object_name(&path, Some(&secret.name));
        }
    }
}

/// Checks names of variables.
pub(super) fn check_environment(environment: &BTreeMap<String, String>, path: &str, report: &mut Report) {
    report.entries(path, environment.len(), MAX_ENTRIES);
    for name in environment.keys() {
        check_env_name(name, &format!("{path}[{}]", cut(name)), report);
    }
}

/// Bounded, for messages.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn check_config(config: &PerformerConfig, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    report.range(&at("grpcPort"), config.grpc_port, 1..=65_535);
    report.object_name(&at("serviceAccountName"), config.service_account_name.as_deref());
    for (name, list) in [("args", &config.args), ("command", &config.command)] {
        if list.len() > MAX_ENTRIES {
            report.add(
                at(name),
                format!("has {} entries: at most {MAX_ENTRIES} are taken", list.len()),
            );
        }
    }
    if config.environment.len() + config.environment_from.len() > MAX_ENTRIES {
        report.add(
            at("environment"),
            format!("has too many variables: at most {MAX_ENTRIES} are taken"),
        );
    }
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for name in config.environment.keys() {
        let path = format!("{path}.environment[{}]", cut(name));
        check_env_name(name, &path, report);
        seen.insert(name, path);
    }
    for (index, variable) in config.environment_from.iter().enumerate() {
        let path = at(&format!("environmentFrom[{index}]"));
        check_env_name(&variable.name, &format!("{path}.name"), report);
        if let Some(earlier) = seen.insert(&variable.name, format!("{path}.name")) {
            report.add(
                format!("{path}.name"),
                format!("{:?} is set twice, also by {earlier}", cut(&variable.name)),
            );
        }
        let source = variable.value_from.as_ref();
        let refs = source.map(|source| (source.secret_key_ref.as_ref(), source.config_map_key_ref.as_ref()));
        let (key, kind) = match refs {
            Some((Some(key), None)) => (key, "secretKeyRef"),
            Some((None, Some(key))) => (key, "configMapKeyRef"),
            _ => {
                report.add(
                    format!("{path}.valueFrom"),
                    "must be exactly one of secretKeyRef and configMapKeyRef",
                );
                continue;
            }
        };
        if key.name.is_empty() {
            report.add(
                format!("{path}.valueFrom.{kind}.name"),
                "is empty: give the name of the object",
            );
        }
        report.object_name(&format!("{path}.valueFrom.{kind}.name"), Some(&key.name));
        let key_ok = (1..=253).contains(&key.key.len())
            && key
                .key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if !key_ok {
            report.add(
                format!("{path}.valueFrom.{kind}.key"),
                format!(
                    "{:?} is not a key: it must be 1 to 253 letters, digits, '-', '_' and '.'",
                    cut(&key.key)
                ),
            );
        }
    }
}

fn check_env_name(name: &str, path: &str, report: &mut Report) {
    if !dns::is_env_name(name) {
        report.add(
            path,
            format!(
                "{:?} is not a variable name: it must be letters, digits, '_', '-' and '.', not beginning with a digit",
                cut(name)
            ),
        );
    }
}

fn check_extras(spec: &PerformerSpec, path: &str, report: &mut Report) {
    let at = |field: &str| format!("{path}.{field}");
    if let Some(update) = &spec.update {
        report.word(
            &at("update.strategy"),
            update.strategy.as_deref(),
            &["Surge", "Recreate"],
        );
        report.range(
            &at("update.progressDeadlineSeconds"),
            update.progress_deadline_seconds,
            1..=86_400,
        );
    }
    if let Some(probes) = &spec.probes {
        report.word(&at("probes.kind"), probes.kind.as_deref(), &["grpc", "tcp"]);
        for (name, times) in [("liveness", &probes.liveness), ("readiness", &probes.readiness)] {
            if let Some(times) = times {
                check_probe(times, &at(&format!("probes.{name}")), report);
            }
        }
    }
    let mut object = |path: String, value: &Value| {
        if !value.is_object() {
            report.add(path, "must be an object");
        }
    };
    if let Some(context) = &spec.security_context {
        for (name, value) in [("pod", &context.pod), ("container", &context.container)] {
            if let Some(value) = value {
                object(at(&format!("securityContext.{name}")), value);
            }
        }
    }
    for (index, peer) in spec
        .network_policy
        .iter()
        .flat_map(|policy| &policy.from)
        .enumerate()
    {
        object(at(&format!("networkPolicy.from[{index}]")), peer);
    }
    let affinity = spec
        .scheduling
        .as_ref()
        .and_then(|scheduling| scheduling.affinity.as_ref());
    let pods = affinity.map(|a| {
        [
            ("podAffinity", &a.pod_affinity),
            ("podAntiAffinity", &a.pod_anti_affinity),
        ]
    });
    for (name, rules) in pods.into_iter().flatten() {
        let Some(rules) = rules else { continue };
        let lists = [
            (
                "requiredDuringSchedulingIgnoredDuringExecution",
                &rules.required_during_scheduling_ignored_during_execution,
            ),
            (
                "preferredDuringSchedulingIgnoredDuringExecution",
                &rules.preferred_during_scheduling_ignored_during_execution,
            ),
        ];
        for (list, terms) in lists {
            for (index, term) in terms.iter().enumerate() {
                object(at(&format!("scheduling.affinity.{name}.{list}[{index}]")), term);
            }
        }
    }
}

fn check_probe(times: &ProbeTimes, path: &str, report: &mut Report) {
    report.range(
        &format!("{path}.initialDelaySeconds"),
        times.initial_delay_seconds,
        0..=86_400,
    );
    report.range(&format!("{path}.periodSeconds"), times.period_seconds, 1..=86_400);
    report.range(
        &format!("{path}.timeoutSeconds"),
        times.timeout_seconds,
        1..=86_400,
    );
    report.range(
        &format!("{path}.failureThreshold"),
        times.failure_threshold,
        1..=10_000,
    );
}
