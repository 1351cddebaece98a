//! What the performer needs besides a node must be in its namespace: ServiceAccount, Secrets and ConfigMaps; and its
//! PriorityClass in the cluster. Only where the agent reports these facts, and its owner has declared Secrets and
//! ConfigMaps: what is not known passes.

use super::{ClusterContext, ClusterRule};

/// What is missing in the namespace, each as `kind name`.
fn missing_inside(context: &ClusterContext<'_>) -> Vec<String> {
    let needs = &context.request.prerequisites;
    let facts = context.cluster.facts();
    let mut missing = Vec::new();
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

/// The PriorityClass, where the cluster lacks it.
fn missing_class<'a>(context: &ClusterContext<'a>) -> Option<&'a String> {
    let known = &context.cluster.facts().priority_classes;
    let class = context.request.prerequisites.priority_class.as_ref()?;
    (!known.is_empty() && !known.contains(class)).then_some(class)
}

/// All that is missing, and in which namespace; a PriorityClass is in none.
fn missing(context: &ClusterContext<'_>) -> String {
    let facts = context.cluster.facts();
    let namespace = facts.namespace(context.tenant, context.request.namespace.as_ref());
    let inside = missing_inside(context);
    let inside = (!inside.is_empty()).then(|| {
        let place = namespace.map_or_else(String::new, |namespace| format!(" (namespace {namespace})"));
        format!("{}{place}", inside.join(", "))
    });
    let class = missing_class(context).map(|class| format!("PriorityClass {class}"));
    inside.into_iter().chain(class).collect::<Vec<_>>().join(", ")
}

/// What the performer needs besides a node must be in its namespace.
pub(super) struct MissingPrerequisite;

impl ClusterRule for MissingPrerequisite {
    fn name(&self) -> &'static str {
        "MissingPrerequisite"
    }

    fn can_end(&self) -> bool {
        true
    }

    fn passes(&self, context: &ClusterContext<'_>) -> bool {
        context.request.prerequisites.is_empty()
            || (missing_class(context).is_none() && missing_inside(context).is_empty())
    }

    fn reason(&self, context: &ClusterContext<'_>) -> String {
        format!("it lacks {}", missing(context))
    }

    fn remedy(&self, context: &ClusterContext<'_>) -> String {
        format!("cluster {} has {}", context.name, missing(context))
    }
}
