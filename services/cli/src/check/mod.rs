//! What can be wrong between this machine and a working fleet, looked at in the order in which one thing
//! needs the other. One check, one file; each finding has its remedy.

mod clock;
mod clusters;
mod context_file;
mod credential;
mod health;
mod inventory;
mod reach;
mod settings;
mod store;
mod tls;
mod versions;

use serde::Serialize;

use crate::app::App;
use crate::client::Session;
use crate::errors::CliError;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Works, but needs a look.
    Warning,
    /// Does not work.
    Fault,
    /// Could not be looked at, because something before it does not work.
    Skipped,
}

/// What one check found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: &'static str,
    /// How it stands.
    pub outcome: Outcome,
    /// What was seen.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Ok,
            detail: detail.into(),
            remedy: None,
        }
    }

    fn warning(check: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Warning,
            detail: detail.into(),
            remedy: Some(remedy.into()),
        }
    }

    fn fault(check: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Fault,
            detail: detail.into(),
            remedy: Some(remedy.into()),
        }
    }

    fn skipped(check: &'static str, detail: impl Into<String>) -> Self {
        Self {
            check,
            outcome: Outcome::Skipped,
            detail: detail.into(),
            remedy: None,
        }
    }

    /// A call that failed, with the advice that the error itself would get.
    fn failed(check: &'static str, error: &CliError) -> Self {
        let text = crate::report::render(error, &crate::output::Screen::plain());
        let mut remedies = text.lines().filter_map(|line| line.strip_prefix("hint: "));
        let remedy = remedies.next().unwrap_or("look into the server's log").to_owned();
        Self {
            check,
            outcome: Outcome::Fault,
            detail: error.to_string(),
            remedy: Some(remedy),
        }
    }
}

/// Runs all checks.
pub async fn all(app: &App) -> Vec<Finding> {
    let mut findings = vec![context_file::check(app)];
    let target = match settings::check(app) {
        Ok((finding, target)) => {
            findings.push(finding);
            target
        }
        Err(finding) => {
            findings.push(*finding);
            return findings;
        }
    };
    let (reached, address) = reach::check(&target).await;
    findings.extend(reached);
    let Some(address) = address else { return findings };
    findings.extend(tls::check(&target, address).await);
    match app.session_with(target).await {
        Ok(session) => findings.extend(over(app, &session).await),
        // The TLS check has told it in more detail, when it was about TLS.
        Err(error) if findings.iter().any(|finding| finding.outcome == Outcome::Fault) => drop(error),
        Err(error) => findings.push(Finding::failed("connection", &error)),
    }
    findings
}

/// What needs a connection.
async fn over(app: &App, session: &Session) -> Vec<Finding> {
    let mut findings = vec![health::check(session).await];
    let (finding, fleet) = credential::check(session).await;
    findings.push(finding);
    findings.push(clock::check(session, app).await);
    match fleet {
        Some(fleet) => {
            findings.push(store::check(&fleet));
            findings.push(inventory::check(&fleet));
            findings.extend(clusters::check(session, app).await);
        }
        None => findings.push(Finding::skipped("clusters", "the server did not let us look")),
    }
    findings.extend(versions::check(session).await);
    findings
}
