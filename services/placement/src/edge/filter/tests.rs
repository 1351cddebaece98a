use std::collections::BTreeMap;

use super::*;

struct Placement {
    name: &'static str,
    state: &'static str,
    clusters: &'static [&'static str],
    labels: BTreeMap<&'static str, &'static str>,
}

impl Fields for Placement {
    fn any_value(&self, name: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match name {
            "name" => test(self.name),
            "state" => test(self.state),
            "cluster" => self.clusters.iter().any(|cluster| test(cluster)),
            _ => false,
        }
    }

    fn map_value(&self, name: &str, key: &str) -> Option<&str> {
        assert_eq!(name, "labels");
        self.labels.get(key).copied()
    }
}

fn web() -> Placement {
    Placement {
        name: "tenants/default/placements/web",
        state: "READY",
        clusters: &["eu-1", "us-1"],
        labels: [("team", "a"), ("example.com/tier", "front"), ("odd key", "x*y")].into(),
    }
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter, &PLACEMENT)
        .unwrap_or_else(|error| panic!("{filter}: {error}"))
        .matches(&web())
}

fn error(filter: &str) -> FilterError {
    Filter::parse(filter, &PLACEMENT).expect_err(filter)
}

#[test]
fn an_empty_filter_lets_everything_pass() {
    assert!(matches(""));
    assert!(matches("  \t "));
}

#[test]
fn equality_compares_whole_values_and_any_of_several() {
    assert!(matches("state = READY"));
    assert!(matches("state=\"READY\""));
    assert!(!matches("state = PENDING"));
    assert!(matches("cluster = us-1"));
    assert!(!matches("cluster = us"));
    assert!(matches("cluster != ap-1"));
    assert!(
        !matches("cluster != us-1"),
        "!= means equal to none of the values"
    );
}

#[test]
fn a_star_at_the_end_means_starts_with() {
    assert!(matches("name = tenants/default/*"));
    assert!(matches("name = \"tenants/default/*\""));
    assert!(!matches("name = tenants/other/*"));
    assert!(matches("state != P*"));
    assert!(matches("labels.team:*"));
    assert!(!matches("labels.owner:*"));
    assert!(
        matches(r#"labels."odd key" = "x\*y""#),
        "an escaped star is plain text"
    );
}

#[test]
fn has_looks_for_a_part_of_a_text_and_for_a_key_of_a_map() {
    assert!(matches("name:placements/we"));
    assert!(!matches("name:nothing"));
    assert!(matches("labels:team"));
    assert!(matches("labels:example.com/tier"));
    assert!(!matches("labels:tier"));
}

#[test]
fn labels_are_reached_by_plain_and_by_quoted_keys() {
    assert!(matches("labels.team = a"));
    assert!(!matches("labels.team = b"));
    assert!(matches("labels.team != b"));
    assert!(
        matches("labels.owner != b"),
        "a label that is missing is equal to nothing"
    );
    assert!(matches("labels.example.com/tier = front"));
    assert!(matches("labels.\"example.com/tier\" = front"));
    assert!(matches("labels.'odd key':*"));
}

#[test]
fn or_binds_more_tightly_than_and() {
    // Read the other way round, `a OR (b AND c)`, the first would be true.
    assert!(!matches("state = READY OR state = PENDING AND cluster = none"));
    assert!(matches("(state = READY) OR (state = PENDING AND cluster = none)"));
    assert!(matches("state = PENDING OR state = READY AND cluster = eu-1"));
}

#[test]
fn terms_beside_each_other_are_joined_by_and() {
    assert!(matches("state = READY cluster = eu-1"));
    assert!(!matches("state = READY cluster = ap-1"));
}

#[test]
fn not_and_minus_negate_one_term() {
    assert!(!matches("NOT state = READY"));
    assert!(!matches("-state = READY"));
    assert!(matches("NOT (state = PENDING OR cluster = ap-1)"));
    assert!(matches("-labels:owner AND state = READY"));
    assert!(matches("NOT -state = READY"));
}

#[test]
fn an_error_names_the_place_and_what_is_known() {
    let unknown = error("state = READY AND colour = red");
    assert_eq!(unknown.character, 19);
    assert!(unknown.message.contains("\"colour\""), "{unknown}");
    assert!(
        unknown
            .message
            .contains("name, state, labels.KEY, cluster, node, avs_address"),
        "{unknown}"
    );

    let state = error("state = RADY");
    assert_eq!(state.character, 9);
    assert!(state.message.contains("known: PENDING"), "{state}");
}

#[test]
fn malformed_filters_are_refused_with_their_place() {
    for (filter, character) in [
        ("state", 6),
        ("state =", 8),
        ("= READY", 1),
        ("state = READY)", 14),
        ("(state = READY", 15),
        ("state = READY AND", 18),
        ("state = READY OR OR state = READY", 18),
        ("OR state = READY", 1),
        ("state = \"READY", 9),
        ("state < READY", 7),
        ("name = a*b", 8),
        ("name = \"a*b\"", 10),
        ("name = \"a\\b\"", 10),
        ("labels = a", 1),
        ("labels:te*", 8),
        ("name.part = a", 1),
        ("labels. = a", 1),
        ("state = READY; x", 14),
        ("\"state\" = READY", 1),
        ("name = é AND ü = x", 14),
    ] {
        assert_eq!(error(filter).character, character, "{filter}: {}", error(filter));
    }
}

#[test]
fn size_depth_and_number_of_terms_are_bounded() {
    let deep = |depth: usize| format!("{}state = READY{}", "(".repeat(depth), ")".repeat(depth));
    assert!(matches(&deep(MAX_FILTER_DEPTH)));
    assert!(
        error(&deep(MAX_FILTER_DEPTH + 1))
            .message
            .contains("nested deeper")
    );
    assert!(
        error(&format!("{}state = READY", "-".repeat(1000)))
            .message
            .contains("nested deeper")
    );

    let wide = |terms: usize| vec!["state = READY"; terms].join(" AND ");
    assert!(matches(&wide(MAX_FILTER_TERMS)));
    assert!(
        error(&wide(MAX_FILTER_TERMS + 1))
            .message
            .contains("more than 64 comparisons")
    );

    assert!(
        error(&format!("name = {}", "a".repeat(MAX_FILTER_BYTES)))
            .message
            .contains("bytes")
    );
}

#[test]
fn every_field_of_every_schema_parses() {
    for schema in [&PLACEMENT, &CLUSTER, &NODE] {
        for (name, kind) in schema.fields {
            let filter = match kind {
                FieldKind::Text => format!("{name} = x"),
                FieldKind::Enum(known) => format!("{name} = {}", known[0]),
                FieldKind::Map => format!("{name}.k = x"),
            };
            Filter::parse(&filter, schema).expect(&filter);
        }
    }
}

/// Every short text over the characters that mean something either parses or is refused; none panics.
#[test]
fn no_short_text_makes_the_parser_panic() {
    let alphabet = [
        "state", "=", "!=", ":", "-", "(", ")", "\"", "*", ".", "\\", " ", "AND", "OR", "NOT", "labels",
    ];
    let mut parsed = 0;
    for a in alphabet {
        for b in alphabet {
            for c in alphabet {
                for d in alphabet {
                    let text = format!("{a}{b}{c}{d}");
                    match Filter::parse(&text, &PLACEMENT) {
                        Ok(filter) => parsed += usize::from(filter.matches(&web())),
                        Err(error) => assert!(error.character <= text.chars().count() + 1, "{text}: {error}"),
                    }
                }
            }
        }
    }
    assert!(parsed > 0, "some of them are filters");
}
