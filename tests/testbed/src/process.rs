//! Child processes that cannot outlive the process which started them.
//!
//! Every component runs as
//!
//! ```text
//! harness ──pipe──▶ watcher (a small shell, reads the pipe)
//!    └─ component   (leader of its own process group, which holds the watcher too)
//! ```
//!
//! The harness keeps the writing end of the pipe and never writes to it. When the harness ends in whatever way (return,
//! panic, abort, SIGKILL), the kernel closes that end, the watcher reads end-of-file and kills its own process group,
//! which is the component, all its children and the watcher itself.
//!
//! Why not `PR_SET_PDEATHSIG`: it fires at the end of the *thread* that spawned, which for a test or an async runtime
//! comes long before the end of the process, and it needs `unsafe` code between fork and exec. Why the group and not
//! the pid: a pid may have been given to a stranger meanwhile, a group id cannot be while the watcher is in the group.
//!
//! What remains: a watcher that is itself killed with SIGKILL, on purpose, no longer watches.

use std::{
    ffi::OsStr,
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};

use crate::error::{Error, Result};

/// Forks the watcher, then becomes the component, so that the harness has the component itself as its child.
const GUARD: &str = r#"exec 3<&0
( while read -r _; do :; done; kill -KILL 0 ) <&3 3<&- >/dev/null 2>&1 &
exec "$@" </dev/null 3<&-"#;

/// How long a component may take to end after SIGTERM before it is killed.
const STOP_GRACE: Duration = Duration::from_secs(10);

/// A `Command` for `program` under the guard. The caller must keep the child's stdin for as long as it shall live.
pub fn guarded(program: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", GUARD, "testbed-guard"])
        .arg(program)
        .stdin(Stdio::piped())
        .process_group(0);
    command
}

/// A guarded child with the pipe that keeps it alive. Dropping it kills its whole group at once.
#[derive(Debug)]
pub(crate) struct Guarded {
    child: Child,
    lifeline: Option<ChildStdin>,
}

impl Guarded {
    pub(crate) fn spawn(mut command: Command, program: &Path) -> Result<Self> {
        let mut child = command.spawn().map_err(Error::io("start", program))?;
        let lifeline = child.stdin.take();
        Ok(Self { child, lifeline })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    /// Asks the component alone to end; the watcher stays.
    fn terminate(&self) {
        // ESRCH means that it has ended already, which is what is wanted.
        kill(self.pid(), Signal::SIGTERM).ok();
    }

    /// Kills the group without waiting. The child is not reaped yet, so its group id cannot belong to a stranger.
    pub(crate) fn kill(&self) {
        killpg(self.pid(), Signal::SIGKILL).ok();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.kill();
        drop(self.lifeline.take());
        // Nothing can be done about a failing wait(2) here; the group has its SIGKILL.
        self.child.wait().ok();
    }
}

/// A program that runs beside the harness: how to start it, its log, and its process when it runs. The components of a
/// control plane are such programs, and so are the project's own servers in tests. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    log: PathBuf,
    running: Mutex<Option<Guarded>>,
}

impl Process {
    /// Nothing is started yet. Its output goes to `log`.
    pub fn new(name: &'static str, program: PathBuf, args: Vec<String>, log: PathBuf) -> Self {
        Self {
            name,
            program,
            args,
            env: Vec::new(),
            log,
            running: Mutex::new(None),
        }
    }

    /// The same with further variables in its environment.
    #[must_use]
    pub fn with_env(mut self, env: Vec<(String, String)>) -> Self {
        self.env.extend(env);
        self
    }

    /// Its name in messages.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Starts it, unless it runs. The log is appended to, so that a restart keeps what came before.
    pub fn spawn(&self) -> Result<()> {
        let mut running = self.running();
        if let Some(process) = running.as_mut()
            && matches!(process.child().try_wait(), Ok(None))
        {
            return Ok(());
        }
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
            .map_err(Error::io("open", &self.log))?;
        let log_too = log.try_clone().map_err(Error::io("open", &self.log))?;
        let mut command = guarded(&self.program);
        command
            .args(self.args.iter().map(OsStr::new))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdout(log)
            .stderr(log_too);
        *running = Some(Guarded::spawn(command, &self.program)?);
        Ok(())
    }

    /// SIGTERM, a bounded wait, then SIGKILL. Does nothing when it does not run.
    pub async fn stop(&self) {
        let Some(mut process) = self.running().take() else {
            return;
        };
        process.terminate();
        let deadline = Instant::now() + STOP_GRACE;
        while matches!(process.child().try_wait(), Ok(None)) && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL, at once. Does nothing when it does not run.
    pub fn kill(&self) {
        drop(self.running().take());
    }

    /// SIGKILL without waiting for the end; [`Process::kill`] or the drop waits. Several can so end side by side.
    pub(crate) fn kill_soon(&self) {
        if let Some(process) = self.running().as_ref() {
            process.kill();
        }
    }

    /// The process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        let mut running = self.running();
        let process = running.as_mut()?;
        matches!(process.child().try_wait(), Ok(None)).then(|| process.child().id())
    }

    /// An error when it was started and has ended without being stopped.
    pub fn check(&self) -> Result<()> {
        let mut running = self.running();
        let Some(process) = running.as_mut() else {
            return Ok(());
        };
        match process
            .child()
            .try_wait()
            .map_err(Error::io("wait for", &self.program))?
        {
            None => Ok(()),
            Some(status) => Err(self.exited(status)),
        }
    }

    fn exited(&self, status: ExitStatus) -> Error {
        Error::ComponentExited {
            component: self.name,
            status: status.to_string(),
            log: self.log.clone(),
            tail: tail(&self.log),
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Guarded>> {
        // A panic while holding it leaves the option as it was, which is still true.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last 4 KiB of a log, from a line's start; an explanation when there is none.
pub(crate) fn tail(log: &Path) -> String {
    const TAIL_BYTES: u64 = 4096;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = length <= TAIL_BYTES;
        Ok(text
            .split_once('\n')
            .filter(|_| !whole)
            .map_or(text.clone(), |(_, rest)| rest.to_owned()))
    };
    read().unwrap_or_else(|error| format!("(log cannot be read: {error})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(dir: &Path) -> Process {
        Process::new(
            "sleeper",
            "/bin/sleep".into(),
            vec!["600".into()],
            dir.join("log"),
        )
    }

    fn group_is_empty(pid: u32) -> bool {
        killpg(Pid::from_raw(pid.cast_signed()), None).is_err()
    }

    fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !holds() {
            assert!(Instant::now() < deadline, "{what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn a_killed_process_leaves_neither_itself_nor_its_watcher() {
        let dir = tempfile::tempdir().unwrap();
        let process = sleeper(dir.path());
        process.spawn().unwrap();
        let pid = process.pid().unwrap();
        process.kill();
        assert_eq!(process.pid(), None);
        eventually("its process group is empty", || group_is_empty(pid));
    }

    #[test]
    fn the_end_of_the_pipe_kills_the_group() {
        let dir = tempfile::tempdir().unwrap();
        let process = sleeper(dir.path());
        process.spawn().unwrap();
        process.running().as_mut().unwrap().lifeline.take();
        eventually("it ends by itself", || process.check().is_err());
    }

    #[tokio::test]
    async fn stop_ends_it_by_sigterm_and_it_can_start_again() {
        let dir = tempfile::tempdir().unwrap();
        let process = sleeper(dir.path());
        process.spawn().unwrap();
        let first = process.pid().unwrap();
        process.stop().await;
        process.spawn().unwrap();
        assert_ne!(process.pid(), Some(first));
    }

    #[test]
    fn a_process_that_ends_by_itself_is_reported_with_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let args = vec!["-c".into(), "echo address already in use; exit 3".into()];
        let process = Process::new("failing", "/bin/sh".into(), args, dir.path().join("log"));
        process.spawn().unwrap();
        eventually("it ends", || process.check().is_err());
        let error = process.check().unwrap_err();
        assert!(error.is_port_collision(), "{error}");
        assert!(error.to_string().contains("exit status: 3"), "{error}");
    }
}
