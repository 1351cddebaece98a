//! Traces reach a real OTLP/gRPC receiver, whole, also when the process ends at once.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports its failure")]

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hourglass_runtime::args::{LogArgs, OtlpArgs};
use hourglass_runtime::build_info::BuildInfo;
use hourglass_runtime::config_errors::ConfigErrors;
use hourglass_runtime::telemetry::{LogFormat, OtlpOptions, Telemetry, TelemetryError, TelemetryOptions};
use hourglass_runtime::tls::{Authority, HandshakeLimits, Listener, TlsAcceptor, install_crypto_provider};
use hourglass_runtime::trace_context::{Traceparent, set_parent};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

const BUILD: BuildInfo = BuildInfo::new("hourglass-test", "1.2.3");
const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct Receiver {
    spans: Arc<Mutex<Vec<Span>>>,
    resource: Arc<Mutex<HashMap<String, String>>>,
    /// Pause before each answer, as from a busy collector.
    pause: Duration,
}

#[tonic::async_trait]
impl TraceService for Receiver {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        tokio::time::sleep(self.pause).await;
        for resource_spans in request.into_inner().resource_spans {
            for attribute in resource_spans.resource.unwrap_or_default().attributes {
                let value = format!("{:?}", attribute.value);
                self.resource.lock().unwrap().insert(attribute.key, value);
            }
            for scope in resource_spans.scope_spans {
                self.spans.lock().unwrap().extend(scope.spans);
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

struct Collector {
    endpoint: String,
    received: Receiver,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Collector {
    async fn start(pause: Duration) -> Self {
        let listener = Listener::bind_plaintext(([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        Self::serve(listener, "http", pause)
    }

    fn serve(listener: Listener, scheme: &str, pause: Duration) -> Self {
        let endpoint = format!("{scheme}://{}", listener.local_address());
        let received = Receiver {
            pause,
            ..Receiver::default()
        };
        let stop = CancellationToken::new();
        let server =
            tonic::transport::Server::builder().add_service(TraceServiceServer::new(received.clone()));
        let task =
            tokio::spawn(server.serve_with_incoming_shutdown(listener, stop.clone().cancelled_owned()));
        Self {
            endpoint,
            received,
            stop,
            task,
        }
    }

    async fn stop(self) -> (Vec<Span>, HashMap<String, String>) {
        self.stop.cancel();
        tokio::time::timeout(DEADLINE, self.task)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        let spans = self.received.spans.lock().unwrap().clone();
        let resource = self.received.resource.lock().unwrap().clone();
        (spans, resource)
    }
}

fn options(endpoint: &str, ca_pem: Option<String>) -> TelemetryOptions {
    TelemetryOptions::new(BUILD, LogFormat::Json, "info").with_otlp(OtlpOptions {
        endpoint: endpoint.to_owned(),
        ca_pem,
    })
}

/// A root, and `children` spans below it, all ended when this returns.
fn emit(children: usize, parent: Option<&str>) {
    let root = tracing::info_span!("root", placement = "default/one");
    if let Some(parent) = parent {
        set_parent(&root, &parent.parse().unwrap());
    }
    let _root = root.enter();
    for index in 0..children {
        let _child = tracing::info_span!("child", index).entered();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_span_emitted_right_before_the_shutdown_arrives_in_one_trace() {
    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let collector = Collector::start(Duration::from_millis(20)).await;
    let (telemetry, dispatch) = Telemetry::build(&options(&collector.endpoint, None), std::io::sink).unwrap();
    tracing::dispatcher::with_default(&dispatch, || emit(1999, Some(PARENT)));
    telemetry.shutdown(DEADLINE).await.unwrap();

    let (spans, resource) = collector.stop().await;
    assert_eq!(spans.len(), 2000);
    let unique: HashSet<_> = spans.iter().map(|span| span.span_id.clone()).collect();
    assert_eq!(unique.len(), 2000);
    let parent: Traceparent = PARENT.parse().unwrap();
    assert!(spans.iter().all(|span| hex(&span.trace_id) == parent.trace_id()));
    let root = spans.iter().find(|span| span.name == "root").unwrap();
    assert_eq!(hex(&root.parent_span_id), parent.span_id());
    assert!(
        root.attributes
            .iter()
            .any(|attribute| attribute.key == "placement")
    );
    let children = spans.iter().filter(|span| span.name == "child");
    assert!(
        children
            .into_iter()
            .all(|span| span.parent_span_id == root.span_id)
    );
    assert!(
        resource["service.name"].contains("hourglass-test"),
        "{resource:?}"
    );
    assert!(resource["service.version"].contains("1.2.3"), "{resource:?}");
    assert!(resource.contains_key("service.instance.id"), "{resource:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_many_tasks_arrive_without_a_shutdown_too() {
    let collector = Collector::start(Duration::ZERO).await;
    let (telemetry, dispatch) = Telemetry::build(&options(&collector.endpoint, None), std::io::sink).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let dispatch = dispatch.clone();
        tasks.spawn_blocking(move || tracing::dispatcher::with_default(&dispatch, || emit(9, None)));
    }
    tasks.join_all().await;
    let spans = Arc::clone(&collector.received.spans);
    tokio::time::timeout(DEADLINE, async {
        while spans.lock().unwrap().len() < 100 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("the batch is sent in its interval");
    telemetry.shutdown(DEADLINE).await.unwrap();
    let (spans, _) = collector.stop().await;
    assert_eq!(spans.len(), 100);
    let traces: HashSet<_> = spans.into_iter().map(|span| span.trace_id).collect();
    assert_eq!(traces.len(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_go_over_tls_to_a_collector_with_a_private_ca() {
    install_crypto_provider();
    let now = std::time::SystemTime::now();
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::open_or_create(directory.path(), now).unwrap();
    let issued = authority
        .issue_server_certificate(&["127.0.0.1".into()], DEADLINE * 100, now)
        .unwrap();
    let acceptor = TlsAcceptor::new(issued.credential(now).unwrap(), None).unwrap();
    let loopback = ([127, 0, 0, 1], 0).into();
    let listener = Listener::bind_tls(loopback, acceptor, HandshakeLimits::default())
        .await
        .unwrap();
    let collector = Collector::serve(listener, "https", Duration::ZERO);
    let options = options(&collector.endpoint, Some(authority.bundle_pem()));
    let (telemetry, dispatch) = Telemetry::build(&options, std::io::sink).unwrap();
    tracing::dispatcher::with_default(&dispatch, || emit(4, None));
    telemetry.shutdown(DEADLINE).await.unwrap();
    let (spans, _) = collector.stop().await;
    assert_eq!(spans.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_does_not_answer_delays_the_end_only_up_to_the_deadline() {
    let collector = Collector::start(Duration::from_secs(3600)).await;
    let (telemetry, dispatch) = Telemetry::build(&options(&collector.endpoint, None), std::io::sink).unwrap();
    tracing::dispatcher::with_default(&dispatch, || emit(4, None));
    let shutdown = telemetry.shutdown(Duration::from_millis(300));
    let error = tokio::time::timeout(DEADLINE, shutdown)
        .await
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, TelemetryError::Flush(_)), "{error}");
    collector.task.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_endpoint_nothing_is_exported_and_shutdown_is_immediate() {
    let mut errors = ConfigErrors::new();
    let log = LogArgs {
        log_format: LogFormat::Json,
        log_level: "info".into(),
    };
    let options = TelemetryOptions::from_args(BUILD, &log, &OtlpArgs::default(), &mut errors);
    errors.into_result().unwrap();
    let (telemetry, dispatch) = Telemetry::build(&options, std::io::sink).unwrap();
    tracing::dispatcher::with_default(&dispatch, || emit(10, None));
    telemetry.shutdown(Duration::from_secs(5)).await.unwrap();
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
