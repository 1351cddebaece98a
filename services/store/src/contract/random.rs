//! Random histories against a model: whatever order things come in, the store and a plain map agree.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::Harness;
use super::world::{Leader, key, list, prefix};
use crate::{
    Action, Batch, Change, CommitError, Key, KeyPrefix, Position, Precondition, RangeRequest, ReadError,
    Revision, Versioned,
};

/// Names a seed other than the built-in ones, to repeat a failure or to search for one.
const SEED_VARIABLE: &str = "HOURGLASS_CONTRACT_SEED";
const STEPS: usize = 400;
const NAMES: [&str; 10] = ["a", "a/b", "a/b/c", "a/c", "ab", "b", "b/a", "b/b", "c/a", "c/é"];
const PREFIXES: [&str; 6] = ["", "a", "a/", "b/", "c/", "d"];

type Snapshot = BTreeMap<Key, Versioned>;

/// Commits, refused commits, pipelines, reads now and then, watches from anywhere, compactions and restarts,
/// in random order. The seed of a failure is in its output.
pub async fn random_histories_match_a_model(harness: &dyn Harness) {
    let seed = match std::env::var(SEED_VARIABLE) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{SEED_VARIABLE} must be a number")),
        Err(_) => 0x5eed_0001,
    };
    let mut history = History::start(harness, seed).await;
    for step in 0..STEPS {
        let at = format!("step {step} of seed {seed} ({SEED_VARIABLE})");
        match history.random.random_range(0..100) {
            0..45 => history.commit(&at).await,
            45..60 => history.pipeline(&at).await,
            60..80 => history.read(&at).await,
            80..93 => history.watch(&at).await,
            93..96 => history.compact(&at).await,
            _ => history = history.reopen(harness).await,
        }
    }
    history.watch("the end").await;
}

struct History {
    random: StdRng,
    leader: Leader,
    now: Snapshot,
    /// The state at each revision, since the store was new.
    past: BTreeMap<Revision, Snapshot>,
    changes: Vec<Change>,
    oldest: Revision,
}

impl History {
    async fn start(harness: &dyn Harness, seed: u64) -> Self {
        let leader = Leader::of(harness).await;
        let newest = leader.store.newest_revision().await.unwrap();
        Self {
            random: StdRng::seed_from_u64(seed),
            leader,
            now: Snapshot::new(),
            past: BTreeMap::from([(newest, Snapshot::new())]),
            changes: Vec::new(),
            oldest: newest,
        }
    }

    async fn reopen(self, harness: &dyn Harness) -> Self {
        Self {
            leader: self.leader.reopen(harness).await,
            ..self
        }
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.random.random_range(0..from.len())]
    }

    fn revision(&mut self) -> Revision {
        let known: Vec<_> = self.past.keys().copied().collect();
        self.pick(&known)
    }

    /// A batch over random keys; now and then with a precondition that does not hold.
    fn batch(&mut self, number: crate::CommitSequence, over: &Snapshot) -> Batch {
        let mut batch = Batch::new(number);
        let mut names = NAMES.to_vec();
        for _ in 0..self.random.random_range(0..5) {
            let name = names.swap_remove(self.random.random_range(0..names.len()));
            let target = key(name);
            let true_one = match over.get(&target) {
                Some(versioned) => Precondition::ModifiedAt(versioned.mod_revision),
                None => Precondition::Absent,
            };
            let precondition = match self.random.random_range(0..12) {
                0 => Precondition::Absent,
                1 => Precondition::ModifiedAt(self.revision()),
                _ => true_one,
            };
            let value = self.random.random_range(0..1_000_000).to_string();
            match self.random.random_range(0..7) {
                0 | 1 => batch.put(target, value),
                2 => batch.put_if(target, value, precondition),
                3 | 4 => batch.delete(target),
                5 => batch.delete_if(target, precondition),
                _ => batch.check(target, precondition),
            };
        }
        batch
    }

    /// What the batch does to a state, if its preconditions hold.
    fn expect(batch: &Batch, over: &Snapshot) -> bool {
        batch.operations().iter().all(|operation| {
            let found = over.get(&operation.key).map(|versioned| versioned.mod_revision);
            match operation.precondition {
                None => true,
                Some(Precondition::Absent) => found.is_none(),
                Some(Precondition::ModifiedAt(revision)) => found == Some(revision),
            }
        })
    }

    fn apply(&mut self, batch: &Batch, revision: Revision) {
        let mut index = 0;
        for operation in batch.operations() {
            let old = self.now.get(&operation.key).cloned();
            let new = match &operation.action {
                Action::Check => continue,
                Action::Delete if old.is_none() => continue,
                Action::Delete => None,
                Action::Put(value) => Some(Versioned {
                    value: value.clone(),
                    create_revision: old.as_ref().map_or(revision, |old| old.create_revision),
                    mod_revision: revision,
                }),
            };
            match &new {
                Some(new) => self.now.insert(operation.key.clone(), new.clone()),
                None => self.now.remove(&operation.key),
            };
            self.changes.push(Change {
                revision,
                index,
                key: operation.key.clone(),
                old,
                new,
            });
            index += 1;
        }
        self.past.insert(revision, self.now.clone());
    }

    async fn commit(&mut self, at: &str) {
        let right = self.leader.sequence.next();
        let number = if self.random.random_bool(0.1) {
            right.next()
        } else {
            right
        };
        let now = self.now.clone();
        let batch = self.batch(number, &now);
        let newest = *self.past.keys().next_back().unwrap();
        match self.leader.try_commit(batch.clone()).await {
            Ok(committed) => {
                assert!(
                    number == right && Self::expect(&batch, &self.now),
                    "{at}: {batch:?} was taken"
                );
                assert!(committed.revision > newest, "{at}: revisions rise");
                self.apply(&batch, committed.revision);
            }
            Err(CommitError::SequenceMismatch { .. }) => assert_ne!(number, right, "{at}"),
            Err(CommitError::PreconditionFailed { .. }) => {
                assert!(
                    number == right && !Self::expect(&batch, &self.now),
                    "{at}: {batch:?} was refused"
                );
            }
            Err(other) => panic!("{at}: {other}"),
        }
    }

    /// Several batches under way at once. Each is decided on the state before all of them, so that some
    /// preconditions fail because of what another batch of the same group has done.
    async fn pipeline(&mut self, at: &str) {
        let decided_on = self.now.clone();
        let mut number = self.leader.sequence;
        let mut under_way = Vec::new();
        for _ in 0..self.random.random_range(2..6) {
            number = number.next();
            let batch = self.batch(number, &decided_on);
            let pending = self
                .leader
                .store
                .submit(&self.leader.leadership, batch.clone())
                .await
                .unwrap();
            under_way.push((batch, pending));
        }
        let mut failed = false;
        for (batch, pending) in under_way {
            match pending.await {
                Ok(committed) => {
                    assert!(
                        !failed && Self::expect(&batch, &self.now),
                        "{at}: {batch:?} was taken"
                    );
                    self.leader.sequence = committed.sequence;
                    self.apply(&batch, committed.revision);
                }
                Err(CommitError::SequenceMismatch { .. }) => {
                    assert!(failed, "{at}: {batch:?} was out of order");
                }
                Err(CommitError::PreconditionFailed { .. }) => {
                    assert!(
                        !failed && !Self::expect(&batch, &self.now),
                        "{at}: {batch:?} was refused"
                    );
                    failed = true;
                }
                Err(other) => panic!("{at}: {other}"),
            }
        }
        assert_eq!(
            self.leader.store.read_commit_sequence().await.unwrap(),
            self.leader.sequence,
            "{at}"
        );
    }

    async fn read(&mut self, at: &str) {
        let name = key(self.pick(&NAMES));
        assert_eq!(
            self.leader.store.get(&name).await.unwrap().as_ref(),
            self.now.get(&name),
            "{at}: {name}"
        );

        let over: KeyPrefix = prefix(self.pick(&PREFIXES));
        let limit = self.random.random_range(1..6);
        let (now, _) = list(&*self.leader.store, &over, None, limit).await.unwrap();
        assert_eq!(now, entries(&self.now, &over), "{at}: {over:?} now");

        let revision = self.revision();
        match list(&*self.leader.store, &over, Some(revision), limit).await {
            Ok((then, _)) => assert_eq!(
                then,
                entries(&self.past[&revision], &over),
                "{at}: {over:?} at {revision}"
            ),
            Err(ReadError::Compacted { .. }) => assert!(revision < self.oldest, "{at}: {revision} is kept"),
            Err(other) => panic!("{at}: {other}"),
        }
        match self.leader.store.get_at(&name, revision).await {
            Ok(then) => assert_eq!(
                then.as_ref(),
                self.past[&revision].get(&name),
                "{at}: {name} at {revision}"
            ),
            Err(ReadError::Compacted { .. }) => assert!(revision < self.oldest, "{at}: {revision} is kept"),
            Err(other) => panic!("{at}: {other}"),
        }

        let request = RangeRequest::new(over.clone()).after(name.clone()).limit(limit);
        let page = self.leader.store.range(request).await.unwrap();
        let mut rest = entries(&self.now, &over);
        rest.retain(|entry| entry.key > name);
        rest.truncate(page.entries.len());
        assert_eq!(page.entries, rest, "{at}: {over:?} after {name}");
    }

    async fn watch(&mut self, at: &str) {
        let newest = *self.past.keys().next_back().unwrap();
        let over = self.pick(&PREFIXES);
        let position = match self.changes.len() {
            0 => Position::after(newest),
            count if self.random.random_bool(0.5) => {
                self.changes[self.random.random_range(0..count)].position()
            }
            _ => Position::after(self.revision()),
        };
        let needed = match position.index() {
            None => position.revision() >= self.oldest,
            Some(_) => position.revision() > self.oldest,
        };
        match self.leader.watch(over, position).await {
            Ok(mut watcher) => {
                assert!(needed, "{at}: {position:?} is before {}", self.oldest);
                let over = prefix(over);
                let asked =
                    |change: &&Change| change.position() > position && over.covers(change.key.as_str());
                let expected: Vec<_> = self.changes.iter().filter(asked).cloned().collect();
                if position < Position::after(newest) {
                    assert_eq!(
                        watcher.changes_until(newest).await,
                        expected,
                        "{at}: {over:?} after {position:?}"
                    );
                } else {
                    assert_eq!(expected, [], "{at}");
                }
            }
            Err(ReadError::Compacted { .. }) => assert!(!needed, "{at}: {position:?} is kept"),
            Err(other) => panic!("{at}: {other}"),
        }
    }

    async fn compact(&mut self, at: &str) {
        let revision = self.revision();
        let oldest = self.leader.store.compact(revision).await.unwrap();
        self.oldest = self.oldest.max(revision);
        assert_eq!(oldest, self.oldest, "{at}");
    }
}

fn entries(snapshot: &Snapshot, over: &KeyPrefix) -> Vec<crate::Entry> {
    let asked = snapshot.iter().filter(|(key, _)| over.covers(key.as_str()));
    asked
        .map(|(key, versioned)| crate::Entry {
            key: key.clone(),
            versioned: versioned.clone(),
        })
        .collect()
}
