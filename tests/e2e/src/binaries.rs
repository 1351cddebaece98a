//! The programs under test: those of the build that this program is from.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Names another folder with the programs.
pub const BIN_DIR_ENV: &str = "HOURGLASS_BIN_DIR";

/// Where the project's programs are.
#[derive(Clone, Debug)]
pub struct Binaries {
    /// `hourglass-placement`.
    pub server: PathBuf,
    /// `cluster-agent`.
    pub agent: PathBuf,
    /// `hourglass`.
    pub cli: PathBuf,
}

impl Binaries {
    /// Finds them beside this program (cargo puts test programs one folder deeper), or in `$HOURGLASS_BIN_DIR`.
    ///
    /// # Errors
    /// With the command that builds what is missing.
    pub fn find() -> Result<Self> {
        if let Some(dir) = env::var_os(BIN_DIR_ENV).filter(|dir| !dir.is_empty()) {
            return Self::in_dir(Path::new(&dir));
        }
        let exe = env::current_exe().context("cannot tell where this program is")?;
        let beside = exe.parent().unwrap_or(Path::new("."));
        let dir = if beside.ends_with("deps") {
            beside.parent().unwrap_or(beside)
        } else {
            beside
        };
        Self::in_dir(dir)
    }

    fn in_dir(dir: &Path) -> Result<Self> {
        let found = Self {
            server: dir.join("hourglass-placement"),
            agent: dir.join("cluster-agent"),
            cli: dir.join("hourglass"),
        };
        let missing: Vec<String> = [&found.server, &found.agent, &found.cli]
            .into_iter()
            .filter(|path| !path.is_file())
            .map(|path| path.display().to_string())
            .collect();
        if missing.is_empty() {
            return Ok(found);
        }
        bail!(
            "missing: {}\nbuild them with `cargo build --workspace --bins` (same profile as this program), or set {BIN_DIR_ENV}",
            missing.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_command_that_builds_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hourglass"), "").unwrap();
        let error = Binaries::in_dir(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("cluster-agent") && error.contains("cargo build --workspace --bins"),
            "{error}"
        );
        assert!(!error.contains("hourglass,"), "{error}");
    }
}
