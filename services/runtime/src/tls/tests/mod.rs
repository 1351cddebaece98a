//! Tests of TLS over real connections.

mod authority;
mod handshake;
mod reload;

use std::time::{Duration, SystemTime};

use super::{Authority, ClusterIdentity};

const UID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn now() -> SystemTime {
    SystemTime::now()
}

fn new_authority() -> (tempfile::TempDir, Authority) {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::open_or_create(&directory.path().join("ca"), now()).unwrap();
    (directory, authority)
}

fn identity(cluster: &str) -> ClusterIdentity {
    ClusterIdentity::new(cluster, UID).unwrap()
}
