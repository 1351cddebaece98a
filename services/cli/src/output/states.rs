//! Names and meanings of states.

use hourglass_proto::fleet::v1::{assignment, cluster, condition, placement};

use super::{Cell, Paint};

/// The name of a placement's state; `-` when the server gave none.
pub fn placement_state(state: placement::State) -> &'static str {
    match state {
        placement::State::Unspecified => "-",
        state => state.as_str_name(),
    }
}

/// The state in the colour of its meaning.
pub fn placement_cell(state: placement::State) -> Cell {
    use placement::State;
    let paint = match state {
        State::Ready => Paint::Good,
        State::Pending | State::Assigned | State::Applied | State::Degraded => Paint::Warn,
        State::Failed => Paint::Bad,
        State::Deleting | State::Unspecified => Paint::Dim,
    };
    Cell::painted(placement_state(state), paint)
}

/// The name of a cluster's state.
pub fn cluster_state(state: cluster::State) -> &'static str {
    match state {
        cluster::State::Unspecified => "-",
        state => state.as_str_name(),
    }
}

/// The state in the colour of its meaning.
pub fn cluster_cell(state: cluster::State, cordoned: bool) -> Cell {
    use cluster::State;
    let paint = match state {
        State::Ready => Paint::Good,
        State::Joining | State::Suspect | State::Cordoned => Paint::Warn,
        State::Unreachable => Paint::Bad,
        State::Leaving | State::Unspecified => Paint::Dim,
    };
    let name = cluster_state(state);
    // A cordoned cluster that is silent is both, and both matter.
    if cordoned && state != State::Cordoned {
        return Cell::painted(format!("{name},CORDONED"), paint);
    }
    Cell::painted(name, paint)
}

/// The name of a reason; empty when there is none.
pub fn condition_reason(reason: condition::Reason) -> &'static str {
    match reason {
        condition::Reason::Unspecified => "",
        reason => reason.as_str_name(),
    }
}

/// The name of a condition's type.
pub fn condition_type(kind: condition::Type) -> &'static str {
    match kind {
        condition::Type::Unspecified => "-",
        kind => kind.as_str_name(),
    }
}

/// The status in the colour of its meaning.
pub fn condition_cell(status: condition::Status) -> Cell {
    use condition::Status;
    match status {
        Status::True => Cell::painted("TRUE", Paint::Good),
        Status::False => Cell::painted("FALSE", Paint::Warn),
        Status::Unknown => Cell::painted("UNKNOWN", Paint::Warn),
        Status::Unspecified => Cell::painted("-", Paint::Dim),
    }
}

/// The name of an assignment's phase and its meaning.
pub fn phase(phase: assignment::Phase) -> (&'static str, Paint) {
    use assignment::Phase;
    let paint = match phase {
        Phase::Running => Paint::Good,
        Phase::Broken | Phase::Refused => Paint::Bad,
        Phase::Dispatching
        | Phase::Accepted
        | Phase::Starting
        | Phase::Upgrading
        | Phase::Terminating
        | Phase::Unknown => Paint::Warn,
        Phase::Unspecified => return ("-", Paint::Dim),
    };
    (phase.as_str_name(), paint)
}
