//! What performers may need to find in their namespace is told, and kept up to date, from a real API server.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a test reports failure"
)]

mod session_bed;

use std::collections::BTreeMap;

use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use k8s_openapi::api::core::v1::{ResourceQuota, ServiceAccount};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;
use session_bed::agent::Setup;
use session_bed::mirror::Mirror;
use session_bed::peer::Peer;
use session_bed::session::Welcome;
use session_bed::{apply, cluster, namespace, run, uid, with_spec};

fn facts<'a>(mirror: &'a Mirror, namespace: &str) -> Option<&'a pb::NamespaceInfo> {
    mirror.facts.namespaces.iter().find(|info| info.name == namespace)
}

fn headroom(mirror: &Mirror, namespace: &str) -> BTreeMap<String, BTreeMap<String, i64>> {
    let quotas = facts(mirror, namespace).map(|info| info.quotas.clone());
    quotas
        .into_iter()
        .flatten()
        .map(|quota| (quota.name, quota.headroom))
        .collect()
}

fn left(pods: i64, cpu: i64) -> BTreeMap<String, BTreeMap<String, i64>> {
    let amounts = BTreeMap::from([("pods".to_owned(), pods), ("cpu".to_owned(), cpu)]);
    BTreeMap::from([("small".to_owned(), amounts)])
}

#[test]
fn service_accounts_quotas_priority_classes_and_declared_names_are_told_as_they_change() {
    run(async {
        let cluster = cluster().await;
        let (open, undeclared, closed) = (
            namespace(cluster).await,
            namespace(cluster).await,
            namespace(cluster).await,
        );
        let yaml = format!(
            "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: runner, namespace: {open}}}}}
---
{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: hidden, namespace: {closed}}}}}
---
{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: small, namespace: {open}}},
  spec: {{hard: {{pods: '5', requests.cpu: '2', limits.cpu: '8', services: '9'}}}}}}
---
{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: scoped, namespace: {open}}},
  spec: {{hard: {{pods: '1'}}, scopes: [BestEffort]}}}}
---
{{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: of-{open}}}, value: 1000}}
"
        );
        cluster.apply_yaml(&yaml).await.unwrap();
        let peer = Peer::start().await;
        let mut setup = Setup::new(cluster, &peer, &open).await;
        setup.namespaces = vec![format!("acme={open},{undeclared}")];
        setup.flags = vec![
            format!("--declared-secret={open}/keys"),
            format!("--declared-secret={open}/pull"),
        ];
        let agent = setup.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;

        let told = session
            .inventory_when("the namespaces to be told", |mirror| {
                facts(mirror, &open).is_some_and(|info| {
                    let accounts = &info.service_accounts;
                    ["default", "runner"]
                        .iter()
                        .all(|name| accounts.iter().any(|known| known == name))
                }) && headroom(mirror, &open) == left(5, 2000)
                    && facts(mirror, &undeclared).is_some()
                    && !mirror.facts.priority_classes.is_empty()
            })
            .await;
        let info = facts(&told, &open).unwrap();
        assert_eq!(info.secrets.as_ref().unwrap().names, ["keys", "pull"]);
        assert_eq!(info.config_maps, None, "nothing was declared");
        assert_eq!(facts(&told, &undeclared).unwrap().secrets, None);
        assert!(facts(&told, &closed).is_none(), "open to nobody");
        let classes = &told.facts.priority_classes;
        assert!(
            classes.contains(&"system-node-critical".to_owned()),
            "{classes:?}"
        );
        assert!(classes.contains(&format!("of-{open}")), "{classes:?}");

        // What is used of a quota, by ours and by others, is no longer left.
        let uid = uid();
        let limited = with_spec(apply(&session, &uid, 0, 1), |spec| {
            spec["resources"]["limits"] = json!({"cpu": "200m"});
        });
        assert_eq!(session.apply(limited).await.outcome(), Outcome::Applied);
        session
            .inventory_when("the quota to be used", |mirror| {
                headroom(mirror, &open) == left(4, 1900)
            })
            .await;

        let client = cluster.client().await.unwrap();
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), &open);
        accounts.delete("runner", &DeleteParams::default()).await.unwrap();
        let quotas: Api<ResourceQuota> = Api::namespaced(client, &open);
        let smaller = Patch::Merge(json!({"spec": {"hard": {"pods": "0"}}}));
        quotas
            .patch("small", &PatchParams::default(), &smaller)
            .await
            .unwrap();
        session
            .inventory_when("the changes to be told", |mirror| {
                let info = facts(mirror, &open).unwrap();
                !info.service_accounts.contains(&"runner".to_owned())
                    && headroom(mirror, &open) == left(-1, 1900)
            })
            .await;
        assert!(!agent.log().contains("forbidden"), "{}", agent.log());
    });
}
