//! The policy (`deny.toml`) holds for every crate that is linked: licences, banned crates, sources, no wildcards.
//! `cargo deny` says the same of more graphs, and knows advisories; this needs neither it nor a network.

use std::collections::BTreeSet;
use std::fs;

use cargo_metadata::{Metadata, MetadataCommand};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The text of a list of the policy.
fn list(policy: &str, name: &str) -> String {
    policy
        .split(&format!("\n{name} = ["))
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .expect("the policy has the list")
        .to_owned()
}

fn policy() -> String {
    fs::read_to_string(format!("{ROOT}/deny.toml")).expect("the policy is readable")
}

fn allowed() -> BTreeSet<String> {
    list(&policy(), "allow")
        .split(',')
        .map(|item| item.trim().trim_matches('"').to_owned())
        .filter(|item| !item.is_empty())
        .collect()
}

fn banned() -> BTreeSet<String> {
    let list = list(&policy(), "deny");
    let items = list.split("crate = \"").skip(1);
    items
        .filter_map(|item| item.split('"').next())
        .map(str::to_owned)
        .collect()
}

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(format!("{ROOT}/Cargo.toml"))
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .expect("cargo metadata describes this workspace")
}

#[test]
fn no_banned_crate_is_in_the_graph() {
    let banned = banned();
    for second_stack in ["openssl-sys", "native-tls", "aws-lc-rs", "boring", "mbedtls"] {
        assert!(
            banned.contains(second_stack),
            "the policy bans {second_stack}: {banned:?}"
        );
    }
    let found: Vec<String> = metadata()
        .packages
        .iter()
        .filter(|package| banned.contains(package.name.as_str()))
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    assert!(found.is_empty(), "banned by deny.toml: {found:?}");
}

#[test]
fn every_crate_is_from_the_registry_and_asked_for_by_a_version() {
    let metadata = metadata();
    let foreign: Vec<String> = metadata
        .packages
        .iter()
        .filter_map(|package| package.source.as_ref())
        .map(ToString::to_string)
        .filter(|source| !source.starts_with("registry+https://github.com/rust-lang/crates.io-index"))
        .collect();
    assert!(foreign.is_empty(), "unknown sources: {foreign:?}");
    for package in metadata.workspace_packages() {
        for dependency in package.dependencies.iter().filter(|one| one.path.is_none()) {
            assert_ne!(
                dependency.req.to_string(),
                "*",
                "{} asks for any version of {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let allowed = allowed();
    let metadata = metadata();
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
