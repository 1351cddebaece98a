//! `label cluster`.

use hourglass_proto::fleet::v1::Cluster;

use super::cordon::update;
use super::query;
use crate::app::App;
use crate::args::{LabelArgs, LabelChange, ResourceKind};
use crate::console;
use crate::errors::CliError;
use crate::names::id_of;

/// Runs the verb.
pub async fn run(app: &App, args: &LabelArgs) -> Result<(), CliError> {
    let kind: ResourceKind = args.kind.parse().map_err(CliError::Usage)?;
    if kind != ResourceKind::Cluster {
        return Err(CliError::Usage(format!(
            "labels of {kind}s cannot be changed here; write `label cluster NAME ...`"
        )));
    }
    let session = app.session().await?;
    let cluster = query::cluster(&session, &args.name).await?;
    let id = id_of(&cluster.name).to_owned();
    let mut labels = cluster.labels.clone();
    for change in &args.labels {
        match change {
            LabelChange::Remove(key) => {
                labels.remove(key);
            }
            LabelChange::Set(pair) => {
                let there = labels.get(&pair.key).filter(|value| **value != pair.value);
                if let (Some(value), false) = (there, args.overwrite) {
                    return Err(CliError::Conflict {
                        message: format!("cluster/{id} has the label {}={value} already", pair.key),
                        details: Vec::new(),
                        hint: "--overwrite replaces it".to_owned(),
                    });
                }
                labels.insert(pair.key.clone(), pair.value.clone());
            }
        }
    }
    if labels == cluster.labels {
        return console::out(&format!("cluster/{id} unchanged\n"));
    }
    // With the etag: labels are replaced as a whole, and must not undo someone else's change.
    let changed = Cluster {
        name: cluster.name,
        etag: cluster.etag,
        labels,
        ..Cluster::default()
    };
    update(&session, &format!("label cluster/{id}"), changed, "labels").await?;
    console::out(&format!("cluster/{id} labeled\n"))
}
