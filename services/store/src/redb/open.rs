//! Opening: what is whole is opened, what is missing is made only where nothing was, and all else is refused
//! with what to do about it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, Durability, ReadableDatabase, ReadableTableMetadata, StorageBackend};

use super::apply::State;
use super::directory::{Contents, Directory, FORMAT_VERSION, Holder};
use super::failure::{damaged, panic_text, storage};
use super::options::RedbOptions;
use super::shared::OpenFile;
use super::tables::{DATA, LOG, Meta, WriteTables, read_format};
use crate::StoreError;

/// Why a store was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// An option makes no sense.
    #[error("these options of the store must be above zero and not absurd: {}", .wrong.join(", "))]
    Options {
        /// Their names.
        wrong: Vec<&'static str>,
    },
    /// Two processes on one store would destroy it.
    #[error("the state directory {} is in use by {holder}: stop that first, or use another directory", .directory.display())]
    Locked {
        /// The directory.
        directory: PathBuf,
        /// Who holds it.
        holder: Holder,
    },
    /// The directory cannot be used.
    #[error("cannot {doing} (state directory {}): {source}", .directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// The directory says that it holds a store, and the data is gone. Starting with an empty store would
    /// look like the wish to forget everything.
    #[error(
        "{} is missing although its directory was in use: the data was moved or lost. Restore it from a backup, or \
         give the store a new, empty directory to start from nothing", .database.display()
    )]
    DatabaseMissing {
        /// Where the data should be.
        database: PathBuf,
    },
    /// Another release wrote this.
    #[error(
        "the store in {} has format {found} and this release reads format {FORMAT_VERSION}: run the release that wrote \
         it, restore a backup made by this one, or start with an empty directory", .directory.display()
    )]
    UnsupportedFormat {
        /// The directory.
        directory: PathBuf,
        /// The format that it says it has.
        found: u64,
    },
    /// What is there is not whole. It was left as it is.
    #[error(
        "{} is damaged: {what}. Keep a copy of the directory, restore it from a backup, and start the server once \
         with --raise-incarnation after that", .file.display()
    )]
    Damaged {
        /// The damaged file.
        file: PathBuf,
        /// What was found.
        what: String,
    },
    /// Reading or writing failed; the data may well be whole.
    #[error("cannot open {}: {source}", .file.display())]
    Storage {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        source: StoreError,
    },
}

/// Opens the store of a directory, or makes one where there was none.
pub(super) fn open_directory(path: &Path, options: &RedbOptions) -> Result<(OpenFile, State), OpenError> {
    options.validate()?;
    let (directory, lock) = Directory::hold(path)?;
    let contents = directory.contents()?;
    if contents == Contents::Nothing {
        let file = directory.create_unfinished()?;
        let created = file_backend(file).and_then(|backend| create(backend, options));
        let created =
            created.and_then(|database| database.close().map_err(storage("close the new database")));
        created.map_err(|source| OpenError::Storage {
            file: directory.database_path(),
            source,
        })?;
        directory.finish()?;
    }
    let file = directory.open_database()?;
    let (database, state) = file_backend(file)
        .map_err(Refused::Store)
        .and_then(|backend| open(backend, options))
        .map_err(|error| refuse(directory.database_path(), path, error))?;
    if contents != Contents::Store {
        directory.mark()?;
    }
    tracing::info!(
        directory = %path.display(), revision = %state.meta.revision, term = %state.meta.term,
        incarnation = %state.meta.incarnation, "opened the store"
    );
    Ok((
        OpenFile {
            database,
            lock: Some(lock),
        },
        state,
    ))
}

fn file_backend(file: std::fs::File) -> Result<FileBackend, StoreError> {
    FileBackend::new(file).map_err(storage("open the file"))
}

fn builder(options: &RedbOptions) -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(options.cache_bytes)
        .set_check_integrity_on_open(options.verify_on_open);
    builder
}

/// Makes a new database on an empty backend.
pub(super) fn create(backend: impl StorageBackend, options: &RedbOptions) -> Result<Database, StoreError> {
    let database = builder(options)
        .create_with_backend(backend)
        .map_err(storage("create the database"))?;
    let mut transaction = database.begin_write().map_err(storage("begin to write"))?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(storage("ask for a durable write"))?;
    transaction.set_quick_repair(true);
    {
        let mut tables = WriteTables::open(&transaction)?;
        tables.write_format(FORMAT_VERSION)?;
        tables.write_meta(None, &Meta::initial())?;
    }
    transaction.commit().map_err(storage("commit the new tables"))?;
    Ok(database)
}

/// Why an existing database was not opened.
#[derive(Debug)]
pub(super) enum Refused {
    Store(StoreError),
    Format { found: u64 },
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Opens an existing database and checks that it is whole. An empty backend counts as damaged, not as new.
pub(super) fn open(
    backend: impl StorageBackend,
    options: &RedbOptions,
) -> Result<(Database, State), Refused> {
    let bytes = backend.len().map_err(storage("measure the database"))?;
    if bytes == 0 {
        return Err(damaged("the file is empty").into());
    }
    // redb gives errors, not panics, for a file whose checksums it verifies, but its debug assertions fire
    // before that, and without `verify_on_open` it may panic in any build. Nothing outlives a panic here but
    // the backend.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let database = builder(options)
            .create_with_backend(backend)
            .map_err(damage("open the database"))?;
        let state = check(&database)?;
        Ok((database, state))
    }));
    opened.unwrap_or_else(|payload| Err(damaged(panic_text(&*payload)).into()))
}

/// redb reports a wrong magic number as invalid data, and a file that is cut short as an early end.
fn damage(doing: &'static str) -> impl Fn(redb::DatabaseError) -> StoreError {
    move |error| match error.into() {
        redb::Error::Io(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            damaged(error.to_string())
        }
        redb::Error::UpgradeRequired(version) => {
            damaged(format!("it is a redb file of old format {version}"))
        }
        other => storage(doing)(other),
    }
}

fn check(database: &Database) -> Result<State, Refused> {
    let transaction = database.begin_read().map_err(storage("begin to read"))?;
    match read_format(&transaction)? {
        Some(FORMAT_VERSION) => {}
        Some(found) => return Err(Refused::Format { found }),
        None => return Err(damaged("it is a redb file, but not one of a store").into()),
    }
    let meta = Meta::read(&transaction)?;
    let log = transaction
        .open_table(LOG)
        .map_err(storage("open the change log"))?;
    transaction.open_table(DATA).map_err(storage("open the data"))?;
    let changes = log.len().map_err(storage("count the change log"))?;
    if changes != meta.log_changes {
        let what = format!(
            "its change log has {changes} entries and should have {}",
            meta.log_changes
        );
        return Err(damaged(what).into());
    }
    if meta.compacted > meta.revision {
        return Err(damaged("its history begins after its newest revision").into());
    }
    Ok(State { meta, leader: None })
}

fn refuse(file: PathBuf, directory: &Path, refused: Refused) -> OpenError {
    match refused {
        Refused::Format { found } => OpenError::UnsupportedFormat {
            directory: directory.to_owned(),
            found,
        },
        Refused::Store(StoreError::Damaged { what }) => OpenError::Damaged {
            file,
            what: what.to_string(),
        },
        Refused::Store(source) => OpenError::Storage { file, source },
    }
}
