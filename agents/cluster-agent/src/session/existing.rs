//! A Performer that is there already, looked at before it is written to.

use hourglass_performer_api::{Performer, names};
use kube::ResourceExt;
use kube::api::PartialObjectMeta;

use super::answer::Answer;
use super::commands::CommandContext;
use crate::performers::ObjectName;

/// Its tenant may use its namespace, as things are configured now, and it is not on its way out.
pub(super) fn check_lives(
    object: &PartialObjectMeta<Performer>,
    context: &CommandContext,
    name: &ObjectName,
) -> Result<(), Answer> {
    let tenant = object.labels().get(names::TENANT_LABEL);
    let tenants = &context.session.fleet.tenants;
    tenants
        .resolve(tenant.map(String::as_str).unwrap_or_default(), &name.namespace)
        .map_err(|error| Answer::refused("NAMESPACE_NOT_ALLOWED", error.to_string()))?;
    if object.metadata.deletion_timestamp.is_some() {
        let message = format!("Performer {name} is being deleted");
        return Err(Answer::refused("TERMINATING", message));
    }
    Ok(())
}
