//! `token`.

use std::time::Duration;

use hourglass_proto::fleet::v1::{CreateJoinTokenRequest, JoinToken, RevokeJoinTokenRequest};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::args::{CreateTokenArgs, OutputFormat, TokenArgs, TokenCommand};
use crate::client::{ListQuery, Session};
use crate::console;
use crate::errors::CliError;
use crate::names::{cluster_name, id_of, join_token_name};
use crate::output::{self, Columns};

/// Runs the verb.
pub async fn run(app: &App, args: &TokenArgs) -> Result<(), CliError> {
    match &args.command {
        TokenCommand::Create(args) => create(app, args).await,
        TokenCommand::List { output } => list(app, *output).await,
        TokenCommand::Revoke { ids } => revoke(app, ids).await,
    }
}

async fn create(app: &App, args: &CreateTokenArgs) -> Result<(), CliError> {
    let cluster = cluster_name(&args.cluster).map_err(CliError::Usage)?;
    let request = CreateJoinTokenRequest {
        cluster: id_of(&cluster).to_owned(),
        ttl: args.ttl.map(duration).transpose()?,
        uses: args.uses,
        labels: args
            .labels
            .iter()
            .map(|pair| (pair.key.clone(), pair.value.clone()))
            .collect(),
        replace_uid: args.replace_uid,
        request_id: Uuid::new_v4().to_string(),
    };
    let session = app.session().await?;
    if !session.is_encrypted() {
        console::note("note: the connection is plain text; anyone who listens on it sees the token");
    }
    let doing = format!("create a join token for cluster/{}", id_of(&cluster));
    let token = session
        .call(&doing, request, |mut clients, request| async move {
            clients.fleet.create_join_token(request).await
        })
        .await?;
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => console::out(&output::document(&token, args.output)?),
        OutputFormat::Name => console::out(&output::names(&[token])),
        OutputFormat::Table | OutputFormat::Wide => {
            // The secret alone on stdout, for scripts; what people should know on stderr.
            console::out(&format!("{}\n", token.token))?;
            console::note(&advice(&token));
            Ok(())
        }
    }
}

fn duration(ttl: Duration) -> Result<pbjson_types::Duration, CliError> {
    let seconds =
        i64::try_from(ttl.as_secs()).map_err(|_| CliError::Usage("--ttl is too long".to_owned()))?;
    let nanos =
        i32::try_from(ttl.subsec_nanos()).map_err(|_| CliError::Usage("--ttl is too long".to_owned()))?;
    Ok(pbjson_types::Duration { seconds, nanos })
}

fn advice(token: &JoinToken) -> String {
    let uses = if token.uses_left == 1 {
        "once".to_owned()
    } else {
        format!("{} times", token.uses_left)
    };
    format!(
        "it admits cluster {:?} {uses} until {}; it is not shown again. Revoke it with `hourglass token revoke {}`",
        output::clean(&token.cluster),
        output::exact(token.expire_time.as_ref()),
        output::clean(id_of(&token.name)),
    )
}

async fn list(app: &App, format: OutputFormat) -> Result<(), CliError> {
    let session = app.session().await?;
    let tokens = session.list_join_tokens(&ListQuery::all("")).await?.items;
    match format {
        OutputFormat::Json | OutputFormat::Yaml => {
            console::out(&output::document(&json!({ "joinTokens": tokens }), format)?)
        }
        OutputFormat::Name => console::out(&output::names(&tokens)),
        OutputFormat::Table | OutputFormat::Wide if tokens.is_empty() => {
            console::note("no join tokens");
            Ok(())
        }
        OutputFormat::Table | OutputFormat::Wide => {
            console::out(&output::table(&tokens, Columns::default(), &app.stdout).render(&app.stdout))
        }
    }
}

async fn revoke(app: &App, ids: &[String]) -> Result<(), CliError> {
    let names = ids
        .iter()
        .map(|id| join_token_name(id))
        .collect::<Result<Vec<_>, _>>()
        .map_err(CliError::Usage)?;
    let session = app.session().await?;
    for name in names {
        revoke_one(&session, &name).await?;
        console::out(&format!("token/{} revoked\n", id_of(&name)))?;
    }
    Ok(())
}

async fn revoke_one(session: &Session, name: &str) -> Result<JoinToken, CliError> {
    let doing = format!("revoke token/{}", id_of(name));
    let request = RevokeJoinTokenRequest {
        name: name.to_owned(),
        request_id: Uuid::new_v4().to_string(),
    };
    session
        .call(&doing, request, |mut clients, request| async move {
            clients.fleet.revoke_join_token(request).await
        })
        .await
}
