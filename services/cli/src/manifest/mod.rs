//! Manifests: YAML or JSON text to placements, with every problem named by document, line and path.
//!
//! ```text
//! text ──tree──▶ located nodes ──placement──▶ headers checked, lists unrolled ──decode──▶ Placement
//! ```

mod content;
mod decode;
mod fault;
mod placement;
mod problem;
mod tree;

use std::io::Read;
use std::path::{Path, PathBuf};

use hourglass_proto::fleet::v1::Placement;

pub use content::{APPLIED_CONTENT, canonical, changed_fields, content_hash, differences};
pub use problem::Problem;

use crate::errors::CliError;

/// No manifest of people is larger; what is, is a mistake.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The manifest is wrong: every problem found, in the order of the text.
#[derive(Debug, thiserror::Error)]
#[error("{} is not a valid manifest{}", source_name(path), count(problems))]
pub struct ManifestError {
    path: PathBuf,
    problems: Vec<Problem>,
}

impl ManifestError {
    /// What is wrong.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        0 | 1 => String::new(),
        n => format!(" ({n} problems)"),
    }
}

fn source_name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Reads a manifest from a file, or from standard input when the path is `-`.
pub fn read(path: &Path) -> Result<Vec<Placement>, CliError> {
    let text = read_text(path).map_err(|source| unreadable(path, source))?;
    Ok(parse(path, &text)?)
}

/// What is there and is no text is a fault of the manifest.
fn unreadable(path: &Path, source: std::io::Error) -> CliError {
    if source.kind() == std::io::ErrorKind::InvalidData {
        return CliError::from(ManifestError {
            path: path.to_owned(),
            problems: vec![Problem::whole("it is not UTF-8 text")],
        });
    }
    CliError::File {
        doing: "read",
        path: path.to_owned(),
        source,
    }
}

fn read_text(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_string(&mut text)?
    } else {
        std::fs::File::open(path)?
            .take(MAX_BYTES + 1)
            .read_to_string(&mut text)?
    };
    if read as u64 > MAX_BYTES {
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            "it is larger than 16 MiB",
        ));
    }
    Ok(text)
}

/// Reads the text of a manifest; `path` is only for messages.
pub fn parse(path: &Path, text: &str) -> Result<Vec<Placement>, ManifestError> {
    let fail = |problems| ManifestError {
        path: path.to_owned(),
        problems,
    };
    let documents = tree::documents(text).map_err(|problem| fail(vec![problem]))?;
    let total = documents.len();
    let mut placements = Vec::new();
    let mut problems = Vec::new();
    for (position, document) in documents.into_iter().enumerate() {
        match placement::placements(document) {
            Ok(mut found) => placements.append(&mut found),
            Err(found) => problems.extend(
                found
                    .into_iter()
                    .map(|problem| problem.in_document(position + 1, total)),
            ),
        }
    }
    if !problems.is_empty() {
        return Err(fail(problems));
    }
    if placements.is_empty() {
        return Err(fail(vec![Problem::whole("there is no placement in it")]));
    }
    Ok(placements)
}

#[cfg(test)]
mod tests;
