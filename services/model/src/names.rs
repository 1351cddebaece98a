//! Names of the Kubernetes objects that stand for a placement in a member cluster.

use crate::ids::{Epoch, PlacementId, PlacementUid, Slot};

/// Prefix of a performer's Service; a Performer object's name must still be valid behind it.
pub const PERFORMER_SERVICE_PREFIX: &str = "performer-";
/// Longest name of a Performer object: a Service name of 63 less the prefix.
pub const PERFORMER_NAME_MAX: usize = 63 - PERFORMER_SERVICE_PREFIX.len();

const PLACEMENT_CUT: usize = 32;
const UID_PART: usize = 6;

/// The last six letters and digits of the uid. The last, because the first ones of a time-ordered uid are the same
/// for all placements of a day.
fn uid_part(uid: &PlacementUid) -> String {
    let all: Vec<char> = uid.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    all.iter().skip(all.len().saturating_sub(UID_PART)).collect()
}

fn cut(placement: &PlacementId, length: usize) -> &str {
    let text = placement.as_str();
    // Ids are ASCII, so any byte is a character boundary.
    text.get(..length.min(text.len())).unwrap_or(text)
}

/// Name of the Performer object of one slot epoch:
/// `<placement, cut at 32>-<6 of uid>-<slot>-<epoch>`, cut further where large numbers would make it too long for
/// [`PERFORMER_NAME_MAX`].
#[must_use]
pub fn performer_object(placement: &PlacementId, uid: &PlacementUid, slot: Slot, epoch: Epoch) -> String {
    let tail = format!("-{}-{slot}-{epoch}", uid_part(uid));
    let room = PERFORMER_NAME_MAX.saturating_sub(tail.len());
    format!("{}{tail}", cut(placement, PLACEMENT_CUT.min(room)))
}

/// Name of the Service over all ready slots of a placement in one namespace; the same over moves and upgrades.
#[must_use]
pub fn placement_service(placement: &PlacementId, uid: &PlacementUid) -> String {
    format!("placement-{}-{}", cut(placement, PLACEMENT_CUT), uid_part(uid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns;

    fn names(id: &str, slot: u32, epoch: u64) -> (String, String) {
        let id = PlacementId::new(id).expect("valid");
        let uid = PlacementUid::new("0199f2a0-7d31-7a02-b6a1-0123456789ab").expect("valid");
        (
            performer_object(&id, &uid, Slot(slot), Epoch(epoch)),
            placement_service(&id, &uid),
        )
    }

    #[test]
    fn names_have_the_documented_form() {
        let (object, service) = names("llama", 3, 7);
        assert_eq!(object, "llama-6789ab-3-7");
        assert_eq!(service, "placement-llama-6789ab");
        let (object, _) = names(&"x".repeat(63), 0, 1);
        assert_eq!(object, format!("{}-6789ab-0-1", "x".repeat(32)));
    }

    #[test]
    fn names_stay_valid_at_the_largest_numbers() {
        for id in ["a", "a-b", &"x-".repeat(31)[..61], &"9".repeat(63)] {
            for (slot, epoch) in [(0, 1), (999, 1), (u32::MAX, u64::MAX), (0, u64::MAX)] {
                let (object, service) = names(id, slot, epoch);
                assert!(object.len() <= PERFORMER_NAME_MAX, "{object}");
                assert!(dns::is_label(&object), "{object}");
                assert!(
                    dns::is_label(&format!("{PERFORMER_SERVICE_PREFIX}{object}")),
                    "{object}"
                );
                assert!(dns::is_label(&service), "{service}");
            }
        }
    }
}
