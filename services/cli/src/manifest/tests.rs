//! Manifests good and bad, with the messages that people get.

use std::path::Path;

use super::*;

const GOOD: &str = r#"# a comment
apiVersion: hourglass.fleet.v1
kind: Placement
name: my-job
labels: {app: solver}
spec:
  performer:
    avsAddress: "0x1111111111111111111111111111111111111111"
    image: registry.example.com/solver:1.2.0
    config:
      grpcPort: 9090
      environment: {LEVEL: debug}
  compute:
    requests:
      cpu: 4
      memory: 16Gi
      ephemeral-storage: 0.5
    gpu: {count: 8, products: [A100]}
"#;

fn parse_text(text: &str) -> Result<Vec<Placement>, ManifestError> {
    parse(Path::new("job.yaml"), text)
}

fn problems(text: &str) -> Vec<String> {
    match parse_text(text) {
        Ok(placements) => panic!("accepted: {placements:?}"),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_good_manifest_becomes_its_message() {
    let placement = parse_text(GOOD).unwrap().remove(0);
    assert_eq!(placement.name, "my-job");
    let spec = placement.spec.unwrap();
    let compute = spec.compute.unwrap();
    assert_eq!(compute.requests["cpu"], "4");
    assert_eq!(compute.requests["ephemeral-storage"], "0.5");
    assert_eq!(compute.gpu.unwrap().count, 8);
    assert_eq!(spec.performer.unwrap().config.unwrap().grpc_port, Some(9090));
}

#[test]
fn json_several_documents_and_lists_are_read() {
    let json = r#"{"name": "a", "spec": {"replicas": 2, "nodeRules": {"tolerations": [{"tolerationSeconds": "5"}]}}}"#;
    let placement = parse_text(json).unwrap().remove(0);
    let spec = placement.spec.unwrap();
    assert_eq!(spec.replicas, Some(2));
    assert_eq!(
        spec.node_rules.unwrap().tolerations[0].toleration_seconds,
        Some(5)
    );

    let many =
        "name: a\nspec: {}\n---\n# nothing\n---\nplacements:\n- {name: b, spec: {}}\n- {name: c, spec: {}}\n";
    let names: Vec<_> = parse_text(many)
        .unwrap()
        .into_iter()
        .map(|placement| placement.name)
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn what_get_prints_can_be_applied_again() {
    let placement = Placement {
        uid: "u".to_owned(),
        state: 4,
        generation: 3,
        create_time: Some(pbjson_types::Timestamp {
            seconds: 1_700_000_000,
            nanos: 5,
        }),
        ..parse_text(GOOD).unwrap().remove(0)
    };
    let yaml = serde_saphyr::to_string(&serde_json::to_value(&placement).unwrap()).unwrap();
    let again = parse_text(&yaml).unwrap_or_else(|error| panic!("{:?}\n{yaml}", error.problems()));
    assert_eq!(again, parse_text(GOOD).unwrap());
}

#[test]
fn every_unknown_field_is_named_with_its_line_and_the_nearest() {
    let text = GOOD
        .replace("count: 8", "cout: 8")
        .replace("avsAddress", "avs_adress")
        .replace("labels:", "lables:");
    assert_eq!(
        problems(&text),
        [
            "line 5: lables: unknown field; did you mean \"labels\"?",
            "line 8: spec.performer.avs_adress: unknown field; did you mean \"avsAddress\"?",
            "line 18: spec.compute.gpu.cout: unknown field; did you mean \"count\"?",
        ]
    );
}

#[test]
fn the_original_field_names_of_the_proto_are_accepted_too() {
    let text = GOOD
        .replace("avsAddress", "avs_address")
        .replace("grpcPort", "grpc_port");
    assert_eq!(parse_text(&text).unwrap(), parse_text(GOOD).unwrap());
}

#[test]
fn a_field_like_no_other_gets_the_list_of_those_there_are() {
    assert_eq!(
        problems("name: a\nspec:\n  compute:\n    tee: {zzz: 1}\n"),
        ["line 4: spec.compute.tee.zzz: unknown field; known here: kinds, slots"]
    );
}

#[test]
fn a_key_given_twice_is_refused_with_its_line() {
    let found = problems("name: a\nspec:\n  gang: true\n  gang: false\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0],
        "line 4: spec.gang: it is given twice, first in line 3; only one of them can hold"
    );
    // Every one of them, with the path of the field, beside other problems.
    assert_eq!(
        problems(
            "name: a\nspec:\n  performer:\n    config:\n      environment:\n        A: '1'\n        A: '2'\n  gagn: true\n  gang: true\n  gang: true\n"
        ),
        [
            "line 10: spec.gang: it is given twice, first in line 9; only one of them can hold",
            "line 7: spec.performer.config.environment.A: it is given twice, first in line 6; only one of them can hold",
            "line 8: spec.gagn: unknown field; did you mean \"gang\"?",
        ]
    );
    // JSON as well, and both spellings of one field.
    assert!(problems(r#"{"name": "a", "name": "b", "spec": {}}"#)[0].contains("name"));
    let both = problems("name: a\nspec: {nodeRules: {}, node_rules: {}}\n");
    assert!(both[0].contains("given twice"), "{both:?}");
}

#[test]
fn a_key_of_a_merged_mapping_may_be_given_anew() {
    let text = "name: a\nlabels: &common {app: solver, tier: gold}\nspec: {}\nannotations: {<<: *common, tier: silver}\n";
    let placement = parse_text(text).unwrap().remove(0);
    assert_eq!(placement.annotations["tier"], "silver");
    assert_eq!(placement.annotations["app"], "solver");
}

#[test]
fn a_malformed_name_is_told_with_its_line_beside_the_other_problems() {
    let long = "a".repeat(64);
    for name in ["No_Name", "a/b", "-a", &long] {
        let found = problems(&format!("spec: {{gagn: true}}\nname: {name:?}\n"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("line 2: name: "), "{found:?}");
    }
    let found = problems("- {name: a, spec: {}}\n- name: B\n  spec: {}\n");
    assert!(
        found[0].starts_with("line 2: name: \"B\" is no placement name: 1 to 63"),
        "{found:?}"
    );
    assert!(parse_text("name: tenants/x/placements/a\nspec: {}\n").is_ok());
    assert!(parse_text("name: ''\nspec: {}\n").is_ok());
}

#[test]
fn numbers_and_times_that_are_none_are_told_in_plain_words() {
    for (text, expected) in [
        ("replicas: ''", "spec.replicas: a whole number is expected here"),
        (
            "replicas: 3000000000",
            "spec.replicas: the number is out of range here",
        ),
        (
            "replicas: '3000000000'",
            "spec.replicas: the number is out of range here",
        ),
        ("replicas: 1.5", "spec.replicas: a whole number is expected here"),
        (
            "expireTime: tomorrow",
            "spec.expireTime: a time is expected here, for example 2030-01-31T12:00:00Z",
        ),
        (
            "queueTimeout: 5 minutes",
            "spec.queueTimeout: a duration in seconds is expected here, for example 600s",
        ),
        (
            "startDeadline: 10m",
            "spec.startDeadline: a duration in seconds is expected here, for example 600s",
        ),
        (
            "update: {progressDeadline: 600}",
            "spec.update.progressDeadline: a duration in seconds is expected here, for example 600s",
        ),
        (
            "failover: {toleration: soon}",
            "spec.failover.toleration: a duration in seconds is expected here, for example 600s",
        ),
    ] {
        let found = problems(&format!("name: a\nspec: {{{text}}}\n"));
        assert_eq!(found, [format!("line 2: {expected}")], "{text}");
    }
}

#[test]
fn a_number_where_text_belongs_gets_the_advice_to_quote() {
    assert_eq!(
        problems("name: a\nspec:\n  performer:\n    config:\n      environment:\n        PORT: 8080\n"),
        [
            "line 6: spec.performer.config.environment.PORT: text is expected here, but this is integer `8080`; put it in quotes"
        ]
    );
}

#[test]
fn a_wrong_type_says_what_is_expected() {
    assert_eq!(
        problems("name: a\nspec: {replicas: many}\n")[0],
        "line 2: spec.replicas: a whole number is expected here"
    );
    assert_eq!(
        problems("name: a\nspec: {replicas: true}\n")[0],
        "line 2: spec.replicas: a whole number is expected here"
    );
    assert_eq!(
        problems("name: a\nspec: {compute: 5}\n")[0],
        "line 2: spec.compute: a mapping with fields is expected here, but this is integer `5`"
    );
}

#[test]
fn other_headers_and_kubernetes_metadata_are_explained() {
    assert_eq!(
        problems("apiVersion: v1\nkind: Pod\nspec: {}\n"),
        [
            "line 1: apiVersion: \"v1\" is not known here; it must be hourglass.fleet.v1",
            "line 2: kind: \"Pod\" is not known here; it must be Placement or PlacementList or List",
        ]
    );
    assert_eq!(
        problems("metadata: {name: x}\nspec: {}\n"),
        [
            "line 1: metadata: there is no metadata here: name, labels and annotations stand at the top of the document"
        ]
    );
}

#[test]
fn the_document_is_named_when_there_are_several() {
    let found = problems("name: a\nspec: {}\n---\nname: b\nspec: {gagn: true}\n");
    assert_eq!(
        found,
        ["document 2, line 5: spec.gagn: unknown field; did you mean \"gang\"?"]
    );
}

#[test]
fn text_that_is_no_yaml_says_where_it_breaks() {
    let found = problems("name: a\nspec: {gang: true\n");
    assert!(
        found[0].starts_with("line ") && found[0].matches("line").count() == 1,
        "{found:?}"
    );
    assert_eq!(
        problems("just words\n"),
        ["line 1: a placement is a mapping with name and spec"]
    );
    assert_eq!(problems("# nothing\n"), ["there is no placement in it"]);
    assert_eq!(
        problems("name: a\n"),
        ["line 1: spec: it is missing: a placement says what to run and what it needs"]
    );
}

#[test]
fn content_is_compared_field_by_field_and_defaults_are_no_difference() {
    let wanted = parse_text(GOOD).unwrap().remove(0);
    let mut there = wanted.clone();
    let spec = there.spec.as_mut().unwrap();
    spec.namespace = "filled-in".to_owned();
    let (wanted_json, there_json) = (canonical(&wanted).unwrap(), canonical(&there).unwrap());
    assert!(differences(&wanted_json, &there_json).is_empty());

    there.spec.as_mut().unwrap().performer.as_mut().unwrap().image = "other:1".to_owned();
    let there_json = canonical(&there).unwrap();
    assert_eq!(
        differences(&wanted_json, &there_json),
        ["spec.performer.image: \"registry.example.com/solver:1.2.0\" is asked for, it is \"other:1\""]
    );
    assert_ne!(
        content_hash(&wanted_json, &["n"]),
        content_hash(&there_json, &["n"])
    );
    assert_ne!(
        content_hash(&wanted_json, &["a", "b"]),
        content_hash(&wanted_json, &["ab"])
    );
}

const REFERENCE: &str = include_str!("../../../../docs/placements.md");

#[test]
fn every_example_of_the_reference_page_is_a_manifest() {
    let examples = REFERENCE.split("```yaml\n").skip(1);
    let examples: Vec<&str> = examples.filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 10, "{} examples", examples.len());
    for example in examples {
        if let Err(error) = parse_text(example) {
            panic!("{:?}\n{example}", error.problems());
        }
    }
}

#[test]
fn a_number_of_replicas_may_be_written_without_quotes() {
    for text in ["2", "\"2\""] {
        let text = format!("name: a\nspec: {{disruption: {{minAvailable: {text}}}}}\n");
        let spec = parse_text(&text).unwrap().remove(0).spec.unwrap();
        assert_eq!(spec.disruption.unwrap().min_available, "2");
    }
}

#[test]
fn misspelt_rules_get_the_nearest_name() {
    let text =
        "name: a\nspec:\n  spread:\n  - {maxSkw: 1, topology: ZONES}\n  anti_afinity: []\n  priorty: 5\n";
    let found = problems(text).join("\n");
    for expected in ["\"maxSkew\"", "\"ZONE\"", "ffinity\"", "\"priority\""] {
        assert!(
            found.contains(&format!("did you mean {expected}")) || found.contains(expected),
            "{expected}: {found}"
        );
    }
}
