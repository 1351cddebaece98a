//! What several test files of the testbed need.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// Longer than anything takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Command lines of living processes that mention a path.
pub fn processes_mentioning(path: &Path) -> Vec<String> {
    let needle = path.to_str().expect("temporary paths are UTF-8");
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|cmdline| String::from_utf8_lossy(&cmdline).replace('\0', " "))
        .filter(|cmdline| cmdline.contains(needle))
        .collect()
}

/// Polls until no process mentions the path.
pub fn assert_no_process_mentions(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = processes_mentioning(path);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "still running: {left:#?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
