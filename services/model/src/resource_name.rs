//! Names of API resources: `tenants/{tenant}/placements/{placement}`, `clusters/{cluster}/nodes/{node}` and the
//! collections they live in. `-` in the place of a parent's id means all of them (Google AIP-159).

use std::fmt;

use crate::ids::{ClusterName, IdError, NodeName, PlacementId, TenantId};

/// A text that is not the resource name it was meant to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceNameError {
    /// The text does not have the pattern.
    #[error("{value:?} is not a resource name of the form {pattern}")]
    Pattern {
        /// The text, cut at 300 characters.
        value: String,
        /// What it should look like.
        pattern: &'static str,
    },
    /// A part of it is not a valid id.
    #[error("in resource name {value:?}: {source}")]
    Id {
        /// The text, cut at 300 characters.
        value: String,
        /// Which part, and why.
        source: IdError,
    },
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}

fn parts<const N: usize>(
    text: &str,
    literals: [&str; N],
    pattern: &'static str,
) -> Result<[String; N], ResourceNameError> {
    let error = || ResourceNameError::Pattern {
        value: cut(text),
        pattern,
    };
    let mut pieces = text.split('/');
    let mut ids = Vec::with_capacity(N);
    for literal in literals {
        if pieces.next() != Some(literal) {
            return Err(error());
        }
        ids.push(
            pieces
                .next()
                .filter(|id| !id.is_empty())
                .ok_or_else(error)?
                .to_owned(),
        );
    }
    if pieces.next().is_some() {
        return Err(error());
    }
    ids.try_into().map_err(|_| error())
}

fn id<T>(text: &str, made: Result<T, IdError>) -> Result<T, ResourceNameError> {
    made.map_err(|source| ResourceNameError::Id {
        value: cut(text),
        source,
    })
}

/// `tenants/{tenant}/placements/{placement}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlacementName {
    /// The tenant.
    pub tenant: TenantId,
    /// The placement within it.
    pub placement: PlacementId,
}

impl PlacementName {
    /// Reads the resource name.
    ///
    /// # Errors
    /// When the pattern or one of the ids is wrong.
    pub fn parse(text: &str) -> Result<Self, ResourceNameError> {
        let [tenant, placement] = parts(
            text,
            ["tenants", "placements"],
            "tenants/{tenant}/placements/{placement}",
        )?;
        Ok(Self {
            tenant: id(text, TenantId::new(tenant))?,
            placement: id(text, PlacementId::new(placement))?,
        })
    }
}

impl fmt::Display for PlacementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenants/{}/placements/{}", self.tenant, self.placement)
    }
}

/// `clusters/{cluster}/nodes/{node}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeResource {
    /// The cluster.
    pub cluster: ClusterName,
    /// The node within it.
    pub node: NodeName,
}

impl NodeResource {
    /// Reads the resource name.
    ///
    /// # Errors
    /// When the pattern or one of the ids is wrong.
    pub fn parse(text: &str) -> Result<Self, ResourceNameError> {
        let [cluster, node] = parts(text, ["clusters", "nodes"], "clusters/{cluster}/nodes/{node}")?;
        Ok(Self {
            cluster: id(text, ClusterName::new(cluster))?,
            node: id(text, NodeName::new(node))?,
        })
    }
}

impl fmt::Display for NodeResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clusters/{}/nodes/{}", self.cluster, self.node)
    }
}

/// The parent of placements: one tenant, or all that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TenantScope {
    /// `tenants/{tenant}`.
    One(TenantId),
    /// `tenants/-`.
    All,
}

impl TenantScope {
    /// Reads `tenants/{tenant}` or `tenants/-`.
    ///
    /// # Errors
    /// When the pattern or the id is wrong.
    pub fn parse(text: &str) -> Result<Self, ResourceNameError> {
        let [tenant] = parts(text, ["tenants"], "tenants/{tenant}")?;
        if tenant == "-" {
            Ok(Self::All)
        } else {
            Ok(Self::One(id(text, TenantId::new(tenant))?))
        }
    }

    /// Whether a placement of `tenant` is in this scope.
    #[must_use]
    pub fn covers(&self, tenant: &TenantId) -> bool {
        match self {
            Self::One(one) => one == tenant,
            Self::All => true,
        }
    }
}

impl fmt::Display for TenantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(tenant) => write!(f, "tenants/{tenant}"),
            Self::All => f.write_str("tenants/-"),
        }
    }
}

/// A cluster, or the parent of nodes in all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClusterScope {
    /// `clusters/{cluster}`.
    One(ClusterName),
    /// `clusters/-`.
    All,
}

impl ClusterScope {
    /// Reads `clusters/{cluster}` or `clusters/-`.
    ///
    /// # Errors
    /// When the pattern or the id is wrong.
    pub fn parse(text: &str) -> Result<Self, ResourceNameError> {
        let [cluster] = parts(text, ["clusters"], "clusters/{cluster}")?;
        if cluster == "-" {
            Ok(Self::All)
        } else {
            Ok(Self::One(id(text, ClusterName::new(cluster))?))
        }
    }
}

impl fmt::Display for ClusterScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(cluster) => write!(f, "clusters/{cluster}"),
            Self::All => f.write_str("clusters/-"),
        }
    }
}

/// Reads `clusters/{cluster}`.
///
/// # Errors
/// When the pattern or the id is wrong.
pub fn parse_cluster(text: &str) -> Result<ClusterName, ResourceNameError> {
    let [cluster] = parts(text, ["clusters"], "clusters/{cluster}")?;
    id(text, ClusterName::new(cluster))
}

/// Writes `clusters/{cluster}`.
#[must_use]
pub fn format_cluster(cluster: &ClusterName) -> String {
    format!("clusters/{cluster}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_and_write_the_same() {
        let name = PlacementName::parse("tenants/default/placements/a").expect("valid");
        assert_eq!(name.to_string(), "tenants/default/placements/a");
        let node = NodeResource::parse("clusters/c1/nodes/n.internal").expect("valid");
        assert_eq!(node.to_string(), "clusters/c1/nodes/n.internal");
        assert_eq!(TenantScope::parse("tenants/-").expect("valid"), TenantScope::All);
        assert_eq!(
            ClusterScope::parse("clusters/-").expect("valid").to_string(),
            "clusters/-"
        );
        assert_eq!(
            parse_cluster("clusters/c1")
                .map(|c| format_cluster(&c))
                .expect("valid"),
            "clusters/c1"
        );
    }

    #[test]
    fn malformed_names_are_refused_with_the_form_they_should_have() {
        for bad in [
            "",
            "tenants",
            "tenants/",
            "placements/a",
            "tenants/a/placements/",
            "tenants/a/placements/b/c",
            "a/b/c/d",
        ] {
            let error = PlacementName::parse(bad).expect_err(bad);
            assert!(
                error
                    .to_string()
                    .contains("tenants/{tenant}/placements/{placement}"),
                "{error}"
            );
        }
        assert!(matches!(
            PlacementName::parse("tenants/A/placements/b"),
            Err(ResourceNameError::Id { .. })
        ));
        assert!(
            PlacementName::parse("tenants/-/placements/b").is_err(),
            "a wildcard names no single placement"
        );
    }
}
