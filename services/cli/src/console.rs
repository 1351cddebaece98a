//! Standard output and standard error.

use std::io::{self, IsTerminal, Write};

use crate::errors::CliError;

/// Writes to standard output. A reader that went away (`| head`) is no error, but ends the program.
pub fn out(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => CliError::OutputClosed,
        _ => CliError::File {
            doing: "write",
            path: "standard output".into(),
            source: error,
        },
    })
}

/// Writes a line to standard error, for people.
pub fn note(text: &str) {
    err(&format!("{text}\n"));
}

/// Writes to standard error as it is. If nobody can read it, there is nobody to tell.
pub fn err(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Whether people see standard error as it comes.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}
