//! Why a turn ended without a place, and which placements the same answer holds for.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use hourglass_engine::{Explanation, NoFit, NoFitReason, RetryHints};
use hourglass_model::ids::{SnapshotId, TenantId};
use hourglass_model::request::ShapeId;

use crate::records::PlacementRecord;

/// The last answer that a waiting placement got. Why at length is found out only when somebody reads it: that goes over all
/// nodes, and most turns are not the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In one word.
    pub reason: NoFitReason,
    /// State of the fleet that it is about.
    pub snapshot: SnapshotId,
    /// Which changes of the fleet can help.
    pub hints: RetryHints,
    /// Nodes or clusters were left out because they had refused it.
    pub avoids: bool,
    /// What the engine does not know of, for people.
    pub note: Option<String>,
    /// Of a gang how many of its replicas would fit, and how many are wanted.
    part: Option<(usize, usize)>,
    told: OnceLock<Told>,
}

/// Why something fits nowhere, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// State of the fleet that it is about.
    pub snapshot: SnapshotId,
    /// At length.
    pub text: String,
}

impl Told {
    /// What an explanation says of a request that waits.
    #[must_use]
    pub fn of(explanation: &Explanation) -> Self {
        let mut text = if explanation.reason.is_some() {
            explanation.summary.clone()
        } else {
            "there is room by now, and its turn comes".to_owned()
        };
        if let Some(hint) = &explanation.would_fit_if {
            text.push_str("; it would fit if ");
            text.push_str(hint);
        }
        Self {
            snapshot: explanation.snapshot,
            text,
        }
    }
}

impl Failure {
    /// What a decision on `snapshot` answered; `avoids`: it left something out that had refused the request.
    #[must_use]
    pub fn of(no_fit: &NoFit, snapshot: SnapshotId, avoids: bool) -> Self {
        let told = no_fit.explanation.as_ref().map(Told::of);
        let is_part = no_fit.reason == NoFitReason::GangDoesNotFit;
        Self {
            reason: no_fit.reason,
            snapshot,
            hints: no_fit.hints.clone(),
            avoids,
            note: None,
            part: is_part.then_some((no_fit.fit, no_fit.slots.len())),
            told: told.map_or_else(OnceLock::new, OnceLock::from),
        }
    }

    /// Why at length, once somebody has read it.
    #[must_use]
    pub fn told(&self) -> Option<&Told> {
        self.told.get()
    }

    /// Keeps why at length, for all that read it; what is kept already stays.
    pub fn tell(&self, told: Told) {
        self.told.get_or_init(|| told);
    }

    /// The same answer, of which nobody has been told why at length.
    #[must_use]
    pub fn untold(&self) -> Self {
        Self {
            told: OnceLock::new(),
            ..self.clone()
        }
    }

    /// What the decision itself said. Of a gang that is also how much of it would fit, as an explanation begins.
    fn in_short(&self) -> String {
        match self.part {
            Some((fit, wanted)) => {
                format!("{fit} of {wanted} replicas would fit, and all are wanted together")
            }
            None => in_short(self.reason).to_owned(),
        }
    }

    /// Why, for people: at length once that is known.
    #[must_use]
    pub fn message(&self) -> String {
        let told = self.told().map(|told| told.text.clone());
        let mut message = told.unwrap_or_else(|| self.in_short());
        if let Some(note) = &self.note {
            message.push_str("; ");
            message.push_str(note);
        }
        message
    }
}

/// What is known of a reason without looking at any node.
#[must_use]
pub fn in_short(reason: NoFitReason) -> &'static str {
    match reason {
        NoFitReason::NoEligibleCluster => "no cluster may take it, or none that has such nodes",
        NoFitReason::WaitingForInventory => "clusters that may take it have not said yet what they have",
        NoFitReason::NoSuchProduct => "no connected cluster has the GPU product or the TEE kind",
        NoFitReason::RulesExcludeAllNodes => "rules turn away every node",
        NoFitReason::PlacementRules => {
            "rules turn away every node, some of them beside the placements and replicas that are there"
        }
        NoFitReason::NoCapacity => "no node that may take it has enough free",
        NoFitReason::Avoided => "what has room is avoided for now",
        NoFitReason::GangDoesNotFit => "not all replicas of the gang fit at once",
        NoFitReason::MissingPrerequisite => "what it needs is missing wherever it could go",
        NoFitReason::NamespaceQuota => "a quota of the namespace is too small wherever there is room",
        NoFitReason::Reserved => "what has room is kept free for one that has waited longer",
    }
}

/// How a placement waits, for who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingNote {
    /// Place in the order of turns, from 1.
    pub position: usize,
    /// Placements in that order.
    pub waiting: usize,
    /// What the last turn was answered; none before the first one of this server.
    pub failure: Option<Arc<Failure>>,
    /// Which nodes are kept for it, when any are.
    pub kept: Option<String>,
    /// Who got the place that it had.
    pub lost: Option<String>,
}

impl WaitingNote {
    /// The message of the condition that says why it waits, with what is known now.
    #[must_use]
    pub fn message(&self, stored: &str) -> String {
        let (position, waiting) = (self.position, self.waiting);
        let kept = self
            .kept
            .as_ref()
            .map_or_else(String::new, |kept| format!("; {kept}"));
        let lost = self
            .lost
            .as_ref()
            .map_or_else(String::new, |lost| format!("{lost}; "));
        let failure = self.failure.as_ref();
        match failure.and_then(|failure| Some((failure, failure.told()?))) {
            Some((failure, told)) => format!(
                "{lost}{}{kept} (as of snapshot {}; {position} of {waiting} in the queue)",
                failure.message(),
                told.snapshot
            ),
            None => format!("{stored}{kept} ({position} of {waiting} in the queue)"),
        }
    }
}

/// What an answer depends on, beside the fleet: two placements that are alike in it get the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Alike {
    tenant: TenantId,
    shape: ShapeId,
    /// Rules of others select by them.
    labels: BTreeMap<String, String>,
    wanted: usize,
    gang: bool,
}

impl Alike {
    /// Of a placement of which no replica has a place: those that are there count in its own rules.
    #[must_use]
    pub fn of(record: &PlacementRecord, shape: ShapeId) -> Option<Self> {
        let fresh = record.assigned().next().is_none();
        fresh.then(|| Self {
            tenant: record.tenant.clone(),
            shape,
            labels: record.labels.clone(),
            wanted: record.slots.len(),
            gang: record.spec.gang,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::testing::{record, slot};
    use crate::records::placement::Observed;

    #[test]
    fn only_what_an_answer_depends_on_tells_placements_apart() {
        let shape = ShapeId(1);
        let one = record("default", "one", "uid-1");
        let two = record("default", "two", "uid-2");
        assert_eq!(Alike::of(&one, shape), Alike::of(&two, shape));
        assert_ne!(Alike::of(&one, shape), Alike::of(&two, ShapeId(2)));
        assert_ne!(
            Alike::of(&one, shape),
            Alike::of(&record("other", "one", "uid-3"), shape)
        );
        let mut labelled = two.clone();
        labelled.labels.insert("a".to_owned(), "b".to_owned());
        assert_ne!(Alike::of(&one, shape), Alike::of(&labelled, shape));
    }

    #[test]
    fn a_placement_that_has_places_is_like_no_other() {
        let mut placed = record("default", "one", "uid-1");
        placed.slots.push(slot(0, "c", "n", Observed::default()));
        assert_eq!(Alike::of(&placed, ShapeId(1)), None);
    }
}
