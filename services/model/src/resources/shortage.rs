//! What is missing, for people.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::name::{CPU, EPHEMERAL_STORAGE, MEMORY, ResourceName, SGX_EPC};

/// A resource of which more is asked than there is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shortage {
    /// The resource.
    pub resource: ResourceName,
    /// How much is asked.
    pub wanted: i64,
    /// How much there is; below zero where more is in use than allowed.
    pub available: i64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |amount: i64| human(&self.resource, amount);
        write!(
            f,
            "needs {} {}, {} free",
            show(self.wanted),
            self.resource,
            show(self.available.max(0))
        )
    }
}

/// An amount for people: `1.5`, `64Gi`, `8`. Exact: cores with as many decimals as it takes, bytes in the largest unit that divides
/// them.
#[must_use]
pub fn human(resource: &ResourceName, amount: i64) -> String {
    if *resource == *CPU {
        return cores(amount);
    }
    let bytes = *resource == *MEMORY
        || *resource == *EPHEMERAL_STORAGE
        || *resource == *SGX_EPC
        || resource.is_hugepages();
    if bytes && amount != 0 {
        for (unit, shift) in [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)] {
            if amount % (1_i64 << shift) == 0 {
                return format!("{}{unit}", amount >> shift);
            }
        }
    }
    amount.to_string()
}

/// Thousandths of a core as cores.
fn cores(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let (whole, rest) = (milli.unsigned_abs() / 1000, milli.unsigned_abs() % 1000);
    let exact = format!("{sign}{whole}.{rest:03}");
    exact.trim_end_matches('0').trim_end_matches('.').to_owned()
}
