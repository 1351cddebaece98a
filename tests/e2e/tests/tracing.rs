//! One placement is one trace, over three processes, a durable store and a Kubernetes API server.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test reports its failure"
)]

mod common;

use std::collections::BTreeSet;
use std::time::Duration;

use common::LIMIT;
use hourglass_e2e::otlp::{Collector, SpanRecord, lost_parents, tree};
use hourglass_e2e::{Fleet, Profile, performers, request};
use hourglass_performer_api::names;
use hourglass_runtime::build_info::BuildInfo;
use hourglass_runtime::telemetry::{LogFormat, OtlpOptions, Telemetry, TelemetryOptions};
use hourglass_runtime::trace_context::Traceparent;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::api::ListParams;
use tracing::Instrument;

/// Longer than the test: what arrives, arrives because the processes send it when they end.
const NEVER_MS: &str = "3600000";

/// The logs of server and agent tell the steps of a placement, with its name and its trace.
fn check_logs(fleet: &Fleet, placement: &str, traceparent: &Traceparent) {
    let of_trace = |log: &std::path::Path| -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(log).unwrap();
        text.lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|line| line["trace_id"] == traceparent.trace_id() && line["placement"] == placement)
            .collect()
    };
    let server = of_trace(fleet.server().log());
    for step in ["CREATED", "DECIDED", "READY"] {
        let lines = server.iter().filter(|line| line["step"] == step);
        assert_eq!(lines.count(), 1, "{step}: {server:#?}");
    }
    let agent = of_trace(fleet.agent("gpu").unwrap().log());
    let applied = agent.iter().filter(|line| line["message"] == "apply done");
    assert_eq!(applied.count(), 1, "{agent:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_placement_is_one_trace_over_three_processes_and_no_span_is_lost_at_their_end() {
    let collector = Collector::start().unwrap();
    let options = TelemetryOptions::new(BuildInfo::new("executor", "0.0.0"), LogFormat::Json, "off")
        .with_otlp(OtlpOptions {
            endpoint: collector.endpoint().to_owned(),
            ca_pem: None,
        });
    let (telemetry, dispatch) = Telemetry::build(&options, std::io::sink).unwrap();
    tracing::dispatcher::set_global_default(dispatch).unwrap();
    let fleet = Fleet::builder()
        .cluster(
            "gpu",
            Profile::builtin("a100-pool").unwrap().with_count("a100", 1),
        )
        .otlp(collector.endpoint())
        .env("OTEL_BSP_SCHEDULE_DELAY", NEVER_MS)
        .start()
        .await
        .unwrap();
    let api = fleet.api().unwrap();

    let span = tracing::info_span!("executor asks", otel.kind = "client");
    let ready = async {
        let created = api
            .create(request::create("traced", request::small()).unwrap())
            .await
            .unwrap();
        api.ready_by_watch(&created.name, LIMIT).await.unwrap()
    }
    .instrument(span)
    .await;
    let traceparent: Traceparent = ready.traceparent.parse().unwrap();

    let client = fleet.cluster("gpu").unwrap().client().await.unwrap();
    let object = performers::of_placement(&client, &ready.uid)
        .await
        .unwrap()
        .remove(0);
    let annotation: Traceparent = object.annotations()[names::TRACEPARENT_ANNOTATION]
        .parse()
        .unwrap();
    assert_eq!(
        annotation.trace_id(),
        traceparent.trace_id(),
        "the object carries the trace"
    );
    let pods: kube::Api<Pod> = kube::Api::namespaced(client, &object.namespace().unwrap());
    let selector = format!("{}={}", names::PERFORMER_LABEL, object.name_any());
    let pod = pods
        .list(&ListParams::default().labels(&selector))
        .await
        .unwrap()
        .items
        .remove(0);
    let env = pod.spec.unwrap().containers[0].env.clone().unwrap_or_default();
    let in_env = env
        .iter()
        .find(|variable| variable.name == names::TRACEPARENT_ENV)
        .unwrap()
        .value
        .clone()
        .unwrap();
    assert_eq!(
        in_env.parse::<Traceparent>().unwrap().trace_id(),
        traceparent.trace_id(),
        "and so does the performer"
    );

    // At once: nothing has been sent yet.
    check_logs(&fleet, &ready.name, &traceparent);
    fleet.stop().await;
    telemetry.shutdown(Duration::from_secs(10)).await.unwrap();
    let spans = collector.trace(&traceparent.trace_id());
    let shown = tree(&spans);
    let services: BTreeSet<&str> = spans.iter().map(|span| span.service.as_str()).collect();
    assert_eq!(
        services,
        BTreeSet::from(["cluster-agent", "executor", "hourglass-placement"]),
        "\n{shown}"
    );
    assert_eq!(lost_parents(&spans, ""), Vec::<String>::new(), "\n{shown}");
    let roots: Vec<&SpanRecord> = spans
        .iter()
        .filter(|span| span.parent_span_id.is_empty())
        .collect();
    let [root] = roots.as_slice() else {
        panic!("one first span:\n{shown}")
    };
    assert_eq!(root.name, "executor asks");

    let only = |name: &str| {
        let found: Vec<&SpanRecord> = spans.iter().filter(|span| span.name == name).collect();
        let [only] = found.as_slice() else {
            panic!("one span {name}, not {}:\n{shown}", found.len())
        };
        (*only).clone()
    };
    let call = only("hourglass.fleet.v1.PlacementService/CreatePlacement");
    let (decide, commit, dispatch) = (only("decide"), only("commit"), only("dispatch"));
    let apply = only("apply");
    for (child, parent) in [
        (&call, *root),
        (&decide, &call),
        (&commit, &call),
        (&dispatch, &call),
        (&apply, &dispatch),
        (&only("schedule"), &apply),
        (&only("ready"), &apply),
    ] {
        assert_eq!(
            child.parent_span_id, parent.span_id,
            "{} under {}:\n{shown}",
            child.name, parent.name
        );
    }
    assert_eq!(
        traceparent.span_id(),
        call.span_id,
        "what is stored is the call's own span"
    );
    assert!(
        decide.end_unix_nanos <= commit.end_unix_nanos && commit.end_unix_nanos <= dispatch.end_unix_nanos
    );
}
