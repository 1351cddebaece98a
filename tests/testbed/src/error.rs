//! What can go wrong with a testbed, each with the place to look.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of the testbed itself (never of the code under test).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file, folder or process operation of the operating system failed.
    #[error("{what}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// A program that the testbed calls is not installed.
    #[error("`{tool}` cannot be run; {remedy}")]
    MissingTool {
        /// Program name.
        tool: &'static str,
        /// What to do about it.
        remedy: &'static str,
        /// The reason.
        #[source]
        source: io::Error,
    },
    /// `go build` or `go list` failed.
    #[error("{command} failed ({status}); full output in {log}\n{tail}", log = log.display())]
    Build {
        /// The command.
        command: &'static str,
        /// Exit status.
        status: String,
        /// File with the whole output.
        log: PathBuf,
        /// Last lines of the output.
        tail: String,
    },
    /// A folder that should hold the Kubernetes binaries lacks some.
    #[error("{dir} lacks {missing}; {remedy}", dir = dir.display(), missing = missing.join(", "))]
    IncompleteAssets {
        /// The folder.
        dir: PathBuf,
        /// Names of the missing files.
        missing: Vec<String>,
        /// What to do about it.
        remedy: &'static str,
    },
    /// No built-in profile has this name.
    #[error("no built-in profile `{name}`; known: {known}")]
    UnknownProfile {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A profile contradicts itself or cannot be read.
    #[error("profile `{name}`: {reason}")]
    BadProfile {
        /// Name or file.
        name: String,
        /// The field and what is wrong with it.
        reason: String,
    },
    /// A name cannot be used for a cluster (it becomes a folder and part of file names).
    #[error("cluster name `{name}`: {reason}")]
    BadClusterName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The fleet has no cluster of this name.
    #[error("the fleet has no cluster `{0}`")]
    NoSuchCluster(String),
    /// The folder is used by another running testbed.
    #[error("{dir} is used by another running testbed", dir = .0.display())]
    DirInUse(PathBuf),
    /// The folder for a cluster holds something that no testbed wrote.
    #[error("{dir} is not empty and not a testbed's; choose another folder or cluster name", dir = .0.display())]
    NotOurs(PathBuf),
    /// No free port was found on 127.0.0.1.
    #[error("no free TCP port on 127.0.0.1 between {0} and {1}")]
    NoFreePort(u16, u16),
    /// A component ended by itself.
    #[error("{component} ended by itself ({status}); log: {log}\n{tail}", log = log.display())]
    ComponentExited {
        /// Component, e.g. `kube-apiserver`.
        component: &'static str,
        /// Exit status.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// Last lines of the log.
        tail: String,
    },
    /// Something did not become true in time.
    #[error("{what} did not happen within {waited:?}; last seen: {last}")]
    Deadline {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
        /// The last observation.
        last: String,
    },
    /// A call to an API server failed.
    #[error("{what}")]
    Kube {
        /// What was tried.
        what: String,
        /// The reason.
        #[source]
        source: Box<kube::Error>,
    },
    /// A kubeconfig could not be used.
    #[error("kubeconfig {path}", path = path.display())]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: Box<kube::config::KubeconfigError>,
    },
    /// A document is not what it should be.
    #[error("{what}: {reason}")]
    Document {
        /// Which document.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificates could not be made.
    #[error("certificate for {subject}")]
    Certificate {
        /// Common name.
        subject: String,
        /// The reason.
        #[source]
        source: rcgen::Error,
    },
    /// A cluster could not be started.
    #[error("cluster `{cluster}` did not start, its logs are kept in {logs}", logs = logs.display())]
    Start {
        /// Cluster name.
        cluster: String,
        /// Folder with one log per component.
        logs: PathBuf,
        /// The reason.
        #[source]
        source: Box<Error>,
    },
}

impl Error {
    /// An [`Error::Io`] about a path.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let what = format!("cannot {action} {}", path.display());
        move |source| Self::Io { what, source }
    }

    /// An [`Error::Kube`] saying what was tried.
    pub(crate) fn kube(what: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let what = what.into();
        move |source| Self::Kube {
            what,
            source: Box::new(source),
        }
    }

    /// True when a component ended because its port had been taken in the meantime: starting again with other ports helps.
    pub(crate) fn is_port_collision(&self) -> bool {
        matches!(self, Self::ComponentExited { tail, .. } if tail.contains("address already in use"))
    }
}

/// An error with its causes in one line, for places that keep text only.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
