//! Our side: the same question by ExplainPlacement, once the placement service has seen nodes and pods.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use hourglass_proto::fleet::v1::explain_placement_request::Subject;
use hourglass_proto::fleet::v1::{ExplainPlacementRequest, ListNodesRequest};
use hourglass_testbed::wait_until;
use serde_json::{Value, json};
use tonic::Code;

use super::case::{Case, NodeCase, PodCase};
use crate::api::Api;
use crate::request::{TENANT, placement};

const CONCURRENCY: usize = 16;
const LIMIT: Duration = Duration::from_secs(60);
const PAGE: i32 = 1000;

/// What we say of a node: it can, or the rule by which it cannot and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Feasible,
    Rejected(String),
}

/// Waits until the service knows exactly the nodes of these cases and all that runs on them.
pub(super) async fn seen(api: &Api, cases: &[Case]) -> Result<()> {
    let expected: BTreeMap<&str, usize> = cases
        .iter()
        .flat_map(|case| &case.nodes)
        .map(|node| {
            let running = node.running.iter().filter(|pod| pod.ended.is_none());
            (node.name.as_str(), running.count())
        })
        .collect();
    wait_until("the placement service knows the nodes", LIMIT, async || {
        let known = pods_by_node(api).await.map_err(|error| format!("{error:#}"))?;
        let missing = expected
            .iter()
            .find(|(name, pods)| known.get(**name) != Some(pods));
        match missing {
            Some((name, pods)) => Err(format!("node {name}: {:?} pods of {pods}", known.get(*name))),
            None if known.len() != expected.len() => {
                Err(format!("{} nodes of {}", known.len(), expected.len()))
            }
            None => Ok(()),
        }
    })
    .await?;
    Ok(())
}

/// Pods that run on each Ready node, as the service knows it.
async fn pods_by_node(api: &Api) -> Result<BTreeMap<String, usize>> {
    let mut known = BTreeMap::new();
    let mut token = String::new();
    loop {
        let request = ListNodesRequest {
            parent: "clusters/-".to_owned(),
            page_size: PAGE,
            page_token: token,
            ..ListNodesRequest::default()
        };
        let page = api.fleet.clone().list_nodes(request).await?.into_inner();
        for node in page.nodes {
            let name = node.name.rsplit('/').next().unwrap_or_default().to_owned();
            // A node that has just come carries a taint for a moment; the real scheduler sees the same.
            let settled = node.ready
                && !node
                    .taints
                    .iter()
                    .any(|taint| taint.key == "node.kubernetes.io/not-ready");
            let pods = node.resources.iter().find(|total| total.resource == "pods");
            if let Some(pods) = pods.filter(|_| settled) {
                let used = pods.allocatable - pods.free;
                known.insert(name, usize::try_from(used).context("pods in use")?);
            }
        }
        token = page.next_page_token;
        if token.is_empty() {
            return Ok(known);
        }
    }
}

/// Asks about every node of every case.
pub(super) async fn verdicts(api: &Api, cases: &[Case]) -> Result<BTreeMap<String, Verdict>> {
    let questions = cases
        .iter()
        .flat_map(|case| case.nodes.iter().map(move |node| (case, node)));
    stream::iter(questions)
        .map(|(case, node)| async move {
            let verdict = Box::pin(ask(api, &case.pod, node)).await;
            Ok((
                node.name.clone(),
                verdict.with_context(|| format!("case {}: {:?}", case.seed, case.pod))?,
            ))
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await
}

async fn ask(api: &Api, pod: &PodCase, node: &NodeCase) -> Result<Verdict> {
    let request = ExplainPlacementRequest {
        subject: Some(Subject::Placement(placement(spec(pod, node))?)),
        parent: format!("tenants/{TENANT}"),
    };
    let explanation = match api.placements.clone().explain_placement(request).await {
        Ok(explanation) => explanation.into_inner(),
        Err(status) if status.code() == Code::InvalidArgument => {
            return Ok(Verdict::Rejected(format!(
                "the request is refused: {}",
                status.message()
            )));
        }
        Err(status) => return Err(status.into()),
    };
    let cluster = explanation
        .clusters
        .first()
        .context("the explanation names no cluster")?;
    if cluster.nodes_feasible > 0 {
        return Ok(Verdict::Feasible);
    }
    let by_rule = cluster.rejections.iter().find_map(|rejection| {
        let sample = rejection.samples.iter().find(|sample| sample.node == node.name)?;
        Some(format!("{}: {}", rejection.rule, sample.shortfall))
    });
    Ok(Verdict::Rejected(
        by_rule.unwrap_or_else(|| explanation.summary.clone()),
    ))
}

/// The case's pod as a request for that node only.
fn spec(pod: &PodCase, node: &NodeCase) -> Value {
    let mut compute = json!({"requests": pod.requests});
    if pod.gpus > 0 {
        compute["gpu"] = json!({"count": pod.gpus});
    }
    let mut rules = json!({
        "nodeSelector": pod.node_selector,
        "tolerations": pod.tolerations,
        "hostnames": [node.name],
    });
    if !pod.affinity_terms.is_empty() {
        rules["requiredNodeAffinity"] = json!({"nodeSelectorTerms": pod.affinity_terms});
    }
    let mut spec = json!({"compute": compute, "nodeRules": rules});
    if let Some(class) = pod.runtime_class {
        spec["performer"] = json!({"scheduling": {"runtimeClass": class}});
    }
    spec
}
