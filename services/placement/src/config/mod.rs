//! The server's configuration: flags with environment variables, checked all at once before anything starts.

mod args;
mod checked;

pub use args::Args;
pub use checked::{Config, TlsMode};
