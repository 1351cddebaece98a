//! What every verb needs: flags, environment, screens, and the way to the server.

use std::time::Duration;

use crate::args::GlobalArgs;
use crate::client::{CallTrace, DEFAULT_CALL_TIMEOUT, DEFAULT_CONNECT_PATIENCE, Patience, Session, connect};
use crate::console;
use crate::context::{Environment, Target, resolve};
use crate::errors::CliError;
use crate::output::Screen;
use crate::report;

/// How long `--wait` waits when `--timeout` does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);

/// One run of the program.
#[derive(Debug)]
pub struct App {
    /// Flags that hold for every verb.
    pub global: GlobalArgs,
    /// Environment variables.
    pub environment: Environment,
    /// Where answers go.
    pub stdout: Screen,
    /// Where errors and progress go.
    pub stderr: Screen,
    /// The trace of the calls.
    pub trace: CallTrace,
}

impl App {
    /// Looks at the environment and at where the output goes.
    pub fn new(global: GlobalArgs) -> Self {
        let environment = Environment::read();
        let trace = CallTrace::begin(environment.traceparent.as_deref());
        Self {
            global,
            environment,
            stdout: Screen::stdout(),
            stderr: Screen::stderr(),
            trace,
        }
    }

    /// The server that flags, environment and context file name.
    pub fn target(&self) -> Result<Target, CliError> {
        Ok(resolve(&self.global, &self.environment)?)
    }

    /// How long one call may take. With `--wait`, `--timeout` is about the wait.
    pub fn call_timeout(&self) -> Duration {
        self.global.timeout.unwrap_or(DEFAULT_CALL_TIMEOUT)
    }

    /// How long a `--wait` may take.
    pub fn wait_timeout(&self) -> Duration {
        self.global.timeout.unwrap_or(DEFAULT_WAIT)
    }

    /// Connects to the server.
    pub async fn session(&self) -> Result<Session, CliError> {
        let target = self.target()?;
        self.session_with(target).await
    }

    /// Connects to this server.
    pub async fn session_with(&self, target: Target) -> Result<Session, CliError> {
        let channel = connect(&target, self.global.timeout, |failure| {
            if self.global.verbose {
                console::note(&format!("{failure}; trying again"));
            }
        })
        .await?;
        if self.global.verbose {
            console::note(&format!("trace id: {}", self.trace.trace_id()));
        }
        let patience = Patience {
            call: self.call_timeout(),
            contact: self.global.timeout.unwrap_or(DEFAULT_CONNECT_PATIENCE),
        };
        Session::new(channel, target, self.trace.clone(), patience, self.global.verbose)
    }

    /// Tells about an error on standard error. What needs no telling is not told.
    pub fn report(&self, error: &CliError) {
        if !matches!(error, CliError::OutputClosed) {
            console::err(&report::render(error, &self.stderr));
        }
    }
}
