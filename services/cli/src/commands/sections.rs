//! What `get` prints: a section for each kind that was asked for.

use hourglass_proto::fleet::v1::Fleet;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::args::{GetArgs, OutputFormat, ResourceKind, Target};
use crate::console;
use crate::errors::CliError;
use crate::output::{self, Columns, Listable};

/// Collects the answers, so that a failure of the last leaves no half output of the others.
#[derive(Debug)]
pub struct Sections<'a> {
    app: &'a App,
    args: &'a GetArgs,
    several: bool,
    /// For people, and names.
    texts: Vec<String>,
    /// For programs: what the API answered when one kind was asked for, else one key a kind.
    document: Value,
    /// For standard error.
    notes: Vec<String>,
}

impl<'a> Sections<'a> {
    /// Nothing yet. With several kinds, names say of which kind they are.
    pub fn new(app: &'a App, args: &'a GetArgs, several: bool) -> Self {
        Self {
            app,
            args,
            several,
            texts: Vec::new(),
            document: Value::Object(Map::new()),
            notes: Vec::new(),
        }
    }

    /// Adds a list; `more` says that a limit cut it.
    pub fn add<T: Listable>(&mut self, target: &Target, items: &[T], more: bool) -> Result<(), CliError> {
        match self.args.output {
            OutputFormat::Table | OutputFormat::Wide if items.is_empty() => {
                self.notes.push(self.nothing(target.kind));
            }
            OutputFormat::Table | OutputFormat::Wide => self.add_table(items),
            OutputFormat::Name => self.texts.push(output::names(items)),
            OutputFormat::Json | OutputFormat::Yaml => match (items, target.names.as_slice()) {
                ([only], [_]) => self.document = output::json(only)?,
                _ => self.insert(T::LIST_KEY, items)?,
            },
        }
        if more {
            self.notes.push(if self.several {
                format!("there are more {}s; --limit cut the list", target.kind)
            } else {
                "there are more; --limit cut the list".to_owned()
            });
        }
        Ok(())
    }

    /// Adds the totals.
    pub fn add_fleet(&mut self, fleet: &Fleet) -> Result<(), CliError> {
        match self.args.output {
            OutputFormat::Table | OutputFormat::Wide => {
                self.texts.push(output::fleet(fleet, &self.app.stdout));
            }
            OutputFormat::Name => self.texts.push("fleet\n".to_owned()),
            OutputFormat::Json | OutputFormat::Yaml if self.several => self.insert("fleet", fleet)?,
            OutputFormat::Json | OutputFormat::Yaml => self.document = output::json(fleet)?,
        }
        Ok(())
    }

    /// Prints all of it.
    pub fn print(self) -> Result<(), CliError> {
        let text = match self.args.output {
            // As in kubectl: without headers nothing marks where a kind begins but its names.
            OutputFormat::Table | OutputFormat::Wide if !self.args.no_headers => self.texts.join("\n"),
            OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => self.texts.concat(),
            format => output::document(&self.document, format)?,
        };
        console::out(&text)?;
        for note in &self.notes {
            console::note(note);
        }
        Ok(())
    }

    fn insert<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), CliError> {
        let value = output::json(value)?;
        if let Value::Object(fields) = &mut self.document {
            fields.insert(key.to_owned(), value);
        }
        Ok(())
    }

    fn add_table<T: Listable>(&mut self, items: &[T]) {
        let which = Columns {
            wide: self.args.output == OutputFormat::Wide,
            tenant: self.args.list.all_tenants,
            kind: self.several,
        };
        let screen = &self.app.stdout;
        let table = output::table(items, which, screen);
        let headers = !self.args.no_headers;
        let layout = table.layout(screen, headers);
        let header = headers.then(|| table.header(&layout, screen));
        let left_out = table.left_out(&layout);
        self.texts
            .push(header.unwrap_or_default() + &table.rows(&layout, screen));
        if !left_out.is_empty() {
            self.notes.push(format!(
                "left out for want of room: {} (-o wide shows every column)",
                left_out.join(", ")
            ));
        }
    }

    fn nothing(&self, kind: ResourceKind) -> String {
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
