//! Errors as text: what, which fields, what to do, and where to look.

use tonic::Code;
use tonic_types::{ErrorDetails, StatusExt};

use crate::args::ResourceKind;
use crate::errors::CliError;
use crate::output::{Paint, Screen, clean};

/// The lines for stderr, each ended by a newline.
pub fn render(error: &CliError, screen: &Screen) -> String {
    let mut lines = vec![format!(
        "{} {}",
        screen.paint(Paint::Bad, "error:"),
        clean(&headline(error))
    )];
    lines.extend(
        details(error)
            .into_iter()
            .map(|line| format!("  {}", clean(&line))),
    );
    for hint in hints(error) {
        let mut parts = hint.lines();
        if let Some(first) = parts.next() {
            lines.push(format!("{} {}", screen.paint(Paint::Hint, "hint:"), clean(first)));
        }
        lines.extend(parts.map(|line| format!("      {}", clean(line))));
    }
    if let CliError::Refused { trace_id, .. } = error {
        lines.push(format!("trace id: {trace_id}"));
    }
    lines.join("\n") + "\n"
}

fn headline(error: &CliError) -> String {
    match error {
        CliError::Refused { doing, status, .. } => {
            let reason = error_reason(&status.get_error_details());
            let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!(
                "cannot {doing}: {}{reason}: {}",
                code_name(status.code()),
                status.message()
            )
        }
        other => other.to_string(),
    }
}

fn error_reason(details: &ErrorDetails) -> Option<String> {
    details
        .error_info()
        .map(|info| info.reason.clone())
        .filter(|reason| !reason.is_empty())
}

fn details(error: &CliError) -> Vec<String> {
    match error {
        CliError::Manifest(manifest) => manifest.problems().iter().map(ToString::to_string).collect(),
        CliError::Conflict { details, .. } | CliError::WaitFailed { details, .. } => details.clone(),
        CliError::Refused { status, .. } => {
            let mut lines = status_details(&status.get_error_details());
            // A single wrong field stands in the headline already.
            lines.retain(|line| line != status.message());
            lines
        }
        CliError::Unreachable(failure) => failure.details(),
        _ => Vec::new(),
    }
}

/// Everything in the standard details that helps a person, one line each.
fn status_details(details: &ErrorDetails) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(bad_request) = details.bad_request() {
        lines.extend(
            bad_request
                .field_violations
                .iter()
                .map(|violation| match violation.field.as_str() {
                    "" => violation.description.clone(),
                    field => format!("{field}: {}", violation.description),
                }),
        );
    }
    if let Some(precondition) = details.precondition_failure() {
        lines.extend(precondition.violations.iter().map(|violation| {
            format!(
                "{} {}: {}",
                violation.r#type, violation.subject, violation.description
            )
        }));
    }
    if let Some(quota) = details.quota_failure() {
        lines.extend(
            quota
                .violations
                .iter()
                .map(|violation| format!("{}: {}", violation.subject, violation.description)),
        );
    }
    if let Some(resource) = details.resource_info() {
        let description = match resource.description.as_str() {
            "" => String::new(),
            text => format!(" ({text})"),
        };
        lines.push(format!(
            "{}: {}{description}",
            resource.resource_type, resource.resource_name
        ));
    }
    if let Some(info) = details.error_info() {
        let mut metadata: Vec<_> = info.metadata.iter().collect();
        metadata.sort();
        lines.extend(metadata.into_iter().map(|(key, value)| format!("{key}: {value}")));
    }
    if let Some(delay) = details.retry_info().and_then(|retry| retry.retry_delay) {
        lines.push(format!("retry after: {:.1} s", delay.as_secs_f64()));
    }
    lines
}

fn hints(error: &CliError) -> Vec<String> {
    match error {
        CliError::Usage(_) => vec!["see `hourglass help`, or --help after a verb".to_owned()],
        CliError::Context(context) => context.hint().into_iter().collect(),
        CliError::Manifest(_) => vec!["see `hourglass help manifests`".to_owned()],
        CliError::Refused { doing, status, .. } => status_hint(doing, status).into_iter().collect(),
        CliError::Unreachable(failure) => vec![failure.remedy()],
        CliError::NotFound { hint, .. }
        | CliError::Conflict { hint, .. }
        | CliError::WaitFailed { hint, .. } => vec![hint.clone()],
        CliError::File { .. }
        | CliError::Format { .. }
        | CliError::FaultsFound(_)
        | CliError::OutputClosed
        | CliError::Several { .. } => Vec::new(),
    }
}

fn status_hint(doing: &str, status: &tonic::Status) -> Option<String> {
    let details = status.get_error_details();
    if let Some(link) = details.help().and_then(|help| help.links.first()) {
        return Some(format!("{}: {}", link.description, link.url));
    }
    let hint = match status.code() {
        Code::Unauthenticated => {
            "the server wants a valid credential: set HOURGLASS_TOKEN, --token-file, or \
             `hourglass config set-context NAME --token-file FILE`"
        }
        Code::PermissionDenied => {
            "the credential is good but not for this; check --tenant, or ask the operator of the fleet"
        }
        Code::NotFound => match absent_revision(doing, &details) {
            Some(history) => return Some(history),
            None => absent_hint(absent_kind(doing, &details)),
        },
        Code::AlreadyExists => {
            "look at what is there with `hourglass describe`; another name or request id makes a new one"
        }
        Code::Aborted => "someone else changed it meanwhile; look again and repeat the command",
        Code::FailedPrecondition => return Some(precondition_hint(doing)),
        Code::ResourceExhausted => "a limit was hit; wait and repeat, or delete what is not needed",
        Code::Unavailable => {
            "the outcome is unknown; repeating the command is safe. `hourglass check` looks at the server"
        }
        Code::DeadlineExceeded => {
            "the outcome is unknown; repeating the command is safe. --timeout gives the server longer"
        }
        Code::Unimplemented => "the server does not know this call; `hourglass version` compares both sides",
        Code::Internal | Code::Unknown | Code::DataLoss => {
            "this is a fault of the server; its log has the details under the trace id"
        }
        Code::InvalidArgument => "nothing was changed; correct the fields and repeat the command",
        Code::OutOfRange => "the position in the list or stream is too old; start again",
        Code::Ok | Code::Cancelled => return None,
    };
    Some(hint.to_owned())
}

/// What stood in the way of this call, not of another one.
fn precondition_hint(doing: &str) -> String {
    let verb = doing.split(' ').next().unwrap_or_default();
    let id = placement_of(doing).unwrap_or("NAME");
    match verb {
        "create" | "validate" => {
            "without --fail-fast a placement waits until there is room; `hourglass explain -f FILE` says what is missing"
                .to_owned()
        }
        "evict" => format!("`hourglass describe placement {id}` shows its replicas, their epochs and who moves already"),
        "roll" => format!("`hourglass rollout history placement {id}` lists what can be gone back to"),
        _ => "nothing was changed; look at what is there with `hourglass describe`, and repeat the command when that has \
              changed"
            .to_owned(),
    }
}

/// Where the revisions of a placement are listed, when it was one of these that is not there.
fn absent_revision(doing: &str, details: &ErrorDetails) -> Option<String> {
    let resource = details.resource_info()?;
    let id = placement_of(doing).filter(|_| resource.resource_name.starts_with("revision "))?;
    Some(format!(
        "`hourglass rollout history placement {id}` lists the revisions that are kept"
    ))
}

/// The placement that is worked on, as in "get placement/job".
fn placement_of(doing: &str) -> Option<&str> {
    doing.split(' ').find_map(|word| word.strip_prefix("placement/"))
}

/// The kind of what is not there: as the server names it, else as in "get cluster/east".
fn absent_kind(doing: &str, details: &ErrorDetails) -> Option<ResourceKind> {
    let named = details
        .resource_info()
        .and_then(|resource| resource.resource_type.parse().ok());
    named.or_else(|| {
        doing
            .split(' ')
            .filter_map(|word| word.split_once('/'))
            .find_map(|(kind, _)| kind.parse().ok())
    })
}

/// Where those that are there are listed.
fn absent_hint(kind: Option<ResourceKind>) -> &'static str {
    match kind {
        Some(ResourceKind::Placement) => {
            "`hourglass get placements -A` lists what there is in all tenants that you may see"
        }
        Some(ResourceKind::Cluster) => "`hourglass get clusters` lists the clusters that have joined",
        Some(ResourceKind::Node) => "`hourglass get nodes` lists what the clusters reported",
        Some(ResourceKind::JoinToken) => "`hourglass token list` lists the tokens",
        Some(ResourceKind::Orphan) => "`hourglass get orphans` lists what the clusters reported",
        Some(ResourceKind::Fleet) | None => {
            "`hourglass get placements,clusters,nodes -A` lists what there is that you may see"
        }
    }
}

/// Standard name of a status code.
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tonic::Status;

    #[test]
    fn every_violation_reason_and_delay_is_shown() {
        let mut details = ErrorDetails::new();
        details
            .set_error_info(
                "INVALID_PLACEMENT",
                "hourglass.eigenlayer.io",
                [("limit".to_owned(), "63".to_owned())],
            )
            .add_bad_request_violation("spec.compute.gpu", "give count or shareMilli, not both")
            .add_bad_request_violation("spec.performer.image", "not an image reference")
            .set_retry_info(Some(Duration::from_millis(1_500)));
        let status = Status::with_error_details(Code::InvalidArgument, "2 fields are invalid", details);
        let error = CliError::Refused {
            doing: "create placement/foo".to_owned(),
            status: Box::new(status),
            trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
        };
        assert_eq!(
            render(&error, &Screen::plain()),
            "error: cannot create placement/foo: INVALID_ARGUMENT (INVALID_PLACEMENT): 2 fields are invalid\n\
             \x20 spec.compute.gpu: give count or shareMilli, not both\n\
             \x20 spec.performer.image: not an image reference\n\
             \x20 limit: 63\n\
             \x20 retry after: 1.5 s\n\
             hint: nothing was changed; correct the fields and repeat the command\n\
             trace id: 0af7651916cd43dd8448eb211c80319c\n"
        );
    }

    #[test]
    fn a_single_wrong_field_is_told_once() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("spec.replicas", "is 0: 1 at least");
        let refused = |message: &str| {
            let status = Status::with_error_details(Code::InvalidArgument, message, details.clone());
            let error = CliError::Refused {
                doing: "create placement/foo".to_owned(),
                status: Box::new(status),
                trace_id: String::new(),
            };
            let text = render(&error, &Screen::plain());
            text.matches("spec.replicas: is 0: 1 at least").count()
        };
        assert_eq!(refused("spec.replicas: is 0: 1 at least"), 1);
        assert_eq!(refused("the request is invalid"), 1);
        assert_eq!(refused("spec.replicas: is 0: 1 at least (and 1 more)"), 2);
    }

    #[test]
    fn what_is_not_there_is_looked_for_among_its_kind() {
        let hint = |doing: &str, resource: Option<&str>| {
            let mut details = ErrorDetails::new();
            if let Some(kind) = resource {
                details.set_resource_info(kind, "a/name", "", "");
            }
            let error = CliError::Refused {
                doing: doing.to_owned(),
                status: Box::new(Status::with_error_details(
                    Code::NotFound,
                    "it is not there",
                    details,
                )),
                trace_id: String::new(),
            };
            render(&error, &Screen::plain())
                .lines()
                .find_map(|line| line.strip_prefix("hint: ").map(str::to_owned))
                .unwrap()
        };
        assert!(hint("get cluster/east", None).contains("get clusters`"));
        assert!(hint("get placement/foo", None).contains("get placements -A`"));
        assert!(hint("revoke token/k3x9", None).contains("token list`"));
        // The server knows better: the nodes of a cluster that is not there.
        assert!(hint("list nodes", Some("Cluster")).contains("get clusters`"));
        assert!(hint("get placement/foo", Some("JoinToken")).contains("token list`"));
        assert!(hint("list nodes", Some("Resource")).contains("get placements,clusters,nodes -A`"));
    }

    #[test]
    fn each_verb_has_hints_of_its_own() {
        let hint = |doing: &str, code: Code, resource: Option<&str>| {
            let mut details = ErrorDetails::new();
            if let Some(name) = resource {
                details.set_resource_info("Placement", name, "", "");
            }
            let error = CliError::Refused {
                doing: doing.to_owned(),
                status: Box::new(Status::with_error_details(code, "it is so", details)),
                trace_id: String::new(),
            };
            render(&error, &Screen::plain())
        };
        let refused = |doing: &str| hint(doing, Code::FailedPrecondition, None);
        assert!(refused("create placement/job").contains("--fail-fast"));
        let evict = refused("evict replica 0 of placement/job");
        assert!(
            evict.contains("describe placement job`") && !evict.contains("--fail-fast"),
            "{evict}"
        );
        let back = "roll placement/job back to revision 99";
        assert!(refused(back).contains("rollout history placement job`"));
        assert!(!refused("change placement/job").contains("--fail-fast"));
        let absent = hint(
            back,
            Code::NotFound,
            Some("revision 99 of tenants/a/placements/job"),
        );
        assert!(absent.contains("rollout history placement job`"), "{absent}");
        let gone = hint(back, Code::NotFound, Some("tenants/a/placements/job"));
        assert!(gone.contains("get placements -A`"), "{gone}");
    }

    #[test]
    fn a_terminal_escape_in_a_servers_message_does_not_reach_the_terminal() {
        let error = CliError::Refused {
            doing: "get placement/foo".to_owned(),
            status: Box::new(Status::internal("bad \u{1b}[2J news")),
            trace_id: String::new(),
        };
        assert!(!render(&error, &Screen::plain()).contains('\u{1b}'));
    }
}
