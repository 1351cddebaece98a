//! `get`.

use serde_json::json;

use super::{query, watch};
use crate::app::App;
use crate::args::{GetArgs, OutputFormat, ResourceKind, Target, WatchArgs, targets};
use crate::client::ListQuery;
use crate::console;
use crate::errors::CliError;
use crate::output::{self, Columns, Listable};

/// Runs the verb.
pub async fn run(app: &App, args: &GetArgs) -> Result<(), CliError> {
    let target = targets(&args.what).map_err(CliError::Usage)?;
    if args.watch {
        return watch::run_on(app, target, &as_watch(args)).await;
    }
    let narrowing = query::Narrowing::new(target.kind, &args.list)?;
    let session = app.session().await?;
    let list = ListQuery {
        page_size: args.page_size,
        limit: args
            .limit
            .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        order_by: args.order_by.clone().unwrap_or_default(),
        ..ListQuery::default()
    };
    let printing = Printing {
        app,
        args,
        target: &target,
    };
    match target.kind {
        ResourceKind::Placement => {
            let (items, more) = query::placements(&session, &target.names, &narrowing, list).await?;
            printing.print(&items, more)
        }
        ResourceKind::Cluster => {
            let (items, more) = query::clusters(&session, &target.names, &narrowing, list).await?;
            printing.print(&items, more)
        }
        ResourceKind::Node => {
            let (items, more) = query::nodes(&session, &target.names, &narrowing, list).await?;
            printing.print(&items, more)
        }
        ResourceKind::Orphan => {
            query::refuse_names(target.kind, &target.names)?;
            let list = ListQuery {
                parent: narrowing.cluster_parent(),
                ..list
            };
            let listed = session.list_orphans(&list).await?;
            printing.print(&listed.items, listed.more)
        }
        ResourceKind::JoinToken => {
            query::refuse_names(target.kind, &target.names)?;
            let listed = session.list_join_tokens(&list).await?;
            printing.print(&listed.items, listed.more)
        }
        ResourceKind::Fleet => {
            query::refuse_names(target.kind, &target.names)?;
            let fleet = query::fleet(&session).await?;
            match args.output {
                OutputFormat::Table | OutputFormat::Wide => console::out(&output::fleet(&fleet, &app.stdout)),
                OutputFormat::Name => console::out("fleet\n"),
                format => console::out(&output::document(&fleet, format)?),
            }
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

struct Printing<'a> {
    app: &'a App,
    args: &'a GetArgs,
    target: &'a Target,
}

impl Printing<'_> {
    fn print<T: Listable>(&self, items: &[T], more: bool) -> Result<(), CliError> {
        let text = match self.args.output {
            OutputFormat::Table | OutputFormat::Wide => {
                if items.is_empty() {
                    console::note(&self.nothing());
                }
                let which = Columns {
                    wide: self.args.output == OutputFormat::Wide,
                    tenant: self.args.list.all_tenants,
                };
                self.table(items, which)
            }
            OutputFormat::Name => output::names(items),
            format => match (items, self.target.names.as_slice()) {
                ([only], [_]) => output::document(only, format)?,
                _ => output::document(&json!({ T::LIST_KEY: items }), format)?,
            },
        };
        console::out(&text)?;
        if more {
            console::note("there are more; --limit cut the list");
        }
        Ok(())
    }

    fn table<T: Listable>(&self, items: &[T], which: Columns) -> String {
        let table = output::table(items, which, &self.app.stdout);
        if items.is_empty() {
            String::new()
        } else if self.args.no_headers {
            table.render_without_header(&self.app.stdout)
        } else {
            table.render(&self.app.stdout)
        }
    }

    fn nothing(&self) -> String {
        let kind = self.target.kind;
        let narrowed = self.args.list.selector.is_some() || self.args.list.filter.is_some();
        match (kind, narrowed) {
            (_, true) => format!("no {kind}s match"),
            (ResourceKind::Placement, false) if !self.args.list.all_tenants => {
                "no placements in this tenant (-A looks into all)".to_owned()
            }
            (ResourceKind::Cluster, false) => {
                "no clusters have joined (`hourglass token create --cluster NAME` admits one)".to_owned()
            }
            _ => format!("no {kind}s"),
        }
    }
}
