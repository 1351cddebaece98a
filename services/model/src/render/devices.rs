//! The claim on devices, in the words of `resource.k8s.io/v1`.
//!
//! A replica that is bound to a node asks for exactly the devices that were chosen there, by an attribute that only they
//! have, so that what the engine has charged is what the cluster allocates. Devices without such an attribute, and those
//! of a replica that is bound to a cluster only, are asked for by their kind.
//!
//! An expression that reads an attribute which a device lacks is an error to the cluster's scheduler, so each asks first.
//! Source: <https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/>.

use super::offer::DeviceGrant;
use super::resolve::Pin;
use crate::gpu::{DeviceAttribute, told_apart};
use crate::performer::DeviceClaim;

/// Name of the claim in the pod.
const CLAIM: &str = "gpu";

/// The claim on granted devices.
pub(super) fn device_claim(grant: &DeviceGrant, pin: &Pin) -> DeviceClaim {
    let driver = grant.devices.first().map_or("", |device| device.id.driver());
    let mut selectors = vec![format!("device.driver == {}", quoted(driver))];
    match exactly(grant, driver).filter(|_| pin.node().is_some()) {
        Some(selector) => selectors.push(selector),
        None => selectors.extend(grant.kind.iter().map(|kind| {
            let (guard, value) = attribute(kind, driver);
            format!("{guard} && {value} == {}", quoted(&kind.value))
        })),
    }
    let memory = grant
        .memory_mib
        .map(|mib| ("memory".to_owned(), format!("{mib}Mi")));
    DeviceClaim {
        name: CLAIM.to_owned(),
        device_class_name: grant.class.clone(),
        count: i64::try_from(grant.devices.len()).unwrap_or(i64::MAX),
        selectors,
        capacity: memory.into_iter().collect(),
    }
}

/// An expression that only the granted devices meet, when each can be told from all others by the same attribute.
fn exactly(grant: &DeviceGrant, driver: &str) -> Option<String> {
    let identities = told_apart(grant.devices.iter().map(|device| device.identity.as_ref()))?;
    let (guard, value) = attribute(identities.first()?, driver);
    let values: Vec<String> = identities
        .iter()
        .map(|identity| quoted(&identity.value))
        .collect();
    Some(format!("{guard} && {value} in [{}]", values.join(", ")))
}

/// The test whether a device has the attribute, and its value. A name without a domain is the driver's own.
fn attribute(attribute: &DeviceAttribute, driver: &str) -> (String, String) {
    let (domain, name) = attribute
        .name
        .split_once('/')
        .unwrap_or((driver, &attribute.name));
    let (domain, name) = (quoted(domain), quoted(name));
    (
        format!("{name} in device.attributes[{domain}]"),
        format!("device.attributes[{domain}][{name}]"),
    )
}

/// A CEL string literal. Source: <https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values>.
fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(c);
            }
            '\n' => literal.push_str("\\n"),
            c if c.is_control() => {
                literal.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}
