//! The way out of the process: the first SIGTERM or SIGINT asks every task to finish, the second one
//! does not wait for them.

use std::fmt;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// The signals that end the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// SIGINT, as by Ctrl-C.
    Interrupt,
    /// SIGTERM, as by the kubelet or systemd.
    Terminate,
}

impl Termination {
    /// 128 plus the signal's number, as shells report it.
    pub fn exit_code(self) -> i32 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Termination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        })
    }
}

/// Listens for the signals for as long as it lives: keep it in `main` until the end.
#[derive(Debug)]
pub struct Shutdown {
    token: CancellationToken,
    _watcher: AbortOnDropHandle<()>,
}

impl Shutdown {
    /// Takes over SIGTERM and SIGINT. Must be called within a tokio runtime.
    ///
    /// From then on the first signal cancels [`Shutdown::token`], and a second one ends the process at
    /// once with the exit code 130 or 143, whatever is still running.
    pub fn install() -> io::Result<Self> {
        let mut signals = Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        };
        let token = CancellationToken::new();
        let cancel = token.clone();
        let watcher = tokio::spawn(async move {
            let first = signals.next().await;
            tracing::info!(signal = %first, "shutting down; a second signal ends the process at once");
            cancel.cancel();
            let second = signals.next().await;
            tracing::error!(signal = %second, "second signal: ending without waiting for the tasks");
            std::process::exit(second.exit_code());
        });
        Ok(Self {
            token,
            _watcher: AbortOnDropHandle::new(watcher),
        })
    }

    /// Cancelled when the process is to end: by a signal, or by whoever cancels the token.
    pub fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Returns when the process is to end.
    pub async fn requested(&self) {
        self.token.cancelled().await;
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    async fn next(&mut self) -> Termination {
        tokio::select! {
            _ = self.interrupt.recv() => Termination::Interrupt,
            _ = self.terminate.recv() => Termination::Terminate,
        }
    }
}
