//! Devices that a node shows one by one: what of each is taken, and which of them one more replica gets.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_engine::{Claim, ClaimRecord};
use hourglass_model::gpu::{DeviceFacts, covers};
use hourglass_model::ids::DeviceId;

use super::gpus::Source;
use super::{At, World};

const WHOLE: i64 = 1000;
/// Most devices of one ResourceClaim.
const MOST_OF_ONE_CLAIM: usize = 32;

/// The devices of a node, by id, with what is taken of each.
#[derive(Debug, Clone)]
pub struct Room<'a> {
    devices: Vec<&'a DeviceFacts>,
    taken: BTreeMap<DeviceId, i64>,
    /// Of each device what pods of ours have, or are to get, that would do with any other one of the kind.
    yielding: BTreeMap<DeviceId, i64>,
    /// Devices that pods have by a counter, or will have in the place of one that is gone, and nobody says which.
    blind: usize,
}

/// Devices for one replica: thousandths of each, and what that leaves for others like it.
#[derive(Debug, Clone)]
pub struct Pick {
    pub devices: Vec<(DeviceId, i64)>,
    pub left: i64,
}

/// What a device offers to a share.
struct Offer<'a> {
    device: &'a DeviceFacts,
    rank: u8,
    takes: i64,
    milli: i64,
}

impl<'a> World<'a> {
    /// What a claim holds of devices of its node beyond what is seen. What is seen of a device pays for that device; where
    /// the cluster's scheduler picks, what is seen of others pays as well.
    fn owed(&self, at: At, record: &ClaimRecord) -> Vec<(DeviceId, i64)> {
        let claim = &record.claim;
        let mut seen: BTreeMap<DeviceId, i64> = BTreeMap::new();
        for node in &self.cluster(at).nodes {
            let counts = !claim.pinned || node.name == claim.node;
            for observed in node.claims.iter().filter(|seen| counts && seen.claim == claim.id) {
                for one in &observed.devices {
                    *seen.entry(one.device.clone()).or_default() += i64::from(one.milli);
                }
            }
        }
        let mut owed = Vec::new();
        for one in &claim.devices {
            let here = seen.entry(one.device.clone()).or_default();
            let paid = (*here).min(i64::from(one.milli));
            *here -= paid;
            owed.push((one.device.clone(), i64::from(one.milli) - paid));
        }
        let mut rest: i64 = seen.values().sum();
        for (_, debt) in &mut owed {
            if !self.asks_by_name(at, claim) {
                let paid = rest.min(*debt);
                rest -= paid;
                *debt -= paid;
            }
        }
        owed
    }

    /// Whether the pod of a claim on a node asks for exactly these devices: it can be bound to that node only, and each of them
    /// that is there has a name of its own, all of them by one attribute.
    fn asks_by_name(&self, at: At, claim: &Claim) -> bool {
        let mut attributes = BTreeSet::new();
        for device in &self.node(at).devices {
            if claim.devices.iter().any(|one| one.device == device.id) {
                let Some(identity) = &device.identity else {
                    return false;
                };
                attributes.insert(&identity.name);
            }
        }
        claim.pinned && attributes.len() <= 1
    }

    pub fn device_room(&self, at: At) -> Room<'a> {
        let (cluster, node) = (self.cluster(at), self.node(at));
        let mut devices: Vec<&DeviceFacts> = node.devices.iter().collect();
        devices.sort_by(|a, b| a.id.cmp(&b.id));
        let mut taken: BTreeMap<DeviceId, i64> = devices
            .iter()
            .map(|device| (device.id.clone(), i64::from(device.used_milli)))
            .collect();
        let mut yielding: BTreeMap<DeviceId, i64> = BTreeMap::new();
        let mut lost = 0;
        let mut add = |device: &DeviceId, milli: i64| match taken.get_mut(device) {
            Some(taken) => *taken = (*taken + milli).max(0),
            // Whoever was to get a device that is gone gets any other.
            None if milli > 0 => lost += 1,
            None => {}
        };
        for record in &self.fleet.claims {
            let claim = &record.claim;
            if claim.cluster != cluster.name {
                continue;
            }
            if self.gone.contains(&claim.id) {
                // What is seen of it is a part of what is used.
                let seen = node.claims.iter().filter(|seen| seen.claim == claim.id);
                for one in seen.flat_map(|seen| &seen.devices) {
                    add(&one.device, -i64::from(one.milli));
                }
            } else if claim.node == node.name {
                let owed = self.owed(at, record);
                for (device, milli) in &owed {
                    add(device, *milli);
                }
                if !claim.devices.is_empty() && !self.asks_by_name(at, claim) {
                    let has = node.claims.iter().filter(|seen| seen.claim == claim.id);
                    let has = has.flat_map(|seen| &seen.devices);
                    let has = has.map(|one| (one.device.clone(), i64::from(one.milli)));
                    for (device, milli) in has.chain(owed) {
                        *yielding.entry(device).or_default() += milli;
                    }
                }
            }
        }
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            for (device, milli) in &placed.devices {
                add(device, *milli);
            }
        }
        let charge = node.allocatable.saturating_sub(&self.free(at));
        let hidden = charge.iter().filter(|(resource, amount)| {
            let mut drivers = devices.iter().map(|device| device.id.driver());
            *amount > 0 && drivers.any(|driver| covers(driver, resource))
        });
        let blind: i64 = hidden.map(|(_, amount)| amount).sum();
        Room {
            devices,
            taken,
            yielding,
            blind: usize::try_from(blind).expect("not negative") + lost,
        }
    }

    /// The devices of a node that only replicas of the placement hold anything of.
    pub fn device_room_without_others(&self, at: At) -> Room<'a> {
        let (cluster, node) = (self.cluster(at), self.node(at));
        let devices: Vec<&DeviceFacts> = self.device_room(at).devices;
        let mut taken: BTreeMap<DeviceId, i64> =
            devices.iter().map(|device| (device.id.clone(), 0)).collect();
        let mut lost = 0;
        for record in self.own_claims().filter(|own| own.claim.cluster == cluster.name) {
            let claim = &record.claim;
            let seen = node.claims.iter().filter(|seen| seen.claim == claim.id);
            for one in seen.flat_map(|seen| &seen.devices) {
                if let Some(taken) = taken.get_mut(&one.device) {
                    *taken += i64::from(one.milli);
                }
            }
            let owed = if claim.node == node.name {
                self.owed(at, record)
            } else {
                Vec::new()
            };
            for (device, milli) in owed.into_iter().filter(|(_, milli)| *milli > 0) {
                match taken.get_mut(&device) {
                    Some(taken) => *taken += milli,
                    None => lost += 1,
                }
            }
        }
        for placed in self.placed.iter().filter(|placed| placed.at == at) {
            for (device, milli) in &placed.devices {
                *taken.get_mut(device).expect("of this node") += milli;
            }
        }
        Room {
            devices,
            taken,
            yielding: BTreeMap::new(),
            blind: lost,
        }
    }
}

impl<'a> Room<'a> {
    fn taken(&self, device: &DeviceFacts) -> i64 {
        self.taken[&device.id]
    }

    /// What is taken of a counter by devices in use.
    fn counted(&self, counter: &str) -> i64 {
        let in_use = self.devices.iter().filter(|device| self.taken(device) > 0);
        let parts = in_use.flat_map(|device| &device.counters);
        parts
            .filter(|part| part.counter == counter)
            .map(|part| part.takes)
            .sum()
    }

    /// Thousandths left of a device; none of one that is not in use where a counter that it needs is used up.
    pub fn left(&self, device: &DeviceFacts) -> i64 {
        let taken = self.taken(device);
        let mut counters = device.counters.iter();
        let allowed = counters.all(|part| self.counted(&part.counter) + part.takes <= part.of);
        if taken == 0 && !allowed {
            return 0;
        }
        (WHOLE - taken).max(0)
    }

    /// All thousandths that are taken, and all that there are.
    pub fn load(&self) -> (i64, i64) {
        let taken = self
            .devices
            .iter()
            .map(|device| self.taken(device).min(WHOLE))
            .sum();
        (taken, WHOLE * i64::try_from(self.devices.len()).expect("few"))
    }

    pub fn take(&mut self, devices: &[(DeviceId, i64)]) {
        for (device, milli) in devices {
            *self.taken.get_mut(device).expect("of this node") += milli;
        }
    }

    pub fn of<'s>(&'s self, ids: &'s [DeviceId]) -> impl Iterator<Item = &'a DeviceFacts> + use<'a, 's> {
        self.devices
            .iter()
            .copied()
            .filter(move |device| ids.contains(&device.id))
    }

    /// Devices of some of which nothing is taken, in the order in which they are taken: those first that have the least
    /// left beside them of counters in common, then those that take the least of these. Of the last ones as many are left
    /// out as pods have blindly, and as may have to do with another one than they have or were to get: more is taken of that
    /// than there is, and they do not ask for it by name.
    pub fn untouched(&self, ids: &[DeviceId]) -> Vec<&'a DeviceFacts> {
        let mut all: Vec<&DeviceFacts> = self.of(ids).filter(|device| self.left(device) == WHOLE).collect();
        all.sort_by_key(|device| {
            let parts = device.counters.iter();
            let beside: i64 = parts.map(|part| part.of - self.counted(&part.counter)).sum();
            let takes: i64 = device.counters.iter().map(|part| part.takes).sum();
            (beside, takes, &device.id)
        });
        let usable = all.len().saturating_sub(self.blind + self.displaced(ids));
        all.truncate(usable);
        all
    }

    /// Whether fewer devices of some are untouched than are left out: the rest of what is as good as taken is on those of which
    /// something is left.
    fn is_short(&self, ids: &[DeviceId]) -> bool {
        let untouched = self.of(ids).filter(|device| self.left(device) == WHOLE);
        untouched.count() < self.blind + self.displaced(ids)
    }

    fn displaced(&self, ids: &[DeviceId]) -> usize {
        let beyond = self.of(ids).map(|device| {
            let yielding = self.yielding.get(&device.id).copied().unwrap_or(0);
            (self.taken(device) - WHOLE).max(0).min(yielding)
        });
        let devices: i64 = beyond.map(|milli| (milli + WHOLE - 1) / WHOLE).sum();
        usize::try_from(devices).expect("few")
    }

    /// Up to so many untouched devices, and what is left without them: each may use up a counter that the next one needs.
    fn one_by_one(&self, count: usize, ids: &[DeviceId]) -> (Vec<(DeviceId, i64)>, Self) {
        let mut room = self.clone();
        let mut devices = Vec::new();
        while devices.len() < count
            && let Some(next) = room.untouched(ids).first()
        {
            let one = (next.id.clone(), WHOLE);
            room.take(std::slice::from_ref(&one));
            devices.push(one);
        }
        (devices, room)
    }

    /// The most whole devices that any of these sources could give, up to what is wanted and what one claim may have.
    pub fn most_whole(&self, count: usize, sources: &[&Source]) -> i64 {
        let all = sources.iter();
        let most = all
            .map(|source| self.one_by_one(count, source.devices()).0.len())
            .max();
        i64::try_from(most.unwrap_or(0).min(MOST_OF_ONE_CLAIM)).expect("few")
    }

    /// Whole devices of one of these sources: of that one of which the fewest are left.
    pub fn whole(&self, count: usize, sources: &[&Source]) -> Option<Pick> {
        let mut best: Option<Pick> = None;
        for source in sources {
            let ids = source.devices();
            let (devices, room) = self.one_by_one(count, ids);
            if devices.len() < count {
                assert!(
                    self.blind + self.displaced(ids) > 0 || !self.any_set(count, ids),
                    "{count} of {ids:?} could be taken together, and one after the other they cannot"
                );
                continue;
            }
            let left = i64::try_from(room.untouched(ids).len()).expect("few");
            if count <= MOST_OF_ONE_CLAIM && best.as_ref().is_none_or(|best| left < best.left) {
                best = Some(Pick { devices, left });
            }
        }
        best
    }

    /// Whether any so many devices can be in use together.
    fn any_set(&self, count: usize, ids: &[DeviceId]) -> bool {
        let all: Vec<&DeviceFacts> = self.of(ids).collect();
        (0_u32..1 << all.len()).any(|set| {
            let chosen = all.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0);
            let chosen: Vec<&&DeviceFacts> = chosen.map(|(_, device)| device).collect();
            let mut room = self.clone();
            chosen.len() == count
                && chosen.into_iter().all(|device| {
                    let free = room.left(device) == WHOLE;
                    room.take(&[(device.id.clone(), WHOLE)]);
                    free
                })
        })
    }

    /// A share: of the fullest device in use that still takes it; else of one that may be shared; else the smallest MIG
    /// device that is large enough; else a whole one that cannot be shared.
    pub fn share(&self, milli: i64, sources: &[&Source]) -> Option<Pick> {
        let offers = self.offers(milli, sources);
        let all: i64 = offers.iter().map(|offer| offer.milli).sum();
        let enough = offers.iter().filter(|offer| offer.milli >= milli);
        let best = enough.min_by_key(|offer| (offer.rank, offer.milli - milli, &offer.device.id))?;
        Some(Pick {
            devices: vec![(best.device.id.clone(), best.takes)],
            left: all - best.takes.min(best.milli),
        })
    }

    /// The largest share that any device of these sources could give.
    pub fn most_share(&self, sources: &[&Source]) -> i64 {
        let offers = self.offers(1, sources);
        offers.iter().map(|offer| offer.milli).max().unwrap_or(0)
    }

    /// What each device offers to a share: how good that is, what the share takes of the device, and how large it could be.
    fn offers(&self, milli: i64, sources: &[&Source]) -> Vec<Offer<'a>> {
        let mut offers = Vec::new();
        for source in sources {
            let untouched = self.untouched(source.devices());
            let short = self.is_short(source.devices());
            for device in self.of(source.devices()) {
                let left = self.left(device);
                let whole = untouched.iter().any(|other| other.id == device.id);
                let divides = device.shareable && device.memory_mib.is_some_and(|mib| mib > 0);
                let of_whole = |all: i64| if whole { all } else { 0 };
                let (rank, takes, milli) = match &device.mig_profile {
                    None if divides && left < WHOLE => (0, milli, if short { 0 } else { left }),
                    None if divides => (1, milli, of_whole(WHOLE)),
                    Some(profile) => (2, WHOLE, of_whole(i64::from(profile.share_milli(None)))),
                    None => (3, WHOLE, of_whole(WHOLE)),
                };
                offers.push(Offer {
                    device,
                    rank,
                    takes,
                    milli,
                });
            }
        }
        offers
    }

    /// Whether exactly this is left of exactly these. Of each kind of which something is taken as many stay as are left out.
    pub fn holds(&self, devices: &[(DeviceId, i64)], sources: &[Source]) -> bool {
        let mut room = self.clone();
        let free = devices.iter().all(|(id, milli)| {
            let found = room.devices.iter().find(|device| device.id == *id).copied();
            let free = found.is_some_and(|device| room.left(device) >= *milli);
            if free {
                room.take(&[(id.clone(), *milli)]);
            }
            free
        });
        free && sources.iter().all(|source| {
            let ids = source.devices();
            let open = |room: &Self| room.of(ids).filter(|device| room.left(device) == WHOLE).count();
            let taken = devices.iter().any(|(id, _)| ids.contains(id));
            !taken && open(&room) == open(self) || open(&room) >= self.blind + self.displaced(ids)
        })
    }
}
