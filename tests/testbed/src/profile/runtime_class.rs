//! A profile's RuntimeClass as the API object.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::node::v1::{Overhead, RuntimeClass as ApiRuntimeClass, Scheduling},
    apimachinery::pkg::api::resource::Quantity,
};
use kube::api::ObjectMeta;

use super::RuntimeClass;

impl RuntimeClass {
    /// The object to create.
    pub fn to_object(&self) -> ApiRuntimeClass {
        let overhead: BTreeMap<String, Quantity> = self
            .overhead
            .iter()
            .map(|(name, amount)| (name.clone(), Quantity(amount.clone())))
            .collect();
        ApiRuntimeClass {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                ..ObjectMeta::default()
            },
            handler: self.name.clone(),
            overhead: (!overhead.is_empty()).then_some(Overhead {
                pod_fixed: Some(overhead),
            }),
            scheduling: (!self.node_selector.is_empty()).then(|| Scheduling {
                node_selector: Some(self.node_selector.clone()),
                tolerations: None,
            }),
        }
    }
}
