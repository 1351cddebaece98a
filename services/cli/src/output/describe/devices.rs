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
            held_by(device).into(),
        ]);
    }
    let mut text = table.render(screen);
    let unnamed = node.devices_used_unnamed;
    if unnamed > 0 {
        let (number, has) = match unnamed {
            1 => ("1 more is".to_owned(), "its pod was given it"),
            _ => (format!("{unnamed} more are"), "their pods were given them"),
        };
        let note = format!("{number} in use, and nobody says which: {has} by a counter of the same GPUs");
        text.push_str(&format!("\n{}\n", hanging("", 0, &note, screen)));
    }
    text
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

fn held_by(device: &NodeDevice) -> String {
    if device.holders.is_empty() && device.free_milli == 0 {
        let why = if device.mig_profile.is_empty() {
            "(parts of it are in use)"
        } else {
            "(its GPU is in use)"
        };
        return why.to_owned();
    }
    let holders: Vec<String> = device.holders.iter().map(holder).collect();
    holders.join(", ")
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
        let gpu = device(0, Vec::new());
        assert_eq!(held_by(&gpu), "(parts of it are in use)");
        let part = NodeDevice {
            mig_profile: "1g.10gb".to_owned(),
            ..gpu
        };
        assert_eq!(held_by(&part), "(its GPU is in use)");
        assert_eq!(held_by(&device(WHOLE_MILLI, Vec::new())), "");
    }
}
