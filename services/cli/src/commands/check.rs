//! `check`: runs all checks and prints what they found.

use serde_json::json;

use crate::app::App;
use crate::args::{CheckArgs, OutputFormat};
use crate::check::{self, Finding, Outcome};
use crate::console;
use crate::errors::CliError;
use crate::output::{Paint, clean, document};

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
            console::out(
                &findings
                    .iter()
                    .map(|finding| line(app, finding))
                    .collect::<String>(),
            )?;
        }
    }
    match faults {
        0 => Ok(()),
        1 => Err(CliError::FaultsFound("1 fault".to_owned())),
        n => Err(CliError::FaultsFound(format!("{n} faults"))),
    }
}

fn line(app: &App, finding: &Finding) -> String {
    let (mark, paint) = match finding.outcome {
        Outcome::Ok => ("ok   ", Paint::Good),
        Outcome::Warning => ("warn ", Paint::Warn),
        Outcome::Fault => ("FAULT", Paint::Bad),
        Outcome::Skipped => ("skip ", Paint::Dim),
    };
    let mut text = format!(
        "{} {:<15} {}\n",
        app.stdout.paint(paint, mark),
        finding.check,
        clean(&finding.detail)
    );
    if let Some(remedy) = &finding.remedy {
        text.push_str(&format!(
            "      {:<15} {} {}\n",
            "",
            app.stdout.paint(Paint::Hint, "remedy:"),
            clean(remedy)
        ));
    }
    text
}
