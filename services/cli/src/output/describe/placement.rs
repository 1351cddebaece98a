//! The whole story of a placement.

use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Condition, Placement, PlacementSpec, Victim, condition, update_policy};

use super::super::fit::cut;
use super::super::placements::replicas;
use super::super::states::{condition_cell, condition_type, placement_state};
use super::super::{
    Column, Paint, Screen, Table, blocking_condition, clean, condition_reason, exact, explanation, needs,
    time,
};
use super::rules::rules;
use super::{Story, TITLE_WIDTH, assignments, pairs, with_age};
use crate::manifest::APPLIED_CONTENT;
use crate::names::{id_of, tenant_of};

/// An annotation can hold a whole document; a story shows how it begins, within the terminal or this.
const ANNOTATION_COLUMNS: usize = 120;
const LEAST_ANNOTATION_COLUMNS: usize = 40;

/// What it is, what it needs, where it is, how it came there, what would help, where to look next.
pub fn placement(placement: &Placement, screen: &Screen) -> String {
    let mut story = Story::new(screen);
    head(&mut story, placement, screen);
    if let Some(spec) = &placement.spec {
        wish(&mut story, spec, replicas(placement));
    }
    let body = conditions(placement, &story.indented());
    story.section("Conditions", &body);
    let body = assignments::section(placement, &story.indented());
    story.section("Assignments", &body);
    // Of one whose replicas all have places, whether more would fit says nothing; nor of one that is not tried, be there room.
    if let Some(found) = &placement.explanation
        && waits_for_place(placement)
        && !is_tried_no_more(placement)
    {
        let body = explanation(found, false, &story.indented());
        story.section("Why", &body);
    }
    let body = events(placement, &story.indented());
    story.section("Events", &body);
    story.section("What next", &what_next(placement).join("\n"));
    story.end()
}

/// Some replica has no place.
fn waits_for_place(placement: &Placement) -> bool {
    let scheduled = placement
        .conditions
        .iter()
        .find(|condition| condition.r#type() == condition::Type::Scheduled);
    scheduled.map_or(placement.state() == State::Pending, |condition| {
        condition.status() != condition::Status::True
    })
}

/// A replica has come to nothing so often that no place is looked for any more.
fn is_tried_no_more(placement: &Placement) -> bool {
    let mut conditions = placement.conditions.iter();
    conditions.any(|condition| condition.reason() == condition::Reason::AttemptsExhausted)
}

/// The next step of its update is not possible now, or takes too long.
fn update_stands_still(placement: &Placement) -> bool {
    use condition::Reason;
    let stands = [Reason::UpdateBlocked, Reason::ProgressDeadlineExceeded];
    let mut conditions = placement.conditions.iter();
    conditions.any(|condition| {
        condition.r#type() == condition::Type::Updated && stands.contains(&condition.reason())
    })
}

/// Its replicas go before their successors come.
fn recreates(placement: &Placement) -> bool {
    let update = placement.spec.as_ref().and_then(|spec| spec.update.as_ref());
    update.is_some_and(|update| update.strategy() == update_policy::Strategy::Recreate)
}

/// A cluster refuses a replica as things are; the condition says when it is tried again.
fn refused(placement: &Placement) -> Option<&Condition> {
    placement.conditions.iter().find(|condition| {
        condition.reason() == condition::Reason::ApplyRefused
            && condition.status() == condition::Status::False
    })
}

fn head(story: &mut Story<'_>, placement: &Placement, screen: &Screen) {
    story.line("Name", id_of(&placement.name));
    story.line("Tenant", tenant_of(&placement.name));
    story.line("UID", &placement.uid);
    let paint = match placement.state() {
        State::Ready => Paint::Good,
        State::Failed => Paint::Bad,
        _ => Paint::Warn,
    };
    story.painted("State", placement_state(placement.state()), paint);
    let generation = if placement.observed_generation == placement.generation {
        placement.generation.to_string()
    } else {
        format!(
            "{} (state describes {})",
            placement.generation, placement.observed_generation
        )
    };
    story.line("Generation", &generation);
    story.line("Created", &with_age(placement.create_time.as_ref(), screen));
    story.line("Updated", &with_age(placement.update_time.as_ref(), screen));
    story.line("Deleted", &with_age(placement.delete_time.as_ref(), screen));
    story.lines("Labels", pairs(&placement.labels));
    story.lines("Annotations", annotations(placement, screen));
    if let Some(position) = placement.queue_position {
        story.line("Queue", &format!("{position} in the order of those that wait"));
    }
    story.lines("Takes room of", placement.victims.iter().map(victim_line));
    story.line("Trace id", trace_id(&placement.traceparent));
}

/// A replica that makes room.
pub fn victim_line(victim: &Victim) -> String {
    let placement = if victim.placement.is_empty() {
        "a placement of another tenant"
    } else {
        &victim.placement
    };
    format!(
        "{placement} replica {} on {}/{} (priority {})",
        victim.slot, victim.cluster, victim.node, victim.priority
    )
}

/// `key=value`, with what is too long for a page cut, and a line that says so.
fn annotations(placement: &Placement, screen: &Screen) -> Vec<String> {
    let columns = screen
        .width
        .map_or(ANNOTATION_COLUMNS, |width| width.saturating_sub(TITLE_WIDTH + 1));
    let mut any_cut = false;
    let mut lines: Vec<String> = placement
        .annotations
        .iter()
        .filter(|(key, _)| *key != APPLIED_CONTENT)
        .map(|(key, value)| {
            let whole = clean(&format!("{key}={value}"));
            let short = cut(&whole, columns.max(LEAST_ANNOTATION_COLUMNS));
            any_cut |= short != whole;
            short
        })
        .collect();
    if any_cut {
        lines.push(format!(
            "(what ends with … is longer; all of it: {})",
            show_all(placement)
        ));
    }
    lines
}

/// The command that leaves nothing out.
pub fn show_all(placement: &Placement) -> String {
    format!(
        "hourglass get placement {} --tenant {} -o yaml",
        id_of(&placement.name),
        tenant_of(&placement.name)
    )
}

/// The trace id in `00-<trace id>-<span id>-<flags>`.
fn trace_id(traceparent: &str) -> &str {
    traceparent.split('-').nth(1).unwrap_or_default()
}

fn wish(story: &mut Story<'_>, spec: &PlacementSpec, replicas: i32) {
    if let Some(performer) = &spec.performer {
        story.line("AVS", &performer.avs_address);
        story.line("Image", &performer.image);
        story.line("Version", &performer.version);
    }
    let gang = if spec.gang { " (gang: all or none)" } else { "" };
    story.line("Replicas", &format!("{replicas}{gang}"));
    story.lines("Needs", needs::lines(spec));
    story.line("Namespace", &spec.namespace);
    if let Some(rules) = &spec.node_rules {
        story.lines("Node selector", pairs(&rules.node_selector));
        story.lines("Only nodes", &rules.hostnames);
    }
    if let Some(rules) = &spec.cluster_rules {
        story.lines("Only clusters", &rules.include);
        story.lines("Not clusters", &rules.exclude);
        story.lines("Regions", &rules.regions);
        story.lines(
            "Cluster label",
            rules
                .selector
                .iter()
                .flat_map(|selector| pairs(&selector.match_labels)),
        );
    }
    rules(story, spec);
}

fn conditions(placement: &Placement, screen: &Screen) -> String {
    if placement.conditions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::whole("TYPE"),
        Column::whole("STATUS"),
        Column::whole("REASON"),
        Column::whole("SINCE"),
        Column::wrapped("MESSAGE"),
    ]);
    for condition in &placement.conditions {
        table.push(vec![
            condition_type(condition.r#type()).into(),
            condition_cell(condition.status()),
            condition_reason(condition.reason()).into(),
            time::age(condition.last_transition_time.as_ref(), screen.now).into(),
            condition.message.as_str().into(),
        ]);
    }
    table.render(screen)
}

fn events(placement: &Placement, screen: &Screen) -> String {
    if placement.events.is_empty() {
        return String::new();
    }
    let mut table = Table::new(vec![
        Column::whole("TIME"),
        Column::whole("AGE"),
        Column::whole("REASON"),
        Column::wrapped("MESSAGE"),
    ]);
    for event in &placement.events {
        table.push(vec![
            exact(event.time.as_ref()).into(),
            time::age(event.time.as_ref(), screen.now).into(),
            event.reason.as_str().into(),
            event.message.as_str().into(),
        ]);
    }
    table.render(screen)
}

/// What will happen by itself, what would help, and where the next piece of the story is.
fn what_next(placement: &Placement) -> Vec<String> {
    let name = id_of(&placement.name);
    let tenant = tenant_of(&placement.name);
    let mut lines = Vec::new();
    match placement.state() {
        State::Pending => {
            lines.push(
                "it is decided again by itself, as soon as something changes that can make it fit".to_owned(),
            );
            lines.push(format!(
                "why it waits now: hourglass explain placement {name} --tenant {tenant}"
            ));
        }
        State::Failed => {
            if let Some(condition) = blocking_condition(placement) {
                lines.push(format!(
                    "it will not become ready by itself: {} {}",
                    condition_reason(condition.reason()),
                    condition.message
                ));
            }
            lines.push("correct the manifest and apply it again: a changed spec is tried anew".to_owned());
            if placement.generation > 1 {
                lines.push(format!(
                    "or go back to an earlier one: hourglass rollout undo placement {name} --tenant {tenant}"
                ));
            }
            lines.push(format!(
                "to try it anew as it is: hourglass delete placement {name} --tenant {tenant} --wait, then apply again"
            ));
        }
        State::Deleting => lines.push(
            "gone when its clusters have confirmed; --force writes off what runs in unreachable clusters"
                .to_owned(),
        ),
        State::Ready | State::Assigned | State::Applied | State::Degraded | State::Unspecified => {}
    }
    if is_tried_no_more(placement) && placement.state() != State::Deleting {
        lines.push(
            "to try again what is tried no more: change any field of the spec and apply it; a change that pods do not see, of \
             startDeadline for example, leaves those alone that have a place"
                .to_owned(),
        );
    }
    if update_stands_still(placement) && placement.state() != State::Deleting {
        lines.push(
            "what serves goes on; the update takes its next step by itself when what UPDATED says of it has ended".to_owned(),
        );
        if !recreates(placement) {
            lines.push(
                "to replace each replica in its own room instead, with a gap: set update.strategy to RECREATE and apply again"
                    .to_owned(),
            );
        }
        lines.push(format!(
            "to take the update back: hourglass rollout undo placement {name} --tenant {tenant}"
        ));
    }
    if let Some(condition) = refused(placement)
        && placement.state() != State::Deleting
    {
        lines.push(format!(
            "put right what {} says; nothing else is needed: it is tried again by itself",
            condition_reason(condition.reason())
        ));
    }
    lines.extend(assignments::where_to_look(placement));
    let trace = trace_id(&placement.traceparent);
    if !trace.is_empty() {
        lines.push(format!("in your tracing tool: trace {trace}"));
    }
    lines.into_iter().map(|line| clean(&line)).collect()
}
