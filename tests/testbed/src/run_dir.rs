//! The folder of one run: state, kubeconfigs and logs of its clusters.
//!
//! A temporary one disappears with its last cluster, except for the logs of a run that failed. Its owner holds a file
//! lock in it, so a later run can tell the folder of a killed run from that of a living one and sweep it.

use std::{
    env,
    fs::{self, File},
    io::{self, Write},
    panic,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, Once, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use crate::error::{Error, Result};

const TEMP_PREFIX: &str = "hourglass-testbed-";
const LOCK_FILE: &str = ".lock";
const KEPT_FILE: &str = ".kept";
/// In the folder of a cluster: it is ours to clean.
const CLUSTER_FILE: &str = ".testbed";
/// Set to anything to keep the logs of every run.
const KEEP_ENV: &str = "HOURGLASS_TESTBED_KEEP_LOGS";
/// Kept logs are swept after this time.
const KEEP_FOR: Duration = Duration::from_hours(72);
/// The name of a cluster's log folder inside its own.
pub(crate) const LOGS: &str = "logs";

/// Runs of this process, for the panic hook.
static LIVE: Mutex<Vec<Weak<RunDir>>> = Mutex::new(Vec::new());

/// The folder of one run, locked for as long as this value lives.
#[derive(Debug)]
pub(crate) struct RunDir {
    path: PathBuf,
    temporary: bool,
    keep_logs: AtomicBool,
    /// Folders of this run's clusters; nothing else in a named folder is ours to remove.
    clusters: Mutex<Vec<PathBuf>>,
    _lock: File,
}

impl RunDir {
    /// A new temporary folder; sweeps the folders of runs that were killed.
    pub(crate) fn temporary() -> Result<Arc<Self>> {
        sweep(&env::temp_dir());
        let parent = env::temp_dir();
        let path = tempfile::Builder::new()
            .prefix(TEMP_PREFIX)
            .tempdir()
            .map_err(Error::io("create a folder in", &parent))?
            .keep();
        // Locked under another name first: a sweep never sees it unlocked.
        let early = path.join(".lock-new");
        let lock = File::create(&early).map_err(Error::io("create", &early))?;
        lock.lock().map_err(Error::io("lock", &early))?;
        fs::rename(&early, path.join(LOCK_FILE)).map_err(Error::io("rename", &early))?;
        Ok(Self::register(Self {
            path,
            temporary: true,
            keep_logs: AtomicBool::new(env::var_os(KEEP_ENV).is_some()),
            clusters: Mutex::default(),
            _lock: lock,
        }))
    }

    /// A folder that the caller named; created if need be, and refused while another run uses it.
    pub(crate) fn at(dir: &Path) -> Result<Arc<Self>> {
        fs::create_dir_all(dir).map_err(Error::io("create", dir))?;
        let path = dir.canonicalize().map_err(Error::io("resolve", dir))?;
        let lock_path = path.join(LOCK_FILE);
        let lock = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::DirInUse(path)),
            Err(fs::TryLockError::Error(source)) => return Err(Error::io("lock", &lock_path)(source)),
        }
        Ok(Self::register(Self {
            path,
            temporary: false,
            keep_logs: AtomicBool::new(true),
            clusters: Mutex::default(),
            _lock: lock,
        }))
    }

    fn register(run: Self) -> Arc<Self> {
        install_panic_hook();
        let run = Arc::new(run);
        let mut live = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|other| other.strong_count() > 0);
        live.push(Arc::downgrade(&run));
        run
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An empty folder for a cluster; what an earlier run left in it goes, what is not a testbed's is refused.
    pub(crate) fn cluster_dir(&self, name: &str) -> Result<PathBuf> {
        let dir = self.path.join(name);
        let marker = dir.join(CLUSTER_FILE);
        if marker.exists() {
            remove_cluster_state(&dir);
        } else if entries(&dir).next().is_some() {
            return Err(Error::NotOurs(dir));
        }
        let logs = dir.join(LOGS);
        fs::create_dir_all(&logs).map_err(Error::io("create", &logs))?;
        fs::write(&marker, "").map_err(Error::io("write", &marker))?;
        self.clusters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(dir.clone());
        Ok(dir)
    }

    /// Keeps the logs when the run ends, also when it ends by SIGKILL.
    pub(crate) fn keep_logs(&self) {
        self.keep_logs.store(true, Ordering::Relaxed);
        if self.temporary {
            // The marker is only for sweeps of later runs: without it they remove the logs too.
            fs::write(self.path.join(KEPT_FILE), "").ok();
        }
    }
}

impl Drop for RunDir {
    fn drop(&mut self) {
        if self.keep_logs.load(Ordering::Relaxed) {
            let clusters = self.clusters.get_mut().unwrap_or_else(PoisonError::into_inner);
            clusters.iter().for_each(|cluster| remove_cluster_state(cluster));
            fs::remove_file(self.path.join(LOCK_FILE)).ok();
        } else {
            // A folder that cannot be removed is swept by a later run.
            fs::remove_dir_all(&self.path).ok();
        }
    }
}

/// Prints where the logs are when any thread panics while clusters live, and keeps them.
fn install_panic_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let earlier = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            earlier(info);
            // try_lock: the panicking thread may hold the lock itself.
            let Ok(live) = LIVE.try_lock() else { return };
            for run in live.iter().filter_map(Weak::upgrade) {
                run.keep_logs();
                writeln!(io::stderr(), "testbed logs are kept in {}", run.path.display()).ok();
            }
        }));
    });
}

/// Removes what a cluster wrote into its folder, except its logs and the marker that they are a testbed's.
fn remove_cluster_state(cluster: &Path) {
    let stays = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name == LOGS || name == CLUSTER_FILE)
    };
    for path in entries(cluster).filter(|path| !stays(path)) {
        // Best effort: what stays is a file, never a process.
        if path.is_dir() {
            fs::remove_dir_all(&path).ok()
        } else {
            fs::remove_file(&path).ok()
        };
    }
}

/// Removes temporary folders whose owner is dead, and kept logs that are old.
fn sweep(parent: &Path) {
    let ours = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(TEMP_PREFIX))
            && path.is_dir()
    };
    for path in entries(parent).filter(ours) {
        let kept = path.join(KEPT_FILE);
        match File::options().write(true).open(path.join(LOCK_FILE)) {
            Ok(lock) => {
                if lock.try_lock().is_err() {
                    continue;
                }
                if kept.exists() {
                    entries(&path)
                        .filter(|path| path.is_dir())
                        .for_each(|cluster| remove_cluster_state(&cluster));
                    fs::remove_file(path.join(LOCK_FILE)).ok();
                } else {
                    fs::remove_dir_all(&path).ok();
                }
            }
            Err(_) if age(&kept).is_some_and(|age| age > KEEP_FOR) => {
                fs::remove_dir_all(&path).ok();
            }
            // Just being created, or somebody else's.
            Err(_) => {}
        }
    }
}

fn age(path: &Path) -> Option<Duration> {
    SystemTime::now()
        .duration_since(fs::metadata(path).ok()?.modified().ok()?)
        .ok()
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_cluster(run: &RunDir) -> PathBuf {
        let cluster = run.cluster_dir("one").unwrap();
        fs::create_dir_all(cluster.join("etcd")).unwrap();
        fs::write(cluster.join(LOGS).join("etcd.log"), "a line").unwrap();
        fs::write(cluster.join("kubeconfig"), "").unwrap();
        cluster
    }

    #[test]
    fn a_temporary_folder_goes_with_its_run() {
        let run = RunDir::temporary().unwrap();
        with_cluster(&run);
        let path = run.path().to_owned();
        drop(run);
        assert!(!path.exists());
    }

    #[test]
    fn logs_of_a_failed_run_stay_and_nothing_else() {
        let run = RunDir::temporary().unwrap();
        let cluster = with_cluster(&run);
        let path = run.path().to_owned();
        run.keep_logs();
        drop(run);
        assert!(cluster.join("logs/etcd.log").exists());
        assert!(!cluster.join("etcd").exists());
        assert!(!cluster.join("kubeconfig").exists());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_sweep_removes_the_folder_of_a_dead_run_and_spares_a_living_one() {
        let parent = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = parent.path().join(format!("{TEMP_PREFIX}{name}"));
            fs::create_dir(&path).unwrap();
            (File::create(path.join(LOCK_FILE)).unwrap(), path)
        };
        let (living_lock, living) = folder("living");
        living_lock.lock().unwrap();
        let (_, dead) = folder("dead");
        sweep(parent.path());
        assert!(living.exists());
        assert!(!dead.exists());
    }

    #[test]
    fn a_named_folder_loses_nothing_that_a_testbed_did_not_write() {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("prod/kubeconfig");
        fs::create_dir_all(foreign.parent().unwrap()).unwrap();
        fs::write(&foreign, "precious").unwrap();
        let run = RunDir::at(dir.path()).unwrap();
        assert!(matches!(run.cluster_dir("prod"), Err(Error::NotOurs(_))));
        let cluster = with_cluster(&run);
        drop(run);
        assert!(foreign.exists());
        assert!(!cluster.join("kubeconfig").exists());
        // The folder of an earlier run is used again.
        RunDir::at(dir.path()).unwrap().cluster_dir("one").unwrap();
    }

    #[test]
    fn a_folder_serves_one_run_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = RunDir::at(dir.path()).unwrap();
        assert!(matches!(RunDir::at(dir.path()), Err(Error::DirInUse(_))));
        drop(first);
        RunDir::at(dir.path()).unwrap();
    }
}
