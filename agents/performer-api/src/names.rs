//! Names that every side must spell alike: labels, annotations, field managers, object names and their rules.

use std::collections::BTreeMap;

/// API group of the custom resource, and the prefix of every label and annotation of ours.
pub const GROUP: &str = "hourglass.eigenlayer.io";
/// API version of the custom resource.
pub const VERSION: &str = "v1alpha1";
/// Plural name of the custom resource, as in `kubectl get performers`.
pub const PLURAL: &str = "performers";

/// Finalizer that holds a Performer until the operator has drained and deleted its children.
pub const FINALIZER: &str = "hourglass.eigenlayer.io/performer-finalizer";

/// Server-side-apply field manager of the agent session, which writes fleet-managed Performers.
pub const FLEET_AGENT_FIELD_MANAGER: &str = "hourglass-fleet-agent";
/// Server-side-apply field manager of the operator, which writes Deployments, Services, policies and status.
pub const OPERATOR_FIELD_MANAGER: &str = "hourglass-operator";

/// Label of a Performer that says who owns it; see [`MANAGED_BY_FLEET`].
pub const MANAGED_BY_LABEL: &str = "hourglass.eigenlayer.io/managed-by";
/// Value of [`MANAGED_BY_LABEL`] on Performers that the fleet placed; nobody else may scale or change them.
pub const MANAGED_BY_FLEET: &str = "hourglass-fleet";
/// Label: uid of the placement that a Performer (and its pods) belongs to.
pub const PLACEMENT_UID_LABEL: &str = "hourglass.eigenlayer.io/placement-uid";
/// Label: slot (replica number, from 0) of the placement.
pub const SLOT_LABEL: &str = "hourglass.eigenlayer.io/slot";
/// Label: slot epoch, which counts ownership changes of the slot.
pub const EPOCH_LABEL: &str = "hourglass.eigenlayer.io/epoch";
/// Label: tenant of the placement.
pub const TENANT_LABEL: &str = "hourglass.eigenlayer.io/tenant";

/// Annotation: W3C `traceparent` of the call that created the placement.
pub const TRACEPARENT_ANNOTATION: &str = "hourglass.eigenlayer.io/traceparent";
/// Annotation: full resource name of the placement, `tenants/{tenant}/placements/{placement}`.
pub const PLACEMENT_ANNOTATION: &str = "hourglass.eigenlayer.io/placement";
/// Annotation: hash of the content that the server sent.
pub const CONTENT_HASH_ANNOTATION: &str = "hourglass.eigenlayer.io/content-hash";
/// Annotation: the whole placement, signed by the server, base64.
pub const SIGNED_PLACEMENT_ANNOTATION: &str = "hourglass.eigenlayer.io/signed-placement";
/// Annotation: incarnation of the server that sent the command.
pub const INCARNATION_ANNOTATION: &str = "hourglass.eigenlayer.io/incarnation";
/// Annotation: leader term of the server that sent the command.
pub const TERM_ANNOTATION: &str = "hourglass.eigenlayer.io/term";
/// Annotation: generation of the placement's content.
pub const GENERATION_ANNOTATION: &str = "hourglass.eigenlayer.io/generation";
/// Annotation: node that was chosen; absent where the choice is left to the cluster's scheduler.
pub const NODE_ANNOTATION: &str = "hourglass.eigenlayer.io/node";
/// Annotation: name of the Service over all ready slots of the placement in this namespace.
pub const PLACEMENT_SERVICE_ANNOTATION: &str = "hourglass.eigenlayer.io/placement-service";
/// Annotation with value `true`: part of a gang, so its pods wait behind [`GANG_GATE`] until
/// [`GANG_COMPLETE_ANNOTATION`] is there.
pub const GATED_ANNOTATION: &str = "hourglass.eigenlayer.io/gated";
/// Annotation with value `true`: every slot of the gang was admitted by its cluster, so the pods may be scheduled.
pub const GANG_COMPLETE_ANNOTATION: &str = "hourglass.eigenlayer.io/gang-complete";

/// Scheduling gate of the pods of a gang.
pub const GANG_GATE: &str = "hourglass.eigenlayer.io/gang";

/// Label of every performer pod, with value [`APP_LABEL_VALUE`].
pub const APP_LABEL: &str = "app";
/// Value of [`APP_LABEL`].
pub const APP_LABEL_VALUE: &str = "hourglass-performer";
/// Label of pods and children: name of the Performer object.
pub const PERFORMER_LABEL: &str = "hourglass.eigenlayer.io/performer";
/// Label of pods and children: AVS address as [`avs_label_value`] makes it.
pub const AVS_LABEL: &str = "hourglass.eigenlayer.io/avs";
/// Label of pods, Deployments and in the Service's selector: which version of the spec this is.
pub const SPEC_HASH_LABEL: &str = "hourglass.eigenlayer.io/spec-hash";

/// Name of the performer's container.
pub const CONTAINER_NAME: &str = "performer";
/// Name of the container's and of the Service's gRPC port.
pub const GRPC_PORT_NAME: &str = "grpc";
/// gRPC port of a performer that does not say another.
pub const DEFAULT_GRPC_PORT: i32 = 9090;
/// Environment variable that carries the trace context into the performer.
pub const TRACEPARENT_ENV: &str = "TRACEPARENT";

/// Condition type: something serves (kstatus rules).
pub const CONDITION_READY: &str = "Ready";
/// Condition type: the wanted version is being, or has been, rolled out; `False` says why it is stuck.
pub const CONDITION_PROGRESSING: &str = "Progressing";
/// Condition type: mirror of the newest pod's own `PodScheduled` condition.
pub const CONDITION_POD_SCHEDULED: &str = "PodScheduled";
/// Condition type, on Performers that are part of a gang: the cluster has made the pod, so its quota and its admission
/// have accepted it; see [`REASON_GATED`] and [`REASON_GATE_LIFTED`].
pub const CONDITION_ADMITTED: &str = "Admitted";
/// Reason of [`CONDITION_ADMITTED`]: the pod exists and waits for the rest of its gang.
pub const REASON_GATED: &str = "WaitsForGang";
/// Reason of [`CONDITION_ADMITTED`]: the pod may be scheduled.
pub const REASON_GATE_LIFTED: &str = "GateLifted";
/// Reason of [`CONDITION_ADMITTED`] that is `False`: the pod does not exist yet, and nobody has refused it.
pub const REASON_POD_MISSING: &str = "PodNotCreated";
/// Condition type (kstatus): present and `True` while the operator still works towards the spec.
pub const CONDITION_RECONCILING: &str = "Reconciling";
/// Condition type (kstatus): present and `True` while the spec cannot be reached without a change.
pub const CONDITION_STALLED: &str = "Stalled";

/// Prefix of the names of Services and Deployments of a Performer.
pub const CHILD_NAME_PREFIX: &str = "performer-";
/// Longest name of a Performer: its Service is named `performer-<name>`, and a Service name has at most 63 characters.
pub const MAX_PERFORMER_NAME_LENGTH: usize = 53;

/// Why a Performer cannot have this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPerformerName {
    /// The Service name would be over 63 characters.
    #[error(
        "the name has {length} characters; at most {MAX_PERFORMER_NAME_LENGTH} are possible, because its Service is \
         named performer-<name> and a Service name has at most 63"
    )]
    TooLong {
        /// Length of the refused name, in characters.
        length: usize,
    },
    /// The Service name would be no DNS label.
    #[error(
        "the name must consist of lower-case letters, digits and '-', and start and end with a letter or digit, \
         because its Service is named performer-<name>"
    )]
    NotADnsLabel,
}

/// Checks that Service and Deployments of a Performer of this name can exist. The API server applies the same rule at
/// admission; this is for those who make names, and for objects that are older than the rule.
///
/// # Errors
/// When the name is too long or no DNS label.
pub fn validate_performer_name(name: &str) -> Result<(), InvalidPerformerName> {
    let length = name.chars().count();
    if length > MAX_PERFORMER_NAME_LENGTH {
        return Err(InvalidPerformerName::TooLong { length });
    }
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let inner_ok = bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-');
    let ends_ok = bytes.first().is_some_and(alphanumeric) && bytes.last().is_some_and(alphanumeric);
    if inner_ok && ends_ok {
        Ok(())
    } else {
        Err(InvalidPerformerName::NotADnsLabel)
    }
}

/// Whether the fleet placed the Performer with these labels.
#[must_use]
pub fn is_of_fleet(labels: &BTreeMap<String, String>) -> bool {
    labels.get(MANAGED_BY_LABEL).map(String::as_str) == Some(MANAGED_BY_FLEET)
}

/// Name of the Service (and NetworkPolicy) of a Performer.
#[must_use]
pub fn service_name(performer: &str) -> String {
    format!("{CHILD_NAME_PREFIX}{performer}")
}

/// Name of the Deployment of one version (`spec_hash`, 8 hex digits) of a Performer.
#[must_use]
pub fn deployment_name(performer: &str, spec_hash: &str) -> String {
    format!("{CHILD_NAME_PREFIX}{performer}-{spec_hash}")
}

/// DNS name and port under which a Performer is reached inside its cluster.
#[must_use]
pub fn grpc_endpoint(performer: &str, namespace: &str, dns_domain: &str, port: i32) -> String {
    format!("{}.{namespace}.svc.{dns_domain}:{port}", service_name(performer))
}

/// Value of [`AVS_LABEL`] for an AVS address: lower case, other characters than `[a-z0-9-_.]` as `-`, at most 63
/// characters, and letters or digits at both ends, as label values must have. May be empty.
#[must_use]
pub fn avs_label_value(avs_address: &str) -> String {
    let sanitised: String = avs_address
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(63)
        .collect();
    sanitised
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_whose_service_can_exist_are_accepted() {
        for name in ["a", "0", "performer-1a2b3c-0011aabb", &"a".repeat(53)] {
            assert_eq!(validate_performer_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn names_whose_service_cannot_exist_are_refused_with_the_reason() {
        assert_eq!(
            validate_performer_name(&"a".repeat(54)),
            Err(InvalidPerformerName::TooLong { length: 54 })
        );
        for name in ["", "-a", "a-", "a.b", "A", "a_b", "ä"] {
            assert_eq!(
                validate_performer_name(name),
                Err(InvalidPerformerName::NotADnsLabel),
                "{name}"
            );
        }
    }

    #[test]
    fn the_longest_allowed_name_gives_the_longest_valid_service_name() {
        assert_eq!(service_name(&"a".repeat(MAX_PERFORMER_NAME_LENGTH)).len(), 63);
    }

    #[test]
    fn avs_label_values_are_valid_label_values() {
        assert_eq!(
            avs_label_value("0xAbCdEf0123456789aBcDeF0123456789AbCdEf01"),
            "0xabcdef0123456789abcdef0123456789abcdef01"
        );
        assert_eq!(avs_label_value("my avs/№1!"), "my-avs--1");
        assert_eq!(avs_label_value(&"x".repeat(80)).len(), 63);
        assert_eq!(avs_label_value("--"), "");
        assert_eq!(avs_label_value(&format!("{}-!", "x".repeat(62))), "x".repeat(62));
    }

    #[test]
    fn the_endpoint_names_the_service_the_namespace_and_the_port() {
        assert_eq!(
            grpc_endpoint("p", "ns", "cluster.local", 9090),
            "performer-p.ns.svc.cluster.local:9090"
        );
    }
}
