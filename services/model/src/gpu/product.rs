//! How the product a request names is compared with the product a node reports.
//!
//! Nodes carry what NVIDIA's GPU feature discovery writes (`nvidia.com/gpu.product`: `NVIDIA-A100-SXM4-80GB`,
//! `Tesla-T4-SHARED`); people write `nvidia-a100`, `A100` or `nvidia-tesla-v100`. Both are normalised:
//!
//! 1. A suffix `-SHARED` or `-MIG-<profile>` is cut: it says how the GPU is offered, not what it is.
//! 2. The rest is split at everything that is neither letter nor digit, and put in capitals.
//! 3. Words of vendor and family that do not tell products apart are dropped: NVIDIA, TESLA, GEFORCE, QUADRO, RTX, GTX,
//!    AMD, INSTINCT, RADEON, INTEL, GPU.
//!
//! A wanted product then matches when its first word is the node's first word (the model) and its further words occur
//! in the node's in the same order. So `A100` takes every A100, `A100-80GB` only those with 80 GB, and `A10` no A100.

use std::fmt;

use serde::{Deserialize, Serialize};

const NOISE: [&str; 11] = [
    "NVIDIA", "TESLA", "GEFORCE", "QUADRO", "RTX", "GTX", "AMD", "INSTINCT", "RADEON", "INTEL", "GPU",
];

/// A product name with its normalised words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Product {
    name: String,
    words: Vec<String>,
}

/// A text that names no product.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no GPU product: write a model, for example A100, nvidia-tesla-v100 or NVIDIA-H100-80GB-HBM3; leave it \
     out to take any"
)]
pub struct ProductError(pub String);

/// The product name without `-SHARED` and `-MIG-<profile>`.
#[must_use]
pub fn base_name(label: &str) -> &str {
    let upper = label.to_ascii_uppercase();
    let mut end = upper.len();
    if let Some(at) = upper.find("-MIG-") {
        end = end.min(at);
    }
    let trimmed = upper.get(..end).unwrap_or(&upper);
    let trimmed = trimmed.strip_suffix("-SHARED").unwrap_or(trimmed);
    // Upper-casing ASCII keeps every byte position.
    label.get(..trimmed.len()).unwrap_or(label)
}

impl Product {
    /// Reads a product as a person or a node writes it.
    ///
    /// # Errors
    /// When nothing but vendor and family is left of it, or it is longer than 253 characters.
    pub fn parse(text: &str) -> Result<Self, ProductError> {
        let name = base_name(text.trim());
        let upper = name.to_ascii_uppercase();
        let words: Vec<String> = upper
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty() && !NOISE.contains(word))
            .map(ToOwned::to_owned)
            .collect();
        if words.is_empty() || name.len() > 253 {
            return Err(ProductError(text.chars().take(100).collect()));
        }
        Ok(Self {
            name: name.to_owned(),
            words,
        })
    }

    /// The name as it was written, without suffixes of sharing.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a GPU of this product is one that `wanted` asks for.
    #[must_use]
    pub fn matches(&self, wanted: &Self) -> bool {
        let mut rest = self.words.iter();
        let (Some(model), Some((first, more))) = (rest.next(), wanted.words.split_first()) else {
            return false;
        };
        model == first && more.iter().all(|word| rest.any(|have| have == word))
    }

    /// Whether two names normalise to the same product.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl TryFrom<String> for Product {
    type Error = ProductError;
    fn try_from(text: String) -> Result<Self, ProductError> {
        Self::parse(&text)
    }
}

impl From<Product> for String {
    fn from(product: Product) -> Self {
        product.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(wanted: &str, have: &str) -> bool {
        let parse = |text| Product::parse(text).expect("a product");
        parse(have).matches(&parse(wanted))
    }

    #[test]
    fn common_spellings_match_what_nodes_report() {
        for (wanted, have) in [
            ("nvidia-a100", "NVIDIA-A100-SXM4-80GB"),
            ("A100", "NVIDIA-A100-PCIE-40GB"),
            ("a100-80gb", "NVIDIA-A100-SXM4-80GB"),
            ("nvidia-tesla-v100", "Tesla-V100-SXM2-16GB"),
            ("V100", "Tesla-V100-SXM2-16GB"),
            ("nvidia-tesla-t4", "Tesla-T4-SHARED"),
            ("T4", "Tesla-T4"),
            ("nvidia-h100", "NVIDIA-H100-80GB-HBM3"),
            ("NVIDIA-H100-80GB-HBM3", "NVIDIA-H100-80GB-HBM3"),
            ("A100", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
            ("nvidia-rtx-4090", "NVIDIA-GeForce-RTX-4090"),
            ("4090", "NVIDIA-GeForce-RTX-4090"),
            ("mi300x", "AMD_Instinct_MI300X"),
            ("Tesla-T4-SHARED", "Tesla-T4"),
        ] {
            assert!(matches(wanted, have), "{wanted} should match {have}");
        }
    }

    #[test]
    fn other_models_and_variants_do_not_match() {
        for (wanted, have) in [
            ("A10", "NVIDIA-A100-SXM4-80GB"),
            ("A100", "NVIDIA-A10"),
            ("A100-40GB", "NVIDIA-A100-SXM4-80GB"),
            ("80GB", "NVIDIA-A100-SXM4-80GB"),
            ("SXM4-A100", "NVIDIA-A100-SXM4-80GB"),
            ("H100-SXM5", "NVIDIA-H100-PCIe"),
            ("T4", "Tesla-T4G"),
        ] {
            assert!(!matches(wanted, have), "{wanted} should not match {have}");
        }
    }

    /// What stands in backticks.
    fn quoted(text: &str) -> Vec<&str> {
        text.split('`').skip(1).step_by(2).collect()
    }

    #[test]
    fn the_documentation_says_what_is_done() {
        let docs = include_str!("../../../../docs/placements.md");
        let section = docs.split("### GPU products").nth(1).expect("a section");
        let section = section.split("### ").next().expect("a beginning");
        let dropped = section.split("are dropped:").nth(1).expect("the third rule");
        let dropped = dropped.split("\n\n").next().expect("an end");
        assert_eq!(quoted(dropped), NOISE);
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        let mut examples = 0;
        for row in rows {
            let cells: Vec<Vec<&str>> = row.trim_matches('|').split('|').map(quoted).collect();
            let [asked, takes, refuses] = &cells[..] else {
                panic!("not three cells: {row}");
            };
            let [asked] = &asked[..] else {
                panic!("one product is asked for: {row}");
            };
            assert!(!takes.is_empty() && !refuses.is_empty(), "{row}");
            for have in takes {
                assert!(matches(asked, have), "{asked} should take {have}");
            }
            for have in refuses {
                assert!(!matches(asked, have), "{asked} should not take {have}");
            }
            examples += takes.len() + refuses.len();
        }
        assert!(examples >= 16, "{examples} examples");
        assert!(section.contains("A name of which nothing is left (`nvidia`) is refused"));
        assert!(Product::parse("nvidia").is_err());
    }

    #[test]
    fn a_vendor_alone_is_no_product() {
        for bad in ["", "nvidia", "NVIDIA-Tesla", "--", &"x".repeat(254)] {
            assert!(Product::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn base_names_drop_how_the_gpu_is_offered() {
        assert_eq!(base_name("Tesla-T4-SHARED"), "Tesla-T4");
        assert_eq!(
            base_name("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
            "NVIDIA-A100-SXM4-40GB"
        );
        assert_eq!(
            base_name("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED"),
            "NVIDIA-A100-SXM4-40GB"
        );
        assert_eq!(base_name("NVIDIA-A10"), "NVIDIA-A10");
    }
}
