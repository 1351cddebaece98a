//! hourglass-cli
