//! When what waits says why: its reason at once, why at length when there is time to find that out, and again when that has
//! changed.

use std::time::Duration;

use super::asking::{full, id};
use super::*;
use crate::scheduler::allowance::Allowance;
use crate::scheduler::queue::{Told, in_short};
use crate::scheduler::texts::AGAIN;

const MANY: usize = 40;

impl World {
    /// What the condition of a placement says, as it is stored.
    fn written_of(&self, name: &str) -> String {
        let value = &self.disk[&format!("placements/default/{name}/status")];
        let status: crate::records::StatusRecord = decode(name, value).unwrap();
        let scheduled = crate::records::placement::ConditionKind::Scheduled;
        let condition = status.conditions.into_iter().find(|one| one.kind == scheduled);
        condition.unwrap().message
    }

    fn at_length(&self, name: &str) -> String {
        let subject = super::super::port::ExplainSubject::Existing(tenant(), id(name));
        Told::of(&self.core.explain(&subject).unwrap().explanation).text
    }

    fn wrote(&self, name: &str) -> bool {
        self.written
            .contains(&format!("placements/default/{name}/status"))
    }

    /// `MANY` creates in one round that must wait, each with this label, while others go on asking.
    fn burst(&mut self, app: impl Fn(usize) -> String) {
        self.busy = true;
        self.plan.more = u32::try_from(MANY).unwrap() - 1;
        for number in 0..MANY {
            let input = CreatePlacement {
                labels: [("app".to_owned(), app(number))].into(),
                ..creation(id(&format!("w{number}")), spec(GPUS, 1, false))
            };
            let answer = self.round(false, |core, round| core.create_placement(&input, None, round));
            assert_eq!(answer.unwrap().unwrap().record.state, PlacementState::Pending);
        }
        self.commit();
    }
}

/// A full world with time for one explanation, and for the next one only when that is paid for.
fn short_of_time() -> World {
    let mut world = full();
    world.core.explaining = Allowance::of(Duration::ZERO);
    world
}

fn names() -> impl Iterator<Item = String> {
    (0..MANY).map(|number| format!("w{number}"))
}

#[test]
fn a_burst_of_creates_that_must_wait_is_not_explained_before_there_is_time_for_that() {
    let mut world = short_of_time();
    world.burst(|number| format!("app-{number}"));
    assert_eq!(
        world.core.explanations(),
        1,
        "that of the first caller, as if it was alone"
    );
    let short = in_short(hourglass_engine::NoFitReason::NoCapacity);
    let in_short = names().filter(|name| world.written_of(name) == short);
    assert_eq!(in_short.count(), MANY - 1);
    for name in names() {
        assert_eq!(world.scheduled(&name), Reason::NoCapacity, "{name}");
    }

    // As long as somebody always wants something it does not begin, and then it is one at a time.
    world.later(Duration::from_secs(3600));
    world.round(false, |_, _| ());
    assert_eq!(world.core.explanations(), 1);
    world.busy = false;
    for rounds in 1..MANY as u64 {
        world.later(Duration::from_secs(3600));
        world.round(false, |_, _| ());
        assert_eq!(world.core.explanations(), 1 + rounds);
    }
    for name in names() {
        let said = world.written_of(&name);
        assert!(said.contains("needs 4 nvidia.com/gpu"), "{name}: {said}");
        assert_eq!(said, world.at_length(&name));
    }
    let explained = world.core.explanations();
    world.round(false, |_, _| ());
    assert_eq!(world.core.explanations(), explained, "all is said");
}

#[test]
fn of_those_that_are_alike_one_explanation_is_that_of_all() {
    let mut world = short_of_time();
    world.burst(|_| "same".to_owned());
    world.busy = false;
    for _ in 0..2 {
        world.later(Duration::from_secs(3600));
        world.round(false, |_, _| ());
    }
    assert!(world.core.explanations() <= 2, "{}", world.core.explanations());
    for name in names() {
        assert_eq!(world.written_of(&name), world.at_length(&name));
    }
}

#[test]
fn what_its_caller_was_told_is_written_with_the_same_commit() {
    let mut world = full();
    world.busy = true;
    world.ask("one", spec(3, 1, false));
    assert!(world.wrote("one"));
    assert_eq!(world.written_of("one"), world.at_length("one"));
    assert_eq!(world.core.explanations(), 1);
}

#[test]
fn a_gang_says_how_much_of_it_would_fit_also_when_there_is_no_time_for_more() {
    let mut world = short_of_time();
    world.remove("full-0");
    world.pump();
    // Others have spent it.
    world.core.explaining.took(world.clock, Duration::from_secs(3600));
    world.ask("gang", spec(GPUS, 3, true));
    assert_eq!(world.scheduled("gang"), Reason::GangDoesNotFit);
    let short = world.written_of("gang");
    assert_eq!(short, "1 of 3 replicas would fit, and all are wanted together");
    let long = world.at_length("gang");
    assert!(long.starts_with(&format!("{short}: ")), "{long}");
}

#[test]
fn a_text_is_written_again_after_a_while_when_it_says_something_else() {
    let mut world = full();
    world.ask("one", spec(3, 1, false));
    let before = world.written_of("one");
    world.tick();
    assert!(!world.wrote("one"));
    world.cordon(0);
    assert_eq!(world.scheduled("one"), Reason::NoCapacity);
    world.tick();
    assert!(!world.wrote("one"), "its reason is the same");
    assert_eq!(world.written_of("one"), before);

    world.later(AGAIN);
    world.tick();
    assert!(world.wrote("one"));
    let after = world.written_of("one");
    assert_ne!(after, before);
    assert_eq!(after, world.at_length("one"));
    world.later(AGAIN);
    world.tick();
    assert!(!world.wrote("one"), "it says the same");
}

#[test]
fn many_texts_are_written_again_a_few_at_a_time() {
    let mut world = full();
    world.burst(|_| "same".to_owned());
    world.busy = false;
    world.round(false, |_, _| ());
    world.cordon(0);
    let now = world.at_length("w0");
    let mut written = 0;
    for ticks in 0_usize.. {
        assert!(ticks < MANY, "{written} of {MANY} texts are those of now");
        world.later(AGAIN);
        world.tick();
        let wrote = names().filter(|name| world.wrote(name)).count();
        assert!(wrote <= MANY / 2, "{wrote} at once");
        written += wrote;
        if written >= MANY {
            break;
        }
    }
    for name in names() {
        assert_eq!(world.written_of(&name), now);
    }
}

#[test]
fn after_a_restart_all_that_wait_say_why_anew() {
    let mut world = full();
    world.busy = true;
    world.core.explaining = Allowance::of(Duration::ZERO);
    world.burst(|number| format!("app-{number}"));
    world.restart();
    world.busy = false;
    world.connect_all();
    world.pump();
    for name in names() {
        let said = world.written_of(&name);
        assert!(said.contains("needs 4 nvidia.com/gpu"), "{name}: {said}");
    }
    // What was said when only one cluster was back is said again.
    for _ in 0..MANY / 10 {
        world.later(AGAIN);
        world.tick();
    }
    for name in names() {
        assert_eq!(world.written_of(&name), world.at_length(&name), "{name}");
    }
}
