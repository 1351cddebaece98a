//! Who may reach a performer's port.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, PerformerNetworkPolicy, names};
use k8s_openapi::api::networking::v1::{
    NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::children::{self, Identity};

/// The NetworkPolicy of a Performer, over the pods of all its versions.
pub(crate) fn network_policy(
    performer: &Performer,
    owner: &Identity,
    policy: &PerformerNetworkPolicy,
) -> NetworkPolicy {
    // Kubernetes reads an empty list of peers as "everybody". Here it is nobody: so there is no rule then.
    let rules = if policy.from.is_empty() {
        Vec::new()
    } else {
        vec![NetworkPolicyIngressRule {
            from: Some(policy.from.clone()),
            ports: Some(vec![NetworkPolicyPort {
                port: Some(IntOrString::String(names::GRPC_PORT_NAME.to_owned())),
                protocol: Some("TCP".to_owned()),
                end_port: None,
            }]),
        }]
    };
    NetworkPolicy {
        metadata: children::metadata(performer, owner, names::service_name(&owner.name)),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector {
                match_labels: Some(BTreeMap::from([(
                    names::PERFORMER_LABEL.to_owned(),
                    owner.name.clone(),
                )])),
                match_expressions: None,
            }),
            policy_types: Some(vec!["Ingress".to_owned()]),
            ingress: Some(rules),
            egress: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;
    use serde_json::{Value, json};

    fn spec(from: Value) -> Value {
        let owner = Identity {
            name: "p".to_owned(),
            namespace: "ns".to_owned(),
            uid: "u".to_owned(),
        };
        let policy = PerformerNetworkPolicy {
            from: serde_json::from_value(from).unwrap(),
        };
        let object = network_policy(&Performer::new("p", PerformerSpec::default()), &owner, &policy);
        serde_json::to_value(object.spec).unwrap()
    }

    #[test]
    fn the_given_peers_may_reach_the_grpc_port_only() {
        let peers = json!([{"namespaceSelector": {"matchLabels": {"team": "executors"}}}]);
        assert_eq!(
            spec(peers.clone()),
            json!({
                "podSelector": {"matchLabels": {"hourglass.eigenlayer.io/performer": "p"}},
                "policyTypes": ["Ingress"],
                "ingress": [{"from": peers, "ports": [{"port": "grpc", "protocol": "TCP"}]}],
            })
        );
    }

    #[test]
    fn an_empty_list_of_peers_lets_nobody_in() {
        assert_eq!(spec(json!([]))["ingress"], json!([]));
    }
}
