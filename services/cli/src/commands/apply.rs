//! `apply`: make what a manifest says be there, or change what is there to it. Saying it again changes nothing.

use std::collections::BTreeSet;

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Placement, PlacementView};
use uuid::Uuid;

use super::outcome::{Outcomes, Waiting, what_was_done, what_would_be};
use super::placement_calls::{Creation, create, get, update};
use crate::app::App;
use crate::args::ApplyArgs;
use crate::client::Session;
use crate::errors::CliError;
use crate::manifest::{self, APPLIED_CONTENT, canonical, content_hash, differences};
use crate::names::{PlacementName, id_of};
use crate::output::{self, Paint, blocking_condition, clean, condition_reason};
use crate::wait::{self, Goal};

/// The reason that the server gives when a request id was used for another call.
const REQUEST_ID_REUSED: &str = "REQUEST_ID_REUSED";

/// Runs the verb.
pub async fn run(app: &App, args: &ApplyArgs) -> Result<(), CliError> {
    let mut manifests = Vec::new();
    for path in &args.filename {
        manifests.extend(manifest::read(path)?);
    }
    let target = app.target()?;
    let named = named(app, manifests, &target.tenant)?;
    let session = app.session_with(target).await?;
    let mut outcomes = Outcomes::new(app, args.output);
    let mut applied = Vec::new();
    for (name, wanted) in named {
        match Box::pin(apply_one(app, &session, args, &name, wanted)).await {
            Ok((placement, what)) => {
                applied.push(name);
                outcomes.done(placement, &what)?;
            }
            Err(error) => outcomes.failed(error),
        }
    }
    outcomes.end()?;
    if args.wait.wait {
        wait::until(&session, &applied, Goal::Ready, app.wait_timeout()).await?;
        if args.output.is_for_people() {
            crate::console::note(if applied.len() == 1 { "READY" } else { "all READY" });
        }
    }
    Ok(())
}

/// Gives every placement its full name; without one there is nothing to compare with.
fn named(
    app: &App,
    manifests: Vec<Placement>,
    tenant: &str,
) -> Result<Vec<(PlacementName, Placement)>, CliError> {
    let mut seen = BTreeSet::new();
    let mut named = Vec::new();
    for (position, placement) in manifests.into_iter().enumerate() {
        if placement.name.is_empty() {
            return Err(CliError::Usage(format!(
                "placement {} of the manifest has no name: apply needs one, to find it again \
                 (`hourglass create placement` can leave the choice to the server)",
                position + 1
            )));
        }
        let name = PlacementName::parse(&placement.name, tenant).map_err(CliError::Usage)?;
        if app
            .global
            .tenant
            .as_ref()
            .is_some_and(|wanted| *wanted != name.tenant)
        {
            return Err(CliError::Usage(format!(
                "the manifest says {name}, but --tenant is {tenant}: one of them must go"
            )));
        }
        if !seen.insert(name.to_string()) {
            return Err(CliError::Usage(format!("{name} is in the manifest twice")));
        }
        named.push((name, placement));
    }
    Ok(named)
}

async fn apply_one(
    app: &App,
    session: &Session,
    args: &ApplyArgs,
    name: &PlacementName,
    mut wanted: Placement,
) -> Result<(Placement, String), CliError> {
    wanted.annotations.remove(APPLIED_CONTENT);
    let applying = Applying::new(name.clone(), wanted)?;
    match get(session, name, PlacementView::Basic).await {
        // Boxed: the future holds whole placements.
        Ok(there) => {
            let (placement, what) = Box::pin(applying.change(app, session, there, args.wait.dry_run)).await?;
            return applying.placed(args, placement, what);
        }
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error),
    }
    if args.wait.dry_run {
        let would = create(
            session,
            applying.creation(String::new(), true, args.fail_fast),
            &applying.wanted,
        )
        .await?;
        let what = what_would_be(app, &would);
        return Ok((
            Placement {
                name: name.to_string(),
                ..would
            },
            what,
        ));
    }
    match Box::pin(applying.create(session, args.fail_fast)).await {
        Ok(created) => {
            let what = what_was_done(app, "created", &created);
            Ok((created, what))
        }
        // Someone else was faster; perhaps with the same content.
        Err(error) if error.is_already_exists() => {
            let there = get(session, name, PlacementView::Basic).await?;
            let (placement, what) = Box::pin(applying.change(app, session, there, false)).await?;
            applying.placed(args, placement, what)
        }
        Err(error) => Err(error),
    }
}

/// One placement on its way.
struct Applying {
    name: PlacementName,
    /// With the annotation.
    wanted: Placement,
    content: serde_json::Value,
    hash: String,
}

impl Applying {
    fn new(name: PlacementName, mut wanted: Placement) -> Result<Self, CliError> {
        let content = json(&wanted)?;
        let hash = content_hash(&content, &[&name.to_string()]);
        wanted
            .annotations
            .insert(APPLIED_CONTENT.to_owned(), hash.clone());
        Ok(Self {
            name,
            wanted,
            content,
            hash,
        })
    }

    fn creation(&self, request_id: String, validate_only: bool, fail_fast: bool) -> Creation {
        Creation {
            parent: self.name.parent(),
            placement_id: self.name.id.clone(),
            request_id,
            validate_only,
            fail_fast,
        }
    }

    /// The same name, content and flags give the same request id, so that a repeated apply whose answer was lost gets
    /// that answer. But the server remembers answers beyond a deletion: when the answer is about a placement
    /// that is gone, this is a new wish, and gets a new id. The name still keeps it from being doubled.
    async fn create(&self, session: &Session, fail_fast: bool) -> Result<Placement, CliError> {
        let request_id = self.request_id(fail_fast);
        let created = create(session, self.creation(request_id, false, fail_fast), &self.wanted).await;
        let created = match created {
            Ok(created) => created,
            // The id stands for another call, so it says nothing about whether the name is taken.
            Err(error) if error.reason().as_deref() == Some(REQUEST_ID_REUSED) => {
                return self.create_anew(session, fail_fast).await;
            }
            Err(error) => return Err(error),
        };
        match get(session, &self.name, PlacementView::Basic).await {
            Ok(there) if there.uid == created.uid => Ok(there),
            Ok(_) => self.create_anew(session, fail_fast).await,
            Err(error) if error.is_not_found() => self.create_anew(session, fail_fast).await,
            Err(error) => Err(error),
        }
    }

    async fn create_anew(&self, session: &Session, fail_fast: bool) -> Result<Placement, CliError> {
        let request_id = Uuid::new_v4().to_string();
        create(session, self.creation(request_id, false, fail_fast), &self.wanted).await
    }

    /// A UUID, as AIP-155 wants it, made of a hash of all that the call says: to the server, a call that differs in
    /// anything is another call, and may not carry the same id.
    fn request_id(&self, fail_fast: bool) -> String {
        let mode = if fail_fast { "fail-fast" } else { "wait" };
        let hash = content_hash(&self.content, &[&self.name.to_string(), mode]);
        let mut bytes = [0; 16];
        match hex::decode_to_slice(&hash[..32], &mut bytes) {
            Ok(()) => uuid::Builder::from_random_bytes(bytes).into_uuid().to_string(),
            // The hash is hex by construction; a fresh id would only be less convenient.
            Err(_) => Uuid::new_v4().to_string(),
        }
    }

    /// Changes what is there to what the manifest says: all of labels, annotations and spec, so that what was taken out of
    /// the manifest goes as well.
    async fn change(
        &self,
        app: &App,
        session: &Session,
        there: Placement,
        dry_run: bool,
    ) -> Result<(Placement, String), CliError> {
        let id = &self.name.id;
        if there.state() == State::Deleting {
            return Err(CliError::Conflict {
                message: format!("placement/{id} is being deleted"),
                details: Vec::new(),
                hint: format!("hourglass delete placement {id} --wait --ignore-not-found, then apply again"),
            });
        }
        let differs = !differences(&self.content, &json(&there)?).is_empty();
        let applied = there.annotations.get(APPLIED_CONTENT);
        if !differs && applied.is_none_or(|applied| *applied == self.hash) {
            let what = unchanged(app, &there);
            return Ok((there, what));
        }
        let wanted = Placement {
            name: self.name.to_string(),
            // What was compared is what is changed: another change meanwhile is not overwritten.
            etag: there.etag.clone(),
            ..self.wanted.clone()
        };
        let changed = update(session, &self.name, wanted, dry_run).await?;
        let what = if dry_run {
            let plan = changed.update_plan.clone().unwrap_or_default();
            let lines = output::plan(&plan).into_iter();
            // How the manifest is remembered is nobody's business but this program's.
            let lines = lines.filter(|line| !line.contains(APPLIED_CONTENT));
            let lines: String = lines.map(|line| format!("\n  {line}")).collect();
            format!("{}{lines}", app.stdout.paint(Paint::Warn, "would be changed"))
        } else {
            what_was_done(app, "changed", &changed)
        };
        Ok((changed, what))
    }

    /// What is there already is no success for a caller who will not wait for its places. What a change would come to is
    /// told in its plan.
    fn placed(
        &self,
        args: &ApplyArgs,
        placement: Placement,
        what: String,
    ) -> Result<(Placement, String), CliError> {
        let is_plan = args.wait.dry_run && placement.update_plan.is_some();
        let waiting = Waiting::of(&placement).filter(|_| args.fail_fast && !is_plan);
        let Some(waiting) = waiting else {
            return Ok((placement, what));
        };
        let id = &self.name.id;
        let done = what.split([';', ',']).next().unwrap_or_default();
        Err(CliError::Conflict {
            message: format!("placement/{id} {done}, and {}", waiting.plain("wait")),
            details: Vec::new(),
            hint: format!(
                "it is there and waits on: `hourglass explain placement {id}` says what is missing, `hourglass delete \
                 placement {id}` gives it up"
            ),
        })
    }
}

/// That nothing was to be done; and why that does not help, where it has failed or waits.
fn unchanged(app: &App, there: &Placement) -> String {
    let failure = blocking_condition(there).filter(|_| there.state() == State::Failed);
    match failure {
        Some(condition) => format!(
            "unchanged, and FAILED: {}: {} (hourglass describe placement {} says what helps)",
            condition_reason(condition.reason()),
            clean(&condition.message),
            id_of(&there.name)
        ),
        None => what_was_done(app, "unchanged", there),
    }
}

fn json(placement: &Placement) -> Result<serde_json::Value, CliError> {
    canonical(placement).map_err(|error| CliError::Format {
        format: "JSON",
        message: error.to_string(),
    })
}
