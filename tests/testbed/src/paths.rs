//! Where the testbed keeps what outlives one run.

use std::{env, path::PathBuf};

/// Overrides the cache folder.
pub(crate) const CACHE_ENV: &str = "HOURGLASS_TESTBED_CACHE";

/// The user's folder for built components and port leases: `$HOURGLASS_TESTBED_CACHE`, else `hourglass-testbed` under
/// `$XDG_CACHE_HOME`, `~/.cache`, or the temporary folder when there is no home.
pub(crate) fn cache_dir() -> PathBuf {
    if let Some(dir) = env::var_os(CACHE_ENV).filter(|dir| !dir.is_empty()) {
        return dir.into();
    }
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .unwrap_or_else(env::temp_dir)
        .join("hourglass-testbed")
}
