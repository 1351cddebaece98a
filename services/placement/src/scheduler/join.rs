//! Join tokens and the admission of clusters: one rule set, apart from signing, which the edge does afterwards.

use std::collections::BTreeMap;

use hourglass_model::ids::ClusterName;
use jiff::{Timestamp, ToSpan};

use super::port::{AdmitCluster, CallError, JoinRefusal};
use crate::records::{ClusterRecord, JoinTokenRecord, JoinTokenUse};

/// Join tokens kept at most; a person who needs more has a loop that makes them.
pub const MAX_JOIN_TOKENS: usize = 10_000;
/// A token that ended is shown for this long.
const KEPT_AFTER_END_HOURS: i64 = 24;
/// Tokens that make room for a new one at most, so that a commit stays small.
const MADE_ROOM_AT_ONCE: usize = 20;

/// What an admission changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Admission {
    /// The token after this use.
    pub token: JoinTokenRecord,
    /// The cluster as it is admitted.
    pub cluster: ClusterRecord,
    /// The name goes over to another identity.
    pub replaces_uid: bool,
}

/// Decides whether `input` is admitted, given its token and the cluster that has the name, if there is one.
///
/// # Errors
/// The refusal. A wrong id and a wrong secret look the same.
pub fn admit(
    input: &AdmitCluster,
    token: Option<&JoinTokenRecord>,
    known: Option<&ClusterRecord>,
) -> Result<Admission, JoinRefusal> {
    let token = token
        .filter(|token| same_secret(&token.secret_sha256, &input.secret_sha256))
        .ok_or(JoinRefusal::WrongToken)?;
    if token.revoked {
        return Err(JoinRefusal::Revoked);
    }
    if token.expire_time <= input.now {
        return Err(JoinRefusal::Expired);
    }
    if token.cluster != input.cluster {
        return Err(JoinRefusal::OtherCluster(token.cluster.clone()));
    }
    let this_use = JoinTokenUse {
        cluster_uid: input.cluster_uid.clone(),
        public_key_sha256: input.public_key_sha256.clone(),
    };
    let used_before = token.used_by.contains(&this_use);
    if token.uses_left == 0 && !used_before {
        return Err(JoinRefusal::Used);
    }
    let replaces_uid = known.is_some_and(|cluster| cluster.uid != input.cluster_uid);
    if replaces_uid && !token.replace_uid {
        return Err(JoinRefusal::NameTaken(input.cluster.clone()));
    }
    let mut token = token.clone();
    if !used_before {
        token.uses_left -= 1;
        token.used_by.push(this_use);
    }
    let cluster = admitted(input, &token, known, input.now);
    Ok(Admission {
        token,
        cluster,
        replaces_uid,
    })
}

fn admitted(
    input: &AdmitCluster,
    token: &JoinTokenRecord,
    known: Option<&ClusterRecord>,
    now: Timestamp,
) -> ClusterRecord {
    // What a person set on a known cluster stays; the agent's own labels are the weakest.
    let mut labels = input.labels.clone();
    labels.extend(known.map(|cluster| cluster.labels.clone()).unwrap_or_default());
    labels.extend(token.labels.clone());
    ClusterRecord {
        name: input.cluster.clone(),
        uid: input.cluster_uid.clone(),
        labels,
        taints: known.map(|cluster| cluster.taints.clone()).unwrap_or_default(),
        cordoned: known.is_some_and(|cluster| cluster.cordoned),
        create_time: known.map_or(now, |cluster| cluster.create_time),
        certificate_expire_time: input.certificate_expire_time,
    }
}

/// Compares the hashes of two secrets; the time it takes tells nothing about the secret, because only hashes are compared.
#[must_use]
pub fn same_secret(known: &str, given: &str) -> bool {
    known.len() == given.len()
        && known
            .bytes()
            .zip(given.bytes())
            .fold(0_u8, |difference, (left, right)| difference | (left ^ right))
            == 0
}

/// Ids of the tokens that are forgotten when one more is made for `cluster`: some of those that ended over a day ago, and,
/// when there is no room yet, the one of those that admit nobody any more that would have ended first.
///
/// # Errors
/// [`CallError`] when there are too many that can still be used.
pub fn make_room(
    kept: &BTreeMap<String, JoinTokenRecord>,
    cluster: &ClusterName,
    now: Timestamp,
) -> Result<Vec<String>, CallError> {
    let mut room: Vec<String> = kept
        .values()
        .filter(|token| token.expire_time + KEPT_AFTER_END_HOURS.hours() <= now)
        .map(|token| token.id.clone())
        .take(MADE_ROOM_AT_ONCE)
        .collect();
    if room.is_empty() && kept.len() >= MAX_JOIN_TOKENS {
        let ended = kept
            .values()
            .filter(|token| token.revoked || token.uses_left == 0 || token.expire_time <= now)
            .min_by_key(|token| token.expire_time)
            .ok_or_else(|| {
                CallError::Exhausted(format!(
                    "there are {} join tokens that can still be used; revoke some before making one for {cluster}",
                    kept.len()
                ))
            })?;
        room.push(ended.id.clone());
    }
    Ok(room)
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::ClusterUid;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn token() -> JoinTokenRecord {
        JoinTokenRecord {
            body_sha256: String::new(),
            id: "t1".into(),
            secret_sha256: "aa".into(),
            cluster: ClusterName::new("west").unwrap(),
            create_time: now(),
            expire_time: now() + 1.hour(),
            uses_left: 1,
            labels: BTreeMap::from([("region".into(), "eu".into())]),
            revoked: false,
            replace_uid: false,
            used_by: vec![],
        }
    }

    fn input(uid: &str) -> AdmitCluster {
        AdmitCluster {
            token_id: "t1".into(),
            secret_sha256: "aa".into(),
            cluster: ClusterName::new("west").unwrap(),
            cluster_uid: ClusterUid::new(uid).unwrap(),
            public_key_sha256: "key-1".into(),
            labels: BTreeMap::from([("region".into(), "us".into()), ("tier".into(), "edge".into())]),
            now: now(),
            certificate_expire_time: now() + 24.hours(),
        }
    }

    #[test]
    fn a_good_token_admits_and_its_labels_win_over_the_agents() {
        let admission = admit(&input("uid-1"), Some(&token()), None).unwrap();
        assert_eq!(admission.token.uses_left, 0);
        assert_eq!(admission.cluster.labels["region"], "eu");
        assert_eq!(admission.cluster.labels["tier"], "edge");
    }

    #[test]
    fn an_unknown_token_and_a_wrong_secret_get_the_same_answer() {
        let mut wrong = input("uid-1");
        wrong.secret_sha256 = "bb".into();
        assert_eq!(admit(&wrong, Some(&token()), None), Err(JoinRefusal::WrongToken));
        assert_eq!(admit(&wrong, None, None), Err(JoinRefusal::WrongToken));
    }

    #[test]
    fn expired_revoked_used_and_foreign_tokens_are_told_apart() {
        let mut expired = token();
        expired.expire_time = now();
        assert_eq!(
            admit(&input("u"), Some(&expired), None),
            Err(JoinRefusal::Expired)
        );
        let mut revoked = token();
        revoked.revoked = true;
        assert_eq!(
            admit(&input("u"), Some(&revoked), None),
            Err(JoinRefusal::Revoked)
        );
        let mut used = token();
        used.uses_left = 0;
        assert_eq!(admit(&input("u"), Some(&used), None), Err(JoinRefusal::Used));
        let mut other = token();
        other.cluster = ClusterName::new("east").unwrap();
        assert_eq!(
            admit(&input("u"), Some(&other), None),
            Err(JoinRefusal::OtherCluster(other.cluster.clone()))
        );
    }

    #[test]
    fn the_same_cluster_whose_answer_was_lost_may_repeat() {
        let first = admit(&input("uid-1"), Some(&token()), None).unwrap();
        let again = admit(&input("uid-1"), Some(&first.token), Some(&first.cluster)).unwrap();
        assert_eq!(again.token, first.token);
        let mut other_key = input("uid-1");
        other_key.public_key_sha256 = "key-2".into();
        let refused = admit(&other_key, Some(&first.token), Some(&first.cluster));
        assert_eq!(
            refused,
            Err(JoinRefusal::Used),
            "a used token is worth nothing to another key"
        );
        assert_eq!(
            admit(&input("uid-2"), Some(&first.token), Some(&first.cluster)),
            Err(JoinRefusal::Used)
        );
    }

    fn tokens(number: usize) -> BTreeMap<String, JoinTokenRecord> {
        (0..number)
            .map(|index| {
                let id = format!("t{index}");
                (id.clone(), JoinTokenRecord { id, ..token() })
            })
            .collect()
    }

    #[test]
    fn only_tokens_that_can_be_used_stand_in_the_way_of_a_new_one() {
        let west = ClusterName::new("west").unwrap();
        let mut kept = tokens(MAX_JOIN_TOKENS);
        assert!(matches!(
            make_room(&kept, &west, now()),
            Err(CallError::Exhausted(_))
        ));
        kept.get_mut("t77").unwrap().revoked = true;
        assert_eq!(make_room(&kept, &west, now()).unwrap(), ["t77"]);
        kept.get_mut("t77").unwrap().revoked = false;
        kept.get_mut("t78").unwrap().uses_left = 0;
        assert_eq!(make_room(&kept, &west, now()).unwrap(), ["t78"]);
    }

    #[test]
    fn a_token_is_forgotten_a_day_after_its_end_and_a_few_at_a_time() {
        let west = ClusterName::new("west").unwrap();
        let kept = tokens(100);
        let almost = now() + (KEPT_AFTER_END_HOURS + 1).hours() - 1.second();
        assert_eq!(make_room(&kept, &west, almost).unwrap(), [""; 0]);
        let room = make_room(&kept, &west, almost + 1.second()).unwrap();
        assert_eq!(room.len(), MADE_ROOM_AT_ONCE);
    }

    #[test]
    fn a_name_goes_to_another_identity_only_when_the_token_says_so() {
        let known = admit(&input("uid-1"), Some(&token()), None).unwrap().cluster;
        let taken = admit(&input("uid-2"), Some(&token()), Some(&known));
        assert_eq!(taken, Err(JoinRefusal::NameTaken(known.name.clone())));
        let mut replace = token();
        replace.replace_uid = true;
        assert!(
            admit(&input("uid-2"), Some(&replace), Some(&known))
                .unwrap()
                .replaces_uid
        );
    }

    #[test]
    fn what_a_person_set_survives_a_new_enrolment() {
        let mut known = admit(&input("uid-1"), Some(&token()), None).unwrap().cluster;
        known.cordoned = true;
        known.labels.insert("tier".into(), "gold".into());
        let again = admit(&input("uid-1"), Some(&token()), Some(&known))
            .unwrap()
            .cluster;
        assert!(again.cordoned);
        assert_eq!(again.labels["tier"], "gold");
    }
}
