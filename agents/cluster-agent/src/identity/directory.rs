//! State in a private directory: `identity.json` with key, certificate and CA bundle in one file, so that they
//! are replaced together, and `obeyed.json`.

use std::path::Path;
use std::sync::Arc;

use hourglass_runtime::state_file::{create_private_dir, read_optional, write_private_file};

use super::Identity;
use super::files::{self, Texts};
use super::state::{StateError, Stored};
use crate::order::Order;

const IDENTITY: &str = "identity.json";
const OBEYED: &str = "obeyed.json";

/// A state directory.
#[derive(Debug, Clone)]
pub struct DirectoryStore {
    path: Arc<Path>,
}

impl DirectoryStore {
    /// The directory is made with the first write.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.into() }
    }

    pub(super) async fn load(&self) -> Result<Stored, StateError> {
        let path = Arc::clone(&self.path);
        tokio::task::spawn_blocking(move || load(&path)).await?
    }

    pub(super) async fn save_identity(&self, identity: &Identity) -> Result<(), StateError> {
        let texts = files::to_texts(identity)?;
        let path = Arc::clone(&self.path);
        tokio::task::spawn_blocking(move || write_json(&path, IDENTITY, &texts)).await?
    }

    pub(super) async fn raise_obeyed(&self, order: Order) -> Result<Order, StateError> {
        let path = Arc::clone(&self.path);
        tokio::task::spawn_blocking(move || {
            let highest = read_json::<Order>(&path.join(OBEYED))?
                .unwrap_or_default()
                .max(order);
            write_json(&path, OBEYED, &highest)?;
            Ok(highest)
        })
        .await?
    }
}

fn load(directory: &Path) -> Result<Stored, StateError> {
    let texts: Texts = read_json(&directory.join(IDENTITY))?.unwrap_or_default();
    Ok(Stored {
        identity: files::from_texts(&texts)?,
        obeyed: read_json(&directory.join(OBEYED))?.unwrap_or_default(),
    })
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, StateError> {
    let Some(bytes) = read_optional(path)? else {
        return Ok(None);
    };
    // The error's place, but not its text: the file may hold the key.
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|error| StateError::DamagedOrder {
            place: path.display().to_string(),
            reason: format!("no valid JSON at line {} column {}", error.line(), error.column()),
        })
}

fn write_json<T: serde::Serialize>(directory: &Path, name: &str, value: &T) -> Result<(), StateError> {
    create_private_dir(directory)?;
    let path = directory.join(name);
    let bytes = serde_json::to_vec(value).map_err(|error| StateError::DamagedOrder {
        place: path.display().to_string(),
        reason: error.to_string(),
    })?;
    Ok(write_private_file(&path, &bytes)?)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use hourglass_runtime::tls::Authority;

    use super::*;

    #[tokio::test]
    async fn identity_and_order_are_there_after_a_restart() {
        let root = tempfile::tempdir().unwrap();
        let store = DirectoryStore::new(&root.path().join("state"));
        let empty = store.load().await.unwrap();
        assert!(empty.identity.is_none() && empty.obeyed == Order::default());

        let authority = Authority::open_or_create(root.path(), SystemTime::now()).unwrap();
        let identity = super::super::check::tests::identity(&authority, "c1", SystemTime::now());
        store.save_identity(&identity).await.unwrap();
        assert_eq!(
            store.raise_obeyed(Order::new(1, 7)).await.unwrap(),
            Order::new(1, 7)
        );

        let again = DirectoryStore::new(&root.path().join("state"))
            .load()
            .await
            .unwrap();
        assert_eq!(
            again.identity.unwrap().credential.chain_pem,
            identity.credential.chain_pem
        );
        assert_eq!(again.obeyed, Order::new(1, 7));
    }

    #[tokio::test]
    async fn the_obeyed_order_never_falls() {
        let root = tempfile::tempdir().unwrap();
        let store = DirectoryStore::new(root.path());
        store.raise_obeyed(Order::new(2, 1)).await.unwrap();
        assert_eq!(
            store.raise_obeyed(Order::new(1, 99)).await.unwrap(),
            Order::new(2, 1)
        );
        assert_eq!(store.load().await.unwrap().obeyed, Order::new(2, 1));
    }

    #[tokio::test]
    async fn damage_is_told_without_the_contents() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(IDENTITY), "{\"tls.key\": hunter2").unwrap();
        let error = DirectoryStore::new(root.path()).load().await.unwrap_err();
        assert!(error.is_permanent());
        assert!(
            error.to_string().contains(IDENTITY) && !error.to_string().contains("hunter2"),
            "{error}"
        );
    }
}
