//! Real Kubernetes clusters on one machine, for tests and for the demo.
//!
//! A cluster here is the real control plane (etcd, kube-apiserver with TLS and RBAC, kube-scheduler,
//! kube-controller-manager) built from the pinned sources; only the kubelets are played, by
//! [kwok](https://kwok.sigs.k8s.io). Nodes come from a [`Profile`] and show the labels and resources that real GPU and TEE
//! nodes have. In the project's plan this crate stands below everything under `tests/` and knows no other crate of it.
//!
//! ```no_run
//! # async fn example() -> hourglass_testbed::Result<()> {
//! use hourglass_testbed::{Fleet, Profile};
//!
//! let fleet = Fleet::builder()
//!     .cluster("a", Profile::builtin("a100-pool")?)
//!     .cluster("b", Profile::builtin("sgx")?)
//!     .start()
//!     .await?;
//! let a = fleet.cluster("a")?;
//! a.apply_yaml("{apiVersion: v1, kind: Namespace, metadata: {name: tenant-a}}").await?;
//! let client = a.client().await?;
//! a.kube_apiserver().restart().await?;
//! # Ok(()) }
//! ```
//!
//! # What ends when
//! Processes end with the value that owns them ([`Fleet`], [`Cluster`]), and with this process however it ends, SIGKILL
//! included (see the `process` module). Folders are temporary unless named; the logs of a run in which a start failed or
//! any thread panicked are kept and their place is printed. `HOURGLASS_TESTBED_KEEP_LOGS=1` keeps them always.
//!
//! # Making pods fail
//! Pods become Running and Ready at once, with an IP. The annotation `hourglass.test/outcome` changes that, and may be set,
//! changed and removed while the pod lives; the environment variable `HOURGLASS_TEST_OUTCOME` of a container does the same
//! for pods that an operator makes:
//!
//! | outcome | the pod |
//! |---|---|
//! | `pending` | is scheduled and stays Pending, ContainerCreating |
//! | `image-pull-backoff` | Pending, ImagePullBackOff; also any image of a registry `….invalid` |
//! | `config-error` | Pending, CreateContainerConfigError |
//! | `crash-loop` | Running, not Ready, CrashLoopBackOff |
//! | `not-ready` | Running, not Ready |
//! | `failed` | phase Failed (annotation only) |
//!
//! A pod that cannot be scheduled stays so by the real scheduler's decision. A failing node is one whose heartbeat ends:
//! [`Cluster::kwok`] stopped, which makes all nodes NotReady.

mod assets;
mod cluster;
mod error;
mod fleet;
mod nodes;
mod paths;
mod ports;
mod process;
mod profile;
mod run_dir;
mod wait;

pub use assets::{Assets, Versions};
pub use cluster::{Cluster, ClusterOptions, Component};
pub use error::{Error, Result};
pub use fleet::{Fleet, FleetBuilder, Progress};
pub use nodes::{add_nodes, scale};
pub use ports::PortLease;
pub use process::{Process, guarded};
pub use profile::{
    BUILTIN_NAMES, Capacity, Gpu, Mig, MigDevices, MigStrategy, NodePool, Profile, RuntimeClass, SevSnp, Sgx,
    Sharing, Taint, Tdx, Tee,
};
pub use wait::wait_until;

/// Installs the TLS provider of this process (ring), unless one is installed. Clients made by this crate do it themselves.
pub fn install_crypto_provider() {
    // An error means that there is one already.
    rustls::crypto::ring::default_provider().install_default().ok();
}
