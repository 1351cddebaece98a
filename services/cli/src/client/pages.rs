//! Lists, page after page.

use hourglass_proto::fleet::v1::{
    Cluster, JoinToken, ListClustersRequest, ListJoinTokensRequest, ListNodesRequest, ListOrphansRequest,
    ListPlacementsRequest, Node, Orphan, Placement,
};

use super::Session;
use crate::errors::CliError;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// `tenants/t` or `clusters/c`, with `-` for all.
    pub parent: String,
    /// AIP-160; evaluated by the server.
    pub filter: String,
    /// Only for placements.
    pub order_by: String,
    /// How many the server sends at a time.
    pub page_size: i32,
    /// No more than this many.
    pub limit: Option<usize>,
}

/// What came.
#[derive(Debug)]
pub struct Listed<T> {
    /// The items, in the server's order.
    pub items: Vec<T>,
    /// Whether `limit` cut something off.
    pub more: bool,
}

impl ListQuery {
    /// Everything under the parent.
    pub fn all(parent: impl Into<String>) -> Self {
        Self {
            parent: parent.into(),
            page_size: 500,
            ..Self::default()
        }
    }
}

/// Collects pages until the list or the limit ends. A macro and not a function, because each list has
/// message types of its own.
macro_rules! collect_pages {
    ($session:expr, $doing:expr, $query:expr, $keep:expr, $client:ident . $method:ident, $items:ident,
     |$page_token:ident| $request:expr) => {{
        let mut items = Vec::new();
        let mut $page_token = String::new();
        loop {
            let page = $session
                .call($doing, $request, |mut clients, request| async move {
                    clients.$client.$method(request).await
                })
                .await?;
            let last = page.next_page_token.is_empty();
            for item in page.$items {
                if !$keep(&item) {
                    continue;
                }
                if $query.limit.is_some_and(|limit| items.len() >= limit) {
                    return Ok(Listed { items, more: true });
                }
                items.push(item);
            }
            if last {
                return Ok(Listed { items, more: false });
            }
            $page_token = page.next_page_token;
        }
    }};
}

impl Session {
    /// Placements that `keep` keeps.
    pub async fn list_placements(
        &self,
        query: &ListQuery,
        keep: impl Fn(&Placement) -> bool,
    ) -> Result<Listed<Placement>, CliError> {
        collect_pages!(
            self,
            "list placements",
            query,
            keep,
            placements.list_placements,
            placements,
            |page_token| {
                ListPlacementsRequest {
                    parent: query.parent.clone(),
                    page_size: query.page_size,
                    page_token: page_token.clone(),
                    filter: query.filter.clone(),
                    order_by: query.order_by.clone(),
                }
            }
        )
    }

    /// Clusters that `keep` keeps.
    pub async fn list_clusters(
        &self,
        query: &ListQuery,
        keep: impl Fn(&Cluster) -> bool,
    ) -> Result<Listed<Cluster>, CliError> {
        collect_pages!(
            self,
            "list clusters",
            query,
            keep,
            fleet.list_clusters,
            clusters,
            |page_token| {
                ListClustersRequest {
                    page_size: query.page_size,
                    page_token: page_token.clone(),
                    filter: query.filter.clone(),
                }
            }
        )
    }

    /// Nodes that `keep` keeps.
    pub async fn list_nodes(
        &self,
        query: &ListQuery,
        keep: impl Fn(&Node) -> bool,
    ) -> Result<Listed<Node>, CliError> {
        collect_pages!(
            self,
            "list nodes",
            query,
            keep,
            fleet.list_nodes,
            nodes,
            |page_token| ListNodesRequest {
                parent: query.parent.clone(),
                page_size: query.page_size,
                page_token: page_token.clone(),
                filter: query.filter.clone(),
            }
        )
    }

    /// Orphans.
    pub async fn list_orphans(&self, query: &ListQuery) -> Result<Listed<Orphan>, CliError> {
        let keep = |_: &Orphan| true;
        collect_pages!(
            self,
            "list orphans",
            query,
            keep,
            fleet.list_orphans,
            orphans,
            |page_token| {
                ListOrphansRequest {
                    parent: query.parent.clone(),
                    page_size: query.page_size,
                    page_token: page_token.clone(),
                }
            }
        )
    }

    /// Join tokens, without their secrets.
    pub async fn list_join_tokens(&self, query: &ListQuery) -> Result<Listed<JoinToken>, CliError> {
        let keep = |_: &JoinToken| true;
        collect_pages!(
            self,
            "list tokens",
            query,
            keep,
            fleet.list_join_tokens,
            join_tokens,
            |page_token| {
                ListJoinTokensRequest {
                    page_size: query.page_size,
                    page_token: page_token.clone(),
                }
            }
        )
    }
}
