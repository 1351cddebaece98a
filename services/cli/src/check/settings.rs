//! Flags, environment and context file together: do they name a server?

use super::Finding;
use crate::app::App;
use crate::context::{Target, resolve};

const CHECK: &str = "settings";

/// What will be used, and where it is from.
pub fn check(app: &App) -> Result<(Finding, Target), Box<Finding>> {
    match resolve(&app.global, &app.environment) {
        Ok(target) => {
            let credential = match &target.credential {
                Some(credential) => format!("token from {}", credential.origin),
                None => "no token".to_owned(),
            };
            let context = match &target.context {
                Some(name) => format!("context {name}"),
                None => "no context".to_owned(),
            };
            let detail = format!(
                "{context}: server {}:{} from {}, {credential}, tenant {}",
                target.host(),
                target.port(),
                target.server_origin,
                target.tenant
            );
            Ok((Finding::ok(CHECK, detail), target))
        }
        Err(error) => Err(Box::new(Finding::fault(
            CHECK,
            error.to_string(),
            error.hint().unwrap_or_default(),
        ))),
    }
}
