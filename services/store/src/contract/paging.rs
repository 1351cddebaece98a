//! Clauses about listings.

use super::Harness;
use super::world::{Leader, key, list, prefix};
use crate::{MAX_PAGE_ENTRIES, RangeRequest, ReadError, Revision};

/// Keys come by their bytes, those with the prefix only, whatever the size of a page.
pub async fn pages_come_in_the_order_of_keys(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let names = [
        "p/a", "p/a/x", "p/ab", "p/b", "p/é", "p-before", "p0-after", "q/a",
    ];
    leader
        .commit(|batch| {
            for name in names.iter().rev() {
                batch.put(key(name), *name);
            }
        })
        .await;
    for (over, expected) in [
        ("p/", vec!["p/a", "p/a/x", "p/ab", "p/b", "p/é"]),
        ("p/a", vec!["p/a", "p/a/x", "p/ab"]),
        (
            "",
            vec![
                "p-before", "p/a", "p/a/x", "p/ab", "p/b", "p/é", "p0-after", "q/a",
            ],
        ),
        ("nothing/", vec![]),
    ] {
        for limit in [1, 2, 3, MAX_PAGE_ENTRIES] {
            let (entries, _) = list(&*leader.store, &prefix(over), None, limit).await.unwrap();
            let found: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
            assert_eq!(found, expected, "prefix {over:?}, {limit} in a page");
            assert!(
                entries
                    .iter()
                    .all(|entry| entry.versioned.value == entry.key.as_str())
            );
        }
    }
    // A listing may go on after a key that is not there, and after one before the prefix.
    for (after, expected) in [("p/aa", 3), ("a", 5), ("p/é", 0), ("z", 0)] {
        let page = leader
            .store
            .range(RangeRequest::new(prefix("p/")).after(key(after)))
            .await
            .unwrap();
        assert_eq!(
            (page.entries.len(), page.next_after),
            (expected, None),
            "after {after}"
        );
    }
}

/// Commits between two pages change nothing in the pages that follow.
pub async fn pages_of_one_listing_are_of_one_moment(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    for index in 0..20 {
        leader.put(&format!("list/{index:02}"), "before").await;
    }
    let (expected, at) = list(&*leader.store, &prefix("list/"), None, MAX_PAGE_ENTRIES)
        .await
        .unwrap();
    let mut found = Vec::new();
    let mut request = RangeRequest::new(prefix("list/")).limit(3);
    let mut round = 0;
    loop {
        let page = leader.store.range(request.clone()).await.unwrap();
        assert_eq!(page.revision, at);
        found.extend(page.entries);
        let Some(next) = page.next_after else { break };
        // Changed, deleted, made anew and made for the first time: behind, at and before the page to come.
        leader
            .commit(|batch| {
                batch
                    .put(key(&format!("list/{:02}", (round * 5) % 20)), "after")
                    .delete(key(&format!("list/{:02}", (round * 7 + 11) % 20)))
                    .put(key(&format!("list/{round:02}-new")), "after")
                    .put(key("list/zz"), "after");
            })
            .await;
        round += 1;
        request = request.after(next).at(at);
    }
    assert!(round >= 5, "the listing had pages");
    assert_eq!(found, expected);
    let (now, _) = list(&*leader.store, &prefix("list/"), None, 4).await.unwrap();
    assert_ne!(now, expected, "the present has moved on");
    let (then, _) = list(&*leader.store, &prefix("list/"), Some(at), 4).await.unwrap();
    assert_eq!(then, expected, "and the past has not");
}

/// A listing can go back as far as history is kept, and says how far that is.
pub async fn pages_of_forgotten_or_future_revisions_are_refused(harness: &dyn Harness) {
    let mut leader = Leader::of(harness).await;
    let first = leader.put("a", "1").await;
    let second = leader.put("a", "2").await;
    let third = leader.put("a", "3").await;
    let future = Revision::new(leader.store.newest_revision().await.unwrap().get() + 1_000);
    match leader.store.range(RangeRequest::new(prefix("")).at(future)).await {
        Err(ReadError::FutureRevision { requested, newest }) => {
            assert_eq!(requested, future);
            assert!(newest >= third && newest < future);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        leader.store.compact(future).await,
        Err(ReadError::FutureRevision { .. })
    ));
    let oldest = leader.store.compact(second).await.unwrap();
    assert_eq!(oldest, second);
    assert_eq!(
        leader.store.compact(first).await.unwrap(),
        second,
        "what is forgotten stays forgotten"
    );
    match leader.store.range(RangeRequest::new(prefix("")).at(first)).await {
        Err(ReadError::Compacted { requested, oldest }) => assert_eq!((requested, oldest), (first, second)),
        other => panic!("{other:?}"),
    }
    for at in [first, future] {
        let one = leader.store.get_at(&key("a"), at).await.unwrap_err();
        let page = leader.store.range(RangeRequest::new(prefix("")).at(at)).await;
        assert_eq!(one.to_string(), page.unwrap_err().to_string());
    }
    for (at, value) in [(second, "2"), (third, "3")] {
        let one = leader.store.get_at(&key("a"), at).await.unwrap();
        assert_eq!(one.unwrap().value, value);
        let (entries, _) = list(&*leader.store, &prefix(""), Some(at), 10).await.unwrap();
        assert_eq!(
            entries[0].versioned.value, value,
            "a revision that is kept can be read"
        );
    }
    assert_eq!(
        leader.value("a").await.as_deref(),
        Some(&b"3"[..]),
        "the present is never forgotten"
    );
}
