//! Certificates for agents: the first for a join token, the next ones for the one before.
//!
//! A certificate is made first and given out last, after the decision loop has durably admitted the cluster. So a
//! request that cannot be signed uses up no token, and a token that does not admit yields no certificate.

use std::sync::Arc;
use std::time::Duration;

use hourglass_model::ids::{ClusterName, ClusterUid};
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::tls::issue::IssueError;
use hourglass_runtime::tls::{Authority, ClusterIdentity, SignedCertificate};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tonic::{Code, Status};

use super::clock;
use super::convert::placement_in::labels_in;
use super::convert::timestamp::system_time;
use super::convert::token::JoinToken;
use super::errors::{self, Failure, Reason, invalid};
use super::violations::Violations;
use crate::scheduler::command::CertificateRenewed;
use crate::scheduler::join::same_secret;
use crate::scheduler::port::{AdmitCluster, CallError, JoinRefusal, Scheduler};
use crate::sessions::control::AgentIdentity;

/// Agents that may enrol at the same time.
const ENROLMENTS_AT_ONCE: usize = 32;

/// Gives certificates to agents.
#[derive(Clone, Debug)]
pub struct Enrolment {
    scheduler: Scheduler,
    authority: Authority,
    extra_trust_pem: String,
    lifetime: Duration,
    places: Arc<Semaphore>,
}

/// A request to enrol that has the right shape.
#[derive(Debug)]
struct Applicant {
    token: JoinToken,
    cluster: ClusterName,
    cluster_uid: ClusterUid,
    identity: ClusterIdentity,
}

impl Enrolment {
    /// Certificates of `authority` that last for `lifetime`.
    pub fn new(
        scheduler: Scheduler,
        authority: Authority,
        extra_trust_pem: String,
        lifetime: Duration,
    ) -> Self {
        let places = Arc::new(Semaphore::new(ENROLMENTS_AT_ONCE));
        Self {
            scheduler,
            authority,
            extra_trust_pem,
            lifetime,
            places,
        }
    }

    /// What agents are to trust the server by.
    fn trust_pem(&self) -> String {
        format!("{}{}", self.authority.bundle_pem(), self.extra_trust_pem)
    }

    /// A certificate for a join token.
    ///
    /// # Errors
    /// A status that says what is wrong with the request, or why the token admits nobody.
    pub async fn enroll(&self, request: proto::EnrollRequest) -> Result<proto::EnrollResponse, Status> {
        let applicant = read(&request)?;
        // Anybody can call this: few at a time, and nothing is signed for a token that is not known.
        let _place = self.places.try_acquire().map_err(|_| {
            Status::from(Failure::new(
                Code::ResourceExhausted,
                Reason::LimitReached,
                "too many agents enrol at once",
            ))
        })?;
        self.check_token(&applicant).await?;
        let signed = self.sign("csrPem", &request.csr_pem, &applicant.identity)?;
        let admitted = self
            .scheduler
            .admit_cluster(AdmitCluster {
                token_id: applicant.token.id.clone(),
                secret_sha256: applicant.token.secret_sha256(),
                cluster: applicant.cluster.clone(),
                cluster_uid: applicant.cluster_uid,
                public_key_sha256: signed.public_key_sha256.clone(),
                labels: request.labels,
                now: clock::now(),
                certificate_expire_time: end_of(&signed)?,
            })
            .await;
        if let Err(error) = admitted {
            tracing::warn!(cluster = %applicant.cluster, token = applicant.token.id, %error, "an agent was not admitted");
            return Err(errors::status(&error));
        }
        tracing::info!(cluster = %applicant.cluster, token = applicant.token.id, "a cluster was admitted");
        Ok(proto::EnrollResponse {
            certificate_chain_pem: signed.chain_pem.clone(),
            ca_pem: self.trust_pem(),
            renew_after: system_time(signed.renew_after),
            expire_time: system_time(signed.not_after),
        })
    }

    /// The next certificate of an agent that has one.
    ///
    /// # Errors
    /// A status that says what is wrong with the request, or that the cluster is not admitted any more.
    pub async fn renew(
        &self,
        agent: AgentIdentity,
        request: &proto::RenewCertificateRequest,
    ) -> Result<proto::RenewCertificateResponse, Status> {
        let identity =
            ClusterIdentity::new(agent.cluster.as_str(), agent.cluster_uid.as_str()).map_err(|error| {
                Status::from(Failure::new(
                    Code::Unauthenticated,
                    Reason::CredentialsInvalid,
                    error.to_string(),
                ))
            })?;
        let signed = self.sign("csrPem", &request.csr_pem, &identity)?;
        let renewed = CertificateRenewed {
            cluster: agent.cluster,
            cluster_uid: agent.cluster_uid,
            expire_time: end_of(&signed)?,
        };
        self.scheduler
            .renew_certificate(renewed)
            .await
            .map_err(|error| errors::status(&error))?;
        Ok(proto::RenewCertificateResponse {
            certificate_chain_pem: signed.chain_pem.clone(),
            ca_pem: self.trust_pem(),
            renew_after: system_time(signed.renew_after),
            expire_time: system_time(signed.not_after),
        })
    }

    /// Refuses a token that cannot admit, before anything is signed; the decision itself comes with the admission.
    async fn check_token(&self, applicant: &Applicant) -> Result<(), Status> {
        let (id, secret) = (applicant.token.id.clone(), applicant.token.secret_sha256());
        let known = self
            .scheduler
            .query(move |core| {
                core.join_tokens()
                    .any(|token| token.id == id && same_secret(&token.secret_sha256, &secret))
            })
            .await?;
        if known {
            return Ok(());
        }
        tracing::warn!(cluster = %applicant.cluster, token = applicant.token.id, "an unknown join token");
        Err(errors::status(&CallError::JoinRefused(JoinRefusal::WrongToken)))
    }

    fn sign(
        &self,
        field: &str,
        csr_pem: &str,
        identity: &ClusterIdentity,
    ) -> Result<SignedCertificate, Status> {
        self.authority
            .sign_csr(csr_pem, identity, self.lifetime, clock::system_now())
            .map_err(|error| match error {
                IssueError::Csr(error) => {
                    let violation = hourglass_model::Violation::new(field, error.to_string());
                    Failure::invalid(vec![violation])
                        .because(Reason::CertificateRequestInvalid)
                        .into()
                }
                IssueError::AuthorityExpired(_)
                | IssueError::NoNames
                | IssueError::Name(_)
                | IssueError::Make(_) => Failure::internal(&error).into(),
            })
    }
}

fn read(request: &proto::EnrollRequest) -> Result<Applicant, Status> {
    let mut violations = Violations::new();
    let token = JoinToken::parse(&request.join_token);
    let cluster = violations.check("cluster", ClusterName::new(&request.cluster));
    let cluster_uid = violations.check("clusterUid", ClusterUid::new(&request.cluster_uid));
    // The certificate's own rules are a little narrower than ours.
    let identity = cluster
        .as_ref()
        .zip(cluster_uid.as_ref())
        .and_then(|(cluster, uid)| {
            violations.check("clusterUid", ClusterIdentity::new(cluster.as_str(), uid.as_str()))
        });
    labels_in("labels", &request.labels, &mut violations);
    if request.csr_pem.trim().is_empty() {
        violations.add("csrPem", "is required: a PKCS #10 request in PEM");
    }
    let ((cluster, cluster_uid), identity) = violations
        .finish(cluster.zip(cluster_uid).zip(identity))
        .map_err(invalid)?;
    // The same answer as for a token that does not exist: nothing is learnt from its form.
    let token = token.ok_or_else(|| errors::status(&CallError::JoinRefused(JoinRefusal::WrongToken)))?;
    Ok(Applicant {
        token,
        cluster,
        cluster_uid,
        identity,
    })
}

fn end_of(signed: &SignedCertificate) -> Result<Timestamp, Status> {
    Timestamp::try_from(signed.not_after).map_err(|error| Failure::internal(&error).into())
}
