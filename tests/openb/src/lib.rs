//! How well the placement engine packs GPUs, on a production trace: Alibaba's openb (cluster-trace-gpu-v2023), by the
//! protocol of the paper that published results on it (Weng et al., "Beware of Fragmentation", USENIX ATC 2023).
//!
//! Pods of a list arrive, then random resamples of it, until they ask for 130 % of the fleet's GPUs; their order is
//! shuffled by the seed. Each is decided once by the real engine ([`hourglass_engine::decide()`]) and stays; the share of
//! GPU capacity that is allocated is measured when as much has arrived as the fleet has.
//!
//! - [`table`] and [`read`]: the trace's files, with errors that name file and line; [`published`]: results to compare with.
//! - [`workload`]: what arrives in which order; [`rng`]: the numbers that shuffle it.
//! - [`fleet`]: the trace's nodes as clusters of the engine; [`mod@run`]: one seed; [`summary`]: mean, spread, the last line.
//!
//! The trace is not part of the project: get it from
//! <https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023>.

pub mod fleet;
pub mod published;
pub mod read;
pub mod rng;
pub mod run;
pub mod summary;
pub mod table;
pub mod workload;
