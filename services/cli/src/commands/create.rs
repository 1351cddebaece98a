//! `create placement`.

use hourglass_proto::fleet::v1::Placement;
use uuid::Uuid;

use super::outcome::{Outcomes, what_was_done, what_would_be};
use super::placement_calls::{Creation, create};
use crate::app::App;
use crate::args::{CreateArgs, CreateKind, CreatePlacementArgs};
use crate::errors::CliError;
use crate::manifest;
use crate::names::{PlacementName, tenant_parent};
use crate::wait::{self, Goal};

/// Runs the verb.
pub async fn run(app: &App, args: &CreateArgs) -> Result<(), CliError> {
    let CreateKind::Placement(args) = &args.kind;
    let placement = only_placement(args)?;
    let target = app.target()?;
    let name = name(args, &placement, &target.tenant)?;
    if name.is_none() && args.request_id.is_none() && !args.wait.dry_run {
        return Err(CliError::Usage(
            "the placement has no name and the call no --request-id: if the answer were lost, repeating the call \
             would create a second one. Give it a name, or a --request-id of your own"
                .to_owned(),
        ));
    }
    let how = Creation {
        parent: name
            .as_ref()
            .map_or_else(|| tenant_parent(&target.tenant), PlacementName::parent),
        placement_id: name.map(|name| name.id).unwrap_or_default(),
        request_id: match &args.request_id {
            Some(id) => id.clone(),
            None if args.wait.dry_run => String::new(),
            None => Uuid::new_v4().to_string(),
        },
        validate_only: args.wait.dry_run,
        fail_fast: args.fail_fast,
    };
    let session = app.session_with(target).await?;
    let created = create(&session, how, &placement).await?;
    let mut outcomes = Outcomes::new(app, args.output);
    let what = if args.wait.dry_run {
        what_would_be(app, &created)
    } else {
        what_was_done(app, "created", &created)
    };
    let name = PlacementName::parse(&created.name, session.tenant());
    outcomes.done(created, &what)?;
    outcomes.end()?;
    if args.wait.wait {
        let name = name.map_err(CliError::Usage)?;
        wait::until(&session, &[name], Goal::Ready, app.wait_timeout()).await?;
        if args.output.is_for_people() {
            crate::console::note("READY");
        }
    }
    Ok(())
}

fn only_placement(args: &CreatePlacementArgs) -> Result<Placement, CliError> {
    let mut placements = manifest::read(&args.filename)?;
    match placements.len() {
        1 => Ok(placements.remove(0)),
        count => Err(CliError::Usage(format!(
            "the manifest has {count} placements; create takes one, `hourglass apply` takes several"
        ))),
    }
}

fn name(
    args: &CreatePlacementArgs,
    placement: &Placement,
    tenant: &str,
) -> Result<Option<PlacementName>, CliError> {
    let in_manifest = (!placement.name.is_empty()).then_some(&placement.name);
    let parse = |name: &String| PlacementName::parse(name, tenant).map_err(CliError::Usage);
    match (in_manifest, &args.name) {
        (Some(manifest), Some(typed)) if parse(manifest)? != parse(typed)? => Err(CliError::Usage(format!(
            "the manifest says {manifest:?} and the command line {typed:?}"
        ))),
        (Some(name), _) | (None, Some(name)) => parse(name).map(Some),
        (None, None) => Ok(None),
    }
}
