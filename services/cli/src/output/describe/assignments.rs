//! The replicas of a placement, and where to look at them.

use hourglass_proto::fleet::v1::{Assignment, Placement};

use super::super::explanation::scores;
use super::super::fit::hanging;
use super::super::states::phase;
use super::super::{Screen, clean, condition_reason, exact};
use super::placement::show_all;
use super::with_age;

/// Several lines each: more than these push the rest of the story off the screen.
const SHOWN: usize = 10;
/// Where the value of a detail begins.
const DETAIL_COLUMNS: usize = 13;
/// Commands to type next; the first few show how the others go.
const COMMANDS: usize = 3;

/// The first assignments, and how many more there are.
pub fn section(placement: &Placement, screen: &Screen) -> String {
    let all = by_need(placement);
    let (shown, more) = all.split_at(all.len().min(SHOWN));
    let mut parts: Vec<String> = shown.iter().map(|one| assignment(one, screen)).collect();
    if !more.is_empty() {
        let ready = more.iter().filter(|one| one.ready).count();
        parts.push(format!(
            "and {} more ({ready} ready); `{}` shows all\n",
            more.len(),
            clean(&show_all(placement))
        ));
    }
    parts.join("\n")
}

/// Commands that tell more about the replicas, those that need a look first.
pub fn where_to_look(placement: &Placement) -> Vec<String> {
    let mut lines: Vec<String> = by_need(placement)
        .into_iter()
        .filter_map(|assignment| {
            let (namespace, performer) = assignment.performer.split_once('/')?;
            Some(format!(
                "in cluster {}: kubectl -n {namespace} describe performer {performer}",
                assignment.cluster
            ))
        })
        .collect();
    let more = lines.len().saturating_sub(COMMANDS);
    if more > 0 {
        lines.truncate(COMMANDS);
        lines.push(format!("and {more} more performers like these"));
    }
    lines
}

/// Those that are not ready first, else by slot.
fn by_need(placement: &Placement) -> Vec<&Assignment> {
    let mut all: Vec<&Assignment> = placement.assignments.iter().collect();
    all.sort_by_key(|assignment| (assignment.ready, assignment.slot, assignment.epoch));
    all
}

/// Where a replica is and how it is; one without a place is listed for its earlier ones.
fn heading(assignment: &Assignment, screen: &Screen) -> String {
    let slot = assignment.slot;
    if assignment.cluster.is_empty() {
        return format!("slot {slot}: no place");
    }
    let (phase, paint) = phase(assignment.phase());
    let ready = if assignment.ready { "ready" } else { "not ready" };
    let node = if assignment.node.is_empty() {
        "(no node)"
    } else {
        assignment.node.as_str()
    };
    format!(
        "slot {slot} epoch {}: {}/{}  {} ({ready})",
        assignment.epoch,
        clean(&assignment.cluster),
        clean(node),
        screen.paint(paint, phase),
    )
}

fn assignment(assignment: &Assignment, screen: &Screen) -> String {
    let mut lines = vec![heading(assignment, screen)];
    let mut line = |title: &str, value: &str| {
        if !value.is_empty() {
            lines.push(hanging(
                &format!("  {title:<10} "),
                DETAIL_COLUMNS,
                &clean(value),
                screen,
            ));
        }
    };
    line("performer:", &assignment.performer);
    for endpoint in &assignment.endpoints {
        let scope = endpoint.scope().as_str_name();
        let ready = if endpoint.ready { "ready" } else { "not ready" };
        line("endpoint:", &format!("{} ({scope}, {ready})", endpoint.address));
    }
    line("message:", &assignment.message);
    line("to move:", &assignment.disruption);
    line("observed:", &with_age(assignment.observe_time.as_ref(), screen));
    line("scores:", &scores(&assignment.scores));
    for attempt in &assignment.attempts {
        let place = if attempt.node.is_empty() {
            attempt.cluster.clone()
        } else {
            format!("{}/{}", attempt.cluster, attempt.node)
        };
        let why = [condition_reason(attempt.reason()), attempt.message.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(": ");
        line(
            "earlier:",
            &format!(
                "epoch {} on {place}, {}: {why}",
                attempt.epoch,
                exact(attempt.end_time.as_ref())
            ),
        );
    }
    lines.join("\n") + "\n"
}
