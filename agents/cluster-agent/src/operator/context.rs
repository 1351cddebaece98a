//! What every reconciliation of a scope shares.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use hourglass_model::render::ClusterHardware;
use hourglass_performer_api::Performer;
use kube::runtime::events::{Recorder, Reporter};
use kube::{Client, Resource};
use tokio::sync::watch;

use super::caches::{Caches, PerformerRef};
use super::config::OperatorConfig;
use super::retries::Retries;
use super::written::Written;

/// Name under which Events are reported.
const REPORTER: &str = "hourglass-operator";

/// Shared by all reconciliations of a scope.
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) config: Arc<OperatorConfig>,
    pub(crate) caches: Caches,
    pub(crate) recorder: Recorder,
    pub(crate) written: Written,
    pub(crate) retries: Retries,
    pub(crate) hardware: watch::Receiver<Option<ClusterHardware>>,
    /// Performers whose pods would be others if the cluster had other hardware.
    waiting_for_hardware: Mutex<HashSet<PerformerRef>>,
}

impl Context {
    pub(crate) fn new(
        client: Client,
        config: Arc<OperatorConfig>,
        caches: Caches,
        hardware: watch::Receiver<Option<ClusterHardware>>,
    ) -> Self {
        Self {
            recorder: Recorder::new(client.clone(), Reporter::from(REPORTER)),
            retries: Retries::new(config.retry_initial, config.retry_max),
            client,
            config,
            caches,
            written: Written::default(),
            hardware,
            waiting_for_hardware: Mutex::default(),
        }
    }

    /// The hardware of the cluster, once it is known.
    pub(crate) fn known_hardware(&self) -> Option<ClusterHardware> {
        self.hardware.borrow().clone()
    }

    /// Notes whether a change of the cluster's hardware concerns this Performer.
    pub(crate) fn waits_for_hardware(&self, performer: &Performer, waits: bool) {
        let key = PerformerRef::from_obj(performer);
        let mut waiting = self
            .waiting_for_hardware
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if waits {
            waiting.insert(key);
        } else {
            waiting.remove(&key);
        }
    }

    /// The Performers that a change of the cluster's hardware concerns.
    pub(crate) fn waiting_for_hardware(&self) -> Vec<PerformerRef> {
        self.waiting_for_hardware
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// Forgets a Performer that is gone.
    pub(crate) fn forget(&self, performer: &Performer) {
        self.waits_for_hardware(performer, false);
        self.retries.succeeded(performer);
        if let Some(uid) = performer.meta().uid.as_deref() {
            self.written.forget(uid);
        }
    }
}
