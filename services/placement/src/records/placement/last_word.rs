//! What is said of replicas that do not start: by those that are there, and last of those that were given up.

use super::{AttemptRecord, Observed, Phase, PlacementRecord, Reason, SlotRecord};

/// Reasons of a performer that is on its way, with nothing in it: the operator's own words for that.
const ON_ITS_WAY: [&str; 3] = ["", "STARTING", "WAITING_FOR_NODES"];

impl Observed {
    /// What keeps it from serving for the first time, in the words of its cluster; none of what is merely on its way.
    fn trouble(&self) -> Option<&str> {
        let on_its_way = ON_ITS_WAY.contains(&self.reason.as_str()) && self.phase != Phase::Refused;
        let tells = !self.message.is_empty() && !self.silent && self.phase != Phase::Terminating;
        (tells && !on_its_way && !self.has_served()).then_some(self.message.as_str())
    }
}

impl PlacementRecord {
    /// How many replicas of the generation that is wanted say why they do not start, and what the first one says; none when
    /// none does.
    #[must_use]
    pub fn what_does_not_start(&self) -> Option<String> {
        let places = self.places().filter(|(_, _, place)| self.is_current(place));
        let mut telling = places.filter_map(|(slot, _, place)| {
            let said = place.observed.trouble()?;
            Some((slot, place.place(), said))
        });
        let (slot, place, said) = telling.next()?;
        let many = match telling.count() {
            0 => "1 new replica does not start".to_owned(),
            others => format!("{} new replicas do not start", others.saturating_add(1)),
        };
        Some(format!("{many}; replica {slot} on {place}: {said}"))
    }
}

impl SlotRecord {
    /// What its last place that counted against it had to say, to be put behind what it was given up for; empty when no such
    /// place is kept.
    #[must_use]
    pub fn last_word(&self) -> String {
        let counted = |attempt: &&AttemptRecord| {
            matches!(
                attempt.reason,
                Reason::StartDeadlineExceeded | Reason::NodeRejected
            )
        };
        let Some(last) = self.attempts.iter().rev().find(counted) else {
            return String::new();
        };
        let node = last.node.as_ref();
        let node = node.map_or_else(String::new, |node| format!("/{node}"));
        format!("; its last attempt, on {}{node}: {}", last.cluster, last.message)
    }
}

#[cfg(test)]
mod tests {
    use hourglass_model::ids::{Generation, Slot};
    use jiff::Timestamp;

    use super::*;
    use crate::edge::testing::{record, slot};

    /// A placement whose replicas, all of the generation that is wanted, say this.
    fn saying(said: &[(&str, &str)]) -> PlacementRecord {
        let mut record = record("default", "web", "uid-1");
        record.slots = (0..)
            .zip(said)
            .map(|(number, (reason, message))| {
                let observed = Observed {
                    phase: Phase::Starting,
                    reason: (*reason).to_owned(),
                    message: (*message).to_owned(),
                    ..Observed::default()
                };
                slot(number, "c1", "n1", observed)
            })
            .collect();
        record
    }

    const PULL: (&str, &str) = (
        "IMAGE_PULL_BACK_OFF",
        "Back-off pulling image \"x\": ErrImagePull",
    );

    #[test]
    fn the_first_that_does_not_start_speaks_for_all_that_do_not() {
        let starts = ("STARTING", "the pods are starting");
        let told = |said: &[(&str, &str)]| saying(said).what_does_not_start();
        assert_eq!(told(&[starts, ("", "")]), None);
        assert_eq!(
            told(&[starts, PULL]).as_deref(),
            Some(
                "1 new replica does not start; replica 1 on c1/n1: Back-off pulling image \"x\": ErrImagePull"
            )
        );
        let others = told(&[
            ("OOM_KILLED", "container performer ended with exit code 137"),
            PULL,
        ]);
        assert_eq!(
            others.as_deref(),
            Some(
                "2 new replicas do not start; replica 0 on c1/n1: container performer ended with exit code 137"
            )
        );
    }

    #[test]
    fn what_has_served_is_silent_goes_or_is_not_wanted_any_more_is_not_among_them() {
        let told = |change: fn(&mut PlacementRecord, &mut Observed)| {
            let mut record = saying(&[PULL]);
            let mut observed = record.slots[0].assignment.take().unwrap();
            change(&mut record, &mut observed.observed);
            record.slots[0].assignment = Some(observed);
            record.what_does_not_start()
        };
        assert!(told(|_, _| ()).is_some());
        assert_eq!(told(|_, observed| observed.started = true), None);
        assert_eq!(told(|_, observed| observed.silent = true), None);
        assert_eq!(told(|_, observed| observed.phase = Phase::Terminating), None);
        assert_eq!(told(|record, _| record.generation = Generation(2)), None);
    }

    #[test]
    fn the_last_word_is_of_the_last_place_that_counted() {
        let mut held = slot(0, "c1", "n1", Observed::default());
        assert_eq!(held.last_word(), "");
        let late = "not ready within 10s; the last word: ErrImagePull";
        for (reason, message) in [
            (Reason::StartDeadlineExceeded, "not ready within 10s"),
            (Reason::StartDeadlineExceeded, late),
            (Reason::Drained, "its node empties"),
        ] {
            let next = slot(0, "c1", "n1", Observed::default());
            held.end_attempt(reason, message.to_owned(), Timestamp::UNIX_EPOCH);
            held.assignment = next.assignment;
        }
        assert_eq!(held.slot, Slot(0));
        assert_eq!(held.last_word(), format!("; its last attempt, on c1/n1: {late}"));
    }
}
