//! How a binary that serves says that it failed.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use crate::build_info::BuildInfo;
use crate::config_errors::InvalidConfig;
use crate::error_chain::error_chain;

/// Exit code for a configuration that cannot be used, as clap has it for flags that it refuses.
pub const INVALID_CONFIG: u8 = 2;

/// The exit code for `outcome`: 0, [`INVALID_CONFIG`], or 1. Failures are written to stderr, in plain
/// text, because logging may not have begun or may have ended.
pub fn report(build: BuildInfo, outcome: Result<(), Box<dyn Error + Send + Sync>>) -> ExitCode {
    let Err(error) = outcome else {
        return ExitCode::SUCCESS;
    };
    // With stderr gone there is nobody left to tell; the exit code still does.
    let _written = writeln!(
        std::io::stderr(),
        "{}: {}",
        build.name,
        error_chain(error.as_ref())
    );
    if error.is::<InvalidConfig>() {
        ExitCode::from(INVALID_CONFIG)
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config_errors::ConfigErrors;

    const BUILD: BuildInfo = BuildInfo::new("test", "0.0.0");

    /// `ExitCode` has no equality.
    fn code(outcome: Result<(), Box<dyn Error + Send + Sync>>) -> String {
        format!("{:?}", report(BUILD, outcome))
    }

    #[test]
    fn each_kind_of_failure_has_its_code() {
        assert_eq!(code(Ok(())), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(code(Err("lost".into())), format!("{:?}", ExitCode::FAILURE));
        let mut errors = ConfigErrors::new();
        errors.push("--port", "is taken");
        let invalid = errors.into_result().unwrap_err();
        assert_eq!(
            code(Err(invalid.into())),
            format!("{:?}", ExitCode::from(INVALID_CONFIG))
        );
    }
}
