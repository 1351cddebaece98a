//! The shipped roles let the agent do what it must, and nothing more.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is the report of a failed test"
)]

mod operator_bed;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client};
use operator_bed::{Bed, agent, cluster};
use serde_json::json;

const OWN: &str = "hourglass-system";

async fn may(
    client: &Client,
    verb: &str,
    group: &str,
    resource: &str,
    namespace: Option<&str>,
    name: Option<&str>,
) -> bool {
    let (resource, subresource) = resource
        .split_once('/')
        .map_or((resource, None), |(left, right)| (left, Some(right)));
    let attributes = ResourceAttributes {
        verb: Some(verb.to_owned()),
        group: Some(group.to_owned()),
        resource: Some(resource.to_owned()),
        subresource: subresource.map(str::to_owned),
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        ..ResourceAttributes::default()
    };
    let review = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            non_resource_attributes: None,
        },
        ..SelfSubjectAccessReview::default()
    };
    let api: Api<SelfSubjectAccessReview> = Api::all(client.clone());
    api.create(&PostParams::default(), &review)
        .await
        .unwrap()
        .status
        .unwrap()
        .allowed
}

#[tokio::test]
async fn the_agent_may_do_what_it_must() {
    Bed::new("roles").await;
    let agent = Client::try_from(agent().await).unwrap();
    let anywhere = Some("roles");
    for (verb, group, resource, namespace, name) in [
        ("watch", "", "nodes", None, None),
        ("watch", "", "pods", None, None),
        ("watch", "node.k8s.io", "runtimeclasses", None, None),
        ("watch", "scheduling.k8s.io", "priorityclasses", None, None),
        ("watch", "resource.k8s.io", "resourceslices", None, None),
        ("watch", "resource.k8s.io", "resourceclaims", None, None),
        (
            "create",
            "resource.k8s.io",
            "resourceclaimtemplates",
            anywhere,
            None,
        ),
        ("watch", "", "serviceaccounts", anywhere, None),
        ("watch", "", "resourcequotas", anywhere, None),
        ("watch", "", "limitranges", anywhere, None),
        ("get", "", "namespaces", None, Some("kube-system")),
        ("create", "hourglass.eigenlayer.io", "performers", anywhere, None),
        (
            "patch",
            "hourglass.eigenlayer.io",
            "performers/status",
            anywhere,
            None,
        ),
        (
            "update",
            "hourglass.eigenlayer.io",
            "performers/finalizers",
            anywhere,
            None,
        ),
        ("delete", "apps", "deployments", anywhere, None),
        ("patch", "", "services", anywhere, None),
        ("delete", "networking.k8s.io", "networkpolicies", anywhere, None),
        ("create", "events.k8s.io", "events", anywhere, None),
        ("patch", "", "pods", anywhere, None),
        ("update", "coordination.k8s.io", "leases", Some(OWN), None),
        (
            "patch",
            "",
            "secrets",
            Some(OWN),
            Some("hourglass-agent-identity"),
        ),
    ] {
        assert!(
            may(&agent, verb, group, resource, namespace, name).await,
            "{verb} {resource} {namespace:?} {name:?}"
        );
    }
}

#[tokio::test]
async fn the_agent_may_do_nothing_else() {
    Bed::new("no-roles").await;
    let agent = Client::try_from(agent().await).unwrap();
    let anywhere = Some("no-roles");
    for (verb, group, resource, namespace, name) in [
        ("*", "*", "*", None, None),
        ("get", "", "secrets", anywhere, Some("any")),
        ("list", "", "secrets", Some(OWN), None),
        ("watch", "", "secrets", Some(OWN), None),
        ("create", "", "secrets", Some(OWN), None),
        ("get", "", "secrets", Some(OWN), Some("another")),
        (
            "delete",
            "",
            "secrets",
            Some(OWN),
            Some("hourglass-agent-identity"),
        ),
        ("get", "", "configmaps", anywhere, Some("any")),
        ("create", "", "pods", anywhere, None),
        ("delete", "", "pods", anywhere, None),
        ("update", "", "pods", anywhere, None),
        ("patch", "", "pods/status", anywhere, None),
        ("patch", "resource.k8s.io", "resourceclaims", anywhere, None),
        ("delete", "resource.k8s.io", "resourceclaims", anywhere, None),
        ("patch", "resource.k8s.io", "resourceslices", None, None),
        ("create", "", "pods/binding", anywhere, None),
        ("create", "", "pods/exec", anywhere, None),
        ("patch", "", "nodes", None, Some("any")),
        ("list", "", "namespaces", None, None),
        ("get", "", "namespaces", None, Some("default")),
        ("create", "", "serviceaccounts/token", anywhere, None),
        (
            "update",
            "coordination.k8s.io",
            "leases",
            Some("kube-node-lease"),
            None,
        ),
        (
            "create",
            "rbac.authorization.k8s.io",
            "clusterrolebindings",
            None,
            None,
        ),
        (
            "patch",
            "apiextensions.k8s.io",
            "customresourcedefinitions",
            None,
            None,
        ),
        (
            "update",
            "hourglass.eigenlayer.io",
            "performers/scale",
            anywhere,
            None,
        ),
    ] {
        assert!(
            !may(&agent, verb, group, resource, namespace, name).await,
            "{verb} {resource} {namespace:?} {name:?}"
        );
    }
}

#[tokio::test]
async fn applying_the_roles_again_keeps_the_identity() {
    Bed::new("identity").await;
    let agent = Client::try_from(agent().await).unwrap();
    let secrets: Api<Secret> = Api::namespaced(agent, OWN);
    let identity = Patch::Merge(json!({"stringData": {"tls.key": "made by the agent"}}));
    secrets
        .patch("hourglass-agent-identity", &PatchParams::default(), &identity)
        .await
        .unwrap();
    cluster()
        .await
        .apply_yaml(include_str!("../../../charts/hourglass-agent/files/rbac.yaml"))
        .await
        .unwrap();
    let kept = secrets.get("hourglass-agent-identity").await.unwrap();
    assert!(kept.data.unwrap().contains_key("tls.key"));
}
