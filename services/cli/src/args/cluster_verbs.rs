//! `cordon`, `uncordon`, `label`.

use clap::Args;

use super::LabelChange;

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
