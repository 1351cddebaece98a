//! Which server, as whom, for which tenant: the context file, and how it, the environment and the flags
//! become one [`Target`].

mod environment;
mod file;
mod resolve;
mod target;

use std::path::PathBuf;

use hourglass_runtime::state_file::StateFileError;
use hourglass_runtime::tls::PlaintextError;

pub use environment::Environment;
pub use file::{Context, ContextFile, default_path};
pub use resolve::{file_path, resolve};
pub use target::{Origin, Target, Trust};

/// The context file, environment and flags do not make a connection.
#[derive(Debug, thiserror::Error)]
pub enum ContextError {
    /// Neither HOURGLASS_CONFIG nor a home directory is known.
    #[error("no place for the context file: neither HOURGLASS_CONFIG, XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// The file is not what it should be.
    #[error("the context file {} is not valid: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// Others can read the file although it holds a secret.
    #[error("the context file {} holds a token and others can read it (mode {mode:o})", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// No such context.
    #[error("there is no context {name:?}; {}", known_contexts(known))]
    NoSuchContext {
        /// The name asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Nothing says which server.
    #[error("no server is configured: there is no context, HOURGLASS_SERVER or --server")]
    NoServer,
    /// The server's address is no URL.
    #[error("the server {url:?} (from {origin}) is not valid: {message}")]
    BadServer {
        /// As given.
        url: String,
        /// Where it is from.
        origin: Origin,
        /// What is wrong.
        message: String,
    },
    /// Plain text that was not asked for, or would leave this machine.
    #[error("the server {url:?} (from {origin}) is plain text: {source}")]
    Plaintext {
        /// As given.
        url: String,
        /// Where it is from.
        origin: Origin,
        /// Which part of the rule it breaks.
        source: PlaintextError,
    },
    /// A switch of the environment that is neither on nor off.
    #[error("{variable} is {value:?}; it must be true or false")]
    BadSwitch {
        /// Its name.
        variable: &'static str,
        /// What it is set to.
        value: String,
    },
    /// A file with certificate authorities or a token cannot be used.
    #[error("cannot use {what} {} (from {origin}): {message}", path.display())]
    BadFile {
        /// "the CA file" or "the token file".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Where its name is from.
        origin: Origin,
        /// Why.
        message: String,
    },
    /// Token text that no header can carry.
    #[error("the token (from {origin}) has characters that a token cannot have")]
    BadToken {
        /// Where it is from.
        origin: Origin,
    },
    /// The tenant's name is not a label.
    #[error(
        "the tenant {name:?} is not valid: 1 to 63 of a-z, 0-9 and -, starting and ending with a letter or digit"
    )]
    BadTenant {
        /// As given.
        name: String,
    },
}

fn known_contexts(known: &[String]) -> String {
    match known {
        [] => "there are none yet".to_owned(),
        names => format!("there are: {}", names.join(", ")),
    }
}

impl ContextError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoHome => "set HOURGLASS_CONFIG to the file to use".to_owned(),
            Self::File(_) => "check that the file is yours and its directory can be written".to_owned(),
            Self::Malformed { path, .. } => format!(
                "correct {}, or move it away and make it anew with `hourglass config set-context`",
                path.display()
            ),
            Self::TooOpen { path, .. } => format!("chmod 600 {}", path.display()),
            Self::NoSuchContext { .. } => {
                "`hourglass config get-contexts` lists them; `hourglass config set-context NAME --server URL` makes one"
                    .to_owned()
            }
            Self::NoServer => {
                "hourglass config set-context NAME --server https://HOST:PORT --ca-file CA.pem --current".to_owned()
            }
            Self::BadServer { .. } => "write it as https://HOST:PORT".to_owned(),
            Self::Plaintext {
                source: PlaintextError::NotAllowed,
                ..
            } => "write it as https://HOST:PORT; only a server on this machine that was itself started with \
                  --insecure-plaintext is reached as http://, and then with --insecure-plaintext here as well"
                .to_owned(),
            Self::Plaintext { .. } => "write it as https://HOST:PORT".to_owned(),
            Self::BadSwitch { variable, .. } => format!("unset {variable}, or set it to true or false"),
            Self::BadFile { .. } => "give the path of a file that you can read".to_owned(),
            Self::BadToken { .. } => "a token is one line of printable ASCII characters".to_owned(),
            Self::BadTenant { .. } => return None,
        })
    }
}
