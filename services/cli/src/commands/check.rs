//! `check`: runs all checks and prints what they found.

use serde_json::json;

use crate::app::App;
use crate::args::{CheckArgs, OutputFormat};
use crate::check::{self, Finding, Outcome};
use crate::console;
use crate::errors::CliError;
use crate::output::{Cell, Column, Paint, Table, document};

/// Runs the verb.
pub async fn run(app: &App, args: &CheckArgs) -> Result<(), CliError> {
    let findings = check::all(app).await;
    let faults = findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Fault)
        .count();
    match args.output {
        OutputFormat::Json | OutputFormat::Yaml => {
            console::out(&document(
                &json!({ "healthy": faults == 0, "findings": findings }),
                args.output,
            )?)?;
        }
        OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {
            console::out(&table(&findings).render_without_header(&app.stdout))?;
        }
    }
    match faults {
        0 => Ok(()),
        1 => Err(CliError::FaultsFound("1 fault".to_owned())),
        n => Err(CliError::FaultsFound(format!("{n} faults"))),
    }
}

fn table(findings: &[Finding]) -> Table {
    let columns = vec![
        Column::whole("OUTCOME"),
        Column::whole("CHECK"),
        Column::wrapped("FINDING"),
    ];
    let mut table = Table::new(columns);
    for finding in findings {
        let (mark, paint) = match finding.outcome {
            Outcome::Ok => ("ok", Paint::Good),
            Outcome::Warning => ("warn", Paint::Warn),
            Outcome::Fault => ("FAULT", Paint::Bad),
            Outcome::Skipped => ("skip", Paint::Dim),
        };
        table.push(vec![
            Cell::painted(mark, paint),
            finding.check.into(),
            finding.detail.as_str().into(),
        ]);
        if let Some(remedy) = &finding.remedy {
            let remedy = Cell::painted(format!("remedy: {remedy}"), Paint::Hint);
            table.push(vec!["".into(), "".into(), remedy]);
        }
    }
    table
}
