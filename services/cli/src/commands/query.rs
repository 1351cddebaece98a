//! What `get`, `describe` and `watch` ask for: kind, names, filters, and how items are recognised.

use std::collections::BTreeMap;

use hourglass_proto::fleet::v1::{
    Cluster, Fleet, GetClusterRequest, GetFleetRequest, Node, Placement, PlacementView,
};

use super::placement_calls;
use crate::args::{ListArgs, ResourceKind};
use crate::client::{ListQuery, Session};
use crate::errors::CliError;
use crate::names::{PlacementName, cluster_and_node, cluster_name, id_of, tenant_parent};
use crate::selector::{Selector, both, quoted};

/// The narrowing of a list, checked.
#[derive(Debug, Clone)]
pub struct Narrowing {
    selector: Selector,
    filter: String,
    all_tenants: bool,
    cluster: Option<String>,
}

impl Narrowing {
    /// Checks that the flags make sense for the kind.
    pub fn new(kind: ResourceKind, list: &ListArgs) -> Result<Self, CliError> {
        let refuse = |flag: &str| Err(CliError::Usage(format!("{flag} is not for {kind}s")));
        if list.all_tenants && kind != ResourceKind::Placement {
            return refuse("--all-tenants");
        }
        if list.cluster.is_some() && !matches!(kind, ResourceKind::Node | ResourceKind::Orphan) {
            return refuse("--cluster");
        }
        let labelled = matches!(
            kind,
            ResourceKind::Placement | ResourceKind::Cluster | ResourceKind::Node
        );
        if list.selector.is_some() && !labelled {
            return refuse("--selector");
        }
        if list.filter.is_some() && !labelled {
            return refuse("--filter");
        }
        let selector = match &list.selector {
            Some(text) => Selector::parse(text).map_err(CliError::Usage)?,
            None => Selector::default(),
        };
        let cluster = list
            .cluster
            .as_deref()
            .map(cluster_name)
            .transpose()
            .map_err(CliError::Usage)?;
        Ok(Self {
            selector,
            filter: list.filter.clone().unwrap_or_default(),
            all_tenants: list.all_tenants,
            cluster,
        })
    }

    /// Whether labels pass.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.selector.matches(labels)
    }

    /// What the server can narrow.
    pub fn server_filter(&self) -> String {
        both(&self.filter, &self.selector.server_filter())
    }

    /// `tenants/t`, or all.
    pub fn tenant_parent(&self, session: &Session) -> String {
        tenant_parent(if self.all_tenants { "-" } else { session.tenant() })
    }

    /// `clusters/c`, or all.
    pub fn cluster_parent(&self) -> String {
        self.cluster.clone().unwrap_or_else(|| "clusters/-".to_owned())
    }
}

/// Placements: the named ones, or those that the narrowing leaves.
pub async fn placements(
    session: &Session,
    names: &[String],
    narrowing: &Narrowing,
    mut query: ListQuery,
) -> Result<(Vec<Placement>, bool), CliError> {
    if !names.is_empty() {
        let mut found = Vec::new();
        for name in names {
            let name = PlacementName::parse(name, session.tenant()).map_err(CliError::Usage)?;
            found.push(placement_calls::get(session, &name, PlacementView::Basic).await?);
        }
        return Ok((found, false));
    }
    query.parent = narrowing.tenant_parent(session);
    query.filter = narrowing.server_filter();
    let listed = session
        .list_placements(&query, |placement| narrowing.matches(&placement.labels))
        .await?;
    Ok((listed.items, listed.more))
}

/// One cluster.
pub async fn cluster(session: &Session, name: &str) -> Result<Cluster, CliError> {
    let name = cluster_name(name).map_err(CliError::Usage)?;
    let doing = format!("get cluster/{}", id_of(&name));
    session
        .call(
            &doing,
            GetClusterRequest { name },
            |mut clients, request| async move { clients.fleet.get_cluster(request).await },
        )
        .await
}

/// Clusters: the named ones, or those that the narrowing leaves.
pub async fn clusters(
    session: &Session,
    names: &[String],
    narrowing: &Narrowing,
    mut query: ListQuery,
) -> Result<(Vec<Cluster>, bool), CliError> {
    if !names.is_empty() {
        let mut found = Vec::new();
        for name in names {
            found.push(cluster(session, name).await?);
        }
        return Ok((found, false));
    }
    query.filter = narrowing.server_filter();
    let listed = session
        .list_clusters(&query, |cluster| narrowing.matches(&cluster.labels))
        .await?;
    Ok((listed.items, listed.more))
}

/// Nodes: the named ones (`node` in any cluster, or `cluster/node`), or those that the narrowing leaves.
/// The API has no call for one node.
pub async fn nodes(
    session: &Session,
    names: &[String],
    narrowing: &Narrowing,
    mut query: ListQuery,
) -> Result<(Vec<Node>, bool), CliError> {
    query.filter = narrowing.server_filter();
    if names.is_empty() {
        query.parent = narrowing.cluster_parent();
        let listed = session
            .list_nodes(&query, |node| narrowing.matches(&node.labels))
            .await?;
        return Ok((listed.items, listed.more));
    }
    query.limit = None;
    let mut found = Vec::new();
    for name in names {
        let wanted = NodeName::parse(name);
        query.parent = wanted.cluster.map_or_else(
            || narrowing.cluster_parent(),
            |cluster| format!("clusters/{cluster}"),
        );
        query.filter = match wanted.cluster {
            Some(cluster) => format!(
                "name = {}",
                quoted(&format!("clusters/{cluster}/nodes/{}", wanted.node))
            ),
            None => narrowing.server_filter(),
        };
        let listed = session
            .list_nodes(&query, |node| cluster_and_node(&node.name).1 == wanted.node)
            .await?;
        if listed.items.is_empty() {
            return Err(CliError::NotFound {
                what: format!("node/{name}"),
                hint: "`hourglass get nodes` lists what the clusters reported".to_owned(),
            });
        }
        found.extend(listed.items);
    }
    Ok((found, false))
}

struct NodeName<'a> {
    cluster: Option<&'a str>,
    node: &'a str,
}

impl<'a> NodeName<'a> {
    fn parse(text: &'a str) -> Self {
        match text.split('/').collect::<Vec<_>>()[..] {
            ["clusters", cluster, "nodes", node] | [cluster, node] => Self {
                cluster: Some(cluster),
                node,
            },
            _ => Self {
                cluster: None,
                node: text,
            },
        }
    }
}

/// The totals.
pub async fn fleet(session: &Session) -> Result<Fleet, CliError> {
    session
        .call(
            "get the fleet",
            GetFleetRequest {},
            |mut clients, request| async move { clients.fleet.get_fleet(request).await },
        )
        .await
}

/// Kinds of which there are no names to give.
pub fn refuse_names(kind: ResourceKind, names: &[String]) -> Result<(), CliError> {
    if names.is_empty() {
        return Ok(());
    }
    Err(CliError::Usage(match kind {
        ResourceKind::Fleet => "there is one fleet; it has no name".to_owned(),
        kind => format!("{kind}s are listed all together; give no name"),
    }))
}
