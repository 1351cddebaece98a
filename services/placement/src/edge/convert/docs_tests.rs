//! The reference page of the request file: its examples are accepted, and no field is left out of it.

use hourglass_proto::fleet::v1 as proto;
use prost::Message as _;
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::placement_in::create_in;

const PAGE: &str = include_str!("../../../../../docs/placements.md");

#[test]
fn every_example_is_a_good_request() {
    let mut seen = 0;
    for example in PAGE
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
    {
        for document in serde_saphyr::from_multiple::<serde_json::Value>(example).unwrap() {
            let mut placement: proto::Placement = serde_json::from_value(document).unwrap();
            let request = proto::CreatePlacementRequest {
                parent: "tenants/default".to_owned(),
                placement_id: std::mem::take(&mut placement.name),
                placement: Some(placement),
                ..proto::CreatePlacementRequest::default()
            };
            if let Err(violations) = create_in(request, None) {
                panic!("{violations:?}\n{example}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} examples");
}

/// Names of all fields below a message, those of the performer aside.
fn fields(message: &DescriptorProto, all: &[(String, DescriptorProto)], into: &mut Vec<String>) {
    for field in message.field.iter().filter(|field| field.name() != "performer") {
        into.push(field.json_name().to_owned());
        let inner = all.iter().find(|(name, _)| name == field.type_name());
        if let (Type::Message, Some((_, inner))) = (field.r#type(), inner) {
            fields(inner, all, into);
        }
    }
}

#[test]
fn every_field_is_shown() {
    let set = FileDescriptorSet::decode(hourglass_proto::FILE_DESCRIPTOR_SET).unwrap();
    let own = set
        .file
        .into_iter()
        .filter(|file| file.name().ends_with("/placement.proto"));
    let all: Vec<(String, DescriptorProto)> = own
        .flat_map(|file| file.message_type)
        .map(|message| (format!(".hourglass.fleet.v1.{}", message.name()), message))
        .collect();
    let (_, root) = all
        .iter()
        .find(|(name, _)| name.ends_with(".PlacementSpec"))
        .unwrap();
    let mut names = Vec::new();
    fields(root, &all, &mut names);
    assert!(names.len() > 50, "{names:?}");
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !PAGE.contains(&format!("{name}:")))
        .collect();
    assert!(missing.is_empty(), "docs/placements.md does not show {missing:?}");
}
