//! The contract test suite: what every implementation of the port promises, written against the port alone.
//!
//! An implementation brings a [`Harness`] and calls [`contract_tests!`](crate::contract_tests), which makes
//! one test of each clause, so that a broken promise is reported by its name:
//!
//! ```ignore
//! struct MyHarness { /* where the data lives */ }
//! // impl Harness for MyHarness
//! hourglass_store::contract_tests!(MyHarness::new().await);
//! ```

// A panic in a test suite is its report.
#![allow(clippy::unwrap_used, clippy::panic)]

mod commits;
mod leadership;
mod ordering;
mod paging;
mod random;
mod watching;
mod world;

use std::sync::Arc;

use async_trait::async_trait;

use crate::Store;

pub use commits::*;
pub use leadership::*;
pub use ordering::*;
pub use paging::*;
pub use random::*;
pub use watching::*;

/// Brings one store to the suite, of its own for each clause.
#[async_trait]
pub trait Harness: Send + Sync {
    /// Opens the store: empty at the first call, and with the same data at every later one. The suite closes
    /// a handle before it asks for the next.
    async fn open(&self) -> Arc<dyn Store>;
}

/// Makes one test of each clause of the contract. The expression makes a new harness and may await.
#[macro_export]
macro_rules! contract_tests {
    ($harness:expr) => {
        $crate::contract_tests! { @each $harness;
            reads_see_what_was_committed
            batches_appear_whole_to_concurrent_readers
            keys_know_when_they_were_created_and_modified
            a_precondition_that_fails_leaves_nothing_of_its_batch
            preconditions_hold_or_name_what_was_found
            the_sequence_moves_by_one_and_takes_no_other_batch
            a_batch_names_a_key_only_once
            the_limits_of_a_batch_are_kept
            an_empty_batch_moves_only_the_sequence
            batches_are_committed_in_the_order_of_submission
            a_failed_batch_fails_only_what_was_built_on_it
            an_unknown_outcome_is_settled_by_reading_the_sequence
            terms_rise_with_every_leadership
            a_deposed_leader_commits_nothing
            a_leadership_does_not_outlive_its_handle
            the_loss_of_a_leadership_is_reported
            incarnations_only_rise_and_end_the_leadership
            everything_survives_reopening
            a_closed_store_refuses_every_call
            pages_come_in_the_order_of_keys
            pages_of_one_listing_are_of_one_moment
            pages_of_forgotten_or_future_revisions_are_refused
            a_watch_delivers_every_change_with_old_and_new_values
            a_watch_sees_its_prefix_and_the_progress_of_all
            a_watch_resumes_in_the_middle_of_a_batch
            a_watch_resumes_over_reopening_with_nothing_skipped_or_doubled
            a_watch_from_forgotten_or_future_revisions_is_refused
            a_watch_that_is_not_read_blocks_nobody_and_skips_nothing
            a_listing_and_its_watch_meet_exactly
            a_watch_ends_when_the_store_is_closed
            random_histories_match_a_model
        }
    };
    (@each $harness:expr; $($clause:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $clause() {
                let harness = $harness;
                $crate::contract::$clause(&harness).await;
            }
        )*
    };
}
