//! A whole process: signals, exit codes, panics. The test starts itself again as the process under test.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports its failure")]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use hourglass_runtime::prelude::*;
use hourglass_runtime::telemetry::LogFormat;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const ROLE: &str = "HOURGLASS_TEST_ROLE";
const BUILD: BuildInfo = BuildInfo::new("hourglass-test", "0.0.0");

/// The process under test. Does nothing unless a test below started it.
#[test]
fn process_under_test() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(run(role));
    let code = hourglass_runtime::exit::report(BUILD, outcome);
    std::process::exit(if code == ExitCode::SUCCESS { 0 } else { 1 });
}

async fn run(role: String) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let telemetry = Telemetry::install(&TelemetryOptions::new(BUILD, LogFormat::Json, "info"))?;
    let shutdown = Shutdown::install()?;
    let tasks = Tasks::new(shutdown.token());
    let token = tasks.shutdown_token();
    match role.as_str() {
        "orderly" => tasks.spawn("loop", OnEnd::Shutdown, async move {
            token.cancelled().await;
            tracing::info!("draining");
            Ok::<_, std::io::Error>(())
        }),
        "deaf" => tasks.spawn(
            "deaf",
            OnEnd::Shutdown,
            std::future::pending::<std::io::Result<()>>(),
        ),
        "panic" => tasks.spawn("loop", OnEnd::Shutdown, async {
            let none: Option<u8> = None;
            none.ok_or("no value").map(drop).unwrap();
            Ok::<_, std::io::Error>(())
        }),
        other => return Err(format!("unknown role {other}").into()),
    }
    std::io::stdout().write_all(b"\nready\n")?;
    shutdown.requested().await;
    std::io::stdout().write_all(b"\nshutting down\n")?;
    let deadline = if role == "deaf" {
        Duration::from_secs(3600)
    } else {
        Duration::from_secs(10)
    };
    let drained = tasks.drain(deadline).await;
    telemetry.shutdown(Duration::from_secs(5)).await?;
    Ok(drained?)
}

struct Process {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Process {
    fn start(role: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process_under_test", "--nocapture"])
            .env(ROLE, role)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self {
            child,
            output,
            log: Some(log),
        };
        process.wait_for("ready");
        process
    }

    /// Reads its output up to this line. When the process ended before, the assertions after it tell why.
    fn wait_for(&mut self, expected: &str) {
        self.output
            .find(|line| line.as_ref().is_ok_and(|line| line == expected));
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// The exit code and the log.
    fn wait(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), self.log.take().unwrap().join().unwrap());
            }
            assert!(Instant::now() < deadline, "the process does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Leaves nothing behind when an assertion failed; both fail harmlessly when it has ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn the_first_signal_drains_and_ends_with_success() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let process = Process::start("orderly");
        process.signal(signal);
        let (code, log) = process.wait();
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("\"message\":\"draining\""), "{log}");
    }
}

#[test]
fn the_second_signal_ends_at_once_with_its_exit_code() {
    for (signal, expected) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let mut process = Process::start("deaf");
        process.signal(Signal::SIGTERM);
        process.wait_for("shutting down");
        process.signal(signal);
        let (code, log) = process.wait();
        assert_eq!(code, Some(expected), "{log}");
    }
}

#[test]
fn a_panic_in_an_essential_task_is_logged_as_json_and_fails_the_process() {
    let (code, log) = Process::start("panic").wait();
    assert_eq!(code, Some(1), "{log}");
    let panic = log.lines().find(|line| line.contains("panic: ")).expect(&log);
    assert!(
        panic.starts_with('{') && panic.contains("tests/process.rs"),
        "{panic}"
    );
    assert!(
        log.contains("hourglass-test: essential task \"loop\" panicked"),
        "{log}"
    );
}
