//! A test that panics leaves its logs and nothing else. Alone in its file: a panic keeps the logs of every run that lives
//! in the same process.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use common::assert_no_process_mentions;
use hourglass_testbed::{Cluster, Profile};

#[test]
fn a_panic_ends_the_cluster_and_keeps_its_logs() {
    let mut seen = PathBuf::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let cluster = Cluster::start("doomed", &Profile::builtin("sgx").unwrap())
                .await
                .unwrap();
            seen = cluster.dir().to_owned();
            panic!("a test fails here on purpose");
        });
    }));
    assert!(outcome.is_err());
    assert_no_process_mentions(&seen);
    assert!(seen.join("logs/kube-apiserver.log").exists(), "logs are kept");
    assert!(!seen.join("etcd").exists(), "state is not");
    std::fs::remove_dir_all(seen.parent().unwrap()).unwrap();
}
