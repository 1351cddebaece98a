//! Steps that tests with a plot are told in.

use std::time::Duration;

use hourglass_model::ids::PlacementId;
use hourglass_model::placement::PlacementSpec;

use super::*;
use crate::records::placement::{ConditionKind, Reason};
use crate::scheduler::port::{CallError, ExplainSubject, PlacementAnswer, UpdateCluster};

pub(super) fn id(text: &str) -> PlacementId {
    PlacementId::new(text).unwrap()
}

impl World {
    pub(super) fn ask(&mut self, name: &str, spec: PlacementSpec) {
        self.ask_labelled(name, &[], spec);
    }

    pub(super) fn ask_labelled(&mut self, name: &str, labels: &[(&str, &str)], spec: PlacementSpec) {
        let labels = labels.iter();
        let input = CreatePlacement {
            labels: labels
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            ..creation(id(name), spec)
        };
        self.round(false, |core, round| core.create_placement(&input, None, round))
            .unwrap()
            .unwrap();
        self.acknowledged.insert(id(name));
    }

    /// A call as the port makes it: what is decided, and then why at length.
    pub(super) fn call(&mut self, input: &CreatePlacement) -> Result<PlacementAnswer, CallError> {
        let answer = self
            .round(false, |core, round| core.create_placement(input, None, round))
            .unwrap();
        let wish = ExplainSubject::New {
            tenant: input.tenant.clone(),
            labels: input.labels.clone(),
            spec: Box::new(input.spec.clone()),
        };
        match answer {
            Ok(answer) => Ok(self.core.tell_rehearsed(answer, self.clock)),
            Err(CallError::FitsNowhere(reason)) => Err(self.core.why_refused(reason, &wish)),
            Err(error) => Err(error),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        let input = DeletePlacement {
            tenant: tenant(),
            id: id(name),
            etag: None,
            request_id: None,
            force: false,
            traceparent: None,
        };
        self.round(false, |core, round| core.delete_placement(&input, None, round))
            .unwrap()
            .unwrap();
        self.deleted.insert(id(name));
    }

    pub(super) fn tick(&mut self) {
        self.round(false, |core, round| {
            core.end_avoidances(round.instant);
            core.fire_timers(round);
            core.write_old_texts(round);
        });
    }

    pub(super) fn later(&mut self, length: Duration) {
        self.clock += length;
        self.wall = self
            .wall
            .checked_add(SignedDuration::try_from(length).unwrap())
            .unwrap();
    }

    pub(super) fn state(&self, name: &str) -> PlacementState {
        self.core.placement(&tenant(), &id(name)).unwrap().state
    }

    pub(super) fn scheduled(&self, name: &str) -> Reason {
        let record = self.core.placement(&tenant(), &id(name)).unwrap();
        record.condition(ConditionKind::Scheduled).unwrap().reason
    }

    pub(super) fn is_placed(&self, name: &str) -> bool {
        self.core
            .placement(&tenant(), &id(name))
            .unwrap()
            .assigned()
            .count()
            > 0
    }

    /// A person keeps a cluster free of anything new.
    pub(super) fn cordon(&mut self, index: usize) {
        let input = UpdateCluster {
            cluster: self.members[index].name.clone(),
            labels: None,
            taints: None,
            cordoned: Some(true),
            etag: None,
            request_id: None,
        };
        self.round(false, |core, round| core.update_cluster(input, None, round))
            .unwrap()
            .unwrap();
    }

    /// All that is ordered is done, once.
    pub(super) fn pump(&mut self) {
        for index in 0..CLUSTERS {
            while self.obey(index, false) {}
            self.send_inventory(index);
            self.report_all(index, false);
        }
    }
}

/// A world in which all is connected and four placements take every GPU.
pub(super) fn full() -> World {
    let mut world = World::new(1);
    world.connect_all();
    for number in 0..CLUSTERS * NODES {
        world.ask(&format!("full-{number}"), spec(GPUS, 1, false));
    }
    world.pump();
    world
}
