//! Traces to an OTLP/gRPC collector.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_otlp::{SpanExporter, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};

use super::TelemetryError;
use crate::args::OtlpArgs;
use crate::build_info::BuildInfo;
use crate::config_errors::ConfigErrors;
use crate::tls::client::{self, ClientTls};

/// Spans that may wait for the exporter; more are dropped and counted in the log.
const QUEUE_SPANS: usize = 8192;
/// Spans are sent at least this often.
const EXPORT_INTERVAL: Duration = Duration::from_secs(1);
/// One export call may take this long.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to send traces.
#[derive(Debug, Clone)]
pub struct OtlpOptions {
    /// URL of the OTLP/gRPC collector, `http` or `https`.
    pub endpoint: String,
    /// CA certificates (PEM) for `https`; the system's when `None`.
    pub ca_pem: Option<String>,
}

impl OtlpOptions {
    /// `None` when no endpoint is set, or after noting what is wrong with it.
    pub(super) fn from_args(args: &OtlpArgs, errors: &mut ConfigErrors) -> Option<Self> {
        let endpoint = args
            .otlp_endpoint
            .clone()
            .filter(|endpoint| !endpoint.is_empty())?;
        let ca_pem = match &args.otlp_ca_file {
            Some(path) => {
                let read = std::fs::read_to_string(path)
                    .map_err(|error| format!("cannot read {}: {error}", path.display()));
                Some(errors.check("--otlp-ca-file", read)?)
            }
            None => None,
        };
        let options = Self { endpoint, ca_pem };
        errors.check(
            "--otlp-endpoint",
            client::endpoint(&options.endpoint, &options.client_tls()),
        )?;
        Some(options)
    }

    fn client_tls(&self) -> ClientTls {
        ClientTls {
            ca_pem: self.ca_pem.clone(),
            ..ClientTls::default()
        }
    }
}

/// A provider that makes trace ids, and exports the spans where `otlp` is given.
pub(super) fn tracer_provider(
    build: BuildInfo,
    otlp: Option<&OtlpOptions>,
) -> Result<SdkTracerProvider, TelemetryError> {
    let provider = SdkTracerProvider::builder().with_resource(resource(build));
    let Some(otlp) = otlp else {
        return Ok(provider.build());
    };
    let channel = client::endpoint(&otlp.endpoint, &otlp.client_tls())?
        .timeout(EXPORT_TIMEOUT)
        .connect_lazy();
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_channel(channel)
        .build()?;
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batch_config())
        .build();
    Ok(provider.with_span_processor(processor).build())
}

/// Our defaults, unless the SDK's own variables say otherwise.
fn batch_config() -> opentelemetry_sdk::trace::BatchConfig {
    let mut config = BatchConfigBuilder::default();
    if std::env::var_os("OTEL_BSP_MAX_QUEUE_SIZE").is_none() {
        config = config.with_max_queue_size(QUEUE_SPANS);
    }
    if std::env::var_os("OTEL_BSP_SCHEDULE_DELAY").is_none() {
        config = config.with_scheduled_delay(EXPORT_INTERVAL);
    }
    config.build()
}

/// <https://opentelemetry.io/docs/specs/semconv/resource/#service>
fn resource(build: BuildInfo) -> Resource {
    Resource::builder()
        .with_service_name(build.name)
        .with_attributes([
            KeyValue::new("service.version", build.version),
            KeyValue::new("service.instance.id", uuid::Uuid::new_v4().to_string()),
        ])
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::Key;

    fn noted(args: &OtlpArgs) -> (Option<OtlpOptions>, String) {
        let mut errors = ConfigErrors::new();
        let options = OtlpOptions::from_args(args, &mut errors);
        (
            options,
            errors
                .into_result()
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default(),
        )
    }

    #[test]
    fn no_or_an_empty_endpoint_means_no_export() {
        assert!(noted(&OtlpArgs::default()).0.is_none());
        let (options, errors) = noted(&OtlpArgs {
            otlp_endpoint: Some(String::new()),
            otlp_ca_file: None,
        });
        assert!(options.is_none() && errors.is_empty());
    }

    #[test]
    fn a_bad_endpoint_or_ca_file_is_an_error_of_its_flag() {
        let bad = OtlpArgs {
            otlp_endpoint: Some("collector:4317".into()),
            otlp_ca_file: None,
        };
        let (options, errors) = noted(&bad);
        assert!(
            options.is_none() && errors.contains("--otlp-endpoint"),
            "{errors}"
        );
        let missing = OtlpArgs {
            otlp_endpoint: Some("https://127.0.0.1:4317".into()),
            otlp_ca_file: Some("/does/not/exist.pem".into()),
        };
        let (options, errors) = noted(&missing);
        assert!(
            options.is_none() && errors.contains("--otlp-ca-file: cannot read /does/not"),
            "{errors}"
        );
    }

    #[test]
    fn the_resource_names_the_service_its_version_and_the_instance() {
        let resource = resource(BuildInfo::new("hourglass-placement", "1.2.3"));
        let get = |key: &'static str| resource.get(&Key::from_static_str(key)).unwrap().to_string();
        assert_eq!(get("service.name"), "hourglass-placement");
        assert_eq!(get("service.version"), "1.2.3");
        assert_eq!(get("service.instance.id").len(), 36);
        assert_ne!(get("service.instance.id"), {
            let other = super::resource(BuildInfo::new("hourglass-placement", "1.2.3"));
            other
                .get(&Key::from_static_str("service.instance.id"))
                .unwrap()
                .to_string()
        });
    }
}
