//! Which nodes are kept for somebody who waits: slot by slot one that lacks least of what a replica would take. Of several
//! that lack as little the engine takes the best; which one that is, decisions show.

use hourglass_engine::NearNode;
use hourglass_model::render::claim_vector;
use hourglass_model::resources::ResourceVector;

use crate::slow::facts::Way;
use crate::slow::{At, Placed, World};

/// Where the engine's choice of nodes is none that lacks least.
pub fn differs(start: &World<'_>, chosen: &[NearNode], slots: usize) -> Option<String> {
    let mut world = start.clone();
    for slot in 0..slots {
        let all: Vec<(At, i64, Placed)> = world
            .candidates()
            .into_iter()
            .filter_map(|at| world.lacks(at).map(|(shortage, placed)| (at, shortage, placed)))
            .collect();
        let least = all.iter().map(|(_, shortage, _)| *shortage).min();
        let Some(node) = chosen.get(slot) else {
            let none = least.is_none();
            return (!none).then(|| format!("no node for slot {slot}, and {all:?} could take it"));
        };
        let found = all
            .into_iter()
            .find(|(at, ..)| world.cluster(*at).name == node.cluster && world.node(*at).name == node.node);
        let Some((at, shortage, placed)) = found else {
            return Some(format!("slot {slot}: {node:?} can never take it"));
        };
        if Some(shortage) != least {
            return Some(format!(
                "slot {slot}: {node:?} lacks {shortage}, another one {least:?}"
            ));
        }
        if world.ways(&world.cluster(at).facts, at.0).len() > 1 {
            // By which of them it would take it is a matter of taste.
            return None;
        }
        world.placed.push(placed);
    }
    None
}

impl World<'_> {
    /// What a node lacks, in thousandths of each resource that a replica takes, added up, and what the replica would take;
    /// none where it could not have it if the node were empty.
    fn lacks(&self, at: At) -> Option<(i64, Placed)> {
        let ways = self.ways(&self.cluster(at).facts, at.0).into_iter();
        let all = ways.filter_map(|way| self.lacks_by(at, &way));
        all.min_by_key(|(shortage, _)| *shortage)
    }

    fn lacks_by(&self, at: At, way: &Way<'_>) -> Option<(i64, Placed)> {
        let broken = self.broken_fact(at, way).or_else(|| self.broken_by_others(at));
        if broken.is_some() || self.is_avoided(at) || self.is_reserved(at) {
            return None;
        }
        let (free, room) = (self.free(at), self.device_room(at));
        let (gpus, missing) = match self.choose_gpus(at, &free, &room) {
            Some(gpus) => (gpus, 0),
            None => self.first_gpus(at, &room)?,
        };
        let vector = claim_vector(self.request, &self.offer(&gpus, way));
        let mut empty = self.node(at).allocatable.clone();
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            empty = empty.saturating_sub(&placed.vector);
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
        Some((shortage, Placed { at, vector, devices }))
    }
}
