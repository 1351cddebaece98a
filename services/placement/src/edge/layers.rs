//! What holds for every call, around all services: the version of the server in the answer, the caller's deadline, a
//! bound on calls at the same time, and the outcome in the span.
//!
//! The span itself, a child of the caller's, comes from the runtime's server builder; see
//! <https://opentelemetry.io/docs/specs/semconv/rpc/grpc/> for the names.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::{Layer, Service};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::errors::{Failure, Reason};

/// Response metadata with the version of the server.
pub const VERSION_KEY: HeaderName = HeaderName::from_static("hourglass-version");
/// Largest message in either direction, in bytes.
pub const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
/// Calls of clients at the same time, over all connections.
pub const MAX_CONCURRENT_CALLS: usize = 1024;

/// Packages whose calls are bounded in number: those of clients. Agents' streams and health checks are not, so that
/// busy clients cannot cut the fleet off.
const BOUNDED: &[&str] = &[
    "/hourglass.fleet.v1.PlacementService/",
    "/hourglass.fleet.v1.FleetService/",
];
const OVERLOAD_RETRY: Duration = Duration::from_secs(1);
/// The server answers this much before the caller stops listening.
const DEADLINE_MARGIN: Duration = Duration::from_millis(5);

/// When a call must be answered, because its caller stops listening then. An extension of the requests of callers who say so.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

/// Puts all of it around a service.
#[derive(Clone, Debug)]
pub struct EdgeLayer {
    version: HeaderValue,
    calls: Arc<Semaphore>,
}

impl EdgeLayer {
    /// With this version of the server, and at most so many calls of clients at the same time.
    pub fn new(version: &'static str, max_calls: usize) -> Self {
        Self {
            version: HeaderValue::from_static(version),
            calls: Arc::new(Semaphore::new(max_calls)),
        }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = EdgeService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        EdgeService {
            inner,
            layer: self.clone(),
        }
    }
}

/// See [`EdgeLayer`].
#[derive(Clone, Debug)]
pub struct EdgeService<S> {
    inner: S,
    layer: EdgeLayer,
}

impl<S> Service<Request<Body>> for EdgeService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The one that was asked whether it is ready is the one that is called.
        let next = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            let outcome = match layer.permit(request.uri().path()) {
                Ok(permit) => {
                    let outcome = within_deadline(inner, request).await?;
                    drop(permit);
                    outcome
                }
                Err(status) => status.into_http(),
            };
            Ok(layer.finish(outcome))
        })
    }
}

impl EdgeLayer {
    fn permit(&self, path: &str) -> Result<Option<OwnedSemaphorePermit>, Status> {
        if !BOUNDED.iter().any(|prefix| path.starts_with(prefix)) {
            return Ok(None);
        }
        Arc::clone(&self.calls)
            .try_acquire_owned()
            .map(Some)
            .map_err(|_| {
                let message = "the placement service has as many calls as it takes at the same time";
                Failure::new(Code::ResourceExhausted, Reason::LimitReached, message)
                    .retry_after(OVERLOAD_RETRY)
                    .into()
            })
    }

    fn finish(&self, response: Response<Body>) -> Response<Body> {
        let mut response = explain_size(response);
        response.headers_mut().insert(VERSION_KEY, self.version.clone());
        // A failure is known with the head of the answer; the code of a success, or of a stream, comes at its end.
        if let Some(code) = response
            .headers()
            .get(Status::GRPC_STATUS)
            .and_then(|code| code.to_str().ok())
            && let Ok(code) = code.parse::<i64>()
        {
            Span::current().set_attribute("rpc.grpc.status_code", code);
        }
        response
    }
}

/// Runs the call until the caller's `grpc-timeout` has passed.
async fn within_deadline<S>(mut inner: S, mut request: Request<Body>) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    let Some(timeout) = request
        .headers()
        .get("grpc-timeout")
        .and_then(|value| grpc_timeout(value.to_str().ok()?))
    else {
        return inner.call(request).await;
    };
    let deadline = Instant::now() + timeout.saturating_sub(DEADLINE_MARGIN);
    request.extensions_mut().insert(Deadline(deadline));
    match timeout_at(deadline, inner.call(request)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let message = "the caller's deadline has passed; whether anything was done is unknown: repeat the call \
                           with the same request_id";
            let status: Status =
                Failure::new(Code::DeadlineExceeded, Reason::DeadlineExceeded, message).into();
            Ok(status.into_http())
        }
    }
}

/// `TimeoutValue TimeoutUnit` of <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>: at most eight
/// digits and a unit.
fn grpc_timeout(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        'H' => Some(Duration::from_secs(number * 3600)),
        'M' => Some(Duration::from_secs(number * 60)),
        'S' => Some(Duration::from_secs(number)),
        'm' => Some(Duration::from_millis(number)),
        'u' => Some(Duration::from_micros(number)),
        'n' => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// tonic refuses a message over the limit with OUT_OF_RANGE and a bare text. Statuses of ours always have details, so
/// one without is from there; it becomes what gRPC's own guide says for this.
fn explain_size(response: Response<Body>) -> Response<Body> {
    let too_large = response
        .extensions()
        .get::<Status>()
        .is_some_and(|status| status.code() == Code::OutOfRange && status.details().is_empty());
    if !too_large {
        return response;
    }
    let message =
        format!("a message is larger than {MAX_MESSAGE_BYTES} bytes, the most that this service takes");
    let status: Status = Failure::new(Code::ResourceExhausted, Reason::MessageTooLarge, message)
        .fact("max_bytes", MAX_MESSAGE_BYTES.to_string())
        .into();
    status.into_http()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tonic_types::StatusExt as _;
    use tower::ServiceExt as _;

    use super::*;

    const CREATE: &str = "/hourglass.fleet.v1.PlacementService/CreatePlacement";
    const CONTROL: &str = "/hourglass.fleet.v1.AgentService/Control";

    fn request(path: &str, timeout: Option<&str>) -> Request<Body> {
        let mut request = Request::builder().uri(path);
        if let Some(timeout) = timeout {
            request = request.header("grpc-timeout", timeout);
        }
        request.body(Body::empty()).unwrap()
    }

    async fn call(
        layer: &EdgeLayer,
        request: Request<Body>,
        answer: impl Future<Output = Response<Body>> + Send + 'static,
    ) -> Response<Body> {
        let mut answer = Some(Box::pin(answer));
        let service = tower::service_fn(move |_: Request<Body>| {
            let answer = answer.take().expect("called once");
            async move { Ok::<_, Infallible>(answer.await) }
        });
        // A `service_fn` that gives away its answer is not `Clone`; one call needs no clone.
        let shared = Arc::new(std::sync::Mutex::new(service));
        let cloneable = tower::service_fn(move |request: Request<Body>| shared.lock().unwrap().call(request));
        layer.layer(cloneable).oneshot(request).await.unwrap()
    }

    fn status(response: &Response<Body>) -> Status {
        Status::from_header_map(response.headers()).unwrap()
    }

    fn reason(status: &Status) -> String {
        status.get_error_details().error_info().unwrap().reason.clone()
    }

    #[test]
    fn timeouts_of_every_unit_are_read_and_others_ignored() {
        for (text, expected) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("123456789S", None),
            ("S", None),
            ("-1S", None),
            ("1x", None),
            ("", None),
            ("1é", None),
        ] {
            assert_eq!(grpc_timeout(text), expected, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_over_its_deadline_is_deadline_exceeded() {
        let layer = EdgeLayer::new("1.2.3", 1);
        let response = call(&layer, request(CREATE, Some("50m")), std::future::pending()).await;
        let found = status(&response);
        assert_eq!(
            (found.code(), reason(&found).as_str()),
            (Code::DeadlineExceeded, "DEADLINE_EXCEEDED")
        );
        // Its place is free again.
        let response = call(&layer, request(CREATE, None), async {
            Response::new(Body::empty())
        })
        .await;
        assert!(Status::from_header_map(response.headers()).is_none());
        assert_eq!(response.headers()[VERSION_KEY], "1.2.3");
    }

    #[tokio::test(start_paused = true)]
    async fn services_are_told_when_their_caller_stops_listening() {
        let layer = EdgeLayer::new("1.2.3", 1);
        let told = |timeout| {
            let service = tower::service_fn(|request: Request<Body>| async move {
                let deadline = request.extensions().get::<Deadline>();
                let left = deadline.map(|Deadline(deadline)| *deadline - Instant::now());
                let mut response = Response::new(Body::empty());
                response.extensions_mut().insert(left);
                Ok::<_, Infallible>(response)
            });
            layer.layer(service).oneshot(request(CREATE, timeout))
        };
        let left = told(Some("2S")).await.unwrap();
        let left = left.extensions().get::<Option<Duration>>().unwrap();
        assert_eq!(*left, Some(Duration::from_millis(1995)));
        let left = told(None).await.unwrap();
        assert_eq!(left.extensions().get::<Option<Duration>>(), Some(&None));
    }

    #[tokio::test]
    async fn clients_over_the_bound_are_refused_and_agents_are_not() {
        let layer = EdgeLayer::new("1.2.3", 0);
        let answer = async { Response::new(Body::empty()) };
        let found = status(&call(&layer, request(CREATE, None), answer).await);
        assert_eq!(
            (found.code(), reason(&found).as_str()),
            (Code::ResourceExhausted, "LIMIT_REACHED")
        );
        assert!(found.get_error_details().retry_info().is_some());
        let answer = async { Response::new(Body::empty()) };
        let response = call(&layer, request(CONTROL, None), answer).await;
        assert!(Status::from_header_map(response.headers()).is_none());
    }

    #[tokio::test]
    async fn a_message_over_the_limit_is_explained_and_our_own_out_of_range_is_kept() {
        let layer = EdgeLayer::new("1.2.3", 1);
        let bare = Status::out_of_range("decoded message length too large");
        let found = status(&call(&layer, request(CREATE, None), async { bare.into_http() }).await);
        assert_eq!(
            (found.code(), reason(&found).as_str()),
            (Code::ResourceExhausted, "MESSAGE_TOO_LARGE")
        );
        let ours: Status = Failure::new(Code::OutOfRange, Reason::ResumeTokenExpired, "too old").into();
        let found = status(&call(&layer, request(CREATE, None), async { ours.into_http() }).await);
        assert_eq!(
            (found.code(), reason(&found).as_str()),
            (Code::OutOfRange, "RESUME_TOKEN_EXPIRED")
        );
    }
}
