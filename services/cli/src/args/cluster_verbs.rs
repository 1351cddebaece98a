//! `cordon`, `uncordon`, `label`, `taint`.

use clap::Args;

use super::{LabelChange, TaintChange};

/// `hourglass cordon` and `hourglass uncordon`.
#[derive(Debug, Args)]
pub struct CordonArgs {
    /// cluster NAME..., or cluster/NAME...
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
}

/// `hourglass label`.
#[derive(Debug, Args)]
#[command(after_help = "hourglass label cluster east tier=gold old-")]
pub struct LabelArgs {
    /// The word "cluster"
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Cluster name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// key=value sets, key- removes
    #[arg(required = true, value_name = "LABEL", allow_hyphen_values = false)]
    pub labels: Vec<LabelChange>,
    /// Replace values that are there
    #[arg(long)]
    pub overwrite: bool,
}

/// `hourglass taint`.
#[derive(Debug, Args)]
#[command(after_help = "hourglass taint cluster east dedicated=gold:NoSchedule old-\n\
                        Only placements whose spec.clusterRules.tolerations tolerate it come to a tainted cluster; what runs \
                        stays.")]
pub struct TaintArgs {
    /// The word "cluster"
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Cluster name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// key=value:Effect or key:Effect sets, key:Effect- or key- removes
    #[arg(required = true, value_name = "TAINT", allow_hyphen_values = false)]
    pub taints: Vec<TaintChange>,
    /// Replace values that are there
    #[arg(long)]
    pub overwrite: bool,
}
