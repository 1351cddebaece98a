//! Builds the components with `go build … tool` and publishes the folder by one rename.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead, BufReader, IsTerminal, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{GO_MOD, GO_SUM, KWOK_STAGES, STAGES, file_name, required_version};
use crate::{
    error::{Error, Result},
    process::{Guarded, guarded},
};

const GO: &str = "go";
const GO_REMEDY: &str = "install Go 1.26 or newer (https://go.dev/dl) and put it on PATH";
/// Without a terminal, one line of progress per this time.
const PLAIN_PROGRESS_EVERY: Duration = Duration::from_secs(15);
/// Lines of output shown when the build fails.
const TAIL_LINES: usize = 30;

/// Build flags; part of the cache key.
pub(super) fn flags() -> Vec<String> {
    let version = required_version("k8s.io/kubernetes");
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    let package = "k8s.io/component-base/version";
    let ldflags = format!(
        "-s -w -X {package}.gitVersion={version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor} \
         -X {package}.gitTreeState=clean"
    );
    vec![
        "-trimpath".into(),
        "-mod=readonly".into(),
        "-ldflags".into(),
        ldflags,
    ]
}

/// The `go` on PATH.
pub(super) struct GoToolchain {
    identity: String,
}

impl GoToolchain {
    /// Asks `go` for its version and platform; `dir` is any folder outside a Go module.
    pub(super) fn find(dir: &Path) -> Result<Self> {
        let output = Command::new(GO)
            .args(["env", "GOVERSION", "GOOS", "GOARCH"])
            .current_dir(dir)
            .stdin(Stdio::null())
            .output()
            .map_err(|source| Error::MissingTool {
                tool: GO,
                remedy: GO_REMEDY,
                source,
            })?;
        Ok(Self {
            identity: String::from_utf8_lossy(&output.stdout)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    /// Go version and platform.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Builds into a hidden folder of `cache` and renames it to `cache/key` when all is there.
    pub(super) fn build_into(&self, cache: &Path, key: &str) -> Result<()> {
        let work = cache.join(format!(".build-{key}"));
        // What a killed build left: the caller holds the lock, so nobody works in it.
        if work.exists() {
            fs::remove_dir_all(&work).map_err(Error::io("remove", &work))?;
        }
        let (module, out) = (work.join("module"), work.join("out"));
        for dir in [&module, &out.join(STAGES)] {
            fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        }
        write(&module.join("go.mod"), GO_MOD)?;
        write(&module.join("go.sum"), GO_SUM)?;
        let log = cache.join(format!("{key}.log"));
        go_build(&module, &out, &log)?;
        // The package of etcd's server is called `server`, and so is what Go makes of it.
        rename(&out.join("server"), &out.join("etcd"))?;
        let kwok = module_dir(&module, "sigs.k8s.io/kwok", &log)?;
        for stage in KWOK_STAGES {
            let from = kwok.join(stage);
            let text = fs::read_to_string(&from).map_err(Error::io("read", &from))?;
            write(&out.join(STAGES).join(file_name(stage)), &text)?;
        }
        rename(&out, &cache.join(key))?;
        fs::remove_dir_all(&work).map_err(Error::io("remove", &work))
    }
}

/// Runs the build under the guard, so that an interrupted caller leaves no compiler behind.
fn go_build(module: &Path, out: &Path, log: &Path) -> Result<()> {
    let mut command = guarded(Path::new(GO));
    command
        .arg("build")
        .args(flags())
        .args(["-v", "-o"])
        .arg(out)
        .arg("tool")
        .current_dir(module)
        .env("CGO_ENABLED", "0")
        .env("GOWORK", "off")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut go = Guarded::spawn(command, Path::new(GO))?;
    let mut progress = Progress::new();
    let mut tail = VecDeque::with_capacity(TAIL_LINES);
    let mut log_file = File::create(log).map_err(Error::io("create", log))?;
    if let Some(output) = go.child().stderr.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(Error::io("read the output of", Path::new(GO)))?;
            writeln!(log_file, "{line}").map_err(Error::io("write", log))?;
            progress.line(&line);
            if tail.len() == TAIL_LINES {
                tail.pop_front();
            }
            tail.push_back(line);
        }
    }
    let status = go.child().wait().map_err(Error::io("wait for", Path::new(GO)))?;
    progress.end();
    if status.success() {
        return Ok(());
    }
    let tail = Vec::from(tail).join("\n");
    Err(Error::Build {
        command: "go build",
        status: status.to_string(),
        log: log.to_owned(),
        tail,
    })
}

/// Where Go unpacked a module.
fn module_dir(module: &Path, name: &str, log: &Path) -> Result<PathBuf> {
    let output = Command::new(GO)
        .args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", name])
        .current_dir(module)
        .env("GOWORK", "off")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::MissingTool {
            tool: GO,
            remedy: GO_REMEDY,
            source,
        })?;
    if output.status.success() {
        return Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    Err(Error::Build {
        command: "go list",
        status: output.status.to_string(),
        log: log.to_owned(),
        tail: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Progress on stderr: one line that is rewritten on a terminal, a plain line now and then elsewhere.
struct Progress {
    start: Instant,
    last_shown: Instant,
    packages: usize,
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        let versions = super::Assets::versions();
        show(&format!(
            "testbed: building Kubernetes {}, etcd {} and kwok {} from source; once, this takes some minutes\n",
            versions.kubernetes, versions.etcd, versions.kwok
        ));
        let now = Instant::now();
        Self {
            start: now,
            last_shown: now,
            packages: 0,
            terminal: io::stderr().is_terminal(),
        }
    }

    /// With `-v`, Go prints a line per package that it compiles and per module that it downloads.
    fn line(&mut self, line: &str) {
        let downloading = line.starts_with("go: downloading");
        self.packages += usize::from(!downloading);
        let pause = if self.terminal {
            Duration::from_millis(100)
        } else {
            PLAIN_PROGRESS_EVERY
        };
        if self.last_shown.elapsed() < pause {
            return;
        }
        self.last_shown = Instant::now();
        let seconds = self.start.elapsed().as_secs();
        let (before, after) = if self.terminal {
            ("\r\x1b[K", "")
        } else {
            ("", "\n")
        };
        let doing = if downloading {
            "downloading sources".into()
        } else {
            format!("compiled {} packages", self.packages)
        };
        let current: String = line.chars().take(60).collect();
        show(&format!(
            "{before}testbed: {doing}, {seconds} s ({current}){after}"
        ));
    }

    fn end(&self) {
        let before = if self.terminal { "\r\x1b[K" } else { "" };
        show(&format!(
            "{before}testbed: build ended after {} s\n",
            self.start.elapsed().as_secs()
        ));
    }
}

/// Progress is a courtesy: a closed stderr must not fail the build.
fn show(text: &str) {
    let mut stderr = io::stderr();
    stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush())
        .ok();
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(Error::io("write", path))
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(Error::io("rename", from))
}
