//! Amounts of resources for people.

/// An amount as the API gives it (cpu in thousandths, memory and storage in bytes, the rest counted), short.
pub fn amount(resource: &str, value: i64) -> String {
    match resource {
        "cpu" if value % 1_000 == 0 => (value / 1_000).to_string(),
        "cpu" if value >= 1_000 => format!("{}.{}", value / 1_000, value % 1_000 / 100),
        "cpu" => format!("{value}m"),
        "memory" | "ephemeral-storage" | "storage" | "sgx.intel.com/epc" => bytes(value),
        name if name.starts_with("hugepages-") => bytes(value),
        _ => value.to_string(),
    }
}

const UNITS: [(&str, i64); 4] = [("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];

/// Rounded down, so that what is shown as free is never more than what is free.
fn bytes(value: i64) -> String {
    for (unit, size) in UNITS {
        if value >= size {
            let tenths = i128::from(value) * 10 / i128::from(size);
            return if tenths >= 100 || tenths % 10 == 0 {
                format!("{}{unit}", tenths / 10)
            } else {
                format!("{}.{}{unit}", tenths / 10, tenths % 10)
            };
        }
    }
    value.to_string()
}

/// `free/all`
pub fn free_of(resource: &str, free: i64, all: i64) -> String {
    format!("{}/{}", amount(resource, free), amount(resource, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short_and_never_rounded_up() {
        assert_eq!(amount("cpu", 32_000), "32");
        assert_eq!(amount("cpu", 1_590), "1.5");
        assert_eq!(amount("cpu", 250), "250m");
        assert_eq!(amount("memory", 128 << 30), "128Gi");
        assert_eq!(amount("memory", (3 << 30) / 2), "1.5Gi");
        assert_eq!(amount("memory", (2 << 30) - 1), "1.9Gi");
        assert_eq!(amount("memory", 1_000), "1000");
        assert_eq!(amount("nvidia.com/gpu", 8), "8");
        assert_eq!(amount("memory", i64::MAX), "8388607Ti");
    }
}
