//! Waiting for a process to say that it is ready, at its admin address.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use hourglass_testbed::{Process, wait_until};
use http::Request;

/// A start takes well under a second; this is for a machine with much else to do.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Waits until `/readyz` answers 200; ends at once when the process does.
pub(crate) async fn ready(process: &Process, admin: SocketAddr) -> Result<()> {
    let what = format!("{} is ready", process.name());
    // The outer result ends the waiting at once when the process is gone.
    wait_until(&what, START_LIMIT, async || match process.check() {
        Err(gone) => Ok(Err(gone)),
        Ok(()) => get(admin, "/readyz?verbose").await.map(|_| Ok(())),
    })
    .await??;
    Ok(())
}

/// The body of an admin page that answers 200.
pub(crate) async fn get(admin: SocketAddr, path: &str) -> Result<String, String> {
    hourglass_testbed::install_crypto_provider();
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let url = format!("http://{admin}").parse().map_err(|error| text(&error))?;
    // The Kubernetes client is an HTTP client as well, which saves a second one.
    let client = kube::Client::try_from(kube::Config::new(url)).map_err(|error| text(&error))?;
    let request = Request::get(path)
        .body(Vec::new())
        .map_err(|error| text(&error))?;
    client.request_text(request).await.map_err(|error| text(&error))
}
