//! The clusters: have they joined, do their agents report, do their certificates last?

use hourglass_proto::fleet::v1::Cluster;
use hourglass_proto::fleet::v1::cluster::State;

use super::Finding;
use crate::app::App;
use crate::client::{ListQuery, Session};
use crate::names::id_of;
use crate::output::age;

const CHECK: &str = "clusters";
/// Agents renew at two thirds; of the server's default lifetime, a day, eight hours are left then.
const SOON_SECONDS: i64 = 4 * 3_600;

/// One finding for each cluster that needs a look, or one for all.
pub async fn check(session: &Session, app: &App) -> Vec<Finding> {
    let clusters = match session.list_clusters(&ListQuery::all(""), |_| true).await {
        Ok(listed) => listed.items,
        Err(error) => return vec![Finding::failed(CHECK, &error)],
    };
    if clusters.is_empty() {
        return vec![Finding::warning(
            CHECK,
            "none has joined",
            "hourglass token create --cluster NAME, and install the agent there with that token",
        )];
    }
    let now = app.stdout.now;
    let mut findings: Vec<Finding> = clusters
        .iter()
        .filter_map(|cluster| judge(cluster, now))
        .collect();
    findings.extend(clusters.iter().filter_map(|cluster| certificate(cluster, now)));
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("all {} report", clusters.len())));
    }
    findings
}

fn judge(cluster: &Cluster, now: jiff::Timestamp) -> Option<Finding> {
    let name = id_of(&cluster.name);
    let heard = || {
        let last = cluster
            .agent
            .as_ref()
            .and_then(|agent| agent.last_report_time.as_ref());
        match last {
            Some(_) => format!("last heard {} ago", age(last, now)),
            None => "no agent was heard from".to_owned(),
        }
    };
    match cluster.state() {
        State::Ready if cluster.orphans > 0 => Some(Finding::warning(
            CHECK,
            format!(
                "{name} has {} orphans: performers that no placement owns",
                cluster.orphans
            ),
            format!("hourglass get orphans --cluster {name}"),
        )),
        State::Ready => None,
        State::Joining => Some(Finding::warning(
            CHECK,
            format!("{name} is JOINING: its inventory is not complete"),
            "if that lasts, look into the agent's log",
        )),
        State::Suspect => Some(Finding::warning(
            CHECK,
            format!("{name} is SUSPECT: {}", heard()),
            "look at the agent's pod and log, and at the network between the two",
        )),
        State::Unreachable => Some(Finding::fault(
            CHECK,
            format!("{name} is UNREACHABLE: {}", heard()),
            "look at the agent's pod and log, and at the network between the two",
        )),
        State::Cordoned => Some(Finding::warning(
            CHECK,
            format!("{name} is cordoned: it takes no new placements"),
            format!("hourglass uncordon cluster {name}"),
        )),
        State::Leaving => Some(Finding::warning(
            CHECK,
            format!("{name} is leaving"),
            "nothing, if that is wanted",
        )),
        State::Unspecified => None,
    }
}

fn certificate(cluster: &Cluster, now: jiff::Timestamp) -> Option<Finding> {
    let end = cluster.agent.as_ref()?.certificate_expire_time.as_ref()?;
    let left = end.seconds - now.as_second();
    (left < SOON_SECONDS).then(|| {
        Finding::warning(
            CHECK,
            format!(
                "the agent's certificate of {} ends in {} h",
                id_of(&cluster.name),
                left.div_euclid(3_600)
            ),
            "agents renew by themselves: look into its log; with a new join token it can enrol again",
        )
    })
}
