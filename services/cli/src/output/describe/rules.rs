//! What a placement asks for beside resources: how its replicas stand, how a place is chosen, what happens later.

use hourglass_proto::fleet::v1::placement_spec::{Pin, Preemption, Strategy};
use hourglass_proto::fleet::v1::{
    ClusterOverride, ClusterPreference, LabelSelector, NodeRules, PlacementSpec, PlacementTerm,
    SpreadConstraint, failover, update_policy,
};

use super::{Story, pairs};
use crate::output::exact;

/// Lines for every rule that is given; what is left to its default is not shown.
pub(super) fn rules(story: &mut Story<'_>, spec: &PlacementSpec) {
    story.lines("Spread", spec.spread.iter().map(spread));
    story.lines("Near", spec.affinity.iter().map(term));
    story.lines("Away from", spec.anti_affinity.iter().map(term));
    story.lines("Prefers", spec.cluster_preferences.iter().map(preference));
    story.lines("Prefers nodes", spec.node_rules.iter().flat_map(wishes));
    if let Some(rules) = &spec.cluster_rules {
        story.lines("Zones", &rules.zones);
        story.lines("Providers", &rules.providers);
    }
    story.line(
        "Priority",
        &spec
            .priority
            .map(|priority| priority.to_string())
            .unwrap_or_default(),
    );
    story.line(
        "Preemption",
        given(
            spec.preemption != 0,
            spec.preemption().as_str_name(),
            Preemption::Unspecified.as_str_name(),
        ),
    );
    story.line(
        "Strategy",
        given(
            spec.strategy != 0,
            spec.strategy().as_str_name(),
            Strategy::Unspecified.as_str_name(),
        ),
    );
    story.line(
        "Pin",
        given(
            spec.pin != 0,
            spec.pin().as_str_name(),
            Pin::Unspecified.as_str_name(),
        ),
    );
    story.line("Update", &update(spec));
    if let Some(disruption) = &spec.disruption {
        story.line("Keeps serving", &disruption.min_available);
    }
    story.line("Failover", &failover(spec));
    story.line("Start by", &length(spec.start_deadline.as_ref()));
    story.line("Waits at most", &length(spec.queue_timeout.as_ref()));
    story.line(
        "Expires",
        &spec
            .expire_time
            .as_ref()
            .map(|time| exact(Some(time)))
            .unwrap_or_default(),
    );
    story.lines("Overrides", spec.cluster_overrides.iter().map(differs));
}

/// The word, unless it is absent or one that this program does not know.
fn given<'a>(is_given: bool, word: &'a str, unspecified: &str) -> &'a str {
    if is_given && word != unspecified { word } else { "" }
}

fn spread(one: &SpreadConstraint) -> String {
    let mut text = format!(
        "skew {} over {}",
        one.max_skew.unwrap_or(0),
        one.topology().as_str_name()
    );
    if let Some(least) = one.min_domains {
        text.push_str(&format!(", at least {least}"));
    }
    if let Some(selector) = &one.selector {
        text.push_str(&format!(", counting {}", labels(selector)));
    }
    if one.when_unsatisfiable != 0 {
        text.push_str(&format!(", {}", one.when_unsatisfiable().as_str_name()));
    }
    text
}

fn term(one: &PlacementTerm) -> String {
    let selector = one.selector.as_ref().map(labels).unwrap_or_default();
    let weight = one.weight.map(|weight| format!(", wish of weight {weight}"));
    format!(
        "{selector} in the same {}{}",
        one.topology().as_str_name(),
        weight.unwrap_or_default()
    )
}

fn preference(one: &ClusterPreference) -> String {
    let named = (!one.clusters.is_empty()).then(|| one.clusters.join(", "));
    let selected = one.selector.as_ref().map(labels);
    named.into_iter().chain(selected).collect::<Vec<_>>().join(" or ")
}

fn wishes(rules: &NodeRules) -> Vec<String> {
    let one = |wish: &hourglass_proto::fleet::v1::PreferredSchedulingTerm| {
        let term = wish.preference.iter();
        let parts = term.flat_map(|term| term.match_expressions.iter().chain(&term.match_fields));
        let parts = parts.map(|part| requirement(&part.key, &part.operator, &part.values));
        format!(
            "{} (weight {})",
            parts.collect::<Vec<_>>().join(", "),
            wish.weight
        )
    };
    rules.preferred_node_affinity.iter().map(one).collect()
}

fn labels(selector: &LabelSelector) -> String {
    let expressions = selector.match_expressions.iter();
    let expressions = expressions.map(|part| requirement(&part.key, &part.operator, &part.values));
    let all: Vec<String> = pairs(&selector.match_labels)
        .into_iter()
        .chain(expressions)
        .collect();
    if all.is_empty() {
        "everything".to_owned()
    } else {
        all.join(", ")
    }
}

fn requirement(key: &str, operator: &str, values: &[String]) -> String {
    if values.is_empty() {
        format!("{key} {operator}")
    } else {
        format!("{key} {operator} {}", values.join("|"))
    }
}

fn update(spec: &PlacementSpec) -> String {
    let Some(update) = &spec.update else {
        return String::new();
    };
    let strategy = match update.strategy() {
        update_policy::Strategy::Unspecified => None,
        strategy => Some(strategy.as_str_name().to_owned()),
    };
    let parallel = update.max_parallel.map(|number| format!("{number} at a time"));
    let deadline = update
        .progress_deadline
        .as_ref()
        .map(|deadline| format!("{} for each", length(Some(deadline))));
    joined([strategy, parallel, deadline])
}

fn failover(spec: &PlacementSpec) -> String {
    let Some(failover) = &spec.failover else {
        return String::new();
    };
    let mode = match failover.mode() {
        failover::Mode::Unspecified => None,
        mode => Some(mode.as_str_name().to_owned()),
    };
    let after = failover
        .toleration
        .as_ref()
        .map(|toleration| format!("after {}", length(Some(toleration))));
    let fencing = match failover.fencing() {
        failover::Fencing::Unspecified => None,
        fencing => Some(format!("fencing {}", fencing.as_str_name())),
    };
    joined([mode, after, fencing])
}

fn differs(one: &ClusterOverride) -> String {
    let registry = (!one.image_registry.is_empty()).then(|| format!("images from {}", one.image_registry));
    let names: Vec<&str> = one.environment.keys().map(String::as_str).collect();
    let environment = (!names.is_empty()).then(|| format!("sets {}", names.join(" ")));
    let secrets: Vec<&str> = one
        .image_pull_secrets
        .iter()
        .map(|secret| secret.name.as_str())
        .collect();
    let secrets = (!secrets.is_empty()).then(|| format!("pull secrets {}", secrets.join(" ")));
    let clusters = one.selector.as_ref().map(labels).unwrap_or_default();
    format!("{clusters}: {}", joined([registry, environment, secrets]))
}

fn joined(parts: [Option<String>; 3]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// As the manifest writes it.
fn length(length: Option<&pbjson_types::Duration>) -> String {
    match length {
        None => String::new(),
        Some(length) if length.nanos == 0 => format!("{}s", length.seconds),
        Some(length) => format!("{}s", length.seconds as f64 + f64::from(length.nanos) / 1e9),
    }
}
