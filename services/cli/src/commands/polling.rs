//! Watching kinds that the server has no stream for: asked for again and again, and what changed is printed.

use std::collections::BTreeMap;
use std::time::Duration;

use hourglass_proto::fleet::v1::Cluster;

use super::query::{self, Narrowing};
use crate::app::App;
use crate::args::{OutputFormat, ResourceKind, Target, WatchArgs};
use crate::client::{ListQuery, Session};
use crate::console;
use crate::errors::CliError;
use crate::output::{self, Columns, Layout, Listable, Screen, json_line};

/// Follows clusters, nodes or the fleet until Ctrl-C.
pub async fn run(
    app: &App,
    target: &Target,
    narrowing: &Narrowing,
    args: &WatchArgs,
) -> Result<(), CliError> {
    let session = app.session().await?;
    let mut seen = Seen {
        screen: &app.stdout,
        args,
        rows: BTreeMap::new(),
        layout: None,
    };
    loop {
        seen.round(&session, target, narrowing).await?;
        tokio::time::sleep(args.interval.max(Duration::from_millis(100))).await;
    }
}

/// That an agent was heard from again is no change worth a line.
fn without_signs_of_life(cluster: &Cluster) -> Cluster {
    let mut cluster = cluster.clone();
    if let Some(agent) = &mut cluster.agent {
        agent.last_report_time = None;
        agent.inventory_sequence = 0;
    }
    cluster
}

/// What has been printed, by name.
struct Seen<'a> {
    screen: &'a Screen,
    args: &'a WatchArgs,
    /// JSON of what mattered of each item when it was last printed: a row's age changes without a change.
    rows: BTreeMap<String, String>,
    layout: Option<Layout>,
}

impl Seen<'_> {
    async fn round(
        &mut self,
        session: &Session,
        target: &Target,
        narrowing: &Narrowing,
    ) -> Result<(), CliError> {
        let list = ListQuery::all(narrowing.cluster_parent());
        match target.kind {
            ResourceKind::Cluster => {
                let (items, _) = query::clusters(session, &target.names, narrowing, list).await?;
                self.print_changes(&items, without_signs_of_life)
            }
            ResourceKind::Node => {
                let (items, _) = query::nodes(session, &target.names, narrowing, list).await?;
                self.print(&items)
            }
            ResourceKind::Orphan => self.print(&session.list_orphans(&list).await?.items),
            ResourceKind::JoinToken => self.print(&session.list_join_tokens(&list).await?.items),
            ResourceKind::Fleet | ResourceKind::Placement => {
                query::refuse_names(ResourceKind::Fleet, &target.names)?;
                let mut fleet = query::fleet(session).await?;
                let snapshot_id = std::mem::take(&mut fleet.snapshot_id);
                let text = json_line(&fleet)?;
                if self
                    .rows
                    .insert("fleet".to_owned(), text.clone())
                    .is_some_and(|before| before == text)
                {
                    return Ok(());
                }
                fleet.snapshot_id = snapshot_id;
                console::out(&match self.args.output {
                    OutputFormat::Json => json_line(&fleet)?,
                    OutputFormat::Yaml => format!("---\n{}", output::document(&fleet, OutputFormat::Yaml)?),
                    OutputFormat::Name => "fleet\n".to_owned(),
                    OutputFormat::Table | OutputFormat::Wide => {
                        format!("{}\n", output::fleet(&fleet, &self.now()))
                    }
                })
            }
        }
    }

    fn now(&self) -> Screen {
        Screen {
            now: jiff::Timestamp::now(),
            ..self.screen.clone()
        }
    }

    fn print<T: Listable + Clone>(&mut self, items: &[T]) -> Result<(), CliError> {
        self.print_changes(items, T::clone)
    }

    /// Prints those of which `essence`, what is worth a line when it changes, is not as it was.
    fn print_changes<T: Listable + Clone>(
        &mut self,
        items: &[T],
        essence: impl Fn(&T) -> T,
    ) -> Result<(), CliError> {
        let mut changed = Vec::new();
        let mut current = BTreeMap::new();
        for item in items {
            let text = json_line(&essence(item))?;
            if self.rows.get(&item.short_name()) != Some(&text) {
                changed.push(item.clone());
            }
            current.insert(item.short_name(), text);
        }
        let gone: Vec<String> = self
            .rows
            .keys()
            .filter(|name| !current.contains_key(*name))
            .cloned()
            .collect();
        self.rows = current;
        for name in gone {
            console::note(&format!("{}/{name} is gone", T::KIND));
        }
        match self.args.output {
            OutputFormat::Json => {
                for item in &changed {
                    console::out(&json_line(item)?)?;
                }
                Ok(())
            }
            OutputFormat::Yaml => {
                for item in &changed {
                    console::out(&format!("---\n{}", output::document(item, OutputFormat::Yaml)?))?;
                }
                Ok(())
            }
            OutputFormat::Name => console::out(&output::names(&changed)),
            OutputFormat::Table | OutputFormat::Wide => self.rows_of(&changed),
        }
    }

    fn rows_of<T: Listable>(&mut self, changed: &[T]) -> Result<(), CliError> {
        if changed.is_empty() {
            return Ok(());
        }
        let screen = self.now();
        let which = Columns {
            wide: self.args.output == OutputFormat::Wide,
            tenant: false,
            kind: false,
        };
        let table = output::table(changed, which, &screen);
        let headers = !self.args.no_headers;
        let (header, layout) = match &self.layout {
            Some(layout) => (String::new(), table.layout_after(layout, &screen)),
            None => {
                let layout = table.layout(&screen, headers);
                (
                    if headers {
                        table.header(&layout, &screen)
                    } else {
                        String::new()
                    },
                    layout,
                )
            }
        };
        let text = header + &table.rows(&layout, &screen);
        self.layout = Some(layout);
        console::out(&text)
    }
}
