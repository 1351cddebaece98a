//! Single rules of adoption, where the random histories of `recovery` would not say which one broke.

use super::*;
use crate::records::placement::{ConditionKind, ConditionStatus, Reason};
use crate::scheduler::port::{CallError, ExplainSubject};

/// One placement of `replicas` that run.
fn running(replicas: i32) -> World {
    let mut world = World::new(1);
    world.connect_all();
    world.create_one(spec(4, replicas, false));
    for index in 0..CLUSTERS {
        while world.obey(index, false) {}
        world.send_inventory(index);
    }
    world
}

impl World {
    pub(super) fn lose(&mut self, raise: u64) {
        self.disk.clear();
        self.acknowledged.clear();
        self.incarnation += raise;
        self.restart();
    }

    pub(super) fn reasons(&self) -> Vec<String> {
        let clusters = self.core.clusters().iter();
        clusters
            .flat_map(|cluster| cluster.orphans.values().map(|orphan| orphan.reason.clone()))
            .collect()
    }

    fn dial(&mut self, certificate_expire_time: Option<Timestamp>) -> Result<SessionGrant, CallError> {
        let (orders, _) = mpsc::channel(1);
        let input = OpenSession {
            session: SessionId("by-hand".into()),
            cluster: self.members[0].name.clone(),
            cluster_uid: ClusterUid::new("uid-0").unwrap(),
            certificate_expire_time,
            agent_version: "test".into(),
            kubernetes_version: "test".into(),
            protocol_version: 1,
            highest_incarnation: 0,
            highest_term: 0,
            lease_transitions: 0,
            orders,
            last_seen: Arc::new(LastSeen::new(self.clock)),
            connect_time: self.wall,
        };
        self.round(false, |core, round| core.open_session(input, round))
            .unwrap()
    }

    fn delete_p(&mut self) {
        let input = DeletePlacement {
            tenant: tenant(),
            id: PlacementId::new("p").unwrap(),
            etag: None,
            request_id: None,
            force: true,
            traceparent: None,
        };
        self.round(false, |core, round| core.delete_placement(&input, None, round))
            .unwrap()
            .unwrap();
    }

    fn explain_p(&self) -> hourglass_engine::Explanation {
        let id = PlacementId::new("p").unwrap();
        self.core
            .explain(&ExplainSubject::Existing(tenant(), id))
            .unwrap()
            .explanation
    }

    pub(super) fn performers(&self) -> usize {
        self.members.iter().map(|member| member.performers.len()).sum()
    }

    /// Where performers are, by member.
    fn spread(&self) -> Vec<usize> {
        self.members
            .iter()
            .map(|member| member.performers.len())
            .collect()
    }
}

#[test]
fn a_cluster_is_taken_back_only_by_its_certificate_and_only_in_a_recovery() {
    let mut world = World::new(1);
    world.lose(0);
    let expire = Some(world.wall);
    assert!(
        matches!(world.dial(expire), Err(CallError::NotFound(_))),
        "nobody has said that the store was lost"
    );
    world.lose(1);
    assert!(
        matches!(world.dial(None), Err(CallError::NotFound(_))),
        "nothing is proven"
    );
    world.dial(expire).unwrap();
    let back = world.core.clusters().get(&world.members[0].name).unwrap();
    assert!(back.record.cordoned, "what a person had set for it is lost");
    world.restart();
    assert_eq!(world.core.clusters().len(), 1, "it is durable");
}

#[test]
fn without_a_raised_incarnation_what_runs_is_an_orphan() {
    let mut world = running(1);
    let clusters: BTreeMap<String, Vec<u8>> = world
        .disk
        .iter()
        .filter(|(key, _)| key.starts_with("clusters/"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    world.disk = clusters;
    world.restart();
    for index in 0..CLUSTERS {
        world.connect(index);
        while world.obey(index, false) {}
    }
    assert_eq!(world.reasons(), ["no placement owns it"]);
    assert_eq!(world.performers(), 1);
}

#[test]
fn with_another_key_what_runs_is_an_orphan() {
    let mut world = running(1);
    world.seal_dir = tempfile::tempdir().unwrap();
    world.lose(1);
    for index in 0..CLUSTERS {
        world.connect(index);
        while world.obey(index, false) {}
    }
    assert_eq!(
        world.reasons(),
        ["no placement owns it, and its seal does not verify"]
    );
    assert_eq!(world.performers(), 1);
    assert_eq!(world.core.placements().count(), 0);
}

#[test]
fn after_the_recovery_nothing_is_adopted_any_more() {
    let mut world = running(1);
    world.lose(1);
    world.round(false, Core::end_recovery).unwrap().unwrap();
    world.rejoin();
    assert_eq!(world.reasons(), ["no placement owns it"]);
}

impl World {
    /// The clusters join anew, by a token.
    fn rejoin(&mut self) {
        for index in 0..CLUSTERS {
            let record = ClusterRecord {
                name: self.members[index].name.clone(),
                uid: ClusterUid::new(format!("uid-{index}")).unwrap(),
                labels: BTreeMap::new(),
                taints: vec![],
                cordoned: false,
                create_time: self.wall,
                certificate_expire_time: self.wall,
            };
            let key = crate::records::keys::cluster(&record.name).unwrap();
            let value = crate::records::encode(key.as_str(), &record).unwrap();
            self.disk.insert(key.as_str().to_owned(), value);
        }
        self.restart();
        for index in 0..CLUSTERS {
            self.connect(index);
            while self.obey(index, false) {}
        }
    }
}

#[test]
fn what_was_deleted_before_its_cluster_came_back_goes_when_it_does() {
    let mut world = running(3);
    let spread = world.spread();
    assert!(
        spread.iter().all(|here| *here > 0),
        "both clusters run a part: {spread:?}"
    );
    world.lose(1);
    world.connect(0);
    while world.obey(0, false) {}
    world.delete_p();
    while world.obey(0, false) {}
    assert_eq!(world.members[0].performers.len(), 0);
    let placement = world.core.placements().next().expect("it waits for the rest");
    assert_eq!(placement.state, PlacementState::Deleting);
    world.connect(1);
    while world.obey(1, false) {}
    assert_eq!(world.performers(), 0);
    assert_eq!(world.core.placements().count(), 0);
}

#[test]
fn of_two_that_claim_a_slot_the_higher_epoch_stays_whoever_comes_back_first() {
    for first in 0..CLUSTERS {
        let mut world = running(1);
        let (old, new) = if world.members[0].performers.is_empty() {
            (1, 0)
        } else {
            (0, 1)
        };
        // Its node rejects it; it goes to the other cluster, and the removal never arrives.
        world.cordon(old);
        world.report_all(old, true);
        world.disconnect(old);
        while world.obey(new, false) {}
        assert_eq!(world.spread(), [1, 1]);
        world.lose(1);
        for index in [first, 1 - first] {
            world.connect(index);
            while world.obey(index, false) {}
        }
        world.settle();
        assert_eq!(world.members[old].performers.len(), 0, "the lower epoch drains");
        assert_eq!(world.members[new].performers.len(), 1);
        assert_eq!(
            world.core.placements().next().unwrap().state,
            PlacementState::Ready
        );
    }
}

/// `running(1)` of a store that was restored, and whose clusters are back without the performer.
fn restored_without_the_performer() -> World {
    let mut world = running(1);
    for member in &mut world.members {
        member.performers.clear();
    }
    world.incarnation += 1;
    world.restart();
    world.connect_all();
    world
}

#[test]
fn what_a_backup_places_and_nobody_runs_waits_for_the_end_of_the_recovery_and_says_so() {
    let mut world = restored_without_the_performer();
    let record = world.core.placements().next().unwrap();
    assert_eq!(record.state, PlacementState::Pending);
    let said = |kind| {
        let found = record.condition(kind).unwrap();
        (found.status, found.reason)
    };
    assert_eq!(
        said(ConditionKind::Scheduled),
        (ConditionStatus::False, Reason::WaitingForInventory)
    );
    assert_eq!(
        said(ConditionKind::Dispatched),
        (ConditionStatus::False, Reason::WaitingForPlace)
    );
    assert_eq!((world.performers(), world.core.replicas_held()), (0, 1));
    let explained = world.explain_p();
    assert!(
        explained.summary.starts_with("1 replicas were not found"),
        "{}",
        explained.summary
    );
    assert_eq!(
        explained.retry_events.first().map(String::as_str),
        Some("RECOVERY_ENDED")
    );

    world.round(false, Core::end_recovery).unwrap().unwrap();
    world.settle();
    let record = world.core.placements().next().unwrap();
    assert_eq!((record.state, world.performers()), (PlacementState::Ready, 1));
    assert_eq!(world.core.replicas_held(), 0);
    let explained = world.explain_p();
    assert!(!explained.summary.contains("recovery"), "{}", explained.summary);
}

#[test]
fn a_cluster_that_has_not_said_what_it_runs_takes_nothing_and_is_not_called_cordoned() {
    let mut world = running(1);
    world.incarnation += 1;
    world.restart();
    let excluded = |world: &World| -> Vec<(Option<String>, String)> {
        let clusters = world.explain_p().clusters.into_iter();
        clusters
            .map(|cluster| (cluster.excluded_by, cluster.message))
            .collect()
    };
    for (rule, message) in excluded(&world) {
        assert_eq!(rule.as_deref(), Some("ClusterHealth"), "{message}");
        assert!(message.contains("has not said yet what it runs"), "{message}");
    }
    world.connect_all();
    for (rule, message) in excluded(&world) {
        assert_eq!(rule, None, "{message}");
    }
}

#[test]
fn what_a_backup_brings_back_and_is_deleted_again_is_not_started_when_the_recovery_ends() {
    let mut world = restored_without_the_performer();
    world.delete_p();
    assert_eq!(
        world.core.placements().next().unwrap().state,
        PlacementState::Deleting
    );
    world.round(false, Core::end_recovery).unwrap().unwrap();
    world.settle();
    assert_eq!((world.performers(), world.core.placements().count()), (0, 0));
}
