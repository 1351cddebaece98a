//! An identity is checked as the server will check it, before anything relies on it.

use std::sync::Arc;
use std::time::SystemTime;

use hourglass_runtime::tls::{CaBundle, ClusterIdentity, endpoint, peer_identity};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;

use super::Identity;

/// Why an identity cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidIdentity {
    /// CA bundle, certificate and key are no PEM, or do not fit together.
    #[error(transparent)]
    Credential(#[from] hourglass_runtime::tls::client::ClientError),
    /// The CA bundle cannot be used.
    #[error(transparent)]
    CaBundle(#[from] hourglass_runtime::tls::bundle::BundleError),
    /// The certificate is of another kind.
    #[error(transparent)]
    Name(#[from] hourglass_runtime::tls::IdentityError),
    /// The certificate is for somebody else.
    #[error("the certificate is for {actual}, not for {expected}")]
    OtherCluster {
        /// Whom it is for.
        actual: ClusterIdentity,
        /// Whom it should be for.
        expected: ClusterIdentity,
    },
    /// Its time is over.
    #[error("the certificate has ended")]
    Ended,
    /// None of the CA certificates that came with it vouches for it, or its time is over or not yet come.
    #[error("the certificate is not valid under the CA bundle that came with it: {0}")]
    NotVerified(String),
}

/// Checks everything about `identity` as of `now`: that the key fits the certificate, that the certificate is for
/// `identity.cluster`, within its time, and valid under the identity's own CA bundle.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(identity: &Identity, now: SystemTime) -> Result<(), InvalidIdentity> {
    // Builds a whole client configuration, which fails on damaged PEM and on a key of another certificate.
    endpoint("https://localhost", &identity.client_tls())?;
    let chain = chain(identity)?;
    let named = peer_identity(Some(&chain))?.identity;
    if named != identity.cluster {
        return Err(InvalidIdentity::OtherCluster {
            actual: named,
            expected: identity.cluster.clone(),
        });
    }
    // Certificates are valid through their last second; the time that the server told is the earlier end.
    if identity.not_after <= now {
        return Err(InvalidIdentity::Ended);
    }
    let not_verified = |error: &dyn std::fmt::Display| InvalidIdentity::NotVerified(error.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CaBundle::from_pem(identity.ca_pem.as_bytes())?.certificates() {
        roots
            .add(certificate.clone())
            .map_err(|error| not_verified(&error))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| not_verified(&error))?;
    let since_epoch = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (leaf, intermediates) = chain
        .split_first()
        .ok_or_else(|| not_verified(&"there is none"))?;
    verifier
        .verify_client_cert(leaf, intermediates, UnixTime::since_unix_epoch(since_epoch))
        .map(drop)
        .map_err(|error| not_verified(&error))
}

fn chain(identity: &Identity) -> Result<Vec<CertificateDer<'static>>, InvalidIdentity> {
    CertificateDer::pem_slice_iter(identity.credential.chain_pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|_| InvalidIdentity::NotVerified("its PEM is damaged".to_owned()))
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use hourglass_runtime::tls::{Authority, ClientCredential, new_csr};

    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    pub(in super::super) fn identity(authority: &Authority, cluster: &str, now: SystemTime) -> Identity {
        let cluster = ClusterIdentity::new(cluster, "0b5c-uid").unwrap();
        let (csr, key_pem) = new_csr(&cluster).unwrap();
        let signed = authority.sign_csr(&csr, &cluster, DAY, now).unwrap();
        Identity {
            cluster,
            credential: ClientCredential {
                chain_pem: signed.chain_pem,
                key_pem,
            },
            ca_pem: authority.bundle_pem(),
            renew_after: signed.renew_after,
            not_after: signed.not_after,
        }
    }

    #[test]
    fn only_a_certificate_that_the_server_would_accept_passes() {
        let now = SystemTime::now();
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::open_or_create(directory.path(), now).unwrap();
        let good = identity(&authority, "c1", now);
        check(&good, now).unwrap();

        let ended = check(&good, now + 2 * DAY).unwrap_err();
        assert!(matches!(ended, InvalidIdentity::Ended), "{ended}");
        let claims_longer = Identity {
            not_after: now + 3 * DAY,
            ..good.clone()
        };
        let ended = check(&claims_longer, now + 2 * DAY).unwrap_err();
        assert!(matches!(ended, InvalidIdentity::NotVerified(_)), "{ended}");
        assert!(
            matches!(check(&good, good.not_after), Err(InvalidIdentity::Ended)),
            "to the second"
        );

        let other_key = Identity {
            credential: ClientCredential {
                key_pem: identity(&authority, "c1", now).credential.key_pem,
                ..good.credential.clone()
            },
            ..good.clone()
        };
        assert!(matches!(
            check(&other_key, now),
            Err(InvalidIdentity::Credential(_))
        ));

        let other_cluster = Identity {
            cluster: ClusterIdentity::new("c2", "0b5c-uid").unwrap(),
            ..good.clone()
        };
        assert!(matches!(
            check(&other_cluster, now),
            Err(InvalidIdentity::OtherCluster { .. })
        ));

        let stranger = tempfile::tempdir().unwrap();
        let stranger = Authority::open_or_create(stranger.path(), now).unwrap();
        let other_ca = Identity {
            ca_pem: stranger.bundle_pem(),
            ..good
        };
        assert!(matches!(
            check(&other_ca, now),
            Err(InvalidIdentity::NotVerified(_))
        ));
    }
}
