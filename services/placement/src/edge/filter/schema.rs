//! Which fields the filters of each resource know.

/// What can be asked of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text, or several.
    Text,
    /// One of these names.
    Enum(&'static [&'static str]),
    /// Text keys with text values, reached by `field.key`.
    Map,
}

/// The fields of one kind of resource.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// Name and kind of each, in the order in which an error lists them.
    pub fields: &'static [(&'static str, FieldKind)],
}

impl Schema {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<(&'static str, FieldKind)> {
        self.fields.iter().find(|(known, _)| *known == name).copied()
    }

    /// All names, for an error message.
    pub fn names(&self) -> String {
        self.fields
            .iter()
            .map(|(name, kind)| match kind {
                FieldKind::Map => format!("{name}.KEY"),
                FieldKind::Text | FieldKind::Enum(_) => (*name).to_owned(),
            })
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Placements: List and Watch.
pub const PLACEMENT: Schema = Schema {
    fields: &[
        ("name", FieldKind::Text),
        (
            "state",
            FieldKind::Enum(&[
                "PENDING", "ASSIGNED", "APPLIED", "READY", "DEGRADED", "FAILED", "DELETING",
            ]),
        ),
        ("labels", FieldKind::Map),
        ("cluster", FieldKind::Text),
        ("node", FieldKind::Text),
        ("avs_address", FieldKind::Text),
    ],
};

/// Clusters.
pub const CLUSTER: Schema = Schema {
    fields: &[
        ("name", FieldKind::Text),
        (
            "state",
            FieldKind::Enum(&[
                "JOINING",
                "READY",
                "SUSPECT",
                "UNREACHABLE",
                "CORDONED",
                "LEAVING",
            ]),
        ),
        ("labels", FieldKind::Map),
    ],
};

/// Nodes.
pub const NODE: Schema = Schema {
    fields: &[
        ("name", FieldKind::Text),
        ("labels", FieldKind::Map),
        ("gpu_product", FieldKind::Text),
    ],
};
