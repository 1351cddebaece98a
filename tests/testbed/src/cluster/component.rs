//! A handle on one component of a running cluster: stop it, kill it, start it again on the same port.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use http::Request;

use super::kubeconfig;
use crate::{
    error::{Error, Result, with_causes},
    process::Process,
    wait::wait_until,
};

/// A start takes about two seconds; this is for a machine with much else to do.
const START_LIMIT: Duration = Duration::from_secs(120);
/// One look at a server that does not answer.
const LOOK_LIMIT: Duration = Duration::from_secs(2);

/// How a component shows that it serves.
#[derive(Debug)]
pub(crate) enum Probe {
    /// It runs; nothing waits for more.
    Running,
    /// It accepts connections.
    Tcp(SocketAddr),
    /// `/readyz` answers 200 to the holder of this kubeconfig.
    ReadyZ(PathBuf),
}

/// One component: kube-apiserver, etcd, kube-controller-manager, kube-scheduler or kwok.
#[derive(Debug)]
pub struct Component {
    process: Process,
    probe: Probe,
}

impl Component {
    pub(crate) fn new(process: Process, probe: Probe) -> Self {
        Self { process, probe }
    }

    /// Its name, e.g. `kube-apiserver`.
    pub fn name(&self) -> &'static str {
        self.process.name()
    }

    /// Its log file.
    pub fn log(&self) -> &std::path::Path {
        self.process.log()
    }

    /// Process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Starts it unless it runs, and returns when it serves.
    pub async fn start(&self) -> Result<()> {
        self.process.spawn()?;
        self.serving().await
    }

    /// SIGTERM, then SIGKILL if it has not ended after ten seconds. Its port stays reserved for it.
    pub async fn stop(&self) {
        self.process.stop().await;
    }

    /// SIGKILL: a crash.
    pub fn kill(&self) {
        self.process.kill();
    }

    /// [`Component::stop`], then [`Component::start`].
    pub async fn restart(&self) -> Result<()> {
        self.stop().await;
        self.start().await
    }

    /// An error with the end of its log when it ended although nobody stopped it.
    pub fn check(&self) -> Result<()> {
        self.process.check()
    }

    pub(crate) fn kill_soon(&self) {
        self.process.kill_soon();
    }

    async fn serving(&self) -> Result<()> {
        let what = format!("{} serves", self.name());
        // The outer result ends the waiting at once when the process is gone.
        wait_until(&what, START_LIMIT, async || match self.check() {
            Err(gone) => Ok(Err(gone)),
            Ok(()) => self.look().await.map(Ok),
        })
        .await?
    }

    async fn look(&self) -> std::result::Result<(), String> {
        let looked = match &self.probe {
            Probe::Running => return Ok(()),
            Probe::Tcp(address) => {
                let connect = tokio::net::TcpStream::connect(address);
                tokio::time::timeout(LOOK_LIMIT, async {
                    connect.await.map(drop).map_err(|error| error.to_string())
                })
                .await
            }
            Probe::ReadyZ(path) => {
                let ask = async { ready_z(path).await.map_err(|error| with_causes(&error)) };
                tokio::time::timeout(LOOK_LIMIT, ask).await
            }
        };
        looked.unwrap_or_else(|_| Err("no answer".into()))
    }
}

async fn ready_z(kubeconfig: &std::path::Path) -> Result<()> {
    let client = kubeconfig::client(kubeconfig).await?;
    let request = Request::get("/readyz")
        .body(Vec::new())
        .map_err(|error| Error::Document {
            what: "request".into(),
            reason: error.to_string(),
        })?;
    client
        .request_text(request)
        .await
        .map(drop)
        .map_err(Error::kube("GET /readyz"))
}
