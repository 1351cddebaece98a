//! The state directory belongs to one process, has a format, and is never started anew over lost data.

// A panic in a test is its report, also in what its tests share.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{self, Command};

use hourglass_store::redb::{
    DATABASE_FILE, FORMAT_FILE, FORMAT_VERSION, LOCK_FILE, OpenError, RedbOptions, RedbStore,
};
use hourglass_store::{Batch, CommitSequence, Key, Store as _};
use tempfile::TempDir;

/// Set for a copy of this test binary that shall open the directory named here and say what came of it.
const OPEN_IN_CHILD: &str = "HOURGLASS_STORE_TEST_OPEN";

fn open(directory: &Path) -> Result<RedbStore, OpenError> {
    RedbStore::open(directory, &RedbOptions::default())
}

fn refused(directory: &Path) -> OpenError {
    match open(directory) {
        Err(error) => error,
        Ok(_) => panic!("the store was opened"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A closed store with one key in it.
async fn filled(directory: &Path) {
    let store = open(directory).unwrap();
    let leadership = store.acquire_leadership().await.unwrap();
    let mut batch = Batch::new(CommitSequence::new(1));
    batch.put(Key::new("kept").unwrap(), "value");
    store.commit(&leadership, batch).await.unwrap();
    store.close().await.unwrap();
}

async fn still_filled(directory: &Path) -> bool {
    let store = open(directory).unwrap();
    let found = store.get(&Key::new("kept").unwrap()).await.unwrap();
    store.close().await.unwrap();
    found.is_some()
}

#[tokio::test]
async fn a_new_directory_is_private_and_complete() {
    let root = TempDir::new().unwrap();
    let directory = root.path().join("made/on the way");
    filled(&directory).await;
    assert_eq!(mode(&directory), 0o700);
    for name in [DATABASE_FILE, FORMAT_FILE, LOCK_FILE] {
        assert_eq!(mode(&directory.join(name)), 0o600, "{name}");
    }
    let mut names: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [FORMAT_FILE, LOCK_FILE, DATABASE_FILE],
        "nothing unfinished is left"
    );
    assert!(still_filled(&directory).await);
}

#[tokio::test]
async fn other_files_in_the_directory_are_left_alone() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("ca.pem"), "certificate").unwrap();
    filled(directory.path()).await;
    assert_eq!(fs::read(directory.path().join("ca.pem")).unwrap(), b"certificate");
}

/// Not a test of its own: what the copies of this binary do.
#[test]
fn child_opens_the_directory_it_is_told() {
    let Some(directory) = std::env::var_os(OPEN_IN_CHILD) else {
        return;
    };
    let mut out = std::io::stdout();
    match open(Path::new(&directory)) {
        Ok(_) => writeln!(out, "child: opened").unwrap(),
        Err(error) => writeln!(out, "child: {error}").unwrap(),
    }
}

/// What another process says when it opens the directory.
fn open_in_child(directory: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_opens_the_directory_it_is_told", "--nocapture"])
        .env(OPEN_IN_CHILD, directory)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // The test harness may have begun the line.
    let line = text.lines().find_map(|line| line.split_once("child: "));
    line.unwrap_or_else(|| panic!("the child said nothing: {text}"))
        .1
        .to_owned()
}

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_has_closed() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path()).unwrap();
    let said = open_in_child(directory.path());
    assert!(said.contains(&format!("process {}", process::id())), "{said}");
    assert!(said.contains(directory.path().to_str().unwrap()), "{said}");
    match refused(directory.path()) {
        OpenError::Locked {
            directory: named,
            holder,
        } => {
            assert_eq!(named, directory.path());
            assert_eq!(holder.process_id(), Some(process::id()));
        }
        other => panic!("{other}"),
    }
    assert!(
        store.newest_revision().await.is_ok(),
        "the first one is not disturbed"
    );
    store.close().await.unwrap();
    assert_eq!(open_in_child(directory.path()), "opened");
    let store = open(directory.path()).unwrap();
    drop(store);
    assert_eq!(
        open_in_child(directory.path()),
        "opened",
        "dropping releases the directory, too"
    );
}

#[tokio::test]
async fn a_lock_file_without_a_live_holder_locks_nobody_out() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join(LOCK_FILE), "999999\n").unwrap();
    filled(directory.path()).await;
}

#[tokio::test]
async fn lost_data_is_not_replaced_by_an_empty_store() {
    let directory = TempDir::new().unwrap();
    filled(directory.path()).await;
    fs::rename(
        directory.path().join(DATABASE_FILE),
        directory.path().join("elsewhere"),
    )
    .unwrap();
    let error = refused(directory.path());
    assert!(matches!(error, OpenError::DatabaseMissing { .. }), "{error}");
    assert!(error.to_string().contains("backup"), "{error}");
    assert!(!directory.path().join(DATABASE_FILE).exists());
    fs::rename(
        directory.path().join("elsewhere"),
        directory.path().join(DATABASE_FILE),
    )
    .unwrap();
    assert!(still_filled(directory.path()).await);
}

#[tokio::test]
async fn an_interrupted_first_start_is_finished() {
    // Before the database was whole: it starts again.
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("store.redb.new"), "half a database").unwrap();
    filled(directory.path()).await;
    // After that, and before the format file was written: the data counts.
    fs::remove_file(directory.path().join(FORMAT_FILE)).unwrap();
    assert!(still_filled(directory.path()).await);
    assert!(directory.path().join(FORMAT_FILE).exists());
}

#[tokio::test]
async fn another_format_is_refused_by_number() {
    let directory = TempDir::new().unwrap();
    filled(directory.path()).await;
    let format = directory.path().join(FORMAT_FILE);
    let written = fs::read_to_string(&format).unwrap();
    let newer = FORMAT_VERSION + 1;
    for other in [FORMAT_VERSION - 1, newer] {
        fs::write(
            &format,
            written.replace(&FORMAT_VERSION.to_string(), &other.to_string()),
        )
        .unwrap();
        let error = refused(directory.path());
        assert!(
            matches!(error, OpenError::UnsupportedFormat { found, .. } if found == other),
            "{error}"
        );
        for what in ["run the release that wrote it", "start with an empty directory"] {
            assert!(error.to_string().contains(what), "{error}");
        }
    }

    fs::write(&format, "something else").unwrap();
    let error = refused(directory.path());
    assert!(
        matches!(&error, OpenError::Damaged { file, .. } if *file == format),
        "{error}"
    );

    // The file of the data says it as well, for when somebody moved it.
    fs::write(&format, written).unwrap();
    let database = redb::Database::open(directory.path().join(DATABASE_FILE)).unwrap();
    let transaction = database.begin_write().unwrap();
    let table: redb::TableDefinition<'_, &str, u64> = redb::TableDefinition::new("meta");
    transaction
        .open_table(table)
        .unwrap()
        .insert("format", newer)
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = refused(directory.path());
    assert!(
        matches!(error, OpenError::UnsupportedFormat { found, .. } if found == newer),
        "{error}"
    );
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_what_to_do_and_kept() {
    let directory = TempDir::new().unwrap();
    filled(directory.path()).await;
    let database = directory.path().join(DATABASE_FILE);
    let whole = fs::read(&database).unwrap();
    let mut flipped = whole.clone();
    let at = (0..whole.len())
        .find(|&at| whole[at..].starts_with(b"kept"))
        .unwrap();
    flipped[at] ^= 4;
    for damaged in [
        Vec::new(),
        b"garbage".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        vec![7; whole.len()],
        flipped,
    ] {
        fs::write(&database, &damaged).unwrap();
        let error = refused(directory.path());
        assert!(
            matches!(&error, OpenError::Damaged { file, .. } if *file == database),
            "{error:?}"
        );
        let text = error.to_string();
        assert!(
            text.contains("restore it from a backup") && text.contains(database.to_str().unwrap()),
            "{text}"
        );
        assert!(
            fs::read(&database).unwrap() == damaged,
            "the damaged file is left as it is"
        );
    }
    fs::write(&database, &whole).unwrap();
    assert!(still_filled(directory.path()).await);
}

#[tokio::test]
async fn a_redb_file_of_something_else_is_refused() {
    let directory = TempDir::new().unwrap();
    drop(redb::Database::create(directory.path().join(DATABASE_FILE)).unwrap());
    let error = refused(directory.path());
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("not one of a store"), "{error}");
}

#[test]
fn a_directory_that_cannot_be_used_is_named() {
    let root = TempDir::new().unwrap();
    let file = root.path().join("file");
    File::create(&file).unwrap();
    for path in [file.clone(), file.join("below")] {
        match refused(&path) {
            OpenError::Directory { directory, .. } => assert_eq!(directory, path),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn options_that_make_no_sense_are_all_named_at_once() {
    let root = TempDir::new().unwrap();
    let options = RedbOptions {
        group_batches: 0,
        history_changes: 0,
        ..RedbOptions::default()
    };
    match RedbStore::open(&root.path().join("never"), &options) {
        Err(OpenError::Options { wrong }) => assert_eq!(wrong, ["history_changes", "group_batches"]),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the store was opened"),
    }
    assert!(!root.path().join("never").exists());
}
