//! All rules in their order: a cluster, and a node, count under the first that turns them away.

/// The name of a rule, as answers have it.
pub type Rule = &'static str;

/// Over clusters as a whole.
pub const CLUSTERS: [Rule; 13] = [
    "ClusterSelector",
    "ClusterNames",
    "ClusterRegion",
    "ClusterZone",
    "ClusterProvider",
    "ClusterTaints",
    "ClusterCordoned",
    "ClusterHealth",
    "InventoryFreshness",
    "TenantNamespace",
    "MissingPrerequisite",
    "NamespaceQuota",
    "ClusterAvoided",
];

/// Over nodes: facts, then other placements and other replicas, then what is free.
pub const NODES: [Rule; 25] = [
    "NodeReady",
    "NodeUnschedulable",
    "NodeName",
    "NodeSelector",
    "NodeAffinity",
    "NodeTaints",
    "GpuProduct",
    "MigProfile",
    "GpuMemory",
    "GpuComputeCapability",
    "GpuConfidential",
    "GpuClique",
    "GpuSharing",
    "TeeKindOnNode",
    "RuntimeClass",
    "SameClique",
    "Affinity",
    "AntiAffinity",
    "Spread",
    "GpuCount",
    "TeeSlots",
    "NodeResources",
    "NamespaceQuota",
    "Reserved",
    "NodeAvoided",
];

/// How far a node comes that this rule turns away.
pub fn depth(rule: Rule) -> usize {
    let at = NODES.iter().position(|other| *other == rule);
    at.expect("a rule over nodes")
}

/// Whether the rule is about what a node is, whatever runs there.
pub fn is_fact(rule: Rule) -> bool {
    depth(rule) < depth("SameClique")
}

/// Whether the rule is about other placements, or other replicas.
pub fn is_about_others(rule: Rule) -> bool {
    depth(rule) >= depth("SameClique") && !is_about_room(rule)
}

/// Whether the rule is about what is free.
pub fn is_about_room(rule: Rule) -> bool {
    depth(rule) >= depth("GpuCount")
}
