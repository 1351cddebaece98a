//! Huge pages as Kubernetes validates them in pods: a pod that breaks one of these rules is refused in every cluster.
//!
//! Source: `ValidateResourceRequirements` and `validateResourceQuantityHugePageValue` in
//! k8s.io/kubernetes/pkg/apis/core/validation.

use super::check::Report;
use super::compute::Asks;
use crate::quantity::Quantity;
use crate::resources::{CPU, MEMORY, ResourceName};

/// Amounts are whole pages, of the size in the resource's name, and there is cpu or memory beside them. A LimitRange may add
/// these two in some clusters, but what is asked for holds in all.
pub(super) fn check(asks: &Asks, report: &mut Report) {
    let mut pages = asks.iter().filter(|(name, _)| name.is_hugepages()).peekable();
    let beside = [&*CPU, &*MEMORY].into_iter().any(|name| asks.contains_key(name));
    if let Some((name, ask)) = pages.peek().filter(|_| !beside) {
        report.add(
            &ask.path,
            format!("{name} is taken with cpu or memory beside it only: name an amount of one of them too"),
        );
    }
    for (name, ask) in pages {
        match page_size(name) {
            None => report.add(
                &ask.path,
                format!("{name} names no size of a page: use a name like hugepages-2Mi"),
            ),
            Some(size) if ask.amount % size != 0 => {
                let page = name.page_size().unwrap_or_default();
                report.add(
                    &ask.path,
                    format!(
                        "{} is no whole number of pages: use a multiple of {page}",
                        ask.text
                    ),
                );
            }
            Some(_) => {}
        }
    }
}

/// Bytes of one page.
fn page_size(name: &ResourceName) -> Option<i64> {
    let size: Quantity = name.page_size()?.parse().ok()?;
    let bytes = size.value().ok().filter(|_| size.is_whole())?;
    (bytes > 0).then_some(bytes)
}
