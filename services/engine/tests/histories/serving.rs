//! What clusters say of who serves, and that nobody is moved whom a placement needs to go on serving.

use std::collections::BTreeSet;

use hourglass_engine::{ClaimRecord, Decision};
use hourglass_model::ids::{ClaimId, ClusterName, PlacementUid, Slot};

use crate::server::Sabotage;
use crate::steps::History;

impl History {
    /// The cluster of some claim says whether it serves.
    pub fn says_whether_it_serves(&mut self) {
        let live = self.server.state.claims().filter(|record| record.is_live());
        let ids: Vec<(ClaimId, ClusterName)> = live
            .map(|record| (record.claim.id.clone(), record.claim.cluster.clone()))
            .collect();
        let Some((id, cluster)) = self.rng.pick(&ids).cloned() else {
            return;
        };
        let serves = !self.rng.one_in(4);
        self.server.state.set_serving(&id, serves).expect("known");
        self.said.insert(id, (cluster, serves));
        self.coverage
            .note(if serves { "serves" } else { "does not serve" });
    }

    /// What a cluster said in an earlier session is known no more.
    pub fn forget_what_was_said(&mut self, name: &ClusterName) {
        let remembered: Vec<(ClaimId, bool)> = self
            .said
            .iter()
            .filter(|(_, (cluster, _))| cluster == name)
            .map(|(id, (_, serves))| (id.clone(), *serves))
            .collect();
        self.said.retain(|_, (cluster, _)| cluster != name);
        if self.sabotage == Some(Sabotage::RememberWhoServed) {
            for (id, serves) in remembered {
                // Claims that have ended are not remembered by anybody.
                let _ended = self.server.state.set_serving(&id, serves);
            }
        }
    }

    /// Of every placement that loses one which may serve, as many go on serving as must, as far as was said.
    pub fn check_enough_serve_on(&mut self, decision: &Decision) -> Result<(), String> {
        let going: BTreeSet<&ClaimId> = decision.victims.iter().map(|victim| &victim.claim).collect();
        let said = |id: &ClaimId| self.said.get(id).map(|(_, serves)| *serves);
        let placements: BTreeSet<&PlacementUid> = going.iter().map(|id| &id.placement).collect();
        for uid in placements {
            let live = || {
                let all = self.server.state.claims();
                all.filter(|record| record.is_live() && record.claim.id.placement == *uid)
            };
            let least = live().find_map(|record| record.claim.owner.min_available);
            let goes = |record: &&ClaimRecord| going.contains(&record.claim.id);
            let lost = live()
                .filter(goes)
                .any(|record| said(&record.claim.id) != Some(false));
            let staying: BTreeSet<Slot> = live()
                .filter(|record| !goes(record) && said(&record.claim.id) == Some(true))
                .map(|record| record.claim.id.slot)
                .collect();
            let Some(least) = least else { continue };
            if lost && staying.len() < usize::try_from(least).expect("small") {
                return Err(format!("{uid}: {} go on serving of {least}", staying.len()));
            }
            self.coverage.note("one of those that must serve moved");
        }
        Ok(())
    }
}
