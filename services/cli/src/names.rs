//! Resource names: short as typed, full as on the wire.

use std::fmt;

/// `tenants/{tenant}/placements/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacementName {
    /// Tenant id.
    pub tenant: String,
    /// Placement id.
    pub id: String,
}

impl PlacementName {
    /// Reads `id` (of the given tenant) or a full name.
    pub fn parse(text: &str, default_tenant: &str) -> Result<Self, String> {
        let (tenant, id) = match text.split('/').collect::<Vec<_>>()[..] {
            [id] => (default_tenant, id),
            ["tenants", tenant, "placements", id] => (tenant, id),
            _ => {
                return Err(format!(
                    "{text:?} is no placement name; write NAME or tenants/TENANT/placements/NAME"
                ));
            }
        };
        for (what, part) in [("tenant", tenant), ("placement", id)] {
            if !is_label(part) {
                return Err(format!("{part:?} is no {what} name: {LABEL_RULE}"));
            }
        }
        Ok(Self {
            tenant: tenant.to_owned(),
            id: id.to_owned(),
        })
    }

    /// `tenants/{tenant}`
    pub fn parent(&self) -> String {
        tenant_parent(&self.tenant)
    }
}

impl fmt::Display for PlacementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenants/{}/placements/{}", self.tenant, self.id)
    }
}

/// What an id looks like, for messages.
pub const LABEL_RULE: &str = "1 to 63 of a-z, 0-9 and -, starting and ending with a letter or digit";

/// Whether the text is an RFC 1123 label, as all ids are.
pub fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// `tenants/{tenant}`
pub fn tenant_parent(tenant: &str) -> String {
    format!("tenants/{tenant}")
}

/// `clusters/{cluster}` from either form.
pub fn cluster_name(text: &str) -> Result<String, String> {
    let id = text.strip_prefix("clusters/").unwrap_or(text);
    if is_label(id) {
        Ok(format!("clusters/{id}"))
    } else {
        Err(format!("{id:?} is no cluster name: {LABEL_RULE}"))
    }
}

/// `joinTokens/{id}` from either form.
pub fn join_token_name(text: &str) -> Result<String, String> {
    let id = text.strip_prefix("joinTokens/").unwrap_or(text);
    if is_label(id) {
        Ok(format!("joinTokens/{id}"))
    } else {
        Err(format!("{id:?} is no token id: {LABEL_RULE}"))
    }
}

/// The last part of a resource name.
pub fn id_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The tenant in a placement's name, or nothing.
pub fn tenant_of(placement_name: &str) -> &str {
    placement_name.split('/').nth(1).unwrap_or_default()
}

/// Cluster and node of `clusters/{cluster}/nodes/{node}`.
pub fn cluster_and_node(node_name: &str) -> (&str, &str) {
    match node_name.split('/').collect::<Vec<_>>()[..] {
        ["clusters", cluster, "nodes", node] => (cluster, node),
        _ => ("", node_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_full_names_are_read() {
        let name = PlacementName::parse("foo", "default").unwrap();
        assert_eq!(name.to_string(), "tenants/default/placements/foo");
        assert_eq!(
            PlacementName::parse("tenants/x/placements/foo", "default")
                .unwrap()
                .tenant,
            "x"
        );
    }

    #[test]
    fn malformed_names_are_refused() {
        let long = "a".repeat(64);
        for text in [
            "",
            "Foo",
            "a_b",
            "-a",
            "a-",
            "a/b",
            "tenants/x/placements/",
            long.as_str(),
        ] {
            assert!(
                PlacementName::parse(text, "default").is_err(),
                "{text:?} was accepted"
            );
        }
        assert!(cluster_name("clusters/east").is_ok());
        assert!(cluster_name("a/b").is_err());
    }
}
