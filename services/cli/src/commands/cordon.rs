//! `cordon` and `uncordon`.

use hourglass_proto::fleet::v1::{Cluster, UpdateClusterRequest};
use pbjson_types::FieldMask;
use uuid::Uuid;

use super::query;
use crate::app::App;
use crate::args::{CordonArgs, ResourceKind, targets};
use crate::client::Session;
use crate::console;
use crate::errors::CliError;
use crate::names::id_of;

/// Runs the verb.
pub async fn run(app: &App, args: &CordonArgs, cordon: bool) -> Result<(), CliError> {
    let verb = if cordon { "cordon" } else { "uncordon" };
    let target = targets(&args.what).map_err(CliError::Usage)?;
    if target.kind != ResourceKind::Cluster || target.names.is_empty() {
        return Err(CliError::Usage(format!(
            "write `hourglass {verb} cluster NAME` (a node is cordoned in its own cluster: kubectl cordon NODE)"
        )));
    }
    let session = app.session().await?;
    for name in &target.names {
        let cluster = query::cluster(&session, name).await?;
        let id = id_of(&cluster.name).to_owned();
        if cluster.cordoned == cordon {
            console::out(&format!("cluster/{id} already {verb}ed\n"))?;
            continue;
        }
        let changed = Cluster {
            name: cluster.name,
            etag: cluster.etag,
            cordoned: cordon,
            ..Cluster::default()
        };
        update(&session, &format!("{verb} cluster/{id}"), changed, "cordoned").await?;
        console::out(&format!("cluster/{id} {verb}ed\n"))?;
    }
    Ok(())
}

/// Changes one field of a cluster.
pub async fn update(
    session: &Session,
    doing: &str,
    cluster: Cluster,
    field: &str,
) -> Result<Cluster, CliError> {
    let request = UpdateClusterRequest {
        cluster: Some(cluster),
        update_mask: Some(FieldMask {
            paths: vec![field.to_owned()],
        }),
        request_id: Uuid::new_v4().to_string(),
    };
    session
        .call(doing, request, |mut clients, request| async move {
            clients.fleet.update_cluster(request).await
        })
        .await
}
