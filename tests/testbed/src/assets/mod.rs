//! The real components: built once from source with the Go toolchain, then cached.
//!
//! `tests/testbed/assets/` holds a Go module without code: a `go.mod` whose `tool` lines name the components, and its
//! `go.sum`. Both are compiled into this crate, so any crate can use the testbed from anywhere.

mod build;

use std::{
    env,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result},
    paths,
};

const GO_MOD: &str = include_str!("../../assets/go.mod");
const GO_SUM: &str = include_str!("../../assets/go.sum");
/// A folder with the components, e.g. one that an earlier `hourglass-testbed assets` printed.
const ASSETS_ENV: &str = "KUBEBUILDER_ASSETS";
/// The folder of kwok's stage files inside the assets.
const STAGES: &str = "stages";
/// What a complete folder holds.
const PROGRAMS: [&str; 6] = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
];
/// Stage files taken from the kwok module, by their path in it.
const KWOK_STAGES: [&str; 5] = [
    "kustomize/stage/node/fast/node-initialize.yaml",
    "kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "kustomize/stage/pod/fast/pod-ready.yaml",
    "kustomize/stage/pod/fast/pod-complete.yaml",
    "kustomize/stage/pod/fast/pod-delete.yaml",
];

/// A folder with etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, kwok and kwok's stages.
#[derive(Clone, Debug)]
pub struct Assets {
    dir: PathBuf,
}

/// Versions of the real components, as pinned in the Go module.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Versions {
    /// Kubernetes components, e.g. `v1.36.3`.
    pub kubernetes: String,
    /// etcd server.
    pub etcd: String,
    /// kwok, the stand-in for kubelets.
    pub kwok: String,
}

impl Assets {
    /// Finds the components, or builds them: minutes and a Go toolchain the first time, milliseconds later.
    ///
    /// `KUBEBUILDER_ASSETS` names a complete folder to use as it is. Otherwise they are in the user's cache folder
    /// under a key made of the Go module, the build flags and the Go version. Concurrent callers, also in other
    /// processes, wait for the one that builds; progress goes to stderr. This blocks: from async code use
    /// `spawn_blocking`.
    pub fn obtain() -> Result<Self> {
        static OBTAINED: Mutex<Option<Assets>> = Mutex::new(None);
        let mut obtained = OBTAINED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(assets) = obtained.as_ref() {
            return Ok(assets.clone());
        }
        let assets = match env::var_os(ASSETS_ENV).filter(|dir| !dir.is_empty()) {
            Some(dir) => Self::in_dir(
                dir.into(),
                "KUBEBUILDER_ASSETS must name a folder that `hourglass-testbed assets` made; unset it to build one",
            )?,
            None => Self::cached(&paths::cache_dir())?,
        };
        Ok(obtained.insert(assets).clone())
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A program in the folder, e.g. `kubectl`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// kwok's own stages for nodes and pods.
    pub(crate) fn stages(&self) -> impl Iterator<Item = PathBuf> + use<'_> {
        KWOK_STAGES
            .iter()
            .map(|path| self.dir.join(STAGES).join(file_name(path)))
    }

    /// The versions that [`Assets::obtain`] builds.
    pub fn versions() -> Versions {
        Versions {
            kubernetes: required_version("k8s.io/kubernetes"),
            etcd: required_version("go.etcd.io/etcd/server/v3"),
            kwok: required_version("sigs.k8s.io/kwok"),
        }
    }

    fn cached(cache: &Path) -> Result<Self> {
        fs::create_dir_all(cache).map_err(Error::io("create", cache))?;
        let go = build::GoToolchain::find(cache)?;
        let key = cache_key(&go);
        let dir = cache.join(&key);
        let incomplete = "remove the folder and run `hourglass-testbed assets` again";
        if dir.exists() {
            return Self::in_dir(dir, incomplete);
        }
        let lock_path = cache.join(format!("{key}.lock"));
        let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
        if lock.try_lock().is_err() {
            writeln!(
                io::stderr(),
                "testbed: waiting for another process that builds the components"
            )
            .ok();
            lock.lock().map_err(Error::io("lock", &lock_path))?;
        }
        // The other process may have built them while this one waited.
        if !dir.exists() {
            go.build_into(cache, &key)?;
        }
        Self::in_dir(dir, incomplete)
    }

    fn in_dir(dir: PathBuf, remedy: &'static str) -> Result<Self> {
        let assets = Self { dir };
        let programs = PROGRAMS.iter().map(|name| assets.program(name));
        let missing: Vec<String> = programs
            .chain(assets.stages())
            .filter(|path| !path.is_file())
            .map(|path| {
                path.strip_prefix(&assets.dir)
                    .unwrap_or(&path)
                    .display()
                    .to_string()
            })
            .collect();
        if missing.is_empty() {
            Ok(assets)
        } else {
            Err(Error::IncompleteAssets {
                dir: assets.dir,
                missing,
                remedy,
            })
        }
    }
}

fn cache_key(go: &build::GoToolchain) -> String {
    let mut hash = Sha256::new();
    for part in [GO_MOD, GO_SUM, go.identity(), &build::flags().join(" ")] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex::encode(&hash.finalize()[..8])
}

/// The version of a module in `go.mod`; empty when it is not there, which a test rules out.
fn required_version(module: &str) -> String {
    GO_MOD
        .lines()
        .filter_map(|line| line.trim().strip_prefix(module)?.strip_prefix(' '))
        .filter_map(|rest| rest.split_whitespace().next())
        .find(|version| version.starts_with('v'))
        .unwrap_or_default()
        .to_owned()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_go_module() {
        let versions = Assets::versions();
        assert!(versions.kubernetes.starts_with("v1."), "{versions:?}");
        assert!(versions.etcd.starts_with("v3."), "{versions:?}");
        assert!(versions.kwok.starts_with("v0."), "{versions:?}");
    }

    #[test]
    fn a_folder_without_the_programs_is_refused_with_their_names() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("etcd"), "").unwrap();
        let error = Assets::in_dir(dir.path().into(), "do this")
            .unwrap_err()
            .to_string();
        assert!(error.contains("kube-apiserver"), "{error}");
        assert!(error.contains("stages/pod-ready.yaml"), "{error}");
        assert!(error.contains("do this"), "{error}");
        assert!(!error.contains(" etcd,"), "{error}");
    }
}
