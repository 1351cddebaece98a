//! What the agent counts about itself. Labels are few and fixed: never the name of an object, tenant or placement.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::SystemTime;

use hourglass_proto::fleet::v1::ack::Outcome;
use hourglass_proto::fleet::v1::inventory_message::Message;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    command: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    end: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResourceLabels {
    resource: &'static str,
}

type IntGauge = Gauge<i64, AtomicI64>;

/// The metrics of the process; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    holds_lease: IntGauge,
    connected: IntGauge,
    sessions: Family<EndLabels, Counter>,
    commands: Family<CommandLabels, Counter>,
    commands_running: IntGauge,
    reports: Counter,
    inventory_sequence: IntGauge,
    inventory_applied: IntGauge,
    inventory_messages: Family<KindLabels, Counter>,
    watch_lists: Family<ResourceLabels, Counter>,
    certificate_end: IntGauge,
}

impl Metrics {
    /// Makes the metrics and registers them.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let agent = registry.sub_registry_with_prefix("hourglass_agent");
        let inner = &metrics.inner;
        agent.register(
            "holds_lease",
            "1 while this agent is the one that works",
            inner.holds_lease.clone(),
        );
        agent.register(
            "session_connected",
            "1 while a session with the server is established",
            inner.connected.clone(),
        );
        agent.register("sessions", "Sessions that ended, by how", inner.sessions.clone());
        agent.register(
            "commands",
            "Commands that were answered, by outcome",
            inner.commands.clone(),
        );
        agent.register(
            "commands_running",
            "Commands taken and not yet answered",
            inner.commands_running.clone(),
        );
        agent.register("reports", "Reports sent", inner.reports.clone());
        agent.register(
            "inventory_sequence",
            "Sequence of the newest inventory message",
            inner.inventory_sequence.clone(),
        );
        agent.register(
            "inventory_applied_sequence",
            "Sequence up to which the server has applied the inventory",
            inner.inventory_applied.clone(),
        );
        agent.register(
            "inventory_messages",
            "Inventory messages sent, by kind",
            inner.inventory_messages.clone(),
        );
        agent.register(
            "watch_lists",
            "Complete lists that a watch began with, by resource",
            inner.watch_lists.clone(),
        );
        agent.register(
            "certificate_end_seconds",
            "When the certificate ends, in seconds since 1970",
            inner.certificate_end.clone(),
        );
        metrics
    }

    /// Whether this agent works.
    pub fn set_holds_lease(&self, holds: bool) {
        self.inner.holds_lease.set(i64::from(holds));
    }

    /// Whether a session is established.
    pub fn set_connected(&self, connected: bool) {
        self.inner.connected.set(i64::from(connected));
    }

    /// A session ended.
    pub fn session_ended(&self, end: &'static str) {
        self.inner.sessions.get_or_create(&EndLabels { end }).inc();
    }

    /// A command was answered.
    pub fn command_answered(&self, command: &'static str, outcome: Outcome) {
        let labels = CommandLabels {
            command,
            outcome: outcome.as_str_name(),
        };
        self.inner.commands.get_or_create(&labels).inc();
    }

    /// So many commands are taken and not yet answered.
    pub fn set_commands_running(&self, commands: usize) {
        self.inner
            .commands_running
            .set(i64::try_from(commands).unwrap_or(i64::MAX));
    }

    /// A report was sent.
    pub fn report_sent(&self) {
        self.inner.reports.inc();
    }

    /// An inventory message was sent; `sequence` is the newest one.
    pub fn inventory_sent(&self, message: &Message, sequence: i64) {
        let kind = match message {
            Message::SnapshotBegin(_) => "snapshot_begin",
            Message::SnapshotChunk(_) => "snapshot_chunk",
            Message::SnapshotEnd(_) => "snapshot_end",
            Message::Delta(_) => "delta",
        };
        self.inner
            .inventory_messages
            .get_or_create(&KindLabels { kind })
            .inc();
        self.inner.inventory_sequence.set(sequence);
    }

    /// The server has applied the inventory up to here; zero says nothing.
    pub fn inventory_applied(&self, sequence: i64) {
        if sequence > 0 {
            self.inner.inventory_applied.set(sequence);
        }
    }

    /// A watch began with a complete list.
    pub fn watch_listed(&self, resource: &'static str) {
        self.inner
            .watch_lists
            .get_or_create(&ResourceLabels { resource })
            .inc();
    }

    /// When the certificate ends.
    pub fn set_certificate_end(&self, end: SystemTime) {
        let seconds = end
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        self.inner
            .certificate_end
            .set(i64::try_from(seconds).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
#[path = "../../../tests/support/metrics_page.rs"]
mod metrics_page;

#[cfg(test)]
mod tests {
    use hourglass_proto::fleet::v1 as pb;

    use super::*;

    /// What a function of this source gives as words.
    fn words_of(source: &'static str) -> impl Iterator<Item = &'static str> {
        let body = source.split("pub fn kind(").nth(1).unwrap();
        let body = body.split("\n    }\n").next().unwrap();
        body.split('"').skip(1).step_by(2)
    }

    /// What is followed with a watch in this source: the word before the metrics.
    fn followed_in(source: &'static str) -> impl Iterator<Item = &'static str> {
        let parts: Vec<&'static str> = source.split('"').skip(1).collect();
        let pairs: Vec<_> = parts
            .chunks(2)
            .map(|pair| (pair[0], pair.get(1).copied()))
            .collect();
        pairs.into_iter().filter_map(|(word, after)| {
            let after = after?.trim_start_matches([',', ' ', '\n', '&']);
            after.starts_with("metrics").then_some(word)
        })
    }

    #[test]
    fn every_metric_stands_in_the_documentation_and_nothing_else_does() {
        let mut registry = Registry::default();
        let metrics = Metrics::register(&mut registry);
        let ends = words_of(include_str!("session/error.rs"));
        for end in ends.chain(["stopped", "identity_changed"]) {
            metrics.session_ended(end);
        }
        let outcomes = (0..100).filter_map(|value| Outcome::try_from(value).ok());
        for outcome in outcomes.filter(|outcome| *outcome != Outcome::Unspecified) {
            for command in words_of(include_str!("session/command.rs")) {
                metrics.command_answered(command, outcome);
            }
        }
        for message in [
            Message::SnapshotBegin(pb::SnapshotBegin::default()),
            Message::SnapshotChunk(pb::SnapshotChunk::default()),
            Message::SnapshotEnd(pb::SnapshotEnd::default()),
            Message::Delta(pb::InventoryDelta::default()),
        ] {
            metrics.inventory_sent(&message, 1);
        }
        let followed: Vec<_> = [
            include_str!("inventory/watches.rs"),
            include_str!("inventory/devices/watches.rs"),
            include_str!("performers/shared.rs"),
        ]
        .into_iter()
        .flat_map(followed_in)
        .collect();
        assert!(followed.len() >= 9, "{followed:?}");
        for resource in followed {
            metrics.watch_listed(resource);
        }
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        metrics_page::check(&text, "hourglass_agent_");
    }

    #[test]
    fn the_metrics_have_their_documented_names() {
        let mut registry = Registry::default();
        let metrics = Metrics::register(&mut registry);
        metrics.command_answered("apply", Outcome::Applied);
        metrics.session_ended("server_silent");
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        assert!(
            text.contains("hourglass_agent_commands_total{command=\"apply\",outcome=\"APPLIED\"} 1"),
            "{text}"
        );
        assert!(
            text.contains("hourglass_agent_sessions_total{end=\"server_silent\"} 1"),
            "{text}"
        );
    }
}
