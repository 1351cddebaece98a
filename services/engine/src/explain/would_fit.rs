//! The one change that would make everything fit.
//!
//! Changes are looked for where exactly one rule stands in the way, tried in an order from the least trouble to the most,
//! and only told when placing with that change really succeeds. What is asked is changed where no change of the fleet is enough.

mod asked;

use std::collections::BTreeMap;

use hourglass_model::ids::{ClusterName, NodeName};
use hourglass_model::placement::Topology;
use hourglass_model::request::CanonicalRequest;
use hourglass_model::resources::{ResourceName, ResourceVector, human};

use super::relax::Relaxation;
use super::when_empty;
use crate::decide::{Draft, place};
use crate::domains::{DomainView, Site};
use crate::filter::cluster::{failing, quotas_refusing, untolerated_taints as cluster_taints};
use crate::filter::domain::{DOMAIN_RULES, DomainContext};
use crate::filter::node::{
    FACT_RULES, ROOM_RULES, RoomContext, quota_exceeded, untolerated_taints as node_taints,
};
use crate::scan::{Demands, Prepared, prepare};
use crate::state::QuotaHeadroom;

/// How many changes are tried before giving up; each try goes over the fleet once.
const TRIES: usize = 6;

/// What is held, by cluster and node.
type Held<'a> = BTreeMap<(&'a ClusterName, &'a NodeName), ResourceVector>;

/// A change, what to say of it, and how much trouble it is.
struct Change {
    trouble: (u8, i64),
    text: String,
    relaxation: Relaxation,
}

/// The least troublesome change that is enough, for people.
/// `after` is the draft with those in their places that fit.
pub(super) fn find<'a>(
    prepared: &Prepared<'a>,
    (draft, after): (&Draft<'a>, &Draft<'a>),
    fit: usize,
) -> Option<String> {
    let wanted = prepared.input.slots.len();
    let mut changes = cluster_changes(prepared);
    let mut best: BTreeMap<String, Change> = BTreeMap::new();
    let own = held_by_itself(prepared);
    each_room(prepared, draft, |room, domains| {
        let change = node_change(&room, domains, &own).or_else(|| quota_change(&room, domains, wanted));
        if let Some(change) = change {
            let key = change.0;
            let better = best
                .get(&key)
                .is_none_or(|other| change.1.trouble < other.trouble);
            if better {
                best.insert(key, change.1);
            }
        }
    });
    changes.extend(best.into_values());
    changes.sort_by(|a, b| a.trouble.cmp(&b.trouble).then_with(|| a.text.cmp(&b.text)));
    let enough = changes.into_iter().take(TRIES).find(|change| {
        let relaxed = Some(&change.relaxation);
        let changed = prepare(prepared.state, prepared.request, &prepared.input, relaxed);
        place(&changed, wanted, relaxed).places.len() >= wanted
    });
    enough
        .map(|change| change.text)
        .or_else(|| Some(more_nodes(prepared, after, wanted, fit)?.text(wanted - fit)))
        .or_else(|| asked::find(prepared, draft))
}

/// What the placement itself holds, by cluster and node.
fn held_by_itself<'a>(prepared: &Prepared<'a>) -> Held<'a> {
    let state = prepared.state;
    let placement = prepared.input.placement.into_iter();
    let mut held = Held::new();
    for record in placement.flat_map(|placement| state.ledger.of_placement(placement)) {
        let claim = &record.claim;
        if record.is_live() {
            let there = held.entry((&claim.cluster, &claim.node)).or_default();
            there.add_saturating(&claim.vector);
        }
    }
    held
}

/// A node of which more would help, once those are in their places that fit.
fn more_nodes<'a>(prepared: &Prepared<'a>, after: &Draft<'a>, wanted: usize, fit: usize) -> Option<Pattern> {
    // One replica goes wherever another node like one that passes these rules comes.
    let each = match wanted {
        1 => i64::MAX,
        _ => replicas_on_a_new_node(&after.domains)?,
    };
    // Nobody is on a new node whom the request must be near to.
    let mut near = after.domains.affinity.iter();
    if near.any(|term| term.topology == Topology::Node) {
        return None;
    }
    // What holds in its cluster, region and zone holds for a node that joins them.
    let around = after
        .domains
        .only(&[Topology::Cluster, Topology::Region, Topology::Zone]);
    let mut pattern = None;
    each_room(prepared, after, |room, domains| {
        let at_large = DomainContext {
            view: &around,
            ..domains
        };
        let in_clique = domains.view.cliques.is_none() || !domains.any_fails();
        if pattern.is_none() && facts_pass(&room) && in_clique && !at_large.any_fails() {
            pattern = Pattern::of(&room, each, wanted - fit);
        }
    });
    pattern
}

/// Whether a rule of the request names nodes, so that one of another name is another matter.
fn names_nodes(request: &CanonicalRequest) -> bool {
    const HOSTNAME: &str = "kubernetes.io/hostname";
    let nodes = &request.nodes;
    let mut terms = nodes.affinity.iter().flat_map(|selector| &selector.terms);
    !nodes.hostnames.is_empty()
        || nodes.selector.contains_key(HOSTNAME)
        || terms.any(|term| {
            let mut keys = term.expressions.iter();
            !term.fields.is_empty() || keys.any(|one| one.key == HOSTNAME)
        })
}

/// Quotas that leave too little for all that are wanted, where nothing else is in the way for the first of them.
fn quota_change(
    room: &RoomContext<'_>,
    domains: DomainContext<'_>,
    wanted: usize,
) -> Option<(String, Change)> {
    let short = short_quotas(room, wanted);
    if short.is_empty() || !facts_pass(room) || domains.any_fails() {
        return None;
    }
    let cluster = room.at.cluster.clone();
    let change = Change {
        trouble: (7, 0),
        text: format!(
            "ResourceQuota {} of cluster {cluster} leaves room for {}",
            short.join(" and "),
            if wanted == 1 { "it" } else { "all of them" }
        ),
        relaxation: Relaxation::Quotas {
            cluster: cluster.clone(),
            names: short,
        },
    };
    Some((format!("quota {cluster}"), change))
}

/// Names of the quotas that leave too little for so many replicas.
fn short_quotas(room: &RoomContext<'_>, replicas: usize) -> Vec<String> {
    let replicas = i64::try_from(replicas).unwrap_or(i64::MAX);
    let of_all = |one: &ResourceVector| -> ResourceVector {
        let times =
            |(resource, amount): (&ResourceName, i64)| (resource.clone(), amount.saturating_mul(replicas));
        one.iter().map(times).collect()
    };
    let (all, limits) = (of_all(room.demand), of_all(&room.at.variant.limits));
    let short =
        |quota: &&QuotaHeadroom| quota_exceeded(std::slice::from_ref(*quota), &all, &limits).is_some();
    room.quota
        .iter()
        .filter(short)
        .map(|quota| quota.name.clone())
        .collect()
}

/// How many replicas rules about other placements and other replicas let go to a node that joins beside one that passes
/// them; none where its cluster, zone or region may be what holds them back, so that more nodes need not help.
fn replicas_on_a_new_node(view: &DomainView<'_>) -> Option<i64> {
    let apart = || view.anti_affinity.iter().filter(|term| term.own);
    if view.cliques.is_some()
        || !view.spread.is_empty()
        || apart().any(|term| term.topology != Topology::Node)
    {
        None
    } else if apart().next().is_some() {
        Some(1)
    } else {
        Some(i64::MAX)
    }
}

/// Clusters that only one rule turns away. One that is not READY has no inventory of its session either: that is one thing.
fn cluster_changes(prepared: &Prepared<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for excluded in &prepared.excluded {
        let rules: Vec<_> = failing(&excluded.context).take(3).collect();
        let rule = match rules.as_slice() {
            [rule] => rule,
            [rule, other] if rule.name() == "ClusterHealth" && other.name() == "InventoryFreshness" => rule,
            _ => continue,
        };
        let trouble = match rule.name() {
            "InventoryFreshness" | "ClusterAvoided" => 0,
            "ClusterCordoned" => 1,
            "ClusterTaints" => 3,
            "ClusterHealth" => 6,
            _ => 7,
        };
        let cluster = excluded.context.name.clone();
        let relaxation = match rule.name() {
            "ClusterTaints" => Relaxation::ClusterTolerations {
                taints: cluster_taints(&excluded.context).cloned().collect(),
            },
            "NamespaceQuota" => Relaxation::Quotas {
                names: quotas_refusing(&excluded.context),
                cluster,
            },
            name => Relaxation::Cluster { cluster, rule: name },
        };
        changes.push(Change {
            trouble: (trouble, 0),
            text: rule.remedy(&excluded.context),
            relaxation,
        });
    }
    changes
}

/// Shows every node of eligible clusters, in every variant.
fn each_room<'a>(
    prepared: &Prepared<'a>,
    draft: &Draft<'a>,
    mut see: impl FnMut(RoomContext<'_>, DomainContext<'_>),
) {
    let mut demands = Demands::default();
    for (index, eligible) in prepared.eligible.iter().enumerate() {
        for node in eligible.state.nodes() {
            let spot = draft.spot(prepared, index, node);
            let domains = DomainContext {
                view: &draft.domains,
                site: Site::of(eligible.name, eligible.state, node),
            };
            for variant in 0..eligible.variants.len() {
                if let Some(room) = prepared.room_of(&spot, variant, &mut demands) {
                    see(room, domains);
                }
            }
        }
    }
}

fn facts_pass(room: &RoomContext<'_>) -> bool {
    FACT_RULES.iter().all(|rule| rule.passes(&room.at))
}

/// The change that lets one more node in, when exactly one thing stands in its way; with a key under which only the
/// least troublesome of its kind is kept.
/// `own` is what the placement itself holds on a node.
fn node_change(
    room: &RoomContext<'_>,
    domains: DomainContext<'_>,
    own: &Held<'_>,
) -> Option<(String, Change)> {
    let mut facts = FACT_RULES.iter().filter(|rule| !rule.passes(&room.at));
    let (cluster, node) = (room.at.cluster.clone(), room.at.node.name().clone());
    let roomy = || ROOM_RULES.iter().all(|rule| rule.passes(room));
    let mut forbidding = DOMAIN_RULES.iter().filter(|rule| !rule.passes(&domains));
    if let Some(rule) = forbidding.next() {
        let alone = forbidding.next().is_none() && facts.next().is_none() && roomy();
        let (text, change) = rule.remedy(&domains).filter(|_| alone)?;
        let relaxation = Relaxation::Domain {
            cluster,
            node,
            change,
        };
        let change = Change {
            trouble: (5, 0),
            text,
            relaxation,
        };
        return Some((rule.name().to_owned(), change));
    }
    if let Some(rule) = facts.next() {
        let alone = facts.next().is_none() && roomy();
        let text = rule.remedy(&room.at).filter(|_| alone)?;
        let (trouble, relaxation) = match rule.name() {
            "NodeUnschedulable" => (
                2,
                Relaxation::Node {
                    cluster,
                    node,
                    rule: rule.name(),
                },
            ),
            "NodeTaints" => {
                let taints = node_taints(&room.at).cloned().collect();
                (4, Relaxation::NodeTolerations { taints })
            }
            _ => (
                6,
                Relaxation::Node {
                    cluster,
                    node,
                    rule: rule.name(),
                },
            ),
        };
        let change = Change {
            trouble: (trouble, 0),
            text,
            relaxation,
        };
        return Some((rule.name().to_owned(), change));
    }
    let limits = &room.at.variant.limits;
    if room.reserved_for.is_some() || quota_exceeded(room.quota, room.demand, limits).is_some() {
        return None;
    }
    let mut shortages = room.demand.shortages(room.free);
    let others_hold = |resource: &ResourceName| {
        let all = room.at.node.allocatable().get(resource);
        let own = own.get(&(&cluster, &node));
        all.saturating_sub(own.map_or(0, |own| own.get(resource)))
    };
    if let Some(note) = room.avoided {
        let alone = ROOM_RULES.iter().filter(|rule| !rule.passes(room)).count() == 1;
        let text = note.ends_if.clone()?;
        let relaxation = Relaxation::Node {
            cluster,
            node,
            rule: "NodeAvoided",
        };
        let change = Change {
            trouble: (1, 0),
            text,
            relaxation,
        };
        return alone.then(|| ("NodeAvoided".to_owned(), change));
    }
    let shortage = shortages.next()?;
    // What the placement itself holds there nobody frees for it.
    if shortages.next().is_some() || shortage.wanted > others_hold(&shortage.resource) {
        return None;
    }
    let more = shortage.wanted.saturating_sub(shortage.available);
    let amount = human(&shortage.resource, more);
    let text = format!(
        "{amount} more {} {} free on {}",
        shortage.resource,
        if amount == "1" { "is" } else { "are" },
        room.at.place()
    );
    let relative =
        i64::try_from(i128::from(more) * 1000 / i128::from(shortage.wanted.max(1))).unwrap_or(i64::MAX);
    let resource: ResourceName = shortage.resource;
    let key = format!("room {resource}");
    let relaxation = Relaxation::Room {
        cluster,
        node,
        resource,
        more,
    };
    Some((
        key,
        Change {
            trouble: (5, relative),
            text,
            relaxation,
        },
    ))
}

/// A node of which more would help: all rules over facts pass, and it would have room when empty.
struct Pattern {
    node: String,
    cluster: ClusterName,
    /// Replicas that an empty one takes.
    takes: i64,
}

impl Pattern {
    /// At most `each` replicas go to one such node, whatever its room; so many are missing.
    fn of(room: &RoomContext<'_>, each: i64, missing: usize) -> Option<Self> {
        let takes = when_empty::holds(room)?.min(each);
        let node = room.at.node.name().to_string();
        let may = !names_nodes(room.at.request) && short_quotas(room, missing).is_empty();
        (takes > 0 && may).then(|| Self {
            node,
            cluster: room.at.cluster.clone(),
            takes,
        })
    }

    fn text(&self, missing: usize) -> String {
        let missing = i64::try_from(missing).unwrap_or(i64::MAX);
        let nodes = missing.saturating_add(self.takes - 1) / self.takes;
        let word = if nodes == 1 { "node like" } else { "nodes like" };
        let verb = if nodes == 1 { "joins" } else { "join" };
        format!(
            "{nodes} more {word} {} {verb} cluster {}",
            self.node, self.cluster
        )
    }
}

#[cfg(test)]
mod tests;
