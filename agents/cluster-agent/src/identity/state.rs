//! What must outlive the process: the identity, and the highest order that was obeyed.

use hourglass_runtime::state_file::StateFileError;

use super::Identity;
use super::directory::DirectoryStore;
use super::files::DamagedIdentity;
use super::secret::SecretStore;
use crate::config::StateLocation;
use crate::order::Order;

/// What was stored before.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// The identity, if the agent ever joined.
    pub identity: Option<Identity>,
    /// The highest order that was obeyed.
    pub obeyed: Order,
}

/// State could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The Secret is not there.
    #[error(
        "Secret {0} does not exist; the agent may not create Secrets: make an empty one (the chart does)"
    )]
    SecretMissing(String),
    /// The API server refused or did not answer.
    #[error("cannot {operation} Secret {secret}: {source}")]
    Secret {
        /// What was tried.
        operation: &'static str,
        /// `namespace/name`.
        secret: String,
        /// Why it failed.
        source: Box<kube::Error>,
    },
    /// The API server did not answer in time.
    #[error("no answer from the API server to: {operation} Secret {secret}")]
    Timeout {
        /// What was tried.
        operation: &'static str,
        /// `namespace/name`.
        secret: String,
    },
    /// Another agent keeps writing the Secret.
    #[error("Secret {0} was changed by somebody else each time that it was to be written")]
    Contended(String),
    /// A file of the state directory.
    #[error(transparent)]
    File(#[from] StateFileError),
    /// What is stored makes no sense.
    #[error(transparent)]
    Damaged(#[from] DamagedIdentity),
    /// What is stored makes no sense.
    #[error("{place} is damaged: {reason}")]
    DamagedOrder {
        /// The file or Secret.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The task that writes files was cut off.
    #[error("writing the state was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

impl StateError {
    /// Whether waiting alone cannot help.
    pub fn is_permanent(&self) -> bool {
        matches!(
            self,
            Self::SecretMissing(_) | Self::Damaged(_) | Self::DamagedOrder { .. }
        )
    }
}

/// Where state is kept: the one Secret that the agent may touch, or a directory.
#[derive(Debug, Clone)]
pub enum StateStore {
    /// In the cluster.
    Secret(Box<SecretStore>),
    /// On this machine.
    Directory(DirectoryStore),
}

impl StateStore {
    /// The store at `location`.
    pub fn new(location: &StateLocation, client: &kube::Client) -> Self {
        match location {
            StateLocation::Secret { namespace, name } => {
                Self::Secret(Box::new(SecretStore::new(client, namespace, name)))
            }
            StateLocation::Directory(path) => Self::Directory(DirectoryStore::new(path)),
        }
    }

    /// Reads everything.
    pub async fn load(&self) -> Result<Stored, StateError> {
        match self {
            Self::Secret(store) => store.load().await,
            Self::Directory(store) => store.load().await,
        }
    }

    /// Replaces the identity as a whole: a reader sees the old one or the new one.
    pub async fn save_identity(&self, identity: &Identity) -> Result<(), StateError> {
        match self {
            Self::Secret(store) => store.save_identity(identity).await,
            Self::Directory(store) => store.save_identity(identity).await,
        }
    }

    /// Raises the highest obeyed order to `order`; never lowers it. Returns what it is then.
    pub async fn raise_obeyed(&self, order: Order) -> Result<Order, StateError> {
        match self {
            Self::Secret(store) => store.raise_obeyed(order).await,
            Self::Directory(store) => store.raise_obeyed(order).await,
        }
    }
}
