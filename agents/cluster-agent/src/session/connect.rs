//! Connections to the server: one for the Control stream, another one for the Inventory stream.

use std::time::Duration;

use hourglass_runtime::error_chain;
use hourglass_runtime::tls::{ClientTls, endpoint};
use tonic::transport::Channel;

use super::SessionError;

/// Until TCP and TLS are established.
const DEADLINE: Duration = Duration::from_secs(15);

/// A new connection.
pub(super) async fn connect(server: &str, tls: &ClientTls) -> Result<Channel, SessionError> {
    let endpoint = endpoint(server, tls)?;
    match tokio::time::timeout(DEADLINE, endpoint.connect()).await {
        Ok(Ok(channel)) => Ok(channel),
        Ok(Err(error)) => Err(SessionError::Connect {
            server: server.to_owned(),
            reason: error_chain(&error),
        }),
        Err(_) => Err(SessionError::Deadline("accept a connection")),
    }
}
