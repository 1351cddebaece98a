//! How the kubelet asks a performer for its health.

use hourglass_performer_api::{PerformerProbes, ProbeKind, ProbeTimes};
use k8s_openapi::api::core::v1::{GRPCAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::config::ProbeDefaults;

/// Liveness and readiness probe. Times come from the spec, field by field, else from the operator's defaults.
pub(crate) fn probes(given: Option<&PerformerProbes>, port: i32, defaults: &ProbeDefaults) -> (Probe, Probe) {
    let kind = given.map_or_else(ProbeKind::default, |probes| probes.kind);
    let liveness = given.and_then(|probes| probes.liveness.as_ref());
    let readiness = given.and_then(|probes| probes.readiness.as_ref());
    (
        probe(kind, port, liveness, &defaults.liveness),
        probe(kind, port, readiness, &defaults.readiness),
    )
}

fn probe(kind: ProbeKind, port: i32, given: Option<&ProbeTimes>, default: &ProbeTimes) -> Probe {
    let time = |field: fn(&ProbeTimes) -> Option<i32>| given.and_then(field).or_else(|| field(default));
    let times = Probe {
        initial_delay_seconds: time(|times| times.initial_delay_seconds),
        period_seconds: time(|times| times.period_seconds),
        timeout_seconds: time(|times| times.timeout_seconds),
        failure_threshold: time(|times| times.failure_threshold),
        ..Probe::default()
    };
    match kind {
        // The empty service name asks for the server as a whole.
        ProbeKind::Grpc => Probe {
            grpc: Some(GRPCAction {
                port,
                service: Some(String::new()),
            }),
            ..times
        },
        ProbeKind::Tcp => Probe {
            tcp_socket: Some(TCPSocketAction {
                port: IntOrString::Int(port),
                host: None,
            }),
            ..times
        },
    }
}
