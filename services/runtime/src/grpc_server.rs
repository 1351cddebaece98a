//! The settings that every gRPC server of ours shares.

use std::time::Duration;

use tonic::transport::Server;

use crate::trace_context::server_span;

/// Interval of HTTP/2 pings on a quiet connection. Common load balancers close a connection that was
/// idle for 60 s (AWS ALB, nginx) or longer (AWS NLB 350 s, GCP 600 s).
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);

/// A connection whose ping is not answered within this time is dead.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Streams that one connection may have open, so that one client cannot take all memory.
const MAX_CONCURRENT_STREAMS: u32 = 1024;

/// A tonic server builder with keepalive, bounded streams, and one span per call whose parent is the
/// caller's `traceparent`. Serve it with [`crate::tls::Listener`] as the incoming stream.
pub fn grpc_server() -> Server {
    Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .max_concurrent_streams(Some(MAX_CONCURRENT_STREAMS))
        .trace_fn(server_span)
}
