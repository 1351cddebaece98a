//! What differs in some clusters: it is in the orders for them, part of the content's hash, and fixed by the decision.

use hourglass_model::hash::hex_digest;

use super::*;
use crate::dispatch::ApplyOrder;
use crate::scheduler::port::UpdateCluster;

impl World {
    fn set_region(&mut self, index: usize, region: &str) {
        let input = UpdateCluster {
            cluster: self.members[index].name.clone(),
            labels: Some([("region".to_owned(), region.to_owned())].into()),
            taints: None,
            cordoned: None,
            etag: None,
            request_id: None,
        };
        self.round(false, |core, round| core.update_cluster(input, None, round))
            .unwrap()
            .unwrap();
    }

    /// What the agent of a cluster is told to make.
    fn applies(&mut self, index: usize) -> Vec<ApplyOrder> {
        let orders = &mut self.members[index].session.as_mut().unwrap().orders;
        let mut applies = Vec::new();
        while let Ok(order) = orders.try_recv() {
            match order.content {
                OrderContent::Apply(apply) => applies.push(*apply),
                other => panic!("not an apply: {other:?}"),
            }
        }
        applies.sort_by(|one, other| one.object_name.cmp(&other.object_name));
        applies
    }
}

fn performer(apply: &ApplyOrder) -> hourglass_model::performer::PerformerSpec {
    assert_eq!(
        apply.content_hash,
        hex_digest(apply.performer_spec_json.as_bytes())
    );
    serde_json::from_str(&apply.performer_spec_json).unwrap()
}

#[test]
fn orders_for_a_cluster_have_what_differs_there_and_another_hash_and_keep_it_when_its_labels_change() {
    let mut world = World::new(1);
    world.set_region(0, "eu");
    world.set_region(1, "us");
    world.connect_all();
    // Whole nodes, so that both clusters get some.
    let wish = spec(GPUS, 4, false);
    let mut wish = serde_json::to_value(wish).unwrap();
    wish["clusterOverrides"] = serde_json::json!([{
        "selector": {"matchLabels": {"region": "eu"}},
        "imageRegistry": "mirror.example:5000/hub",
        "environment": {"REGION": "eu"},
        "imagePullSecrets": [{"name": "mirror"}],
    }]);
    world.create_one(serde_json::from_value(wish).unwrap());

    let (eu, us) = (world.applies(0), world.applies(1));
    assert_eq!((eu.len(), us.len()), (NODES, NODES));
    for apply in &us {
        let spec = performer(apply);
        assert_eq!(spec.image, "example.org/performer:1");
        assert!(spec.image_pull_secrets.is_empty());
    }
    for apply in &eu {
        let spec = performer(apply);
        assert_eq!(spec.image, "mirror.example:5000/hub/performer:1");
        assert_eq!(spec.image_pull_secrets[0].name, "mirror");
        let environment = spec.config.unwrap().environment;
        assert_eq!(environment.get("REGION").map(String::as_str), Some("eu"));
    }
    let record = world.core.placements().next().unwrap();
    let vectors: BTreeSet<_> = record
        .assigned()
        .map(|(_, assignment)| format!("{:?}", assignment.vector))
        .collect();
    assert_eq!(vectors.len(), 1, "what is charged does not depend on it");

    // Nothing has come of the orders. Whoever gives them again gives the same ones.
    world.set_region(0, "us");
    world.restart();
    world.connect_all();
    let again = world.applies(0);
    let content = |applies: &[ApplyOrder]| -> Vec<(String, String)> {
        let each = applies.iter();
        each.map(|apply| (apply.content_hash.clone(), apply.performer_spec_json.clone()))
            .collect()
    };
    assert_eq!(content(&again), content(&eu));
}
