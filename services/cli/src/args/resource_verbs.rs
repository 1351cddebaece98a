//! `get`, `describe`, `watch`, `delete`, `explain`, `capacity`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{OutputFormat, parse_duration};

/// What narrows a list.
#[derive(Debug, Clone, Default, Args)]
pub struct ListArgs {
    /// Label selector, as in app=x,tier!=y,zone in (a,b),!old
    #[arg(long, short = 'l', value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Filter that the server evaluates (AIP-160), as in 'state = "PENDING"'
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
    /// All tenants that you may see
    #[arg(long, short = 'A')]
    pub all_tenants: bool,
    /// Only the nodes or orphans of this cluster
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
}

/// `hourglass get`.
#[derive(Debug, Args)]
#[command(
    after_help = "Kinds: placements (pl), clusters (cl), nodes (no), fleet, orphans, tokens.\n\
                        GPU FREE is free/all of whole GPUs, however they come. Time slices and MIG devices are counted\n\
                        apart, as in 6/8, 3/20 slices, 7/14 MIG. `hourglass describe node` says who has which device.\n\n\
                        hourglass get placements -A -o wide\n\
                        hourglass get pl/my-job -o yaml\n\
                        hourglass get clusters,nodes,fleet\n\
                        hourglass get nodes --cluster east -l nvidia.com/gpu.product=NVIDIA-A100-SXM4-80GB"
)]
pub struct GetArgs {
    /// KIND [NAME...], KIND/NAME... or KIND,KIND...
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// What to leave out.
    #[command(flatten)]
    pub list: ListArgs,
    /// Output format
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
    /// Stay and print changes
    #[arg(long, short)]
    pub watch: bool,
    /// Print no more than this many; all when absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// How many the server sends at a time
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(i32).range(1..=1000))]
    pub page_size: i32,
    /// Print no header line
    #[arg(long)]
    pub no_headers: bool,
    /// Order of placements: name (default) or create_time, each with an optional " desc"
    #[arg(long, value_name = "ORDER")]
    pub order_by: Option<String>,
}

/// `hourglass describe`.
#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// KIND NAME... or KIND/NAME..., or fleet
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
}

/// `hourglass watch`.
#[derive(Debug, Args)]
#[command(
    after_help = "Placements are streamed by the server, and nothing is missed over a reconnect.\n\
                        Clusters, nodes and the fleet have no stream yet: they are asked for every --interval,\n\
                        and what changed is printed."
)]
pub struct WatchArgs {
    /// KIND [NAME...] or KIND/NAME...
    #[arg(required = true, value_name = "KIND")]
    pub what: Vec<String>,
    /// What to leave out.
    #[command(flatten)]
    pub list: ListArgs,
    /// Output format; json prints one change a line
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
    /// How often to ask for what the server does not stream
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = parse_duration)]
    pub interval: Duration,
    /// Print no header line
    #[arg(long)]
    pub no_headers: bool,
}

/// `hourglass delete`.
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// KIND NAME... or KIND/NAME...
    #[arg(value_name = "KIND", required_unless_present = "filename")]
    pub what: Vec<String>,
    /// Delete what this manifest names; - is stdin
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "what")]
    pub filename: Option<PathBuf>,
    /// Delete all placements of the tenant that this label selector chooses
    #[arg(long, short = 'l', value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// Stay until the clusters confirmed that nothing is left
    #[arg(long)]
    pub wait: bool,
    /// Write off what runs in unreachable clusters; it is removed when they come back
    #[arg(long)]
    pub force: bool,
    /// A placement that is not there is no error
    #[arg(long)]
    pub ignore_not_found: bool,
    /// Output format: table or name
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass explain`.
#[derive(Debug, Args)]
#[command(
    after_help = "hourglass explain placement my-job     why it is there, or waits\n\
                        hourglass explain -f my-job.yaml       would it fit? Nothing is created"
)]
pub struct ExplainArgs {
    /// placement NAME, or placement/NAME
    #[arg(value_name = "KIND", required_unless_present = "filename")]
    pub what: Vec<String>,
    /// Explain the placements of this manifest as if they were created now; - is stdin
    #[arg(long, short = 'f', value_name = "FILE", conflicts_with = "what")]
    pub filename: Option<PathBuf>,
    /// Output format: table, wide (with scores), json or yaml
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}

/// `hourglass capacity`.
#[derive(Debug, Args)]
#[command(
    after_help = "Replicas are counted one by one, beside everything that is there; `replicas` and `gang` of the manifest do not\n\
                        matter, and nothing is created or moved. A count that ends at --limit or with --timeout says \"at least\".\n\n\
                        hourglass capacity -f my-job.yaml\n\
                        hourglass capacity -f my-job.yaml -o wide      by node, and the whole reason why the next one does not fit"
)]
pub struct CapacityArgs {
    /// Manifest, YAML or JSON, of one or more placements; - is stdin
    #[arg(long, short = 'f', value_name = "FILE", required = true)]
    pub filename: PathBuf,
    /// Stop counting here, 1 to 10000 [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=10_000))]
    pub limit: Option<i32>,
    /// Output format: table, wide (by node), json, yaml or name (of the clusters that take any)
    #[arg(long, short, value_enum, default_value = "table")]
    pub output: OutputFormat,
}
