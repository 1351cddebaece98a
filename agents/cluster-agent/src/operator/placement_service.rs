//! One Service over all ready slots of a placement in a namespace: its name stays the same over moves and upgrades of
//! the slots, each of which is a Performer with a Service of its own.
//!
//! It belongs to no single Performer. Every Performer of the placement is an owner, so it goes with the last of them;
//! each of their reconciliations writes the whole list, and a change of the Service reconciles them all, so the list
//! converges whatever order they come in.

use std::collections::BTreeMap;

use hourglass_performer_api::{Performer, names};
use k8s_openapi::api::core::v1::{Service, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::ResourceExt;

use super::children::{Identity, MANAGED_BY_KEY, owner_reference};
use super::error::ReconcileError;
use super::service::grpc_port;

/// The placement that a Performer belongs to, if its pods are to be found by a Service of that placement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    /// Name of the Service.
    pub(crate) service: String,
    /// Uid of the placement: label of the pods.
    pub(crate) placement_uid: String,
}

impl Membership {
    /// Only of Performers that the fleet manages.
    pub(crate) fn of(performer: &Performer) -> Option<Self> {
        names::is_of_fleet(performer.labels()).then_some(())?;
        Some(Self {
            service: performer
                .annotations()
                .get(names::PLACEMENT_SERVICE_ANNOTATION)?
                .clone(),
            placement_uid: placement_uid(performer)?,
        })
    }
}

/// Uid of the placement that an object belongs to.
pub(crate) fn placement_uid(object: &impl ResourceExt) -> Option<String> {
    object.labels().get(names::PLACEMENT_UID_LABEL).cloned()
}

/// The Service, owned by all these Performers. Its port number is that of the oldest: while a placement moves to another
/// port, every member comes to the same answer, and clients keep the old one as long as anybody serves it. Each pod
/// is reached on its own port anyway, by name.
pub(crate) fn placement_service(
    membership: &Membership,
    namespace: &str,
    members: &[&Performer],
) -> Result<Service, ReconcileError> {
    let age = |member: &&&Performer| (member.creation_timestamp().map(|time| time.0), member.uid());
    let oldest = members.iter().min_by_key(age);
    let port = oldest.map_or(names::DEFAULT_GRPC_PORT, |member| member.spec.config.grpc_port);
    let mut owners: Vec<OwnerReference> = members
        .iter()
        .map(|member| Ok(owner_reference(&Identity::of(member)?)))
        .collect::<Result<_, ReconcileError>>()?;
    owners.sort_by(|left, right| left.uid.cmp(&right.uid));
    let label = (
        names::PLACEMENT_UID_LABEL.to_owned(),
        membership.placement_uid.clone(),
    );
    Ok(Service {
        metadata: ObjectMeta {
            name: Some(membership.service.clone()),
            namespace: Some(namespace.to_owned()),
            labels: Some(BTreeMap::from([
                label.clone(),
                (
                    MANAGED_BY_KEY.to_owned(),
                    names::OPERATOR_FIELD_MANAGER.to_owned(),
                ),
            ])),
            owner_references: Some(owners),
            ..ObjectMeta::default()
        },
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(BTreeMap::from([label])),
            ports: Some(vec![grpc_port(port)]),
            ..ServiceSpec::default()
        }),
        status: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
    use k8s_openapi::jiff::Timestamp;
    use serde_json::json;

    fn member(name: &str, labels: &[(&str, &str)]) -> Performer {
        let mut performer = Performer::new(name, PerformerSpec::default());
        performer.metadata.namespace = Some("ns".to_owned());
        performer.metadata.uid = Some(format!("uid-of-{name}"));
        let owned = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        performer.metadata.labels = Some(owned(labels));
        performer.metadata.annotations = Some(owned(&[(names::PLACEMENT_SERVICE_ANNOTATION, "placement-x")]));
        performer
    }

    const MANAGED: [(&str, &str); 2] = [
        (names::MANAGED_BY_LABEL, names::MANAGED_BY_FLEET),
        (names::PLACEMENT_UID_LABEL, "placement-uid"),
    ];

    #[test]
    fn the_service_selects_the_pods_of_the_placement_and_belongs_to_every_performer_of_it() {
        let (first, second) = (member("a", &MANAGED), member("b", &MANAGED));
        let membership = Membership::of(&first).unwrap();
        let service = placement_service(&membership, "ns", &[&second, &first]).unwrap();
        let service = serde_json::to_value(service).unwrap();
        assert_eq!(service["metadata"]["name"], "placement-x");
        assert_eq!(
            service["spec"]["selector"],
            json!({"hourglass.eigenlayer.io/placement-uid": "placement-uid"})
        );
        let owner = |name: &str| {
            json!({
                "apiVersion": "hourglass.eigenlayer.io/v1alpha1", "kind": "Performer",
                "name": name, "uid": format!("uid-of-{name}"),
            })
        };
        assert_eq!(
            service["metadata"]["ownerReferences"],
            json!([owner("a"), owner("b")])
        );
    }

    #[test]
    fn members_of_different_ports_agree_on_that_of_the_oldest() {
        let at = |name: &str, second: i64, port: i32| {
            let mut member = member(name, &MANAGED);
            let created = Timestamp::from_second(second).unwrap();
            member.metadata.creation_timestamp = Some(Time(created));
            member.spec.config.grpc_port = port;
            member
        };
        let (old, new) = (at("b", 1, 9090), at("a", 2, 9191));
        for members in [[&old, &new], [&new, &old]] {
            let service = placement_service(&Membership::of(&new).unwrap(), "ns", &members).unwrap();
            assert_eq!(service.spec.unwrap().ports.unwrap()[0].port, 9090);
        }
    }

    #[test]
    fn a_performer_that_no_fleet_manages_has_no_placement_service() {
        assert_eq!(
            Membership::of(&member("a", &[(names::PLACEMENT_UID_LABEL, "placement-uid")])),
            None
        );
        assert_eq!(
            Membership::of(&member(
                "a",
                &[(names::MANAGED_BY_LABEL, names::MANAGED_BY_FLEET)]
            )),
            None
        );
    }
}
