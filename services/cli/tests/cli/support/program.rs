//! Runs the built program, away from the environment of whoever runs the tests.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::TestServer;

/// What came of a run.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    /// The standard output of a run that went well.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// The standard error of a run that ended with this code.
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{self:?}");
        self.stderr
    }
}

/// The program with a home of its own.
pub struct Program {
    pub home: TempDir,
    server: Option<String>,
    variables: Vec<(String, String)>,
}

impl Program {
    /// Without a server.
    pub fn alone() -> Self {
        Self {
            home: tempfile::tempdir().unwrap(),
            server: None,
            variables: Vec::new(),
        }
    }

    /// Asks for plain text when the server speaks it.
    pub fn for_server(server: &TestServer) -> Self {
        let url = server.url();
        let program = Self::alone();
        let program = if url.starts_with("http://") {
            program.variable("HOURGLASS_INSECURE_PLAINTEXT", "true")
        } else {
            program
        };
        Self {
            server: Some(url),
            ..program
        }
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A file in the home.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hourglass"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .envs(self.variables.iter().cloned())
            .args(words);
        if let Some(server) = &self.server {
            command.env("HOURGLASS_SERVER", server);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, words: &[&str]) -> Answer {
        self.run_with_input(words, "")
    }

    pub fn run_with_input(&self, words: &[&str], input: &str) -> Answer {
        let mut child = self.command(words).spawn().unwrap();
        // A program that does not read its input closes the pipe; that is its right.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts the program and reads along.
    pub fn start(&self, words: &[&str]) -> Running {
        let mut child = self.command(words).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Running {
            child: Some(child),
            lines,
        }
    }
}

/// A program that runs until it is interrupted.
pub struct Running {
    child: Option<Child>,
    lines: BufReader<ChildStdout>,
}

impl Running {
    /// The next line of standard output; the test's own timeout is the deadline.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ctrl-C.
    pub fn interrupt(mut self) -> Answer {
        let child = self.child.take().unwrap();
        let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
        let output = child.wait_with_output().unwrap();
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::new(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

/// Polls until it holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
