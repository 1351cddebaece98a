//! `watch`, and `get -w`.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::time::Duration;

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Placement, WatchPlacementsResponse};

use super::{polling, query};
use crate::app::App;
use crate::args::{OutputFormat, ResourceKind, Target, WatchArgs, targets};
use crate::client::{Followed, follow_placements};
use crate::console;
use crate::errors::CliError;
use crate::names::PlacementName;
use crate::output::{self, Columns, Layout, Listable, Screen, json_line};
use crate::selector::{any_name, both};

/// How often kinds without a stream are asked for, when nothing else is said.
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(2);

/// Runs the verb.
pub async fn run(app: &App, args: &WatchArgs) -> Result<(), CliError> {
    let target = targets(&args.what).map_err(CliError::Usage)?;
    run_on(app, target, args).await
}

/// Follows a target until Ctrl-C.
pub async fn run_on(app: &App, target: Target, args: &WatchArgs) -> Result<(), CliError> {
    let narrowing = query::Narrowing::new(target.kind, &args.list)?;
    if target.kind != ResourceKind::Placement {
        return polling::run(app, &target, &narrowing, args).await;
    }
    let session = app.session().await?;
    let names = target
        .names
        .iter()
        .map(|name| PlacementName::parse(name, session.tenant()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(CliError::Usage)?;
    let parent = match names.first() {
        Some(first) if names.iter().all(|name| name.tenant == first.tenant) => first.parent(),
        Some(_) => {
            return Err(CliError::Usage(
                "names of several tenants; watch them one by one".to_owned(),
            ));
        }
        None => narrowing.tenant_parent(&session),
    };
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let filter = both(&any_name(&names), &narrowing.server_filter());
    let mut printer = Printer::new(&app.stdout, args);
    let never: Infallible = follow_placements(&session, &parent, &filter, |event| {
        // The server filters; this side knows requirements that its language does not.
        let wanted = event.placement().is_none_or(|placement| {
            narrowing.matches(&placement.labels) && (names.is_empty() || names.contains(&placement.name))
        });
        if wanted {
            printer.see(event)?;
        }
        Ok(ControlFlow::Continue(()))
    })
    .await?;
    match never {}
}

/// Prints what there is as one table, then a row for each change, under the same columns.
struct Printer<'a> {
    screen: &'a Screen,
    format: OutputFormat,
    which: Columns,
    headers: bool,
    /// What came before the first bookmark; later changes are printed at once.
    first: Option<Vec<Placement>>,
    layout: Option<Layout>,
}

impl<'a> Printer<'a> {
    fn new(screen: &'a Screen, args: &WatchArgs) -> Self {
        Self {
            screen,
            format: args.output,
            which: Columns {
                wide: args.output == OutputFormat::Wide,
                tenant: args.list.all_tenants,
                kind: false,
            },
            headers: !args.no_headers,
            first: Some(Vec::new()),
            layout: None,
        }
    }

    fn see(&mut self, event: Followed) -> Result<(), CliError> {
        match event {
            Followed::UpToDate => self.end_of_first(),
            Followed::Restarted => {
                console::note(
                    "the server's history does not reach back to the last change seen; here is all of it",
                );
                self.first = Some(Vec::new());
                Ok(())
            }
            Followed::Added(event) | Followed::Modified(event) => self.change(event, false),
            Followed::Deleted(event) => self.change(event, true),
        }
    }

    fn change(&mut self, event: WatchPlacementsResponse, deleted: bool) -> Result<(), CliError> {
        match self.format {
            OutputFormat::Json => return console::out(&json_line(&event)?),
            OutputFormat::Yaml => {
                return console::out(&format!("---\n{}", output::document(&event, self.format)?));
            }
            OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {}
        }
        let Some(placement) = event.placement else {
            return Ok(());
        };
        if self.format == OutputFormat::Name {
            return console::out(&format!("placement/{}\n", placement.short_name()));
        }
        match &mut self.first {
            Some(first) if !deleted => {
                first.push(placement);
                Ok(())
            }
            _ => self.row(&placement, deleted),
        }
    }

    fn end_of_first(&mut self) -> Result<(), CliError> {
        let Some(first) = self.first.take() else {
            return Ok(());
        };
        if !matches!(self.format, OutputFormat::Table | OutputFormat::Wide) {
            return Ok(());
        }
        let screen = Screen {
            now: jiff::Timestamp::now(),
            ..self.screen.clone()
        };
        let table = output::table(&first, self.which, &screen);
        let layout = table.layout(&screen, self.headers);
        let header = if self.headers {
            table.header(&layout, &screen)
        } else {
            String::new()
        };
        console::out(&(header + &table.rows(&layout, &screen)))?;
        self.layout = Some(layout);
        Ok(())
    }

    fn row(&mut self, placement: &Placement, deleted: bool) -> Result<(), CliError> {
        let screen = Screen {
            now: jiff::Timestamp::now(),
            ..self.screen.clone()
        };
        let mut shown = placement.clone();
        if deleted {
            shown.set_state(State::Deleting);
            shown.assignments.clear();
        }
        let table = output::table(std::slice::from_ref(&shown), self.which, &screen);
        let layout = match &self.layout {
            Some(before) => table.layout_after(before, &screen),
            None => table.layout(&screen, self.headers),
        };
        let row = table.rows(&layout, &screen);
        self.layout = Some(layout);
        let row = if deleted {
            row.replacen("DELETING", "DELETED ", 1)
        } else {
            row
        };
        console::out(&row)
    }
}
