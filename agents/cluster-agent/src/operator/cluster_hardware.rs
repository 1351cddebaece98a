//! What hardware the cluster has, kept current by watches of node labels and RuntimeClasses.

use std::collections::BTreeMap;

use futures::StreamExt;
use hourglass_model::quantity::Quantity;
use hourglass_model::render::ClusterHardware;
use hourglass_model::resources::{ResourceName, ResourceVector};
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::api::node::v1::RuntimeClass;
use kube::core::PartialObjectMeta;
use kube::runtime::{WatchStreamExt, watcher, watcher::Event};
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;
use tracing::warn;

use super::hardware::NodeHardware;

/// Follows the cluster until it is dropped; publishes the whole on every change. Nothing is published before both
/// kinds have been listed once.
pub(crate) async fn follow(client: Client, publish: &watch::Sender<Option<ClusterHardware>>) {
    let config = watcher::Config::default;
    let nodes = watcher(Api::<PartialObjectMeta<Node>>::all(client.clone()), config()).default_backoff();
    let classes = watcher(Api::<RuntimeClass>::all(client), config()).default_backoff();
    let (mut nodes, mut classes) = (std::pin::pin!(nodes), std::pin::pin!(classes));
    let mut seen_nodes = Known::new(|node: &PartialObjectMeta<Node>| NodeHardware::of(node.labels()));
    let mut seen_classes = Known::new(overhead);
    loop {
        let changed = tokio::select! {
            Some(event) = nodes.next() => seen_nodes.handle("nodes", event),
            Some(event) = classes.next() => seen_classes.handle("RuntimeClasses", event),
            else => return,
        };
        if changed && seen_nodes.complete && seen_classes.complete {
            let mut whole = ClusterHardware {
                runtime_classes: seen_classes.objects.clone(),
                ..Default::default()
            };
            for node in seen_nodes.objects.values() {
                node.add_to(&mut whole);
            }
            publish.send_if_modified(|current| {
                let modified = current.as_ref() != Some(&whole);
                *current = Some(whole);
                modified
            });
        }
    }
}

/// Objects of one cluster-scoped kind, reduced.
struct Known<K, V> {
    reduce: fn(&K) -> V,
    objects: BTreeMap<String, V>,
    relisting: BTreeMap<String, V>,
    complete: bool,
}

impl<K: ResourceExt, V: PartialEq> Known<K, V> {
    fn new(reduce: fn(&K) -> V) -> Self {
        Self {
            reduce,
            objects: BTreeMap::new(),
            relisting: BTreeMap::new(),
            complete: false,
        }
    }

    /// Whether the event changed anything.
    fn handle(&mut self, kind: &str, event: watcher::Result<Event<K>>) -> bool {
        match event {
            Ok(Event::Apply(object)) => {
                let value = (self.reduce)(&object);
                let same = self.objects.get(&object.name_any()) == Some(&value);
                self.objects.insert(object.name_any(), value);
                !same
            }
            Ok(Event::Delete(object)) => self.objects.remove(&object.name_any()).is_some(),
            Ok(Event::Init) => {
                self.relisting.clear();
                false
            }
            Ok(Event::InitApply(object)) => {
                self.relisting.insert(object.name_any(), (self.reduce)(&object));
                false
            }
            Ok(Event::InitDone) => {
                self.objects = std::mem::take(&mut self.relisting);
                self.complete = true;
                true
            }
            Err(error) => {
                warn!(kind, %error, "a watch failed; it is tried again with backoff");
                false
            }
        }
    }
}

/// What the pods of a RuntimeClass cost beyond their containers. An amount that cannot be counted is left out: the API
/// server admits valid ones only.
fn overhead(class: &RuntimeClass) -> ResourceVector {
    let fixed = class
        .overhead
        .as_ref()
        .and_then(|overhead| overhead.pod_fixed.as_ref());
    let amount = |name: &str, quantity: &str| {
        let name = ResourceName::new(name).ok()?;
        let amount = name.count(&quantity.parse::<Quantity>().ok()?).ok()?;
        Some((name, amount))
    };
    fixed
        .into_iter()
        .flatten()
        .filter_map(|(name, quantity)| amount(name, &quantity.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn class(name: &str, memory: &str) -> RuntimeClass {
        serde_json::from_value(json!({
            "metadata": {"name": name}, "handler": "h", "overhead": {"podFixed": {"memory": memory}},
        }))
        .unwrap()
    }

    #[test]
    fn only_what_differs_counts_as_a_change() {
        let mut known = Known::new(overhead);
        assert!(!known.handle("x", Ok(Event::Init)));
        assert!(!known.handle("x", Ok(Event::InitApply(class("a", "1Gi")))));
        assert!(!known.complete);
        assert!(known.handle("x", Ok(Event::InitDone)));
        assert!(!known.handle("x", Ok(Event::Apply(class("a", "1024Mi")))));
        assert!(known.handle("x", Ok(Event::Apply(class("a", "2Gi")))));
        assert!(known.handle("x", Ok(Event::Delete(class("a", "2Gi")))));
        assert!(!known.handle("x", Ok(Event::Delete(class("a", "2Gi")))));
    }

    #[test]
    fn what_a_relist_no_longer_holds_is_gone() {
        let mut known = Known::new(overhead);
        for event in [
            Event::Init,
            Event::InitApply(class("a", "1Gi")),
            Event::InitDone,
            Event::Init,
            Event::InitApply(class("b", "1Gi")),
            Event::InitDone,
        ] {
            known.handle("x", Ok(event));
        }
        assert_eq!(known.objects.keys().collect::<Vec<_>>(), ["b"]);
    }
}
