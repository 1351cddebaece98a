//! Resource names where a call is narrower than the name's own grammar (`hourglass_model::resource_name`): one tenant
//! and not all of them, and the names of join tokens.

use hourglass_model::dns;
use hourglass_model::ids::TenantId;
use hourglass_model::resource_name::{ResourceNameError, TenantScope};

/// Why a text is no such name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Not of this form, or with an id that breaks its rule.
    #[error(transparent)]
    Name(#[from] ResourceNameError),
    /// All tenants, where one is needed.
    #[error("must name one tenant, not all of them")]
    AllTenants,
    /// Not the name of a join token.
    #[error("{0:?} is not a resource name of the form joinTokens/{{id}}")]
    JoinToken(String),
}

/// `tenants/{tenant}`.
///
/// # Errors
/// [`NameError`] when it is not.
pub fn tenant(name: &str) -> Result<TenantId, NameError> {
    match TenantScope::parse(name)? {
        TenantScope::One(tenant) => Ok(tenant),
        TenantScope::All => Err(NameError::AllTenants),
    }
}

/// `joinTokens/{id}`; gives the id.
///
/// # Errors
/// [`NameError`] when it is not.
pub fn join_token(name: &str) -> Result<String, NameError> {
    name.strip_prefix("joinTokens/")
        .filter(|id| is_token_id(id))
        .map(str::to_owned)
        .ok_or_else(|| NameError::JoinToken(name.chars().take(300).collect()))
}

/// Whether a text can be the id of a join token.
pub fn is_token_id(id: &str) -> bool {
    dns::is_label(id)
}

/// Name of a join token.
pub fn of_join_token(id: &str) -> String {
    format!("joinTokens/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tenant_is_one_tenant() {
        assert_eq!(tenant("tenants/a").unwrap().as_str(), "a");
        assert_eq!(tenant("tenants/-"), Err(NameError::AllTenants));
        for bad in ["", "tenants", "tenants/A", "tenants/", "tenants/a/b"] {
            assert!(tenant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn join_tokens_are_named_by_their_id() {
        assert_eq!(join_token(&of_join_token("0f3a")).unwrap(), "0f3a");
        for bad in ["joinTokens/", "joinTokens/a/b", "0f3a", "joinTokens/A"] {
            assert!(join_token(bad).is_err(), "{bad}");
        }
    }
}
