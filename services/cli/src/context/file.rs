//! The context file: YAML, mode 0600, replaced as a whole.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hourglass_runtime::state_file::{create_private_dir, read_optional, write_private_file};
use serde::{Deserialize, Serialize};

use super::ContextError;

/// All contexts, and which one is current.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextFile {
    /// Name of the context that is used when nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_context: Option<String>,
    /// The contexts, in the order in which they were made.
    #[serde(default)]
    pub contexts: Vec<Context>,
}

/// One server and how to talk to it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Name of the context.
    pub name: String,
    /// `https://host:port`, or `http://` on a loopback address when `insecure_plaintext` says so.
    pub server: String,
    /// Whether plain text may be spoken with `server`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure_plaintext: bool,
    /// PEM of the certificate authorities to trust; those of the system when neither this nor `ca_file` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// File with that PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Name that the server's certificate must carry, when it is not the host of `server`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_server_name: Option<String>,
    /// Bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// File that holds the bearer token, read at each call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Tenant when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("name", &self.name)
            .field("server", &self.server)
            .field("insecure_plaintext", &self.insecure_plaintext)
            .field("ca_file", &self.ca_file)
            .field(
                "token",
                &self.token.as_ref().map(|_| hourglass_runtime::secret::REDACTED),
            )
            .field("token_file", &self.token_file)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

impl ContextFile {
    /// Reads the file; a file that is not there is empty.
    pub fn load(path: &Path) -> Result<Self, ContextError> {
        let Some(bytes) = read_optional(path)? else {
            return Ok(Self::default());
        };
        let malformed = |message: String| ContextError::Malformed {
            path: path.to_owned(),
            message,
        };
        let text = String::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8 text".to_owned()))?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        // Without a snippet: the lines around an error may hold a token.
        let file: Self =
            serde_saphyr::from_str(&text).map_err(|error| malformed(error.without_snippet().to_string()))?;
        file.check_names().map_err(malformed)?;
        if file.contexts.iter().any(|context| context.token.is_some()) {
            refuse_if_open(path)?;
        }
        Ok(file)
    }

    fn check_names(&self) -> Result<(), String> {
        for (position, context) in self.contexts.iter().enumerate() {
            if context.name.is_empty() {
                return Err(format!("context {} has no name", position + 1));
            }
            if self.contexts[..position]
                .iter()
                .any(|earlier| earlier.name == context.name)
            {
                return Err(format!("the context {:?} is there twice", context.name));
            }
            if context.ca.is_some() && context.ca_file.is_some() {
                return Err(format!("the context {:?} has both ca and ca_file", context.name));
            }
            if context.token.is_some() && context.token_file.is_some() {
                return Err(format!(
                    "the context {:?} has both token and token_file",
                    context.name
                ));
            }
        }
        Ok(())
    }

    /// Writes the file (0600) in one step; makes its directory when there is none.
    pub fn save(&self, path: &Path) -> Result<(), ContextError> {
        if let Some(directory) = path
            .parent()
            .filter(|directory| !directory.as_os_str().is_empty())
        {
            create_private_dir(directory)?;
        }
        let text = serde_saphyr::to_string(self).map_err(|error| ContextError::Malformed {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        write_private_file(path, text.as_bytes())?;
        Ok(())
    }

    /// The context of that name.
    pub fn get(&self, name: &str) -> Result<&Context, ContextError> {
        self.contexts
            .iter()
            .find(|context| context.name == name)
            .ok_or_else(|| ContextError::NoSuchContext {
                name: name.to_owned(),
                known: self.contexts.iter().map(|context| context.name.clone()).collect(),
            })
    }

    /// A copy that can be shown: tokens are gone, only that there is one is said.
    pub fn without_secrets(&self) -> Self {
        let mut copy = self.clone();
        for context in &mut copy.contexts {
            context.token = context
                .token
                .take()
                .map(|_| hourglass_runtime::secret::REDACTED.to_owned());
        }
        copy
    }
}

fn refuse_if_open(path: &Path) -> Result<(), ContextError> {
    // A file that vanished since it was read has nothing left to protect.
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(ContextError::TooOpen {
            path: path.to_owned(),
            mode,
        })
    }
}

/// `$XDG_CONFIG_HOME/hourglass/config.yaml`, else `~/.config/hourglass/config.yaml`.
pub fn default_path(xdg_config_home: Option<&str>, home: Option<&str>) -> Result<PathBuf, ContextError> {
    let base = match (xdg_config_home, home) {
        (Some(directory), _) if Path::new(directory).is_absolute() => PathBuf::from(directory),
        (_, Some(home)) if !home.is_empty() => Path::new(home).join(".config"),
        _ => return Err(ContextError::NoHome),
    };
    Ok(base.join("hourglass").join("config.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> ContextFile {
        ContextFile {
            current_context: Some("demo".to_owned()),
            contexts: vec![Context {
                name: "demo".to_owned(),
                server: "https://127.0.0.1:7443".to_owned(),
                ca: Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned()),
                token: Some("s3cret".to_owned()),
                tenant: Some("default".to_owned()),
                ..Context::default()
            }],
        }
    }

    #[test]
    fn what_is_saved_is_private_and_reads_back_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("hourglass/config.yaml");
        sample().save(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(ContextFile::load(&path).unwrap(), sample());
    }

    #[test]
    fn a_file_with_a_token_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        sample().save(&path).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let error = ContextFile::load(&path).unwrap_err();
        assert!(
            matches!(error, ContextError::TooOpen { mode: 0o644, .. }),
            "{error}"
        );
    }

    #[test]
    fn no_secret_is_in_a_view_an_error_or_a_debug_text() {
        let view = serde_saphyr::to_string(&sample().without_secrets()).unwrap();
        assert!(!view.contains("s3cret"), "{view}");
        assert!(!format!("{:?}", sample()).contains("s3cret"));

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        std::fs::write(
            &path,
            "contexts:\n- name: a\n  server: b\n  token: s3cret\n  tokn: s3cret\n",
        )
        .unwrap();
        let message = ContextFile::load(&path).unwrap_err().to_string();
        assert!(
            message.contains("tokn") && !message.contains("s3cret"),
            "{message}"
        );
    }

    #[test]
    fn a_missing_file_is_empty_and_a_double_name_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.yaml");
        assert_eq!(ContextFile::load(&path).unwrap(), ContextFile::default());
        std::fs::write(
            &path,
            "contexts:\n- {name: a, server: x}\n- {name: a, server: y}\n",
        )
        .unwrap();
        let message = ContextFile::load(&path).unwrap_err().to_string();
        assert!(message.contains("twice"), "{message}");
    }
}
