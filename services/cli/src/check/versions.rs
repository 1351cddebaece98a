//! Versions: client, server and agents should be of one release series.

use std::collections::BTreeMap;

use super::Finding;
use crate::client::{ListQuery, Session};
use crate::commands::CLIENT_VERSION;
use crate::names::id_of;

const CHECK: &str = "versions";

/// Compares all that is known.
pub async fn check(session: &Session) -> Vec<Finding> {
    let Some(server) = session.server_version().map(str::to_owned) else {
        return vec![Finding::skipped(CHECK, "the server does not say its version")];
    };
    let mut findings = Vec::new();
    if !same_series(CLIENT_VERSION, &server) {
        findings.push(Finding::warning(
            CHECK,
            format!("this program is {CLIENT_VERSION}, the server {server}"),
            "use the program that was released with the server",
        ));
    }
    // A tenant may not see the clusters; then there is nothing to compare.
    let clusters = session
        .list_clusters(&ListQuery::all(""), |_| true)
        .await
        .map(|listed| listed.items);
    let mut agents = 0;
    let mut others: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cluster in clusters.unwrap_or_default() {
        if let Some(agent) = cluster
            .agent
            // Without an agent that is connected there is no version.
            .filter(|agent| !agent.version.is_empty())
        {
            agents += 1;
            if same_series(&agent.version, &server) {
                continue;
            }
            others
                .entry(agent.version)
                .or_default()
                .push(id_of(&cluster.name).to_owned());
        }
    }
    for (version, clusters) in others {
        findings.push(Finding::warning(
            CHECK,
            format!(
                "the agents of {} are {version}, the server {server}",
                clusters.join(", ")
            ),
            "upgrade the agents to the server's release",
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(
            CHECK,
            match agents {
                0 => format!("client {CLIENT_VERSION}, server {server}"),
                _ => format!("client {CLIENT_VERSION}, server {server}, agents alike"),
            },
        ));
    }
    findings
}

/// Equal up to the last number; before 1.0 the second number is the series.
fn same_series(a: &str, b: &str) -> bool {
    let series = |version: &str| {
        let mut parts = version.trim_start_matches('v').split('.').map(str::to_owned);
        (parts.next(), parts.next())
    };
    series(a) == series(b)
}

#[cfg(test)]
mod tests {
    use super::same_series;

    #[test]
    fn the_last_number_makes_no_difference() {
        assert!(same_series("0.1.0", "v0.1.7"));
        assert!(!same_series("0.1.0", "0.2.0"));
    }
}
