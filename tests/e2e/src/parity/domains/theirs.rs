//! The real side: the same nodes and pods as objects. Each case has topology keys of its own, so that all of a batch are in one
//! cluster and none counts in another. Each node is asked about with a pod of its own, one after the other, because one that
//! is bound counts for the next.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, ServiceAccount};
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use super::super::kubernetes::{LIMIT, PROBE, Verdict, answer, each, object};
use super::case::{Counted, DomainCase, DomainNode, DomainPod, Place};

/// Where the pods of the cases are; selectors see no other namespace.
const NAMESPACE: &str = "parity-domains";
/// Where one plain pod for each node is: once it is bound, the scheduler knows the node.
const CANARIES: &str = "parity-canaries";
const IS_PROBE: &str = "parity.example/probe";

/// The cluster under the cases.
#[derive(Debug, Clone)]
pub(in crate::parity) struct Theirs {
    nodes: Api<Node>,
    pods: Api<Pod>,
    canaries: Api<Pod>,
}

impl Theirs {
    /// Makes the namespaces.
    pub(in crate::parity) async fn prepare(client: &Client) -> Result<Self> {
        for name in [NAMESPACE, CANARIES] {
            let namespace: Namespace = object(json!({"metadata": {"name": name}}))?;
            let namespaces: Api<Namespace> = Api::all(client.clone());
            namespaces.create(&PostParams::default(), &namespace).await?;
            let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), name);
            wait_until("the namespace has its service account", LIMIT, async || {
                let account = accounts.get("default").await;
                account.map(|_| ()).map_err(|error| error.to_string())
            })
            .await?;
        }
        Ok(Self {
            nodes: Api::all(client.clone()),
            pods: Api::namespaced(client.clone(), NAMESPACE),
            canaries: Api::namespaced(client.clone(), CANARIES),
        })
    }

    /// Puts nodes and standing pods in place; when that is done, the scheduler knows all of them.
    pub(super) async fn populate(&self, cases: &[DomainCase]) -> Result<()> {
        let create = PostParams::default();
        let nodes = || {
            cases
                .iter()
                .flat_map(|case| case.nodes.iter().map(move |node| (case, node)))
        };
        each(nodes(), async |(case, node): (&DomainCase, &DomainNode)| {
            self.nodes
                .create(&create, &object(node_object(case, node))?)
                .await?;
            Ok(())
        })
        .await?;
        let standing = cases
            .iter()
            .flat_map(|case| case.standing.iter().enumerate().map(move |one| (case, one)));
        each(
            standing,
            async |(case, (number, (at, pod))): (&DomainCase, (usize, &(usize, DomainPod)))| {
                let mut spec = pod_spec(case, pod);
                spec["nodeName"] = case.nodes[*at].name.as_str().into();
                let name = format!("standing-{}-{number}", case.seed);
                let pod = json!({"metadata": {"name": name, "labels": pod.labels}, "spec": spec});
                self.pods.create(&create, &object(pod)?).await?;
                Ok(())
            },
        )
        .await?;
        each(nodes(), async |(_, node): (&DomainCase, &DomainNode)| {
            let mut spec = tied_to(node);
            spec["tolerations"] = json!([{"operator": "Exists"}]);
            let pod = json!({"metadata": {"name": format!("{PROBE}{}", node.name)}, "spec": spec});
            self.canaries.create(&create, &object(pod)?).await?;
            Ok(())
        })
        .await?;
        let wanted = nodes().count();
        wait_until("the scheduler knows every node", LIMIT, async || {
            let found = answers(&self.canaries).await?;
            let bound = found.values().filter(|verdict| **verdict == Verdict::Bound);
            match bound.count() {
                bound if bound == wanted => Ok(()),
                bound => Err(format!("{bound} of {wanted}")),
            }
        })
        .await?;
        Ok(())
    }

    /// The nodes of all cases that the scheduler takes, with what it says of the others.
    pub(super) async fn verdicts(&self, cases: &[DomainCase]) -> Result<BTreeMap<String, Verdict>> {
        let most = cases.iter().map(|case| case.nodes.len()).max().unwrap_or(0);
        let mut verdicts = BTreeMap::new();
        for at in 0..most {
            let asked = || {
                cases
                    .iter()
                    .filter_map(move |case| Some((case, case.nodes.get(at)?)))
            };
            each(asked(), async |(case, node): (&DomainCase, &DomainNode)| {
                let mut spec = pod_spec(case, &case.pod);
                let tied = tied_to(node);
                spec["affinity"]["nodeAffinity"] = tied["affinity"]["nodeAffinity"].clone();
                let mut labels = case.pod.labels.clone();
                labels.insert(IS_PROBE.to_owned(), "true".into());
                let name = format!("{PROBE}{}", node.name);
                let pod = json!({"metadata": {"name": name, "labels": labels}, "spec": spec});
                self.pods.create(&PostParams::default(), &object(pod)?).await?;
                Ok(())
            })
            .await?;
            let wanted = asked().count();
            let found = wait_until("the scheduler has answered", LIMIT, async || {
                let found = answers(&self.pods).await?;
                match found.len() {
                    answered if answered == wanted => Ok(found),
                    answered => Err(format!("{answered} of {wanted} answers")),
                }
            })
            .await?;
            verdicts.extend(found);
            delete_all(&self.pods, &ListParams::default().labels(IS_PROBE)).await?;
        }
        Ok(verdicts)
    }

    /// Takes everything away again.
    pub(super) async fn clear(&self, cases: &[DomainCase]) -> Result<()> {
        for pods in [&self.pods, &self.canaries] {
            delete_all(pods, &ListParams::default()).await?;
        }
        let names: BTreeSet<&str> = cases
            .iter()
            .flat_map(|case| case.nodes.iter().map(|node| node.name.as_str()))
            .collect();
        each(names.into_iter(), async |name: &str| {
            self.nodes.delete(name, &DeleteParams::default()).await?;
            Ok(())
        })
        .await
    }
}

async fn answers(pods: &Api<Pod>) -> Result<BTreeMap<String, Verdict>, String> {
    let found = pods.list(&ListParams::default()).await;
    let found = found.map_err(|error| error.to_string())?;
    Ok(found.items.iter().filter_map(answer).collect())
}

async fn delete_all(pods: &Api<Pod>, which: &ListParams) -> Result<()> {
    let now = DeleteParams::default().grace_period(0);
    pods.delete_collection(&now, which).await?;
    wait_until("the pods are gone", LIMIT, async || {
        let left = pods
            .list_metadata(which)
            .await
            .map_err(|error| error.to_string())?;
        match left.items.first() {
            Some(pod) => Err(format!("{} is left", pod.name_any())),
            None => Ok(()),
        }
    })
    .await?;
    Ok(())
}

fn key(case: &DomainCase, place: Place) -> String {
    let place = match place {
        Place::Node => "node",
        Place::Zone => "zone",
    };
    format!("s{}.parity.example/{place}", case.seed)
}

fn node_object(case: &DomainCase, node: &DomainNode) -> Value {
    let mut labels = json!({"kubernetes.io/hostname": node.name});
    labels[key(case, Place::Node)] = node.name.as_str().into();
    if let Some(zone) = node.zone {
        labels[key(case, Place::Zone)] = zone.into();
    }
    let taints = if node.tainted {
        json!([{"key": "dedicated", "effect": "NoSchedule"}])
    } else {
        json!([])
    };
    let room = json!({"cpu": "32", "memory": "32Gi", "pods": "110"});
    json!({
        "metadata": {"name": node.name, "labels": labels},
        "spec": {"taints": taints},
        "status": {"capacity": room, "allocatable": room},
    })
}

fn term(case: &DomainCase, counted: &Counted) -> Value {
    json!({"labelSelector": counted.selector, "topologyKey": key(case, counted.place)})
}

/// The pod with its rules, tied to no node. Which nodes are domains does not depend on the node that it is tied to then.
fn pod_spec(case: &DomainCase, pod: &DomainPod) -> Value {
    let spread = pod.spread.iter().map(|spread| {
        let mut value = term(case, &spread.counted);
        value["maxSkew"] = spread.max_skew.into();
        value["whenUnsatisfiable"] = "DoNotSchedule".into();
        value["nodeAffinityPolicy"] = "Ignore".into();
        if let Some(least) = spread.min_domains {
            value["minDomains"] = least.into();
        }
        value
    });
    let terms =
        |all: &mut dyn Iterator<Item = &Counted>| all.map(|counted| term(case, counted)).collect::<Vec<_>>();
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    let (near, away) = (
        terms(&mut pod.affinity.iter()),
        terms(&mut pod.anti_affinity.iter()),
    );
    json!({
        "containers": [{"name": "performer", "image": "registry.example/any:1"}],
        // A node that has just come has this taint for a moment.
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}],
        "topologySpreadConstraints": spread.collect::<Vec<_>>(),
        "affinity": {"podAffinity": {required: near}, "podAntiAffinity": {required: away}},
    })
}

fn tied_to(node: &DomainNode) -> Value {
    let here = json!({"key": "metadata.name", "operator": "In", "values": [node.name]});
    let terms = json!({"nodeSelectorTerms": [{"matchFields": [here]}]});
    json!({
        "containers": [{"name": "performer", "image": "registry.example/any:1"}],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}},
    })
}
