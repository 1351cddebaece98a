//! Nodes kept for a placement that has waited too long, so that a stream of smaller ones does not starve it. What others
//! free there stays free until it fits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hourglass_model::ids::{ClusterName, NodeName, PlacementId, PlacementUid, TenantId};
use hourglass_model::request::CanonicalRequest;
use serde::{Deserialize, Serialize};

use crate::decide::{DecideInput, NearNode, nearest_to_fit};
use crate::state::FleetState;

/// Nodes kept for one placement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// Whom they are kept for.
    pub placement: PlacementUid,
    /// Its name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// Its priority: requests of higher priority still get the nodes.
    pub priority: i32,
    /// The nodes.
    pub nodes: BTreeSet<(ClusterName, NodeName)>,
}

/// Name of a placement that has nodes kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// Its tenant: others are not told its name.
    pub tenant: TenantId,
    /// Its name there.
    pub id: PlacementId,
}

/// A node that is kept for someone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a> {
    pub(crate) placement: &'a PlacementUid,
    pub(crate) priority: i32,
    holder: Option<&'a Holder>,
}

impl<'a> Kept<'a> {
    /// Whom a node is kept for, as far as `tenant` may know it.
    pub(crate) fn as_told_to(&self, tenant: &TenantId) -> KeptFor<'a> {
        match self.holder {
            Some(holder) if holder.tenant == *tenant => KeptFor::Named(holder),
            Some(_) => KeptFor::OfAnotherTenant,
            None => KeptFor::Unnamed(self.placement),
        }
    }
}

/// For whom a node is kept, as far as one tenant may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptFor<'a> {
    /// A placement of the same tenant.
    Named(&'a Holder),
    /// One of another tenant.
    OfAnotherTenant,
    /// One whose name nobody has given.
    Unnamed(&'a PlacementUid),
}

impl fmt::Display for KeptFor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(Holder { tenant, id }) => write!(f, "tenants/{tenant}/placements/{id}"),
            Self::OfAnotherTenant => f.write_str("a placement of another tenant"),
            Self::Unnamed(placement) => write!(f, "placement {placement}"),
        }
    }
}

/// All reservations. A node is kept for one placement at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reserved {
    by_placement: BTreeMap<PlacementUid, Reservation>,
    by_node: BTreeMap<ClusterName, BTreeMap<NodeName, PlacementUid>>,
}

impl Reserved {
    /// For whom a node is kept.
    pub(crate) fn on(&self, cluster: &ClusterName, node: &NodeName) -> Option<Kept<'_>> {
        let placement = self.by_node.get(cluster)?.get(node)?;
        let reservation = self.by_placement.get(placement)?;
        Some(Kept {
            placement: &reservation.placement,
            priority: reservation.priority,
            holder: reservation.holder.as_ref(),
        })
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Reservation> {
        self.by_placement.values()
    }

    pub(crate) fn insert(&mut self, reservation: Reservation) {
        self.remove(&reservation.placement);
        for (cluster, node) in &reservation.nodes {
            let nodes = self.by_node.entry(cluster.clone()).or_default();
            let before = nodes.insert(node.clone(), reservation.placement.clone());
            let other = before.and_then(|before| self.by_placement.get_mut(&before));
            if let Some(other) = other {
                other.nodes.remove(&(cluster.clone(), node.clone()));
            }
        }
        self.by_placement
            .insert(reservation.placement.clone(), reservation);
    }

    fn remove(&mut self, placement: &PlacementUid) -> Option<Reservation> {
        let reservation = self.by_placement.remove(placement)?;
        for (cluster, node) in &reservation.nodes {
            if let Some(nodes) = self.by_node.get_mut(cluster) {
                if nodes.get(node) == Some(placement) {
                    nodes.remove(node);
                }
                if nodes.is_empty() {
                    self.by_node.remove(cluster);
                }
            }
        }
        Some(reservation)
    }
}

impl FleetState {
    /// What [`Self::reserve`] would keep for a placement that has no reservation: for each slot the node that could take it
    /// by its facts and lacks least room.
    #[must_use]
    pub fn nearest(
        &self,
        placement: &PlacementUid,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> Vec<NearNode> {
        let input = DecideInput {
            placement: Some(placement),
            ..*input
        };
        nearest_to_fit(self, request, &input)
    }

    /// Keeps nodes for a placement that waits: for each slot the one that could take it by its facts and lacks least room.
    /// A reservation that it had before is replaced. Nodes that are kept for others of the same or a higher priority are
    /// left to them. Returns the nodes; none when no node can take it whatever is freed.
    ///
    /// Requests of the same or a lower priority are turned away there (rule `Reserved`) until [`Self::unreserve`].
    pub fn reserve(
        &mut self,
        placement: &PlacementUid,
        request: &CanonicalRequest,
        input: &DecideInput<'_>,
    ) -> BTreeSet<(ClusterName, NodeName)> {
        if self.reserved.remove(placement).is_some() {
            self.changes.reservation();
        }
        let nearest = self.nearest(placement, request, input).into_iter();
        let nodes: BTreeSet<_> = nearest.map(|near| (near.cluster, near.node)).collect();
        if !nodes.is_empty() {
            self.reserved.insert(Reservation {
                placement: placement.clone(),
                holder: None,
                priority: request.priority,
                nodes: nodes.clone(),
            });
        }
        self.changed();
        nodes
    }

    /// Whom the nodes are kept for that are kept for a placement: others of its tenant are told so.
    pub fn name_reservation(&mut self, placement: &PlacementUid, holder: Holder) {
        if let Some(reservation) = self.reserved.by_placement.get_mut(placement) {
            reservation.holder = Some(holder);
        }
    }

    /// Gives the nodes back that were kept for a placement. Returns whether there were any.
    pub fn unreserve(&mut self, placement: &PlacementUid) -> bool {
        let kept = self.reserved.remove(placement);
        self.changes.reservation();
        self.changed();
        kept.is_some_and(|reservation| !reservation.nodes.is_empty())
    }

    /// All reservations, by placement.
    pub fn reservations(&self) -> impl ExactSizeIterator<Item = &Reservation> {
        self.reserved.iter()
    }
}

#[cfg(test)]
mod tests;
