use std::time::Duration;

use super::entry::{FIRST, LONGEST, REMEMBERED};
use super::*;

const SHAPE: ShapeId = ShapeId(7);
const GENERATION: Generation = Generation(3);

fn uid() -> PlacementUid {
    PlacementUid::new("one").unwrap()
}

fn wall() -> Timestamp {
    "2026-01-01T12:00:00.5Z".parse().unwrap()
}

fn cluster() -> ClusterName {
    ClusterName::new("a").unwrap()
}

fn node(name: &str) -> NodeName {
    NodeName::new(name).unwrap()
}

fn n1() -> Place {
    (cluster(), Some(node("n1")))
}

/// Refused by node n1 for the last time `now`, and so often before whenever it was tried again.
fn refused(times: u32, now: Instant) -> Avoided {
    let mut avoided = Avoided::default();
    for time in (0..times).rev() {
        let then = now.checked_sub(LONGEST * time).unwrap();
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        let why = "0/3 nodes are available";
        goes_wrong(&mut avoided, n1(), (Cause::Refused, why), then);
    }
    avoided
}

/// It goes wrong there, with the placement that all of this is about.
fn goes_wrong(avoided: &mut Avoided, place: Place, (cause, message): (Cause, &str), now: Instant) {
    match cause {
        Cause::Refused => avoided.refused(SHAPE, place, message, now, wall()),
        Cause::Timed(trouble) => {
            avoided.went_wrong((&uid(), GENERATION), place, (trouble, message), now, wall());
        }
    }
}

/// What the placement avoids, by itself and with all of its shape.
fn all(avoided: &Avoided, now: Instant) -> Avoid {
    avoided.of(SHAPE, Some((&uid(), GENERATION)), now)
}

fn avoids(avoided: &Avoided, now: Instant) -> bool {
    !all(avoided, now).is_empty()
}

#[test]
fn an_unchanged_node_is_avoided_for_ever() {
    let now = Instant::now();
    let mut avoided = refused(1, now);
    for days in [0, 1, 30] {
        let later = now + Duration::from_secs(days * 86_400);
        assert!(!avoided.expire(later), "{days} days");
        avoided.nodes_changed(&cluster(), &[node("n2")]);
        avoided.nodes_changed(&ClusterName::new("b").unwrap(), &[node("n1")]);
        assert!(avoids(&avoided, later), "{days} days");
    }
    assert!(
        avoided.of(ShapeId(8), Some((&uid(), GENERATION)), now).is_empty(),
        "another shape is not concerned"
    );
}

#[test]
fn a_changed_node_is_tried_again_after_its_backoff_and_not_before() {
    let now = Instant::now();
    let mut avoided = refused(1, now);
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    assert!(avoids(&avoided, now + FIRST / 2));
    assert!(!avoids(&avoided, now + FIRST));
    // However late it changes, that is enough by then.
    let mut late = refused(1, now);
    let then = now + 100 * LONGEST;
    assert!(avoids(&late, then));
    late.nodes_changed(&cluster(), &[node("n1")]);
    assert!(!avoids(&late, then));
}

#[test]
fn each_refusal_doubles_the_backoff_up_to_a_limit() {
    let now = Instant::now();
    for (times, seconds) in [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (60, 300)] {
        let mut avoided = refused(times, now);
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        let end = now + Duration::from_secs(seconds);
        assert!(avoids(&avoided, end - Duration::from_secs(1)), "{times} refusals");
        assert!(!avoids(&avoided, end), "{times} refusals");
    }
}

#[test]
fn a_node_that_flaps_waits_longer_after_every_refusal() {
    let mut now = Instant::now();
    let mut avoided = Avoided::default();
    let mut waits = Vec::new();
    for _ in 0..4 {
        goes_wrong(&mut avoided, n1(), (Cause::Refused, ""), now);
        let refused_at = now;
        while avoids(&avoided, now) {
            avoided.nodes_changed(&cluster(), &[node("n1")]);
            now += Duration::from_secs(1);
            avoided.expire(now);
        }
        waits.push((now - refused_at).as_secs());
    }
    assert_eq!(waits, [10, 20, 40, 80]);
}

#[test]
fn a_cluster_that_refused_as_a_whole_ends_with_a_change_of_any_node() {
    let now = Instant::now();
    let mut avoided = Avoided::default();
    goes_wrong(&mut avoided, (cluster(), None), (Cause::Refused, ""), now);
    assert!(avoids(&avoided, now + LONGEST));
    avoided.nodes_changed(&cluster(), &[]);
    assert!(avoids(&avoided, now + LONGEST), "nothing changed");
    avoided.nodes_changed(&cluster(), &[node("n9")]);
    assert!(!avoids(&avoided, now + LONGEST));
}

#[test]
fn the_end_of_an_entry_is_told_once() {
    let now = Instant::now();
    let mut avoided = refused(1, now);
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    assert!(!avoided.expire(now));
    assert!(avoided.expire(now + FIRST));
    assert!(!avoided.expire(now + FIRST));
}

#[test]
fn a_person_ends_all_refusals_of_a_cluster_at_once() {
    let now = Instant::now();
    let mut avoided = refused(5, now);
    avoided.forget_cluster(&ClusterName::new("b").unwrap());
    assert!(avoids(&avoided, now));
    avoided.forget_cluster(&cluster());
    assert!(!avoids(&avoided, now));
    goes_wrong(&mut avoided, n1(), (Cause::Refused, ""), now);
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    assert!(!avoids(&avoided, now + FIRST), "the backoff begins anew");
}

#[test]
fn the_note_says_why_since_when_and_what_ends_it() {
    let now = Instant::now();
    let mut avoided = refused(2, now);
    let note = |avoided: &Avoided| all(avoided, now).into_values().next().unwrap().why;
    assert_eq!(
        note(&avoided),
        "refused it at 2026-01-01T12:00:00Z (0/3 nodes are available); avoided until it changes, at least until \
         2026-01-01T12:00:20Z"
    );
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    assert!(note(&avoided).ends_with("it has changed and is tried again at 2026-01-01T12:00:20Z"));
}

#[test]
fn what_goes_wrong_again_after_a_start_deadline_is_avoided_for_longer() {
    let mut avoided = Avoided::default();
    let mut now = Instant::now();
    let mut waits = Vec::new();
    for _ in 0..4 {
        goes_wrong(
            &mut avoided,
            n1(),
            (Cause::Timed(Trouble::Late), "not ready within 600s"),
            now,
        );
        let ends = (0..1000).find(|seconds| !avoids(&avoided, now + Duration::from_secs(*seconds)));
        waits.push(ends.unwrap());
        now += Duration::from_secs(900);
        avoided.expire(now);
    }
    assert_eq!(waits, [10, 20, 40, 80]);
    avoided.expire(now + 2 * REMEMBERED);
    assert!(avoided.by.is_empty(), "but not for ever");
}

#[test]
fn what_others_had_to_leave_for_in_vain_is_avoided_for_the_longest_backoff_at_once() {
    let mut avoided = Avoided::default();
    let now = Instant::now();
    let place = (cluster(), None);
    for round in 0..3 {
        let then = now + round * 2 * LONGEST;
        avoided.was_costly(
            (&uid(), GENERATION),
            place.clone(),
            Trouble::NotMade,
            then,
            wall(),
        );
        let cause = (Cause::Timed(Trouble::NotMade), "denied");
        goes_wrong(&mut avoided, place.clone(), cause, then);
        assert!(avoids(&avoided, then + LONGEST.mul_f64(0.99)), "{round}");
        assert!(!avoids(&avoided, then + LONGEST), "{round}");
    }
}

#[test]
fn refusals_are_bounded() {
    let now = Instant::now();
    let mut avoided = Avoided::default();
    for number in 0..MOST + 5 {
        let place = (cluster(), Some(node(&format!("n{number}"))));
        let later = now + Duration::from_secs(number as u64);
        goes_wrong(&mut avoided, place, (Cause::Refused, ""), later);
    }
    let kept = all(&avoided, now);
    assert_eq!(kept.len(), MOST);
    assert!(kept.keys().all(|(_, name)| *name != Some(node("n0"))));
}

#[test]
fn the_trouble_of_one_placement_brings_back_nothing_that_others_were_refused() {
    let now = Instant::now();
    let mut avoided = Avoided::default();
    goes_wrong(&mut avoided, n1(), (Cause::Refused, ""), now);
    for placement in 0..MOST / MOST_OF_ONE + 2 {
        let uid = PlacementUid::new(format!("p{placement}")).unwrap();
        for number in 0..=MOST_OF_ONE {
            let place = (cluster(), Some(node(&format!("other-{number}"))));
            let later = now + Duration::from_secs(1 + number as u64);
            let trouble = (Trouble::Late, "");
            avoided.went_wrong((&uid, GENERATION), place, trouble, later, wall());
        }
        let own = avoided.of_one((&uid, GENERATION), now);
        assert!(own.len() == MOST_OF_ONE || placement > 0 && own.len() < MOST_OF_ONE);
        assert!(own.keys().all(|(_, name)| *name != Some(node("other-0"))));
    }
    let all: usize = avoided.by.values().map(BTreeMap::len).sum();
    assert_eq!(all, MOST);
    assert!(avoided.of(SHAPE, None, now).contains_key(&n1()));
}

#[test]
fn what_shows_no_change_is_avoided_for_its_backoff_alone() {
    let mut avoided = Avoided::default();
    let now = Instant::now();
    let place = (cluster(), None);
    let why = "exceeded quota";
    goes_wrong(
        &mut avoided,
        place.clone(),
        (Cause::Timed(Trouble::NotAdmitted), why),
        now,
    );
    let note = all(&avoided, now)[&place].why.clone();
    assert!(
        note.contains("exceeded quota") && note.contains("tried again at"),
        "{note}"
    );
    assert!(!avoids(&avoided, now + FIRST));
    assert!(avoided.expire(now + FIRST));
}

#[test]
fn what_goes_wrong_with_many_replicas_at_once_is_one_event() {
    let now = Instant::now();
    for cause in [Cause::Timed(Trouble::Late), Cause::Refused] {
        let mut avoided = Avoided::default();
        for millis in 0..10 {
            let then = now + Duration::from_millis(millis);
            goes_wrong(&mut avoided, n1(), (cause, "slow"), then);
        }
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(avoids(&avoided, now + FIRST - Duration::from_secs(1)));
        assert!(!avoids(&avoided, now + FIRST), "{cause:?}");
        // It was tried again, and went wrong again.
        goes_wrong(&mut avoided, n1(), (cause, "slow"), now + FIRST);
        avoided.nodes_changed(&cluster(), &[node("n1")]);
        assert!(avoids(&avoided, now + 3 * FIRST - Duration::from_secs(1)));
        assert!(!avoids(&avoided, now + 3 * FIRST), "{cause:?}");
    }
}

#[test]
fn a_refusal_of_what_was_placed_before_does_not_end_the_wait_for_a_change() {
    let now = Instant::now();
    let mut avoided = refused(1, now);
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    let later = now + FIRST / 2;
    goes_wrong(&mut avoided, n1(), (Cause::Refused, ""), later);
    assert!(
        avoids(&avoided, now + LONGEST),
        "as it is now it refuses: that it changed before says nothing"
    );
    // The backoff begins anew where it was over, and is not longer for it.
    let much_later = now + LONGEST;
    goes_wrong(&mut avoided, n1(), (Cause::Refused, ""), much_later);
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    assert!(avoids(&avoided, much_later + FIRST - Duration::from_secs(1)));
    assert!(!avoids(&avoided, much_later + FIRST));
}

#[test]
fn the_note_tells_lateness_from_a_refusal() {
    let now = Instant::now();
    let note = |cause| {
        let mut avoided = Avoided::default();
        goes_wrong(&mut avoided, n1(), (cause, "not ready within 20s"), now);
        all(&avoided, now).into_values().next().unwrap().why
    };
    assert_eq!(
        note(Cause::Timed(Trouble::Late)),
        "it was not ready in time there at 2026-01-01T12:00:00Z (not ready within 20s); it is tried again at \
         2026-01-01T12:00:10Z"
    );
    assert!(note(Cause::Timed(Trouble::Evicted)).starts_with("it was moved away from there at"));
    assert!(note(Cause::Timed(Trouble::NotAdmitted)).starts_with("refused it at"));
}

#[test]
fn a_refusal_is_avoided_by_all_of_the_shape_and_all_else_by_the_placement_alone() {
    let now = Instant::now();
    let mut avoided = Avoided::default();
    goes_wrong(
        &mut avoided,
        n1(),
        (Cause::Timed(Trouble::Late), "bad image"),
        now,
    );
    let other = PlacementUid::new("other").unwrap();
    let of_other = |avoided: &Avoided| avoided.of(SHAPE, Some((&other, GENERATION)), now);
    assert!(avoids(&avoided, now));
    assert!(of_other(&avoided).is_empty());
    assert!(avoided.of(SHAPE, None, now).is_empty(), "nor one that is to come");
    assert!(!avoided.of_one((&uid(), GENERATION), now).is_empty());

    goes_wrong(&mut avoided, n1(), (Cause::Refused, "no room"), now);
    assert_eq!(of_other(&avoided).len(), 1);
    assert_eq!(avoided.of(SHAPE, None, now).len(), 1);
    assert!(avoided.of_one((&other, GENERATION), now).is_empty());
    let both = all(&avoided, now);
    assert!(
        both[&n1()].why.starts_with("refused it"),
        "what lasts longer is told"
    );
}

#[test]
fn a_changed_placement_starts_afresh_and_one_that_is_gone_leaves_nothing() {
    let now = Instant::now();
    let mut avoided = Avoided::default();
    goes_wrong(
        &mut avoided,
        n1(),
        (Cause::Timed(Trouble::Late), "bad image"),
        now,
    );
    let next = Generation(GENERATION.0 + 1);
    assert!(avoided.of(SHAPE, Some((&uid(), next)), now).is_empty());
    let late = (Trouble::Late, "another bad one");
    avoided.forget_before(&uid(), next);
    avoided.went_wrong((&uid(), next), n1(), late, now, wall());
    assert_eq!(avoided.by.len(), 1, "of earlier generations nothing is kept");
    avoided.forget_placement(&uid());
    assert!(avoided.by.is_empty());
}

#[test]
fn what_ends_it_is_what_is_told_as_the_remedy() {
    let now = Instant::now();
    let mut avoided = refused(1, now);
    let remedy = |avoided: &Avoided, place: &Place| all(avoided, now)[place].ends_if.clone().unwrap();
    assert_eq!(
        remedy(&avoided, &n1()),
        "node n1 of cluster a changes, or the cluster is cordoned and uncordoned"
    );
    avoided.nodes_changed(&cluster(), &[node("n1")]);
    let clock = "tried again, at 2026-01-01T12:00:10Z, or the cluster is cordoned and uncordoned";
    assert_eq!(
        remedy(&avoided, &n1()),
        format!("node n1 of cluster a is {clock}")
    );
    let whole = (cluster(), None);
    goes_wrong(&mut avoided, whole.clone(), (Cause::Refused, ""), now);
    assert!(remedy(&avoided, &whole).starts_with("a node of cluster a changes, or"));
    for trouble in [Trouble::NotAdmitted, Trouble::NotMade] {
        let mut avoided = Avoided::default();
        goes_wrong(&mut avoided, whole.clone(), (Cause::Timed(trouble), ""), now);
        assert_eq!(remedy(&avoided, &whole), format!("cluster a is {clock}"));
    }
}
