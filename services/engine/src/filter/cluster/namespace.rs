//! The agent of the cluster must open a namespace to the tenant.

use super::{ClusterContext, ClusterRule};

/// The agent of the cluster must open a namespace to the tenant.
pub(super) struct TenantNamespace;

impl ClusterRule for TenantNamespace {
    fn name(&self) -> &'static str {
        "TenantNamespace"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context
            .cluster
            .facts()
            .namespace(context.tenant, context.request.namespace.as_ref())
            .is_some()
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        match &context.request.namespace {
            Some(namespace) => format!(
                "its agent does not open namespace {namespace} to tenant {}",
                context.tenant
            ),
            None => format!("its agent opens no namespace to tenant {}", context.tenant),
        }
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        let namespace = context
            .request
            .namespace
            .as_ref()
            .map_or_else(|| "a namespace".to_owned(), |n| format!("namespace {n}"));
        format!(
            "the agent of cluster {} opens {namespace} to tenant {}",
            context.name, context.tenant
        )
    }
}
