//! A placement as clients see it.

use std::collections::BTreeMap;

use hourglass_engine::Explanation;
use hourglass_model::ids::{Epoch, Slot};
use hourglass_proto::fleet::v1 as proto;

use jiff::Timestamp;

use super::explanation::explanation_out;
use super::numbers::{int32, int64};
use super::spec::spec_out;
use super::timestamp::timestamp;
use crate::records::placement::{
    AssignmentRecord, AttemptRecord, ConditionKind, ConditionRecord, ConditionStatus, EventRecord, Phase,
    PlacementRecord, PlacementState, Reason, SlotRecord,
};
use crate::scheduler::queue::WaitingNote;
use crate::scheduler::queued_orders::QueuedNote;
use crate::scheduler::state::state_of;
use crate::scheduler::victims::VictimNote;

/// When agents last observed the slots of a placement; kept in memory only, so a record does not have it.
pub type ObserveTimes = BTreeMap<Slot, Timestamp>;

/// The message of a record, with its explanation where the caller asked for it.
pub fn placement_out(
    record: &PlacementRecord,
    observe_times: &ObserveTimes,
    explanation: Option<&Explanation>,
) -> proto::Placement {
    proto::Placement {
        name: record.name(),
        uid: record.uid.to_string(),
        etag: record.etag.clone(),
        create_time: Some(timestamp(record.create_time)),
        update_time: Some(timestamp(record.update_time)),
        labels: record.labels.clone(),
        annotations: record.annotations.clone(),
        spec: Some(spec_out(&record.spec)),
        // Of the slots as they stand here: an answer can be made before the loop has written the state down anew.
        state: state_out(state_of(record)).into(),
        conditions: record.conditions.iter().map(condition_out).collect(),
        assignments: record
            .slots
            .iter()
            .flat_map(|slot| {
                let successor = slot.successor.iter();
                let serving = slot_out(slot, observe_times);
                let successor = successor.map(|one| place_out(slot.slot, one.epoch, &one.assignment));
                serving.into_iter().chain(successor)
            })
            .collect(),
        explanation: explanation.map(explanation_out),
        traceparent: record.traceparent.clone().unwrap_or_default(),
        generation: int64(record.generation.0),
        observed_generation: int64(observed_generation(record)),
        delete_time: record.delete_time.map(timestamp),
        events: record.events.iter().map(event_out).collect(),
        // Of one answer, not of the record: whoever answers adds them.
        victims: Vec::new(),
        queue_position: None,
        update_plan: None,
    }
}

/// Says of a placement that waits how it does.
pub fn add_waiting(message: &mut proto::Placement, note: &WaitingNote) {
    message.queue_position = Some(i32::try_from(note.position).unwrap_or(i32::MAX));
    let scheduled = proto::condition::Type::Scheduled;
    for condition in &mut message.conditions {
        if condition.r#type() == scheduled && condition.status() == proto::condition::Status::False {
            condition.message = note.message(&condition.message);
        }
    }
}

/// Says of a placement whose orders stand behind others that they do: its agent is there.
pub fn add_queued(message: &mut proto::Placement, note: &QueuedNote) {
    let dispatched = proto::condition::Type::Dispatched;
    for condition in &mut message.conditions {
        if condition.r#type() == dispatched {
            condition.set_reason(reason_out(Reason::OrderQueued));
            condition.message = format!("{}; {note}", condition.message);
        }
    }
}

/// Says who makes room for a placement.
pub fn add_victims(message: &mut proto::Placement, victims: &[VictimNote]) {
    message.victims = victims.iter().map(victim_out).collect();
}

/// A replica that makes room.
pub fn victim_out(victim: &VictimNote) -> proto::Victim {
    proto::Victim {
        placement: victim.placement.clone().unwrap_or_default(),
        slot: int32(victim.slot.0),
        epoch: int64(victim.epoch.0),
        cluster: victim.cluster.to_string(),
        node: victim.node.to_string(),
        priority: victim.priority,
        for_slot: int32(victim.for_slot.0),
    }
}

/// State as the API names it.
fn state_out(state: PlacementState) -> proto::placement::State {
    use proto::placement::State;
    match state {
        PlacementState::Pending => State::Pending,
        PlacementState::Assigned => State::Assigned,
        PlacementState::Applied => State::Applied,
        PlacementState::Ready => State::Ready,
        PlacementState::Degraded => State::Degraded,
        PlacementState::Failed => State::Failed,
        PlacementState::Deleting => State::Deleting,
    }
}

/// The oldest generation that any replica carries; what has no place yet waits with the current one.
fn observed_generation(record: &PlacementRecord) -> u64 {
    let oldest = record
        .assigned()
        .map(|(_, assignment)| assignment.generation)
        .min();
    oldest.unwrap_or(record.generation).min(record.generation).0
}

fn condition_out(condition: &ConditionRecord) -> proto::Condition {
    use proto::condition::{Status, Type};
    let kind = match condition.kind {
        ConditionKind::Scheduled => Type::Scheduled,
        ConditionKind::Dispatched => Type::Dispatched,
        ConditionKind::Serving => Type::Serving,
        ConditionKind::Released => Type::Released,
        ConditionKind::Updated => Type::Updated,
    };
    let status = match condition.status {
        ConditionStatus::True => Status::True,
        ConditionStatus::False => Status::False,
        ConditionStatus::Unknown => Status::Unknown,
    };
    proto::Condition {
        r#type: kind.into(),
        status: status.into(),
        reason: reason_out(condition.reason).into(),
        message: condition.message.clone(),
        last_transition_time: Some(timestamp(condition.last_transition_time)),
    }
}

fn reason_out(reason: Reason) -> proto::condition::Reason {
    use proto::condition::Reason as Wire;
    match reason {
        Reason::Decided => Wire::Decided,
        Reason::NoCapacity => Wire::NoCapacity,
        Reason::NoSuchProduct => Wire::NoSuchProduct,
        Reason::NoEligibleCluster => Wire::NoEligibleCluster,
        Reason::RulesExcludeAllNodes => Wire::RulesExcludeAllNodes,
        Reason::GangDoesNotFit => Wire::GangDoesNotFit,
        Reason::Avoided => Wire::Avoided,
        Reason::WaitingForInventory => Wire::WaitingForInventory,
        Reason::WaitingForPlace => Wire::WaitingForPlace,
        Reason::WaitingForAgent => Wire::WaitingForAgent,
        Reason::ApplyAcknowledged => Wire::ApplyAcknowledged,
        Reason::ApplyRefused => Wire::ApplyRefused,
        Reason::WaitingForPerformer => Wire::WaitingForPerformer,
        Reason::AllReplicasReady => Wire::AllReplicasReady,
        Reason::SomeReplicasNotReady => Wire::SomeReplicasNotReady,
        Reason::ClusterSilent => Wire::ClusterSilent,
        Reason::WaitingForRemoval => Wire::WaitingForRemoval,
        Reason::NodeRejected => Wire::NodeRejected,
        Reason::UnschedulableInCluster => Wire::UnschedulableInCluster,
        Reason::Preempted => Wire::Preempted,
        Reason::WaitingForVictims => Wire::WaitingForVictims,
        Reason::RoomElsewhere => Wire::RoomElsewhere,
        Reason::VictimsStay => Wire::VictimsStay,
        Reason::QueueTimeout => Wire::QueueTimeout,
        Reason::StartDeadlineExceeded => Wire::StartDeadlineExceeded,
        Reason::Expired => Wire::Expired,
        Reason::Updating => Wire::Updating,
        Reason::UpdateBlocked => Wire::UpdateBlocked,
        Reason::ProgressDeadlineExceeded => Wire::ProgressDeadlineExceeded,
        Reason::UpToDate => Wire::UpToDate,
        Reason::MissingPrerequisite => Wire::MissingPrerequisite,
        Reason::NamespaceQuota => Wire::NamespaceQuota,
        Reason::Reserved => Wire::Reserved,
        Reason::GangBackedOut => Wire::GangBackedOut,
        Reason::Evicted => Wire::Evicted,
        Reason::Drained => Wire::Drained,
        Reason::Superseded => Wire::Superseded,
        Reason::AttemptsExhausted => Wire::AttemptsExhausted,
        Reason::PlacementRules => Wire::PlacementRules,
        Reason::OrderQueued => Wire::OrderQueued,
    }
}

/// A slot that has a place, or had one: its earlier attempts are worth seeing while it waits.
fn slot_out(slot: &SlotRecord, observe_times: &ObserveTimes) -> Option<proto::Assignment> {
    let attempts: Vec<_> = slot.attempts.iter().map(attempt_out).collect();
    let (number, epoch) = (int32(slot.slot.0), int64(slot.epoch.0));
    let Some(assignment) = &slot.assignment else {
        let waiting = proto::Assignment {
            slot: number,
            epoch,
            attempts,
            ..proto::Assignment::default()
        };
        return Some(waiting).filter(|waiting| !waiting.attempts.is_empty());
    };
    Some(proto::Assignment {
        observe_time: observe_times.get(&slot.slot).copied().map(timestamp),
        attempts,
        ..place_out(slot.slot, slot.epoch, assignment)
    })
}

/// A place of a slot, at this epoch: the one that serves, or its successor.
fn place_out(slot: Slot, epoch: Epoch, assignment: &AssignmentRecord) -> proto::Assignment {
    let observed = &assignment.observed;
    proto::Assignment {
        slot: int32(slot.0),
        epoch: int64(epoch.0),
        cluster: assignment.cluster.to_string(),
        node: node_of(assignment).to_owned(),
        generation: int64(assignment.generation.0),
        performer: assignment.performer(),
        endpoints: endpoints_out(assignment),
        phase: phase_out(assignment).into(),
        ready: observed.serves(),
        message: observed.message.clone(),
        observe_time: None,
        attempts: Vec::new(),
        scores: assignment
            .scores
            .iter()
            .map(|(name, value)| proto::NamedScore {
                name: name.clone(),
                value: *value,
            })
            .collect(),
        snapshot_id: int64(assignment.snapshot.0),
        disruption: observed.disruption.clone(),
    }
}

/// Where the pod really is, once that is known; the chosen node before.
pub fn node_of(assignment: &AssignmentRecord) -> &str {
    if assignment.observed.node.is_empty() {
        assignment.node.as_ref().map_or("", |node| node.as_str())
    } else {
        &assignment.observed.node
    }
}

fn endpoints_out(assignment: &AssignmentRecord) -> Vec<proto::Endpoint> {
    let address = &assignment.observed.endpoint;
    if address.is_empty() {
        return Vec::new();
    }
    vec![proto::Endpoint {
        scope: proto::endpoint::Scope::ClusterLocal.into(),
        address: address.clone(),
        tls_server_name: String::new(),
        ready: assignment.observed.serves(),
    }]
}

fn phase_out(assignment: &AssignmentRecord) -> proto::assignment::Phase {
    use proto::assignment::Phase as Wire;
    if assignment.observed.silent {
        return Wire::Unknown;
    }
    match assignment.observed.phase {
        Phase::Dispatching => Wire::Dispatching,
        Phase::Accepted => Wire::Accepted,
        Phase::Starting => Wire::Starting,
        Phase::Running => Wire::Running,
        Phase::Upgrading => Wire::Upgrading,
        Phase::Terminating => Wire::Terminating,
        Phase::Broken => Wire::Broken,
        Phase::Refused => Wire::Refused,
    }
}

fn attempt_out(attempt: &AttemptRecord) -> proto::Attempt {
    proto::Attempt {
        epoch: int64(attempt.epoch.0),
        cluster: attempt.cluster.to_string(),
        node: attempt.node.as_ref().map(ToString::to_string).unwrap_or_default(),
        reason: reason_out(attempt.reason).into(),
        message: attempt.message.clone(),
        end_time: Some(timestamp(attempt.end_time)),
    }
}

fn event_out(event: &EventRecord) -> proto::PlacementEvent {
    proto::PlacementEvent {
        time: Some(timestamp(event.time)),
        reason: event.reason.clone(),
        message: event.text(),
        trace_id: event.trace_id.clone(),
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{ClusterName, Generation};
    use proto::assignment::Phase as WirePhase;

    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    fn running(silent: bool) -> Observed {
        Observed {
            phase: Phase::Running,
            ready: true,
            endpoint: "web-0.avs.svc:9090".to_owned(),
            silent,
            ..Observed::default()
        }
    }

    #[test]
    fn a_running_replica_shows_its_place_and_endpoint() {
        let mut record = record("default", "web", "uid-1");
        record.slots.push(slot(0, "eu-1", "node-1", running(false)));
        let times = ObserveTimes::from([(Slot(0), Timestamp::UNIX_EPOCH)]);
        let message = placement_out(&record, &times, None);
        assert_eq!(
            (message.name.as_str(), message.uid.as_str()),
            ("tenants/default/placements/web", "uid-1")
        );
        let assignment = &message.assignments[0];
        assert_eq!(
            (assignment.cluster.as_str(), assignment.node.as_str()),
            ("eu-1", "node-1")
        );
        assert_eq!(
            (assignment.performer.as_str(), assignment.epoch),
            ("avs/web-0", 3)
        );
        assert_eq!((assignment.phase(), assignment.ready), (WirePhase::Running, true));
        assert_eq!(
            (assignment.scores[0].name.as_str(), assignment.snapshot_id),
            ("stranded_gpu", 17)
        );
        assert!(assignment.observe_time.is_some());
        let endpoint = &assignment.endpoints[0];
        assert_eq!(endpoint.scope(), proto::endpoint::Scope::ClusterLocal);
        assert_eq!(
            (endpoint.address.as_str(), endpoint.ready),
            ("web-0.avs.svc:9090", true)
        );
    }

    #[test]
    fn of_a_silent_cluster_nothing_counts_as_serving() {
        let mut record = record("default", "web", "uid-1");
        record.slots.push(slot(0, "eu-1", "node-1", running(true)));
        let assignment = placement_out(&record, &ObserveTimes::new(), None)
            .assignments
            .remove(0);
        assert_eq!(
            (assignment.phase(), assignment.ready),
            (WirePhase::Unknown, false)
        );
        assert!(!assignment.endpoints[0].ready);
    }

    #[test]
    fn a_replica_that_should_move_says_why() {
        let mut record = record("default", "web", "uid-1");
        let disturbed = Observed {
            disruption: "NODE_CORDONED".to_owned(),
            ..running(false)
        };
        record.slots.push(slot(0, "eu-1", "node-1", disturbed));
        let assignment = placement_out(&record, &ObserveTimes::new(), None)
            .assignments
            .remove(0);
        assert!(assignment.ready, "it serves on");
        assert_eq!(assignment.disruption, "NODE_CORDONED");
    }

    #[test]
    fn the_node_that_the_pod_is_really_on_is_the_one_shown() {
        let mut record = record("default", "web", "uid-1");
        let elsewhere = Observed {
            node: "node-2".to_owned(),
            ..running(false)
        };
        record.slots.push(slot(0, "eu-1", "node-1", elsewhere));
        assert_eq!(
            placement_out(&record, &ObserveTimes::new(), None).assignments[0].node,
            "node-2"
        );
    }

    #[test]
    fn what_is_only_rehearsed_has_no_performer() {
        let mut record = record("default", "web", "uid-1");
        record.slots.push(slot(0, "eu-1", "node-1", Observed::default()));
        let performer = |record: &PlacementRecord| {
            placement_out(record, &ObserveTimes::new(), None).assignments[0]
                .performer
                .clone()
        };
        assert_eq!(performer(&record), "avs/web-0");
        let assignment = record.slots[0].assignment.as_mut().unwrap();
        assignment.object_name.clear();
        assert_eq!(performer(&record), "");
    }

    #[test]
    fn a_slot_that_waits_shows_only_what_it_tried() {
        let mut record = record("default", "web", "uid-1");
        let waiting = |attempts| SlotRecord {
            epoch: Epoch(2),
            attempts,
            ..SlotRecord::waiting(Slot(0), 1)
        };
        record.slots = vec![waiting(Vec::new())];
        assert!(
            placement_out(&record, &ObserveTimes::new(), None)
                .assignments
                .is_empty()
        );
        record.slots = vec![waiting(vec![AttemptRecord {
            epoch: Epoch(1),
            cluster: ClusterName::new("eu-1").unwrap(),
            node: None,
            reason: Reason::NodeRejected,
            message: "taken by a local pod".to_owned(),
            end_time: Timestamp::UNIX_EPOCH,
        }])];
        let assignment = placement_out(&record, &ObserveTimes::new(), None)
            .assignments
            .remove(0);
        assert_eq!(
            (assignment.cluster.as_str(), assignment.phase()),
            ("", WirePhase::Unspecified)
        );
        assert_eq!(
            assignment.attempts[0].reason(),
            proto::condition::Reason::NodeRejected
        );
    }

    #[test]
    fn the_state_describes_the_oldest_generation_that_runs() {
        let mut record = record("default", "web", "uid-1");
        record.generation = Generation(2);
        assert_eq!(
            placement_out(&record, &ObserveTimes::new(), None).observed_generation,
            2
        );
        record.slots.push(slot(0, "eu-1", "node-1", running(false)));
        assert_eq!(
            placement_out(&record, &ObserveTimes::new(), None).observed_generation,
            1
        );
    }
}
