//! Imports run one way, and the pure crates stay pure: asserted from what cargo itself resolves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Which members of the workspace each member may depend on (not counting dev-dependencies).
const ALLOWED: &[(&str, &[&str])] = &[
    ("hourglass-proto", &[]),
    ("hourglass-model", &[]),
    ("hourglass-engine", &["hourglass-model"]),
    ("hourglass-store", &[]),
    ("hourglass-runtime", &[]),
    (
        "hourglass-placement",
        &[
            "hourglass-proto",
            "hourglass-model",
            "hourglass-engine",
            "hourglass-store",
            "hourglass-runtime",
        ],
    ),
    ("hourglass-cli", &["hourglass-proto", "hourglass-runtime"]),
    ("hourglass-performer-api", &[]),
    (
        "hourglass-cluster-agent",
        &[
            "hourglass-proto",
            "hourglass-model",
            "hourglass-performer-api",
            "hourglass-runtime",
        ],
    ),
    ("hourglass-testbed", &[]),
    (
        "hourglass-e2e",
        &[
            "hourglass-model",
            "hourglass-engine",
            "hourglass-proto",
            "hourglass-testbed",
            "hourglass-performer-api",
            "hourglass-runtime",
            "hourglass-placement",
            "hourglass-cluster-agent",
            "hourglass-cli",
        ],
    ),
    ("hourglass-conformance", &[]),
    ("hourglass-openb", &["hourglass-model", "hourglass-engine"]),
    ("hourglass-simulator", &["hourglass-model", "hourglass-engine"]),
];

/// Crates that decide from data alone, and what they must never see, directly or through others.
const PURE: &[&str] = &["hourglass-model", "hourglass-engine"];
const IMPURE: &[&str] = &[
    "tokio",
    "tonic",
    "prost",
    "kube",
    "kube-client",
    "kube-runtime",
    "k8s-openapi",
    "hyper",
    "mio",
    "chrono",
    "time",
    "rand",
    "getrandom",
    "socket2",
    "redb",
    "tracing-subscriber",
    "opentelemetry",
];

struct Workspace {
    names: BTreeMap<PackageId, String>,
    normal: BTreeMap<PackageId, Vec<PackageId>>,
    members: BTreeSet<PackageId>,
}

fn workspace() -> Workspace {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .expect("cargo metadata describes this workspace");
    let names = metadata
        .packages
        .iter()
        .map(|package| (package.id.clone(), package.name.to_string()))
        .collect();
    let resolve = metadata.resolve.expect("dependencies are resolved");
    let normal = resolve
        .nodes
        .into_iter()
        .map(|node| {
            let used = |dep: &cargo_metadata::NodeDep| {
                dep.dep_kinds
                    .iter()
                    .any(|kind| matches!(kind.kind, DependencyKind::Normal | DependencyKind::Build))
            };
            (
                node.id,
                node.deps.into_iter().filter(used).map(|dep| dep.pkg).collect(),
            )
        })
        .collect();
    Workspace {
        names,
        normal,
        members: metadata.workspace_members.into_iter().collect(),
    }
}

impl Workspace {
    fn member(&self, name: &str) -> &PackageId {
        self.members
            .iter()
            .find(|id| self.names[*id] == name)
            .expect("every rule names a member of the workspace")
    }

    fn direct_members(&self, id: &PackageId) -> BTreeSet<&str> {
        self.normal[id]
            .iter()
            .filter(|dep| self.members.contains(*dep))
            .map(|dep| self.names[dep].as_str())
            .collect()
    }

    fn all_dependencies(&self, id: &PackageId) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut next = VecDeque::from([id]);
        while let Some(id) = next.pop_front() {
            for dep in &self.normal[id] {
                if seen.insert(self.names[dep].as_str()) {
                    next.push_back(dep);
                }
            }
        }
        seen
    }
}

#[test]
fn every_member_has_a_rule() {
    let workspace = workspace();
    let members: BTreeSet<&str> = workspace
        .members
        .iter()
        .map(|id| workspace.names[id].as_str())
        .collect();
    let ruled: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(members, ruled, "a member without a rule could import anything");
}

#[test]
fn imports_run_one_way() {
    let workspace = workspace();
    for (name, allowed) in ALLOWED {
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        let found = workspace.direct_members(workspace.member(name));
        let beyond: Vec<_> = found.difference(&allowed).collect();
        assert!(beyond.is_empty(), "{name} must not depend on {beyond:?}");
    }
}

#[test]
fn the_pure_crates_know_no_clock_no_io_and_no_kubernetes() {
    let workspace = workspace();
    for name in PURE {
        let found = workspace.all_dependencies(workspace.member(name));
        let impure: Vec<_> = IMPURE.iter().filter(|banned| found.contains(**banned)).collect();
        assert!(impure.is_empty(), "{name} must not see {impure:?}");
    }
}

/// `std` has a clock as well, and cargo does not know: this is read in the sources. Lengths of time are data.
#[test]
fn the_pure_crates_ask_no_clock_of_std() {
    let mut read = 0;
    for folder in ["services/model/src", "services/engine/src"] {
        let mut folders = vec![std::path::Path::new(ROOT).join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("the pure crates are there") {
                let path = entry.expect("the folder can be read").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = std::fs::read_to_string(&path).expect("sources are text");
                    read += 1;
                    for (index, line) in text.lines().enumerate() {
                        assert!(!asks_a_clock(line), "{}:{}: {line}", path.display(), index + 1);
                    }
                }
            }
        }
    }
    assert!(read > 50, "{read} files were read");
}

fn asks_a_clock(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let mut uses = code.split("std::time").skip(1);
    let imports = !uses.all(|rest| rest.starts_with("::Duration"));
    imports || code.contains("Instant::now") || code.contains("SystemTime")
}

#[test]
fn a_clock_of_std_is_noticed_and_a_length_of_time_is_none() {
    for line in [
        "use std::time::Instant;",
        "use std::time::{Duration, Instant};",
        "use std::time;",
        "let now = std::time::SystemTime::now();",
        "let started = Instant::now();",
    ] {
        assert!(asks_a_clock(line), "{line}");
    }
    for line in [
        "use std::time::Duration;",
        "let pause = std::time::Duration::from_secs(1);",
        "// the edge asks std::time::Instant",
    ] {
        assert!(!asks_a_clock(line), "{line}");
    }
}

/// The calendar's types are welcome in the pure crates, its clock is not: that comes with the feature `std`.
#[test]
fn the_pure_crates_take_times_without_the_clock() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .other_options(vec!["--locked".to_owned()])
        .no_deps()
        .exec()
        .expect("cargo metadata describes this workspace");
    let pure = metadata
        .packages
        .iter()
        .filter(|package| PURE.contains(&package.name.as_str()));
    let jiff = pure
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.name == "jiff" && dependency.kind == DependencyKind::Normal);
    for dependency in jiff {
        assert!(
            !dependency.uses_default_features,
            "the default features hold the clock"
        );
        assert!(
            !dependency.features.iter().any(|feature| feature == "std"),
            "{:?}",
            dependency.features
        );
    }
}
