//! What tells GPUs apart for requests.

use hourglass_model::gpu::{ComputeCapability, MigProfile, Product};
use hourglass_model::request::{GpuAmount, GpuRequest};
use serde::{Deserialize, Serialize};

/// All of one GPU, thousandths.
pub(super) const WHOLE_MILLI: u16 = 1000;

/// What a GPU can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Offers {
    /// Only all of it.
    Whole,
    /// Only shares of it: it is cut into time slices.
    Shares,
    /// All of it, or shares.
    Both,
    /// A MIG device.
    #[serde(rename_all = "camelCase")]
    Mig {
        /// Its profile.
        profile: MigProfile,
        /// The part of a GPU that it is, thousandths.
        share_milli: u16,
    },
}

/// GPUs that no request tells apart. Nodes of a fleet have few models.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GpuModel {
    /// Product.
    pub product: Option<Product>,
    /// Memory, MiB.
    pub memory_mib: Option<i64>,
    /// CUDA compute capability.
    pub compute_capability: Option<ComputeCapability>,
    /// Ready for confidential computing.
    pub confidential: bool,
    /// What it can be asked for.
    pub offers: Offers,
}

impl GpuModel {
    /// Whether a request can be met by such GPUs, room apart.
    #[must_use]
    pub fn serves(&self, wanted: &GpuRequest) -> bool {
        self.offers(wanted)
            && (wanted.products.is_empty()
                || self
                    .product
                    .as_ref()
                    .is_some_and(|have| wanted.products.iter().any(|one| have.matches(one))))
            && wanted
                .min_memory_mib
                .is_none_or(|least| self.memory_mib.is_some_and(|have| have >= least))
            && wanted
                .min_compute_capability
                .is_none_or(|least| self.compute_capability.is_some_and(|have| have >= least))
            && (!wanted.confidential || self.confidential)
    }

    fn offers(&self, wanted: &GpuRequest) -> bool {
        match (&self.offers, wanted.amount, &wanted.mig_profile) {
            (Offers::Whole | Offers::Both, GpuAmount::Whole(_), None)
            | (Offers::Shares | Offers::Both, GpuAmount::ShareMilli(_), None) => true,
            (Offers::Mig { profile, .. }, GpuAmount::Whole(_), Some(wanted)) => profile == wanted,
            (Offers::Mig { share_milli, .. }, GpuAmount::ShareMilli(milli), None) => *share_milli >= milli,
            _ => false,
        }
    }

    /// What one device of it counts when all of it is free, thousandths of a GPU.
    #[must_use]
    pub fn whole_milli(&self) -> u16 {
        match &self.offers {
            Offers::Mig { share_milli, .. } => *share_milli,
            Offers::Whole | Offers::Shares | Offers::Both => WHOLE_MILLI,
        }
    }
}
