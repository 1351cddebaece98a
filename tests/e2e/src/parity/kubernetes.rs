//! The real side: nodes and pods of the cases as objects, and what the real scheduler does with them.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use futures::{StreamExt, TryStreamExt, stream};
use hourglass_testbed::wait_until;
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, ServiceAccount};
use k8s_openapi::api::node::v1::RuntimeClass;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};

use super::case::{Case, GPU, HEAVY_CLASS, HUGE, NodeCase, PLAIN_CLASS, PodCase, Running};

const NAMESPACE: &str = "parity";
const CONCURRENCY: usize = 16;
/// The scheduler takes milliseconds for a pod; this is for a busy machine.
pub(super) const LIMIT: Duration = Duration::from_secs(180);
/// The pod of a node is named after it.
pub(super) const PROBE: &str = "probe-";

/// What the real scheduler says of a pod tied to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Bound there.
    Bound,
    /// Not: its message, or the API server's refusal of the pod.
    Refused(String),
}

/// The cluster under the cases.
#[derive(Debug, Clone)]
pub(super) struct Real {
    nodes: Api<Node>,
    pods: Api<Pod>,
}

pub(super) fn object<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).context("the case makes no object")
}

impl Real {
    /// Makes namespace and RuntimeClasses.
    pub(super) async fn prepare(client: &Client) -> Result<Self> {
        let create = PostParams::default();
        let namespace: Namespace = object(json!({"metadata": {"name": NAMESPACE}}))?;
        Api::<Namespace>::all(client.clone())
            .create(&create, &namespace)
            .await?;
        let classes: Api<RuntimeClass> = Api::all(client.clone());
        let heavy = json!({
            "metadata": {"name": HEAVY_CLASS}, "handler": "heavy",
            "overhead": {"podFixed": {"cpu": "250m", "memory": "120Mi"}},
            "scheduling": {"nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "special", "operator": "Exists"}]},
        });
        let plain = json!({"metadata": {"name": PLAIN_CLASS}, "handler": "plain", "overhead": {"podFixed": {"cpu": "20m"}}});
        for class in [heavy, plain] {
            classes.create(&create, &object(class)?).await?;
        }
        let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), NAMESPACE);
        wait_until("the namespace has its service account", LIMIT, async || {
            accounts
                .get("default")
                .await
                .map(|_| ())
                .map_err(|error| error.to_string())
        })
        .await?;
        Ok(Self {
            nodes: Api::all(client.clone()),
            pods: Api::namespaced(client.clone(), NAMESPACE),
        })
    }

    /// Puts nodes and what runs on them in place.
    pub(super) async fn populate(&self, cases: &[Case]) -> Result<()> {
        let nodes = || cases.iter().flat_map(|case| &case.nodes);
        each(nodes(), async |node: &NodeCase| {
            let object = object(node_object(node))?;
            self.nodes.create(&PostParams::default(), &object).await?;
            Ok(())
        })
        .await?;
        let running = nodes().flat_map(|node| {
            node.running
                .iter()
                .enumerate()
                .map(move |(at, running)| (node, at, running))
        });
        each(
            running,
            async |(node, at, running): (&NodeCase, usize, &Running)| {
                let mut spec = running.spec.clone();
                spec["nodeName"] = node.name.as_str().into();
                spec["tolerations"] = json!([{"operator": "Exists"}]);
                let name = format!("{}-{at}", node.name);
                let pod = object(pod_object(&name, &spec))?;
                self.pods.create(&PostParams::default(), &pod).await?;
                match running.ended {
                    Some(phase) => self.end(&name, phase).await,
                    None => Ok(()),
                }
            },
        )
        .await
    }

    /// Ends a pod, once it runs: whoever starts it would have the last word.
    async fn end(&self, name: &str, phase: &str) -> Result<()> {
        wait_until("a pod runs", LIMIT, async || {
            let pod = self.pods.get(name).await.map_err(|error| error.to_string())?;
            let now = pod.status.and_then(|status| status.phase);
            match now.as_deref() {
                Some("Running") => Ok(()),
                _ => Err(format!("{name} is {now:?}")),
            }
        })
        .await?;
        let patch = Patch::Merge(json!({"status": {"phase": phase}}));
        let params = PatchParams::default();
        self.pods.patch_status(name, &params, &patch).await?;
        Ok(())
    }

    /// Asks the scheduler about every node of every case.
    pub(super) async fn verdicts(&self, cases: &[Case]) -> Result<BTreeMap<String, Verdict>> {
        let probes = cases
            .iter()
            .flat_map(|case| case.nodes.iter().map(move |node| (case, node)));
        let refused = stream::iter(probes.clone())
            .map(|(case, node)| async move {
                let pod: Pod = object(pod_object(
                    &format!("{PROBE}{}", node.name),
                    &probe(&case.pod, node),
                ))?;
                match self.pods.create(&PostParams::default(), &pod).await {
                    Ok(_) => Ok(None),
                    // The admission of RuntimeClasses refuses a pod that contradicts its class, validation one that
                    // can never be right.
                    Err(kube::Error::Api(status)) if matches!(status.code, 403 | 422) => {
                        Ok(Some((node.name.clone(), status.message)))
                    }
                    Err(error) => {
                        Err(anyhow!(error).context(format!("probe of case {}: {:?}", case.seed, case.pod)))
                    }
                }
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect::<Vec<_>>()
            .await?;
        let mut verdicts: BTreeMap<String, Verdict> = refused
            .into_iter()
            .flatten()
            .map(|(node, why)| (node, Verdict::Refused(why)))
            .collect();
        let wanted = probes.count();
        let settled = wait_until("the scheduler has answered", LIMIT, async || {
            let found = self.answers().await.map_err(|error| error.to_string())?;
            let answered = found.len() + verdicts.len();
            if answered >= wanted {
                Ok(found)
            } else {
                Err(format!("{answered} of {wanted} answers"))
            }
        })
        .await?;
        verdicts.extend(settled);
        Ok(verdicts)
    }

    /// The answers as they are now, by node.
    pub(super) async fn answers(&self) -> Result<BTreeMap<String, Verdict>> {
        let pods = self.pods.list(&ListParams::default()).await?;
        Ok(pods.items.iter().filter_map(answer).collect())
    }

    /// Takes everything away again.
    pub(super) async fn clear(&self, cases: &[Case]) -> Result<()> {
        let now = DeleteParams::default().grace_period(0);
        self.pods.delete_collection(&now, &ListParams::default()).await?;
        each(
            cases.iter().flat_map(|case| &case.nodes),
            async |node: &NodeCase| {
                self.nodes.delete(&node.name, &DeleteParams::default()).await?;
                Ok(())
            },
        )
        .await?;
        wait_until("pods and nodes of the batch are gone", LIMIT, async || {
            let pods = self
                .pods
                .list_metadata(&ListParams::default())
                .await
                .map_err(|error| error.to_string())?;
            if pods.items.is_empty() {
                Ok(())
            } else {
                Err(format!("{} pods are left", pods.items.len()))
            }
        })
        .await?;
        Ok(())
    }
}

/// Does `act` for all, several at a time.
pub(super) async fn each<T>(
    items: impl Iterator<Item = T>,
    act: impl AsyncFn(T) -> Result<()>,
) -> Result<()> {
    let act = &act;
    stream::iter(items)
        .map(|item| act(item))
        .buffer_unordered(CONCURRENCY)
        .try_for_each(async |()| Ok(()))
        .await
}

fn node_object(node: &NodeCase) -> Value {
    let mut labels = node.labels.clone();
    labels.insert("kubernetes.io/hostname".to_owned(), node.name.as_str().into());
    json!({
        "metadata": {"name": node.name, "labels": labels},
        "spec": {"taints": node.taints, "unschedulable": node.unschedulable},
        "status": {"capacity": node.allocatable, "allocatable": node.allocatable},
    })
}

fn pod_object(name: &str, spec: &Value) -> Value {
    json!({"metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec})
}

/// The case's pod, tied to a node.
fn probe(pod: &PodCase, node: &NodeCase) -> Value {
    let mut requests = pod.requests.clone();
    if pod.gpus > 0 {
        requests.insert(GPU.to_owned(), pod.gpus.to_string().into());
    }
    // Kubernetes wants limits for extended resources and huge pages, equal to the requests.
    let limits: serde_json::Map<String, Value> = requests
        .iter()
        .filter(|(name, _)| name.contains('/') || *name == HUGE)
        .map(|(name, amount)| (name.clone(), amount.clone()))
        .collect();
    let mut selector = pod.node_selector.clone();
    selector.insert("kubernetes.io/hostname".to_owned(), node.name.as_str().into());
    let mut spec = json!({
        "containers": [{"name": "performer", "image": "registry.example/any:1",
                        "resources": {"requests": requests, "limits": limits}}],
        "nodeSelector": selector,
        "tolerations": pod.tolerations,
    });
    if !pod.affinity_terms.is_empty() {
        spec["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
            {"nodeSelectorTerms": pod.affinity_terms}}});
    }
    if let Some(class) = pod.runtime_class {
        spec["runtimeClassName"] = class.into();
    }
    spec
}

/// What became of a probe, once something has.
pub(super) fn answer(pod: &Pod) -> Option<(String, Verdict)> {
    let node = pod.name_any().strip_prefix(PROBE)?.to_owned();
    if pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some()) {
        return Some((node, Verdict::Bound));
    }
    let conditions = pod
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    let unscheduled = conditions
        .into_iter()
        .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False")?;
    Some((
        node,
        Verdict::Refused(unscheduled.message.clone().unwrap_or_default()),
    ))
}

/// Nodes that the cluster has must be those of the cases and no others: a node that kubelets of the testbed play would
/// take nothing away, but would hide a probe that is not tied to its node.
pub(super) async fn no_other_nodes(client: &Client) -> Result<()> {
    let nodes: Api<Node> = Api::all(client.clone());
    let found = nodes.list_metadata(&ListParams::default()).await?;
    if let Some(node) = found.items.first() {
        bail!("the cluster has nodes already: {}", node.name_any());
    }
    Ok(())
}
