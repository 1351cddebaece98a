//! What people see, kept as readable files under `golden/`. `UPDATE_GOLDEN=1` writes them anew.

mod samples;

use std::path::Path;

use jiff::Timestamp;

use super::*;

fn screen(width: Option<usize>) -> Screen {
    Screen {
        width,
        colour: false,
        now: Timestamp::from_second(samples::NOW).unwrap(),
    }
}

fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/output/golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text,
        expected,
        "{} differs; UPDATE_GOLDEN=1 writes it anew",
        path.display()
    );
    assert!(
        text.lines().all(|line| line.trim_end() == line),
        "a line of {name} ends with blanks"
    );
}

#[test]
fn placements_in_80_columns() {
    let text = table(&samples::placements(), Columns::default(), &screen(Some(80))).render(&screen(Some(80)));
    golden("placements-80.txt", &text);
}

#[test]
fn placements_of_all_tenants_wide() {
    let which = Columns {
        wide: true,
        tenant: true,
        kind: false,
    };
    golden(
        "placements-wide.txt",
        &table(&samples::placements(), which, &screen(None)).render(&screen(None)),
    );
}

#[test]
fn clusters_and_nodes_in_80_columns() {
    let screen = screen(Some(80));
    let text = table(&samples::clusters(), Columns::default(), &screen).render(&screen)
        + "\n"
        + &table(&samples::nodes(), Columns::default(), &screen).render(&screen);
    golden("clusters-nodes-80.txt", &text);
}

#[test]
fn clusters_and_nodes_wide() {
    let (screen, which) = (
        screen(None),
        Columns {
            wide: true,
            tenant: false,
            kind: false,
        },
    );
    let text = table(&samples::clusters(), which, &screen).render(&screen)
        + "\n"
        + &table(&samples::nodes(), which, &screen).render(&screen);
    golden("clusters-nodes-wide.txt", &text);
}

#[test]
fn the_fleet() {
    golden("fleet.txt", &fleet(&samples::fleet(), &screen(Some(80))));
}

#[test]
fn orphans_and_tokens() {
    let screen = screen(None);
    let text = table(&samples::orphans(), Columns::default(), &screen).render(&screen)
        + "\n"
        + &table(&samples::tokens(), Columns::default(), &screen).render(&screen);
    golden("orphans-tokens.txt", &text);
}

#[test]
fn the_story_of_a_placement_that_waits() {
    golden(
        "describe-pending.txt",
        &describe::placement(&samples::pending(), &screen(Some(80))),
    );
}

#[test]
fn the_story_of_a_placement_that_serves() {
    golden(
        "describe-ready.txt",
        &describe::placement(&samples::ready(), &screen(Some(80))),
    );
}

#[test]
fn what_is_tried_no_more_says_how_it_is_tried_again() {
    use hourglass_proto::fleet::v1::condition::Reason;
    let mut placement = samples::degraded();
    let text = describe::placement(&placement, &screen(None));
    assert!(!text.contains("startDeadline for example"), "{text}");
    let scheduled = placement.conditions.first_mut().unwrap();
    scheduled.set_reason(Reason::AttemptsExhausted);
    let text = describe::placement(&placement, &screen(None));
    assert!(text.contains("of startDeadline for example"), "{text}");
}

#[test]
fn whether_there_is_room_is_not_told_of_what_is_tried_no_more() {
    use hourglass_proto::fleet::v1::condition::Reason;
    let mut placement = samples::pending();
    let text = describe::placement(&placement, &screen(None));
    assert!(text.contains("Why:"), "{text}");
    let scheduled = placement.conditions.first_mut().unwrap();
    scheduled.set_reason(Reason::AttemptsExhausted);
    let text = describe::placement(&placement, &screen(None));
    assert!(!text.contains("Why:"), "{text}");
}

#[test]
fn a_replica_without_a_place_is_listed_for_its_earlier_ones() {
    let mut placement = samples::degraded();
    let waiting = placement
        .assignments
        .iter_mut()
        .find(|one| !one.attempts.is_empty());
    let waiting = waiting.unwrap();
    *waiting = hourglass_proto::fleet::v1::Assignment {
        slot: waiting.slot,
        epoch: waiting.epoch,
        attempts: waiting.attempts.clone(),
        ..Default::default()
    };
    let heading = format!("slot {}: no place\n", waiting.slot);
    let text = describe::placement(&placement, &screen(None));
    assert!(text.contains(&heading) && text.contains("earlier:"), "{text}");
    assert!(!text.contains("/(no node)"), "{text}");
}

#[test]
fn an_update_that_stands_still_says_what_to_do_about_it() {
    use hourglass_proto::fleet::v1::condition::{Reason, Type};
    use hourglass_proto::fleet::v1::{Condition, UpdatePolicy, update_policy::Strategy};
    let next = |reason: Reason, strategy: Strategy| {
        let mut placement = samples::ready();
        placement.spec.as_mut().unwrap().update = Some(UpdatePolicy {
            strategy: strategy.into(),
            ..UpdatePolicy::default()
        });
        placement.conditions.push(Condition {
            r#type: Type::Updated.into(),
            reason: reason.into(),
            ..Condition::default()
        });
        let text = describe::placement(&placement, &screen(None));
        let parts = [
            "what serves goes on",
            "update.strategy to RECREATE",
            "hourglass rollout undo",
        ];
        parts.map(|part| text.contains(part))
    };
    assert_eq!(next(Reason::UpdateBlocked, Strategy::Unspecified), [true; 3]);
    let late = next(Reason::ProgressDeadlineExceeded, Strategy::Recreate);
    assert_eq!(late, [true, false, true]);
    assert_eq!(next(Reason::Updating, Strategy::Unspecified), [false; 3]);
}

#[test]
fn the_story_of_a_placement_after_failed_attempts() {
    golden(
        "describe-degraded.txt",
        &describe::placement(&samples::degraded(), &screen(None)),
    );
}

#[test]
fn what_a_cluster_refuses_for_now_says_when_it_is_tried_again_and_not_that_it_is_lost() {
    let text = describe::placement(&samples::refused(), &screen(None));
    assert!(
        text.contains("it is tried again at 2026-11-22T10:00:00Z"),
        "{text}"
    );
    assert!(text.contains("it is tried again by itself"), "{text}");
    for wrong in ["it will not become ready by itself", "hourglass delete", "Why:"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
}

#[test]
fn who_makes_room_and_the_place_in_the_queue_are_shown() {
    let mut waiting = samples::pending();
    waiting.queue_position = Some(3);
    waiting.victims = vec![hourglass_proto::fleet::v1::Victim {
        placement: "tenants/default/placements/batch".to_owned(),
        slot: 2,
        cluster: "a100-pool".to_owned(),
        node: "a100-node-3".to_owned(),
        priority: -5,
        ..Default::default()
    }];
    let text = describe::placement(&waiting, &screen(None));
    assert!(text.contains("3 in the order of those that wait"), "{text}");
    let line = "tenants/default/placements/batch replica 2 on a100-pool/a100-node-3 (priority -5)";
    assert!(text.contains(line), "{text}");
    waiting.victims[0].placement.clear();
    let text = describe::placement(&waiting, &screen(None));
    assert!(text.contains("a placement of another tenant replica 2"), "{text}");
}

#[test]
fn the_story_of_many_replicas_begins_with_those_that_need_a_look_and_says_what_it_leaves_out() {
    let text = describe::placement(&samples::wide(), &screen(Some(80)));
    let slots: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  slot ")?.split(' ').next())
        .collect();
    assert_eq!(slots, ["1", "3", "5", "7", "9", "11", "13", "15", "17", "19"]);
    assert!(
        text.contains(
            "\n  and 14 more (12 ready); `hourglass get placement edge --tenant research -o yaml` shows all\n"
        ),
        "{text}"
    );
    let commands: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("kubectl"))
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    assert_eq!(
        commands,
        ["solver-3f2a1b-1-1", "solver-3f2a1b-3-1", "solver-3f2a1b-5-1"]
    );
    assert!(text.contains("\n  and 21 more performers like these\n"), "{text}");
    assert!(
        text.contains("x[31mx[3…\n") && !text.contains('\u{1b}') && text.contains("owner=team-a\n"),
        "{text}"
    );
    assert!(text.contains("(what ends with … is longer; all of it:"), "{text}");
    // What is short enough is shown whole, and nothing is said about it.
    let text = describe::placement(&samples::degraded(), &screen(Some(80)));
    assert!(!text.contains("more") && !text.contains("is longer"), "{text}");
}

#[test]
fn a_story_fits_the_terminal() {
    for placement in [
        samples::ready(),
        samples::pending(),
        samples::degraded(),
        samples::wide(),
    ] {
        let text = describe::placement(&placement, &screen(Some(80)));
        // What next holds commands to copy, and some lines have one in quotes: those stay whole.
        let story = text.split("\nWhat next:\n").next().unwrap_or_default();
        for line in story.lines() {
            let fits = unicode_width::UnicodeWidthStr::width(line) <= 80;
            assert!(fits || line.contains('`'), "{line}");
        }
    }
}

#[test]
fn tokens_fit_60_columns() {
    let narrow = screen(Some(60));
    let text = table(&samples::tokens(), Columns::default(), &narrow).render(&narrow);
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 60, "{text}");
    }
}

#[test]
fn the_stories_of_a_cluster_and_a_node() {
    let screen = screen(Some(80));
    golden(
        "describe-cluster.txt",
        &describe::cluster(&samples::clusters()[1], &screen),
    );
    golden(
        "describe-cluster-silent.txt",
        &describe::cluster(&samples::silent_cluster(), &screen),
    );
    golden(
        "describe-node.txt",
        &describe::node(&samples::nodes()[0], &screen),
    );
}

#[test]
fn the_story_of_a_node_that_shows_its_gpus_one_by_one() {
    let (narrow, wide) = (screen(Some(80)), screen(None));
    let node = samples::nodes().pop().unwrap();
    golden("describe-node-devices.txt", &describe::node(&node, &narrow));
    let text = describe::node(&node, &wide);
    let promised = "research/probe replica 1 (12.5%, promised), pods of no placement (20%)";
    assert!(text.contains(promised), "{text}");
}

#[test]
fn an_explanation_with_and_without_scores() {
    let screen = screen(Some(80));
    golden(
        "explain.txt",
        &explanation(&samples::explanation(), false, &screen),
    );
    golden(
        "explain-wide.txt",
        &explanation(&samples::explanation(), true, &screen),
    );
}

#[test]
fn an_explanation_tells_who_would_make_room_and_what_was_decided_earlier() {
    use hourglass_proto::fleet::v1::{NamedScore, PastDecision, Victim};
    let mut told = samples::explanation();
    told.victims = vec![Victim {
        placement: "tenants/default/placements/batch".to_owned(),
        slot: 2,
        cluster: "a100-pool".to_owned(),
        node: "a100-node-3".to_owned(),
        priority: -5,
        ..Default::default()
    }];
    told.decisions = vec![PastDecision {
        slot: 1,
        epoch: 4,
        cluster: "a100-pool".to_owned(),
        node: "a100-node-7".to_owned(),
        snapshot_id: 12,
        scores: vec![NamedScore {
            name: "stranded".to_owned(),
            value: 3,
        }],
        ..Default::default()
    }];
    let screen = screen(None);
    let text = explanation(&told, false, &screen);
    let victim =
        "would take the room of: tenants/default/placements/batch replica 2 on a100-pool/a100-node-3";
    assert!(text.contains(victim), "{text}");
    let decision = "Decided earlier\n  replica 1 (epoch 4) on a100-pool/a100-node-7, - on snapshot 12\n";
    assert!(text.contains(decision), "{text}");
    let wide = explanation(&told, true, &screen);
    assert!(wide.contains("on snapshot 12: stranded=3"), "{wide}");
}

#[test]
fn json_and_yaml_are_the_protobuf_mapping() {
    use crate::args::OutputFormat;
    golden(
        "placement.json",
        &document(&samples::ready(), OutputFormat::Json).unwrap(),
    );
    golden(
        "placement.yaml",
        &document(&samples::ready(), OutputFormat::Yaml).unwrap(),
    );
}

#[test]
fn names_can_be_given_back_to_the_program() {
    assert_eq!(
        names(&samples::placements()),
        "placement/solver\nplacement/gang\nplacement/edge\n"
    );
    assert_eq!(names(&samples::nodes())[..27], *"node/a100-pool/a100-node-3\n");
}

#[test]
fn colour_marks_states_only_on_a_screen_that_has_it() {
    let coloured = Screen {
        colour: true,
        ..screen(Some(80))
    };
    let text = table(&samples::placements(), Columns::default(), &coloured).render(&coloured);
    assert!(
        text.contains("\u{1b}[32mREADY\u{1b}[0m") && text.contains("\u{1b}[33mPENDING\u{1b}[0m"),
        "{text:?}"
    );
}

#[test]
fn a_placement_with_every_rule() {
    let text = include_str!("../../../../../docs/placements.md");
    let mut whole = serde_json::Map::new();
    for example in text
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
    {
        for placement in crate::manifest::parse(Path::new("placements.md"), example).unwrap() {
            let spec = serde_json::to_value(placement.spec.unwrap()).unwrap();
            whole.extend(spec.as_object().unwrap().clone());
        }
    }
    let placement = hourglass_proto::fleet::v1::Placement {
        name: "tenants/default/placements/solver".to_owned(),
        spec: Some(serde_json::from_value(whole.into()).unwrap()),
        ..Default::default()
    };
    golden(
        "describe-every-rule.txt",
        &describe::placement(&placement, &screen(Some(100))),
    );
}
