//! Hardware in words ("nvidia-a100", "tdx") becomes resources, node rules and a RuntimeClass, by what this cluster has.
//!
//! The rules are the model's ([`hourglass_model::render`]), the same by which the fleet charges a node. Performers that
//! the fleet placed come resolved already; they have no `hardwareRequirements` left and pass unchanged.

use hourglass_model::gpu::PRODUCT_LABELS;
use hourglass_model::labels::Labels;
use hourglass_model::performer as model;
use hourglass_model::render::{ClusterHardware, render_standalone};
use hourglass_model::tee::TeeKind;
use hourglass_performer_api::PerformerSpec;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::pods::Trouble;

/// The spec with its hardware resolved, or why that is impossible.
pub(crate) fn resolve(spec: &PerformerSpec, cluster: &ClusterHardware) -> Result<PerformerSpec, Trouble> {
    if spec.hardware_requirements.is_none() {
        return Ok(spec.clone());
    }
    let asked: model::PerformerSpec = convert(&json!({
        "avsAddress": spec.avs_address,
        "image": spec.image,
        "resources": spec.resources,
        "scheduling": spec.scheduling,
        "hardwareRequirements": spec.hardware_requirements,
    }))?;
    let rendered = render_standalone(&asked, cluster).map_err(|violations| {
        let all: Vec<String> = violations.iter().map(ToString::to_string).collect();
        invalid(all.join("; "))
    })?;
    Ok(PerformerSpec {
        resources: convert(&json!(rendered.resources))?,
        scheduling: convert(&json!(rendered.scheduling))?,
        hardware_requirements: None,
        ..spec.clone()
    })
}

/// What a node adds to the hardware of its cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeHardware {
    products: Vec<(String, String)>,
    tee_kinds: Vec<TeeKind>,
}

impl NodeHardware {
    /// Read from the node's labels.
    pub(crate) fn of(labels: &Labels) -> Self {
        let product = |key: &&str| Some(((*key).to_owned(), labels.get(*key)?.clone()));
        Self {
            products: PRODUCT_LABELS.iter().filter_map(product).collect(),
            tee_kinds: TeeKind::all_on(labels),
        }
    }

    /// Adds it to the whole.
    pub(crate) fn add_to(&self, cluster: &mut ClusterHardware) {
        cluster.gpu_products.extend(self.products.iter().cloned());
        cluster.tee_kinds.extend(self.tee_kinds.iter().cloned());
    }
}

fn convert<T: DeserializeOwned>(value: &Value) -> Result<T, Trouble> {
    T::deserialize(value).map_err(|error| invalid(error.to_string()))
}

fn invalid(message: String) -> Trouble {
    Trouble {
        reason: "InvalidHardwareRequirements".to_owned(),
        message,
        lasting: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "JSON reads better where it is given"
    )]
    fn spec(value: Value) -> PerformerSpec {
        let mut whole = json!({"avsAddress": "0xabc", "image": "i"});
        for (key, field) in value.as_object().unwrap() {
            whole[key] = field.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    fn cluster(nodes: &[&[(&str, &str)]]) -> ClusterHardware {
        let mut cluster = ClusterHardware::default();
        for labels in nodes {
            let labels = labels
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            NodeHardware::of(&labels).add_to(&mut cluster);
        }
        cluster
    }

    fn resolved(asked: Value, cluster: &ClusterHardware) -> Value {
        let spec = resolve(&spec(asked), cluster).unwrap();
        assert_eq!(spec.hardware_requirements, None);
        serde_json::to_value(&spec).unwrap()
    }

    const A100: (&str, &str) = ("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB");

    #[test]
    fn a_gpu_type_becomes_the_resource_of_the_device_plugin_and_affinity_to_the_products_that_are_here() {
        let here = cluster(&[&[A100], &[("nvidia.com/gpu.product", "Tesla-T4")]]);
        let spec = resolved(
            json!({"hardwareRequirements": {"gpuType": "nvidia-a100", "gpuCount": 2}}),
            &here,
        );
        assert_eq!(spec["resources"]["limits"]["nvidia.com/gpu"], "2");
        let terms = &spec["scheduling"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
            ["nodeSelectorTerms"];
        assert_eq!(
            *terms,
            json!([{"matchExpressions": [
                {"key": "nvidia.com/gpu.product", "operator": "In", "values": ["NVIDIA-A100-SXM4-80GB"]},
            ]}])
        );
    }

    #[test]
    fn a_tee_becomes_its_slot_resource_runtime_class_and_affinity() {
        let here = cluster(&[&[("feature.node.kubernetes.io/cpu-security.tdx.enabled", "true")]]);
        let spec = resolved(
            json!({"hardwareRequirements": {"teeRequired": true, "teeType": "tdx"}}),
            &here,
        );
        assert_eq!(spec["resources"]["limits"]["tdx.intel.com/keys"], "1");
        assert_eq!(spec["scheduling"]["runtimeClass"], "kata-qemu-tdx");
    }

    #[test]
    fn custom_labels_become_a_node_selector_beside_the_one_that_was_given() {
        let spec = resolved(
            json!({
                "scheduling": {"nodeSelector": {"disk": "ssd"}, "priorityClassName": "high"},
                "hardwareRequirements": {"customLabels": {"rack": "7"}},
            }),
            &ClusterHardware::default(),
        );
        assert_eq!(
            spec["scheduling"]["nodeSelector"],
            json!({"disk": "ssd", "rack": "7"})
        );
        assert_eq!(spec["scheduling"]["priorityClassName"], "high");
    }

    #[test]
    fn fields_that_contradict_each_other_are_refused_with_both_paths() {
        let asked = spec(json!({
            "scheduling": {"nodeSelector": {"rack": "6"}},
            "hardwareRequirements": {"customLabels": {"rack": "7"}},
        }));
        let trouble = resolve(&asked, &ClusterHardware::default()).unwrap_err();
        assert!(trouble.lasting);
        assert!(
            trouble.message.contains("customLabels") && trouble.message.contains("nodeSelector"),
            "{}",
            trouble.message
        );
    }

    #[test]
    fn what_asks_for_no_hardware_passes_unchanged() {
        let asked = spec(json!({"resources": {"limits": {"nvidia.com/gpu": "1"}}}));
        assert_eq!(resolve(&asked, &cluster(&[&[A100]])), Ok(asked));
    }
}
