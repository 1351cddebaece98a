//! How an agent joins, stays and comes back: enrolment, its stored identity, renewal, the Lease.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use std::time::{Duration, SystemTime};

use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_testbed::wait_until;
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::api::rbac::v1::Role;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use session_bed::agent::{Agent, Home, Setup};
use session_bed::peer::Peer;
use session_bed::session::Welcome;
use session_bed::{LIMIT, cluster, namespace, run};

#[test]
fn an_agent_enrols_once_and_comes_back_with_the_same_identity() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        assert_eq!(
            (session.identity.cluster(), session.identity.cluster_uid()),
            ("c1", cluster.uid())
        );
        let hello = &session.hello;
        assert_eq!(
            (hello.cluster.as_str(), hello.cluster_uid.as_str()),
            ("c1", cluster.uid())
        );
        assert_eq!(hello.protocol_versions, [1, 2]);
        assert_eq!(hello.agent_version, env!("CARGO_PKG_VERSION"));
        assert!(
            hello.kubernetes_version.starts_with("v1."),
            "{}",
            hello.kubernetes_version
        );
        assert_eq!((hello.highest_incarnation, hello.highest_term), (0, 0));
        assert_eq!(hello.lease_holder, "agent-a");
        let transitions = hello.lease_transitions;

        session.welcome(Welcome::default()).await;
        agent.ready().await;
        assert!((agent.metric("hourglass_agent_session_connected").await - 1.0).abs() < f64::EPSILON);
        let inventory = session
            .inventory_when("a snapshot", |mirror| mirror.snapshots == 1)
            .await;
        assert_eq!(inventory.nodes.len(), 4);
        assert!(
            inventory
                .nodes
                .values()
                .all(|node| node.ready && node.allocatable["cpu"] > 0)
        );
        let tainted: Vec<_> = inventory.nodes.values().flat_map(|node| &node.taints).collect();
        assert_eq!((tainted.len(), tainted[0].key.as_str()), (1, "dedicated"));
        assert!(inventory.facts.kubernetes_version.starts_with("v1."));
        assert_eq!(inventory.facts.tenants[0].tenant, "acme");
        assert_eq!(inventory.facts.tenants[0].namespaces, [namespace]);
        let before = inventory.sequence;

        agent.forget_token();
        agent.crash_and_restart();
        let mut again = peer.session().await;
        assert_eq!(peer.enrolments(), 1);
        assert_eq!(again.identity, session.identity);
        assert!(
            again.hello.lease_transitions > transitions,
            "the newer process wins"
        );
        again.welcome(Welcome::default()).await;
        let after = again
            .inventory_when("a new snapshot", |mirror| mirror.snapshots == 1)
            .await;
        assert!(after.sequence > before, "sequences rise over a restart");
        assert!(!agent.log().contains("PRIVATE KEY"));
    });
}

#[test]
fn the_identity_is_kept_in_the_one_secret_of_the_agent() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let mut setup = Setup::new(cluster, &peer, &namespace).await;
        setup.home = Home::Secret;
        let agent = setup.start();
        let mut session = peer.session().await;
        session
            .welcome(Welcome {
                order: (2, 5),
                ..Welcome::default()
            })
            .await;
        let applied = session
            .apply(session_bed::apply(&session, &session_bed::uid(), 0, 1))
            .await;
        assert_eq!(applied.outcome(), Outcome::Applied, "{applied:?}");

        let api: Api<Secret> = Api::namespaced(cluster.client().await.unwrap(), "hourglass-system");
        let data = api.get("hourglass-agent-identity").await.unwrap().data.unwrap();
        let text = |key: &str| String::from_utf8(data[key].0.clone()).unwrap();
        assert!(text("tls.key").contains("PRIVATE KEY"));
        assert!(text("tls.crt").contains("BEGIN CERTIFICATE"));
        assert_eq!(text("ca.crt"), peer.authority.bundle_pem());

        agent.forget_token();
        agent.crash_and_restart();
        let again = peer.session().await;
        assert_eq!(peer.enrolments(), 1);
        assert_eq!(
            (again.hello.highest_incarnation, again.hello.highest_term),
            (2, 5)
        );
    });
}

#[test]
fn a_join_token_that_is_not_good_ends_the_agent_with_the_remedy() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;

        let mut unknown = Setup::new(cluster, &peer, &namespace).await;
        unknown.token = "token-made-up".to_owned();
        let said = unknown.start().ended().await;
        assert!(
            said.contains("the join token is not known") && said.contains("--join-token-file"),
            "{said}"
        );
        assert!(!said.contains("token-made-up"), "a token is a secret");

        let mut other = Setup::new(cluster, &peer, &namespace).await;
        other.token = peer.token("another-cluster");
        let said = other.start().ended().await;
        assert!(said.contains("for another cluster"), "{said}");

        let used = Setup::new(cluster, &peer, &namespace).await;
        let token = used.token.clone();
        let first = used.start();
        peer.session().await;
        first.stop().await;
        let mut again = Setup::new(cluster, &peer, &namespace).await;
        again.token = token;
        let said = again.start().ended().await;
        assert!(said.contains("was used"), "{said}");
        assert_eq!(peer.enrolments(), 1);
    });
}

#[test]
fn a_server_of_another_authority_is_not_trusted() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let (peer, stranger) = (Peer::start().await, Peer::start().await);
        let mut setup = Setup::new(cluster, &peer, &namespace).await;
        setup.ca_pem = stranger.authority.bundle_pem();
        let agent = setup.start();
        agent.logged("--ca-file").await;
        agent.check();
        assert_eq!(peer.enrolments(), 0);
    });
}

#[test]
fn a_server_that_was_set_up_anew_is_not_trusted_and_the_remedy_is_told() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let (mut peer, stranger) = (Peer::start().await, Peer::start().await);
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        peer.session().await.welcome(Welcome::default()).await;
        agent.ready().await;
        peer.end().await;
        let original = std::mem::replace(&mut peer.authority, stranger.authority.clone());
        peer.listen().await;
        agent.logged("restore the server's pki directory").await;
        agent.check();
        peer.end().await;
        peer.authority = original;
        peer.listen().await;
        peer.session().await;
        assert_eq!(peer.enrolments(), 1, "with the identity that it has");
    });
}

#[test]
fn a_certificate_is_renewed_before_its_end_and_the_session_moves_to_it() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        peer.behave(|options| {
            options.lifetime = Duration::from_secs(60);
            options.renew_after = Some(Duration::from_secs(1));
        });
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut first = peer.session().await;
        // The next certificate lasts.
        peer.behave(|options| options.renew_after = None);
        first.welcome(Welcome::default()).await;
        let mut second = peer.session().await;
        first.ended().await;
        assert_eq!((peer.enrolments(), peer.renewals()), (1, 1));
        assert_eq!(second.identity, first.identity);
        second.welcome(Welcome::default()).await;
        second
            .inventory_when("a snapshot", |mirror| mirror.snapshots == 1)
            .await;
        agent.check();
        agent.forget_token();
        agent.crash_and_restart();
        peer.session().await;
        assert_eq!(peer.enrolments(), 1, "the renewed one was stored");
    });
}

#[test]
fn an_ended_certificate_needs_a_fresh_token() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let lifetime = Duration::from_secs(8);
        peer.behave(|options| options.lifetime = lifetime);
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        peer.session().await;
        agent.kill();
        let end = SystemTime::now() + lifetime;
        let over = async || {
            if SystemTime::now() > end {
                Ok(())
            } else {
                Err("not yet".to_owned())
            }
        };
        wait_until("the end of the certificate", LIMIT, over)
            .await
            .unwrap();

        peer.behave(|options| options.lifetime = Duration::from_secs(3600));
        agent.start_again();
        let said = agent.ended().await;
        assert!(
            said.contains("cannot be used") || said.contains("was used"),
            "the old token: {said}"
        );
        agent.set_token(&peer.token("c1"));
        agent.kill();
        agent.start_again();
        peer.session().await;
        assert_eq!(peer.enrolments(), 2);
    });
}

#[test]
fn of_two_agents_one_works_and_the_other_takes_over() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let first = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        let mut setup = Setup::new(cluster, &peer, &namespace).await;
        setup.lease_identity = "agent-b";
        let second = setup.start();
        // Who stands by is ready, and does nothing.
        second.ready().await;
        assert!(second.metric("hourglass_agent_holds_lease").await.abs() < f64::EPSILON);
        let told = "another agent holds the Lease: this one stands by";
        second.logged(told).await;
        assert!(second.log().contains(r#""holder":"agent-a""#), "{}", second.log());
        assert_eq!(peer.enrolments(), 1);
        assert!(peer.waiting_session().await.is_none());

        first.stop().await;
        let taken = peer.session().await;
        assert_eq!(taken.hello.lease_holder, "agent-b");
        assert_eq!(second.log().matches(told).count(), 1, "once per holder");
        assert!(taken.hello.lease_transitions > session.hello.lease_transitions);

        let mut twin = Setup::new(cluster, &peer, &namespace).await;
        twin.lease_identity = "agent-b";
        let _twin = twin.start();
        let said = second.ended().await;
        assert!(said.contains("--lease-identity"), "{said}");
    });
}

#[test]
fn an_agent_that_may_no_longer_renew_the_lease_stands_by_until_it_may() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        agent.ready().await;
        let roles: Api<Role> = Api::namespaced(cluster.client().await.unwrap(), &namespace);
        let role = roles.get("lease").await.unwrap();
        roles.delete("lease", &DeleteParams::default()).await.unwrap();
        session.ended().await;
        agent
            .logged("the API server does not let this agent renew the Lease")
            .await;
        agent.ready().await;
        assert!(agent.metric("hourglass_agent_holds_lease").await.abs() < f64::EPSILON);

        let again = Role {
            metadata: ObjectMeta {
                name: role.metadata.name,
                ..ObjectMeta::default()
            },
            ..role
        };
        roles.create(&PostParams::default(), &again).await.unwrap();
        let next = peer.session().await;
        assert!(next.hello.lease_transitions > session.hello.lease_transitions);
    });
}

#[test]
fn an_agent_that_is_told_to_end_finishes_its_work_and_gives_the_lease_back() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let client = cluster.client().await.unwrap();
        let peer = Peer::start().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        let apply = session_bed::apply(&session, &session_bed::uid(), 0, 1);
        let name = apply.object_name.clone();
        let applied = session.apply(apply).await;
        assert_eq!(applied.outcome(), Outcome::Applied, "{applied:?}");
        let performers = session_bed::performers(&client, &namespace);
        let serves = async || match performers.get(&name).await.unwrap().status {
            Some(status) if status.ready => Ok(()),
            other => Err(format!("{other:?}")),
        };
        wait_until("the performer to serve", LIMIT, serves).await.unwrap();
        let leases: Api<Lease> = Api::namespaced(client, &namespace);
        let holder = async || {
            let lease = leases.get("hourglass-cluster-agent").await.unwrap();
            lease.spec.unwrap().holder_identity.unwrap_or_default()
        };
        assert_eq!(holder().await, "agent-a");

        agent.stop().await;
        let log = agent.log();
        assert_eq!(holder().await, "", "{log}");
        // Whoever had to be cut off has held the end up for as long as it was allowed to.
        assert!(!log.contains("cut off") && !log.contains("cutting"), "{log}");
        assert_eq!(log.matches("this agent works").count(), 1, "{log}");
    });
}

#[test]
fn an_agent_that_is_told_to_end_at_its_begin_or_while_idle_does_so_at_once() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let agent = Agent::alone(cluster, &namespace, &[]).await;
        agent.logged("holding the Lease").await;
        agent.stop().await;
        agent.start_again();
        agent.ready().await;
        agent.stop().await;
        let log = agent.log();
        assert_eq!(log.matches("gave the Lease back").count(), 2, "{log}");
        assert!(!log.contains("cut off"), "{log}");
    });
}

#[test]
fn over_plain_text_an_agent_has_sessions_but_no_identity() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let peer = Peer::start_plaintext().await;
        let agent = Setup::new(cluster, &peer, &namespace).await.start();
        let mut session = peer.session().await;
        assert_eq!(session.hello.cluster, "c1");
        session.welcome(Welcome::default()).await;
        session
            .inventory_when("a snapshot", |mirror| mirror.snapshots == 1)
            .await;
        agent.ready().await;
        assert_eq!(peer.enrolments(), 0);
    });
}

#[test]
fn an_agent_that_stands_alone_runs_performers_without_any_server() {
    run(async {
        let cluster = cluster().await;
        let namespace = namespace(cluster).await;
        let agent = Agent::alone(cluster, &namespace, &[]).await;
        agent.ready().await;
        let api = session_bed::performers(&cluster.client().await.unwrap(), &namespace);
        let performer = serde_json::json!({
            "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer", "metadata": {"name": "alone"},
            "spec": {"avsAddress": "0x1111111111111111111111111111111111111111", "image": "registry.example/p:1"},
        });
        api.create(
            &PostParams::default(),
            &serde_json::from_value(performer).unwrap(),
        )
        .await
        .unwrap();
        let serves = async || match api.get("alone").await.unwrap().status {
            Some(status) if status.ready => Ok(()),
            other => Err(format!("{other:?}")),
        };
        wait_until("the performer to serve", LIMIT, serves).await.unwrap();
        assert!(agent.metric("hourglass_agent_session_connected").await.abs() < f64::EPSILON);
    });
}

#[test]
fn a_configuration_that_cannot_be_used_is_told_whole_and_a_printed_one_has_no_secret() {
    let cluster_agent = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cluster-agent"));
        command.args(args).env_clear().output().unwrap()
    };
    let refused = cluster_agent(&["--join-token=hunter2"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    for flag in [
        "--server",
        "--cluster",
        "--identity-secret",
        "--namespace default=performers",
    ] {
        assert!(said.contains(flag), "{flag} is missing in:\n{said}");
    }
    let printed = cluster_agent(&[
        "--print-config",
        "--server=https://fleet.example:7443",
        "--cluster=c1",
        "--state-dir=/var/lib/agent",
        "--namespace=acme=blue,green",
        "--join-token=hunter2",
    ]);
    let shown = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    assert!(
        shown.contains("blue") && shown.contains("[redacted]") && !shown.contains("hunter2"),
        "{shown}"
    );
}
