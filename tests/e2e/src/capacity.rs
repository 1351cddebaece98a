//! Whether nodes hold more than they have, seen from the cluster itself and not from our books.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use k8s_openapi::api::core::v1::{Node, Pod};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::api::ListParams;
use kube::{Api, Client, ResourceExt};

/// Binary and decimal suffixes of quantities with their factors; in thousandths, so that `m` is a whole number.
const SUFFIXES: [(&str, i128); 11] = [
    ("Ki", 1_000 << 10),
    ("Mi", 1_000 << 20),
    ("Gi", 1_000 << 30),
    ("Ti", 1_000 << 40),
    ("Pi", 1_000 << 50),
    ("m", 1),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("", 1_000),
];

/// Each node and resource of which pods that have not ended request more than is allocatable; overhead counts.
///
/// # Errors
/// The API server's, or a quantity that cannot be read.
pub async fn over_committed(client: &Client) -> Result<Vec<String>> {
    let nodes: Api<Node> = Api::all(client.clone());
    let pods: Api<Pod> = Api::all(client.clone());
    let mut used: BTreeMap<(String, String), i128> = BTreeMap::new();
    for pod in pods
        .list(&ListParams::default())
        .await
        .context("cannot list pods")?
    {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        if matches!(phase, Some("Succeeded" | "Failed")) {
            continue;
        }
        let Some(spec) = pod.spec else { continue };
        let Some(node) = spec.node_name else { continue };
        let requests = spec
            .containers
            .into_iter()
            .filter_map(|container| container.resources?.requests);
        for (resource, quantity) in requests.chain(spec.overhead).flatten() {
            *used.entry((node.clone(), resource)).or_default() += thousandths(&quantity)?;
        }
        *used.entry((node, "pods".to_owned())).or_default() += 1_000;
    }
    let mut allocatable = BTreeMap::new();
    for node in nodes
        .list(&ListParams::default())
        .await
        .context("cannot list nodes")?
    {
        let name = node.name_any();
        for (resource, quantity) in node
            .status
            .and_then(|status| status.allocatable)
            .unwrap_or_default()
        {
            allocatable.insert((name.clone(), resource), thousandths(&quantity)?);
        }
    }
    let excess = used.into_iter().filter_map(|((node, resource), used)| {
        let has = allocatable
            .get(&(node.clone(), resource.clone()))
            .copied()
            .unwrap_or_default();
        (used > has).then(|| format!("{node}: {used} of {has} thousandths of {resource}"))
    });
    Ok(excess.collect())
}

fn thousandths(quantity: &Quantity) -> Result<i128> {
    let text = quantity.0.as_str();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = &text[digits.len()..];
    let (_, factor) = SUFFIXES
        .iter()
        .find(|(known, _)| *known == suffix)
        .with_context(|| format!("quantity {text}"))?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = 10_i128.pow(u32::try_from(fraction.len())?);
    let number: i128 = format!("{whole}{fraction}")
        .parse()
        .with_context(|| format!("quantity {text}"))?;
    ensure!(number >= 0, "quantity {text} is negative");
    Ok(number * factor / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, expected) in [
            ("100m", 100),
            ("1", 1_000),
            ("95500m", 95_500),
            ("1.5", 1_500),
            ("1Ki", 1_024_000),
        ] {
            assert_eq!(thousandths(&Quantity(text.into())).unwrap(), expected, "{text}");
        }
        assert!(thousandths(&Quantity("1e3x".into())).is_err());
    }
}
