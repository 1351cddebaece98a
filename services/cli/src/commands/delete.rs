//! `delete`.

use std::collections::BTreeSet;

use hourglass_proto::fleet::v1::{DeletePlacementRequest, Placement};
use uuid::Uuid;

use super::outcome::Outcomes;
use super::query::Narrowing;
use crate::app::App;
use crate::args::{DeleteArgs, ListArgs, ResourceKind, targets};
use crate::client::{ListQuery, Session};
use crate::console;
use crate::errors::CliError;
use crate::manifest;
use crate::names::PlacementName;
use crate::wait::{self, Goal};

/// Runs the verb.
pub async fn run(app: &App, args: &DeleteArgs) -> Result<(), CliError> {
    let chosen = Chosen::read(args)?;
    let session = app.session().await?;
    let names = chosen.names(&session).await?;
    if names.is_empty() {
        console::note("no placements match; nothing was deleted");
        return Ok(());
    }
    let mut outcomes = Outcomes::new(app, args.output);
    let mut deleting = Vec::new();
    for name in names {
        match delete(&session, &name, args).await {
            // With allow_missing, one that is not there is answered too; but it never had a uid.
            Ok(answer) if answer.uid.is_empty() => {
                let absent = Placement {
                    name: name.to_string(),
                    ..answer
                };
                outcomes.done(absent, "was not there")?;
            }
            Ok(answer) => {
                outcomes.done(answer, "deleting")?;
                deleting.push(name);
            }
            Err(error) if args.ignore_not_found && error.is_not_found() => {
                outcomes.done(
                    Placement {
                        name: name.to_string(),
                        ..Placement::default()
                    },
                    "was not there",
                )?;
            }
            Err(error) => outcomes.failed(error),
        }
    }
    outcomes.end()?;
    if args.wait && !deleting.is_empty() {
        wait::until(&session, &deleting, Goal::Gone, app.wait_timeout()).await?;
        if args.output.is_for_people() {
            for name in deleting {
                console::out(&format!("placement/{} deleted\n", name.id))?;
            }
        }
    }
    Ok(())
}

/// Which ones, before the server is asked.
enum Chosen {
    Named(Vec<String>),
    Selected(String),
}

impl Chosen {
    fn read(args: &DeleteArgs) -> Result<Self, CliError> {
        if let Some(path) = &args.filename {
            if args.selector.is_some() {
                return Err(CliError::Usage(
                    "give a manifest or a selector, not both".to_owned(),
                ));
            }
            let names: Vec<String> = manifest::read(path)?
                .into_iter()
                .map(|placement| placement.name)
                .collect();
            if names.iter().any(String::is_empty) {
                return Err(CliError::Usage(
                    "a placement of the manifest has no name: which one is it?".to_owned(),
                ));
            }
            return Ok(Self::Named(names));
        }
        let target = targets(&args.what).map_err(CliError::Usage)?;
        if target.kind != ResourceKind::Placement {
            return Err(CliError::Usage(refusal(target.kind)));
        }
        match (&args.selector, target.names.is_empty()) {
            (Some(selector), true) => Ok(Self::Selected(selector.clone())),
            (None, false) => Ok(Self::Named(target.names)),
            (Some(_), false) => Err(CliError::Usage("give names or a selector, not both".to_owned())),
            (None, true) => Err(CliError::Usage(
                "which placements? Give names, -l or -f".to_owned(),
            )),
        }
    }

    async fn names(self, session: &Session) -> Result<Vec<PlacementName>, CliError> {
        let names = match self {
            Self::Named(names) => names,
            Self::Selected(selector) => {
                let list = ListArgs {
                    selector: Some(selector),
                    ..ListArgs::default()
                };
                let narrowing = Narrowing::new(ResourceKind::Placement, &list)?;
                let query = ListQuery {
                    filter: narrowing.server_filter(),
                    ..ListQuery::all(narrowing.tenant_parent(session))
                };
                let listed = session
                    .list_placements(&query, |placement| narrowing.matches(&placement.labels))
                    .await?;
                listed.items.into_iter().map(|placement| placement.name).collect()
            }
        };
        let mut seen = BTreeSet::new();
        let names = names
            .into_iter()
            .filter(|name| seen.insert(name.clone()))
            .map(|name| PlacementName::parse(&name, session.tenant()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(CliError::Usage)?;
        Ok(names)
    }
}

fn refusal(kind: ResourceKind) -> String {
    match kind {
        ResourceKind::Cluster => {
            "this server cannot delete clusters. `hourglass cordon cluster NAME` keeps new placements away"
                .to_owned()
        }
        ResourceKind::Node => {
            "nodes belong to their cluster: delete them there (kubectl delete node)".to_owned()
        }
        ResourceKind::JoinToken => "join tokens are revoked: `hourglass token revoke ID`".to_owned(),
        ResourceKind::Orphan => {
            "this server cannot delete orphans. In their cluster: kubectl delete performer NAME".to_owned()
        }
        ResourceKind::Fleet => "the fleet cannot be deleted".to_owned(),
        ResourceKind::Placement => String::new(),
    }
}

async fn delete(session: &Session, name: &PlacementName, args: &DeleteArgs) -> Result<Placement, CliError> {
    let request = DeletePlacementRequest {
        name: name.to_string(),
        etag: String::new(),
        request_id: Uuid::new_v4().to_string(),
        allow_missing: args.ignore_not_found,
        force: args.force,
    };
    session
        .call(
            &format!("delete placement/{}", name.id),
            request,
            |mut clients, request| async move { clients.placements.delete_placement(request).await },
        )
        .await
}
