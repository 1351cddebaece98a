//! Join tokens: made here, because only here is the secret known.

use std::fmt;
use std::time::Duration;

use hourglass_model::Violation;
use hourglass_proto::fleet::v1 as proto;
use hourglass_runtime::secret::Secret;
use jiff::Timestamp;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::numbers::int32;
use super::placement_in::labels_in;
use super::timestamp::{duration_in, timestamp};
use crate::edge::names;
use crate::edge::violations::Violations;
use crate::records::JoinTokenRecord;

/// What every join token begins with, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "hgj_";
/// How long a token lasts unless the request says so.
pub const DEFAULT_TTL: Duration = Duration::from_secs(60 * 60);
/// Longest life of a token.
pub const MAX_TTL: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Most uses of one token.
pub const MAX_USES: u32 = 1000;

/// A token as its holder has it: `hgj_<id>_<secret>`.
#[derive(Clone)]
pub struct JoinToken {
    /// Public part.
    pub id: String,
    secret: Secret<String>,
}

impl fmt::Debug for JoinToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JoinToken")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl JoinToken {
    /// A new one from random bytes.
    pub fn new(id: [u8; 8], secret: [u8; 32]) -> Self {
        Self {
            id: hex::encode(id),
            secret: Secret::new(hex::encode(secret)),
        }
    }

    /// Reads what an agent sent; `None` when it has not the form of a token.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.trim().strip_prefix(PREFIX)?.split_once('_')?;
        let well_formed = names::is_token_id(id)
            && (32..=128).contains(&secret.len())
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        well_formed.then(|| Self {
            id: id.to_owned(),
            secret: Secret::new(secret.to_owned()),
        })
    }

    /// What is stored and compared instead of the secret: its SHA-256, hex.
    pub fn secret_sha256(&self) -> String {
        hex::encode(Sha256::digest(self.secret.expose().as_bytes()))
    }

    /// The whole token, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret.expose())
    }
}

/// The record that CreateJoinToken asks for, for `token`, made `now`.
///
/// # Errors
/// Every violation.
pub fn record_in(
    request: proto::CreateJoinTokenRequest,
    token: &JoinToken,
    now: Timestamp,
) -> Result<JoinTokenRecord, Vec<Violation>> {
    let mut violations = Violations::new();
    let body_sha256 = body_sha256(&request);
    let cluster = request
        .cluster
        .strip_prefix("clusters/")
        .unwrap_or(&request.cluster);
    let cluster = violations.check("cluster", cluster.parse());
    labels_in("labels", &request.labels, &mut violations);
    let ttl = match &request.ttl {
        None => Some(DEFAULT_TTL),
        Some(ttl) => violations.check("ttl", duration_in(ttl)).and_then(|ttl| {
            let allowed = !ttl.is_zero() && ttl <= MAX_TTL;
            let rule = format!(
                "must be more than 0 s and at most {} s (30 days)",
                MAX_TTL.as_secs()
            );
            violations.check("ttl", if allowed { Ok(ttl) } else { Err(rule) })
        }),
    };
    let uses = request.uses.unwrap_or(1);
    let uses_left = u32::try_from(uses)
        .ok()
        .filter(|uses| (1..=MAX_USES).contains(uses));
    if uses_left.is_none() {
        violations.add("uses", format!("must be 1 to {MAX_USES}, not {uses}"));
    }
    let expire_time = ttl.and_then(|ttl| violations.check("ttl", now.checked_add(ttl)));
    let record = cluster
        .zip(expire_time)
        .zip(uses_left)
        .map(|((cluster, expire_time), uses_left)| JoinTokenRecord {
            body_sha256: body_sha256.clone(),
            id: token.id.clone(),
            secret_sha256: token.secret_sha256(),
            cluster,
            create_time: now,
            expire_time,
            uses_left,
            labels: request.labels,
            revoked: false,
            replace_uid: request.replace_uid,
            used_by: Vec::new(),
        });
    violations.finish(record)
}

/// What makes two calls the same: all but the request_id.
fn body_sha256(request: &proto::CreateJoinTokenRequest) -> String {
    let body = proto::CreateJoinTokenRequest {
        request_id: String::new(),
        ..request.clone()
    };
    hex::encode(Sha256::digest(body.encode_to_vec()))
}

/// The message of a token; `revealed` only in the answer to its creation.
pub fn join_token_out(record: &JoinTokenRecord, revealed: Option<&JoinToken>) -> proto::JoinToken {
    proto::JoinToken {
        name: names::of_join_token(&record.id),
        token: revealed.map(JoinToken::reveal).unwrap_or_default(),
        cluster: record.cluster.to_string(),
        expire_time: Some(timestamp(record.expire_time)),
        uses_left: int32(record.uses_left),
        labels: record.labels.clone(),
        create_time: Some(timestamp(record.create_time)),
        revoked: record.revoked,
        replace_uid: record.replace_uid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn token() -> JoinToken {
        JoinToken::new([1; 8], [2; 32])
    }

    fn request() -> proto::CreateJoinTokenRequest {
        proto::CreateJoinTokenRequest {
            cluster: "eu-1".to_owned(),
            ..proto::CreateJoinTokenRequest::default()
        }
    }

    #[test]
    fn a_token_is_read_back_with_the_same_hash_and_its_debug_form_hides_the_secret() {
        let token = token();
        let again = JoinToken::parse(&format!(" {}\n", token.reveal())).unwrap();
        assert_eq!(
            (again.id.as_str(), again.secret_sha256()),
            (token.id.as_str(), token.secret_sha256())
        );
        assert!(!format!("{token:?}").contains("0202"));
        for bad in ["", "hgj_", "hgj_a_short", "hga_0101_0202", &token.reveal()[4..]] {
            assert!(JoinToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_record_holds_the_hash_and_the_defaults() {
        let record = record_in(request(), &token(), now()).unwrap();
        assert_eq!(
            record.expire_time.duration_since(now()),
            jiff::SignedDuration::from_hours(1)
        );
        assert_eq!(
            (record.uses_left, record.revoked, record.replace_uid),
            (1, false, false)
        );
        assert!(
            !serde_json::to_string(&record)
                .unwrap()
                .contains(&hex::encode([2; 32]))
        );
    }

    #[test]
    fn the_secret_is_shown_only_when_it_was_just_made() {
        let record = record_in(request(), &token(), now()).unwrap();
        assert!(
            join_token_out(&record, Some(&token()))
                .token
                .starts_with("hgj_0101")
        );
        assert_eq!(join_token_out(&record, None).token, "");
    }

    #[test]
    fn absurd_requests_name_every_field() {
        let bad = proto::CreateJoinTokenRequest {
            cluster: "EU".to_owned(),
            ttl: Some(pbjson_types::Duration {
                seconds: 31 * 86_400,
                nanos: 0,
            }),
            uses: Some(0),
            labels: [("a b".to_owned(), String::new())].into(),
            ..proto::CreateJoinTokenRequest::default()
        };
        let found = record_in(bad, &token(), now()).unwrap_err();
        let paths: Vec<_> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["cluster", "labels[a b]", "ttl", "uses"]);
        for ttl in [0, -1] {
            let ttl = Some(pbjson_types::Duration {
                seconds: ttl,
                nanos: 0,
            });
            assert!(
                record_in(
                    proto::CreateJoinTokenRequest { ttl, ..request() },
                    &token(),
                    now()
                )
                .is_err()
            );
        }
    }
}
