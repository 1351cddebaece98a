//! What is free of GPUs, as packing sees it.

use std::collections::BTreeMap;

use super::model::GpuModel;

/// Devices of one model on a node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GpuGroup {
    /// The model.
    pub model: GpuModel,
    /// Free thousandths of a GPU of each device of which anything is free, rising. Where only their number is known, each
    /// free device counts whole; time slices count as full GPUs and a rest.
    pub free: Vec<u16>,
}

impl GpuGroup {
    /// A group in its one form.
    #[must_use]
    pub fn new(model: GpuModel, mut free: Vec<u16>) -> Self {
        free.retain(|milli| *milli > 0);
        free.sort_unstable();
        Self { model, free }
    }

    /// All free thousandths together.
    #[must_use]
    pub fn free_milli(&self) -> i64 {
        self.free.iter().map(|milli| i64::from(*milli)).sum()
    }
}

/// Free GPUs of a node. Two nodes with equal views are worth the same at the same cpu.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct GpuView(Vec<GpuGroup>);

impl GpuView {
    /// A view in its one form: one group for each model, in the order of models.
    #[must_use]
    pub fn new(groups: impl IntoIterator<Item = GpuGroup>) -> Self {
        let mut merged: BTreeMap<GpuModel, Vec<u16>> = BTreeMap::new();
        for group in groups {
            merged.entry(group.model).or_default().extend(group.free);
        }
        let groups = merged.into_iter().map(|(model, free)| GpuGroup::new(model, free));
        Self(groups.collect())
    }

    /// The groups, by model.
    #[must_use]
    pub fn groups(&self) -> &[GpuGroup] {
        &self.0
    }

    /// Free thousandths of one model.
    #[must_use]
    pub fn free_of(&self, model: &GpuModel) -> i64 {
        let found = self.0.iter().find(|group| group.model == *model);
        found.map_or(0, GpuGroup::free_milli)
    }

    /// All free thousandths together.
    #[must_use]
    pub fn free_milli(&self) -> i64 {
        self.0.iter().map(GpuGroup::free_milli).sum()
    }
}

/// All GPUs of a fleet, free or not: thousandths by model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock(BTreeMap<GpuModel, i64>);

impl Stock {
    /// Adds GPUs of a model.
    pub fn add(&mut self, model: &GpuModel, milli: i64) {
        match self.0.get_mut(model) {
            Some(sum) => *sum = sum.saturating_add(milli),
            None => {
                self.0.insert(model.clone(), milli);
            }
        }
    }

    /// Number of models.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no GPUs at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The models and their thousandths, by model.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&GpuModel, i64)> {
        self.0.iter().map(|(model, milli)| (model, *milli))
    }
}
