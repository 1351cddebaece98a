//! The admin HTTP server of a process, on its own listener: `/livez`, `/readyz` (`?verbose` lists the
//! gates), `/metrics` (OpenMetrics text), `/version` (JSON). It tells no secrets and changes nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use http::{StatusCode, Uri};
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::build_info::BuildInfo;
use crate::readiness::Readiness;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The admin server failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The address is taken, or not ours.
    #[error("cannot listen on the admin address {address}: {source}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The accept loop failed.
    #[error("the admin server failed: {0}")]
    Serve(io::Error),
}

/// What the pages show.
#[derive(Debug, Clone)]
pub struct AdminPages {
    /// For `/version`.
    pub build: BuildInfo,
    /// For `/readyz`.
    pub readiness: Readiness,
    /// For `/metrics`: register everything before, and share it here. Labels must be bounded: never a
    /// tenant's, placement's or object's name.
    pub metrics: Arc<Registry>,
}

/// A bound listener that does not serve yet.
#[derive(Debug)]
pub struct AdminServer {
    listener: TcpListener,
    local_address: SocketAddr,
}

impl AdminServer {
    /// Binds `address`; port 0 lets the operating system choose.
    pub async fn bind(address: SocketAddr) -> Result<Self, AdminError> {
        let fail = |source| AdminError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(fail)?;
        let local_address = listener.local_addr().map_err(fail)?;
        Ok(Self {
            listener,
            local_address,
        })
    }

    /// Where it listens, with the port that was chosen.
    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// Serves until `stop` is cancelled, then lets running requests finish. Pass a token that outlives
    /// the other tasks where the process should answer probes while it drains.
    pub async fn serve(self, pages: AdminPages, stop: CancellationToken) -> Result<(), AdminError> {
        tracing::info!(address = %self.local_address, "admin server listens");
        axum::serve(self.listener, router(pages))
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
            .map_err(AdminError::Serve)
    }
}

fn router(pages: AdminPages) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/version", get(version))
        .with_state(pages)
}

async fn readyz(State(pages): State<AdminPages>, uri: Uri) -> Response {
    let report = pages.readiness.report();
    let status = if report.is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let verbose = uri.query().is_some_and(|query| {
        query
            .split('&')
            .any(|part| part == "verbose" || part.starts_with("verbose="))
    });
    // Who looks because it failed wants the gates at once.
    let body = if verbose || !report.is_ready() {
        report.to_string()
    } else {
        "ok\n".to_owned()
    };
    (status, body).into_response()
}

async fn metrics(State(pages): State<AdminPages>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &pages.metrics) {
        Ok(()) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot encode the metrics");
            (StatusCode::INTERNAL_SERVER_ERROR, "cannot encode the metrics\n").into_response()
        }
    }
}

async fn version(State(pages): State<AdminPages>) -> Json<BuildInfo> {
    Json(pages.build)
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::metrics::counter::Counter;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    struct Running {
        address: SocketAddr,
        readiness: Readiness,
        counter: Counter,
        stop: CancellationToken,
        server: tokio::task::JoinHandle<Result<(), AdminError>>,
    }

    async fn start() -> Running {
        let server = AdminServer::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = server.local_address();
        let readiness = Readiness::new(CancellationToken::new());
        let mut metrics = Registry::default();
        let counter = Counter::default();
        metrics.register("decisions", "Decisions made", counter.clone());
        let pages = AdminPages {
            build: BuildInfo::new("test", "1.2.3"),
            readiness: readiness.clone(),
            metrics: Arc::new(metrics),
        };
        let stop = CancellationToken::new();
        let server = tokio::spawn(server.serve(pages, stop.clone()));
        Running {
            address,
            readiness,
            counter,
            stop,
            server,
        }
    }

    /// Status line, headers and body of a GET, as one text.
    async fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut response))
            .await
            .unwrap()
            .unwrap();
        response
    }

    #[tokio::test]
    async fn readyz_follows_the_gates_and_lists_them() {
        let running = start().await;
        let store = running.readiness.register("store");
        running.readiness.register("listener").open();
        let closed = get(running.address, "/readyz").await;
        assert!(closed.starts_with("HTTP/1.1 503"), "{closed}");
        assert!(closed.contains("[-]store not ready\n"), "{closed}");
        assert!(get(running.address, "/livez").await.starts_with("HTTP/1.1 200"));
        store.open();
        let open = get(running.address, "/readyz").await;
        assert!(
            open.starts_with("HTTP/1.1 200") && open.ends_with("\r\n\r\nok\n"),
            "{open}"
        );
        let verbose = get(running.address, "/readyz?verbose").await;
        assert!(
            verbose.ends_with("[+]listener ok\n[+]store ok\nreadyz check passed\n"),
            "{verbose}"
        );
    }

    #[tokio::test]
    async fn metrics_are_open_metrics_text() {
        let running = start().await;
        running.counter.inc_by(3);
        let response = get(running.address, "/metrics").await;
        assert!(
            response.contains("content-type: application/openmetrics-text; version=1.0.0"),
            "{response}"
        );
        assert!(response.contains("decisions_total 3\n"), "{response}");
        assert!(response.ends_with("# EOF\n"), "{response}");
    }

    #[tokio::test]
    async fn version_is_json_and_unknown_pages_are_not_found() {
        let running = start().await;
        let response = get(running.address, "/version").await;
        assert!(
            response.ends_with(r#"{"name":"test","version":"1.2.3"}"#),
            "{response}"
        );
        assert!(get(running.address, "/debug").await.starts_with("HTTP/1.1 404"));
    }

    #[tokio::test]
    async fn it_stops_when_told_and_frees_the_port() {
        let running = start().await;
        // An idle kept-alive connection must not hold up the stop.
        let _idle = TcpStream::connect(running.address).await.unwrap();
        running.stop.cancel();
        tokio::time::timeout(Duration::from_secs(10), running.server)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        AdminServer::bind(running.address).await.unwrap();
    }

    #[tokio::test]
    async fn a_taken_address_is_named() {
        let first = AdminServer::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let error = AdminServer::bind(first.local_address()).await.unwrap_err();
        assert!(
            error.to_string().contains(&first.local_address().to_string()),
            "{error}"
        );
    }
}
