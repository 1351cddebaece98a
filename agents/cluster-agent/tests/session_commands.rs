//! What the agent does with commands: a real API server and controllers, the agent as its ServiceAccount.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use hourglass_performer_api::names;
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_proto::fleet::v1::agent_message::Message;
use hourglass_proto::fleet::v1::assignment::Phase;
use hourglass_proto::fleet::v1::server_message::Message as ServerMessage;
use kube::ResourceExt;
use kube::api::{Patch, PatchParams};
use serde_json::json;
use session_bed::agent::{Agent, Setup};
use session_bed::peer::Peer;
use session_bed::session::{Session, Welcome};
use session_bed::{apply, cluster, namespace, performers, run, uid, with_spec};

struct Bed {
    namespace: String,
    client: kube::Client,
    agent: Agent,
    peer: Peer,
    session: Session,
}

async fn bed() -> Bed {
    let cluster = cluster().await;
    let namespace = namespace(cluster).await;
    let peer = Peer::start().await;
    let agent = Setup::new(cluster, &peer, &namespace).await.start();
    let mut session = peer.session().await;
    session
        .welcome(Welcome {
            order: (3, 7),
            ..Welcome::default()
        })
        .await;
    Bed {
        namespace,
        client: cluster.client().await.unwrap(),
        agent,
        peer,
        session,
    }
}

#[test]
fn a_placement_runs_is_reported_and_counted_and_goes_without_a_trace() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        let ack = session.apply(apply(session, &uid, 0, 1)).await;
        assert_eq!(ack.outcome(), Outcome::Applied, "{ack:?}");

        let name = format!("{uid}-0-1");
        let object = api.get(&name).await.unwrap();
        let labels = object.labels();
        assert_eq!(labels[names::MANAGED_BY_LABEL], names::MANAGED_BY_FLEET);
        assert_eq!(labels[names::PLACEMENT_UID_LABEL], uid);
        assert_eq!(
            (
                labels[names::SLOT_LABEL].as_str(),
                labels[names::EPOCH_LABEL].as_str()
            ),
            ("0", "1")
        );
        assert_eq!(labels[names::TENANT_LABEL], "acme");
        let annotations = object.annotations();
        assert_eq!(annotations[names::INCARNATION_ANNOTATION], "3");
        assert_eq!(annotations[names::TERM_ANNOTATION], "7");
        assert_eq!(annotations[names::SIGNED_PLACEMENT_ANNOTATION], "c2lnbmVk");
        let traceparent = &annotations[names::TRACEPARENT_ANNOTATION];
        assert!(
            traceparent.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
            "the command's trace: {traceparent}"
        );
        assert!(
            !traceparent.contains("b7ad6b7169203331"),
            "the parent is our span: {traceparent}"
        );

        let report = session.report(&uid, |report| report.ready).await;
        assert_eq!(
            (report.phase(), report.slot, report.epoch),
            (Phase::Running, 0, 1)
        );
        assert_eq!(
            report.endpoint,
            format!("performer-{name}.{namespace}.svc.cluster.local:9090")
        );
        let with_node = session
            .report(&uid, |report| report.ready && !report.node.is_empty())
            .await;
        assert!(
            session.inventory().nodes.contains_key(&with_node.node),
            "{}",
            with_node.node
        );
        let counted = session
            .inventory_when("the pod to be counted", |mirror| mirror.bound(&uid, "cpu") == 100)
            .await;
        assert_eq!(counted.bound(&uid, "pods"), 1);
        assert_eq!(counted.bound(&uid, "memory"), 64 << 20);

        let gone = session
            .remove(session.header(&uid, 0, 1), &format!("{namespace}/{name}"))
            .await;
        assert_eq!(gone.outcome(), Outcome::Removed, "{gone:?}");
        assert!(api.get_opt(&name).await.unwrap().is_none());
        assert!(gone.inventory_sequence > counted.sequence);
        let after = session
            .inventory_when("the sequence of the removal", |mirror| {
                mirror.sequence >= gone.inventory_sequence
            })
            .await;
        assert_eq!(after.bound(&uid, "pods"), 0);
        // The server may ask again for what is gone.
        let again = session.remove(session.header(&uid, 0, 1), "").await;
        assert_eq!(again.outcome(), Outcome::Removed, "{again:?}");
    });
}

#[test]
fn a_repeated_apply_changes_nothing_and_another_content_changes_the_object() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        let name = format!("{uid}-0-1");
        session.apply(apply(session, &uid, 0, 1)).await;
        session.report(&uid, |_| true).await;
        let first = api.get(&name).await.unwrap();
        let repeated = session.apply(apply(session, &uid, 0, 1)).await;
        assert_eq!(repeated.outcome(), Outcome::Applied);
        let second = api.get(&name).await.unwrap();
        assert_eq!(first.metadata.generation, second.metadata.generation);
        assert_eq!(
            first.annotations(),
            second.annotations(),
            "also the trace it belongs to"
        );

        let changed = pb::Apply {
            content_hash: "content-2".into(),
            generation: 2,
            ..apply(session, &uid, 0, 1)
        };
        let changed = with_spec(changed, |spec| spec["version"] = json!("2.0"));
        assert_eq!(session.apply(changed).await.outcome(), Outcome::Applied);
        let third = api.get(&name).await.unwrap();
        assert_eq!(third.spec.version.as_deref(), Some("2.0"));
        assert_eq!(third.annotations()[names::GENERATION_ANNOTATION], "2");
        assert_eq!(third.uid(), first.uid());
    });
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_made() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        let refused = async |reason: &str, apply: pb::Apply| {
            let ack = session.apply(apply).await;
            assert_eq!(
                (ack.outcome(), ack.reason.as_str()),
                (Outcome::Refused, reason),
                "{ack:?}"
            );
            ack.message
        };
        let other_namespace = pb::Apply {
            namespace: "kube-system".into(),
            ..apply(session, &uid, 0, 1)
        };
        let message = refused("NAMESPACE_NOT_ALLOWED", other_namespace).await;
        assert!(
            message.contains("kube-system") && message.contains(namespace.as_str()),
            "{message}"
        );
        let other_tenant = pb::Apply {
            tenant: "stranger".into(),
            ..apply(session, &uid, 0, 1)
        };
        let message = refused("NAMESPACE_NOT_ALLOWED", other_tenant).await;
        assert!(message.contains("--namespace stranger="), "{message}");

        let no_image = with_spec(apply(session, &uid, 0, 1), |spec| spec["image"] = json!(""));
        let message = refused("INVALID", no_image).await;
        assert!(message.contains("image"), "the API server's words: {message}");
        let unknown = with_spec(apply(session, &uid, 0, 1), |spec| spec["imagge"] = json!("x"));
        let message = refused("INVALID", unknown).await;
        assert!(message.contains("imagge"), "{message}");
        let long = pb::Apply {
            object_name: "x".repeat(60),
            ..apply(session, &uid, 0, 1)
        };
        refused("INVALID", long).await;
        let no_json = pb::Apply {
            performer_spec_json: "[]".into(),
            ..apply(session, &uid, 0, 1)
        };
        refused("INVALID_SPEC", no_json).await;
        let mut header = session.header(&uid, 0, 1);
        header.slot = -1;
        refused(
            "INVALID_HEADER",
            pb::Apply {
                header: Some(header),
                ..apply(session, &uid, 0, 1)
            },
        )
        .await;
        assert!(
            api.list(&kube::api::ListParams::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );

        // A Performer that somebody made by hand.
        let name = format!("{uid}-0-1");
        let by_hand = json!({
            "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "metadata": {"name": name},
            "spec": {"avsAddress": "0x1", "image": "registry.example/mine:1"},
        });
        let params = PatchParams::apply("somebody");
        api.patch(&name, &params, &Patch::Apply(&by_hand)).await.unwrap();
        let message = refused("NAME_TAKEN", apply(session, &uid, 0, 1)).await;
        assert!(message.contains(&name), "{message}");
        let ack = session
            .adopt(session.header(&uid, 0, 1), &format!("{namespace}/{name}"))
            .await;
        assert_eq!(
            (ack.outcome(), ack.reason.as_str()),
            (Outcome::Refused, "NOT_MANAGED")
        );
        let ack = session
            .remove(session.header(&uid, 0, 1), &format!("{namespace}/{name}"))
            .await;
        assert_eq!(
            ack.outcome(),
            Outcome::Removed,
            "nothing of the slot is here: {ack:?}"
        );
        let mine = api.get(&name).await.unwrap();
        assert_eq!(mine.spec.image, "registry.example/mine:1");
        assert!(
            mine.metadata.deletion_timestamp.is_none(),
            "not the fleet's to delete"
        );
    });
}

#[test]
fn only_the_current_leader_and_session_and_the_newest_epoch_count() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            agent,
            peer,
        } = &mut bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        let with_header = |session: &Session, change: &dyn Fn(&mut pb::CommandHeader)| {
            let mut command = apply(session, &uid, 0, 2);
            change(command.header.as_mut().unwrap());
            command
        };
        let old_term = session
            .apply(with_header(session, &|header| header.term = 6))
            .await;
        assert_eq!(
            (old_term.outcome(), old_term.reason.as_str()),
            (Outcome::Stale, "ORDER_OLDER")
        );
        let old_life = session
            .apply(with_header(session, &|header| {
                (header.incarnation, header.term) = (2, 99);
            }))
            .await;
        assert_eq!(old_life.outcome(), Outcome::Stale);
        let other = session
            .apply(with_header(session, &|header| {
                header.session_id = "session-0".into();
            }))
            .await;
        assert_eq!(
            (other.outcome(), other.reason.as_str()),
            (Outcome::Stale, "OTHER_SESSION")
        );
        let early = session
            .apply(with_header(session, &|header| header.term = 8))
            .await;
        assert_eq!(
            (early.outcome(), early.reason.as_str()),
            (Outcome::Failed, "ORDER_NOT_WELCOMED")
        );
        assert!(api.get_opt(&format!("{uid}-0-2")).await.unwrap().is_none());

        assert_eq!(
            session.apply(apply(session, &uid, 0, 2)).await.outcome(),
            Outcome::Applied
        );
        let older = session.apply(apply(session, &uid, 0, 1)).await;
        assert_eq!(
            (older.outcome(), older.reason.as_str()),
            (Outcome::Stale, "EPOCH_OLDER")
        );
        // A tombstone of an older epoch leaves the newer one alone.
        assert_eq!(
            session.remove(session.header(&uid, 0, 1), "").await.outcome(),
            Outcome::Removed
        );
        assert!(
            api.get(&format!("{uid}-0-2"))
                .await
                .unwrap()
                .metadata
                .deletion_timestamp
                .is_none()
        );

        // Whom it has obeyed it knows also after a crash, and a deposed leader gets no session.
        agent.crash_and_restart();
        let mut deposed = peer.session().await;
        assert_eq!(
            (deposed.hello.highest_incarnation, deposed.hello.highest_term),
            (3, 7)
        );
        deposed
            .welcome(Welcome {
                order: (3, 6),
                ..Welcome::default()
            })
            .await;
        deposed.ended().await;
        agent.logged("deposed leader").await;
        let mut next = peer.session().await;
        next.welcome(Welcome {
            order: (4, 1),
            ..Welcome::default()
        })
        .await;
        let running = next.running().await;
        let ours: Vec<_> = running
            .iter()
            .filter(|performer| performer.placement_uid == uid)
            .collect();
        assert_eq!(ours.len(), 1, "{running:?}");
        assert_eq!(
            (ours[0].slot, ours[0].epoch, ours[0].content_hash.as_str()),
            (0, 2, "content-1")
        );
        assert_eq!((ours[0].incarnation, ours[0].term), (3, 7));
        assert_eq!(ours[0].signed_placement, b"signed");
        assert_eq!(ours[0].performer, format!("{namespace}/{uid}-0-2"));
    });
}

#[test]
fn slots_run_side_by_side_and_each_slot_in_order() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        let mut expected = Vec::new();
        for slot in 0..40 {
            // One after the other without waiting: made, removed, and made at the next epoch.
            let first = apply(session, &uid, slot, 1);
            let removal = pb::Remove {
                header: Some(session.header(&uid, slot, 1)),
                performer: String::new(),
                exact: false,
            };
            let second = apply(session, &uid, slot, 2);
            expected.push((first.header.clone().unwrap().command_id, Outcome::Applied));
            expected.push((removal.header.clone().unwrap().command_id, Outcome::Removed));
            expected.push((second.header.clone().unwrap().command_id, Outcome::Applied));
            session.send(ServerMessage::Apply(first)).await;
            session.send(ServerMessage::Remove(removal)).await;
            session.send(ServerMessage::Apply(second)).await;
        }
        for (command, outcome) in expected {
            let ack = session.ack(&command).await;
            assert_eq!(ack.outcome(), outcome, "{ack:?}");
        }
        let left = api.list(&kube::api::ListParams::default()).await.unwrap();
        let mut names: Vec<String> = left.items.iter().map(ResourceExt::name_any).collect();
        names.sort();
        let mut wanted: Vec<String> = (0..40).map(|slot| format!("{uid}-{slot}-2")).collect();
        wanted.sort();
        assert_eq!(names, wanted);
    });
}

#[test]
fn a_successor_that_is_dropped_leaves_the_earlier_epoch_as_it_was() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        assert_eq!(
            session.apply(apply(session, &uid, 0, 1)).await.outcome(),
            Outcome::Applied
        );
        let serving = api.get(&format!("{uid}-0-1")).await.unwrap();
        assert_eq!(
            session.apply(apply(session, &uid, 0, 2)).await.outcome(),
            Outcome::Applied
        );
        let dropped = pb::Remove {
            header: Some(session.header(&uid, 0, 2)),
            performer: format!("{namespace}/{uid}-0-2"),
            exact: true,
        };
        let ack = session.bury(dropped).await;
        assert_eq!(ack.outcome(), Outcome::Removed, "{ack:?}");
        assert!(api.get_opt(&format!("{uid}-0-2")).await.unwrap().is_none());
        let left = api.get(&format!("{uid}-0-1")).await.unwrap();
        assert_eq!(left.uid(), serving.uid());
        assert!(left.metadata.deletion_timestamp.is_none());
        // It is the newest epoch again, so it may be applied again.
        assert_eq!(
            session.apply(apply(session, &uid, 0, 1)).await.outcome(),
            Outcome::Applied
        );
        assert_eq!(
            session.apply(apply(session, &uid, 0, 3)).await.outcome(),
            Outcome::Applied
        );
        // A tombstone of the later epoch buries both.
        let gone = session.remove(session.header(&uid, 0, 3), "").await;
        assert_eq!(gone.outcome(), Outcome::Removed, "{gone:?}");
        let left = api.list(&kube::api::ListParams::default()).await.unwrap();
        assert!(
            left.items
                .iter()
                .all(|object| !object.name_any().starts_with(&uid))
        );
    });
}

#[test]
fn a_performer_that_no_node_takes_is_rejected_after_a_while() {
    run(async {
        let Bed { session, .. } = &bed().await;
        let uid = uid();
        let nowhere = with_spec(apply(session, &uid, 0, 1), |spec| {
            spec["scheduling"] = json!({"nodeSelector": {"kubernetes.io/hostname": "no-such-node"}});
        });
        assert_eq!(session.apply(nowhere).await.outcome(), Outcome::Applied);
        let waiting = session
            .report(&uid, |report| {
                report.reason == "UNSCHEDULABLE" && !report.rejected
            })
            .await;
        assert_eq!(waiting.phase(), Phase::Starting);
        let rejected = session.report(&uid, |report| report.rejected).await;
        assert_eq!(rejected.reason, "UNSCHEDULABLE");
        assert!(
            rejected.message.contains("nodes are available"),
            "the scheduler's words: {}",
            rejected.message
        );
        assert_eq!(
            session.inventory().bound(&uid, "pods"),
            0,
            "an unbound pod uses nothing"
        );
    });
}

#[test]
fn an_orphan_of_the_fleet_is_adopted_into_a_placement() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let api = performers(client, namespace);
        let (old, new) = (uid(), uid());
        session.apply(apply(session, &old, 0, 4)).await;
        let name = format!("{old}-0-4");
        let ack = session
            .adopt(session.header(&new, 1, 5), &format!("{namespace}/{name}"))
            .await;
        assert_eq!(ack.outcome(), Outcome::Adopted, "{ack:?}");
        let object = api.get(&name).await.unwrap();
        assert_eq!(object.labels()[names::PLACEMENT_UID_LABEL], new);
        assert_eq!(object.labels()[names::SLOT_LABEL], "1");
        let report = session.report(&new, |_| true).await;
        assert_eq!((report.slot, report.epoch), (1, 5));
        let missing = session
            .adopt(session.header(&new, 2, 1), &format!("{namespace}/nobody"))
            .await;
        assert_eq!(
            (missing.outcome(), missing.reason.as_str()),
            (Outcome::Refused, "NOT_FOUND")
        );
    });
}

#[test]
fn a_server_that_knows_nothing_deletes_nothing() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            peer,
            ..
        } = &mut bed().await;
        let api = performers(client, namespace);
        let uid = uid();
        session.apply(apply(session, &uid, 0, 1)).await;
        peer.restart().await;
        let mut empty = peer.session().await;
        empty
            .welcome(Welcome {
                order: (9, 1),
                ..Welcome::default()
            })
            .await;
        assert!(
            empty
                .running()
                .await
                .iter()
                .any(|performer| performer.placement_uid == uid)
        );
        empty.report(&uid, |report| report.ready).await;
        empty
            .find("three heartbeats", |message| {
                matches!(message, Message::Heartbeat(beat) if beat.sequence >= 3).then_some(())
            })
            .await;
        let object = api.get(&format!("{uid}-0-1")).await.unwrap();
        assert!(object.metadata.deletion_timestamp.is_none());
    });
}

#[test]
fn a_performer_deleted_by_hand_is_told() {
    run(async {
        let Bed {
            namespace,
            client,
            session,
            ..
        } = &bed().await;
        let uid = uid();
        session.apply(apply(session, &uid, 0, 1)).await;
        session.report(&uid, |report| report.ready).await;
        let api = performers(client, namespace);
        api.delete(&format!("{uid}-0-1"), &kube::api::DeleteParams::default())
            .await
            .unwrap();
        let gone = session.report(&uid, |report| report.reason == "GONE").await;
        assert_eq!((gone.phase(), gone.ready), (Phase::Terminating, false));
        // The server may make it again, at the same epoch.
        assert_eq!(
            session.apply(apply(session, &uid, 0, 1)).await.outcome(),
            Outcome::Applied
        );
    });
}
