//! Who calls: administrators by bearer token, agents by client certificate.

use std::fmt;
use std::sync::Arc;

use hourglass_model::ids::{ClusterName, ClusterUid};
use hourglass_runtime::tls::{ClusterIdentity, IdentityError, PeerInfo, peer_identity};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tonic::metadata::MetadataMap;
use tonic::service::Interceptor;
use tonic::{Code, Request, Status};

use super::errors::{Failure, Reason};
use crate::sessions::control::AgentIdentity;

/// Metadata by which an agent names its cluster where there are no certificates.
pub const CLUSTER_KEY: &str = "hourglass-cluster";
/// Metadata by which an agent names its cluster's identity where there are no certificates.
pub const CLUSTER_UID_KEY: &str = "hourglass-cluster-uid";

/// What callers are checked against. Holds hashes, never the secrets.
#[derive(Clone)]
pub struct Credentials {
    admin_token_sha256: [u8; 32],
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials(…)")
    }
}

/// A text that is not a SHA-256 in hex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its hash must be 64 hex digits")]
pub struct InvalidHash;

impl Credentials {
    /// The administrator's token by its SHA-256, hex.
    ///
    /// # Errors
    /// [`InvalidHash`] when the text is something else.
    pub fn from_sha256_hex(text: &str) -> Result<Self, InvalidHash> {
        let mut admin_token_sha256 = [0; 32];
        hex::decode_to_slice(text, &mut admin_token_sha256).map_err(|_| InvalidHash)?;
        Ok(Self { admin_token_sha256 })
    }

    fn admits(&self, token: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        // Every byte is looked at, whatever the first ones were.
        let difference = given
            .iter()
            .zip(&self.admin_token_sha256)
            .fold(0, |all, (left, right)| all | (left ^ right));
        difference == 0
    }
}

/// Lets only calls with the administrator's bearer token through.
#[derive(Clone, Debug)]
pub struct RequireBearer(Arc<Credentials>);

impl RequireBearer {
    /// Checks against these.
    pub fn new(credentials: Arc<Credentials>) -> Self {
        Self(credentials)
    }
}

impl Interceptor for RequireBearer {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let token = bearer_token(request.metadata())?;
        if self.0.admits(token) {
            return Ok(request);
        }
        let message =
            "the bearer token is not valid; use the one in admin.token of the server's state directory";
        Err(Failure::new(Code::Unauthenticated, Reason::CredentialsInvalid, message).into())
    }
}

fn bearer_token(metadata: &MetadataMap) -> Result<&str, Status> {
    let missing = || {
        let message = "this call needs the metadata \"authorization: Bearer TOKEN\"";
        Status::from(Failure::new(
            Code::Unauthenticated,
            Reason::CredentialsMissing,
            message,
        ))
    };
    let mut values = metadata.get_all("authorization").iter();
    // Of two headers nobody can say which one was meant.
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(missing());
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() {
        Ok(token.trim())
    } else {
        Err(missing())
    }
}

/// How agents prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentAuthentication {
    /// By the certificate of their connection.
    Certificates,
    /// Not at all: they say it in metadata. Only behind `--insecure-plaintext`, which holds on a loopback address only.
    Metadata,
}

impl AgentAuthentication {
    /// The agent that made `request`.
    ///
    /// # Errors
    /// UNAUTHENTICATED when it proves nothing, or something else than a cluster.
    pub fn identify<T>(self, request: &Request<T>) -> Result<AgentIdentity, Status> {
        match self {
            Self::Certificates => {
                let peer = request.extensions().get::<PeerInfo>();
                let chain = peer.and_then(|peer| peer.certificates.as_deref());
                let found = peer_identity(chain).map_err(|error| no_identity(&error))?;
                agent(&found.identity, Timestamp::try_from(found.not_after).ok())
            }
            Self::Metadata => {
                let text = |key: &str| {
                    request
                        .metadata()
                        .get(key)
                        .and_then(|value| value.to_str().ok())
                        .unwrap_or_default()
                        .to_owned()
                };
                let (cluster, cluster_uid) = (text(CLUSTER_KEY), text(CLUSTER_UID_KEY));
                if cluster.is_empty() || cluster_uid.is_empty() {
                    let message = format!(
                        "without TLS an agent names itself in the metadata {CLUSTER_KEY} and {CLUSTER_UID_KEY}"
                    );
                    return Err(
                        Failure::new(Code::Unauthenticated, Reason::CredentialsMissing, message).into(),
                    );
                }
                let identity =
                    ClusterIdentity::new(cluster, cluster_uid).map_err(|error| no_identity(&error))?;
                agent(&identity, None)
            }
        }
    }
}

fn agent(
    identity: &ClusterIdentity,
    certificate_expire_time: Option<Timestamp>,
) -> Result<AgentIdentity, Status> {
    let refused = |error: &dyn fmt::Display| {
        Status::from(Failure::new(
            Code::Unauthenticated,
            Reason::CredentialsInvalid,
            error.to_string(),
        ))
    };
    Ok(AgentIdentity {
        cluster: ClusterName::new(identity.cluster()).map_err(|error| refused(&error))?,
        cluster_uid: ClusterUid::new(identity.cluster_uid()).map_err(|error| refused(&error))?,
        certificate_expire_time,
    })
}

fn no_identity(error: &IdentityError) -> Status {
    let reason = match error {
        IdentityError::NoCertificate => Reason::CredentialsMissing,
        _ => Reason::CredentialsInvalid,
    };
    let message = format!("{error}; enrol the agent with a join token");
    Failure::new(Code::Unauthenticated, reason, message).into()
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt as _;

    use super::*;

    fn call(headers: &[&str]) -> Result<(), Status> {
        let hash = hex::encode(Sha256::digest("hga_secret"));
        let credentials = Credentials::from_sha256_hex(&hash).unwrap();
        let mut request = Request::new(());
        for header in headers {
            request
                .metadata_mut()
                .append("authorization", header.parse().unwrap());
        }
        RequireBearer::new(Arc::new(credentials)).call(request).map(drop)
    }

    fn reason(status: &Status) -> String {
        status.get_error_details().error_info().unwrap().reason.clone()
    }

    #[test]
    fn only_a_whole_hash_is_taken() {
        for bad in ["", "abc", &"0".repeat(63), &"g".repeat(64), &"0".repeat(66)] {
            assert_eq!(
                Credentials::from_sha256_hex(bad).err(),
                Some(InvalidHash),
                "{bad}"
            );
        }
    }

    #[test]
    fn the_right_token_passes() {
        assert!(call(&["Bearer hga_secret"]).is_ok());
        assert!(call(&["bearer  hga_secret "]).is_ok());
    }

    #[test]
    fn anything_else_is_unauthenticated_and_says_why() {
        for (headers, expected) in [
            (&[][..], "CREDENTIALS_MISSING"),
            (&["hga_secret"], "CREDENTIALS_MISSING"),
            (&["Basic hga_secret"], "CREDENTIALS_MISSING"),
            (&["Bearer "], "CREDENTIALS_MISSING"),
            (&["Bearer hga_secret", "Bearer hga_secret"], "CREDENTIALS_MISSING"),
            (&["Bearer hga_secre"], "CREDENTIALS_INVALID"),
            (&["Bearer hga_secret2"], "CREDENTIALS_INVALID"),
        ] {
            let status = call(headers).unwrap_err();
            assert_eq!(
                (status.code(), reason(&status).as_str()),
                (Code::Unauthenticated, expected),
                "{headers:?}"
            );
            assert!(
                !status.message().contains("hga_secre"),
                "the token does not come back in the error"
            );
        }
    }

    #[test]
    fn without_a_certificate_an_agent_is_nobody() {
        let mut request = Request::new(());
        request
            .metadata_mut()
            .insert(CLUSTER_KEY, "eu-1".parse().unwrap());
        request
            .metadata_mut()
            .insert(CLUSTER_UID_KEY, "uid-1".parse().unwrap());
        let status = AgentAuthentication::Certificates.identify(&request).unwrap_err();
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unauthenticated, "CREDENTIALS_MISSING")
        );
    }

    #[test]
    fn metadata_counts_only_where_it_is_asked_for() {
        let mut request = Request::new(());
        let status = AgentAuthentication::Metadata.identify(&request).unwrap_err();
        assert_eq!(reason(&status), "CREDENTIALS_MISSING");
        request
            .metadata_mut()
            .insert(CLUSTER_KEY, "eu-1".parse().unwrap());
        request
            .metadata_mut()
            .insert(CLUSTER_UID_KEY, "uid-1".parse().unwrap());
        let agent = AgentAuthentication::Metadata.identify(&request).unwrap();
        assert_eq!(
            (agent.cluster.as_str(), agent.cluster_uid.as_str()),
            ("eu-1", "uid-1")
        );
        request
            .metadata_mut()
            .insert(CLUSTER_KEY, "EU/1".parse().unwrap());
        let status = AgentAuthentication::Metadata.identify(&request).unwrap_err();
        assert_eq!(reason(&status), "CREDENTIALS_INVALID");
    }
}
