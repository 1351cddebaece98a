//! Devices of inventory messages to facts. What an agent says of devices decides where performers run and becomes part of
//! what is stored and rendered, so it is bounded and checked; a message that breaks a rule is refused as a whole.

use std::collections::BTreeSet;

use hourglass_model::dns;
use hourglass_model::gpu::{
    ComputeCapability, CounterUse, DeviceAttribute, DeviceFacts, DeviceUse, MigProfile, Product, WHOLE_MILLI,
};
use hourglass_model::ids::DeviceId;
use hourglass_proto::fleet::v1 as proto;

use super::convert::ConvertError;

/// Most devices of one node.
const MAX_DEVICES: usize = 256;
/// Most attributes and counters of one device.
const MAX_PARTS: usize = 64;
/// Longest text of a device, bytes.
const MAX_TEXT: usize = 253;
/// Most memory of one device, MiB (16 TiB).
const MAX_MEMORY_MIB: i64 = 1 << 24;

fn refuse(field: &'static str, rule: &'static str, value: impl TryInto<i64>) -> ConvertError {
    ConvertError::Range {
        field,
        rule,
        value: value.try_into().unwrap_or(i64::MAX),
    }
}

fn malformed(field: &'static str, message: impl std::fmt::Display) -> ConvertError {
    ConvertError::Malformed {
        field,
        message: message.to_string(),
    }
}

fn text(field: &'static str, text: String) -> Result<Option<String>, ConvertError> {
    if text.len() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err(malformed(field, "must be at most 253 printable characters"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn id(field: &'static str, text: &str) -> Result<DeviceId, ConvertError> {
    DeviceId::new(text).map_err(|source| ConvertError::Id { field, source })
}

fn read<T, E: std::fmt::Display>(
    field: &'static str,
    value: String,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, ConvertError> {
    let Some(value) = text(field, value)? else {
        return Ok(None);
    };
    parse(&value).map(Some).map_err(|error| malformed(field, error))
}

/// The devices of a node.
pub(super) fn devices(devices: Vec<proto::Device>) -> Result<Vec<DeviceFacts>, ConvertError> {
    if devices.len() > MAX_DEVICES {
        return Err(refuse("node.devices", "at most 256 in number", devices.len()));
    }
    let mut seen = BTreeSet::new();
    let mut read = Vec::with_capacity(devices.len());
    for device in devices {
        let device = self::device(device)?;
        if !seen.insert(device.id.clone()) {
            return Err(malformed("device.id", format!("{} is listed twice", device.id)));
        }
        read.push(device);
    }
    // The same devices are the same facts, in whatever order they come.
    read.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(read)
}

fn device(device: proto::Device) -> Result<DeviceFacts, ConvertError> {
    let id = id("device.id", &device.id)?;
    if !dns::is_subdomain(&device.device_class) {
        return Err(malformed(
            "device.device_class",
            format!("must be {}", dns::SUBDOMAIN_RULE),
        ));
    }
    if !(0..=MAX_MEMORY_MIB).contains(&device.memory_mib) {
        return Err(refuse("device.memory_mib", "0 to 16777216", device.memory_mib));
    }
    let used_milli = u16::try_from(device.used_milli)
        .ok()
        .filter(|milli| *milli <= WHOLE_MILLI)
        .ok_or_else(|| refuse("device.used_milli", "0 to 1000", device.used_milli))?;
    for (field, number) in [
        ("device.kind", device.kind.len()),
        ("device.counters", device.counters.len()),
    ] {
        if number > MAX_PARTS {
            return Err(refuse(field, "at most 64 in number", number));
        }
    }
    let identity = device.identity.map(attribute).transpose()?;
    Ok(DeviceFacts {
        id,
        class: device.device_class,
        // Drivers write "NVIDIA A100-SXM4-80GB" where node labels have "NVIDIA-A100-SXM4-80GB": one name for one product.
        // One of which nothing is left but its vendor is none that a request can name.
        product: text("device.product", device.product)?
            .and_then(|product| Product::parse(&product.replace(' ', "-")).ok()),
        memory_mib: Some(device.memory_mib).filter(|mib| *mib > 0),
        compute_capability: read(
            "device.compute_capability",
            device.compute_capability,
            ComputeCapability::parse,
        )?,
        clique: text("device.clique", device.clique)?,
        mig_profile: read("device.mig_profile", device.mig_profile, MigProfile::parse)?,
        confidential: device.confidential,
        shareable: device.shareable,
        used_milli,
        identity,
        kind: device.kind.into_iter().map(attribute).collect::<Result<_, _>>()?,
        counters: device
            .counters
            .into_iter()
            .map(counter)
            .collect::<Result<_, _>>()?,
    })
}

/// Source: `FullyQualifiedName` of resource.k8s.io/v1: a C identifier, after a domain and a slash if it is not the driver's.
fn attribute(attribute: proto::DeviceAttribute) -> Result<DeviceAttribute, ConvertError> {
    let (domain, name) = match attribute.name.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, attribute.name.as_str()),
    };
    let identifier = (1..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if !identifier || domain.is_some_and(|domain| domain.len() > 63 || !dns::is_subdomain(domain)) {
        return Err(malformed(
            "device attribute",
            "its name must be an identifier, after an optional DNS domain and '/'",
        ));
    }
    if attribute.value.is_empty() {
        return Err(malformed("device attribute", "its value must not be empty"));
    }
    text("device attribute", attribute.value.clone())?;
    Ok(DeviceAttribute {
        name: attribute.name,
        value: attribute.value,
    })
}

fn counter(counter: proto::CounterUse) -> Result<CounterUse, ConvertError> {
    if counter.takes < 0 || counter.of < 0 {
        return Err(refuse(
            "device.counters",
            "0 or more",
            counter.takes.min(counter.of),
        ));
    }
    // Pool, set and counter: as long as a device's id may be.
    if counter.counter.is_empty() || counter.counter.len() > 2 * MAX_TEXT {
        return Err(malformed("device.counters", "a name must be 1 to 506 bytes"));
    }
    Ok(CounterUse {
        counter: counter.counter,
        takes: counter.takes,
        of: counter.of,
    })
}

/// The devices of an observed claim.
pub(super) fn uses(uses: Vec<proto::DeviceUse>) -> Result<Vec<DeviceUse>, ConvertError> {
    if uses.len() > MAX_DEVICES {
        return Err(refuse("claim.devices", "at most 256 in number", uses.len()));
    }
    let mut seen = BTreeSet::new();
    let mut read = Vec::with_capacity(uses.len());
    for one in uses {
        let device = id("claim.devices.id", &one.id)?;
        let milli = u16::try_from(one.milli)
            .ok()
            .filter(|milli| (1..=WHOLE_MILLI).contains(milli))
            .ok_or_else(|| refuse("claim.devices.milli", "1 to 1000", one.milli))?;
        if !seen.insert(device.clone()) {
            return Err(malformed("claim.devices.id", format!("{device} is listed twice")));
        }
        read.push(DeviceUse { device, milli });
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(name: &str) -> proto::Device {
        let attribute = |name: &str, value: &str| proto::DeviceAttribute {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        proto::Device {
            id: format!("gpu.nvidia.com/n1/{name}"),
            device_class: "gpu.nvidia.com".to_owned(),
            product: "NVIDIA A100-SXM4-80GB".to_owned(),
            memory_mib: 81_920,
            compute_capability: "8.0".to_owned(),
            clique: "c.1".to_owned(),
            mig_profile: String::new(),
            confidential: true,
            shareable: true,
            used_milli: 250,
            identity: Some(attribute("gpu.nvidia.com/uuid", "GPU-1")),
            kind: vec![attribute("productName", "NVIDIA A100-SXM4-80GB")],
            counters: vec![proto::CounterUse {
                counter: "n1/gpu-0/memory".to_owned(),
                takes: 80,
                of: 80,
            }],
        }
    }

    #[test]
    fn everything_that_is_said_of_a_device_arrives() {
        let read = devices(vec![good("gpu-1"), good("gpu-0")]).unwrap();
        let names: Vec<&str> = read.iter().map(|device| device.id.as_str()).collect();
        assert_eq!(names, ["gpu.nvidia.com/n1/gpu-0", "gpu.nvidia.com/n1/gpu-1"]);
        let one = &read[0];
        assert_eq!((one.memory_mib, one.used_milli), (Some(81_920), 250));
        assert_eq!(one.clique.as_deref(), Some("c.1"));
        assert_eq!(
            one.product.as_ref().map(Product::name),
            Some("NVIDIA-A100-SXM4-80GB")
        );
        assert!(one.confidential && one.shareable && one.mig_profile.is_none());
        assert_eq!(one.kind[0].name, "productName");
        assert_eq!(one.identity.as_ref().map(|own| own.value.as_str()), Some("GPU-1"));
        assert_eq!((one.counters[0].takes, one.counters[0].of), (80, 80));
        let unknown = proto::Device {
            id: good("gpu-0").id,
            device_class: "gpu.nvidia.com".to_owned(),
            ..proto::Device::default()
        };
        let read = devices(vec![unknown]).unwrap();
        assert_eq!((read[0].memory_mib, read[0].product.as_ref()), (None, None));
    }

    #[test]
    fn a_device_that_makes_no_sense_is_refused() {
        type Break = fn(&mut proto::Device);
        let breaks: [(&str, Break); 14] = [
            ("id", |d| d.id = "gpu-0".to_owned()),
            ("class", |d| d.device_class = "No Class".to_owned()),
            ("long product", |d| d.product = "x".repeat(254)),
            ("control", |d| d.clique = "a\nb".to_owned()),
            ("memory", |d| d.memory_mib = -1),
            ("much memory", |d| d.memory_mib = i64::MAX),
            ("capability", |d| d.compute_capability = "eight".to_owned()),
            ("profile", |d| d.mig_profile = "1G".to_owned()),
            ("milli", |d| d.used_milli = 1001),
            ("attribute", |d| d.kind[0].name = "a/b/c".to_owned()),
            ("empty value", |d| d.kind[0].value = String::new()),
            ("counter", |d| d.counters[0].takes = -1),
            ("counter's name", |d| d.counters[0].counter = String::new()),
            ("many kinds", |d| d.kind = vec![d.kind[0].clone(); MAX_PARTS + 1]),
        ];
        for (what, break_it) in breaks {
            let mut device = good("gpu-0");
            break_it(&mut device);
            assert!(devices(vec![device]).is_err(), "{what}");
        }
        let twice = devices(vec![good("gpu-0"), good("gpu-0")]).unwrap_err();
        assert!(twice.to_string().contains("listed twice"), "{twice}");
        let many = (0..=MAX_DEVICES).map(|n| good(&format!("gpu-{n}"))).collect();
        assert!(devices(many).is_err());
    }

    #[test]
    fn absurd_uses_of_devices_are_refused() {
        let one = |name: &str, milli: u32| proto::DeviceUse {
            id: format!("gpu.nvidia.com/n1/{name}"),
            milli,
        };
        assert_eq!(uses(vec![one("a", 1), one("b", 1000)]).unwrap().len(), 2);
        for bad in [
            vec![one("a", 0)],
            vec![one("a", 1001)],
            vec![one("a", u32::MAX)],
            vec![one("a", 1), one("a", 2)],
            vec![one("A", 1)],
            (0..=MAX_DEVICES).map(|n| one(&format!("gpu-{n}"), 1)).collect(),
        ] {
            assert!(uses(bad).is_err());
        }
    }
}
