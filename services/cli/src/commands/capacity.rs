//! `capacity`.

use hourglass_proto::fleet::v1::{ComputeCapacityRequest, ComputeCapacityResponse, Placement};
use serde_json::json;

use super::placement_calls::title_and_parent;
use crate::app::App;
use crate::args::{CapacityArgs, OutputFormat};
use crate::client::Session;
use crate::console;
use crate::errors::CliError;
use crate::manifest;
use crate::output::{self, clean};

/// Runs the verb.
pub async fn run(app: &App, args: &CapacityArgs) -> Result<(), CliError> {
    let placements = manifest::read(&args.filename)?;
    let session = app.session().await?;
    let mut found = Vec::new();
    for (position, placement) in placements.into_iter().enumerate() {
        let (title, parent) = title_and_parent(&placement, position, session.tenant())?;
        let request = ComputeCapacityRequest {
            parent,
            placement: Some(Placement {
                name: String::new(),
                ..placement
            }),
            limit: args.limit.unwrap_or_default(),
        };
        let answer = count(&session, &title, request).await?;
        found.push((title, answer));
    }
    print(app, args, &found)
}

async fn count(
    session: &Session,
    title: &str,
    request: ComputeCapacityRequest,
) -> Result<ComputeCapacityResponse, CliError> {
    session
        .call(
            &format!("count the capacity for {title}"),
            request,
            |mut clients, request| async move { clients.placements.compute_capacity(request).await },
        )
        .await
}

fn print(
    app: &App,
    args: &CapacityArgs,
    found: &[(String, ComputeCapacityResponse)],
) -> Result<(), CliError> {
    let answers = || found.iter().map(|(_, answer)| answer);
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => {
            let answers: Vec<&ComputeCapacityResponse> = answers().collect();
            console::out(&match answers[..] {
                [only] => output::document(only, args.output)?,
                _ => output::document(&json!({ "capacities": answers }), args.output)?,
            })
        }
        OutputFormat::Name => {
            let clusters = answers().flat_map(|answer| &answer.clusters);
            let names = clusters.map(|cluster| format!("cluster/{}\n", clean(&cluster.cluster)));
            console::out(&names.collect::<String>())
        }
        OutputFormat::Table | OutputFormat::Wide => {
            let wide = args.output == OutputFormat::Wide;
            let texts = found
                .iter()
                .map(|(title, answer)| output::capacity(title, answer, wide, &app.stdout));
            console::out(&texts.collect::<Vec<_>>().join("\n"))
        }
    }
}
