//! What the executor of the demo asks for.

use serde_json::{Value, json};

use crate::clusters::{A100, CONFIDENTIAL, EDGE};

/// One wish, and where it can only go.
pub struct Wish {
    /// Id of the placement.
    pub id: &'static str,
    /// In words.
    pub about: &'static str,
    /// Protobuf JSON.
    pub spec: Value,
    /// The only cluster that has what it needs.
    pub cluster: &'static str,
}

/// Replicas of the gang: one more than fits while the first A100 placement holds a node, and one more again.
pub const GANG_REPLICAS: usize = 5;

/// The wishes that fit at once.
pub fn wishes() -> Vec<Wish> {
    vec![
        Wish {
            id: "train-a100",
            about: "eight A100 on one node",
            spec: json!({"compute": {"requests": {"cpu": "16", "memory": "128Gi"}, "gpu": {"count": 8, "products": ["A100"]}}}),
            cluster: A100,
        },
        Wish {
            id: "private-tdx",
            about: "one confidential H100 in a TDX guest",
            spec: json!({"compute": {
                "requests": {"cpu": "8", "memory": "64Gi"},
                "gpu": {"count": 1, "products": ["nvidia-h100"], "confidential": true},
                "tee": {"kinds": ["tdx"]},
            }}),
            cluster: CONFIDENTIAL,
        },
        Wish {
            id: "enclave-sgx",
            about: "an SGX enclave with 512 MiB of enclave memory",
            spec: json!({"compute": {
                "requests": {"cpu": "2", "memory": "4Gi", "sgx.intel.com/epc": "512Mi"},
                "tee": {"kinds": ["sgx"]},
            }}),
            cluster: EDGE,
        },
        Wish {
            id: "infer-slice",
            about: "a quarter of a T4",
            spec: json!({"compute": {"requests": {"cpu": "1", "memory": "2Gi"}, "gpu": {"shareMilli": 250, "products": ["T4"]}}}),
            cluster: EDGE,
        },
    ]
}

/// All or nothing, and at first nothing.
pub fn gang() -> Wish {
    Wish {
        id: "gang-a100",
        about: "five times eight A100, all or nothing",
        spec: json!({
            "replicas": GANG_REPLICAS,
            "gang": true,
            "compute": {"requests": {"cpu": "16", "memory": "128Gi"}, "gpu": {"count": 8, "products": ["A100"]}},
        }),
        cluster: A100,
    }
}
