//! `rollout`: how updates go, and back from them.

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{
    ListPlacementRevisionsRequest, Placement, PlacementRevision, PlacementView, RollbackPlacementRequest,
    condition,
};
use serde_json::json;
use uuid::Uuid;

use super::placement_calls::get;
use crate::app::App;
use crate::args::{
    OutputFormat, ResourceKind, RolloutArgs, RolloutCommand, RolloutHistoryArgs, RolloutStatusArgs,
    RolloutUndoArgs, targets,
};
use crate::client::Session;
use crate::console;
use crate::errors::CliError;
use crate::names::PlacementName;
use crate::output::{self, clean, condition_reason, placement_state};
use crate::wait::{self, Goal};

/// Runs the verb.
pub async fn run(app: &App, args: &RolloutArgs) -> Result<(), CliError> {
    match &args.command {
        RolloutCommand::Status(args) => status(app, args).await,
        RolloutCommand::History(args) => history(app, args).await,
        RolloutCommand::Undo(args) => undo(app, args).await,
    }
}

/// The one placement that was typed.
pub fn one_placement(words: &[String], tenant: &str, verb: &str) -> Result<PlacementName, CliError> {
    let target = targets(words).map_err(CliError::Usage)?;
    match (target.kind, target.names.as_slice()) {
        (ResourceKind::Placement, [name]) => PlacementName::parse(name, tenant).map_err(CliError::Usage),
        _ => Err(CliError::Usage(format!(
            "write `hourglass {verb} placement NAME`"
        ))),
    }
}

async fn status(app: &App, args: &RolloutStatusArgs) -> Result<(), CliError> {
    let session = app.session().await?;
    let name = one_placement(&args.what, session.tenant(), "rollout status")?;
    let placement = get(&session, &name, PlacementView::Basic).await?;
    let before = said(&placement, &name.id);
    if !args.wait {
        return console::out(&before);
    }
    // What it came to is the answer; from where it began is for people who wait.
    if placement.state() != State::Ready {
        console::note(before.trim_end());
    }
    let id = name.id.clone();
    let ready = wait::until(&session, &[name], Goal::Ready, app.wait_timeout()).await?;
    let states = ready.iter().map(|placement| said(placement, &id));
    console::out(&states.collect::<String>())
}

fn said(placement: &Placement, id: &str) -> String {
    let current = placement
        .assignments
        .iter()
        .filter(|one| one.generation == placement.generation && one.ready)
        .count();
    let slots: std::collections::BTreeSet<i32> = placement.assignments.iter().map(|one| one.slot).collect();
    let mut text = format!(
        "placement/{} {}: {current} of {} replicas of generation {} serve\n",
        clean(id),
        placement_state(placement.state()),
        slots.len(),
        placement.generation
    );
    let updated = placement
        .conditions
        .iter()
        .find(|condition| condition.r#type() == condition::Type::Updated)
        .filter(|condition| condition.status() != condition::Status::True);
    if let Some(condition) = updated {
        let reason = condition_reason(condition.reason());
        text.push_str(&format!("{reason}: {}\n", clean(&condition.message)));
    }
    text
}

async fn history(app: &App, args: &RolloutHistoryArgs) -> Result<(), CliError> {
    let session = app.session().await?;
    let name = one_placement(&args.what, session.tenant(), "rollout history")?;
    let revisions = revisions(&session, &name).await?;
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => console::out(&output::document(
            &json!({ "revisions": revisions }),
            args.output,
        )?),
        OutputFormat::Name => {
            let numbers = revisions
                .iter()
                .map(|revision| format!("{}\n", revision.revision));
            console::out(&numbers.collect::<String>())
        }
        OutputFormat::Table | OutputFormat::Wide => console::out(&output::revisions(&revisions, &app.stdout)),
    }
}

async fn revisions(session: &Session, name: &PlacementName) -> Result<Vec<PlacementRevision>, CliError> {
    let request = ListPlacementRevisionsRequest {
        parent: name.to_string(),
    };
    let answer = session
        .call(
            &format!("list the revisions of placement/{}", name.id),
            request,
            |mut clients, request| async move { clients.placements.list_placement_revisions(request).await },
        )
        .await?;
    Ok(answer.revisions)
}

fn never_changed(name: &PlacementName) -> CliError {
    CliError::Conflict {
        message: format!(
            "placement/{} was never changed: there is nothing to go back to",
            name.id
        ),
        details: Vec::new(),
        hint: format!(
            "`hourglass rollout history placement {} --tenant {}` lists the specs that it had; a spec is changed by \
             `hourglass apply -f FILE`",
            name.id, name.tenant
        ),
    }
}

async fn undo(app: &App, args: &RolloutUndoArgs) -> Result<(), CliError> {
    let session = app.session().await?;
    let name = one_placement(&args.what, session.tenant(), "rollout undo")?;
    let revision = match args.to_revision {
        Some(revision) => revision,
        None => {
            let all = revisions(&session, &name).await?;
            let before = all.iter().find(|revision| !revision.current);
            before
                .map(|revision| revision.revision)
                .ok_or_else(|| never_changed(&name))?
        }
    };
    let request = RollbackPlacementRequest {
        name: name.to_string(),
        revision,
        etag: String::new(),
        request_id: if args.dry_run {
            String::new()
        } else {
            Uuid::new_v4().to_string()
        },
        validate_only: args.dry_run,
    };
    let answer = session
        .call(
            &format!("roll placement/{} back to revision {revision}", name.id),
            request,
            |mut clients, request| async move { clients.placements.rollback_placement(request).await },
        )
        .await?;
    let id = clean(&name.id);
    if !args.dry_run {
        let generation = answer.generation;
        return console::out(&format!(
            "placement/{id} rolled back to revision {revision} (now revision {generation})\n"
        ));
    }
    let plan = answer.update_plan.unwrap_or_default();
    let lines = output::plan(&plan).into_iter().map(|line| format!("  {line}\n"));
    console::out(&format!(
        "placement/{id} would change\n{}",
        lines.collect::<String>()
    ))
}
