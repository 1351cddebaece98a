//! What the performer needs besides a node must be in its namespace: ServiceAccount, Secrets and ConfigMaps; and its
//! PriorityClass in the cluster. Only where the agent reports these facts, and its owner has declared Secrets and
//! ConfigMaps: what is not known passes.

use super::{ClusterContext, ClusterRule};

/// What is missing, each as `kind name`.
fn missing(context: &ClusterContext<'_>) -> Vec<String> {
    let needs = &context.request.prerequisites;
    let facts = context.cluster.facts();
    let mut missing = Vec::new();
    let known = &facts.priority_classes;
    if let Some(class) = &needs.priority_class
        && !known.is_empty()
        && !known.contains(class)
    {
        missing.push(format!("PriorityClass {class}"));
    }
    let namespace = facts.namespace(context.tenant, context.request.namespace.as_ref());
    let Some(known) = namespace.and_then(|namespace| facts.namespaces.get(namespace)) else {
        return missing;
    };
    if let Some(account) = &needs.service_account
        && !known.service_accounts.contains(account)
    {
        missing.push(format!("ServiceAccount {account}"));
    }
    if let Some(declared) = &known.secrets {
        let secrets = needs.secrets_in(&context.cluster.settings().labels);
        let secrets = secrets.into_iter().filter(|secret| !declared.contains(*secret));
        missing.extend(secrets.map(|secret| format!("Secret {secret}")));
    }
    if let Some(declared) = &known.config_maps {
        let maps = needs.config_maps.iter().filter(|map| !declared.contains(*map));
        missing.extend(maps.map(|map| format!("ConfigMap {map}")));
    }
    missing
}

fn namespace(context: &ClusterContext<'_>) -> String {
    let facts = context.cluster.facts();
    let namespace = facts.namespace(context.tenant, context.request.namespace.as_ref());
    namespace.map_or_else(String::new, |namespace| format!(" (namespace {namespace})"))
}

/// What the performer needs besides a node must be in its namespace.
pub(super) struct MissingPrerequisite;

impl ClusterRule for MissingPrerequisite {
    fn name(&self) -> &'static str {
        "MissingPrerequisite"
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context.request.prerequisites.is_empty() || missing(context).is_empty()
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        format!("it lacks {}{}", missing(context).join(", "), namespace(context))
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!(
            "cluster {} has {}{}",
            context.name,
            missing(context).join(", "),
            namespace(context)
        )
    }
}
