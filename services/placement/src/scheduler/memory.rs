//! Remembered requests: found before a mutation, written with it.

use std::collections::VecDeque;

use hourglass_model::ids::PlacementUid;
use serde::Serialize;

use super::core::Core;
use super::persist::forget_later;
use super::port::CallError;
use super::round::Round;
use crate::pki::admin_token::sha256_hex;
use crate::records::{Answer, ClusterRecord, JoinTokenRecord, PlacementRecord, RequestRecord, encode, keys};

/// Scope of request ids that are not of a tenant. No tenant can have this name: it is no RFC 1123 label.
pub const FLEET_SCOPE: &str = "-fleet-";
/// Request ids that are kept with one placement; those beyond are forgotten a day after they came.
const KEPT_WITH_PLACEMENT: usize = 16;

/// SHA-256 of a method and what it was asked, hex.
///
/// # Errors
/// When the body has no JSON form.
pub fn body_hash<B: Serialize>(method: &str, body: &B) -> Result<String, CallError> {
    let text = serde_json::to_string(&(method, body)).map_err(internal)?;
    Ok(sha256_hex(&text))
}

/// Refuses a request_id that stands for something else.
fn check_same(request: &RequestRecord, body: &str) -> Result<(), CallError> {
    if request.body_sha256 == body {
        Ok(())
    } else {
        Err(CallError::RequestIdReused(request.resource.clone()))
    }
}

impl Core {
    /// The answer to a repeated call about a placement: as it is now, or as it was, when it is gone.
    pub(in crate::scheduler) fn repeated_placement(
        &self,
        request: RequestRecord,
        body: &str,
    ) -> Result<PlacementRecord, CallError> {
        check_same(&request, body)?;
        let now = PlacementUid::new(&request.uid)
            .ok()
            .and_then(|uid| self.placements.by_uid(&uid).cloned());
        match (now, request.answer) {
            (Some(record), _) => Ok(record),
            (None, Answer::Placement(record)) => Ok(*record),
            (None, Answer::Cluster(_) | Answer::JoinToken(_)) => Err(CallError::NotFound(request.resource)),
        }
    }

    /// The answer to a repeated call about a cluster.
    pub(in crate::scheduler) fn repeated_cluster(
        &self,
        request: RequestRecord,
        body: &str,
    ) -> Result<ClusterRecord, CallError> {
        check_same(&request, body)?;
        match request.answer {
            Answer::Cluster(record) => Ok(*record),
            Answer::Placement(_) | Answer::JoinToken(_) => Err(CallError::NotFound(request.resource)),
        }
    }

    /// The answer to a repeated call about a join token.
    pub(in crate::scheduler) fn repeated_join_token(
        &self,
        request: RequestRecord,
        body: &str,
    ) -> Result<JoinTokenRecord, CallError> {
        check_same(&request, body)?;
        match request.answer {
            Answer::JoinToken(record) => Ok(*record),
            Answer::Placement(_) | Answer::Cluster(_) => Err(CallError::NotFound(request.resource)),
        }
    }

    /// Remembers a call about a placement with the round's commit.
    pub(in crate::scheduler) fn remember_placement(
        &mut self,
        request_id: &str,
        body_sha256: String,
        record: &PlacementRecord,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let request = RequestRecord {
            body_sha256,
            resource: record.name(),
            uid: record.uid.to_string(),
            create_time: round.now,
            answer: Answer::Placement(Box::new(kept_answer(record))),
        };
        let scope = record.tenant.as_str();
        let text = write(scope, request_id, &request, record.uid.as_str(), round)?;
        let kept = self.placements.update(&record.uid, |record| {
            let room = record.request_keys.len() < KEPT_WITH_PLACEMENT;
            if room {
                record.request_keys.push(text.clone());
            }
            room
        });
        if kept != Some(true) {
            forget_later(record.uid.as_str(), &text, round).map_err(internal)?;
        }
        Ok(())
    }

    /// Remembers a call about a cluster with the round's commit, for a day.
    pub(in crate::scheduler) fn remember_cluster(
        &mut self,
        request_id: &str,
        body_sha256: String,
        record: &ClusterRecord,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let request = RequestRecord {
            body_sha256,
            resource: format!("clusters/{}", record.name),
            uid: record.uid.to_string(),
            create_time: round.now,
            answer: Answer::Cluster(Box::new(record.clone())),
        };
        // One unit with the cluster's record.
        let unit = keys::cluster(&record.name).map_err(internal)?;
        write_for_a_day(request_id, &request, unit.as_str(), round)
    }

    /// Remembers a call about a join token with the round's commit, for a day; `unit` is that of the token's record.
    pub(in crate::scheduler) fn remember_join_token(
        &mut self,
        request_id: &str,
        body_sha256: String,
        record: &JoinTokenRecord,
        unit: &str,
        round: &mut Round,
    ) -> Result<(), CallError> {
        let request = RequestRecord {
            body_sha256,
            resource: format!("joinTokens/{}", record.id),
            uid: record.id.clone(),
            create_time: round.now,
            answer: Answer::JoinToken(Box::new(record.clone())),
        };
        write_for_a_day(request_id, &request, unit, round)
    }
}

/// Remembers a request of no tenant, and that it is to be forgotten a day from now.
fn write_for_a_day(
    request_id: &str,
    request: &RequestRecord,
    unit: &str,
    round: &mut Round,
) -> Result<(), CallError> {
    let text = write(FLEET_SCOPE, request_id, request, unit, round)?;
    forget_later(unit, &text, round).map_err(internal)
}

/// Writes a remembered request with the round's commit, in one batch with all of `unit`; gives its key.
fn write(
    scope: &str,
    request_id: &str,
    request: &RequestRecord,
    unit: &str,
    round: &mut Round,
) -> Result<String, CallError> {
    let key = keys::request(scope, request_id).map_err(internal)?;
    let value = encode(key.as_str(), request).map_err(internal)?;
    let text = key.as_str().to_owned();
    round.changes.write(unit, key, Some(value));
    Ok(text)
}

/// What is kept of an answer, for the day on which the placement itself is gone: the wish and what came of it, without
/// the story and the places, so that an answer never makes a commit too large.
fn kept_answer(record: &PlacementRecord) -> PlacementRecord {
    PlacementRecord {
        slots: Vec::new(),
        events: VecDeque::new(),
        request_keys: Vec::new(),
        ..record.clone()
    }
}

/// What cannot be stored, or named, as it was asked for.
pub(in crate::scheduler) fn internal(error: impl std::fmt::Display) -> CallError {
    CallError::Precondition(error.to_string())
}
