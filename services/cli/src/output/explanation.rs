//! Why a placement is where it is, or why it fits nowhere.

use hourglass_proto::fleet::v1::{ClusterExplanation, Explanation, NamedScore, PastDecision, RuleRejection};

use super::describe::victim_line;
use super::fit::hanging;
use super::time::exact;
use super::{Cell, Column, Paint, Screen, Table, clean};

/// The answer first, then cluster by cluster, then what would help.
pub fn explanation(explanation: &Explanation, with_scores: bool, screen: &Screen) -> String {
    let fits = explanation.replicas_that_fit >= explanation.replicas_wanted;
    let (verdict, paint) = if fits {
        ("fits: ", Paint::Good)
    } else {
        ("does not fit: ", Paint::Warn)
    };
    let told = format!(
        "{} of {} replicas fit now (snapshot {}{})",
        explanation.replicas_that_fit,
        explanation.replicas_wanted,
        explanation.snapshot_id,
        explanation
            .duration
            .as_ref()
            .map(|duration| format!(", decided in {}", short(duration)))
            .unwrap_or_default(),
    );
    let mut text = hanging(&screen.paint(paint, verdict), verdict.len(), &told, screen) + "\n";
    if !explanation.summary.is_empty() {
        text.push_str(&format!(
            "{}\n",
            hanging("", 0, &clean(&explanation.summary), screen)
        ));
    }
    if !explanation.clusters.is_empty() {
        text.push('\n');
        text.push_str(&overview(&explanation.clusters, screen));
    }
    for cluster in explanation
        .clusters
        .iter()
        .filter(|cluster| has_details(cluster, with_scores))
    {
        text.push('\n');
        text.push_str(&details(cluster, with_scores, screen));
    }
    if !explanation.would_fit_if.is_empty() {
        let would = clean(&explanation.would_fit_if);
        let lead = format!("\n{} ", screen.paint(Paint::Hint, "would fit if:"));
        text.push_str(&format!("{}\n", hanging(&lead, 14, &would, screen)));
    }
    if !explanation.victims.is_empty() {
        let who: Vec<String> = explanation.victims.iter().map(victim_line).collect();
        let lead = format!("\n{} ", screen.paint(Paint::Hint, "would take the room of:"));
        text.push_str(&format!(
            "{}\n",
            hanging(&lead, 24, &clean(&who.join(", ")), screen)
        ));
    }
    if !fits && !explanation.retry_events.is_empty() {
        let events = explanation
            .retry_events
            .iter()
            .map(|event| clean(event))
            .collect::<Vec<_>>()
            .join(", ");
        let lead = format!("{} ", screen.paint(Paint::Hint, "tried again when:"));
        text.push_str(&format!("{}\n", hanging(&lead, 18, &events, screen)));
    }
    if !explanation.decisions.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Paint::Title, "Decided earlier")));
    }
    for decision in &explanation.decisions {
        let line = decided(decision, with_scores);
        text.push_str(&format!("{}\n", hanging("  ", 4, &line, screen)));
    }
    text
}

/// How a replica came by its place.
fn decided(decision: &PastDecision, with_scores: bool) -> String {
    let scores = if with_scores {
        format!(": {}", scores(&decision.scores))
    } else {
        String::new()
    };
    format!(
        "replica {} (epoch {}) on {}/{}, {} on snapshot {}{scores}",
        decision.slot,
        decision.epoch,
        clean(&decision.cluster),
        clean(&decision.node),
        exact(decision.decide_time.as_ref()),
        decision.snapshot_id,
    )
}

fn short(duration: &pbjson_types::Duration) -> String {
    let seconds = duration.seconds as f64 + f64::from(duration.nanos) / 1e9;
    if seconds < 0.001 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

fn overview(clusters: &[ClusterExplanation], screen: &Screen) -> String {
    let mut table = Table::new(vec![
        Column::whole("CLUSTER"),
        Column::whole("ELIGIBLE"),
        Column::whole("SEEN"),
        Column::whole("FIT"),
        Column::cut_or_left_out("BEST NODE"),
        Column::wrapped("WHY NOT"),
    ]);
    for cluster in clusters {
        let eligible = if cluster.eligible {
            Cell::painted("yes", Paint::Good)
        } else {
            Cell::painted("no", Paint::Warn)
        };
        let why_not = if cluster.eligible {
            most_frequent_rule(cluster)
        } else {
            [cluster.excluded_by.as_str(), cluster.message.as_str()]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(": ")
        };
        table.push(vec![
            cluster.cluster.as_str().into(),
            eligible,
            cluster.nodes_seen.to_string().into(),
            cluster.nodes_feasible.to_string().into(),
            cluster
                .best_node
                .as_ref()
                .map_or("-", |best| best.node.as_str())
                .into(),
            why_not.into(),
        ]);
    }
    table.render(screen)
}

/// The rule that turns away most nodes, and how many other rules turn away some.
fn most_frequent_rule(cluster: &ClusterExplanation) -> String {
    if cluster.nodes_feasible > 0 {
        return String::new();
    }
    let most = cluster.rejections.iter().max_by_key(|rejection| rejection.nodes);
    let Some(RuleRejection { rule, nodes, .. }) = most else {
        return String::new();
    };
    let word = if *nodes == 1 { "node" } else { "nodes" };
    match cluster.rejections.len().saturating_sub(1) {
        0 => format!("{rule} ({nodes} {word})"),
        more => format!("{rule} ({nodes} {word}), +{more} more"),
    }
}

fn has_details(cluster: &ClusterExplanation, with_scores: bool) -> bool {
    !cluster.rejections.is_empty() || (with_scores && cluster.best_node.is_some())
}

fn details(cluster: &ClusterExplanation, with_scores: bool, screen: &Screen) -> String {
    let mut text = format!(
        "{}\n",
        screen.paint(Paint::Title, &format!("Cluster {}", clean(&cluster.cluster)))
    );
    for rejection in &cluster.rejections {
        let nodes = if rejection.nodes == 1 { "node" } else { "nodes" };
        text.push_str(&format!(
            "  {}: {} {nodes} rejected\n",
            clean(&rejection.rule),
            rejection.nodes
        ));
        for sample in &rejection.samples {
            let line = format!("{}: {}", clean(&sample.node), clean(&sample.shortfall));
            text.push_str(&format!("{}\n", hanging("    ", 4, &line, screen)));
        }
        let unnamed = usize::try_from(rejection.nodes)
            .unwrap_or(0)
            .saturating_sub(rejection.samples.len());
        if unnamed > 0 && !rejection.samples.is_empty() {
            text.push_str(&format!("    and {unnamed} more\n"));
        }
    }
    if let (true, Some(best)) = (with_scores, &cluster.best_node) {
        let line = format!("best node {}: {}", clean(&best.node), scores(&best.scores));
        text.push_str(&format!("{}\n", hanging("  ", 2, &line, screen)));
    }
    text
}

/// `name=value`, in the order in which they are compared.
pub fn scores(scores: &[NamedScore]) -> String {
    scores
        .iter()
        .map(|score| format!("{}={}", clean(&score.name), score.value))
        .collect::<Vec<_>>()
        .join(" ")
}
