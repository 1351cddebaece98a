//! What became of each object that a verb worked on: printed as it comes, failures at the end as one error.

use std::collections::BTreeSet;

use hourglass_proto::fleet::v1::{Condition, Placement, condition};
use serde_json::json;

use crate::app::App;
use crate::args::OutputFormat;
use crate::console;
use crate::errors::CliError;
use crate::names::id_of;
use crate::output::describe::victim_line;
use crate::output::{
    Listable, Paint, blocking_condition, clean, condition_reason, decided_where, document, replicas,
};

/// Collects what became of several placements.
#[derive(Debug)]
pub struct Outcomes<'a> {
    app: &'a App,
    format: OutputFormat,
    placements: Vec<Placement>,
    failures: Vec<CliError>,
}

impl<'a> Outcomes<'a> {
    /// Nothing yet.
    pub fn new(app: &'a App, format: OutputFormat) -> Self {
        Self {
            app,
            format,
            placements: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// Says `placement/NAME <what>`, or keeps the placement for the document.
    pub fn done(&mut self, placement: Placement, what: &str) -> Result<(), CliError> {
        // A dry run without a name: the server would choose one.
        let id = match id_of(&placement.name) {
            "" => "(unnamed)".to_owned(),
            id => clean(id),
        };
        match self.format {
            OutputFormat::Table | OutputFormat::Wide => console::out(&format!("placement/{id} {what}\n"))?,
            OutputFormat::Name => console::out(&format!("placement/{id}\n"))?,
            OutputFormat::Json | OutputFormat::Yaml => {}
        }
        self.placements.push(placement);
        Ok(())
    }

    /// Keeps a failure. The others go on.
    pub fn failed(&mut self, error: CliError) {
        self.failures.push(error);
    }

    /// Prints the document, when one was asked for, and turns failures into one error.
    pub fn end(mut self) -> Result<(), CliError> {
        if matches!(self.format, OutputFormat::Json | OutputFormat::Yaml) && !self.placements.is_empty() {
            let text = match (self.placements.as_slice(), self.failures.is_empty()) {
                ([only], true) => document(only, self.format)?,
                (all, _) => document(&json!({ Placement::LIST_KEY: all }), self.format)?,
            };
            console::out(&text)?;
        }
        let all = self.placements.len() + self.failures.len();
        match (self.failures.len(), all) {
            (0, _) => Ok(()),
            (1, 1) => Err(self.failures.remove(0)),
            (failed, all) => {
                for failure in &self.failures {
                    self.app.report(failure);
                }
                Err(CliError::Several {
                    failed,
                    all,
                    exit: self.failures[0].exit(),
                })
            }
        }
    }
}

/// What was done, and how many replicas have no place after it.
pub fn what_was_done(app: &App, done: &str, placement: &Placement) -> String {
    let waiting = Waiting::of(placement).map(|waiting| format!("; {}", waiting.told(app, "wait")));
    format!("{done}{}", waiting.unwrap_or_default())
}

/// Replicas that have no place, of how many, and why.
#[derive(Debug, Clone, Copy)]
pub struct Waiting<'a> {
    waiting: usize,
    of: usize,
    why: Option<&'a Condition>,
}

impl<'a> Waiting<'a> {
    /// Those of a placement; none when all of it have places.
    pub fn of(placement: &'a Placement) -> Option<Self> {
        let of = usize::try_from(replicas(placement)).unwrap_or_default();
        let placed = placement.assignments.iter();
        // A successor stands beside its replica; one that waits again may be listed for what became of it before.
        let placed: BTreeSet<i32> = placed
            .filter(|one| !one.cluster.is_empty())
            .map(|one| one.slot)
            .collect();
        let waiting = of.saturating_sub(placed.len());
        let scheduled = placement.conditions.iter().find(|condition| {
            condition.r#type() == condition::Type::Scheduled && condition.status() != condition::Status::True
        });
        (waiting > 0).then_some(Self {
            waiting,
            of,
            why: scheduled,
        })
    }

    /// "2 of 3 replicas wait: REASON message".
    pub fn told(&self, app: &App, verb: &str) -> String {
        let reason = |condition: &Condition| {
            app.stdout
                .paint(Paint::Warn, condition_reason(condition.reason()))
        };
        self.told_with(verb, reason)
    }

    /// The same without colours.
    pub fn plain(&self, verb: &str) -> String {
        self.told_with(verb, |condition| condition_reason(condition.reason()).to_owned())
    }

    fn told_with(&self, verb: &str, reason: impl Fn(&Condition) -> String) -> String {
        let why = self.why.map_or_else(String::new, |condition| {
            format!(": {} {}", reason(condition), clean(&condition.message))
        });
        format!("{} of {} replicas {verb}{why}", self.waiting, self.of)
    }
}

/// "would be created on cluster/node", and what it would wait for.
pub fn what_would_be(app: &App, placement: &Placement) -> String {
    let places = decided_where(placement);
    if !places.is_empty() {
        let victims: Vec<String> = placement.victims.iter().map(victim_line).collect();
        let over = if victims.is_empty() {
            String::new()
        } else {
            format!(", taking the room of {}", clean(&victims.join(", ")))
        };
        let created = format!(
            "would be created on {}{over}",
            app.stdout.paint(Paint::Good, &clean(&places))
        );
        let waiting = Waiting::of(placement).map(|waiting| format!("; {}", waiting.told(app, "would wait")));
        return format!("{created}{}", waiting.unwrap_or_default());
    }
    match blocking_condition(placement) {
        Some(condition) => format!(
            "would be created and wait: {} {}",
            app.stdout
                .paint(Paint::Warn, condition_reason(condition.reason())),
            clean(&condition.message)
        ),
        None => "would be created and wait".to_owned(),
    }
}
