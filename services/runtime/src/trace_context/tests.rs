use super::*;
use crate::build_info::BuildInfo;
use crate::telemetry::{LogFormat, Telemetry, TelemetryOptions};

const VALID: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn with_telemetry<T>(run: impl FnOnce() -> T) -> T {
    let options = TelemetryOptions::new(BuildInfo::new("test", "0.0.0"), LogFormat::Json, "info");
    let (_telemetry, dispatch) = Telemetry::build(&options, std::io::sink).unwrap();
    tracing::dispatcher::with_default(&dispatch, run)
}

#[test]
fn a_valid_traceparent_is_printed_as_it_was_read() {
    let parsed: Traceparent = VALID.parse().unwrap();
    assert_eq!(parsed.to_string(), VALID);
    assert_eq!(parsed.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(parsed.span_id(), "b7ad6b7169203331");
    assert!(parsed.is_sampled());
    assert!(
        !VALID
            .replace("-01", "-00")
            .parse::<Traceparent>()
            .unwrap()
            .is_sampled()
    );
}

#[test]
fn flags_other_than_sampled_are_dropped() {
    let parsed: Traceparent = VALID.replace("-01", "-ff").parse().unwrap();
    assert_eq!(parsed.to_string(), VALID);
}

#[test]
fn a_later_version_may_append_fields() {
    let later = format!("{}-extra", VALID.replacen("00", "cc", 1));
    assert_eq!(later.parse::<Traceparent>().unwrap().to_string(), VALID);
    assert_eq!(
        VALID
            .replacen("00", "cc", 1)
            .parse::<Traceparent>()
            .unwrap()
            .to_string(),
        VALID
    );
}

#[test]
fn what_the_standard_forbids_is_refused() {
    use TraceparentError::{Form, Version, Zero};
    let cases = [
        (String::new(), Form),
        (VALID[..54].to_owned(), Form),
        (format!("{VALID}-extra"), Form),
        (format!("{VALID} "), Form),
        (VALID.to_uppercase(), Form),
        (VALID.replace('7', "g"), Form),
        (VALID.replace('-', "_"), Form),
        (VALID.replacen("00", "ff", 1), Version),
        (format!("{}.extra", VALID.replacen("00", "cc", 1)), Form),
        (
            VALID.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            Zero,
        ),
        (VALID.replace("b7ad6b7169203331", &"0".repeat(16)), Zero),
        (VALID.replace("0af7", "é+"), Form),
        (VALID.replace("-0af7", "-+af7"), Form),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Traceparent>(), Err(expected), "{text:?}");
    }
}

#[test]
fn it_is_stored_as_text_and_checked_when_read() {
    let parsed: Traceparent = VALID.parse().unwrap();
    let json = serde_json::to_string(&parsed).unwrap();
    assert_eq!(json, format!("{VALID:?}"));
    assert_eq!(serde_json::from_str::<Traceparent>(&json).unwrap(), parsed);
    assert!(serde_json::from_str::<Traceparent>("\"00-00-00-00\"").is_err());
}

#[test]
fn a_repeated_header_starts_a_new_trace() {
    let mut headers = HeaderMap::new();
    assert_eq!(Traceparent::from_headers(&headers), None);
    headers.append(TRACEPARENT, VALID.parse().unwrap());
    assert_eq!(Traceparent::from_headers(&headers), VALID.parse().ok());
    headers.append(TRACEPARENT, VALID.parse().unwrap());
    assert_eq!(Traceparent::from_headers(&headers), None);
    assert_eq!(
        Traceparent::from_metadata(&MetadataMap::from_headers(headers)),
        None
    );
}

#[test]
fn the_trace_goes_on_from_one_process_to_the_next() {
    with_telemetry(|| {
        let mut headers = http::Request::builder().uri("/hourglass.fleet.v1.PlacementService/GetPlacement");
        headers = headers.header(TRACEPARENT, VALID);
        let span = server_span(&headers.body(()).unwrap());
        let mut metadata = MetadataMap::new();
        span.in_scope(|| inject(&mut metadata));
        let passed_on = Traceparent::from_metadata(&metadata).unwrap();
        assert_eq!(passed_on.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert_ne!(
            passed_on.span_id(),
            "b7ad6b7169203331",
            "the parent of the next is this span"
        );
        assert_eq!(Some(passed_on), traceparent_of(&span));
    });
}

#[test]
fn a_call_without_a_traceparent_begins_a_sampled_trace() {
    with_telemetry(|| {
        let request = http::Request::builder().uri("/service/Method").body(()).unwrap();
        let traceparent = traceparent_of(&server_span(&request)).unwrap();
        assert!(traceparent.is_sampled());
    });
}

#[test]
fn health_checks_get_no_span() {
    with_telemetry(|| {
        let request = http::Request::builder()
            .uri("/grpc.health.v1.Health/Check")
            .body(())
            .unwrap();
        assert!(server_span(&request).is_none());
    });
}

#[test]
fn outside_of_a_span_nothing_is_injected() {
    with_telemetry(|| {
        let mut metadata = MetadataMap::new();
        inject(&mut metadata);
        assert!(metadata.is_empty());
        assert_eq!(current_traceparent(), None);
    });
}
