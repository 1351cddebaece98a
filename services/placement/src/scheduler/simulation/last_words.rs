//! What conditions tell of replicas that do not start: the words of their clusters, and whether anything is tried any more.

use hourglass_model::placement::{UpdatePolicy, UpdateStrategy};

use super::agents::BAD;
use super::asking::id;
use super::rolling::{carry_out, change, new_image, ripen_all, rolling_spec, serving, the_one, update};
use super::*;
use crate::records::placement::ConditionKind;
use crate::records::rollout::MAX_FAILED_STARTS;
use crate::scheduler::port::ExplainSubject;

/// What agents say of an image of which nothing starts.
const NO_IMAGE: &str = "there is no such image";

fn message(world: &World, kind: ConditionKind) -> String {
    the_one(world).condition(kind).unwrap().message.clone()
}

/// `p` gets an image of which nothing starts.
fn update_to_bad(world: &mut World) {
    let record = the_one(world);
    let mut spec = record.spec;
    spec.performer.image = format!("{BAD}:2");
    update(world, &change(&record.id, spec, &["spec.performer.image"]));
    carry_out(world);
}

#[test]
fn an_update_tells_why_what_it_starts_does_not_come_up_until_it_is_corrected() {
    for strategy in [UpdateStrategy::Surge, UpdateStrategy::Recreate] {
        let policy = UpdatePolicy {
            strategy: Some(strategy),
            ..UpdatePolicy::default()
        };
        let mut world = serving(rolling_spec(1, 2, policy, None));
        update_to_bad(&mut world);
        let told = message(&world, ConditionKind::Updated);
        assert!(
            told.contains("replicas carry generation 2; 1 new replica does not start; replica 0 on ")
                && told.ends_with(NO_IMAGE),
            "{strategy:?}: {told}"
        );
        let input = new_image(&world, 3);
        update(&mut world, &input);
        carry_out(&mut world);
        let told = message(&world, ConditionKind::Updated);
        assert!(!told.contains(NO_IMAGE), "{strategy:?}: {told}");
        for _ in 0..3 {
            ripen_all(&mut world);
        }
        assert_eq!(the_one(&world).state, PlacementState::Ready, "{strategy:?}");
    }
}

#[test]
fn an_update_that_is_given_up_tells_the_last_word_of_its_attempts() {
    let mut world = serving(spec(1, 1, false));
    update_to_bad(&mut world);
    for _ in 0..MAX_FAILED_STARTS {
        world.start_deadlines_pass();
        carry_out(&mut world);
    }
    let told = message(&world, ConditionKind::Updated);
    assert!(
        told.contains("did not become ready in 5 places in a row") && told.ends_with(NO_IMAGE),
        "{told}"
    );
}

#[test]
fn what_is_tried_no_more_tells_the_last_word_of_its_attempts_and_its_explanation_that_nothing_is_tried() {
    for gang in [false, true] {
        let mut world = World::new(7);
        world.connect_all();
        let mut wish = spec(1, 2, gang);
        wish.performer.image = format!("{BAD}:1");
        world.create_one(wish);
        let explained = |world: &World| {
            let subject = ExplainSubject::Existing(tenant(), id("p"));
            world.core.explain(&subject).unwrap().explanation.summary
        };
        for _ in 0..MAX_FAILED_STARTS {
            assert!(!explained(&world).contains("not tried any more"), "gang: {gang}");
            carry_out(&mut world);
            world.start_deadlines_pass();
        }
        let record = the_one(&world);
        assert_eq!(record.state, PlacementState::Failed, "gang: {gang}");
        let told = message(&world, ConditionKind::Scheduled);
        assert!(
            told.contains("; its last attempt, on ") && told.ends_with(&format!("the last word: {NO_IMAGE}")),
            "gang: {gang}: {told}"
        );
        let summary = explained(&world);
        assert!(
            summary.starts_with(
                "what has no place is not tried any more (ATTEMPTS_EXHAUSTED); if it were tried now: "
            ),
            "gang: {gang}: {summary}"
        );
    }
}
