//! The decision of an update: from what exists to the next steps. Pure; the only place that knows how versions
//! replace each other.
//!
//! Every version of the spec has a Deployment of its own. At any time the Service points at one of them (or at none),
//! and moving it is the switch. The rule that everything here serves: **while something serves, it goes on serving
//! until its successor is ready**, unless the owner asked for `Recreate`.

use std::time::Duration;

use hourglass_performer_api::UpdateStrategy;
use k8s_openapi::jiff::Timestamp;

use super::spec_hash::SpecHash;

/// State of a version's Deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeploymentState {
    /// There is none (any more); pods of it may still be there.
    Absent,
    /// It exists.
    Present,
    /// It is being deleted and cannot be revived.
    Deleting,
}

/// One version, as it is seen.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) hash: SpecHash,
    pub(crate) deployment: DeploymentState,
    /// Replicas that its Deployment asks for.
    pub(crate) replicas: i32,
    /// Pods that serve.
    pub(crate) ready_pods: usize,
    /// All its pods, those that are terminating included.
    pub(crate) pods: usize,
    /// Whether all its replicas were up at some time.
    pub(crate) came_up: bool,
    /// Whether it will not come up by waiting.
    pub(crate) failing: bool,
    /// When the Service moved away from it.
    pub(crate) draining_since: Option<Timestamp>,
    /// When its Deployment was created.
    pub(crate) created: Option<Timestamp>,
}

/// What the spec asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) hash: SpecHash,
    pub(crate) replicas: i32,
    pub(crate) strategy: UpdateStrategy,
    pub(crate) staged: bool,
}

/// Everything that a decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) wanted: Wanted,
    pub(crate) versions: Vec<Version>,
    /// The version that the Service points at.
    pub(crate) service: Option<SpecHash>,
    pub(crate) drain: Duration,
    pub(crate) now: Timestamp,
}

/// One thing to do. They are done in order; a failure leaves the rest for the next pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The Deployment of this version exists, with these replicas and this mark.
    Apply {
        hash: SpecHash,
        replicas: i32,
        draining_since: Option<Timestamp>,
    },
    /// The Service points at this version, or at none.
    PointService { target: Option<SpecHash> },
    /// The Deployment of this version goes, and its pods with it.
    Delete { hash: SpecHash },
}

/// Why the wanted version does not serve although nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// `update.staged` keeps it back.
    Staged,
    /// `Recreate`: the old version must be gone first.
    OldMustGoFirst,
}

/// The next steps, and what will be true after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// The version that the Service points at afterwards.
    pub(crate) target: Option<SpecHash>,
    pub(crate) hold: Option<Hold>,
    /// When to decide again although nothing happens.
    pub(crate) wake_after: Option<Duration>,
}

/// Decides.
pub(crate) fn plan(situation: &Situation) -> Plan {
    let wanted = &situation.wanted;
    let replacing = wanted.strategy == UpdateStrategy::Recreate && !wanted.staged;
    if replacing && situation.others().any(Version::is_there) {
        return make_room(situation);
    }
    let target = choose_target(situation);
    let mut plan = Plan {
        steps: Vec::new(),
        hold: (wanted.staged && target.as_ref() != Some(&wanted.hash)).then_some(Hold::Staged),
        target,
        wake_after: None,
    };
    // A Deployment that is being deleted cannot be revived; its end is an event, and then it is made anew. A staged
    // Recreate waits with everything: two versions at once is what its owner does not want.
    let recreate_waits = wanted.strategy == UpdateStrategy::Recreate
        && situation.others().any(Version::is_there)
        && situation
            .version(&wanted.hash)
            .is_none_or(|version| version.deployment == DeploymentState::Absent);
    let deleting = situation
        .version(&wanted.hash)
        .is_some_and(|version| version.deployment == DeploymentState::Deleting);
    if !deleting && !recreate_waits {
        plan.apply(&wanted.hash, wanted.replicas, None);
    }
    settle_others(situation, &mut plan);
    plan
}

/// `Recreate`: the others go first, with their pods.
fn make_room(situation: &Situation) -> Plan {
    let present = situation
        .others()
        .filter(|version| version.deployment == DeploymentState::Present);
    Plan {
        steps: present
            .map(|version| Step::Delete {
                hash: version.hash.clone(),
            })
            .collect(),
        target: situation.service.clone(),
        hold: Some(Hold::OldMustGoFirst),
        wake_after: None,
    }
}

/// Which version should serve.
fn choose_target(situation: &Situation) -> Option<SpecHash> {
    let wanted = &situation.wanted;
    let successor = situation
        .version(&wanted.hash)
        .filter(|version| version.is_usable());
    let successor_ready = successor.map_or(0, |version| version.ready_pods);
    let current = situation
        .service
        .as_ref()
        .and_then(|hash| situation.version(hash));
    match current.filter(|version| version.is_usable()) {
        Some(current) if current.hash == wanted.hash => Some(wanted.hash.clone()),
        Some(current) => {
            let complete = usize::try_from(wanted.replicas).is_ok_and(|replicas| successor_ready >= replicas);
            let serves_nothing = current.ready_pods == 0;
            // One that never came up, or will not again, is no reason to wait; it may even hold the resources that
            // its successor needs.
            let hopeless = !current.came_up || current.failing;
            let switch = complete || (serves_nothing && (successor_ready > 0 || hopeless));
            Some(
                if switch && !wanted.staged {
                    &wanted.hash
                } else {
                    &current.hash
                }
                .clone(),
            )
        }
        // The Service is new, was deleted, or points at what is gone: take what serves.
        None if successor_ready > 0 && !wanted.staged => Some(wanted.hash.clone()),
        None => {
            let serving = situation
                .others()
                .filter(|version| version.is_usable() && version.ready_pods > 0);
            let newest = serving
                .max_by_key(|version| version.created)
                .map(|version| version.hash.clone());
            newest.or_else(|| (!wanted.staged).then(|| wanted.hash.clone()))
        }
    }
}

/// The Service, and what becomes of the versions that are not wanted.
fn settle_others(situation: &Situation, plan: &mut Plan) {
    let mut after_switch = Vec::new();
    for version in situation
        .others()
        .filter(|version| version.deployment == DeploymentState::Present)
    {
        if plan.target.as_ref() == Some(&version.hash) {
            // It serves on, with as many replicas as are asked for now.
            plan.apply(&version.hash, situation.wanted.replicas, None);
            continue;
        }
        let was_serving = situation.service.as_ref() == Some(&version.hash) && version.ready_pods > 0;
        // The mark of a pass that ended before it moved the Service says nothing: this version has served until now.
        match version.draining_since.filter(|_| !was_serving) {
            // Marked before the Service moves: should we die in between, the mark is there or nothing has moved.
            None if was_serving => {
                plan.apply(&version.hash, version.replicas, Some(situation.now));
                plan.wake_in(situation.drain);
            }
            Some(since) => match remaining(since, situation) {
                Some(left) => plan.wake_in(left),
                None => after_switch.push(Step::Delete {
                    hash: version.hash.clone(),
                }),
            },
            None => after_switch.push(Step::Delete {
                hash: version.hash.clone(),
            }),
        }
    }
    plan.steps.push(Step::PointService {
        target: plan.target.clone(),
    });
    plan.steps.append(&mut after_switch);
}

/// What is left of a version's time to drain.
fn remaining(since: Timestamp, situation: &Situation) -> Option<Duration> {
    // A mark from the future (a clock was set back) counts as from now.
    let drained = Duration::try_from(situation.now.duration_since(since)).unwrap_or_default();
    situation
        .drain
        .checked_sub(drained)
        .filter(|left| !left.is_zero())
}

impl Situation {
    fn version(&self, hash: &SpecHash) -> Option<&Version> {
        self.versions.iter().find(|version| version.hash == *hash)
    }

    fn others(&self) -> impl Iterator<Item = &Version> {
        self.versions
            .iter()
            .filter(|version| version.hash != self.wanted.hash)
    }
}

impl Version {
    fn is_usable(&self) -> bool {
        self.deployment == DeploymentState::Present
    }

    fn is_there(&self) -> bool {
        self.deployment != DeploymentState::Absent || self.pods > 0
    }
}

impl Plan {
    fn apply(&mut self, hash: &SpecHash, replicas: i32, draining_since: Option<Timestamp>) {
        self.steps.push(Step::Apply {
            hash: hash.clone(),
            replicas,
            draining_since,
        });
    }

    fn wake_in(&mut self, delay: Duration) {
        self.wake_after = Some(self.wake_after.map_or(delay, |earlier| earlier.min(delay)));
    }
}

#[cfg(test)]
mod tests;
