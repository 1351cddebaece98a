//! Which nodes are kept for somebody who waits: slot by slot the one that lacks least of what a replica would take, of several
//! that lack as little the best, of equally good ones the first.

use hourglass_engine::NearNode;
use hourglass_model::resources::ResourceVector;

use crate::slow::facts::Way;
use crate::slow::{At, Placed, World};

/// What a node lacks, in thousandths of each resource that a replica takes, added up, and the scores it would have.
type Distance = (i64, Vec<i64>);

/// Where the engine's choice of nodes is another one.
pub fn differs(start: &World<'_>, chosen: &[NearNode], slots: usize) -> Option<String> {
    let mut world = start.clone();
    for slot in 0..slots {
        let all = world.candidates().into_iter();
        let all = all.filter_map(|at| world.lacks(at).map(|(distance, placed)| (distance, at, placed)));
        let nearest = all.min_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        let node = chosen.get(slot);
        let Some((distance, at, placed)) = nearest else {
            return node.map(|node| format!("slot {slot}: {node:?} can never take it"));
        };
        let (cluster, name) = (&world.cluster(at).name, &world.node(at).name);
        if node.is_none_or(|node| node.cluster != *cluster || node.node != *name) {
            return Some(format!(
                "slot {slot}: {node:?}, and {cluster}/{name} is nearest: {distance:?}"
            ));
        }
        world.placed.push(placed);
    }
    None
}

impl World<'_> {
    /// How far a node is from taking a replica, and what that would take; none where it could not have it if all others had
    /// left the node.
    fn lacks(&self, at: At) -> Option<(Distance, Placed)> {
        let ways = self.ways(&self.cluster(at).facts, at.0).into_iter();
        let all = ways.filter_map(|way| self.lacks_by(at, &way));
        all.min_by(|one, other| one.0.cmp(&other.0))
    }

    fn lacks_by(&self, at: At, way: &Way<'_>) -> Option<(Distance, Placed)> {
        let broken = self.broken_fact(at, way).or_else(|| self.broken_by_others(at));
        if broken.is_some() || self.is_avoided(at) || self.is_reserved(at) {
            return None;
        }
        let (free, room) = (self.free(at), self.device_room(at));
        let (gpus, missing) = match self.choose_gpus(at, &free, &room) {
            Some(gpus) => (gpus, 0),
            None => self.first_gpus(at, &free, &room)?,
        };
        let vector = self.asked(at.0, &self.offer(&gpus, way));
        let mut empty = self.node(at).allocatable.clone();
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            empty = empty.saturating_sub(&placed.vector);
        }
        for own in self.own_claims() {
            empty = empty.saturating_sub(&self.held_on(at, own));
        }
        let fits = |free: &ResourceVector| {
            let mut all = vector.iter();
            all.all(|(resource, amount)| amount <= 0 || amount <= free.get(resource))
        };
        if !fits(&empty) {
            return None;
        }
        let short = vector.iter().map(|(resource, amount)| {
            let lacking = (amount - free.get(resource)).max(0);
            if amount > 0 { lacking * 1000 / amount } else { 0 }
        });
        let shortage = missing + short.sum::<i64>();
        let devices = gpus.devices();
        let placed = Placed {
            at,
            vector,
            limits: self.limited(at.0, way),
            devices,
        };
        let scores = self.scores(way, &placed, gpus.left, (&free, &room));
        Some(((shortage, scores), placed))
    }
}
