//! The Service of a Performer: one stable name, pointing at one version at a time.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::children::{self, Identity};
use super::spec_hash::SpecHash;

/// Value of the hash label that no pod has. A Service without any selector would keep the endpoints that it had,
/// because nobody would manage them any more; one that selects nothing loses them at once.
const NOWHERE: &str = "none";

/// The Service that points at `target`, on the port of that version.
pub(crate) fn service(
    performer: &Performer,
    owner: &Identity,
    target: Option<&SpecHash>,
    port: i32,
) -> Service {
    let hash = target.map_or(NOWHERE, SpecHash::as_str);
    Service {
        metadata: children::metadata(performer, owner, names::service_name(&owner.name)),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(BTreeMap::from([
                (names::PERFORMER_LABEL.to_owned(), owner.name.clone()),
                (names::SPEC_HASH_LABEL.to_owned(), hash.to_owned()),
            ])),
            ports: Some(vec![grpc_port(port)]),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}

/// The gRPC port of a Service; the pods' own is found by name.
pub(crate) fn grpc_port(port: i32) -> ServicePort {
    ServicePort {
        name: Some(names::GRPC_PORT_NAME.to_owned()),
        port,
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::String(names::GRPC_PORT_NAME.to_owned())),
        ..ServicePort::default()
    }
}

/// The version that a Service points at.
pub(crate) fn target_of(service: &Service) -> Option<SpecHash> {
    let selector = service.spec.as_ref()?.selector.as_ref()?;
    let hash = selector.get(names::SPEC_HASH_LABEL)?;
    (hash != NOWHERE).then(|| SpecHash::from_label(hash))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;
    use serde_json::json;

    fn sample(target: Option<&SpecHash>) -> Service {
        let owner = Identity {
            name: "p".to_owned(),
            namespace: "ns".to_owned(),
            uid: "u".to_owned(),
        };
        service(
            &Performer::new("p", PerformerSpec::default()),
            &owner,
            target,
            9191,
        )
    }

    #[test]
    fn a_service_has_the_contracts_name_port_and_selector() {
        let hash = SpecHash::from_label("0011aabb");
        let service = sample(Some(&hash));
        assert_eq!(service.metadata.name.as_deref(), Some("performer-p"));
        assert_eq!(
            serde_json::to_value(&service.spec).unwrap(),
            json!({
                "type": "ClusterIP",
                "selector": {
                    "hourglass.eigenlayer.io/performer": "p", "hourglass.eigenlayer.io/spec-hash": "0011aabb",
                },
                "ports": [{"name": "grpc", "port": 9191, "protocol": "TCP", "targetPort": "grpc"}],
            })
        );
        assert_eq!(target_of(&service), Some(hash));
    }

    #[test]
    fn a_service_that_points_nowhere_still_has_a_selector() {
        let service = sample(None);
        assert_eq!(target_of(&service), None);
        assert!(
            service
                .spec
                .unwrap()
                .selector
                .unwrap()
                .contains_key(names::SPEC_HASH_LABEL)
        );
    }
}
