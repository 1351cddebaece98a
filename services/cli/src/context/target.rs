//! Everything that a connection needs, and where each setting came from.

use std::fmt;

use hourglass_runtime::secret::Secret;
use http::Uri;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A context of the context file.
    Context(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Variable(name) => f.write_str(name),
            Self::Context(name) => write!(f, "context {name:?}"),
        }
    }
}

/// Whom to believe about the server's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// No TLS (`http://` on a loopback address, and asked for).
    Plaintext,
    /// The certificate authorities of the operating system.
    System,
    /// These certificate authorities, and no others.
    Authorities {
        /// PEM.
        pem: String,
        /// Where they are from.
        origin: Origin,
    },
}

/// A bearer token.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The token.
    pub token: Secret<String>,
    /// Where it is from.
    pub origin: Origin,
}

/// Everything that a connection needs.
#[derive(Debug, Clone)]
pub struct Target {
    /// Name of the context in use, when one is.
    pub context: Option<String>,
    /// Server URL.
    pub server: Uri,
    /// Where the URL is from.
    pub server_origin: Origin,
    /// Whom to believe.
    pub trust: Trust,
    /// Name that the server's certificate must carry, when it is not the URL's host.
    pub tls_server_name: Option<String>,
    /// Who we are, when we say so.
    pub credential: Option<Credential>,
    /// Default tenant.
    pub tenant: String,
}

impl Target {
    /// Host of the server, without the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        let host = self.server.host().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// Port of the server.
    pub fn port(&self) -> u16 {
        self.server
            .port_u16()
            .unwrap_or(if self.trust == Trust::Plaintext { 80 } else { 443 })
    }
}
