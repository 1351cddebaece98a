//! JSON and YAML: the protobuf JSON mapping of the API's messages.

use serde::Serialize;
use serde_json::Value;

use super::times;
use crate::args::OutputFormat;
use crate::errors::CliError;

/// The message as a JSON value, with times as the mapping has them.
pub fn json<T: Serialize + ?Sized>(message: &T) -> Result<Value, CliError> {
    let mut value = serde_json::to_value(message).map_err(json_error)?;
    times::end_with_z(&mut value);
    Ok(value)
}

/// The message as a JSON or YAML document.
pub fn document<T: Serialize>(message: &T, format: OutputFormat) -> Result<String, CliError> {
    let value = json(message)?;
    if format == OutputFormat::Yaml {
        return serde_saphyr::to_string(&value).map_err(|error| CliError::Format {
            format: "YAML",
            message: error.to_string(),
        });
    }
    let mut text = serde_json::to_string_pretty(&value).map_err(json_error)?;
    text.push('\n');
    Ok(text)
}

/// The message as one line of JSON.
pub fn json_line<T: Serialize>(message: &T) -> Result<String, CliError> {
    let mut text = json(message)?.to_string();
    text.push('\n');
    Ok(text)
}

// By value, as `map_err` hands it over.
#[allow(clippy::needless_pass_by_value)]
fn json_error(error: serde_json::Error) -> CliError {
    CliError::Format {
        format: "JSON",
        message: error.to_string(),
    }
}
