//! The GPUs that a node shows one by one, and who has them.

use hourglass_proto::fleet::v1::{DeviceHolder, Node, NodeDevice};

use super::super::fit::hanging;
use super::super::quantity::amount;
use super::super::{Column, Screen, Table};
use crate::names::{id_of, tenant_of};

/// All of a device, in thousandths.
const WHOLE_MILLI: i32 = 1_000;

/// The table of devices; empty where there are none.
pub(super) fn section(node: &Node, screen: &Screen) -> String {
    if node.devices.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::whole("DEVICE"),
        Column::cut("PRODUCT"),
        Column::whole("MEMORY"),
        Column::whole("FREE"),
        Column::wrapped("HELD BY"),
    ]);
    for device in &node.devices {
        table.push(vec![
            short_name(device, node).into(),
            product(device).into(),
            memory(device).into(),
            free(device).into(),
            held_by(device, node).into(),
        ]);
    }
    let mut text = table.render(screen);
    for note in notes(node) {
        text.push_str(&format!("\n{}\n", hanging("", 0, &note, screen)));
    }
    text
}

/// What the table cannot say of any one device.
fn notes(node: &Node) -> Vec<String> {
    let used = node.devices_used_unnamed;
    let (uses, was) = match used {
        1 => ("1 more is".to_owned(), "its pod was given it"),
        _ => (format!("{used} more are"), "their pods were given them"),
    };
    let used_note = format!("{uses} in use, and nobody says which: {was} by a counter of the same GPUs");
    let promised = node.devices_promised_unnamed;
    let (promises, devices) = match promised {
        1 => ("1 more is".to_owned(), "the device that its pod was to get is"),
        _ => (
            format!("{promised} more are"),
            "the devices that their pods were to get are",
        ),
    };
    let promised_note = format!(
        "{promises} promised, and nobody knows which: by a counter of the same GPUs, or since {devices} gone or held by others"
    );
    let notes = [(used, used_note), (promised, promised_note)];
    notes
        .into_iter()
        .filter(|(devices, _)| *devices > 0)
        .map(|(_, note)| note)
        .collect()
}

/// The name without driver and pool, where that tells the devices of the node apart.
fn short_name<'d>(device: &'d NodeDevice, node: &Node) -> &'d str {
    let last = |one: &'d str| one.rsplit('/').next().unwrap_or(one);
    let short = last(&device.device);
    let mut others = node.devices.iter().filter(|other| other.device != device.device);
    let suffix = format!("/{short}");
    if others.any(|other| other.device.ends_with(&suffix)) {
        &device.device
    } else {
        short
    }
}

fn product(device: &NodeDevice) -> String {
    let product = match device.product.as_str() {
        "" => "-",
        product => product,
    };
    match device.mig_profile.as_str() {
        "" => product.to_owned(),
        profile => format!("{product} MIG {profile}"),
    }
}

fn memory(device: &NodeDevice) -> String {
    match device.memory_mib {
        0 => "-".to_owned(),
        mib => amount("memory", mib.saturating_mul(1 << 20)),
    }
}

fn free(device: &NodeDevice) -> String {
    match device.free_milli {
        WHOLE_MILLI => "all".to_owned(),
        0 => "-".to_owned(),
        milli => percent(milli),
    }
}

/// Thousandths, never rounded.
fn percent(milli: i32) -> String {
    match (milli / 10, milli % 10) {
        (whole, 0) => format!("{whole}%"),
        (whole, tenths) => format!("{whole}.{tenths}%"),
    }
}

fn held_by(device: &NodeDevice, node: &Node) -> String {
    if device.holders.is_empty() && device.free_milli == 0 {
        let why = if device.mig_profile.is_empty() {
            "(parts of it are in use)"
        } else {
            "(its GPU is in use)"
        };
        return why.to_owned();
    }
    let holders = device.holders.iter().map(holder);
    let holders: Vec<String> = holders.chain(not_to_be_had(device, node)).collect();
    holders.join(", ")
}

/// Why what nobody has of it may not be given all the same: it may be for those of whom nobody knows which device they get.
fn not_to_be_had(device: &NodeDevice, node: &Node) -> Option<String> {
    let others = device.kind_kept_out;
    let untouched = || {
        let untouched = node.devices.iter().filter(|one| one.free_milli == WHOLE_MILLI);
        untouched
            .filter(|one| shown_kind(one) == shown_kind(device))
            .count()
    };
    let is_for_others = match device.free_milli {
        WHOLE_MILLI => others > 0,
        // They get untouched ones as long as there are any.
        1.. => usize::try_from(others).is_ok_and(|others| untouched() < others),
        _ => false,
    };
    is_for_others.then(|| match others {
        1 => "(1 of its kind is not free, see below)".to_owned(),
        others => format!("({others} of its kind are not free, see below)"),
    })
}

/// What is shown of its kind: product, MiB, MIG profile.
fn shown_kind(device: &NodeDevice) -> (&str, i64, &str) {
    (&device.product, device.memory_mib, &device.mig_profile)
}

/// As in `default/web replica 0 (25%, promised)`.
fn holder(holder: &DeviceHolder) -> String {
    let who = if holder.placement.is_empty() {
        "pods of no placement".to_owned()
    } else {
        let (tenant, id) = (tenant_of(&holder.placement), id_of(&holder.placement));
        format!("{tenant}/{id} replica {}", holder.slot)
    };
    let share = (holder.milli != WHOLE_MILLI).then(|| percent(holder.milli));
    let promised = holder.promised.then(|| "promised".to_owned());
    let notes: Vec<String> = share.into_iter().chain(promised).collect();
    if notes.is_empty() {
        who
    } else {
        format!("{who} ({})", notes.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(free_milli: i32, holders: Vec<DeviceHolder>) -> NodeDevice {
        NodeDevice {
            free_milli,
            holders,
            ..NodeDevice::default()
        }
    }

    #[test]
    fn a_share_is_told_to_the_tenth_of_a_percent() {
        let shares = [1, 250, 333, 999].map(|milli| free(&device(milli, Vec::new())));
        assert_eq!(shares, ["0.1%", "25%", "33.3%", "99.9%"]);
    }

    #[test]
    fn a_device_is_named_in_full_only_where_its_name_is_not_enough() {
        let named = |names: &[&str]| -> Vec<String> {
            let devices = names.iter().map(|name| NodeDevice {
                device: (*name).to_owned(),
                ..NodeDevice::default()
            });
            let node = Node {
                devices: devices.collect(),
                ..Node::default()
            };
            let names = node
                .devices
                .iter()
                .map(|device| short_name(device, &node).to_owned());
            names.collect()
        };
        assert_eq!(named(&["a.com/n1/gpu-0", "a.com/n1/gpu-1"]), ["gpu-0", "gpu-1"]);
        let both = ["a.com/n1/gpu-0", "b.com/n1/gpu-0"];
        assert_eq!(named(&both), both);
    }

    #[test]
    fn a_device_that_nobody_has_and_nobody_can_get_says_why() {
        let held = |device: &NodeDevice| held_by(device, &Node::default());
        let gpu = device(0, Vec::new());
        assert_eq!(held(&gpu), "(parts of it are in use)");
        let part = NodeDevice {
            mig_profile: "1g.10gb".to_owned(),
            ..gpu
        };
        assert_eq!(held(&part), "(its GPU is in use)");
        assert_eq!(held(&device(WHOLE_MILLI, Vec::new())), "");
    }

    #[test]
    fn a_device_that_nobody_has_is_told_to_be_free_only_as_far_as_its_kind_is() {
        let kept_out = |free_milli: i32, kind_kept_out: i32| {
            let device = NodeDevice {
                kind_kept_out,
                ..device(free_milli, Vec::new())
            };
            held_by(&device, &Node::default())
        };
        assert_eq!(kept_out(WHOLE_MILLI, 0), "");
        assert_eq!(kept_out(WHOLE_MILLI, 1), "(1 of its kind is not free, see below)");
        assert_eq!(
            kept_out(WHOLE_MILLI, 2),
            "(2 of its kind are not free, see below)"
        );
        assert_eq!(kept_out(0, 1), "(parts of it are in use)");
    }

    #[test]
    fn what_is_left_of_an_opened_device_is_told_to_be_free_while_enough_of_its_kind_are_untouched() {
        let holder = DeviceHolder {
            milli: 300,
            ..DeviceHolder::default()
        };
        let told = |untouched: NodeDevice| {
            let opened = NodeDevice {
                kind_kept_out: 1,
                ..device(700, vec![holder.clone()])
            };
            let node = Node {
                devices: vec![opened.clone(), untouched],
                ..Node::default()
            };
            held_by(&opened, &node)
        };
        assert_eq!(
            told(device(WHOLE_MILLI, Vec::new())),
            "pods of no placement (30%)"
        );
        let short = "pods of no placement (30%), (1 of its kind is not free, see below)";
        assert_eq!(told(device(999, Vec::new())), short);
        let of_another_kind = NodeDevice {
            product: "Tesla-T4".to_owned(),
            ..device(WHOLE_MILLI, Vec::new())
        };
        assert_eq!(told(of_another_kind), short);
    }

    #[test]
    fn what_is_promised_and_what_is_in_use_without_a_name_is_told_apart() {
        let told = |devices_used_unnamed: i32, devices_promised_unnamed: i32| {
            notes(&Node {
                devices_used_unnamed,
                devices_promised_unnamed,
                ..Node::default()
            })
        };
        assert!(told(0, 0).is_empty());
        let used = "2 more are in use, and nobody says which: their pods were given them by a counter of the same GPUs";
        assert_eq!(told(2, 0), [used]);
        let promised = told(0, 1);
        assert_eq!(promised.len(), 1);
        assert!(
            promised[0].starts_with("1 more is promised, and nobody knows which: "),
            "{promised:?}"
        );
        assert_eq!(told(2, 1), [used, &promised[0]]);
    }
}
