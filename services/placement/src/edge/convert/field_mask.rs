//! Field masks over a placement (AIP-134), checked against the descriptor of the API: what a mask can name is what the
//! messages have, always.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hourglass_proto::FILE_DESCRIPTOR_SET;
use hourglass_proto::fleet::v1 as proto;
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorSet};
use serde_json::Value;

use crate::edge::violations::Violations;
use crate::scheduler::merge::FieldPath;

/// Fields that clients write.
const WRITTEN: [&str; 3] = ["spec", "labels", "annotations"];
const PACKAGE: &str = "hourglass.fleet.v1";

/// Messages of the API by their full names.
static MESSAGES: LazyLock<BTreeMap<String, DescriptorProto>> = LazyLock::new(|| {
    // Damaged descriptors cannot be: the server registers the same ones for reflection, and does not start without. Then
    // no path is known, and every mask is refused.
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET)
        .unwrap_or_default()
        .file;
    let own = files.into_iter().filter(|file| file.package() == PACKAGE);
    own.flat_map(|file| file.message_type)
        .map(|message| (format!(".{PACKAGE}.{}", message.name()), message))
        .collect()
});

/// The fields that an update takes from `placement`: those of the mask; without one, those that are populated; with `*` all
/// that clients write. Fields that only the service writes are passed over.
pub fn fields_in(
    mask: Option<pbjson_types::FieldMask>,
    placement: &proto::Placement,
    violations: &mut Violations,
) -> Vec<FieldPath> {
    let paths = mask.map(|mask| mask.paths).unwrap_or_default();
    let root = format!(".{PACKAGE}.Placement");
    if paths.is_empty() {
        let mut populated = Vec::new();
        if let Ok(value) = serde_json::to_value(placement) {
            leaves(&root, &value, &mut Vec::new(), &mut populated);
        }
        populated.sort();
        return populated
            .into_iter()
            .filter(|names| is_written(names))
            .map(FieldPath::new)
            .collect();
    }
    if paths.iter().any(|path| path == "*") {
        if paths.len() > 1 {
            violations.add("updateMask", "\"*\" must stand alone");
        }
        return WRITTEN
            .iter()
            .map(|name| FieldPath::new(vec![(*name).to_owned()]))
            .collect();
    }
    let mut fields = Vec::new();
    for path in &paths {
        match resolve(&root, path) {
            Some(names) if is_written(&names) => fields.push(FieldPath::new(names)),
            Some(_) => {}
            None => {
                let shown: String = path.chars().take(100).collect();
                let message =
                    format!("{shown:?} is not a field of a placement; paths look like spec.performer.image");
                violations.add("updateMask", message);
            }
        }
    }
    // An outer field stands for all within.
    fields.sort();
    fields.dedup();
    fields
}

fn is_written(names: &[String]) -> bool {
    names.first().is_some_and(|name| WRITTEN.contains(&name.as_str()))
}

/// The names of a path in camelCase; none when there is no such field. Names may be given as in the proto or as in JSON.
fn resolve(root: &str, path: &str) -> Option<Vec<String>> {
    let mut message = MESSAGES.get(root);
    let mut names = Vec::new();
    for name in path.split('.') {
        let field = message?
            .field
            .iter()
            .find(|field| field.name() == name || field.json_name() == name)?;
        names.push(field.json_name().to_owned());
        // Within lists and maps nothing can be named.
        let inside = field.label() != Label::Repeated && field.r#type() == Type::Message;
        message = inside.then(|| MESSAGES.get(field.type_name())).flatten();
    }
    Some(names)
}

/// Paths of the fields that `value` has, down to lists, maps and plain values.
fn leaves(message: &str, value: &Value, at: &mut Vec<String>, into: &mut Vec<Vec<String>>) {
    let (Some(message), Some(fields)) = (MESSAGES.get(message), value.as_object()) else {
        into.push(at.clone());
        return;
    };
    for (name, value) in fields {
        let Some(field) = message.field.iter().find(|field| field.json_name() == name) else {
            continue;
        };
        at.push(name.clone());
        let inside = field.label() != Label::Repeated && MESSAGES.contains_key(field.type_name());
        // An empty message is populated as such.
        if inside && value.as_object().is_some_and(|value| !value.is_empty()) {
            leaves(field.type_name(), value, at, into);
        } else {
            into.push(at.clone());
        }
        at.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement() -> proto::Placement {
        serde_json::from_value(serde_json::json!({
            "name": "tenants/default/placements/web",
            "labels": {"team": "a"},
            "spec": {
                "performer": {"image": "a:2", "config": {"args": ["x"], "environment": {"A": "B"}}},
                "disruption": {},
                "replicas": 0,
            },
        }))
        .unwrap()
    }

    fn fields(mask: &[&str]) -> Result<Vec<String>, Vec<String>> {
        let mask = pbjson_types::FieldMask {
            paths: mask.iter().map(ToString::to_string).collect(),
        };
        let mut violations = Violations::new();
        let fields = fields_in(Some(mask), &placement(), &mut violations);
        let shown = fields.iter().map(ToString::to_string).collect();
        violations
            .finish(Some(shown))
            .map_err(|found| found.into_iter().map(|one| one.message).collect())
    }

    #[test]
    fn without_a_mask_what_is_populated_is_taken() {
        assert_eq!(
            fields(&[]).unwrap(),
            [
                "labels",
                "spec.disruption",
                "spec.performer.config.args",
                "spec.performer.config.environment",
                "spec.performer.image",
                "spec.replicas"
            ]
        );
    }

    #[test]
    fn a_mask_names_fields_as_the_proto_or_as_json_does() {
        let both = ["spec.start_deadline", "spec.performer.avsAddress"];
        assert_eq!(
            fields(&both).unwrap(),
            ["spec.performer.avsAddress", "spec.startDeadline"]
        );
        assert_eq!(fields(&["*"]).unwrap(), ["spec", "labels", "annotations"]);
        assert_eq!(
            fields(&["spec.node_rules.hostnames", "spec.cluster_overrides"]).unwrap(),
            ["spec.clusterOverrides", "spec.nodeRules.hostnames"]
        );
    }

    #[test]
    fn fields_of_the_service_are_passed_over() {
        assert_eq!(
            fields(&["state", "uid", "spec.replicas"]).unwrap(),
            ["spec.replicas"]
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        for path in [
            "spec.nonsense",
            "labels.team",
            "spec.spread.maxSkew",
            "",
            "spec..replicas",
        ] {
            let told = fields(&["spec.replicas", path]).unwrap_err();
            assert!(told[0].contains(&format!("{path:?}")), "{told:?}");
        }
    }
}
