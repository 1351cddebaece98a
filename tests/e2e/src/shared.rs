//! One fleet for all tests of a file.
//!
//! The tests of a file run as threads of one process, in any number; a fleet costs seconds and half a gigabyte a
//! cluster. So the first test starts it, and it ends with the process: its processes by their guard, its folder by a
//! small janitor, which waits for the same end.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use crate::fleet::{Fleet, FleetBuilder};

/// Reads a pipe that closes when the test process ends, then removes the folder, unless its logs are to be kept.
const JANITOR: &str = r#"while read -r _; do :; done
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -e "$1/.kept" ] && exit 0
  rm -rf "$1" 2>/dev/null && exit 0
  sleep 0.3
done"#;

/// A fleet that is started once. To be a `static`.
#[derive(Debug, Default)]
pub struct Shared {
    started: OnceCell<(Fleet, Child)>,
    turn: Mutex<()>,
}

impl Shared {
    /// Nothing is started yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            started: OnceCell::const_new(),
            turn: Mutex::const_new(()),
        }
    }

    /// The fleet; the first caller starts it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn fleet(&self, describe: impl FnOnce() -> Result<FleetBuilder>) -> Result<&Fleet> {
        let started = self.started.get_or_try_init(async || {
            let fleet = describe()?.start().await?;
            let janitor = janitor(fleet.clusters().dir())?;
            anyhow::Ok((fleet, janitor))
        });
        Ok(&started.await?.0)
    }

    /// The same, for a test that breaks things: those of a file take turns.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn exclusive(
        &self,
        describe: impl FnOnce() -> Result<FleetBuilder>,
    ) -> Result<(&Fleet, MutexGuard<'_, ()>)> {
        let turn = self.turn.lock().await;
        Ok((self.fleet(describe).await?, turn))
    }
}

fn janitor(dir: &Path) -> Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", JANITOR, "testbed-janitor"])
        .arg(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Not in our group: a Ctrl-C of the tests must not end it.
        .process_group(0)
        .spawn()
        .context("cannot start the janitor")
}
