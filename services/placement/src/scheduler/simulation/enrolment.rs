//! Joining and what a person says of a cluster at the same time: the later word is the one that is kept.

use jiff::ToSpan;

use super::*;
use crate::records::JoinTokenRecord;
use crate::scheduler::join::MAX_JOIN_TOKENS;
use crate::scheduler::port::{AdmitCluster, CallError, CreateJoinToken, RevokeJoinToken, UpdateCluster};

/// As the edge makes ids: hexadecimal.
const TOKEN: &str = "0123456789abcdef";

fn token(id: &str, now: Timestamp) -> CreateJoinToken {
    CreateJoinToken {
        record: JoinTokenRecord {
            body_sha256: String::new(),
            id: id.to_owned(),
            secret_sha256: "aa".into(),
            cluster: ClusterName::new("c0").unwrap(),
            create_time: now,
            expire_time: now + 1.hour(),
            uses_left: 1,
            labels: BTreeMap::new(),
            revoked: false,
            replace_uid: false,
            used_by: vec![],
        },
    }
}

fn revocation(id: &str) -> RevokeJoinToken {
    RevokeJoinToken {
        id: id.to_owned(),
        request_id: None,
    }
}

fn admission(now: Timestamp) -> AdmitCluster {
    AdmitCluster {
        token_id: TOKEN.into(),
        secret_sha256: "aa".into(),
        cluster: ClusterName::new("c0").unwrap(),
        cluster_uid: ClusterUid::new("uid-0").unwrap(),
        public_key_sha256: "key".into(),
        labels: BTreeMap::new(),
        now,
        certificate_expire_time: now + 24.hours(),
    }
}

fn with_token() -> World {
    let mut world = World::new(1);
    let input = token(TOKEN, world.wall);
    world
        .round(false, |core, round| core.create_join_token(input, round))
        .unwrap()
        .unwrap();
    world
}

#[test]
fn a_revocation_in_the_round_of_the_admission_is_durable() {
    let mut world = with_token();
    let input = admission(world.wall);
    world.round(false, |core, round| {
        core.admit_cluster(&input, round).unwrap();
        core.revoke_join_token(&revocation(TOKEN), None, round).unwrap();
    });
    world.restart();
    let token = world.core.join_tokens().next().unwrap();
    assert!(token.revoked, "what was acknowledged outlives the restart");
    assert_eq!(token.uses_left, 0, "so does its use");
}

#[test]
fn a_cordon_and_a_renewal_in_the_round_of_the_admission_are_durable() {
    let mut world = with_token();
    let input = admission(world.wall);
    let cordon = UpdateCluster {
        cluster: input.cluster.clone(),
        labels: None,
        taints: None,
        cordoned: Some(true),
        etag: None,
        request_id: None,
    };
    let renewal = crate::scheduler::command::CertificateRenewed {
        cluster: input.cluster.clone(),
        cluster_uid: input.cluster_uid.clone(),
        expire_time: world.wall + 48.hours(),
    };
    world.round(false, |core, round| {
        core.admit_cluster(&input, round).unwrap();
        core.update_cluster(cordon, None, round).unwrap();
        core.certificate_renewed(&renewal, round).unwrap();
    });
    world.restart();
    let record = &world.core.clusters().get(&input.cluster).unwrap().record;
    assert!(record.cordoned, "what was acknowledged outlives the restart");
    assert_eq!(record.certificate_expire_time, renewal.expire_time);
}

#[test]
fn when_there_are_as_many_tokens_as_may_be_a_revocation_makes_room_for_a_new_one() {
    let mut world = World::new(1);
    let now = world.wall;
    for index in 0..MAX_JOIN_TOKENS {
        let record = token(&format!("{index:016x}"), now).record;
        world.core.join_tokens.insert(record.id.clone(), record);
    }
    let one_more = token("ffffffffffffffff", now);
    let refused = world
        .round(false, |core, round| {
            core.create_join_token(one_more.clone(), round)
        })
        .unwrap();
    assert!(matches!(refused, Err(CallError::Exhausted(_))), "{refused:?}");
    world
        .round(false, |core, round| {
            core.revoke_join_token(&revocation("0000000000000010"), None, round)
        })
        .unwrap()
        .unwrap();
    assert_eq!(world.written, ["tokens/0000000000000010"]);
    world
        .round(false, |core, round| core.create_join_token(one_more, round))
        .unwrap()
        .unwrap();
    assert_eq!(world.core.join_tokens().count(), MAX_JOIN_TOKENS);
    assert_eq!(
        world.written,
        ["tokens/0000000000000010", "tokens/ffffffffffffffff"]
    );
    assert!(!world.disk.contains_key("tokens/0000000000000010"));
}
