//! `describe`.

use hourglass_proto::fleet::v1::PlacementView;

use super::{placement_calls, query};
use crate::app::App;
use crate::args::{DescribeArgs, ListArgs, ResourceKind, targets};
use crate::client::ListQuery;
use crate::console;
use crate::errors::CliError;
use crate::names::PlacementName;
use crate::output::{self, describe};

/// Runs the verb.
pub async fn run(app: &App, args: &DescribeArgs) -> Result<(), CliError> {
    let target = targets(&args.what).map_err(CliError::Usage)?;
    match target.kind {
        ResourceKind::Fleet => query::refuse_names(target.kind, &target.names)?,
        ResourceKind::Placement | ResourceKind::Cluster | ResourceKind::Node if target.names.is_empty() => {
            return Err(CliError::Usage(format!(
                "which {0}? describe needs a name: `hourglass get {0}s`",
                target.kind
            )));
        }
        ResourceKind::Placement | ResourceKind::Cluster | ResourceKind::Node => {}
        ResourceKind::Orphan | ResourceKind::JoinToken => {
            return Err(CliError::Usage(format!(
                "all there is to {0}s is in `hourglass get {0}s`",
                target.kind
            )));
        }
    }
    let session = app.session().await?;
    let screen = &app.stdout;
    let mut stories = Vec::new();
    match target.kind {
        ResourceKind::Placement => {
            for name in &target.names {
                let name = PlacementName::parse(name, session.tenant()).map_err(CliError::Usage)?;
                let placement = placement_calls::get(&session, &name, PlacementView::Full).await?;
                stories.push(describe::placement(&placement, screen));
            }
        }
        ResourceKind::Cluster => {
            for name in &target.names {
                stories.push(describe::cluster(&query::cluster(&session, name).await?, screen));
            }
        }
        ResourceKind::Node => {
            let narrowing = query::Narrowing::new(target.kind, &ListArgs::default())?;
            let list = ListQuery::all("clusters/-");
            let (nodes, _) = query::nodes(&session, &target.names, &narrowing, list).await?;
            stories.extend(nodes.iter().map(|node| describe::node(node, screen)));
        }
        ResourceKind::Fleet | ResourceKind::Orphan | ResourceKind::JoinToken => {
            stories.push(output::fleet(&query::fleet(&session).await?, screen));
        }
    }
    console::out(&stories.join("\n\n"))
}
