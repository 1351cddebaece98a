//! Where a replica is, by whose decision, and what its cluster says of it.

use std::collections::BTreeSet;

use hourglass_model::gpu::DeviceUse;
use hourglass_model::ids::{ClaimId, ClusterName, Generation, NodeName, SnapshotId};
use hourglass_model::render::NodeOffer;
use hourglass_model::request::AppliedOverrides;
use hourglass_model::resources::ResourceVector;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Disruptions after which nothing comes back to the node.
const FOR_GOOD: [&str; 3] = ["NODE_GONE", "DELETION_BY_TAINT_MANAGER", "DELETION_BY_POD_GC"];

/// A decision for one slot and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignmentRecord {
    /// Chosen cluster.
    pub cluster: ClusterName,
    /// Chosen node; none when pinned to the cluster only.
    pub node: Option<NodeName>,
    /// Node that the claim is charged to: the chosen one, or, when the pin is the cluster only, the one that its pod has been
    /// seen on, or has room on, since.
    pub charged_node: NodeName,
    /// The node that was chosen, where another one is charged by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_node: Option<NodeName>,
    /// Devices of the charged node that the claim is charged to, where they are others than the offer's, which are those that were
    /// decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charged_devices: Vec<DeviceUse>,
    /// The zone of the charged node when that was decided (label `topology.kubernetes.io/zone`): rules about zones count it there until
    /// its cluster has said what its nodes are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Namespace of the Performer object.
    pub namespace: String,
    /// Name of the Performer object.
    pub object_name: String,
    /// The claim: requests of the rendered pod with overhead.
    pub vector: ResourceVector,
    /// Limits of the rendered pod, of cpu, memory and ephemeral storage, as quotas of its namespace count them.
    #[serde(default, skip_serializing_if = "ResourceVector::is_empty")]
    pub limits: ResourceVector,
    /// What of the node serves the request; with the spec it gives the concrete performer.
    pub offer: NodeOffer,
    /// Overrides of the spec that apply, by the labels that its cluster had when it was decided.
    #[serde(default, skip_serializing_if = "AppliedOverrides::is_none")]
    pub overrides: AppliedOverrides,
    /// Hash of the content that the agent is to run.
    pub content_hash: String,
    /// Named scores, compared in order.
    pub scores: Vec<(String, i64)>,
    /// Snapshot that was decided on.
    pub snapshot: SnapshotId,
    /// Generation of the spec that it carries.
    pub generation: Generation,
    /// When it was decided.
    pub decide_time: Timestamp,
    /// Claims whose room it takes and that have not ended yet: nothing of it is started before.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub waits_for: BTreeSet<ClaimId>,
    /// When the last of these had left, or when it was found after the store was lost: its start counts from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_time: Option<Timestamp>,
    /// It joins a gang that has started: its pods have no gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ungated: bool,
    /// The wish has changed since its object was told: what the object carries would, should the store be lost, bring back an
    /// earlier one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_seal: bool,
    /// What the cluster last said.
    #[serde(default, skip_serializing_if = "Observed::is_default")]
    pub observed: Observed,
}

impl AssignmentRecord {
    /// The node that was chosen for it.
    #[must_use]
    pub fn decided_node(&self) -> &NodeName {
        self.decided_node.as_ref().unwrap_or(&self.charged_node)
    }

    /// Devices that its claim is charged to.
    #[must_use]
    pub fn charged_devices(&self) -> Vec<DeviceUse> {
        if self.charged_devices.is_empty() {
            self.offer.devices()
        } else {
            self.charged_devices.clone()
        }
    }

    /// It is charged to this node, in this zone, and there to these devices, from now on.
    pub fn charge_to(&mut self, node: &NodeName, zone: Option<&str>, devices: &[DeviceUse]) {
        let decided = self.decided_node().clone();
        self.decided_node = (decided != *node).then_some(decided);
        self.charged_node = node.clone();
        self.zone = zone.map(str::to_owned);
        self.charged_devices = if self.offer.devices() == devices {
            Vec::new()
        } else {
            devices.to_vec()
        };
    }

    /// `namespace/name` of the Performer object; empty of what is only rehearsed, which gets none.
    #[must_use]
    pub fn performer(&self) -> String {
        if self.object_name.is_empty() {
            return String::new();
        }
        format!("{}/{}", self.namespace, self.object_name)
    }

    /// `cluster/node` that was chosen, or the cluster alone.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.node {
            Some(node) => format!("{}/{node}", self.cluster),
            None => self.cluster.to_string(),
        }
    }
}

/// What the cluster said of one assignment; written only when that is [news](Self::is_news_after).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Where it stands.
    pub phase: Phase,
    /// It serves.
    pub ready: bool,
    /// `host:port` inside its cluster, empty until there is one.
    pub endpoint: String,
    /// The node it is bound to, which a local race can make another than the chosen one.
    pub node: String,
    /// UPPER_SNAKE reason of the phase.
    pub reason: String,
    /// For people.
    pub message: String,
    /// Its cluster fell silent: what stands here is what was last heard.
    #[serde(default)]
    pub silent: bool,
    /// Why it should move while it may still serve, UPPER_SNAKE; empty while it may stay.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub disruption: String,
    /// It has served before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
    /// What became of the scheduling gate of a gang's replica.
    #[serde(default, skip_serializing_if = "Gate::is_default")]
    pub gate: Gate,
    /// When the cluster is asked again, at the latest, for what it refused. Never stored: it is asked in every session.
    #[serde(skip)]
    pub next_try: Option<Timestamp>,
    /// Since when its cluster [refuses](Self::is_refused) it, without a break.
    #[serde(default, rename = "refused", skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<Timestamp>,
}

/// What became of the scheduling gate of a gang's replica.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gate {
    /// It has none, or nothing was said of it yet.
    #[default]
    Unknown,
    /// Its pod does not exist yet.
    Creating,
    /// Its pod waits behind the gate.
    Admitted,
    /// The cluster refuses to make its pod.
    Denied,
    /// Its pod may be scheduled.
    Lifted,
}

impl Gate {
    /// Its pod does not run, and cannot.
    #[must_use]
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Creating | Self::Admitted | Self::Denied)
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Observed {
    /// Of what runs and was found after the store was lost. Whether it has served, nobody knows any more: what runs is taken
    /// for one that has, so that it is given up for nothing that merely has not been said yet.
    #[must_use]
    pub fn found() -> Self {
        Self {
            phase: Phase::Accepted,
            started: true,
            ..Self::default()
        }
    }

    /// It has served, or has to be taken for one that has.
    #[must_use]
    pub fn has_served(&self) -> bool {
        self.ready || self.started
    }

    /// It serves, as far as is known now: of a silent cluster nothing is.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.ready && !self.silent
    }

    /// It serves, or has served, or nothing is known of it now: nobody may take for granted that it does not serve.
    #[must_use]
    pub fn may_serve(&self) -> bool {
        self.has_served() || self.silent
    }

    /// Its pod was taken away, and nothing comes back to its node, whatever the last inventory has of it.
    #[must_use]
    pub fn is_ended_for_good(&self) -> bool {
        !self.silent && FOR_GOOD.contains(&self.disruption.as_str())
    }

    /// It differs from `before` in what is worth a write: phase, ready, endpoint, reason, silence or disruption. A message that is
    /// worded anew, and the node on the way to a phase, stay in memory until then.
    #[must_use]
    pub fn is_news_after(&self, before: &Self) -> bool {
        let news = |of: &Self| (of.phase, of.ready, of.silent, of.gate);
        let texts = self.endpoint != before.endpoint || self.reason != before.reason;
        news(self) != news(before) || texts || self.disruption != before.disruption
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Phases of an assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Decided; the cluster has not confirmed it yet.
    #[default]
    Dispatching,
    /// The object is in the cluster.
    Accepted,
    /// Its pod is on the way.
    Starting,
    /// It runs.
    Running,
    /// A new version comes up beside the serving one.
    Upgrading,
    /// It goes.
    Terminating,
    /// It does not come up; the message says why.
    Broken,
    /// The cluster does not take it as things are; it is asked again.
    Refused,
}

impl Phase {
    /// The cluster has confirmed the object.
    #[must_use]
    pub fn is_applied(self) -> bool {
        !matches!(self, Self::Dispatching | Self::Refused)
    }
}
