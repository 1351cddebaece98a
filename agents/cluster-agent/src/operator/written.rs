//! Statuses as we wrote them last: the cache shows them a moment later, and until then the earlier status must not be
//! taken for the present one (transitions would be told twice).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hourglass_performer_api::{Performer, PerformerStatus};
use kube::ResourceExt;

/// Written statuses by uid of the Performer, each until the cache has caught up.
#[derive(Debug, Default)]
pub(crate) struct Written {
    by_uid: Mutex<HashMap<String, (u64, PerformerStatus)>>,
}

impl Written {
    /// The status that the Performer has now: the written one while the cache is older.
    pub(crate) fn latest(&self, cached: &Performer) -> PerformerStatus {
        let shown = cached.status.clone().unwrap_or_default();
        let Some(uid) = cached.uid() else { return shown };
        let mut by_uid = self.by_uid.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = by_uid
            .get(&uid)
            .filter(|(version, _)| version_of(cached) < Some(*version));
        match newer {
            Some((_, written)) => written.clone(),
            None => {
                by_uid.remove(&uid);
                shown
            }
        }
    }

    /// Notes what the API server answered to a write.
    pub(crate) fn note(&self, answer: &Performer) {
        if let (Some(uid), Some(version), Some(status)) =
            (answer.uid(), version_of(answer), answer.status.clone())
        {
            self.by_uid
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(uid, (version, status));
        }
    }

    /// Forgets a Performer that is gone.
    pub(crate) fn forget(&self, uid: &str) {
        self.by_uid
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(uid);
    }
}

/// Resource versions of one kind are numbers that rise
/// (<https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions>).
fn version_of(performer: &Performer) -> Option<u64> {
    performer.resource_version()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hourglass_performer_api::PerformerSpec;

    fn at(version: &str, ready: bool) -> Performer {
        let mut performer = Performer::new("p", PerformerSpec::default());
        performer.metadata.uid = Some("u".to_owned());
        performer.metadata.resource_version = Some(version.to_owned());
        performer.status = Some(PerformerStatus {
            ready,
            ..PerformerStatus::default()
        });
        performer
    }

    #[test]
    fn the_written_status_counts_until_the_cache_has_caught_up() {
        let written = Written::default();
        assert!(!written.latest(&at("9", false)).ready);
        written.note(&at("10", true));
        assert!(written.latest(&at("9", false)).ready);
        assert!(written.latest(&at("10", true)).ready);
        // Somebody else wrote since.
        assert!(!written.latest(&at("11", false)).ready);
        assert!(
            !written.latest(&at("9", false)).ready,
            "it was forgotten when the cache caught up"
        );
    }
}
