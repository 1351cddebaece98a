//! The environment, read once.

use hourglass_runtime::secret::Secret;

/// The environment variables that matter, read once.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// HOURGLASS_CONFIG
    pub config: Option<String>,
    /// HOURGLASS_CONTEXT
    pub context: Option<String>,
    /// HOURGLASS_SERVER
    pub server: Option<String>,
    /// HOURGLASS_CA_FILE
    pub ca_file: Option<String>,
    /// HOURGLASS_INSECURE_PLAINTEXT
    pub insecure_plaintext: Option<String>,
    /// HOURGLASS_TOKEN
    pub token: Option<Secret<String>>,
    /// HOURGLASS_TOKEN_FILE
    pub token_file: Option<String>,
    /// HOURGLASS_TENANT
    pub tenant: Option<String>,
    /// TRACEPARENT
    pub traceparent: Option<String>,
    /// XDG_CONFIG_HOME
    pub xdg_config_home: Option<String>,
    /// HOME
    pub home: Option<String>,
}

impl Environment {
    /// Reads the process environment; an empty variable counts as absent.
    pub fn read() -> Self {
        let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            config: var("HOURGLASS_CONFIG"),
            context: var("HOURGLASS_CONTEXT"),
            server: var("HOURGLASS_SERVER"),
            ca_file: var("HOURGLASS_CA_FILE"),
            insecure_plaintext: var("HOURGLASS_INSECURE_PLAINTEXT"),
            token: var("HOURGLASS_TOKEN").map(Secret::new),
            token_file: var("HOURGLASS_TOKEN_FILE"),
            tenant: var("HOURGLASS_TENANT"),
            traceparent: var("TRACEPARENT"),
            xdg_config_home: var("XDG_CONFIG_HOME"),
            home: var("HOME"),
        }
    }
}
