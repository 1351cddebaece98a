//! The checked-in CustomResourceDefinition is the one that the types give.

use std::path::Path;

use hourglass_performer_api::crd::{crd, crd_yaml};

#[test]
fn the_checked_in_definition_is_generated_from_the_types() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/hourglass-agent/crds/performers.yaml");
    let generated = crd_yaml().expect("the definition can be generated");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&file, &generated).expect("the generated file can be written");
    }
    let checked_in = std::fs::read_to_string(&file).expect("the generated file is checked in");
    assert!(
        checked_in == generated,
        "{} is not what the types give; run: UPDATE_GENERATED=1 cargo test -p hourglass-performer-api --test generated",
        file.display()
    );
}

#[test]
fn the_printer_columns_are_those_of_the_contract() {
    let definition = crd().expect("the definition can be generated");
    let columns: Vec<(String, String)> = definition.spec.versions[0]
        .additional_printer_columns
        .iter()
        .flatten()
        .map(|column| (column.name.clone(), column.json_path.clone()))
        .collect();
    let expected = [
        ("AVS", ".spec.avsAddress"),
        ("Image", ".spec.image"),
        ("Version", ".spec.version"),
        ("Phase", ".status.phase"),
        ("Endpoint", ".status.grpcEndpoint"),
        ("Age", ".metadata.creationTimestamp"),
    ]
    .map(|(name, path)| (name.to_owned(), path.to_owned()));
    assert_eq!(columns, expected);
}
