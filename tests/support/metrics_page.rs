// Included by the tests of those who register metrics: docs/metrics.md and a registry say the same.

use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../docs/metrics.md");

/// What is said of a metric.
#[derive(Debug, Default)]
struct Said {
    kind: String,
    help: String,
    labels: BTreeSet<String>,
    values: BTreeSet<String>,
}

/// The metrics of a registry by the names that queries use.
fn exported(text: &str) -> BTreeMap<String, Said> {
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("# ")) {
        let mut words = line.splitn(3, ' ');
        let (Some(what), Some(name), Some(rest)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let said = all.entry(name.to_owned()).or_default();
        match what {
            "TYPE" => said.kind = rest.to_owned(),
            "HELP" => said.help = rest.trim_end_matches('.').to_owned(),
            _ => {}
        }
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, rest)) = line.split_once('{') else {
            continue;
        };
        let name = name.trim_end_matches("_total").trim_end_matches("_bucket");
        let Some(said) = all.get_mut(name) else { continue };
        let labels = rest.split_once('}').map_or("", |(labels, _)| labels);
        for (label, value) in labels.split(',').filter_map(|label| label.split_once('=')) {
            if label != "le" {
                said.labels.insert(label.to_owned());
                said.values.insert(value.trim_matches('"').to_owned());
            }
        }
    }
    let total = |(name, said): (String, Said)| match said.kind.as_str() {
        "counter" => (format!("{name}_total"), said),
        _ => (name, said),
    };
    all.into_iter().map(total).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Panics where the page and `text`, the metrics of a process with every label in use, do not say the same of the metrics whose names
/// begin with `prefix`.
pub fn check(text: &str, prefix: &str) {
    let exported = exported(text);
    let mut on_the_page = BTreeSet::new();
    for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, meaning] = cells[..] else {
            panic!("a row of four cells: {line}")
        };
        let name = name.trim_matches('`');
        if !name.starts_with(prefix) {
            continue;
        }
        on_the_page.insert(name.to_owned());
        let said = exported
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not exported"));
        assert_eq!(kind, said.kind, "{name}");
        assert_eq!(quoted(labels), said.labels, "{name}");
        assert!(meaning.starts_with(&said.help), "{name}: {}", said.help);
        let missing: Vec<_> = said.values.difference(&quoted(meaning)).cloned().collect();
        assert_eq!(missing, [""; 0], "{name} has these values too");
    }
    let names: BTreeSet<String> = exported
        .into_keys()
        .filter(|name| name.starts_with(prefix))
        .collect();
    assert_eq!(on_the_page, names);
}
