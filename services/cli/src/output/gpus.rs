//! GPUs for people: whole ones, time slices and MIG devices are never added up.

use hourglass_proto::fleet::v1::{GpuTotal, Node};

use super::{Column, Table};

/// `free/all` of whole GPUs, then of time slices, then of MIG devices, each where there are any: `6/8, 12/20 slices`.
pub fn free(gpus: &[GpuTotal]) -> String {
    let part = |of: fn(&GpuTotal) -> bool, unit: &str| {
        let all = gpus.iter().filter(|gpu| of(gpu));
        let (free, total) = all.fold((0, 0), |(free, total), gpu| (free + gpu.free, total + gpu.total));
        (total > 0).then(|| format!("{free}/{total}{unit}"))
    };
    let parts = [
        part(|gpu| !gpu.shared && gpu.mig_profile.is_empty(), ""),
        part(|gpu| gpu.shared, " slices"),
        part(|gpu| !gpu.shared && !gpu.mig_profile.is_empty(), " MIG"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "-".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Products of the GPUs of a node, each once.
pub fn products(node: &Node) -> Vec<&str> {
    let mut products: Vec<&str> = Vec::new();
    let counted = node.gpus.iter().map(product);
    for product in std::iter::once(node.gpu_product.as_str()).chain(counted) {
        if !product.is_empty() && product != UNKNOWN && !products.contains(&product) {
            products.push(product);
        }
    }
    products
}

/// The server's word for a product that a node does not name.
const UNKNOWN: &str = "unknown";

/// The GPU of which MIG devices are parts.
fn product(gpu: &GpuTotal) -> &str {
    let suffix = format!(" MIG {}", gpu.mig_profile);
    gpu.product.strip_suffix(&suffix).unwrap_or(&gpu.product)
}

/// The table of GPUs by product; none where there are none.
pub fn table(gpus: &[GpuTotal]) -> Option<Table> {
    let mut table = Table::new(vec![
        Column::cut("GPU PRODUCT"),
        Column::whole("FREE"),
        Column::whole("TOTAL"),
        Column::whole("LARGEST FREE BLOCK"),
        Column::whole("UNIT"),
    ]);
    for gpu in gpus {
        table.push(vec![
            product(gpu).into(),
            gpu.free.to_string().into(),
            gpu.total.to_string().into(),
            gpu.largest_free_block.to_string().into(),
            unit(gpu).into(),
        ]);
    }
    (!gpus.is_empty()).then_some(table)
}

fn unit(gpu: &GpuTotal) -> String {
    match (gpu.shared, gpu.shared_gpus) {
        (true, 0) => "time slice".to_owned(),
        (true, 1) => "slice of 1 GPU".to_owned(),
        (true, gpus) => format!("slice of {gpus} GPUs"),
        (false, _) if gpu.mig_profile.is_empty() => "whole".to_owned(),
        (false, _) => format!("MIG {}", gpu.mig_profile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(product: &str, free: i64, total: i64) -> GpuTotal {
        GpuTotal {
            product: product.to_owned(),
            free,
            total,
            ..GpuTotal::default()
        }
    }

    fn slices(free: i64, total: i64) -> GpuTotal {
        GpuTotal {
            shared: true,
            shared_gpus: total / 4,
            ..whole("Tesla-T4", free, total)
        }
    }

    fn mig(free: i64, total: i64) -> GpuTotal {
        GpuTotal {
            mig_profile: "1g.10gb".to_owned(),
            ..whole("NVIDIA-A100-SXM4-80GB MIG 1g.10gb", free, total)
        }
    }

    #[test]
    fn slices_and_mig_devices_are_no_gpus() {
        assert_eq!(free(&[]), "-");
        assert_eq!(free(&[whole("A", 1, 2), whole("B", 3, 4)]), "4/6");
        assert_eq!(free(&[slices(3, 8)]), "3/8 slices");
        let all = [mig(7, 14), slices(0, 4), whole("A", 0, 8)];
        assert_eq!(free(&all), "0/8, 0/4 slices, 7/14 MIG");
    }

    #[test]
    fn a_product_is_named_once_and_without_its_parts() {
        let node = Node {
            gpu_product: "NVIDIA-A100-SXM4-80GB".to_owned(),
            gpus: vec![mig(7, 14), whole("unknown", 1, 1), slices(1, 4)],
            ..Node::default()
        };
        assert_eq!(products(&node), ["NVIDIA-A100-SXM4-80GB", "Tesla-T4"]);
        assert!(products(&Node::default()).is_empty());
    }

    #[test]
    fn units_say_what_is_counted() {
        let units = [slices(3, 8), slices(3, 4), mig(1, 1), whole("A", 1, 1)].map(|gpu| unit(&gpu));
        let expected = ["slice of 2 GPUs", "slice of 1 GPU", "MIG 1g.10gb", "whole"];
        assert_eq!(units, expected);
    }
}
