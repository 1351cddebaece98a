//! The configuration file: what is too long for flags.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::DeclaredNames;

/// Contents of `--config`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// Tenant to the namespaces that are open to it.
    #[serde(default)]
    pub tenants: BTreeMap<String, Vec<String>>,
    /// Labels of the cluster.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Namespace to the Secrets and ConfigMaps in it that performers may use.
    #[serde(default)]
    pub declared: BTreeMap<String, DeclaredNames>,
}

impl ConfigFile {
    /// Reads and parses the file; the error names file and place.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        serde_saphyr::from_str(&text).map_err(|error| format!("{} is invalid: {error}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_unknown_key_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "tenants:\n  acme: [blue]\nlabels: {tier: gold}\n").unwrap();
        let read = ConfigFile::read(file.path()).unwrap();
        assert_eq!(read.tenants["acme"], ["blue"]);
        assert_eq!(read.labels["tier"], "gold");
        std::fs::write(
            file.path(),
            "tenants: {acme: [blue]}\ndeclared: {blue: {secrets: [keys], configMaps: []}}\n",
        )
        .unwrap();
        let declared = ConfigFile::read(file.path()).unwrap().declared;
        assert!(declared["blue"].secrets.iter().flatten().eq(["keys"]));
        assert_eq!(declared["blue"].config_maps.as_ref().map(BTreeSet::len), Some(0));
        std::fs::write(file.path(), "declared: {blue: {secret: [keys]}}\n").unwrap();
        assert!(ConfigFile::read(file.path()).is_err());
        std::fs::write(file.path(), "tenant: {acme: [blue]}\n").unwrap();
        let error = ConfigFile::read(file.path()).unwrap_err();
        assert!(error.contains("tenant"), "{error}");
    }
}
