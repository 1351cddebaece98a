//! State in one Secret of the cluster. The agent may read and patch this one by name, and touches no other.

use std::collections::BTreeMap;
use std::time::Duration;

use hourglass_performer_api::names::FLEET_AGENT_FIELD_MANAGER;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{Patch, PatchParams};

use super::Identity;
use super::files::{self, Texts};
use super::state::{StateError, Stored};
use crate::order::Order;

/// Key of the obeyed order.
const OBEYED: &str = "obeyed.json";
/// How long the API server may take for one call.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Tries to write over another writer.
const ATTEMPTS: usize = 4;

/// The Secret of the agent.
#[derive(Debug, Clone)]
pub struct SecretStore {
    api: Api<Secret>,
    namespace: String,
    name: String,
}

impl SecretStore {
    pub(super) fn new(client: &kube::Client, namespace: &str, name: &str) -> Self {
        Self {
            api: Api::namespaced(client.clone(), namespace),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    pub(super) async fn load(&self) -> Result<Stored, StateError> {
        let texts = self.texts(&self.get().await?)?;
        Ok(Stored {
            identity: files::from_texts(&texts)?,
            obeyed: self.obeyed(&texts)?,
        })
    }

    pub(super) async fn save_identity(&self, identity: &Identity) -> Result<(), StateError> {
        // One patch: key and certificate are replaced together.
        self.patch(files::to_texts(identity)?, None).await
    }

    pub(super) async fn raise_obeyed(&self, order: Order) -> Result<Order, StateError> {
        for _ in 0..ATTEMPTS {
            let secret = self.get().await?;
            let stored = self.obeyed(&self.texts(&secret)?)?;
            if stored >= order {
                return Ok(stored);
            }
            let json = serde_json::to_string(&order).map_err(|error| self.damaged(&error))?;
            // Bound to what was read: an agent that was replaced cannot lower what its successor wrote.
            let written = self
                .patch(
                    Texts::from([(OBEYED.to_owned(), json)]),
                    secret.metadata.resource_version,
                )
                .await;
            match written {
                Ok(()) => return Ok(order),
                Err(StateError::Secret { source, .. }) if is_conflict(&source) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StateError::Contended(self.place()))
    }

    async fn get(&self) -> Result<Secret, StateError> {
        let found = self.call("read", self.api.get_opt(&self.name)).await?;
        found.ok_or_else(|| StateError::SecretMissing(self.place()))
    }

    async fn patch(&self, texts: Texts, resource_version: Option<String>) -> Result<(), StateError> {
        let data = texts
            .into_iter()
            .map(|(name, text)| (name, ByteString(text.into_bytes())))
            .collect();
        let patch = Secret {
            metadata: ObjectMeta {
                resource_version,
                ..ObjectMeta::default()
            },
            data: Some(data),
            ..Secret::default()
        };
        let params = PatchParams {
            field_manager: Some(FLEET_AGENT_FIELD_MANAGER.to_owned()),
            ..PatchParams::default()
        };
        self.call(
            "write",
            self.api.patch(&self.name, &params, &Patch::Merge(&patch)),
        )
        .await
        .map(drop)
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = kube::Result<T>>,
    ) -> Result<T, StateError> {
        match tokio::time::timeout(CALL_TIMEOUT, call).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(kube::Error::Api(status))) if status.code == 404 => {
                Err(StateError::SecretMissing(self.place()))
            }
            Ok(Err(source)) => Err(StateError::Secret {
                operation,
                secret: self.place(),
                source: Box::new(source),
            }),
            Err(_) => Err(StateError::Timeout {
                operation,
                secret: self.place(),
            }),
        }
    }

    fn texts(&self, secret: &Secret) -> Result<Texts, StateError> {
        let data: &BTreeMap<String, ByteString> = match &secret.data {
            Some(data) => data,
            None => return Ok(Texts::new()),
        };
        data.iter()
            .map(|(name, bytes)| match String::from_utf8(bytes.0.clone()) {
                Ok(text) => Ok((name.clone(), text)),
                Err(_) => Err(self.damaged(&format!("{name:?} is no text"))),
            })
            .collect()
    }

    fn obeyed(&self, texts: &Texts) -> Result<Order, StateError> {
        let parsed = texts
            .get(OBEYED)
            .map(|json| serde_json::from_str(json))
            .transpose();
        Ok(parsed.map_err(|error| self.damaged(&error))?.unwrap_or_default())
    }

    fn damaged(&self, reason: &dyn std::fmt::Display) -> StateError {
        StateError::DamagedOrder {
            place: format!("Secret {}", self.place()),
            reason: reason.to_string(),
        }
    }

    fn place(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 409)
}
