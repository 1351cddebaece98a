//! The two calls by which certificates come: `Enroll` with a join token, `RenewCertificate` with the certificate
//! that is about to end. The key is made here and stays here; only the request for a certificate travels.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hourglass_proto::fleet::v1::agent_service_client::AgentServiceClient;
use hourglass_proto::fleet::v1::{EnrollRequest, RenewCertificateRequest};
use hourglass_runtime::error_chain;
use hourglass_runtime::secret::Secret;
use hourglass_runtime::tls::client::ClientError;
use hourglass_runtime::tls::{ClientCredential, ClientTls, ClusterIdentity, endpoint, new_csr};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Identity, InvalidIdentity, check};

/// Connect and call, each.
const DEADLINE: Duration = Duration::from_secs(20);

/// No certificate was got.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The address or the CA certificates cannot be used.
    #[error(transparent)]
    Endpoint(#[from] ClientError),
    /// Nobody answers, or TLS fails.
    #[error(
        "cannot connect to {server}: {reason}; is the address right, and does --ca-file hold the server's CA?"
    )]
    Connect {
        /// URL of the server.
        server: String,
        /// Everything that is known about why.
        reason: String,
    },
    /// The server did not answer in time.
    #[error("{0} did not answer within {DEADLINE:?}")]
    Deadline(String),
    /// The server said no.
    #[error("the server refused {what}: {message}{remedy}")]
    Refused {
        /// What it refused.
        what: &'static str,
        /// What kind of no.
        code: Code,
        /// What it said.
        message: String,
        /// What can be done, after a separator, or nothing.
        remedy: String,
    },
    /// The server's answer makes no sense.
    #[error("the server sent a certificate that cannot be used: {0}")]
    Answer(String),
    /// The server's certificate is not good.
    #[error("the server sent a certificate that cannot be used: {0}")]
    Invalid(#[from] InvalidIdentity),
    /// No key could be made.
    #[error("cannot make a key and a certificate request: {0}")]
    Key(String),
}

impl EnrolError {
    /// Whether trying again cannot help until somebody changes something.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Endpoint(_) | Self::Key(_) => true,
            Self::Connect { .. } | Self::Deadline(_) | Self::Answer(_) | Self::Invalid(_) => false,
            Self::Refused { code, .. } => matches!(
                code,
                Code::InvalidArgument
                    | Code::NotFound
                    | Code::AlreadyExists
                    | Code::PermissionDenied
                    | Code::FailedPrecondition
                    | Code::OutOfRange
                    | Code::Unimplemented
                    | Code::Unauthenticated
            ),
        }
    }
}

/// One wish for a certificate: made once and sent until it is answered, so that a repeated call carries the same key.
#[derive(Debug)]
pub struct Enrolment {
    cluster: ClusterIdentity,
    csr_pem: String,
    key_pem: Secret<String>,
}

/// What the server answered, of either call.
struct Certificate {
    chain_pem: String,
    ca_pem: String,
    renew_after: Option<pbjson_types::Timestamp>,
    expire_time: Option<pbjson_types::Timestamp>,
}

impl Enrolment {
    /// Makes a key (ECDSA P-256) and a request for `cluster`.
    pub fn new(cluster: &ClusterIdentity) -> Result<Self, EnrolError> {
        let (csr_pem, key_pem) = new_csr(cluster).map_err(|error| EnrolError::Key(error.to_string()))?;
        Ok(Self {
            cluster: cluster.clone(),
            csr_pem,
            key_pem,
        })
    }

    /// Trades `join_token` for a certificate. `ca_pem`: whom to believe to be the server.
    pub async fn enrol(
        &self,
        server: &str,
        ca_pem: Option<String>,
        join_token: &Secret<String>,
        labels: &BTreeMap<String, String>,
    ) -> Result<Identity, EnrolError> {
        let channel = connect(
            server,
            &ClientTls {
                ca_pem,
                ..ClientTls::default()
            },
        )
        .await?;
        let request = EnrollRequest {
            join_token: join_token.expose().trim().to_owned(),
            csr_pem: self.csr_pem.clone(),
            cluster: self.cluster.cluster().to_owned(),
            cluster_uid: self.cluster.cluster_uid().to_owned(),
            labels: labels.clone(),
        };
        let mut client = AgentServiceClient::new(channel);
        let answer = within(server, client.enroll(request))
            .await?
            .map_err(|status| refused("to enrol", &status))?;
        let answer = answer.into_inner();
        self.accept(Certificate {
            chain_pem: answer.certificate_chain_pem,
            ca_pem: answer.ca_pem,
            renew_after: answer.renew_after,
            expire_time: answer.expire_time,
        })
    }

    /// Trades the certificate of `current` for a new one.
    pub async fn renew(&self, server: &str, current: &Identity) -> Result<Identity, EnrolError> {
        let channel = connect(server, &current.client_tls()).await?;
        let request = RenewCertificateRequest {
            csr_pem: self.csr_pem.clone(),
        };
        let mut client = AgentServiceClient::new(channel);
        let answer = within(server, client.renew_certificate(request))
            .await?
            .map_err(|status| refused("to renew the certificate", &status))?;
        let answer = answer.into_inner();
        self.accept(Certificate {
            chain_pem: answer.certificate_chain_pem,
            ca_pem: answer.ca_pem,
            renew_after: answer.renew_after,
            expire_time: answer.expire_time,
        })
    }

    fn accept(&self, answer: Certificate) -> Result<Identity, EnrolError> {
        let identity = Identity {
            cluster: self.cluster.clone(),
            credential: ClientCredential {
                chain_pem: answer.chain_pem,
                key_pem: self.key_pem.clone(),
            },
            ca_pem: answer.ca_pem,
            renew_after: time(answer.renew_after, "renew_after")?,
            not_after: time(answer.expire_time, "expire_time")?,
        };
        check(&identity, SystemTime::now())?;
        Ok(identity)
    }
}

async fn connect(server: &str, tls: &ClientTls) -> Result<Channel, EnrolError> {
    let endpoint = endpoint(server, tls)?;
    within(server, endpoint.connect())
        .await?
        .map_err(|error| EnrolError::Connect {
            server: server.to_owned(),
            reason: error_chain(&error),
        })
}

async fn within<T>(server: &str, call: impl Future<Output = T>) -> Result<T, EnrolError> {
    tokio::time::timeout(DEADLINE, call)
        .await
        .map_err(|_| EnrolError::Deadline(server.to_owned()))
}

fn time(time: Option<pbjson_types::Timestamp>, field: &str) -> Result<SystemTime, EnrolError> {
    let time = time.ok_or_else(|| EnrolError::Answer(format!("{field} is missing")))?;
    jiff::Timestamp::new(time.seconds, time.nanos)
        .map(SystemTime::from)
        .map_err(|error| EnrolError::Answer(format!("{field}: {error}")))
}

fn refused(what: &'static str, status: &Status) -> EnrolError {
    let reason = status
        .get_error_details()
        .error_info()
        .map(|info| info.reason.clone());
    let remedy = match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => {
            "; make a new join token for this cluster (hourglass token create) and give it with --join-token-file"
        }
        Code::AlreadyExists => {
            "; another cluster has this name: choose another --cluster, or let the fleet's owner remove the old one"
        }
        Code::InvalidArgument => "; check --cluster and --label",
        Code::Unimplemented => "; is --server the address of a placement service of this version?",
        _ => "",
    };
    let message = match reason {
        Some(reason) => format!("{} ({reason})", status.message()),
        None => status.message().to_owned(),
    };
    EnrolError::Refused {
        what,
        code: status.code(),
        message,
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_the_remedy_and_whether_to_try_again() {
        let used = refused("to enrol", &Status::unauthenticated("the join token was used"));
        assert!(used.is_permanent());
        assert!(
            used.to_string().contains("was used") && used.to_string().contains("--join-token-file"),
            "{used}"
        );
        let taken = refused(
            "to enrol",
            &Status::already_exists("cluster c1 belongs to another identity"),
        );
        assert!(
            taken.is_permanent() && taken.to_string().contains("--cluster"),
            "{taken}"
        );
        let busy = refused("to enrol", &Status::unavailable("no leader"));
        assert!(!busy.is_permanent());
    }

    #[test]
    fn the_key_never_shows() {
        let enrolment = Enrolment::new(&ClusterIdentity::new("c1", "u").unwrap()).unwrap();
        assert!(enrolment.csr_pem.contains("CERTIFICATE REQUEST"));
        assert!(!format!("{enrolment:?}").contains("PRIVATE KEY"));
    }
}
