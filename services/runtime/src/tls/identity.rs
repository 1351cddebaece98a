//! Who a certificate speaks for. An agent's certificate names its cluster by the URI
//! `hourglass://cluster/<cluster name>/<cluster uid>` as its only subject alternative name, and by the
//! cluster's name as its common name.

use std::fmt;
use std::time::SystemTime;

use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

use super::x509;

const CLUSTER_PREFIX: &str = "hourglass://cluster/";

/// A cluster as its agent proves it: the name, and the UID of the cluster's `kube-system` namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClusterIdentity {
    cluster: String,
    cluster_uid: String,
}

/// The identity in a certificate, and until when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerIdentity {
    /// Whose certificate it is.
    pub identity: ClusterIdentity,
    /// When the certificate ends. A connection that outlives this must be ended.
    pub not_after: SystemTime,
}

/// Why there is no identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The peer presented no certificate.
    #[error("the peer presented no client certificate")]
    NoCertificate,
    /// The certificate is damaged.
    #[error("the client certificate cannot be parsed")]
    Damaged,
    /// The certificate is one of another kind.
    #[error("the client certificate has no URI {CLUSTER_PREFIX}<cluster>/<uid> as its only alternative name")]
    NoClusterUri,
    /// Common name and URI differ.
    #[error("the client certificate's common name {common_name:?} is not its cluster {cluster:?}")]
    CommonName {
        /// What the certificate says.
        common_name: String,
        /// The cluster of its URI.
        cluster: String,
    },
    /// Not a cluster's name.
    #[error(
        "{0:?} is no cluster name: 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit"
    )]
    ClusterName(String),
    /// Not a UID.
    #[error("{0:?} is no cluster uid: 1 to 64 of a-z, A-Z, 0-9 and '-'")]
    ClusterUid(String),
}

impl ClusterIdentity {
    /// Checks the name (an RFC 1123 label) and the uid.
    pub fn new(cluster: impl Into<String>, cluster_uid: impl Into<String>) -> Result<Self, IdentityError> {
        let (cluster, cluster_uid) = (cluster.into(), cluster_uid.into());
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = (1..=63).contains(&cluster.len())
            && cluster.bytes().all(inner)
            && !cluster.starts_with('-')
            && !cluster.ends_with('-');
        if !is_label {
            return Err(IdentityError::ClusterName(cluster));
        }
        let is_uid = (1..=64).contains(&cluster_uid.len())
            && cluster_uid
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_uid {
            return Err(IdentityError::ClusterUid(cluster_uid));
        }
        Ok(Self { cluster, cluster_uid })
    }

    /// The cluster's name.
    pub fn cluster(&self) -> &str {
        &self.cluster
    }

    /// The UID of the cluster's `kube-system` namespace.
    pub fn cluster_uid(&self) -> &str {
        &self.cluster_uid
    }

    /// The URI that stands for it in a certificate.
    pub fn uri(&self) -> String {
        self.to_string()
    }

    /// Reads [`ClusterIdentity::uri`].
    pub fn from_uri(uri: &str) -> Result<Self, IdentityError> {
        let path = uri
            .strip_prefix(CLUSTER_PREFIX)
            .ok_or(IdentityError::NoClusterUri)?;
        let (cluster, cluster_uid) = path.split_once('/').ok_or(IdentityError::NoClusterUri)?;
        Self::new(cluster, cluster_uid)
    }
}

impl fmt::Display for ClusterIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{CLUSTER_PREFIX}{}/{}", self.cluster, self.cluster_uid)
    }
}

/// The identity of the peer with this chain (own certificate first), as in
/// [`super::PeerInfo::certificates`]. The chain must have been verified in the handshake.
pub fn peer_identity(chain: Option<&[CertificateDer<'_>]>) -> Result<PeerIdentity, IdentityError> {
    let leaf = chain.and_then(<[_]>::first).ok_or(IdentityError::NoCertificate)?;
    let leaf = x509::parse(leaf).ok_or(IdentityError::Damaged)?;
    let identity = ClusterIdentity::from_uri(only_uri(&leaf)?)?;
    let mut common_names = leaf
        .subject()
        .iter_common_name()
        .map(|name| name.as_str().unwrap_or_default());
    match (common_names.next(), common_names.next()) {
        (Some(name), None) if name == identity.cluster => {}
        (name, _) => {
            let common_name = name.unwrap_or_default().to_owned();
            return Err(IdentityError::CommonName {
                common_name,
                cluster: identity.cluster,
            });
        }
    }
    Ok(PeerIdentity {
        identity,
        not_after: x509::not_after(&leaf),
    })
}

fn only_uri<'der>(certificate: &'der X509Certificate<'_>) -> Result<&'der str, IdentityError> {
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| IdentityError::Damaged)?;
    match names.map(|names| names.value.general_names.as_slice()) {
        Some([GeneralName::URI(uri)]) => Ok(uri),
        _ => Err(IdentityError::NoClusterUri),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UID: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    #[test]
    fn a_uri_is_read_as_it_was_written() {
        let identity = ClusterIdentity::new("eu-west-1", UID).unwrap();
        assert_eq!(identity.uri(), format!("hourglass://cluster/eu-west-1/{UID}"));
        assert_eq!(ClusterIdentity::from_uri(&identity.uri()).unwrap(), identity);
    }

    #[test]
    fn names_and_uris_that_could_mislead_are_refused() {
        for cluster in ["", "-a", "a-", "A", "a.b", "a/b", "a b", "é", &"a".repeat(64)] {
            assert_eq!(
                ClusterIdentity::new(cluster, UID),
                Err(IdentityError::ClusterName(cluster.to_owned())),
                "{cluster:?}"
            );
        }
        for uid in ["", "a/b", "a b", "a%2f", &"a".repeat(65)] {
            assert_eq!(
                ClusterIdentity::new("a", uid),
                Err(IdentityError::ClusterUid(uid.to_owned()))
            );
        }
        for uri in [
            "",
            "hourglass://cluster/a",
            "https://cluster/a/b",
            "hourglass://clusters/a/b",
        ] {
            assert_eq!(
                ClusterIdentity::from_uri(uri),
                Err(IdentityError::NoClusterUri),
                "{uri:?}"
            );
        }
        assert!(ClusterIdentity::from_uri(&format!("hourglass://cluster/a/{UID}/more")).is_err());
    }

    #[test]
    fn no_chain_means_no_identity() {
        assert_eq!(peer_identity(None), Err(IdentityError::NoCertificate));
        assert_eq!(peer_identity(Some(&[])), Err(IdentityError::NoCertificate));
        let broken = [CertificateDer::from(vec![0x30, 0x00])];
        assert_eq!(peer_identity(Some(&broken)), Err(IdentityError::Damaged));
    }
}
