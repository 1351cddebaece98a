//! Profiles that come with the testbed: the files of `tests/testbed/profiles/`.

/// Names of the built-in profiles.
pub const BUILTIN_NAMES: [&str; 6] = [
    "a100-pool",
    "a100-mig",
    "h100-confidential",
    "t4-edge",
    "sgx",
    "cpu-only",
];

pub(super) fn yaml(name: &str) -> Option<&'static str> {
    Some(match name {
        "a100-pool" => include_str!("../../profiles/a100-pool.yaml"),
        "a100-mig" => include_str!("../../profiles/a100-mig.yaml"),
        "h100-confidential" => include_str!("../../profiles/h100-confidential.yaml"),
        "t4-edge" => include_str!("../../profiles/t4-edge.yaml"),
        "sgx" => include_str!("../../profiles/sgx.yaml"),
        "cpu-only" => include_str!("../../profiles/cpu-only.yaml"),
        _ => return None,
    })
}
