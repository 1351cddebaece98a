//! Selectors and domains for people.

use hourglass_model::labels::{LabelSelector, Operator, Requirement};
use hourglass_model::placement::Topology;

use super::{REGION_LABEL, Site, ZONE_LABEL};

fn requirement_text(requirement: &Requirement) -> String {
    let Requirement {
        key,
        operator,
        values,
    } = requirement;
    match (operator, values.as_slice()) {
        (Operator::In, [one]) => format!("{key}={one}"),
        (Operator::In, _) => format!("{key} in ({})", values.join(", ")),
        (Operator::NotIn, _) => format!("{key} not in ({})", values.join(", ")),
        (Operator::Exists, _) => key.clone(),
        (Operator::DoesNotExist, _) => format!("no {key}"),
        (Operator::Gt, _) => format!("{key} > {}", values.join(", ")),
        (Operator::Lt, _) => format!("{key} < {}", values.join(", ")),
    }
}

/// `app=solver, tier in (a, b)`; `any` for the selector that matches everything.
pub(crate) fn selector_text(selector: &LabelSelector) -> String {
    if selector.requirements.is_empty() {
        return "any".to_owned();
    }
    let parts: Vec<String> = selector.requirements.iter().map(requirement_text).collect();
    parts.join(", ")
}

/// `cluster`, `region`, `zone`, `node`.
pub(crate) fn topology_word(topology: Topology) -> &'static str {
    match topology {
        Topology::Cluster => "cluster",
        Topology::Region => "region",
        Topology::Zone => "zone",
        Topology::Node => "node",
    }
}

/// The domain of a site, `zone eu-1`; what is missing when there is none.
pub(crate) fn domain_text(site: &Site<'_>, topology: Topology) -> Result<String, String> {
    match topology {
        Topology::Cluster => Ok(format!("cluster {}", site.cluster)),
        Topology::Region => site
            .region
            .map(|region| format!("region {region}"))
            .ok_or_else(|| format!("its cluster has no label {REGION_LABEL}")),
        Topology::Zone => site
            .zone
            .map(|zone| format!("zone {zone}"))
            .ok_or_else(|| format!("it has no label {ZONE_LABEL}")),
        Topology::Node => Ok(format!("node {} of cluster {}", site.node, site.cluster)),
    }
}
