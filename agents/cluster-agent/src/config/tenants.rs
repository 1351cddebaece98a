//! Which namespaces this agent opens to which tenant. The server's word counts for nothing here.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::ids::{Namespace, TenantId};
use serde::Serialize;

/// Tenant to namespaces, the first of each is the default one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TenantNamespaces(BTreeMap<TenantId, Vec<Namespace>>);

/// Why a namespace is not open to a tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// The agent knows no namespace for the tenant.
    #[error(
        "the agent of this cluster opens no namespace to tenant {tenant:?}; its owner can: --namespace {tenant}=NAMESPACE"
    )]
    Tenant {
        /// The tenant of the command.
        tenant: String,
    },
    /// The tenant has namespaces here, but not this one.
    #[error("the agent of this cluster does not open namespace {namespace:?} to tenant {tenant:?}, only {}", open.join(", "))]
    Namespace {
        /// The tenant of the command.
        tenant: String,
        /// The namespace of the command.
        namespace: String,
        /// The ones that are open to the tenant.
        open: Vec<String>,
    },
}

impl TenantNamespaces {
    /// Checks names, and that no list is empty or has a name twice; one message per mistake.
    pub fn new(tenants: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut checked = BTreeMap::new();
        for (tenant, names) in tenants {
            let mut namespaces = Vec::with_capacity(names.len());
            for name in names {
                match Namespace::new(name) {
                    Ok(namespace) if namespaces.contains(&namespace) => {
                        errors.push(format!("tenant {tenant:?} has namespace {name:?} twice"));
                    }
                    Ok(namespace) => namespaces.push(namespace),
                    Err(error) => errors.push(format!("of tenant {tenant:?}: {error}")),
                }
            }
            if names.is_empty() {
                errors.push(format!("tenant {tenant:?} has no namespace"));
            }
            match TenantId::new(tenant) {
                Ok(tenant) => drop(checked.insert(tenant, namespaces)),
                Err(error) => errors.push(error.to_string()),
            }
        }
        if errors.is_empty() {
            Ok(Self(checked))
        } else {
            Err(errors)
        }
    }

    /// Reads `TENANT=NS[,NS...]`.
    pub fn parse_flag(flag: &str) -> Result<(String, Vec<String>), String> {
        let (tenant, namespaces) = flag
            .split_once('=')
            .ok_or_else(|| format!("{flag:?} is not TENANT=NAMESPACE[,NAMESPACE...]"))?;
        Ok((
            tenant.trim().to_owned(),
            namespaces.split(',').map(|name| name.trim().to_owned()).collect(),
        ))
    }

    /// The namespace to use: `wanted` if it is open to the tenant, the tenant's default one if it is empty.
    pub fn resolve<'a>(&'a self, tenant: &str, wanted: &str) -> Result<&'a str, NotAllowed> {
        let open = TenantId::new(tenant)
            .ok()
            .and_then(|tenant| self.0.get(&tenant))
            .ok_or_else(|| NotAllowed::Tenant {
                tenant: tenant.to_owned(),
            })?;
        let found = if wanted.is_empty() {
            open.first()
        } else {
            open.iter().find(|open| open.as_str() == wanted)
        };
        found.map(Namespace::as_str).ok_or_else(|| NotAllowed::Namespace {
            tenant: tenant.to_owned(),
            namespace: wanted.to_owned(),
            open: open.iter().map(ToString::to_string).collect(),
        })
    }

    /// Each tenant with its namespaces.
    pub fn iter(&self) -> impl Iterator<Item = (&TenantId, &[Namespace])> {
        self.0
            .iter()
            .map(|(tenant, namespaces)| (tenant, namespaces.as_slice()))
    }

    /// Every namespace that is open to somebody: where the agent works, and where it looks.
    pub fn namespaces(&self) -> BTreeSet<&str> {
        self.0.values().flatten().map(Namespace::as_str).collect()
    }

    /// Whether nothing is open to anybody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenants(flags: &[&str]) -> Result<TenantNamespaces, Vec<String>> {
        TenantNamespaces::new(
            &flags
                .iter()
                .map(|flag| TenantNamespaces::parse_flag(flag).unwrap())
                .collect(),
        )
    }

    #[test]
    fn an_empty_namespace_means_the_tenants_first() {
        let tenants = tenants(&["acme=blue,green"]).unwrap();
        assert_eq!(tenants.resolve("acme", ""), Ok("blue"));
        assert_eq!(tenants.resolve("acme", "green"), Ok("green"));
    }

    #[test]
    fn what_is_not_opened_is_refused_with_the_remedy() {
        let tenants = tenants(&["acme=blue,green"]).unwrap();
        let namespace = tenants.resolve("acme", "kube-system").unwrap_err().to_string();
        assert!(
            namespace.contains("kube-system") && namespace.contains("blue, green"),
            "{namespace}"
        );
        let tenant = tenants.resolve("other", "blue").unwrap_err().to_string();
        assert!(tenant.contains("--namespace other=NAMESPACE"), "{tenant}");
    }

    #[test]
    fn a_namespace_of_two_tenants_is_one_namespace() {
        let tenants = tenants(&["acme=blue,green", "other=green,red"]).unwrap();
        assert!(tenants.namespaces().into_iter().eq(["blue", "green", "red"]));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let errors = tenants(&["Acme=blue,blue", "b=", "c=x_y"]).unwrap_err();
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(TenantNamespaces::parse_flag("acme").is_err());
    }
}
