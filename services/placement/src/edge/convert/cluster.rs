//! Clusters: what is durable, what their agents said, and what their nodes add up to.

use hourglass_engine::totals;
use hourglass_model::Violation;
use hourglass_model::labels::Taint;
use hourglass_model::resource_name::{format_cluster, parse_cluster};
use hourglass_proto::fleet::v1 as proto;
use jiff::Timestamp;
use proto::cluster::State;

use super::numbers::{int32, int64};
use super::optional;
use super::placement_in::{labels_in, request_id_in};
use super::resources::{gpu_total_out, resource_total_out};
use super::timestamp::timestamp;
use crate::edge::violations::Violations;
use crate::scheduler::clusters::{Cluster, Liveness, Session};
use crate::scheduler::core::Core;
use crate::scheduler::port::UpdateCluster;

/// The fields that UpdateCluster changes.
pub const UPDATABLE: &[&str] = &["labels", "taints", "cordoned"];
/// Most taints of one cluster.
pub const MAX_TAINTS: usize = 64;

/// The one state that a cluster shows; a silent one is silent first, and cordoned second.
pub fn state_of(cluster: &Cluster) -> State {
    match cluster.liveness {
        Liveness::Joining => State::Joining,
        Liveness::Suspect => State::Suspect,
        Liveness::Unreachable => State::Unreachable,
        Liveness::Ready if cluster.record.cordoned => State::Cordoned,
        Liveness::Ready => State::Ready,
    }
}

/// The message of a cluster. Adds up its nodes, so it is made only for clusters that are shown.
pub fn cluster_out(core: &Core, cluster: &Cluster, assignments: usize) -> proto::Cluster {
    let record = &cluster.record;
    let totals = core
        .fleet()
        .cluster(&record.name)
        .map(totals::cluster)
        .unwrap_or_default();
    proto::Cluster {
        name: format_cluster(&record.name),
        uid: record.uid.to_string(),
        etag: record.etag(),
        state: state_of(cluster).into(),
        labels: record.labels.clone(),
        taints: record.taints.iter().map(taint_out).collect(),
        cordoned: record.cordoned,
        agent: Some(agent_out(cluster)),
        resources: totals.resources.iter().map(resource_total_out).collect(),
        conditions: conditions_out(cluster),
        create_time: Some(timestamp(record.create_time)),
        nodes: int32(totals.nodes),
        nodes_ready: int32(totals.nodes_ready),
        assignments: int32(assignments),
        orphans: int32(cluster.orphans.len()),
        gpus: totals.gpus.iter().map(gpu_total_out).collect(),
    }
}

fn agent_out(cluster: &Cluster) -> proto::AgentInfo {
    let session = cluster.session.as_ref();
    let text = |part: fn(&Session) -> &String| session.map(part).cloned().unwrap_or_default();
    proto::AgentInfo {
        version: text(|session| &session.agent_version),
        connected_since: session.map(|session| timestamp(session.connect_time)),
        last_report_time: cluster.last_heard_time().map(timestamp),
        inventory_sequence: session
            .and_then(|session| session.inventory_sequence)
            .map(int64)
            .unwrap_or_default(),
        certificate_expire_time: Some(timestamp(cluster.record.certificate_expire_time)),
        protocol_version: session
            .map(|session| int32(session.protocol_version))
            .unwrap_or_default(),
        kubernetes_version: text(|session| &session.kubernetes_version),
    }
}

fn conditions_out(cluster: &Cluster) -> Vec<proto::ClusterCondition> {
    let connected = match &cluster.session {
        Some(session) => condition(
            "CONNECTED",
            true,
            "AGENT_CONNECTED",
            "the agent is connected",
            session.connect_time,
        ),
        None => condition(
            "CONNECTED",
            false,
            "NO_AGENT",
            "no agent is connected; look at the logs of the cluster's agent",
            cluster.last_heard_time().unwrap_or(cluster.record.create_time),
        ),
    };
    let complete = if cluster.is_fresh() {
        condition(
            "INVENTORY_COMPLETE",
            true,
            "INVENTORY_APPLIED",
            "every node is known",
            cluster.liveness_since,
        )
    } else {
        let text = "takes no new placements until the agent has sent all of its nodes";
        condition(
            "INVENTORY_COMPLETE",
            false,
            "WAITING_FOR_INVENTORY",
            text,
            cluster.liveness_since,
        )
    };
    vec![connected, complete]
}

fn condition(
    kind: &str,
    holds: bool,
    reason: &str,
    message: &str,
    since: Timestamp,
) -> proto::ClusterCondition {
    use proto::condition::Status;
    let status = if holds { Status::True } else { Status::False };
    proto::ClusterCondition {
        r#type: kind.to_owned(),
        status: status.into(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        last_transition_time: Some(timestamp(since)),
    }
}

/// The message of a taint.
pub fn taint_out(taint: &Taint) -> proto::Taint {
    proto::Taint {
        key: taint.key.clone(),
        value: taint.value.clone(),
        effect: format!("{:?}", taint.effect),
    }
}

/// What UpdateCluster asks for: only the fields of its mask.
///
/// # Errors
/// Every violation.
pub fn update_in(request: proto::UpdateClusterRequest) -> Result<UpdateCluster, Vec<Violation>> {
    let mut violations = Violations::new();
    let request_id = request_id_in(request.request_id, &mut violations);
    let Some(cluster) = request.cluster else {
        violations.add("cluster", "is required");
        return violations.finish(None);
    };
    let name = violations.check("cluster.name", parse_cluster(&cluster.name));
    let paths = mask_in(request.update_mask.unwrap_or_default().paths, &mut violations);
    let names = |path: &str| paths.iter().any(|known| known == path);
    if names("labels") {
        labels_in("cluster.labels", &cluster.labels, &mut violations);
    }
    let taints = names("taints").then(|| taints_in(&cluster.taints, &mut violations));
    let input = name.map(|name| UpdateCluster {
        cluster: name,
        labels: names("labels").then_some(cluster.labels),
        taints,
        cordoned: names("cordoned").then_some(cluster.cordoned),
        etag: optional(cluster.etag),
        request_id,
    });
    violations.finish(input)
}

/// The paths of a mask; none means all that can be changed, and so does `*` (AIP-134).
fn mask_in(paths: Vec<String>, violations: &mut Violations) -> Vec<String> {
    let all = || UPDATABLE.iter().map(ToString::to_string).collect();
    match paths.as_slice() {
        [] => return all(),
        [only] if only == "*" => return all(),
        _ => {}
    }
    for path in paths.iter().filter(|path| !UPDATABLE.contains(&path.as_str())) {
        let message = format!("{path:?} cannot be changed; known: {}", UPDATABLE.join(", "));
        violations.add("updateMask", message);
    }
    paths
}

fn taints_in(taints: &[proto::Taint], violations: &mut Violations) -> Vec<Taint> {
    if taints.len() > MAX_TAINTS {
        violations.add(
            "cluster.taints",
            format!("has {} taints, more than {MAX_TAINTS}", taints.len()),
        );
    }
    let mut kept: Vec<Taint> = Vec::new();
    for (index, taint) in taints.iter().enumerate() {
        let path = format!("cluster.taints[{index}]");
        let mut found = Vec::new();
        let read = Taint::read(&taint.key, &taint.value, &taint.effect, &path, &mut found);
        violations.extend(found);
        let Some(read) = read else { continue };
        if kept
            .iter()
            .any(|other| other.key == read.key && other.effect == read.effect)
        {
            violations.add(path, format!("{}:{:?} is there twice", read.key, read.effect));
        }
        kept.push(read);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(paths: &[&str]) -> proto::UpdateClusterRequest {
        proto::UpdateClusterRequest {
            cluster: Some(proto::Cluster {
                name: "clusters/eu-1".to_owned(),
                labels: [("tier".to_owned(), "gold".to_owned())].into(),
                taints: vec![proto::Taint {
                    key: "k".into(),
                    value: String::new(),
                    effect: "NoSchedule".into(),
                }],
                cordoned: true,
                ..proto::Cluster::default()
            }),
            update_mask: Some(pbjson_types::FieldMask {
                paths: paths.iter().map(ToString::to_string).collect(),
            }),
            request_id: String::new(),
        }
    }

    #[test]
    fn only_the_fields_of_the_mask_change() {
        let input = update_in(request(&["cordoned"])).unwrap();
        assert_eq!(
            (input.labels, input.taints, input.cordoned),
            (None, None, Some(true))
        );
        let input = update_in(request(&["labels", "taints"])).unwrap();
        assert_eq!(input.labels.unwrap()["tier"], "gold");
        assert_eq!(input.taints.unwrap()[0].to_string(), "k:NoSchedule");
        assert_eq!(input.cordoned, None);
    }

    #[test]
    fn without_a_mask_all_fields_change() {
        for paths in [&[][..], &["*"]] {
            let input = update_in(request(paths)).unwrap();
            assert!(input.labels.is_some() && input.taints.is_some() && input.cordoned.is_some());
        }
    }

    #[test]
    fn unknown_paths_are_refused_with_those_that_are_known() {
        let found = update_in(request(&["state", "labels", "nodes"])).unwrap_err();
        assert_eq!(found.len(), 2);
        assert!(
            found[0].message.contains("known: labels, taints, cordoned"),
            "{}",
            found[0]
        );
    }

    #[test]
    fn bad_names_labels_and_taints_come_together() {
        let mut bad = request(&[]);
        let cluster = bad.cluster.as_mut().unwrap();
        cluster.name = "eu-1".to_owned();
        cluster.labels.insert("a b".to_owned(), String::new());
        cluster.taints.push(proto::Taint {
            key: "k".into(),
            value: String::new(),
            effect: "Never".into(),
        });
        cluster.taints.push(proto::Taint {
            key: "k".into(),
            value: "2".into(),
            effect: "NoSchedule".into(),
        });
        let found = update_in(bad).unwrap_err();
        let paths: Vec<_> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "cluster.name",
                "cluster.labels[a b]",
                "cluster.taints[1].effect",
                "cluster.taints[2]"
            ]
        );
    }
}
