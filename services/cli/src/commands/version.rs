//! `version`.

use serde_json::json;
use tonic_health::pb::HealthCheckRequest;

use crate::app::App;
use crate::args::{OutputFormat, VersionArgs};
use crate::console;
use crate::context::ContextError;
use crate::errors::CliError;
use crate::output;

/// The version of this program.
pub const CLIENT: &str = env!("CARGO_PKG_VERSION");

/// Runs the verb.
pub async fn run(app: &App, args: &VersionArgs) -> Result<(), CliError> {
    let (server, failure) = if args.client {
        (None, None)
    } else {
        server(app).await
    };
    let unknown = || match &failure {
        Some(CliError::Context(ContextError::NoServer)) => "none configured",
        Some(_) => "unreachable",
        None => "does not say",
    };
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => {
            let mut versions = json!({ "client": CLIENT });
            if !args.client {
                versions["server"] = json!(server);
            }
            console::out(&output::document(&versions, args.output)?)?;
        }
        OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {
            let mut text = format!("client: {CLIENT}\n");
            if !args.client {
                text.push_str(&format!("server: {}\n", server.as_deref().unwrap_or(unknown())));
            }
            console::out(&text)?;
        }
    }
    match failure {
        // That there is no server to ask is no failure of this verb.
        None | Some(CliError::Context(ContextError::NoServer)) => Ok(()),
        Some(error) => Err(error),
    }
}

/// Any answer carries the version, also one that refuses.
async fn server(app: &App) -> (Option<String>, Option<CliError>) {
    let session = match app.session().await {
        Ok(session) => session,
        Err(error) => return (None, Some(error)),
    };
    let result = session
        .call(
            "ask the server for its health",
            HealthCheckRequest::default(),
            |mut clients, request| async move { clients.health.check(request).await },
        )
        .await;
    match (session.server_version(), result) {
        (Some(version), _) => (Some(version.to_owned()), None),
        (None, Ok(_)) => (None, None),
        (None, Err(error)) => (None, Some(error)),
    }
}
