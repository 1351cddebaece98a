//! `--print-config`: the configuration in effect, without secrets.

use std::io::{self, Write};

use clap::ValueEnum;
use serde::Serialize;

/// The form of a printed configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConfigFormat {
    /// One YAML document.
    Yaml,
    /// Indented JSON.
    Json,
}

/// The configuration could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintConfigError {
    /// Its type cannot be written in this form.
    #[error("cannot serialise the configuration: {0}")]
    Serialise(String),
    /// The output is closed or full.
    #[error("cannot write the configuration: {0}")]
    Write(#[from] io::Error),
}

/// Writes `config` to `output`. Every secret in it must be a [`crate::secret::Secret`], which shows nothing.
pub fn print_config<T: Serialize>(
    config: &T,
    format: ConfigFormat,
    output: &mut impl Write,
) -> Result<(), PrintConfigError> {
    let text = match format {
        ConfigFormat::Yaml => serde_saphyr::to_string(config).map_err(|error| error.to_string()),
        ConfigFormat::Json => serde_json::to_string_pretty(config).map_err(|error| error.to_string()),
    }
    .map_err(PrintConfigError::Serialise)?;
    writeln!(output, "{}", text.trim_end())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[derive(Serialize)]
    struct Config {
        listen: &'static str,
        join_token: Secret<String>,
    }

    fn printed(format: ConfigFormat) -> String {
        let config = Config {
            listen: "127.0.0.1:7443",
            join_token: Secret::new("hunter2".to_owned()),
        };
        let mut output = Vec::new();
        print_config(&config, format, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn both_forms_show_the_values_and_hide_the_secrets() {
        for text in [printed(ConfigFormat::Yaml), printed(ConfigFormat::Json)] {
            assert!(text.contains("127.0.0.1:7443"), "{text}");
            assert!(text.contains("[redacted]") && !text.contains("hunter2"), "{text}");
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text:?}");
        }
        let json: serde_json::Value = serde_json::from_str(&printed(ConfigFormat::Json)).unwrap();
        assert_eq!(json["listen"], "127.0.0.1:7443");
        let yaml: serde_json::Value = serde_saphyr::from_str(&printed(ConfigFormat::Yaml)).unwrap();
        assert_eq!(yaml, json);
    }
}
