//! `get`.

use super::query::{self, Narrowing};
use super::sections::Sections;
use super::watch;
use crate::app::App;
use crate::args::{GetArgs, ListArgs, ResourceKind, Target, WatchArgs, several_targets, targets};
use crate::client::{ListQuery, Session};
use crate::errors::CliError;

/// Runs the verb.
pub async fn run(app: &App, args: &GetArgs) -> Result<(), CliError> {
    if args.watch {
        let target = targets(&args.what).map_err(CliError::Usage)?;
        return watch::run_on(app, target, &as_watch(args)).await;
    }
    let targets = several_targets(&args.what).map_err(CliError::Usage)?;
    let wishes = targets
        .iter()
        .map(|target| {
            let narrowing = Narrowing::new(target.kind, &narrowed_for(target, &targets, &args.list))?;
            Ok((target, narrowing))
        })
        .collect::<Result<Vec<_>, CliError>>()?;
    let session = app.session().await?;
    let mut sections = Sections::new(app, args, targets.len() > 1);
    for (target, narrowing) in &wishes {
        ask(&session, args, target, narrowing, &mut sections).await?;
    }
    sections.print()
}

/// Only placements have tenants: beside them, `-A` is no mistake for the kinds that have none.
fn narrowed_for(target: &Target, all: &[Target], list: &ListArgs) -> ListArgs {
    let beside_placements = target.kind != ResourceKind::Placement
        && all.iter().any(|other| other.kind == ResourceKind::Placement);
    ListArgs {
        all_tenants: list.all_tenants && !beside_placements,
        ..list.clone()
    }
}

async fn ask(
    session: &Session,
    args: &GetArgs,
    target: &Target,
    narrowing: &Narrowing,
    sections: &mut Sections<'_>,
) -> Result<(), CliError> {
    let list = ListQuery {
        page_size: args.page_size,
        limit: args
            .limit
            .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        order_by: args.order_by.clone().unwrap_or_default(),
        ..ListQuery::default()
    };
    match target.kind {
        ResourceKind::Placement => {
            let (items, more) = query::placements(session, &target.names, narrowing, list).await?;
            sections.add(target, &items, more)
        }
        ResourceKind::Cluster => {
            let (items, more) = query::clusters(session, &target.names, narrowing, list).await?;
            sections.add(target, &items, more)
        }
        ResourceKind::Node => {
            let (items, more) = query::nodes(session, &target.names, narrowing, list).await?;
            sections.add(target, &items, more)
        }
        ResourceKind::Orphan => {
            query::refuse_names(target.kind, &target.names)?;
            let list = ListQuery {
                parent: narrowing.cluster_parent(),
                ..list
            };
            let listed = session.list_orphans(&list).await?;
            sections.add(target, &listed.items, listed.more)
        }
        ResourceKind::JoinToken => {
            query::refuse_names(target.kind, &target.names)?;
            let listed = session.list_join_tokens(&list).await?;
            sections.add(target, &listed.items, listed.more)
        }
        ResourceKind::Fleet => {
            query::refuse_names(target.kind, &target.names)?;
            sections.add_fleet(&query::fleet(session).await?)
        }
    }
}

fn as_watch(args: &GetArgs) -> WatchArgs {
    WatchArgs {
        what: args.what.clone(),
        list: args.list.clone(),
        output: args.output,
        interval: watch::DEFAULT_INTERVAL,
        no_headers: args.no_headers,
    }
}
