//! `hourglass`: the command line of Hourglass Fleet. Everything is in the library, so that the generated
//! reference (`docs/cli.md`) and the tests see the same command line as people do.

use std::process::ExitCode;

fn main() -> ExitCode {
    hourglass_cli::main(std::env::args_os())
}
