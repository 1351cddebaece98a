//! `explain`.

use hourglass_proto::fleet::v1::explain_placement_request::Subject;
use hourglass_proto::fleet::v1::{ExplainPlacementRequest, Explanation, Placement};
use serde_json::json;

use super::placement_calls::title_and_parent;
use crate::app::App;
use crate::args::{ExplainArgs, OutputFormat, ResourceKind, targets};
use crate::client::Session;
use crate::console;
use crate::errors::CliError;
use crate::manifest;
use crate::names::PlacementName;
use crate::output::{self, Paint, clean};

/// Runs the verb.
pub async fn run(app: &App, args: &ExplainArgs) -> Result<(), CliError> {
    let subjects = match &args.filename {
        Some(path) => Subjects::Manifest(manifest::read(path)?),
        None => Subjects::Named(names(args)?),
    };
    let session = app.session().await?;
    let mut found = Vec::new();
    match subjects {
        Subjects::Named(names) => {
            for name in names {
                let name = PlacementName::parse(&name, session.tenant()).map_err(CliError::Usage)?;
                let request = ExplainPlacementRequest {
                    subject: Some(Subject::Name(name.to_string())),
                    parent: String::new(),
                };
                found.push((name.id.clone(), explain(&session, &name.id, request).await?));
            }
        }
        Subjects::Manifest(placements) => {
            for (position, placement) in placements.into_iter().enumerate() {
                let (title, parent) = title_and_parent(&placement, position, session.tenant())?;
                let placement = Placement {
                    name: String::new(),
                    ..placement
                };
                let request = ExplainPlacementRequest {
                    subject: Some(Subject::Placement(placement)),
                    parent,
                };
                found.push((title.clone(), explain(&session, &title, request).await?));
            }
        }
    }
    print(app, args, &found)
}

enum Subjects {
    Named(Vec<String>),
    Manifest(Vec<Placement>),
}

fn names(args: &ExplainArgs) -> Result<Vec<String>, CliError> {
    let target = targets(&args.what).map_err(CliError::Usage)?;
    match target.kind {
        ResourceKind::Placement if target.names.is_empty() => Err(CliError::Usage(
            "which placement? `hourglass explain placement NAME`, or -f FILE".to_owned(),
        )),
        ResourceKind::Placement => Ok(target.names),
        ResourceKind::Cluster | ResourceKind::Node | ResourceKind::Fleet => Err(CliError::Usage(format!(
            "decisions are explained, and those are about placements; `hourglass describe {}` tells what there is to know",
            target.kind
        ))),
        ResourceKind::Orphan | ResourceKind::JoinToken => Err(CliError::Usage(format!(
            "decisions are explained, and those are about placements; see `hourglass get {}s`",
            target.kind
        ))),
    }
}

async fn explain(
    session: &Session,
    title: &str,
    request: ExplainPlacementRequest,
) -> Result<Explanation, CliError> {
    session
        .call(
            &format!("explain placement/{title}"),
            request,
            |mut clients, request| async move { clients.placements.explain_placement(request).await },
        )
        .await
}

fn print(app: &App, args: &ExplainArgs, found: &[(String, Explanation)]) -> Result<(), CliError> {
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => {
            let explanations: Vec<&Explanation> = found.iter().map(|(_, explanation)| explanation).collect();
            console::out(&match explanations[..] {
                [only] => output::document(only, args.output)?,
                _ => output::document(&json!({ "explanations": explanations }), args.output)?,
            })
        }
        OutputFormat::Name => console::out(
            &found
                .iter()
                .map(|(title, _)| format!("{title}\n"))
                .collect::<String>(),
        ),
        OutputFormat::Table | OutputFormat::Wide => {
            let wide = args.output == OutputFormat::Wide;
            let texts: Vec<String> = found
                .iter()
                .map(|(title, explanation)| {
                    let heading = app.stdout.paint(Paint::Title, &clean(title));
                    format!(
                        "{heading}: {}",
                        output::explanation(explanation, wide, &app.stdout)
                    )
                })
                .collect();
            console::out(&texts.join("\n"))
        }
    }
}
