//! Damage is refused: no panic, no empty store in the place of a full one, no other data than was written.

use rand::SeedableRng as _;
use rand::{RngExt as _, rngs::StdRng};

use super::disk::Disk;
use super::{check_workload, disk_with_store, lead, open_store, workload};
use crate::redb::RedbOptions;
use crate::redb::open::Refused;
use crate::{CommitSequence, Store as _, StoreError};

/// The part of the file that redb calls its header: flags, layout, and two commit slots.
const HEADER_BYTES: usize = 320;

/// The bit of redb's header that names the newest commit slot. No checksum covers it, and after a crash (not
/// after a clean close) either value of it is a file that redb may have left, so that this one bit is taken
/// on trust.
const NEWEST_SLOT_BIT: usize = 9 * 8;

/// A closed store with some batches in it.
async fn file() -> (Vec<u8>, CommitSequence) {
    let disk = disk_with_store();
    let (store, leadership, mut sequence) = lead(&disk, RedbOptions::default()).await;
    for _ in 0..20 {
        sequence = store
            .commit(&leadership, workload(sequence.next()))
            .await
            .unwrap()
            .sequence;
    }
    store.close().await.unwrap();
    (disk.bytes(), sequence)
}

/// True if it was refused; anything else must be the whole store.
async fn refused(bytes: Vec<u8>, sequence: CommitSequence, what: &str) -> bool {
    let disk = Disk::with(bytes);
    match open_store(&disk, RedbOptions::default()) {
        Err(Refused::Store(StoreError::Damaged { .. })) => true,
        Err(other) => panic!("{what}: {other:?}"),
        Ok(store) => {
            assert_eq!(check_workload(&store).await, sequence, "{what}");
            store.close().await.unwrap();
            false
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_empty_cut_or_garbage_is_refused() {
    let (bytes, sequence) = file().await;
    assert!(!refused(bytes.clone(), sequence, "the file as it was").await);
    let mut random = StdRng::seed_from_u64(3);
    for length in [
        0,
        1,
        8,
        9,
        100,
        HEADER_BYTES,
        4096,
        4097,
        bytes.len() / 2,
        bytes.len() - 4096,
        bytes.len() - 1,
    ] {
        assert!(
            refused(bytes[..length].to_vec(), sequence, &format!("cut at {length}")).await,
            "cut at {length}"
        );
    }
    let garbage: Vec<u8> = (0..bytes.len()).map(|_| random.random()).collect();
    assert!(refused(garbage.clone(), sequence, "garbage").await);
    assert!(refused(vec![0; bytes.len()], sequence, "zeros").await);
    // The header is whole and what it points at is not.
    for junk in [garbage, vec![0; bytes.len()]] {
        let mixed = [&bytes[..4096], &junk[4096..]].concat();
        assert!(refused(mixed, sequence, "a header without its pages").await);
    }
    let longer = [bytes.as_slice(), b"more"].concat();
    assert!(refused(longer, sequence, "more bytes than were written").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_the_header_is_refused_or_harmless() {
    let (bytes, sequence) = file().await;
    let mut found = 0;
    for bit in 0..HEADER_BYTES * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        found += u32::from(refused(flipped, sequence, &format!("bit {bit}")).await);
    }
    assert!(found > 500, "only {found} flipped bits were found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_anywhere_is_refused_or_harmless() {
    let (bytes, sequence) = file().await;
    let mut random = StdRng::seed_from_u64(5);
    // Most of a young file is unused, where nothing can be damaged: take bits near those that are set.
    let used: Vec<usize> = (HEADER_BYTES..bytes.len()).filter(|&at| bytes[at] != 0).collect();
    let mut found = 0;
    for _ in 0..400 {
        let at = used[random.random_range(0..used.len())];
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << random.random_range(0..8);
        found += u32::from(refused(flipped, sequence, &format!("byte {at}")).await);
    }
    assert!(found > 50, "only {found} flipped bits were found");
}

/// After a crash redb may choose between the last commit and the one before, and must not choose the older
/// one because the newer one is damaged: it was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_after_a_crash_never_rolls_an_acknowledged_batch_back() {
    let disk = disk_with_store();
    let (store, leadership, mut sequence) = lead(&disk, RedbOptions::default()).await;
    for _ in 0..5 {
        sequence = store
            .commit(&leadership, workload(sequence.next()))
            .await
            .unwrap()
            .sequence;
    }
    let before = disk.bytes();
    sequence = store
        .commit(&leadership, workload(sequence.next()))
        .await
        .unwrap()
        .sequence;
    // The process is gone without closing.
    let bytes = disk.bytes();
    assert!(!refused(bytes.clone(), sequence, "after the crash").await);
    let written: Vec<usize> = (HEADER_BYTES..bytes.len())
        .filter(|&at| before.get(at) != Some(&bytes[at]))
        .collect();
    let mut random = StdRng::seed_from_u64(13);
    let mut found = 0;
    for _ in 0..300 {
        let at = written[random.random_range(0..written.len())];
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << random.random_range(0..8);
        found += u32::from(refused(flipped, sequence, &format!("byte {at}")).await);
    }
    assert!(found > 50, "only {found} flipped bits were found");
    for bit in (0..HEADER_BYTES * 8).filter(|&bit| bit != NEWEST_SLOT_BIT) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(flipped, sequence, &format!("bit {bit}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_refused_is_left_as_it_is() {
    let (bytes, _) = file().await;
    let mut flipped = bytes.clone();
    // In the commit slots, where it is noticed at once, and in a page, where it takes the verification.
    let page = (4096..bytes.len())
        .find(|&at| bytes[at..].starts_with(b"each/000001"))
        .unwrap();
    for at in [100, 228, page] {
        flipped.clone_from(&bytes);
        flipped[at] ^= 1;
        let disk = Disk::with(flipped.clone());
        match open_store(&disk, RedbOptions::default()) {
            Err(Refused::Store(StoreError::Damaged { .. })) => assert!(disk.bytes() == flipped, "byte {at}"),
            Err(other) => panic!("byte {at}: {other:?}"),
            Ok(store) => {
                drop(store);
                assert_ne!(at, page, "a page of data was damaged and nobody noticed");
            }
        }
    }
}
