//! The resources of the API, as filters see them.

use hourglass_engine::NodeState;
use hourglass_model::ids::ClusterName;
use hourglass_model::resource_name::{NodeResource, format_cluster};

use super::Fields;
use crate::edge::convert::cluster::state_of;
use crate::edge::convert::node::gpu_product;
use crate::edge::convert::placement_out::node_of;
use crate::records::PlacementRecord;
use crate::scheduler::clusters::Cluster;

impl Fields for PlacementRecord {
    fn any_value(&self, name: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match name {
            // People write the short name, programs the full one.
            "name" => test(self.id.as_str()) || test(&self.name()),
            "state" => test(self.state.as_str()),
            "cluster" => self
                .assigned()
                .any(|(_, assignment)| test(assignment.cluster.as_str())),
            "node" => self.assigned().any(|(_, assignment)| test(node_of(assignment))),
            // Addresses are hexadecimal: their case says nothing.
            "avs_address" => {
                let address = &self.spec.performer.avs_address;
                test(address) || test(&address.to_lowercase())
            }
            _ => false,
        }
    }

    fn map_value(&self, name: &str, key: &str) -> Option<&str> {
        self.labels
            .get(key)
            .filter(|_| name == "labels")
            .map(String::as_str)
    }
}

impl Fields for Cluster {
    fn any_value(&self, name: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match name {
            "name" => test(self.record.name.as_str()) || test(&format_cluster(&self.record.name)),
            "state" => test(state_of(self).as_str_name()),
            _ => false,
        }
    }

    fn map_value(&self, name: &str, key: &str) -> Option<&str> {
        self.record
            .labels
            .get(key)
            .filter(|_| name == "labels")
            .map(String::as_str)
    }
}

/// A node with the cluster that it is in.
#[derive(Clone, Copy, Debug)]
pub struct NodeOf<'a> {
    /// Where it is.
    pub cluster: &'a ClusterName,
    /// What it is.
    pub node: &'a NodeState,
}

impl Fields for NodeOf<'_> {
    fn any_value(&self, name: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match name {
            "name" => {
                let full = NodeResource {
                    cluster: self.cluster.clone(),
                    node: self.node.name().clone(),
                };
                test(self.node.name().as_str()) || test(&full.to_string())
            }
            "gpu_product" => test(&gpu_product(self.node)),
            _ => false,
        }
    }

    fn map_value(&self, name: &str, key: &str) -> Option<&str> {
        self.node.label(key).filter(|_| name == "labels")
    }
}

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1 as proto;

    use crate::edge::filter::{CLUSTER, FieldKind, Filter, PLACEMENT, Schema};
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    #[test]
    fn a_placement_is_found_by_each_of_its_fields() {
        let mut record = record("default", "web", "uid-1");
        record.spec.performer.avs_address = "0xAbC".to_owned();
        record.slots.push(slot(0, "eu-1", "node-1", Observed::default()));
        record.slots.push(slot(
            1,
            "us-1",
            "node-2",
            Observed {
                node: "node-3".to_owned(),
                ..Observed::default()
            },
        ));
        let matches = |filter: &str| Filter::parse(filter, &PLACEMENT).unwrap().matches(&record);
        for filter in [
            "name = web",
            "name = tenants/default/placements/web",
            "state = PENDING",
            "labels.team = a",
            "cluster = eu-1 AND cluster = us-1",
            "node = node-1 AND node = node-3",
            "avs_address = 0xabc",
            "avs_address = 0xAbC",
        ] {
            assert!(matches(filter), "{filter}");
        }
        for filter in [
            "name = we",
            "state = READY",
            "labels.team = b",
            "cluster = eu",
            "node = node-2",
        ] {
            assert!(!matches(filter), "{filter}");
        }
    }

    fn known_states(schema: &Schema) -> Vec<&'static str> {
        match schema.field("state") {
            Some((_, FieldKind::Enum(known))) => known.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn filters_know_exactly_the_states_of_the_api() {
        let placement = (1..).map_while(|number| proto::placement::State::try_from(number).ok());
        let placement: Vec<_> = placement.map(|state| state.as_str_name()).collect();
        assert_eq!(known_states(&PLACEMENT), placement);
        let cluster = (1..).map_while(|number| proto::cluster::State::try_from(number).ok());
        let cluster: Vec<_> = cluster.map(|state| state.as_str_name()).collect();
        assert_eq!(known_states(&CLUSTER), cluster);
    }
}
