use super::*;

fn vector(entries: &[(&str, i64)]) -> ResourceVector {
    entries
        .iter()
        .map(|(name, amount)| (ResourceName::new(name).expect("valid"), *amount))
        .collect()
}

#[test]
fn names_know_what_they_are() {
    let name = |text: &str| ResourceName::new(text).expect("valid");
    assert!(name("nvidia.com/gpu").is_extended() && name("sgx.intel.com/epc").is_container_resource());
    for native in ["cpu", "memory", "ephemeral-storage", "hugepages-2Mi"] {
        assert!(
            !name(native).is_extended() && name(native).is_container_resource(),
            "{native}"
        );
    }
    for other in [
        "pods",
        "gpu",
        "kubernetes.io/batteries",
        "requests.nvidia.com/gpu",
    ] {
        assert!(!name(other).is_container_resource(), "{other}");
    }
    assert!(ResourceName::new("no spaces").is_err());
}

#[test]
fn sums_are_checked() {
    let a = vector(&[("cpu", 1), ("memory", 2)]);
    let b = vector(&[("memory", 3), ("pods", 1)]);
    assert_eq!(
        a.checked_add(&b),
        Ok(vector(&[("cpu", 1), ("memory", 5), ("pods", 1)]))
    );
    assert_eq!(
        a.checked_sub(&b),
        Ok(vector(&[("cpu", 1), ("memory", -1), ("pods", -1)]))
    );
    let full = vector(&[("cpu", i64::MAX)]);
    assert_eq!(
        full.checked_add(&a).map_err(|e| e.0.to_string()),
        Err("cpu".to_owned())
    );
    assert_eq!(full.saturating_add(&a).get(&CPU), i64::MAX);
}

#[test]
fn shortage_names_the_resource_in_human_units() {
    let wanted = vector(&[
        ("cpu", 1500),
        ("memory", 64 << 30),
        ("nvidia.com/gpu", 8),
        ("pods", 0),
    ]);
    let free = vector(&[
        ("cpu", 2000),
        ("memory", 32 << 30),
        ("nvidia.com/gpu", 5),
        ("zzz", 1),
    ]);
    let all: Vec<String> = wanted.shortages(&free).map(|s| s.to_string()).collect();
    assert_eq!(
        all,
        ["needs 64Gi memory, 32Gi free", "needs 8 nvidia.com/gpu, 5 free"]
    );
    assert!(!wanted.fits_in(&free));
    assert!(
        vector(&[("pods", 0)]).fits_in(&vector(&[("pods", -3)])),
        "nothing asked always fits"
    );
    assert_eq!(human(&CPU, 1500), "1.5");
    assert_eq!(human(&CPU, 10_000), "10");
    assert_eq!(human(&CPU, 95_050), "95.05");
    assert_eq!(human(&CPU, 1), "0.001");
    assert_eq!(human(&CPU, -500), "-0.5");
    assert_eq!(human(&CPU, 0), "0");
    assert_eq!(human(&MEMORY, 1001), "1001");
}

#[test]
fn json_is_a_sorted_map() {
    let text = serde_json::to_string(&vector(&[("memory", 2), ("cpu", 1)])).expect("json");
    assert_eq!(text, r#"{"cpu":1,"memory":2}"#);
    assert_eq!(
        serde_json::from_str::<ResourceVector>(&text).expect("back"),
        vector(&[("cpu", 1), ("memory", 2)])
    );
}

#[test]
fn maximum_and_clamp() {
    let a = vector(&[("cpu", -1), ("memory", 2)]);
    assert_eq!(
        a.max(&vector(&[("memory", 1), ("pods", -5)])),
        vector(&[("cpu", -1), ("memory", 2), ("pods", -5)])
    );
    assert_eq!(a.clamp_zero(), vector(&[("cpu", 0), ("memory", 2)]));
    assert_eq!(a.clamp_zero().without_zeros(), vector(&[("memory", 2)]));
}
