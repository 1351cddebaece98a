//! How a place is chosen and what happens after: words, times, policies, overrides.

use std::time::Duration;

use hourglass_model::performer::LocalObjectReference;
use hourglass_model::placement as model;
use hourglass_proto::fleet::v1 as proto;

use super::optional;
use super::scheduling::{label_selector_in, label_selector_out};
use super::timestamp::{duration, duration_in};
use crate::edge::violations::Violations;

/// The value of an enum; a number that it does not have comes from a client newer than this server.
pub(super) fn enum_in<T: TryFrom<i32>>(path: &str, number: i32, violations: &mut Violations) -> Option<T> {
    let value = T::try_from(number).ok();
    if value.is_none() {
        violations.add(
            path,
            format!("{number} is a value that this server does not know"),
        );
    }
    value
}

pub(super) fn duration_at(
    path: &str,
    length: Option<pbjson_types::Duration>,
    violations: &mut Violations,
) -> Option<Duration> {
    length.and_then(|length| violations.check(path, duration_in(&length)))
}

pub(super) fn preemption_in(
    path: &str,
    number: i32,
    violations: &mut Violations,
) -> Option<model::Preemption> {
    use proto::placement_spec::Preemption as Wire;
    match enum_in(path, number, violations)? {
        Wire::Unspecified => None,
        Wire::LowerPriority => Some(model::Preemption::LowerPriority),
        Wire::Never => Some(model::Preemption::Never),
    }
}

pub(super) fn preemption_out(value: Option<model::Preemption>) -> proto::placement_spec::Preemption {
    use proto::placement_spec::Preemption as Wire;
    match value {
        None => Wire::Unspecified,
        Some(model::Preemption::LowerPriority) => Wire::LowerPriority,
        Some(model::Preemption::Never) => Wire::Never,
    }
}

pub(super) fn strategy_in(path: &str, number: i32, violations: &mut Violations) -> Option<model::Strategy> {
    use proto::placement_spec::Strategy as Wire;
    match enum_in(path, number, violations)? {
        Wire::Unspecified => None,
        Wire::Pack => Some(model::Strategy::Pack),
        Wire::Spread => Some(model::Strategy::Spread),
    }
}

pub(super) fn strategy_out(value: Option<model::Strategy>) -> proto::placement_spec::Strategy {
    use proto::placement_spec::Strategy as Wire;
    match value {
        None => Wire::Unspecified,
        Some(model::Strategy::Pack) => Wire::Pack,
        Some(model::Strategy::Spread) => Wire::Spread,
    }
}

pub(super) fn pin_in(path: &str, number: i32, violations: &mut Violations) -> Option<model::PinScope> {
    use proto::placement_spec::Pin as Wire;
    match enum_in(path, number, violations)? {
        Wire::Unspecified => None,
        Wire::Node => Some(model::PinScope::Node),
        Wire::Cluster => Some(model::PinScope::Cluster),
    }
}

pub(super) fn pin_out(value: Option<model::PinScope>) -> proto::placement_spec::Pin {
    use proto::placement_spec::Pin as Wire;
    match value {
        None => Wire::Unspecified,
        Some(model::PinScope::Node) => Wire::Node,
        Some(model::PinScope::Cluster) => Wire::Cluster,
    }
}

pub(super) fn failover_in(
    path: &str,
    failover: proto::Failover,
    violations: &mut Violations,
) -> model::Failover {
    use proto::failover::{Fencing, Mode};
    let mode = enum_in(&format!("{path}.mode"), failover.mode, violations);
    let fencing = enum_in(&format!("{path}.fencing"), failover.fencing, violations);
    model::Failover {
        mode: mode.and_then(|mode| match mode {
            Mode::Unspecified => None,
            Mode::Never => Some(model::FailoverMode::Never),
            Mode::Reschedule => Some(model::FailoverMode::Reschedule),
        }),
        toleration: duration_at(&format!("{path}.toleration"), failover.toleration, violations),
        fencing: fencing.and_then(|fencing| match fencing {
            Fencing::Unspecified => None,
            Fencing::None => Some(model::Fencing::None),
            Fencing::Strict => Some(model::Fencing::Strict),
        }),
    }
}

pub(super) fn failover_out(failover: &model::Failover) -> proto::Failover {
    use proto::failover::{Fencing, Mode};
    let mode = match failover.mode {
        None => Mode::Unspecified,
        Some(model::FailoverMode::Never) => Mode::Never,
        Some(model::FailoverMode::Reschedule) => Mode::Reschedule,
    };
    let fencing = match failover.fencing {
        None => Fencing::Unspecified,
        Some(model::Fencing::None) => Fencing::None,
        Some(model::Fencing::Strict) => Fencing::Strict,
    };
    proto::Failover {
        mode: mode.into(),
        toleration: failover.toleration.map(duration),
        fencing: fencing.into(),
    }
}

pub(super) fn update_in(
    path: &str,
    update: proto::UpdatePolicy,
    violations: &mut Violations,
) -> model::UpdatePolicy {
    use proto::update_policy::Strategy;
    let strategy = enum_in(&format!("{path}.strategy"), update.strategy, violations);
    model::UpdatePolicy {
        strategy: strategy.and_then(|strategy| match strategy {
            Strategy::Unspecified => None,
            Strategy::Surge => Some(model::UpdateStrategy::Surge),
            Strategy::Recreate => Some(model::UpdateStrategy::Recreate),
        }),
        max_parallel: update.max_parallel,
        progress_deadline: duration_at(
            &format!("{path}.progressDeadline"),
            update.progress_deadline,
            violations,
        ),
    }
}

pub(super) fn update_out(update: &model::UpdatePolicy) -> proto::UpdatePolicy {
    use proto::update_policy::Strategy;
    let strategy = match update.strategy {
        None => Strategy::Unspecified,
        Some(model::UpdateStrategy::Surge) => Strategy::Surge,
        Some(model::UpdateStrategy::Recreate) => Strategy::Recreate,
    };
    proto::UpdatePolicy {
        strategy: strategy.into(),
        max_parallel: update.max_parallel,
        progress_deadline: update.progress_deadline.map(duration),
    }
}

pub(super) fn override_in(one: proto::ClusterOverride) -> model::ClusterOverride {
    let secrets = one.image_pull_secrets.into_iter();
    model::ClusterOverride {
        selector: one.selector.map(label_selector_in),
        image_registry: optional(one.image_registry),
        environment: one.environment,
        image_pull_secrets: secrets
            .map(|secret| LocalObjectReference { name: secret.name })
            .collect(),
    }
}

pub(super) fn override_out(one: &model::ClusterOverride) -> proto::ClusterOverride {
    let secrets = one.image_pull_secrets.iter();
    proto::ClusterOverride {
        selector: one.selector.as_ref().map(label_selector_out),
        image_registry: one.image_registry.clone().unwrap_or_default(),
        environment: one.environment.clone(),
        image_pull_secrets: secrets
            .map(|secret| proto::LocalObjectReference {
                name: secret.name.clone(),
            })
            .collect(),
    }
}
