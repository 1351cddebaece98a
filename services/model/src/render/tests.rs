use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::gpu::DeviceAttribute;
use crate::ids::{DeviceId, NodeName};
use crate::labels::Labels;
use crate::performer::PerformerSpec;
use crate::placement::PlacementSpec;
use crate::pod::ContainerDefaults;
use crate::request::{CanonicalRequest, canonicalise};
use crate::resources::{CPU, EPHEMERAL_STORAGE, MEMORY, PODS, ResourceName, ResourceVector, TDX_KEYS};
use crate::tee::TeeKind;

fn request(extra: &Value) -> CanonicalRequest {
    let mut spec = json!({"performer": {
        "avsAddress": "0x00000000000000000000000000000000000000aa", "image": "registry.example/performer:1"}});
    if let (Value::Object(spec), Value::Object(extra)) = (&mut spec, extra.clone()) {
        for (key, value) in extra {
            match (key.as_str(), spec.get_mut("performer"), value) {
                ("performer", Some(Value::Object(performer)), Value::Object(more)) => performer.extend(more),
                (_, _, value) => {
                    spec.insert(key, value);
                }
            }
        }
    }
    let spec: PlacementSpec = serde_json::from_value(spec).expect("wire form");
    canonicalise(&spec, &Labels::new()).unwrap_or_else(|violations| panic!("{violations:?}"))
}

fn name(text: &str) -> ResourceName {
    ResourceName::new(text).expect("valid")
}

fn node(text: &str) -> Pin {
    Pin::Node(NodeName::new(text).expect("valid"))
}

fn tdx_offer(slots_in_overhead: i64) -> NodeOffer {
    NodeOffer {
        gpu: None,
        tee: Some(TeeGrant {
            kind: TeeKind::Tdx,
            slots: 1,
        }),
        runtime_class: Some(RuntimeClassGrant {
            name: "kata-qemu-tdx".to_owned(),
            overhead: [(name("memory"), 256 << 20), (TDX_KEYS.clone(), slots_in_overhead)]
                .into_iter()
                .collect(),
        }),
    }
}

fn terms(spec: &PerformerSpec) -> Value {
    let json = serde_json::to_value(spec).expect("json");
    json["scheduling"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ["nodeSelectorTerms"]
        .clone()
}

#[test]
fn slots_that_the_overhead_takes_are_not_asked_for_twice() {
    let request = request(&json!({"compute": {"tee": {"kinds": ["tdx"]}}}));
    for in_overhead in [0, 1] {
        let offer = tdx_offer(in_overhead);
        let spec = resolve(&request, &offer, &node("n1"));
        let asked = spec
            .resources
            .as_ref()
            .is_some_and(|r| r.limits.contains_key("tdx.intel.com/keys"));
        assert_eq!(asked, in_overhead == 0);
        assert_eq!(
            claim_vector(&request, &offer, &ContainerDefaults::default()).get(&TDX_KEYS),
            1
        );
        assert_eq!(
            spec.scheduling.and_then(|s| s.runtime_class).as_deref(),
            Some("kata-qemu-tdx")
        );
    }
}

#[test]
fn the_pin_joins_every_alternative() {
    let request = request(
        &json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [
        {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, {},
        {"matchExpressions": [{"key": "b", "operator": "Exists"}]}]}}}),
    );
    let terms = terms(&resolve(&request, &NodeOffer::default(), &node("n1")));
    let list = terms.as_array().expect("terms");
    assert_eq!(
        list.len(),
        2,
        "the term that matches nothing does not come alive: {terms}"
    );
    for term in list {
        assert_eq!(
            term["matchFields"],
            json!([{"key": "metadata.name", "operator": "In", "values": ["n1"]}])
        );
        assert_eq!(term["matchExpressions"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn a_selector_that_matches_nothing_still_matches_nothing() {
    let request = request(&json!({"nodeRules": {"requiredNodeAffinity": {"nodeSelectorTerms": [{}]}}}));
    assert_eq!(
        terms(&resolve(&request, &NodeOffer::default(), &node("n1"))),
        json!([{}])
    );
}

#[test]
fn without_a_pin_the_rules_bind_the_clusters_scheduler() {
    let request = request(&json!({
        "performer": {"scheduling": {"affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
            [{"topologyKey": "kubernetes.io/hostname"}]}}}},
        "compute": {"gpu": {"count": 2, "products": ["A100"]}},
        "nodeRules": {"hostnames": ["n1", "n2"]}}));
    let offer = NodeOffer {
        gpu: Some(GpuGrant::Counted(CountedGpus {
            resource: name("nvidia.com/gpu"),
            units: 2,
            product_label: Some(("nvidia.com/gpu.product".to_owned(), "NVIDIA-A100".to_owned())),
        })),
        ..NodeOffer::default()
    };
    let spec = resolve(&request, &offer, &Pin::Cluster);
    let terms = terms(&spec);
    assert_eq!(
        terms.as_array().map(Vec::len),
        Some(2),
        "one for each name: {terms}"
    );
    assert_eq!(terms[1]["matchFields"][0]["values"], json!(["n2"]));
    assert_eq!(terms[1]["matchExpressions"][0]["values"], json!(["NVIDIA-A100"]));
    let json = serde_json::to_value(&spec).expect("json");
    assert!(
        json["scheduling"]["affinity"]["podAntiAffinity"].is_object(),
        "pod affinity is passed on"
    );
    assert_eq!(json["resources"]["requests"]["nvidia.com/gpu"], json!("2"));
}

#[test]
fn a_resolved_spec_leaves_nothing_to_decide() {
    let request = request(
        &json!({"performer": {"hardwareRequirements": {"gpuType": "T4", "customLabels": {"a": "b"}}}}),
    );
    let spec = resolve(&request, &NodeOffer::default(), &node("n1"));
    assert_eq!(spec.hardware_requirements, None);
    assert_eq!(
        spec.scheduling
            .and_then(|s| s.node_selector.get("a").cloned())
            .as_deref(),
        Some("b")
    );
}

fn standalone(hardware: &Value, cluster: &ClusterHardware) -> Value {
    let spec: PerformerSpec = serde_json::from_value(
        json!({"avsAddress": "anything", "image": "x", "replicas": 2, "hardwareRequirements": hardware}),
    )
    .expect("wire form");
    serde_json::to_value(render_standalone(&spec, cluster).expect("valid")).expect("json")
}

#[test]
fn a_standalone_performer_asks_for_what_its_cluster_has() {
    let product = |value: &str| ("nvidia.com/gpu.product".to_owned(), value.to_owned());
    let cluster = ClusterHardware {
        gpu_products: [
            product("NVIDIA-A100-SXM4-80GB"),
            product("NVIDIA-A100-PCIE-40GB"),
            product("Tesla-T4-SHARED"),
            product("Tesla-T4"),
        ]
        .into(),
        tee_kinds: [TeeKind::Tdx].into(),
        runtime_classes: [(
            "kata-qemu-nvidia-gpu-tdx".to_owned(),
            [(TDX_KEYS.clone(), 1)].into_iter().collect::<ResourceVector>(),
        )]
        .into(),
    };
    let json = standalone(
        &json!({"gpuType": "nvidia-a100", "gpuCount": 2, "teeRequired": true}),
        &cluster,
    );
    assert_eq!(json["replicas"], json!(2));
    assert_eq!(
        json["resources"]["limits"],
        json!({"nvidia.com/gpu": "2"}),
        "the key is in the overhead"
    );
    assert_eq!(
        json["scheduling"]["runtimeClass"],
        json!("kata-qemu-nvidia-gpu-tdx")
    );
    let text = json["scheduling"]["affinity"].to_string();
    assert!(
        text.contains("NVIDIA-A100-PCIE-40GB") && text.contains("cpu-security.tdx.enabled"),
        "{text}"
    );
    assert!(!text.contains("T4"), "{text}");

    let json = standalone(&json!({"gpuType": "T4"}), &cluster);
    let values = &json["scheduling"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        ["nodeSelectorTerms"][0]["matchExpressions"][0]["values"];
    assert_eq!(
        *values,
        json!(["Tesla-T4"]),
        "whole GPUs do not come from shared nodes"
    );
}

#[test]
fn a_standalone_performer_waits_for_what_its_cluster_has_not() {
    let none = ClusterHardware::default();
    let json = standalone(&json!({"gpuType": "nvidia-b200", "teeType": "sgx"}), &none);
    assert_eq!(
        json["resources"]["requests"],
        json!({"nvidia.com/gpu": "1", "sgx.intel.com/enclave": "1"})
    );
    assert!(json["scheduling"]["affinity"].to_string().contains("nvidia-b200"));
    let spec: PerformerSpec =
        serde_json::from_value(json!({"hardwareRequirements": {"gpuCount": -1, "teeType": "no way"}}))
            .expect("wire");
    let violations = render_standalone(&spec, &none).expect_err("refused");
    let paths: Vec<&str> = violations.iter().map(|v| v.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "spec.hardwareRequirements.teeType",
            "spec.hardwareRequirements.gpuCount"
        ]
    );
}

fn device_grant(count: i64) -> DeviceGrant {
    let device = |index: i64| GrantedDevice {
        id: DeviceId::new(format!("gpu.nvidia.com/n1/gpu-{index}")).expect("valid"),
        milli: 1000,
        identity: Some(attribute("gpu.nvidia.com/uuid", &format!("GPU-{index}"))),
    };
    DeviceGrant {
        class: "gpu.nvidia.com".to_owned(),
        devices: (0..count).map(device).collect(),
        kind: vec![attribute("gpu.nvidia.com/productName", "NVIDIA A100")],
        memory_mib: None,
    }
}

fn attribute(name: &str, value: &str) -> DeviceAttribute {
    DeviceAttribute {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

#[test]
fn devices_are_claimed_by_identity_on_a_node_and_by_kind_in_a_cluster() {
    let request = request(&json!({"compute": {"gpu": {"count": 2}}}));
    let offer = |grant: DeviceGrant| NodeOffer {
        gpu: Some(GpuGrant::Devices(grant)),
        ..NodeOffer::default()
    };
    let claims = |grant: DeviceGrant, pin: &Pin| {
        let spec = resolve(&request, &offer(grant), pin);
        assert_eq!(spec.resources, None, "devices are no extended resource");
        serde_json::to_value(spec.resource_claims).expect("json")
    };
    let uuid = "\"uuid\" in device.attributes[\"gpu.nvidia.com\"] && \
                device.attributes[\"gpu.nvidia.com\"][\"uuid\"] in [\"GPU-0\", \"GPU-1\"]";
    let product = "\"productName\" in device.attributes[\"gpu.nvidia.com\"] && \
                   device.attributes[\"gpu.nvidia.com\"][\"productName\"] == \"NVIDIA A100\"";
    let claim = |selector: &str| {
        json!([{"name": "gpu", "deviceClassName": "gpu.nvidia.com", "count": 2,
                "selectors": ["device.driver == \"gpu.nvidia.com\"", selector]}])
    };
    assert_eq!(claims(device_grant(2), &node("n1")), claim(uuid));
    assert_eq!(claims(device_grant(2), &Pin::Cluster), claim(product));

    let mut nameless = device_grant(2);
    nameless
        .devices
        .iter_mut()
        .for_each(|device| device.identity = None);
    assert_eq!(
        claims(nameless, &node("n1")),
        claim(product),
        "what has no identity is asked for by its kind"
    );

    let mut share = device_grant(1);
    share.memory_mib = Some(20_480);
    share.devices.iter_mut().for_each(|device| device.milli = 250);
    assert_eq!(
        claims(share, &node("n1"))[0]["capacity"],
        json!({"memory": "20480Mi"})
    );
}

#[test]
fn texts_of_a_cluster_cannot_break_out_of_a_selector() {
    let request = request(&json!({"compute": {"gpu": {"count": 1}}}));
    let mut grant = device_grant(1);
    grant.kind = vec![
        attribute("gpu.nvidia.com/productName", "x\" || true || \"\\\n"),
        attribute("no-domain", "y"),
    ];
    let offer = NodeOffer {
        gpu: Some(GpuGrant::Devices(grant)),
        ..NodeOffer::default()
    };
    let spec = resolve(&request, &offer, &Pin::Cluster);
    let selectors = &spec.resource_claims[0].selectors;
    assert!(
        selectors[1].ends_with(r#"== "x\" || true || \"\\\n""#),
        "{selectors:?}"
    );
    assert!(
        selectors[2].contains(r#"device.attributes["gpu.nvidia.com"]["no-domain"]"#),
        "a name without a domain is the driver's own: {selectors:?}"
    );
}

#[test]
fn offers_read_back_by_either_source() {
    let counted = NodeOffer {
        gpu: Some(GpuGrant::Counted(CountedGpus {
            resource: name("nvidia.com/gpu"),
            units: 2,
            product_label: None,
        })),
        ..NodeOffer::default()
    };
    let devices = NodeOffer {
        gpu: Some(GpuGrant::Devices(device_grant(2))),
        ..NodeOffer::default()
    };
    for offer in [counted, devices] {
        let text = serde_json::to_string(&offer).expect("json");
        assert_eq!(
            serde_json::from_str::<NodeOffer>(&text).expect("read back"),
            offer
        );
    }
}

prop_compose! {
    fn offers()(
        gpu in proptest::option::of((0..4usize, 1..9i64)),
        tee in proptest::option::of((0..4usize, 1..4i64)),
        class in proptest::option::of(proptest::collection::vec((0..5usize, 0..3i64), 0..4)),
    ) -> NodeOffer {
        let gpus = ["nvidia.com/gpu", "nvidia.com/gpu.shared", "amd.com/gpu"];
        let keys = ["memory", "cpu", "sgx.intel.com/enclave", "tdx.intel.com/keys", "sev-snp.amd.com/esids"];
        NodeOffer {
            gpu: gpu.map(|(at, units)| match gpus.get(at) {
                Some(resource) => GpuGrant::Counted(CountedGpus { resource: name(resource), units, product_label: None }),
                None => GpuGrant::Devices(device_grant(units)),
            }),
            tee: tee.map(|(at, slots)| {
                let kind = TeeKind::COUNTED.get(at).cloned().unwrap_or(TeeKind::Other("cca".to_owned()));
                TeeGrant { kind, slots }
            }),
            runtime_class: class.map(|overhead| RuntimeClassGrant {
                name: "kata".to_owned(),
                overhead: overhead.into_iter().map(|(at, amount)| (name(keys[at]), amount)).collect(),
            }),
        }
    }
}

prop_compose! {
    fn defaults()(
        requests in proptest::collection::btree_map("cpu|memory|ephemeral-storage", 0..5_000_i64, 0..3),
        limits in proptest::collection::btree_map("cpu|memory|ephemeral-storage", 0..5_000_i64, 0..3),
    ) -> ContainerDefaults {
        let vector = |all: std::collections::BTreeMap<String, i64>| {
            all.into_iter().map(|(resource, amount)| (name(&resource), amount)).collect()
        };
        ContainerDefaults::new(vector(requests), vector(limits))
    }
}

proptest! {
    /// What the engine charges is what the pod asks, whatever the request and the offer.
    #[test]
    fn claim_and_pod_ask_for_the_same(
        offer in offers(),
        defaults in defaults(),
        requests in proptest::collection::btree_map("cpu|memory|ephemeral-storage|example[.]com/[a-c]",
            "[1-9][0-9]{0,3}|[1-9]k|0", 0..4),
        mut limits in proptest::collection::btree_map("memory|ephemeral-storage", "[1-9][0-9]{4,6}k|[1-9]Gi", 0..3),
        pages in proptest::option::of("[1-9]Gi|[1-9]0Mi"),
        pinned in any::<bool>(),
    ) {
        if let Some(pages) = pages {
            limits.entry("memory".to_owned()).or_insert_with(|| "1Gi".to_owned());
            limits.insert("hugepages-2Mi".to_owned(), pages);
        }
        let request = request(&json!({
            "performer": {"resources": {"limits": limits}},
            "compute": {"requests": requests, "gpu": {"count": 1}}}));
        let pin = if pinned { node("n1") } else { Pin::Cluster };
        let spec = resolve(&request, &offer, &pin);
        let pod = pod_requests(&spec, &offer.overhead(), &defaults).expect("countable");
        prop_assert_eq!(claim_vector(&request, &offer, &defaults).without_zeros(), pod.without_zeros());
        let native = [&*CPU, &*EPHEMERAL_STORAGE, &*MEMORY];
        let limits = pod_limits(&spec, &offer.overhead(), &defaults).expect("countable");
        let bounded: ResourceVector = limits.iter().filter(|(resource, _)| native.contains(resource))
            .map(|(resource, amount)| (resource.clone(), amount)).collect();
        prop_assert_eq!(claim_limits(&request, &offer.overhead(), &defaults), bounded);
        let container = spec.resources.clone().unwrap_or_default();
        for resource in native {
            let stated = [&container.requests, &container.limits].iter().any(|all| all.contains_key(resource.as_str()));
            prop_assert_eq!(has_request(&request, &defaults, resource), stated || defaults.requests.contains(resource));
        }
        prop_assert_eq!(pod.get(&PODS), 1);
        let back: PerformerSpec = serde_json::from_str(&serde_json::to_string(&spec).expect("json")).expect("read back");
        prop_assert_eq!(back, spec);
    }
}
