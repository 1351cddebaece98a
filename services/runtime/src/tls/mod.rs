//! TLS for every connection of ours: a listener whose certificates change while it runs, a small
//! certificate authority, the identities in certificates, and the client's side.
//!
//! ```text
//! Authority ──issues──▶ ServerCredential ──▶ TlsAcceptor ──▶ Listener ──▶ tonic
//! CertificateReloader (files) ───────────────────▲   requests carry PeerInfo ──▶ peer_identity
//! ```

pub mod acceptor;
pub mod authority;
pub mod bundle;
pub mod client;
pub mod connection;
pub mod credential;
mod csr;
pub mod identity;
pub mod issue;
pub mod listener;
mod pem;
pub mod plaintext;
pub mod provider;
pub mod reload;
pub mod renewal;
mod x509;

pub use acceptor::TlsAcceptor;
pub use authority::{Authority, AuthorityError};
pub use bundle::CaBundle;
pub use client::{ClientCredential, ClientTls, endpoint};
pub use connection::{Connection, PeerInfo};
pub use credential::{CredentialError, ServerCredential};
pub use csr::{CsrError, new_csr};
pub use identity::{ClusterIdentity, IdentityError, PeerIdentity, peer_identity};
pub use issue::{IssuedCertificate, SignedCertificate};
pub use listener::{HandshakeLimits, Listener};
pub use plaintext::{PlaintextError, check_plaintext, check_plaintext_target};
pub use provider::install_crypto_provider;
pub use reload::{CertificateFiles, CertificateReloader};
pub use renewal::keep_server_certificate_fresh;

#[cfg(test)]
mod tests;
