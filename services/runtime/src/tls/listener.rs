//! Accepts connections as the incoming stream of a tonic server. TLS handshakes run beside each other,
//! each with a deadline, so that a client that dawdles holds up nobody; their number is bounded.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Sleep, sleep};
use tokio_rustls::rustls::ServerConfig;

use super::acceptor::TlsAcceptor;
use super::connection::Connection;

/// How long accepting rests after the process ran out of descriptors or memory.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(200);

/// Bounds on unfinished handshakes.
#[derive(Debug, Clone, Copy)]
pub struct HandshakeLimits {
    /// A handshake that takes longer is dropped.
    pub timeout: Duration,
    /// Handshakes at the same time; further connections wait in the kernel's queue.
    pub concurrent: usize,
}

impl Default for HandshakeLimits {
    /// 10 s and 256.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            concurrent: 256,
        }
    }
}

/// A stream of connections that never ends and never fails: what goes wrong with one connection is
/// logged and does not concern the others. Dropping it closes the port and its unfinished handshakes.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    local_address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: HandshakeLimits,
    handshakes: JoinSet<Result<Connection, HandshakeFailure>>,
    pause: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
struct HandshakeFailure {
    peer: SocketAddr,
    error: io::Error,
}

impl Listener {
    /// Binds `address` for TLS; port 0 lets the operating system choose.
    pub async fn bind_tls(
        address: SocketAddr,
        tls: TlsAcceptor,
        limits: HandshakeLimits,
    ) -> io::Result<Self> {
        Self::new(TcpListener::bind(address).await?, Some(tls), limits)
    }

    /// Binds `address` without TLS. Ask [`super::check_plaintext`] before.
    pub async fn bind_plaintext(address: SocketAddr) -> io::Result<Self> {
        Self::new(
            TcpListener::bind(address).await?,
            None,
            HandshakeLimits::default(),
        )
    }

    fn new(tcp: TcpListener, tls: Option<TlsAcceptor>, limits: HandshakeLimits) -> io::Result<Self> {
        let local_address = tcp.local_addr()?;
        Ok(Self {
            tcp,
            local_address,
            tls,
            limits,
            handshakes: JoinSet::new(),
            pause: None,
        })
    }

    /// Where it listens, with the port that was chosen.
    pub fn local_address(&self) -> SocketAddr {
        self.local_address
    }

    /// The next finished handshake. Pending when none is finished or none runs.
    fn poll_handshake(&mut self, cx: &mut Context<'_>) -> Poll<Connection> {
        loop {
            match self.handshakes.poll_join_next(cx) {
                Poll::Ready(Some(Ok(Ok(connection)))) => return Poll::Ready(connection),
                Poll::Ready(Some(Ok(Err(failure)))) => log_failure(&failure),
                Poll::Ready(Some(Err(error))) => log_lost_handshake(&error),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Waits out the pause after an exhaustion. Ready when there is none.
    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(pause) = &mut self.pause {
            std::task::ready!(pause.as_mut().poll(cx));
            self.pause = None;
        }
        Poll::Ready(())
    }
}

impl Stream for Listener {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Poll::Ready(connection) = self.poll_handshake(cx) {
                return Poll::Ready(Some(Ok(connection)));
            }
            std::task::ready!(self.poll_pause(cx));
            if self.handshakes.len() >= self.limits.concurrent {
                return Poll::Pending;
            }
            match std::task::ready!(self.tcp.poll_accept(cx)) {
                Ok((stream, peer)) => {
                    // Small messages must not wait for the acknowledgement of earlier ones.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%peer, %error, "connection closed while it was accepted");
                        continue;
                    }
                    let Some(tls) = &self.tls else {
                        return Poll::Ready(Some(Ok(Connection::plain(stream, peer))));
                    };
                    let handshake = handshake(stream, peer, tls.config(), self.limits.timeout);
                    self.handshakes.spawn(handshake);
                }
                Err(error) if concerns_one_connection(&error) => {
                    tracing::debug!(%error, "connection closed while it was accepted");
                }
                Err(error) => {
                    tracing::error!(%error, "cannot accept connections; trying again soon");
                    self.pause = Some(Box::pin(sleep(EXHAUSTED_PAUSE)));
                }
            }
        }
    }
}

async fn handshake(
    stream: TcpStream,
    peer: SocketAddr,
    config: std::sync::Arc<ServerConfig>,
    timeout: Duration,
) -> Result<Connection, HandshakeFailure> {
    let accept = tokio_rustls::TlsAcceptor::from(config).accept(stream);
    match tokio::time::timeout(timeout, accept).await {
        Ok(Ok(stream)) => Ok(Connection::tls(stream, peer)),
        Ok(Err(error)) => Err(HandshakeFailure { peer, error }),
        Err(_) => {
            let error = io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no handshake within {timeout:?}"),
            );
            Err(HandshakeFailure { peer, error })
        }
    }
}

fn log_failure(HandshakeFailure { peer, error }: &HandshakeFailure) {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        // Load balancers probe like this, every few seconds.
        tracing::debug!(%peer, "connection closed before the TLS handshake");
    } else {
        tracing::info!(%peer, %error, "TLS handshake failed");
    }
}

fn log_lost_handshake(error: &JoinError) {
    tracing::error!(%error, "a TLS handshake task was lost");
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::Interrupted
            | io::ErrorKind::TimedOut
    )
}
