//! The context file: there, readable, valid, private.

use super::Finding;
use crate::app::App;
use crate::context::{ContextFile, file_path};

const CHECK: &str = "context file";

/// Looks at the file itself.
pub fn check(app: &App) -> Finding {
    let path = match file_path(&app.global, &app.environment) {
        Ok(path) => path,
        Err(error) => {
            return Finding::warning(CHECK, error.to_string(), error.hint().unwrap_or_default());
        }
    };
    match ContextFile::load(&path) {
        Ok(file) if file.contexts.is_empty() => Finding::warning(
            CHECK,
            format!("{} has no contexts", path.display()),
            "hourglass config set-context NAME --server https://HOST:PORT --ca-file CA.pem --current",
        ),
        Ok(file) => {
            let current = file.current_context.as_deref().unwrap_or("none");
            let s = if file.contexts.len() == 1 { "" } else { "s" };
            Finding::ok(
                CHECK,
                format!(
                    "{}: {} context{s}, current: {current}",
                    path.display(),
                    file.contexts.len()
                ),
            )
        }
        Err(error) => Finding::fault(CHECK, error.to_string(), error.hint().unwrap_or_default()),
    }
}
