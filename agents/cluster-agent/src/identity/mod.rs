//! Who the agent is towards the server: a key that never leaves it, and a certificate for it.
//!
//! ```text
//! StateStore ──load──▶ Identity ──(none, or ended)──▶ enrol (join token) ──check──▶ save ──▶ publish
//!                         └────────renew (mTLS, before the end)──check──▶ save ──▶ publish
//! ```
//! A new certificate is checked as the server would check it before it is saved and used. Sessions watch what is
//! published and move to it.

mod check;
mod directory;
mod enrol;
mod files;
mod keeper;
mod secret;
mod state;

use std::time::SystemTime;

use hourglass_runtime::tls::{ClientCredential, ClientTls, ClusterIdentity};

pub use check::{InvalidIdentity, check};
pub use enrol::{EnrolError, Enrolment};
pub use keeper::{Keeper, KeeperError};
pub use state::{StateError, StateStore, Stored};

/// A certificate for this cluster and all that belongs to it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Name and uid that the certificate proves.
    pub cluster: ClusterIdentity,
    /// Certificate chain and private key.
    pub credential: ClientCredential,
    /// CA certificates to trust in the server, one or more, in PEM.
    pub ca_pem: String,
    /// When to ask for the next certificate.
    pub renew_after: SystemTime,
    /// When the certificate ends.
    pub not_after: SystemTime,
}

impl Identity {
    /// What a connection needs.
    pub fn client_tls(&self) -> ClientTls {
        ClientTls {
            ca_pem: Some(self.ca_pem.clone()),
            credential: Some(self.credential.clone()),
            ..ClientTls::default()
        }
    }
}
