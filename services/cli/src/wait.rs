//! Waiting for placements to be READY, or to be gone: by the stream of changes, with a deadline.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::ops::ControlFlow;
use std::time::Duration;

use hourglass_proto::fleet::v1::assignment::Phase;
use hourglass_proto::fleet::v1::condition::{Reason, Status, Type};
use hourglass_proto::fleet::v1::placement::State;
use hourglass_proto::fleet::v1::{Condition, Placement};
use tokio::time::Instant;

use crate::client::{Followed, Session, follow_placements};
use crate::console;
use crate::errors::CliError;
use crate::names::{PlacementName, tenant_of};
use crate::output::{blocking_condition, clean, condition_reason, placement_state};
use crate::selector::any_name;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// All replicas of the current generation serve.
    Ready,
    /// The clusters confirmed that nothing is left.
    Gone,
}

/// Waits until all have reached the goal, one cannot reach it any more, or the time is over. Gives those that are READY as they
/// were then.
pub async fn until(
    session: &Session,
    names: &[PlacementName],
    goal: Goal,
    budget: Duration,
) -> Result<Vec<Placement>, CliError> {
    let deadline = Instant::now() + budget;
    let mut reached = Vec::new();
    let mut by_parent: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names {
        by_parent.entry(name.parent()).or_default().push(name.to_string());
    }
    for (parent, names) in by_parent {
        reached.extend(until_all(session, &parent, &names, goal, deadline).await?);
    }
    Ok(reached)
}

async fn until_all(
    session: &Session,
    parent: &str,
    names: &[String],
    goal: Goal,
    deadline: Instant,
) -> Result<Vec<Placement>, CliError> {
    let tracker = RefCell::new(Tracker::new(names, goal));
    let filter = any_name(names);
    let follow = follow_placements(session, parent, &filter, |event| {
        Ok(tracker.borrow_mut().see(event))
    });
    let result = tokio::select! {
        result = tokio::time::timeout_at(deadline, follow) => result,
        never = show_progress(&tracker) => match never {},
    };
    clear_progress();
    match result {
        Ok(Ok(Ok(()))) => Ok(tracker.into_inner().ready),
        Ok(Ok(Err(failure))) => Err(failure),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(tracker.borrow().out_of_time()),
    }
}

/// What is known about those that are waited for.
#[derive(Debug)]
struct Tracker {
    goal: Goal,
    waiting: BTreeMap<String, Option<Placement>>,
    /// Those that reached [`Goal::Ready`], as they were then.
    ready: Vec<Placement>,
    started: Instant,
}

type Verdict = Result<(), CliError>;

impl Tracker {
    fn new(names: &[String], goal: Goal) -> Self {
        let waiting = names.iter().map(|name| (name.clone(), None)).collect();
        Self {
            goal,
            waiting,
            ready: Vec::new(),
            started: Instant::now(),
        }
    }

    fn see(&mut self, event: Followed) -> ControlFlow<Verdict> {
        match event {
            Followed::Added(event) | Followed::Modified(event) => match event.placement {
                Some(placement) => self.see_placement(placement)?,
                None => return ControlFlow::Continue(()),
            },
            Followed::Deleted(event) => {
                let Some(placement) = event.placement else {
                    return ControlFlow::Continue(());
                };
                if self.waiting.contains_key(&placement.name) {
                    self.see_gone(&placement.name)?;
                }
            }
            Followed::UpToDate => {
                // What has not been seen by now is not there.
                let unseen: Vec<String> = self
                    .waiting
                    .iter()
                    .filter(|(_, seen)| seen.is_none())
                    .map(|(name, _)| name.clone())
                    .collect();
                for name in unseen {
                    self.see_gone(&name)?;
                }
            }
            Followed::Restarted => {
                for seen in self.waiting.values_mut() {
                    *seen = None;
                }
            }
        }
        if self.waiting.is_empty() {
            ControlFlow::Break(Ok(()))
        } else {
            ControlFlow::Continue(())
        }
    }

    fn see_placement(&mut self, placement: Placement) -> ControlFlow<Verdict> {
        let name = placement.name.clone();
        let Some(seen) = self.waiting.get_mut(&name) else {
            return ControlFlow::Continue(());
        };
        let verdict = match (self.goal, placement.state()) {
            (Goal::Ready, State::Ready) if placement.observed_generation >= placement.generation => {
                self.waiting.remove(&name);
                self.ready.push(placement);
                return ControlFlow::Continue(());
            }
            (Goal::Ready, State::Failed) => Some(format!("placement/{} has FAILED", short(&name))),
            (Goal::Ready, State::Deleting) => Some(format!("placement/{} is being deleted", short(&name))),
            (Goal::Ready, _) if stuck_update(&placement).is_some() => Some(format!(
                "the update of placement/{} does not get on",
                short(&name)
            )),
            _ => None,
        };
        let details = describe(&placement);
        *seen = Some(placement);
        match verdict {
            Some(message) => ControlFlow::Break(Err(CliError::WaitFailed {
                message,
                details,
                hint: format!("hourglass describe placement {}", short(&name)),
            })),
            None => ControlFlow::Continue(()),
        }
    }

    fn see_gone(&mut self, name: &str) -> ControlFlow<Verdict> {
        if self.goal == Goal::Gone {
            self.waiting.remove(name);
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(Err(CliError::WaitFailed {
            message: format!("placement/{} is not there any more", short(name)),
            details: Vec::new(),
            hint: "someone deleted it meanwhile; apply it again if it is still wanted".to_owned(),
        }))
    }

    fn out_of_time(&self) -> CliError {
        let what = match self.goal {
            Goal::Ready => "READY",
            Goal::Gone => "gone",
        };
        let details = self
            .waiting
            .iter()
            .flat_map(|(name, seen)| match seen {
                Some(placement) => {
                    let lines = describe(placement);
                    let age = crate::output::age(placement.create_time.as_ref(), jiff::Timestamp::now());
                    std::iter::once(format!(
                        "placement/{}: {} (created {age} ago)",
                        short(name),
                        placement_state(placement.state())
                    ))
                    .chain(lines.into_iter().map(|line| format!("  {line}")))
                    .collect::<Vec<_>>()
                }
                None => vec![format!("placement/{}: nothing heard about it yet", short(name))],
            })
            .collect();
        CliError::WaitFailed {
            message: format!("{} not {what} in time", of_count(self.waiting.len())),
            details,
            hint: match self.goal {
                Goal::Ready => self.not_ready_hint(),
                Goal::Gone => {
                    "it goes on by itself; --force writes off what runs in unreachable clusters".to_owned()
                }
            },
        }
    }

    /// What may be done about what is not READY in time. What a replica says that does not start seldom passes by itself.
    fn not_ready_hint(&self) -> String {
        let mut seen = self.waiting.values().flatten();
        let Some(placement) = seen.find(|placement| says_why_it_does_not_start(placement)) else {
            return "it goes on by itself: `hourglass watch placements`; `hourglass explain placement NAME` says what is missing"
                .to_owned();
        };
        let (id, tenant) = (short(&placement.name), tenant_of(&placement.name));
        let back = if placement.generation > 1 {
            format!(", or take the update back: `hourglass rollout undo placement {id} --tenant {tenant}`")
        } else {
            String::new()
        };
        format!(
            "`hourglass describe placement {id} --tenant {tenant}` shows what each replica says; what does not pass has to be \
             corrected in the manifest, which is then applied again{back}"
        )
    }

    fn progress(&self) -> String {
        let seconds = self.started.elapsed().as_secs();
        let one = match self.waiting.iter().next() {
            Some((name, Some(placement))) => {
                let reason =
                    blocking_condition(placement).map(|condition| condition_reason(condition.reason()));
                format!(
                    "{} {} {}",
                    short(name),
                    placement_state(placement.state()),
                    reason.unwrap_or_default()
                )
            }
            Some((name, None)) => short(name).to_owned(),
            None => String::new(),
        };
        let others = match self.waiting.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        format!("waiting {seconds}s: {}{others}", clean(one.trim_end()))
    }
}

fn of_count(count: usize) -> String {
    if count == 1 {
        "1 placement is".to_owned()
    } else {
        format!("{count} placements are")
    }
}

/// The condition of an update that ended without success, or stands still beyond its deadline: what was there before
/// goes on serving, and only a person can tell what is wrong with the new one.
fn stuck_update(placement: &Placement) -> Option<&Condition> {
    placement.conditions.iter().find(|condition| {
        condition.r#type() == Type::Updated
            && condition.status() == Status::False
            && matches!(
                condition.reason(),
                Reason::ProgressDeadlineExceeded | Reason::AttemptsExhausted
            )
    })
}

/// A replica of the generation that is wanted has an object in its cluster, does not serve, and something is said of that.
fn says_why_it_does_not_start(placement: &Placement) -> bool {
    placement.assignments.iter().any(|one| {
        let is_there = matches!(one.phase(), Phase::Starting | Phase::Broken | Phase::Refused);
        let is_wanted = one.generation >= placement.generation;
        is_there && is_wanted && !one.ready && !one.message.is_empty()
    })
}

fn describe(placement: &Placement) -> Vec<String> {
    stuck_update(placement)
        .or_else(|| blocking_condition(placement))
        .map(|condition| format!("{}: {}", condition_reason(condition.reason()), condition.message))
        .into_iter()
        .collect()
}

fn short(name: &str) -> &str {
    crate::names::id_of(name)
}

/// On a terminal, after two seconds, one line that is rewritten. Elsewhere nothing.
async fn show_progress(tracker: &RefCell<Tracker>) -> Infallible {
    if !console::stderr_is_terminal() {
        return pending().await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    loop {
        let mut line = tracker.borrow().progress();
        if let Some((terminal_size::Width(columns), _)) = terminal_size::terminal_size() {
            line = line
                .chars()
                .take(usize::from(columns).saturating_sub(1))
                .collect();
        }
        console::err(&format!("\r\u{1b}[2K{line}"));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn clear_progress() {
    if console::stderr_is_terminal() {
        console::err("\r\u{1b}[2K");
    }
}

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1::Assignment;

    use super::*;

    fn updating(reason: Reason) -> Placement {
        Placement {
            name: "tenants/a/placements/web".to_owned(),
            state: State::Ready.into(),
            generation: 2,
            observed_generation: 1,
            conditions: vec![Condition {
                r#type: Type::Updated.into(),
                status: Status::False.into(),
                reason: reason.into(),
                message: "it did not start".to_owned(),
                ..Condition::default()
            }],
            ..Placement::default()
        }
    }

    fn hint(assignments: Vec<Assignment>, generation: i64) -> String {
        let placement = Placement {
            name: "tenants/a/placements/web".to_owned(),
            state: State::Degraded.into(),
            generation,
            assignments,
            ..Placement::default()
        };
        let mut tracker = Tracker::new(std::slice::from_ref(&placement.name), Goal::Ready);
        assert!(tracker.see_placement(placement).is_continue());
        match tracker.out_of_time() {
            CliError::WaitFailed { hint, .. } => hint,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn it_is_not_said_to_go_on_by_itself_while_a_replica_says_why_it_does_not_start() {
        let old = Assignment {
            generation: 1,
            ready: true,
            phase: Phase::Running.into(),
            message: "1 of 1 pods are ready".to_owned(),
            ..Assignment::default()
        };
        let new = |message: &str| Assignment {
            generation: 2,
            ready: false,
            phase: Phase::Starting.into(),
            message: message.to_owned(),
            ..old.clone()
        };
        let said = "Back-off pulling image: ErrImagePull";
        let told = hint(vec![old.clone(), new(said)], 2);
        assert!(!told.contains("goes on by itself"), "{told}");
        for command in [
            "describe placement web --tenant a",
            "rollout undo placement web --tenant a",
        ] {
            assert!(told.contains(command), "{told}");
        }
        let first = Assignment {
            generation: 1,
            ..new(said)
        };
        let told = hint(vec![first], 1);
        assert!(
            told.contains("describe placement web") && !told.contains("undo"),
            "{told}"
        );
        for others in [
            vec![],
            vec![old.clone()],
            vec![old.clone(), new("")],
            // It is wanted no more.
            vec![Assignment {
                ready: false,
                ..old.clone()
            }],
        ] {
            let told = hint(others, 2);
            assert!(told.contains("it goes on by itself"), "{told}");
        }
    }

    #[test]
    fn who_waits_for_an_update_hears_that_it_does_not_get_on() {
        let names = ["tenants/a/placements/web".to_owned()];
        for (reason, ends) in [
            (Reason::Updating, false),
            (Reason::UpdateBlocked, false),
            (Reason::ProgressDeadlineExceeded, true),
            (Reason::AttemptsExhausted, true),
        ] {
            let mut tracker = Tracker::new(&names, Goal::Ready);
            let seen = tracker.see_placement(updating(reason));
            match seen {
                ControlFlow::Continue(()) => assert!(!ends, "{reason:?}"),
                ControlFlow::Break(Err(CliError::WaitFailed { message, details, .. })) => {
                    assert!(
                        ends && message.contains("does not get on"),
                        "{reason:?}: {message}"
                    );
                    assert!(details[0].contains(reason.as_str_name()), "{details:?}");
                }
                ControlFlow::Break(other) => panic!("{other:?}"),
            }
        }
    }
}
