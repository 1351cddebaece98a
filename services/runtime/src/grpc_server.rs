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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
    use tokio::time::Instant;
    use tokio_stream::StreamExt as _;

    use super::*;

    /// Idle connections are closed by common load balancers after this time and later.
    const SHORTEST_IDLE_LIMIT: Duration = Duration::from_secs(60);

    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: u8 = 4;
    const PING: u8 = 6;
    const ACK: u8 = 1;

    /// A frame without a payload, on the connection itself.
    fn empty_frame(kind: u8, flags: u8) -> [u8; 9] {
        [0, 0, 0, kind, flags, 0, 0, 0, 0]
    }

    /// Type and flags of the next frame; none when the connection ends.
    async fn frame(connection: &mut DuplexStream) -> Option<(u8, u8, Vec<u8>)> {
        let mut head = [0; 9];
        connection.read_exact(&mut head).await.ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        connection.read_exact(&mut payload).await.ok()?;
        Some((head[3], head[4], payload))
    }

    /// The next ping that asks for an answer, and when it came.
    async fn ping(connection: &mut DuplexStream) -> Option<(Vec<u8>, Instant)> {
        loop {
            match frame(connection).await? {
                (PING, 0, payload) => return Some((payload, Instant::now())),
                (SETTINGS, 0, _) => connection.write_all(&empty_frame(SETTINGS, ACK)).await.ok()?,
                _ => {}
            }
        }
    }

    // The clock stands still but for what is waited for, so these are no measurements.
    #[tokio::test(start_paused = true)]
    async fn a_quiet_connection_is_pinged_in_time_and_ended_when_the_ping_is_not_answered() {
        let (mut client, server) = tokio::io::duplex(64 * 1024);
        let incoming = tokio_stream::once(Ok::<_, std::io::Error>(server)).chain(tokio_stream::pending());
        let (_, health) = tonic_health::server::health_reporter();
        let serving = tokio::spawn(grpc_server().add_service(health).serve_with_incoming(incoming));
        client.write_all(PREFACE).await.unwrap();
        client.write_all(&empty_frame(SETTINGS, 0)).await.unwrap();

        let begun = Instant::now();
        let (payload, first) = ping(&mut client).await.unwrap();
        assert!(first - begun < SHORTEST_IDLE_LIMIT, "{:?}", first - begun);
        let mut answer = empty_frame(PING, ACK).to_vec();
        answer[2] = u8::try_from(payload.len()).unwrap();
        answer.extend(payload);
        client.write_all(&answer).await.unwrap();

        // It lives on, and the second one is not answered.
        let (_, second) = ping(&mut client).await.unwrap();
        assert!(second - first < SHORTEST_IDLE_LIMIT, "{:?}", second - first);
        while frame(&mut client).await.is_some() {}
        let waited = Instant::now() - second;
        assert!(waited <= KEEPALIVE_TIMEOUT + Duration::from_secs(1), "{waited:?}");
        serving.abort();
    }
}
