//! Nodes of a running cluster: add, scale, and wait until they can take pods.
//!
//! Everything here needs a client only, so it also works on the cluster of another process.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::core::v1::Node;
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, ListParams, PostParams},
};

use crate::{
    error::{Error, Result},
    profile::{NodePool, Profile},
    wait::wait_until,
};

/// Requests at once.
const CONCURRENCY: usize = 16;
/// Nodes are Ready after a second; this is for a machine with much else to do.
const READY_LIMIT: Duration = Duration::from_secs(120);
const NOT_READY_TAINT: &str = "node.kubernetes.io/not-ready";

/// Adds `count` nodes to a pool, numbered after those that exist, and waits until they can take pods.
///
/// Returns their names.
pub async fn add_nodes(
    client: &Client,
    profile: &Profile,
    pool: &NodePool,
    count: usize,
) -> Result<Vec<String>> {
    let first = numbers(client, pool).await?.last().map_or(0, |last| last + 1);
    create(
        client,
        (first..first + count)
            .map(|index| profile.node(pool, index))
            .collect(),
    )
    .await
}

/// Makes a pool have exactly `count` nodes: adds some, or deletes those with the highest numbers.
pub async fn scale(client: &Client, profile: &Profile, pool: &NodePool, count: usize) -> Result<()> {
    let numbers = numbers(client, pool).await?;
    if numbers.len() < count {
        add_nodes(client, profile, pool, count - numbers.len()).await?;
        return Ok(());
    }
    let nodes: Api<Node> = Api::all(client.clone());
    for number in numbers.iter().rev().take(numbers.len() - count) {
        let name = format!("{}-{number}", pool.name);
        nodes
            .delete(&name, &DeleteParams::default())
            .await
            .map_err(Error::kube(format!("delete node {name}")))?;
    }
    Ok(())
}

/// Creates the nodes of every pool of a profile, as many as it says.
pub(crate) async fn create_all(client: &Client, profile: &Profile) -> Result<Vec<String>> {
    let pools = profile.pools.iter();
    create(
        client,
        pools
            .flat_map(|pool| (0..pool.count).map(|index| profile.node(pool, index)))
            .collect(),
    )
    .await
}

async fn create(client: &Client, nodes: Vec<Node>) -> Result<Vec<String>> {
    let api: Api<Node> = Api::all(client.clone());
    let names: Vec<String> = stream::iter(nodes)
        .map(|node| {
            let api = api.clone();
            async move {
                let name = node.name_any();
                let what = format!("create node {name}");
                api.create(&PostParams::default(), &node)
                    .await
                    .map_err(Error::kube(what))?;
                Ok::<_, Error>(name)
            }
        })
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    ready(&api, &names).await?;
    Ok(names)
}

/// Ready, and the node lifecycle controller has taken its taint away.
async fn ready(api: &Api<Node>, names: &[String]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    wait_until(
        &format!("{} nodes are Ready", names.len()),
        READY_LIMIT,
        async || {
            let nodes = api
                .list(&ListParams::default())
                .await
                .map_err(|error| error.to_string())?;
            let ready: BTreeSet<String> = nodes
                .items
                .iter()
                .filter(|node| is_ready(node))
                .map(ResourceExt::name_any)
                .collect();
            match names.iter().find(|name| !ready.contains(*name)) {
                None => Ok(()),
                Some(missing) => Err(format!("{missing} is not Ready")),
            }
        },
    )
    .await
}

fn is_ready(node: &Node) -> bool {
    let conditions = node
        .status
        .iter()
        .flat_map(|status| status.conditions.iter().flatten());
    let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
    conditions
        .into_iter()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True")
        && !taints.into_iter().any(|taint| taint.key == NOT_READY_TAINT)
}

/// Numbers of the pool's nodes in the cluster.
async fn numbers(client: &Client, pool: &NodePool) -> Result<BTreeSet<usize>> {
    let api: Api<Node> = Api::all(client.clone());
    let nodes = api
        .list_metadata(&ListParams::default())
        .await
        .map_err(Error::kube("list nodes"))?;
    let prefix = format!("{}-", pool.name);
    Ok(nodes
        .items
        .iter()
        .filter_map(|node| node.name_any().strip_prefix(&prefix)?.parse().ok())
        .collect())
}
