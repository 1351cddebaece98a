//! Every crate that is linked is under a licence that the policy (`deny.toml`) allows.

use std::collections::BTreeSet;
use std::fs;

use cargo_metadata::MetadataCommand;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn allowed() -> BTreeSet<String> {
    let policy = fs::read_to_string(format!("{ROOT}/deny.toml")).expect("the policy is readable");
    let list = policy
        .split("allow = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .expect("it has an allow list");
    list.split(',')
        .map(|item| item.trim().trim_matches('"').to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let allowed = allowed();
    let metadata = MetadataCommand::new()
        .manifest_path(format!("{ROOT}/Cargo.toml"))
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .expect("cargo metadata describes this workspace");
    let mut refused = Vec::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
    {
        let text = package.license.clone().unwrap_or_default().replace('/', " OR ");
        let permitted = spdx::Expression::parse_mode(&text, spdx::ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|requirement| allowed.contains(&requirement.to_string()))
        });
        if !permitted {
            refused.push(format!("{} {}: {text:?}", package.name, package.version));
        }
    }
    assert!(
        refused.is_empty(),
        "not allowed by deny.toml:\n{}",
        refused.join("\n")
    );
}
