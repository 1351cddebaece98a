//! The state directory: who holds it, and which format it has.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process;

use super::open::OpenError;

/// Locked for as long as a process has the store open; holds that process's id as text.
pub const LOCK_FILE: &str = "LOCK";
/// Says, as text, that the directory holds a store and of which format.
pub const FORMAT_FILE: &str = "FORMAT";
/// The data.
pub const DATABASE_FILE: &str = "store.redb";
/// The format that this release reads and writes: of the file, and of the keys and records that the placement service
/// keeps in it, so that neither half is ever read as what it is not. 2 stores a placement as two values.
pub const FORMAT_VERSION: u64 = 2;

/// A new database is made under this name and renamed once it is whole, so that the real name never holds
/// half a one.
const UNFINISHED_FILE: &str = "store.redb.new";
const FORMAT_START: &str = "hourglass-store redb ";
const OWNER_ONLY: u32 = 0o600;

/// The right to be the only process in the directory; dropping it, or dying, gives it back.
#[derive(Debug)]
pub(super) struct DirectoryLock {
    _file: File,
}

/// What a state directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// No store was ever finished here.
    Nothing,
    /// A database, and the format file that is written after it.
    Store,
    /// A database whose format file was not written, because the process that made it was stopped in between.
    Unmarked,
}

/// A state directory that this process holds.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
}

impl Directory {
    /// Makes the directory (mode 0700) if it is missing, and locks it.
    pub fn hold(path: &Path) -> Result<(Self, DirectoryLock), OpenError> {
        let directory = Self {
            path: path.to_owned(),
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(directory.failed("create the state directory"))?;
        let metadata = fs::metadata(path).map_err(directory.failed("look at the state directory"))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o007 != 0 {
            tracing::warn!(directory = %path.display(), "every user can reach the state directory (mode {mode:o}); chmod 700");
        }
        let lock = directory.lock()?;
        Ok((directory, lock))
    }

    fn lock(&self) -> Result<DirectoryLock, OpenError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(OWNER_ONLY)
            .open(self.path.join(LOCK_FILE))
            .map_err(self.failed("open the lock file"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let holder = file
                    .read_to_string(&mut text)
                    .ok()
                    .and_then(|_| text.trim().parse().ok());
                return Err(OpenError::Locked {
                    directory: self.path.clone(),
                    holder: Holder(holder),
                });
            }
            Err(TryLockError::Error(source)) => return Err(self.failed("lock the state directory")(source)),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", process::id()))
            .map_err(self.failed("write the lock file"))?;
        Ok(DirectoryLock { _file: file })
    }

    pub fn database_path(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }

    /// Looks at what is there, and refuses what this release must not touch.
    pub fn contents(&self) -> Result<Contents, OpenError> {
        let database = self.exists(DATABASE_FILE)?;
        let format = match fs::read(self.path.join(FORMAT_FILE)) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(self.failed("read the format file")(error)),
        };
        match (format, database) {
            (None, false) => Ok(Contents::Nothing),
            (None, true) => Ok(Contents::Unmarked),
            (Some(text), database) => {
                self.check_format(&text)?;
                if database {
                    Ok(Contents::Store)
                } else {
                    Err(OpenError::DatabaseMissing {
                        database: self.database_path(),
                    })
                }
            }
        }
    }

    fn check_format(&self, text: &str) -> Result<(), OpenError> {
        let version = text
            .strip_prefix(FORMAT_START)
            .and_then(|version| version.trim_end().parse().ok());
        match version {
            Some(FORMAT_VERSION) => Ok(()),
            Some(found) => Err(OpenError::UnsupportedFormat {
                directory: self.path.clone(),
                found,
            }),
            None => Err(OpenError::Damaged {
                file: self.path.join(FORMAT_FILE),
                what: "it is not the format file of a store".to_owned(),
            }),
        }
    }

    /// An empty file, under a name that is not yet the real one, for a new database.
    pub fn create_unfinished(&self) -> Result<File, OpenError> {
        let path = self.path.join(UNFINISHED_FILE);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.failed("remove an unfinished database")(error)),
        }
        OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(OWNER_ONLY)
            .open(path)
            .map_err(self.failed("create the database"))
    }

    /// Gives the finished database its real name.
    pub fn finish(&self) -> Result<(), OpenError> {
        fs::rename(self.path.join(UNFINISHED_FILE), self.database_path())
            .and_then(|()| self.sync())
            .map_err(self.failed("name the database"))
    }

    /// Writes the format file; the database is already durable.
    pub fn mark(&self) -> Result<(), OpenError> {
        let unfinished = self.path.join("FORMAT.new");
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(OWNER_ONLY)
                .open(&unfinished)?;
            writeln!(file, "{FORMAT_START}{FORMAT_VERSION}")?;
            file.sync_all()?;
            fs::rename(&unfinished, self.path.join(FORMAT_FILE))?;
            self.sync()
        };
        write().map_err(self.failed("write the format file"))
    }

    pub fn open_database(&self) -> Result<File, OpenError> {
        OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.database_path())
            .map_err(self.failed("open the database"))
    }

    fn exists(&self, name: &str) -> Result<bool, OpenError> {
        self.path
            .join(name)
            .try_exists()
            .map_err(self.failed("look at the state directory"))
    }

    // Names are durable only once their directory is.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn failed(&self, doing: &'static str) -> impl Fn(io::Error) -> OpenError {
        let directory = self.path.clone();
        move |source| OpenError::Directory {
            directory: directory.clone(),
            doing,
            source,
        }
    }
}

/// Who holds a directory, as far as its lock file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder(Option<u32>);

impl Holder {
    /// The process id; `None` when the holder has not written it (yet).
    pub fn process_id(self) -> Option<u32> {
        self.0
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(process_id) => write!(f, "process {process_id}"),
            None => f.write_str("another process"),
        }
    }
}
