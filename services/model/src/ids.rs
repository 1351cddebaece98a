//! Identities and counters as types of their own, so that a slot can never be taken for an epoch.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dns;

/// A text that cannot be the identity it was meant to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {value:?} is not valid: it must be {rule}")]
pub struct IdError {
    /// What it was meant to be, for example "tenant id".
    pub kind: &'static str,
    /// The text, cut at 300 characters.
    pub value: String,
    /// What it must be.
    pub rule: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:expr, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text if it follows the rule.
            ///
            /// # Errors
            /// When it does not; the error says what it must be.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(Arc::from(text)))
                } else {
                    Err(IdError { kind: $kind, value: text.chars().take(300).collect(), rule: $rule })
                }
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// Who a placement belongs to.
    TenantId, "tenant id", dns::is_label, dns::LABEL_RULE
);
text_id!(
    /// Name of a placement within its tenant, chosen by the client or made by the server.
    PlacementId, "placement id", dns::is_label, dns::LABEL_RULE
);
text_id!(
    /// Identity of a placement for ever; a placement made anew under an old name has another one.
    PlacementUid, "placement uid", dns::is_label, dns::LABEL_RULE
);
text_id!(
    /// Name of a member cluster.
    ClusterName, "cluster name", dns::is_label, dns::LABEL_RULE
);
text_id!(
    /// UID of the cluster's kube-system namespace.
    ClusterUid, "cluster uid",
    |text| (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'/'),
    "1 to 128 printable ASCII characters without spaces and '/'"
);
text_id!(
    /// Name of a Kubernetes node.
    NodeName, "node name", dns::is_subdomain, dns::SUBDOMAIN_RULE
);
impl NodeName {
    /// A name that no node has (RFC 2606 keeps `.invalid` out of use), to stand for nodes that are not called by name.
    #[must_use]
    pub fn of_no_node() -> Self {
        Self(Arc::from("no-node.hourglass.invalid"))
    }
}

text_id!(
    /// Name of a Kubernetes namespace.
    Namespace, "namespace", dns::is_label, dns::LABEL_RULE
);

text_id!(
    /// A device as Dynamic Resource Allocation names it: `driver/pool/name`. A pool's name may hold slashes.
    DeviceId, "device id", is_device,
    "driver/pool/name: a DNS subdomain, DNS subdomains joined by slashes, and a DNS label"
);

/// Source: `spec.driver`, `spec.pool.name` and `spec.devices[].name` of resource.k8s.io/v1 ResourceSlice.
fn is_device(text: &str) -> bool {
    let Some((driver, rest)) = text.split_once('/') else {
        return false;
    };
    let Some((pool, name)) = rest.rsplit_once('/') else {
        return false;
    };
    driver.len() <= dns::LABEL_MAX
        && dns::is_subdomain(driver)
        && pool.len() <= dns::SUBDOMAIN_MAX
        && pool.split('/').all(dns::is_subdomain)
        && dns::is_label(name)
}

impl DeviceId {
    /// The driver that offers the device.
    #[must_use]
    pub fn driver(&self) -> &str {
        self.0.split_once('/').map_or("", |(driver, _)| driver)
    }
}

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident, $int:ty) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl $name {
            /// The one after this one; stays at the highest value there is.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

counter!(
    /// Number of a replica within its placement, from 0.
    Slot, u32
);
counter!(
    /// Counts changes of ownership of one slot, from 1.
    Epoch, u64
);
counter!(
    /// Counts changes of a placement's content, from 1.
    Generation, u64
);
counter!(
    /// Counts leaders; a command of an older term is refused.
    Term, u64
);
counter!(
    /// Counts lives of the store; rises with a restore or a migration.
    Incarnation, u64
);
counter!(
    /// Counts changes of the fleet's state in memory; a decision names the one it was made on.
    SnapshotId, u64
);
counter!(
    /// Numbers the messages of a cluster's inventory.
    Sequence, u64
);

/// One ownership of one slot: what a claim, a Performer object and its pod have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimId {
    /// The placement.
    pub placement: PlacementUid,
    /// The slot.
    pub slot: Slot,
    /// The epoch of the slot.
    pub epoch: Epoch,
}

impl fmt::Display for ClaimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}@{}", self.placement, self.slot, self.epoch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_refuse_what_kubernetes_would_refuse() {
        assert!(TenantId::new("default").is_ok());
        let error = TenantId::new("Default").expect_err("capitals are refused");
        assert!(error.to_string().contains("tenant id \"Default\""), "{error}");
        assert!(PlacementId::new("x".repeat(64)).is_err());
        assert!(NodeName::new("ip-10-0-0-1.ec2.internal").is_ok());
        assert!(ClusterUid::new("").is_err() && ClusterUid::new("a/b").is_err());
    }

    #[test]
    fn devices_are_named_by_driver_pool_and_name() {
        let id = DeviceId::new("gpu.nvidia.com/worker-1/gpu-0").expect("valid");
        assert_eq!(id.driver(), "gpu.nvidia.com");
        assert!(DeviceId::new("gpu.example.com/rack.1/shelf-2/gpu-0").is_ok());
        for bad in [
            "",
            "gpu-0",
            "gpu.nvidia.com/gpu-0",
            "gpu.nvidia.com//gpu-0",
            "GPU/a/b",
            "a/b/",
            "a/b/C",
            "a/b/c.d",
        ] {
            assert!(DeviceId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_is_the_plain_text_and_is_checked() {
        let id: TenantId = serde_json::from_str("\"a-b\"").expect("valid");
        assert_eq!(serde_json::to_string(&id).expect("text"), "\"a-b\"");
        assert!(serde_json::from_str::<TenantId>("\"A\"").is_err());
    }

    #[test]
    fn counters_do_not_wrap() {
        assert_eq!(Epoch(1).next(), Epoch(2));
        assert_eq!(Epoch(u64::MAX).next(), Epoch(u64::MAX));
    }
}
