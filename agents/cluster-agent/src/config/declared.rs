//! Names of Secrets and ConfigMaps that the cluster's owner declares to be there. The agent has no right to look.

use std::collections::{BTreeMap, BTreeSet};

use hourglass_model::dns;
use hourglass_model::ids::Namespace;
use serde::{Deserialize, Serialize};

/// What was declared of one namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredNames {
    /// All Secrets that performers may use; `None` where the owner says nothing about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeSet<String>>,
    /// All ConfigMaps that performers may use; `None` where the owner says nothing about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_maps: Option<BTreeSet<String>>,
}

/// Declarations by namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Declared(BTreeMap<String, DeclaredNames>);

impl Declared {
    /// Those of the file, and the flags `NAMESPACE/NAME` on top of them. `open` are the namespaces that are open to
    /// somebody: a declaration for another one is a mistake. One message per mistake, with the flag that it concerns.
    pub fn new(
        file: BTreeMap<String, DeclaredNames>,
        secrets: &[String],
        config_maps: &[String],
        open: &BTreeSet<&str>,
    ) -> Result<Self, Vec<(&'static str, String)>> {
        let mut errors = Vec::new();
        let mut declared = file;
        for (flag, given) in [
            ("--declared-secret", secrets),
            ("--declared-config-map", config_maps),
        ] {
            for text in given.iter().filter(|text| !text.is_empty()) {
                let Some((namespace, name)) = text.split_once('/') else {
                    errors.push((flag, format!("{text:?} is not NAMESPACE/NAME")));
                    continue;
                };
                let names = declared.entry(namespace.trim().to_owned()).or_default();
                let kind = if flag == "--declared-secret" {
                    &mut names.secrets
                } else {
                    &mut names.config_maps
                };
                kind.get_or_insert_default().insert(name.trim().to_owned());
            }
        }
        for (namespace, names) in &declared {
            let of = |flag, message: String| (flag, format!("of namespace {namespace:?}: {message}"));
            let kinds = [
                ("--declared-secret", &names.secrets),
                ("--declared-config-map", &names.config_maps),
            ];
            for (flag, kind) in kinds {
                let Some(names) = kind else { continue };
                if let Err(error) = Namespace::new(namespace) {
                    errors.push((flag, error.to_string()));
                } else if !open.contains(namespace.as_str()) {
                    errors.push(of(flag, "it is open to no tenant (--namespace)".to_owned()));
                }
                let wrong = names.iter().filter(|name| !dns::is_subdomain(name));
                errors
                    .extend(wrong.map(|name| of(flag, format!("{name:?} must be {}", dns::SUBDOMAIN_RULE))));
            }
        }
        if errors.is_empty() {
            Ok(Self(declared))
        } else {
            Err(errors)
        }
    }

    /// What was declared of a namespace.
    pub fn of(&self, namespace: &str) -> DeclaredNames {
        self.0.get(namespace).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(secrets: &[&str], config_maps: &[&str]) -> Result<Declared, Vec<(&'static str, String)>> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let file = BTreeMap::from([(
            "blue".to_owned(),
            DeclaredNames {
                secrets: Some(BTreeSet::from(["pull".to_owned()])),
                config_maps: None,
            },
        )]);
        Declared::new(
            file,
            &owned(secrets),
            &owned(config_maps),
            &BTreeSet::from(["blue", "green"]),
        )
    }

    #[test]
    fn flags_add_to_the_file_and_silence_is_not_none() {
        let declared = declared(&["blue/keys", "green/keys", ""], &["green/settings"]).unwrap();
        let blue = declared.of("blue");
        assert!(blue.secrets.unwrap().iter().eq(["keys", "pull"]));
        assert_eq!(blue.config_maps, None);
        assert!(declared.of("green").config_maps.unwrap().contains("settings"));
        assert_eq!(declared.of("red"), DeclaredNames::default());
    }

    #[test]
    fn every_mistake_is_told_with_its_flag() {
        let errors = declared(&["keys", "red/keys", "Blue/keys"], &["green/a_b"]).unwrap_err();
        let text = format!("{errors:?}");
        assert_eq!(errors.len(), 4, "{text}");
        for part in ["NAMESPACE/NAME", "open to no tenant", "a_b"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(
            errors
                .iter()
                .filter(|(flag, _)| *flag == "--declared-config-map")
                .count(),
            1
        );
    }
}
