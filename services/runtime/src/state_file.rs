//! Files of a state directory: private, and either wholly old or wholly new after a crash.
//!
//! All functions block on the disk. Call them at start-up, or from [`tokio::task::spawn_blocking`].

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A file or directory of the state directory could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {operation} {}: {source}", path.display())]
pub struct StateFileError {
    operation: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl StateFileError {
    fn new(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self {
            operation,
            path: path.to_owned(),
            source,
        }
    }

    /// The file or directory that the failed operation was about.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the operating system said.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

/// Makes the directory (mode 0700) and its missing parents. A directory that exists keeps its mode,
/// because a mounted volume's mode is not ours to change.
pub fn create_private_dir(path: &Path) -> Result<(), StateFileError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StateFileError::new("create the directory", path, source))
}

/// Replaces `path` by a file of mode 0600 that holds `contents`, durably and at once: a reader, or a
/// restart after a crash, sees the old contents or the new ones, never a part.
pub fn write_private_file(path: &Path, contents: &[u8]) -> Result<(), StateFileError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let fail = |operation| move |source| StateFileError::new(operation, path, source);

    // tempfile creates with mode 0600, and in the same directory, so that the rename stays in one file system.
    let mut temporary = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(directory)
        .map_err(fail("create a temporary file for"))?;
    temporary.write_all(contents).map_err(fail("write"))?;
    temporary.as_file().sync_all().map_err(fail("flush"))?;
    temporary
        .persist(path)
        .map_err(|error| StateFileError::new("replace", path, error.error))?;
    // The rename itself is durable only once the directory is flushed.
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| StateFileError::new("flush the directory of", path, source))
}

/// The file's contents, or `None` when there is no such file.
pub fn read_optional(path: &Path) -> Result<Option<Vec<u8>>, StateFileError> {
    match std::fs::read(path) {
        Ok(contents) => Ok(Some(contents)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StateFileError::new("read", path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_directory_and_file_are_private() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("a/state");
        create_private_dir(&directory).unwrap();
        let file = directory.join("key");
        write_private_file(&file, b"secret").unwrap();
        assert_eq!(mode(&directory), 0o700);
        assert_eq!(mode(&file), 0o600);
        assert_eq!(read_optional(&file).unwrap().as_deref(), Some(&b"secret"[..]));
    }

    #[test]
    fn replacing_tightens_the_mode_and_leaves_no_temporary_file() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("key");
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_private_file(&file, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(mode(&file), 0o600);
        let names: Vec<_> = std::fs::read_dir(root.path())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(names, ["key"]);
    }

    #[test]
    fn a_failed_write_keeps_the_old_contents_and_names_the_file() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("missing/key");
        let error = write_private_file(&file, b"new").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("missing/key"), "{error}");
        // A directory in the way of the rename: the write fails after the temporary file was made.
        let occupied = root.path().join("occupied");
        std::fs::create_dir(&occupied).unwrap();
        assert!(write_private_file(&occupied, b"new").is_err());
        assert!(occupied.is_dir());
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_file_reads_as_none() {
        let root = tempfile::tempdir().unwrap();
        assert!(read_optional(&root.path().join("none")).unwrap().is_none());
    }
}
