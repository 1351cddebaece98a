//! Trusted execution environments: their kinds, by which labels a node shows one, what of it is counted, and which
//! RuntimeClass a request implies.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::labels::Labels;
use crate::resources::{ResourceName, SEV_SNP_ESIDS, SGX_ENCLAVE, TDX_KEYS};

/// A kind of trusted execution environment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TeeKind {
    /// Intel SGX: enclaves within a process.
    Sgx,
    /// Intel TDX: a confidential virtual machine.
    Tdx,
    /// AMD SEV-SNP: a confidential virtual machine.
    SevSnp,
    /// Any other, recognised by its label only and not counted.
    Other(String),
}

/// A text that is not the name of a TEE kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a TEE kind: use sgx, tdx or sev-snp, or 1 to 30 lower-case letters, digits and '-'")]
pub struct TeeKindError(pub String);

impl TeeKind {
    /// The kinds with slots that are counted, in the order in which they are tried.
    pub const COUNTED: [Self; 3] = [Self::Sgx, Self::Tdx, Self::SevSnp];

    /// Reads a kind in any common spelling: case does not matter, `_` is `-`, and `sev`, `snp`, `sev-snp`, `sevsnp`
    /// and `amd-sev-snp` are the same, like `tdx` and `intel-tdx`, `sgx` and `intel-sgx`.
    ///
    /// # Errors
    /// When it could not be the name of any kind.
    pub fn parse(text: &str) -> Result<Self, TeeKindError> {
        let lower = text.trim().to_ascii_lowercase().replace(['_', '.'], "-");
        match lower.as_str() {
            "sgx" | "intel-sgx" => Ok(Self::Sgx),
            "tdx" | "intel-tdx" => Ok(Self::Tdx),
            "sev" | "snp" | "sev-snp" | "sevsnp" | "amd-sev" | "amd-snp" | "amd-sev-snp" => Ok(Self::SevSnp),
            other if other.len() <= 30 && crate::dns::is_label(other) => Ok(Self::Other(lower)),
            _ => Err(TeeKindError(text.chars().take(100).collect())),
        }
    }

    /// The kind in its one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sgx => "sgx",
            Self::Tdx => "tdx",
            Self::SevSnp => "sev-snp",
            Self::Other(name) => name,
        }
    }

    /// The node labels that show this kind when they are `true`, by Node Feature Discovery and by the vendors'
    /// device plugins (<https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/features.html>).
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let owned = |list: &[&str]| list.iter().map(|label| (*label).to_owned()).collect();
        match self {
            Self::Sgx => owned(&[
                "feature.node.kubernetes.io/cpu-security.sgx.enabled",
                "intel.feature.node.kubernetes.io/sgx",
            ]),
            Self::Tdx => owned(&[
                "feature.node.kubernetes.io/cpu-security.tdx.enabled",
                "intel.feature.node.kubernetes.io/tdx",
            ]),
            Self::SevSnp => owned(&[
                "feature.node.kubernetes.io/cpu-security.sev.snp.enabled",
                "amd.feature.node.kubernetes.io/snp",
            ]),
            Self::Other(name) => vec![format!("feature.node.kubernetes.io/cpu-security.{name}.enabled")],
        }
    }

    /// Whether a node with these labels has this kind.
    #[must_use]
    pub fn is_on(&self, labels: &Labels) -> bool {
        self.labels()
            .iter()
            .any(|label| labels.get(label).is_some_and(|value| value == "true"))
    }

    /// The resource in which its slots are counted.
    #[must_use]
    pub fn slot_resource(&self) -> Option<ResourceName> {
        match self {
            Self::Sgx => Some(SGX_ENCLAVE.clone()),
            Self::Tdx => Some(TDX_KEYS.clone()),
            Self::SevSnp => Some(SEV_SNP_ESIDS.clone()),
            Self::Other(_) => None,
        }
    }

    /// The RuntimeClass that a request for this kind implies, in the names of Kata Containers and of NVIDIA's
    /// confidential containers. SGX needs none.
    #[must_use]
    pub fn runtime_class(&self, with_gpu: bool) -> Option<&'static str> {
        match (self, with_gpu) {
            (Self::Tdx, false) => Some("kata-qemu-tdx"),
            (Self::Tdx, true) => Some("kata-qemu-nvidia-gpu-tdx"),
            (Self::SevSnp, false) => Some("kata-qemu-snp"),
            (Self::SevSnp, true) => Some("kata-qemu-nvidia-gpu-snp"),
            (Self::Sgx | Self::Other(_), _) => None,
        }
    }

    /// All kinds that a node with these labels shows: the counted ones first, in their order.
    #[must_use]
    pub fn all_on(labels: &Labels) -> Vec<Self> {
        let mut kinds: Vec<Self> = Self::COUNTED
            .into_iter()
            .filter(|kind| kind.is_on(labels))
            .collect();
        let others = labels
            .iter()
            .filter(|(_, value)| *value == "true")
            .filter_map(|(key, _)| {
                let name = key
                    .strip_prefix("feature.node.kubernetes.io/cpu-security.")?
                    .strip_suffix(".enabled")?;
                // `sev.enabled` and `sev.es.enabled` are weaker modes of SEV, not kinds of their own.
                let known =
                    matches!(name, "sgx" | "tdx" | "sev" | "sev.es" | "sev.snp") || name.contains('.');
                (!known).then(|| Self::Other(name.to_owned()))
            });
        kinds.extend(others);
        kinds
    }
}

impl fmt::Display for TeeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for TeeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for TeeKind {
    type Error = TeeKindError;
    fn try_from(text: String) -> Result<Self, TeeKindError> {
        Self::parse(&text)
    }
}

impl From<TeeKind> for String {
    fn from(kind: TeeKind) -> Self {
        kind.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(keys: &[&str]) -> Labels {
        keys.iter()
            .map(|key| ((*key).to_owned(), "true".to_owned()))
            .collect()
    }

    #[test]
    fn spellings_are_one_kind() {
        for text in ["sev", "SNP", "sev_snp", "SEV-SNP", "amd-sev-snp"] {
            assert_eq!(TeeKind::parse(text), Ok(TeeKind::SevSnp), "{text}");
        }
        assert_eq!(TeeKind::parse("cca"), Ok(TeeKind::Other("cca".to_owned())));
        for bad in ["", "a b", "-", &"x".repeat(31)] {
            assert!(TeeKind::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nodes_show_kinds_by_either_label() {
        assert_eq!(
            TeeKind::all_on(&labels(&["intel.feature.node.kubernetes.io/sgx"])),
            [TeeKind::Sgx]
        );
        let keys = [
            "feature.node.kubernetes.io/cpu-security.tdx.enabled",
            "feature.node.kubernetes.io/cpu-security.sgx.enabled",
            "feature.node.kubernetes.io/cpu-security.se.enabled",
            "feature.node.kubernetes.io/cpu-security.sev.es.enabled",
        ];
        let kinds = [TeeKind::Sgx, TeeKind::Tdx, TeeKind::Other("se".to_owned())];
        assert_eq!(TeeKind::all_on(&labels(&keys)), kinds);
        let off: Labels = [(
            "intel.feature.node.kubernetes.io/tdx".to_owned(),
            "false".to_owned(),
        )]
        .into();
        assert!(TeeKind::all_on(&off).is_empty());
    }

    #[test]
    fn a_gpu_changes_the_runtime_class() {
        assert_eq!(TeeKind::Tdx.runtime_class(true), Some("kata-qemu-nvidia-gpu-tdx"));
        assert_eq!(TeeKind::SevSnp.runtime_class(false), Some("kata-qemu-snp"));
        assert_eq!(TeeKind::Sgx.runtime_class(true), None);
    }
}
