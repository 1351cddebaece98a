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

use hourglass_model::labels::Labels;
use hourglass_model::pod::{self, ContainerDefaults, ContainerResources, PodResources};
use hourglass_model::render::{
    NodeOffer, Pin, RuntimeClassGrant, claim_limits, claim_vector, has_request, resolve,
};
use hourglass_model::request::{CanonicalRequest, canonicalise};
use hourglass_model::resources::{CPU, MEMORY, ResourceName, ResourceVector};
use hourglass_proto::fleet::v1 as pb;
use hourglass_proto::fleet::v1::ack::Outcome;
use k8s_openapi::api::core::v1::{LimitRange, Pod, ResourceQuota, ServiceAccount};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
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

fn vector(amounts: &BTreeMap<String, i64>) -> ResourceVector {
    let named = amounts
        .iter()
        .map(|(name, amount)| (ResourceName::new(name).unwrap(), *amount));
    named.collect()
}

/// What the agent says that containers of a namespace are given.
fn given(info: &pb::NamespaceInfo) -> Option<ContainerDefaults> {
    let ranges = info.limit_ranges.as_ref()?.ranges.iter();
    let of = |range: &pb::LimitRange| {
        ContainerDefaults::new(vector(&range.default_requests), vector(&range.default_limits))
    };
    Some(ranges.fold(ContainerDefaults::default(), |all, range| all.or_more(&of(range))))
}

/// A request with these resources of its container.
fn request(resources: &serde_json::Value) -> CanonicalRequest {
    let performer = json!({
        "avsAddress": "0x1111111111111111111111111111111111111111", "image": "registry.example/performer:1.0",
        "resources": resources,
    });
    let spec = serde_json::from_value(json!({ "performer": performer })).unwrap();
    canonicalise(&spec, &Labels::new()).unwrap()
}

/// Whether the quotas that the agent told of a namespace admit the pod of a request.
fn is_admitted(info: &pb::NamespaceInfo, request: &CanonicalRequest, offer: &NodeOffer) -> bool {
    let defaults = given(info).unwrap();
    let limits = claim_limits(request, &offer.overhead(), &defaults);
    let requests = claim_vector(request, offer, &defaults);
    info.quotas.iter().all(|quota| {
        let (left, limits_left) = (vector(&quota.headroom), vector(&quota.limits_headroom));
        let fits = |wanted: &ResourceVector, left: &ResourceVector| {
            wanted
                .shortages(left)
                .all(|short| !left.contains(&short.resource))
        };
        let stated = [&*CPU, &*MEMORY].into_iter().all(|resource| {
            (has_request(request, &defaults, resource) || !left.contains(resource))
                && (limits.contains(resource) || !limits_left.contains(resource))
        });
        stated && fits(&requests, &left) && fits(&limits, &limits_left)
    })
}

fn counted(quantities: Option<&BTreeMap<String, Quantity>>) -> ResourceVector {
    let count = |(name, quantity): (&String, &Quantity)| {
        let resource = ResourceName::new(name).unwrap();
        let amount = resource.count(&quantity.0.parse().unwrap()).unwrap();
        (resource, amount)
    };
    quantities.into_iter().flatten().map(count).collect()
}

/// A pod of a cluster as it counts.
fn resources_of(pod: &Pod) -> PodResources {
    let spec = pod.spec.as_ref().unwrap();
    let resources = spec.containers[0].resources.as_ref();
    PodResources {
        containers: vec![ContainerResources {
            requests: counted(resources.and_then(|all| all.requests.as_ref())),
            limits: counted(resources.and_then(|all| all.limits.as_ref())),
            ..ContainerResources::default()
        }],
        overhead: counted(spec.overhead.as_ref()),
        ..PodResources::default()
    }
}

#[test]
fn what_is_told_of_quotas_and_limit_ranges_foretells_what_the_cluster_admits() {
    run(async {
        let cluster = cluster().await;
        let (bare, kind, storage) = (
            namespace(cluster).await,
            namespace(cluster).await,
            namespace(cluster).await,
        );
        let bounds = "{requests.cpu: '2', memory: 1Gi, limits.cpu: '3', pods: '10'}";
        let class = format!("around-{bare}");
        let yaml = format!(
            "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: team, namespace: {bare}}}, spec: {{hard: {bounds}}}}}
---
{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: team, namespace: {kind}}}, spec: {{hard: {bounds}}}}}
---
{{apiVersion: v1, kind: LimitRange, metadata: {{name: small, namespace: {kind}}}, spec: {{limits: [
  {{type: Container, defaultRequest: {{cpu: 500m}}, default: {{cpu: '2', memory: 512Mi}}}}]}}}}
---
{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: disks, namespace: {storage}}},
  spec: {{hard: {{requests.ephemeral-storage: 1Gi, limits.ephemeral-storage: 1Gi}}}}}}
---
{{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {{name: {class}}}, handler: runc,
  overhead: {{podFixed: {{cpu: 500m, memory: 1Mi}}}}}}
"
        );
        cluster.apply_yaml(&yaml).await.unwrap();
        let peer = Peer::start().await;
        let mut setup = Setup::new(cluster, &peer, &bare).await;
        setup.namespaces = vec![format!("acme={bare},{kind},{storage}")];
        let agent = setup.start();
        let mut session = peer.session().await;
        session.welcome(Welcome::default()).await;
        let told = session
            .inventory_when("quotas and LimitRanges to be told", |mirror| {
                [&bare, &kind, &storage].into_iter().all(|namespace| {
                    facts(mirror, namespace)
                        .is_some_and(|info| info.quotas.len() == 1 && info.limit_ranges.is_some())
                })
            })
            .await;
        let defaults = given(facts(&told, &kind).unwrap()).unwrap();
        assert_eq!(
            (defaults.requests.get(&CPU), defaults.limits.get(&CPU)),
            (500, 2000)
        );
        assert_eq!(defaults.requests.get(&MEMORY), 512 << 20);

        let client = cluster.client().await.unwrap();
        let around = RuntimeClassGrant {
            name: class,
            overhead: vector(&BTreeMap::from([
                ("cpu".to_owned(), 500),
                ("memory".to_owned(), 1 << 20),
            ])),
        };
        let offers = [None, Some(around)].map(|runtime_class| NodeOffer {
            runtime_class,
            ..NodeOffer::default()
        });
        let mut verdicts = BTreeMap::new();
        for (namespace, resources) in [&bare, &kind, &storage].into_iter().flat_map(|namespace| {
            [
                json!({}),
                json!({"requests": {"cpu": "1"}}),
                json!({"requests": {"cpu": "1", "memory": "256Mi"}}),
                json!({"requests": {"cpu": "0", "memory": "0"}}),
                json!({"limits": {"cpu": "1", "memory": "256Mi"}}),
                json!({"limits": {"cpu": "1"}, "requests": {"memory": "2Gi"}}),
                json!({"limits": {"cpu": "2700m"}, "requests": {"cpu": "1", "memory": "1Mi"}}),
                json!({"limits": {"cpu": "4"}, "requests": {"cpu": "1", "memory": "1Mi"}}),
                json!({"limits": {"ephemeral-storage": "2Gi"}, "requests": {"ephemeral-storage": "1Mi"}}),
            ]
            .map(|resources| (namespace, resources))
        }) {
            for offer in &offers {
                let info = facts(&told, namespace).unwrap();
                let request = request(&resources);
                let rendered = resolve(&request, offer, &Pin::Cluster);
                let class = rendered
                    .scheduling
                    .as_ref()
                    .and_then(|rules| rules.runtime_class.clone());
                let pod = json!({
                    "metadata": {"name": "foretold"},
                    "spec": {"runtimeClassName": class, "containers": [{
                        "name": "performer", "image": rendered.image, "resources": rendered.resources,
                    }]},
                });
                let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
                let dry = PostParams {
                    dry_run: true,
                    ..PostParams::default()
                };
                let answer = pods.create(&dry, &serde_json::from_value(pod).unwrap()).await;
                let foretold = is_admitted(info, &request, offer);
                assert_eq!(
                    answer.is_ok(),
                    foretold,
                    "{resources} in {namespace}, {offer:?}: {answer:?}"
                );
                *verdicts.entry((namespace, foretold)).or_insert(0) += 1;
                if let Ok(pod) = answer {
                    let (counts, defaults) = (resources_of(&pod), given(info).unwrap());
                    assert_eq!(
                        claim_vector(&request, offer, &defaults).without_zeros(),
                        pod::requests(&counts).without_zeros()
                    );
                    assert_eq!(
                        claim_limits(&request, &offer.overhead(), &defaults),
                        pod::limits(&counts)
                    );
                }
            }
        }
        assert_eq!(
            verdicts.len(),
            6,
            "each namespace admits and refuses some: {verdicts:?}"
        );

        let ranges: Api<LimitRange> = Api::namespaced(client, &kind);
        let more = json!({"spec": {"limits": [{"type": "Container", "max": {"cpu": "4"}}]}});
        ranges
            .patch("small", &PatchParams::default(), &Patch::Merge(more))
            .await
            .unwrap();
        let all_of = |cpu| {
            let cpu: ResourceVector = [(CPU.clone(), cpu)].into_iter().collect();
            Some(ContainerDefaults::new(cpu.clone(), cpu))
        };
        session
            .inventory_when(
                "the LimitRange to be told as the API server completed it",
                |mirror| facts(mirror, &kind).and_then(given) == all_of(4000),
            )
            .await;
        ranges.delete("small", &DeleteParams::default()).await.unwrap();
        session
            .inventory_when("the LimitRange to be gone", |mirror| {
                facts(mirror, &kind).and_then(given) == Some(ContainerDefaults::default())
            })
            .await;
        assert!(!agent.log().contains("forbidden"), "{}", agent.log());
    });
}
